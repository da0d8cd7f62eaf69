"""Images resized by matrix products are those that Keras makes."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import image
from keras.src.ops import image as ops_image

from seqbench.backends.patches.registry import EXACT, EXPORTABLE, RUNNABLE, Table, in_place
from seqbench.backends.patches.resize import constant_weights, graph_weights

IMAGES = np.random.default_rng(0).normal(size=(2, 8, 9, 3)).astype("float32") * 100
ODD = {"ScaleAndTranslate", "ResizeBicubic", "If", "StatelessIf"}


def both(images: Any, size: tuple[int, int], **how: Any) -> tuple[Any, Any, set[str]]:
    """Return the original's images, the patch's, and the patch's operations."""
    expected = image.resize(tf.constant(images), size, **how)
    spec = tf.TensorSpec((None, *images.shape[1:]), images.dtype)
    with in_place(EXPORTABLE):
        concrete = tf.function(
            lambda x: image.resize(x, size, **how), autograph=False
        ).get_concrete_function(spec)
    ops = {op.type for op in concrete.graph.get_operations()}
    return expected, concrete(tf.constant(images)), ops


@pytest.mark.parametrize("size", [(12, 14), (5, 4), (8, 4), (16, 9)])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_every_kernel_is_a_product(method: str, antialias: bool, size: tuple[int, int]) -> None:
    how = {"interpolation": method, "antialias": antialias}
    expected, found, ops = both(IMAGES, size, **how)
    assert not ops & ODD
    np.testing.assert_allclose(found, expected, atol=2e-4)  # 4 ulps of the largest, 500
    assert ("ResizeBilinear" in ops) == (method == "bilinear" and not antialias)


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float64"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_other_dtypes_and_layouts_give_what_keras_gives(dtype: str, data_format: str) -> None:
    images = np.abs(IMAGES).astype(dtype)
    how = {"interpolation": "bicubic", "data_format": data_format}
    expected, found, ops = both(images, (5, 4), **how)
    assert not ops & ODD
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("shape", [(2, 8, 9, 3), (2, 9, 5, 1), (2, 31, 7, 2)])
@pytest.mark.parametrize("size", [(5, 4), (12, 6), (3, 17), (8, 9)])
@pytest.mark.parametrize("keep", ["crop_to_aspect_ratio", "pad_to_aspect_ratio"])
def test_aspect_ratios_are_kept_as_keras_keeps_them(
    keep: str, size: tuple[int, int], shape: tuple[int, ...]
) -> None:
    images = np.resize(IMAGES, shape)
    how: dict[str, Any] = {keep: True, "interpolation": "bilinear"}
    if keep == "pad_to_aspect_ratio":
        how["fill_value"] = 7.0
    expected, found, ops = both(images, size, **how)
    assert not ops & ODD
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_images_of_any_size_are_resized_by_the_same_graph(method: str, antialias: bool) -> None:
    how = {"interpolation": method, "antialias": antialias}

    def resized(x: Any) -> Any:
        return image.resize(x, (5, 12), **how)

    with in_place(EXPORTABLE):
        concrete = tf.function(resized, autograph=False).get_concrete_function(
            tf.TensorSpec((None, None, None, 3), "float32")
        )
    assert not {op.type for op in concrete.graph.get_operations()} & ODD
    for shape in ((2, 8, 9, 3), (1, 31, 4, 3), (2, 5, 1, 3)):
        images = np.resize(IMAGES, shape)
        found, expected = concrete(tf.constant(images)), resized(images)
        np.testing.assert_allclose(found, expected, atol=2e-4)


def test_only_an_open_axis_is_worked_out_by_the_graph() -> None:
    def doubled(x: Any) -> Any:
        return image.resize(x, (tf.shape(x)[1] * 2, 18), interpolation="bicubic")

    with in_place(EXPORTABLE):
        concrete = tf.function(doubled, autograph=False).get_concrete_function(
            tf.TensorSpec((None, None, 9, 3), "float32")
        )
    assert concrete.structured_outputs.shape.as_list() == [None, None, 18, 3]
    np.testing.assert_allclose(concrete(tf.constant(IMAGES)), doubled(IMAGES), atol=2e-4)


