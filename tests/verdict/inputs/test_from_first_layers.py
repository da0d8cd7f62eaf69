from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.verdict import reference
from seqbench.verdict.inputs import from_first_layers, suite


def stack(*more: Any, shape: tuple[int | None, ...] = (4,), dtype: str = "float32") -> Any:
    return keras.Sequential([keras.Input(shape, dtype=dtype), *more])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (stack(layers.Embedding(50, 3)), 50),
        (stack(layers.Reshape((2, 2)), layers.Embedding(50, 3)), 50),
        (stack(layers.Embedding(50, 3), dtype="int32"), 50),
        (stack(layers.CategoryEncoding(5, output_mode="multi_hot"), dtype="int32"), 5),
        (stack(layers.Dense(3)), None),
        (stack(layers.Rescaling(1.0), dtype="uint8"), None),
    ],
)
def test_vocabulary(model: Any, expected: int | None) -> None:
    assert from_first_layers.vocabulary(model) == expected


def test_tokens_that_come_as_real_numbers_stay_in_the_table() -> None:
    cases = reference.build_cases(
        stack(layers.Embedding(50, 3), layers.Flatten(), layers.Dense(2)), 0
    )
    for case in cases:
        assert case.x.dtype == np.float32
        assert set(np.unique(case.x)) <= set(range(50))


def test_bytes_use_their_whole_range() -> None:
    x = suite.make_inputs(reference.input_spec(stack(layers.Rescaling(1.0), dtype="uint8")), 0)[
        "random"
    ]
    assert x.dtype == np.uint8
    assert x.max() > 200


@pytest.mark.parametrize(
    "first",
    [
        [layers.Rescaling(1 / 255)],
        [layers.Rescaling(1 / 127.5, offset=-1)],
        [layers.Normalization(mean=[1000.0, 20, 0.1, -3], variance=[4.0, 9, 1e-4, 100])],
        [layers.Rescaling(0.01), layers.Normalization(mean=[5.0] * 4, variance=[4.0] * 4)],
    ],
    ids=["rescaling", "offset", "normalization", "two"],
)
def test_expected_inputs_come_out_of_the_first_layers_standard(first: list[Any]) -> None:
    model = stack(*first, layers.Dense(2))
    x = suite.make_inputs(reference.input_spec(model), 0)["expected"]
    for layer in first:
        x = np.asarray(layer(x))
    half = len(x) // 2
    assert abs(x[:half].mean()) < 0.5
    assert 0.7 < x[:half].std() < 1.3
    assert x[half:].min() > -0.01
    assert x[half:].max() < 1.01


def test_a_model_that_scales_nothing_has_no_expected_inputs() -> None:
    model = stack(layers.Dense(2))
    assert from_first_layers.scaling(model) == (None, None)
    assert "expected" not in suite.make_inputs(reference.input_spec(model), 0)


