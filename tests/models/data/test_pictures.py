"""A folder of pictures by class, held against Keras's own loader."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.core.errors import InputError
from seqbench.models.data.pictures import read_pictures


def model(*shape: int | None, units: int = 2) -> Any:
    return keras.Sequential(
        [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(units, name="last")]
    )


def pictures(folder: Path, count: int = 6) -> Path:
    """Grey pictures: those of cats are dark, those of dogs bright, each with a brightness of its
    own."""
    for name, first in {"cats": 10, "dogs": 200}.items():
        (folder / name).mkdir(parents=True)
        for i in range(count):
            pixels = tf.fill((5, 4, 3), tf.constant(first + i, tf.uint8))
            tf.io.write_file(str(folder / name / f"{i}.png"), tf.io.encode_png(pixels))
    return folder


def test_pictures_and_classes_are_those_of_kerass_loader(tmp_path: Path) -> None:
    found = read_pictures(pictures(tmp_path / "p"), model(8, 6, 3))
    assert found.y_test is not None
    assert found.y_train is not None
    x, y = np.concatenate([found.x_test, found.x_train]), [*found.y_test, *found.y_train]
    assert x.shape == (12, 8, 6, 3)
    assert x.dtype == np.float32
    wanted = keras.utils.image_dataset_from_directory(
        tmp_path / "p", image_size=(8, 6), batch_size=12, shuffle=False, verbose=False
    )
    ((images, labels),) = wanted.as_numpy_iterator()
    order = np.argsort(x[:, 0, 0, 0])
    np.testing.assert_array_equal(x[order], images)
    assert [y[i] for i in order] == labels.tolist() == [0] * 6 + [1] * 6


def test_folders_of_training_and_testing_are_no_classes(tmp_path: Path) -> None:
    pictures(tmp_path / "train", 3)
    pictures(tmp_path / "test", 1)
    found = read_pictures(tmp_path, model(5, 4, 1))
    assert (len(found.x_train), len(found.x_test)) == (6, 2)
    assert found.y_test is not None
    assert sorted(found.y_test.tolist()) == [0, 1]


def test_folders_that_do_not_fit_are_a_line(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "p", 1)
    with pytest.raises(InputError, match="with 3 units tells 3 classes apart, found 2 names of"):
        read_pictures(folder, model(8, 6, 3, units=3))
    with pytest.raises(InputError, match=r"first layer 'flatten.*' expects \(8\); give the data"):
        read_pictures(folder, model(8))
    with pytest.raises(InputError, match=r"p/cats: expected a folder with pictures .* no folders"):
        read_pictures(folder / "cats", model(8, 6, 3))
    (folder / "dogs" / "0.png").write_text("no picture")
    with pytest.raises(InputError, match="a picture cannot be read: "):
        read_pictures(folder, model(8, 6, 3))
    (folder / "dogs" / "0.png").unlink()
    with pytest.raises(InputError, match="found none in dogs"):
        read_pictures(folder, model(8, 6, 3))
