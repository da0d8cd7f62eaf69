"""A folder of pictures, in a folder for each class, read by Keras's own loader."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqbench.core.errors import InputError, one_line
from seqbench.core.scenario import Data
from seqbench.models.data.examples import Examples, number_classes

if TYPE_CHECKING:
    import keras

KINDS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
"""What Keras's loader reads."""

MOST = 4096
"""How many pictures are taken of each folder at most; more are not judged by."""

COLOURS = {1: "grayscale", 3: "rgb", 4: "rgba"}
"""Keras's name of what has so many channels."""

SEED = 0
"""Of the order in which the pictures are taken."""


def read_pictures(folder: Path, model: "keras.Sequential") -> Data:
    """Return the pictures as the model takes them: float32, 0 to 255, in its size and colours.

    Where the only folders in it are `train` and `test`, the classes are in each of these.

    Raises:
        InputError: there are no such pictures, the model takes none, or TensorFlow, which decodes
            them, is missing.

    """
    if find_spec("tensorflow") is None:
        raise InputError(
            f"{folder}: TensorFlow decodes pictures and is not installed: pip install "
            "'seqbench[tensorflow]', or give the pictures as arrays in a .npz file"
        )
    names = _folders(folder)
    if names != ["test", "train"]:
        return _read(folder, model).divide(str(folder))
    train, test = (_read(folder / name, model) for name in ("train", "test"))
    return Data(x_train=train.x, y_train=train.y, x_test=test.x, y_test=test.y)


def _folders(folder: Path) -> list[str]:
    return sorted(it.name for it in folder.iterdir() if it.is_dir() and not it.name.startswith("."))


def _read(folder: Path, model: "keras.Sequential") -> Examples:
    """Return pictures of all classes in random order, `MOST` of them at most."""
    import keras

    classes = _folders(folder)
    pictures = {
        name: [it for it in (folder / name).rglob("*") if it.suffix.lower() in KINDS]
        for name in classes
    }
    empty = [name for name, found in pictures.items() if not found]
    if not classes or empty:
        where = f"none in {', '.join(empty)}" if empty else "no folders"
        raise InputError(
            f"{folder}: expected a folder with pictures ({', '.join(KINDS)}) for each class, found "
            f"{where}"
        )
    number_classes(np.array(classes), str(folder), model)
    height, width, channels = _form(folder, model)
    try:
        found = keras.utils.image_dataset_from_directory(
            folder,
            class_names=classes,
            label_mode="int",
            color_mode=COLOURS[channels],
            batch_size=None,
            image_size=(height, width),
            shuffle=True,
            seed=SEED,
            verbose=False,
        )
        rows = list(found.take(MOST).as_numpy_iterator())
    except Exception as error:
        raise InputError(f"{folder}: a picture cannot be read: {one_line(error)}") from error
    x = np.stack([picture for picture, _ in rows])
    if np.dtype(model.inputs[0].dtype).kind in "iu":
        x = np.round(x)  # resizing leaves fractions
    return Examples(x=x, y=np.array([label for _, label in rows]))


def _form(folder: Path, model: "keras.Sequential") -> tuple[int, int, int]:
    """Return the height, width and channels of the pictures that a model takes.

    Raises:
        InputError: it takes no pictures, or pictures of any size.

    """
    shape = tuple(model.input_shape[1:])
    if len(shape) == 3 and shape[-1] in COLOURS and None not in shape:
        return shape
    each = ", ".join("any" if size is None else str(size) for size in shape)
    raise InputError(
        f"{folder}: pictures are read for an input of shape (height, width, 1, 3 or 4) each, and "
        f"first layer {model.layers[0].name!r} expects ({each}); give the data as arrays in a .npz "
        "file, or a function that makes them"
    )