SIZES = [(16, 5), (19, 5), (7, 16), (8, 8), (3, 50), (50, 3), (1, 4), (4, 1), (333, 1030)]


@pytest.mark.parametrize(
    ("method", "antialias"),
    [
        ("bilinear", True),  # without antialias every format has it
        *(
            (name, smooth)
            for name in ("bicubic", "lanczos3", "lanczos5")
            for smooth in (False, True)
        ),
    ],
)
def test_weights_in_the_graph_are_tensorflows(method: str, antialias: bool) -> None:
    for before, after in SIZES:
        expected = constant_weights(before, after, method, antialias=antialias)
        # What float32, in which TensorFlow works, knows of a place at the far end.
        for dtype, atol in (("float32", 5e-7), ("float64", before * 2**-21)):
            found = graph_weights(
                tf.constant(before), after, method, antialias=antialias, dtype=dtype
            )
            assert found.dtype == dtype
            np.testing.assert_allclose(found, expected, atol=atol)


def test_weights_of_a_pixel_add_up_to_one() -> None:
    for method in ("bicubic", "lanczos3"):
        rows = constant_weights(9, 4, method, antialias=True)
        assert rows.shape == (4, 9)
        np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("size", [(12, 14), (5, 4), (16, 9), (8, 9)])
@pytest.mark.parametrize("space", [(8, 9), (None, None)])
def test_the_twins_bilinear_resize_is_exact(space: Any, size: tuple[int, int]) -> None:
    images = IMAGES.astype("float64")
    with in_place(EXACT):
        concrete = tf.function(lambda x: tf.image.resize(x, size)).get_concrete_function(
            tf.TensorSpec((None, *space, 3), "float64")
        )
    found = concrete(tf.constant(images)).numpy()
    expected = np.stack([_between(images, size, i) for i in range(3)], axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found, tf.image.resize(IMAGES, size), atol=5e-4)


def _between(images: np.ndarray, size: tuple[int, int], channel: int) -> np.ndarray:
    """Resize by numpy's interpolation, which holds the value at the ends."""

    def row(values: np.ndarray, after: int) -> np.ndarray:
        places = (np.arange(after) + 0.5) * len(values) / after - 0.5
        between: np.ndarray = np.interp(places, np.arange(len(values)), values)
        return between

    found = images[..., channel]
    for axis, after in ((1, size[0]), (2, size[1])):
        found = np.apply_along_axis(row, axis, found, after)
    return found


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos3"])
def test_the_twins_other_resizes_are_in_float64(method: str, antialias: bool) -> None:
    images = IMAGES.astype("float64")
    with in_place(EXACT):
        found = tf.image.resize(images, (5, 12), method=method, antialias=antialias).numpy()
        level = tf.image.resize(np.ones((1, 8, 9, 1)), (5, 12), method=method, antialias=antialias)
    assert found.dtype == np.float64
    np.testing.assert_allclose(level, 1, rtol=1e-15)
    expected = tf.image.resize(IMAGES, (5, 12), method=method, antialias=antialias)
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_float32_resizes_of_the_twin_are_left_alone() -> None:
    expected = tf.image.resize(IMAGES, (5, 4), method="bicubic")
    with in_place(EXACT):
        np.testing.assert_array_equal(tf.image.resize(IMAGES, (5, 4), method="bicubic"), expected)


@pytest.mark.parametrize("table", [RUNNABLE, EXPORTABLE])
def test_a_size_may_be_known_to_the_graph_alone(table: Table) -> None:
    def doubled(x: Any) -> Any:
        return ops_image.resize(x, (tf.shape(x)[1] * 2, tf.shape(x)[2] * 2))

    with in_place(table):
        concrete = tf.function(doubled, autograph=False).get_concrete_function(
            tf.TensorSpec((None, None, None, 3), "float32")
        )
    np.testing.assert_array_equal(concrete(tf.constant(IMAGES)), doubled(tf.constant(IMAGES)))