@pytest.mark.parametrize(("length", "size"), [(8, 30), (40, 2000), (20, 20_000), (3, 100)])
def test_every_token_of_a_vocabulary_is_near_the_end_of_some_row(length: int, size: int) -> None:
    spec = suite.InputSpec(shape=(length,), dtype="int32", vocabulary=size)
    rows = suite.make_inputs(spec, 0)["cover"]
    period = max(suite.COVER_PERIOD, -(-size // suite.COVER_ROWS))
    assert set(np.unique(rows[:, -period:])) == set(range(size))
    assert len(rows) <= max(2 * suite.COVER_ROWS, 2 * size / length)


def test_a_huge_vocabulary_is_seen_in_part() -> None:
    spec = suite.InputSpec(shape=(2,), dtype="int32", vocabulary=1_000_000)
    rows = suite.make_inputs(spec, 0)["cover"]
    assert len(rows) == suite.MOST_COVER_ROWS
    assert len(np.unique(rows)) == rows.size
    assert rows.max() > 900_000


WORDS = ["ape", "bee"]


@pytest.mark.parametrize(
    ("layer", "dtype", "known", "strange"),
    [
        (layers.IntegerLookup(vocabulary=[7, 900]), "int64", {7, 900}, {901, 902, 6}),
        (layers.IntegerLookup(vocabulary=[255]), "uint8", {255}, {254}),
        (layers.IntegerLookup(vocabulary=[7, 900], num_oov_indices=0), "int64", {7, 900}, set()),
        (
            layers.StringLookup(vocabulary=WORDS),
            "string",
            {*WORDS},
            {*from_first_layers.STRANGERS},
        ),
        (layers.StringLookup(vocabulary=WORDS, num_oov_indices=0), "string", {*WORDS}, set()),
        (layers.Hashing(3), "string", set(), {*from_first_layers.STRANGERS}),
        (
            layers.TextVectorization(vocabulary=WORDS),
            "string",
            {*WORDS},
            {*from_first_layers.STRANGERS, "APE, ape!", "BEE, bee!"},
        ),
    ],
)
def test_what_is_looked_up_is_known_or_strange(
    layer: Any, dtype: str, known: set[Any], strange: set[Any]
) -> None:
    for model in (stack(layer, dtype=dtype), stack(keras.Sequential([layer]), dtype=dtype)):
        found = from_first_layers.entries(model)
        assert found is not None
        assert set(found.tolist()) == known | strange


def test_the_mask_stands_for_nothing() -> None:
    lookup = layers.IntegerLookup(vocabulary=[7, 900], mask_token=5)
    found = from_first_layers.entries(stack(lookup, dtype="int64"))
    assert found is not None
    assert found[0] == 5


def test_a_model_that_looks_nothing_up_has_no_entries() -> None:
    assert from_first_layers.entries(stack(layers.Embedding(50, 3), dtype="int32")) is None
    assert from_first_layers.entries(stack(layers.Dense(3))) is None
    back = stack(layers.StringLookup(vocabulary=WORDS, invert=True), dtype="int64")
    assert from_first_layers.entries(back) is None
    assert from_first_layers.vocabulary(back) == 5


def typical(*more: Any, **options: Any) -> np.ndarray:
    """Return the typical inputs of a model."""
    spec = reference.input_spec(stack(*more, layers.Flatten(), layers.Dense(2), **options))
    return suite.make_inputs(spec, 0)["typical"]


@pytest.mark.parametrize(
    ("first", "high"),
    [
        ([layers.Rescaling(1 / 255)], 255),
        ([layers.Rescaling(1 / 127.5, offset=-1)], 255),
        ([layers.Rescaling(1 / 255, offset=-0.5)], 255),
        ([layers.Rescaling(-1 / 255, offset=1)], 255),
        ([layers.Rescaling(1 / 16)], 16),
        ([layers.Rescaling(255.0)], 1),
        ([layers.Rescaling(2.0, offset=-1)], 1),
        ([layers.RandomFlip(), layers.GaussianNoise(0.1), layers.Rescaling(1 / 255)], 255),
        ([keras.Sequential([layers.Resizing(5, 5), layers.Rescaling(1 / 255)])], 255),
        ([layers.Rescaling(1 / 255), layers.BatchNormalization()], 255),
        ([layers.TimeDistributed(layers.Rescaling(1 / 255))], 255),
    ],
)
def test_typical_inputs_of_a_rescaling_reach_from_0_to_what_it_is_for(
    first: list[Any], high: float
) -> None:
    for dtype in ("float32", "uint8"):
        x = typical(*first, shape=(8, 6, 3), dtype=dtype)
        assert x.dtype == dtype
        assert x.shape == (suite.ROWS, 8, 6, 3)
        assert 0 <= x.min() < 0.1 * high
        assert high >= x.max() > 0.9 * high


MEAN, VARIANCE = [10.0, 0, -1], [4.0, 1, 9]


@pytest.mark.parametrize(
    "first",
    [
        [layers.Normalization(mean=MEAN, variance=VARIANCE)],
        [layers.Permute((3, 1, 2)), layers.Normalization(axis=1, mean=MEAN, variance=VARIANCE)],
        [layers.Cropping2D(1), layers.Normalization(mean=MEAN, variance=VARIANCE)],
        [layers.Flatten(), layers.Normalization(mean=MEAN * 48, variance=VARIANCE * 48)],
    ],
    ids=["channels", "moved", "cropped", "flat"],
)
def test_typical_inputs_of_a_normalization_have_its_statistics(
    first: list[Any],
) -> None:
    # An even spread of a deviation of 2 reaches 2 x sqrt(3) = 3.46 to each side; it ends at 0.
    low, high = np.array([6.54, -1.73, -6.2]), np.array([13.46, 1.73, 0])
    x = typical(*first, shape=(8, 6, 3)).reshape(-1, 3)
    spans = high - low
    assert (x.min(axis=0) >= low - 0.01).all()
    assert (x.min(axis=0) < low + 0.05 * spans).all()
    assert (x.max(axis=0) <= high + 0.01).all()
    assert (x.max(axis=0) > high - 0.05 * spans).all()


def test_typical_inputs_of_one_mean_for_all() -> None:
    x = typical(layers.Normalization(axis=None, mean=10.0, variance=4.0), shape=(8, 6, 3))
    np.testing.assert_allclose([x.min(), x.max()], [6.54, 13.46], atol=0.1)


def test_typical_inputs_of_a_batch_normalization_have_its_statistics() -> None:
    norm = layers.BatchNormalization(axis=1)
    norm.build((None, 2, 5))
    norm.set_weights([*np.array([[3.0, 3], [9, 9], [10, -10], [4, 4]])])
    x = typical(norm, shape=(2, 5))
    np.testing.assert_allclose([x[:, 0].min(), x[:, 0].max()], [6.54, 13.46], atol=0.3)
    np.testing.assert_allclose([x[:, 1].min(), x[:, 1].max()], [-13.46, -6.54], atol=0.3)


@pytest.mark.parametrize(
    "first",
    [
        [layers.Dense(3)],
        [layers.BatchNormalization()],
        [layers.Dense(3), layers.Rescaling(1 / 255)],
        [layers.Normalization(mean=0.0, variance=1.0, invert=True)],
        [layers.Activation("tanh"), layers.Rescaling(1 / 255)],
    ],
    ids=["none", "fresh", "later", "inverted", "activation"],
)
def test_where_no_layer_tells_inputs_lie_from_0_to_1(first: list[Any]) -> None:
    model = stack(*first, layers.Dense(2))
    assert from_first_layers.typical_range(model) is None
    batches = suite.make_inputs(reference.input_spec(model), 0)
    assert "typical" not in batches
    assert 0 <= batches["unit"].min() < 0.1
    assert 1 >= batches["unit"].max() > 0.9
