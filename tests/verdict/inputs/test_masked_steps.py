"""The suite masks steps in front, behind, in the middle and wholly, whatever stands before."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.models.twin import float64_twin
from seqbench.verdict import reference
from seqbench.verdict.inputs.masked_steps import never_masked
from seqbench.verdict.judge import judge_outputs
from seqbench.verdict.questions import Questions


def stack(*more: Any, shape: tuple[int | None, ...] = (8, 4), dtype: str = "float32") -> Any:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input(shape, dtype=dtype), *more])


def suite(model: Any) -> dict[str, np.ndarray]:
    return reference._suite(model, float64_twin(model), 0, None, Questions())


def kept(front: list[Any], masker: Any, x: np.ndarray) -> Any:
    """Return which steps a layer keeps, said with numpy of what stands before it."""
    for layer in front:
        x = layer(x, training=False)
    y = np.asarray(x)
    other = np.not_equal(y, np.float32(getattr(masker, "mask_value", 0)))
    return np.any(other, axis=-1) if isinstance(masker, layers.Masking) else np.asarray(other)


def kinds(steps: np.ndarray) -> set[str]:
    """Return how rows are masked, of shape (rows, steps), True where a step is kept."""
    found = set()
    for row in steps:
        places = np.flatnonzero(~row)
        together = len(places) and places[-1] - places[0] == len(places) - 1
        if row.any() and together and len(places) > 1:
            front, behind = places[0] == 0, places[-1] == len(row) - 1
            found.add("front" if front else "behind" if behind else "middle")
        if not row.any():
            found.add("wholly")
    return found


SEEDED = {"activation": "relu", "kernel_initializer": keras.initializers.GlorotUniform(seed=0)}
ALL = {"front", "behind", "middle", "wholly"}
RESCALED = layers.Rescaling(0.1)
NORMALIZED = {"mean": [1.0, 20, 0.1, -3], "variance": [4.0, 9, 1e-4, 100]}

FRONTS = [
    pytest.param([], -1.0, (8, 4), id="nothing"),
    pytest.param([], -999.9, (8, 4), id="no number of float32"),
    pytest.param([layers.Dropout(0.5), layers.GaussianNoise(0.1)], -1.0, (8, 4), id="dropout"),
    pytest.param([RESCALED], -1.0, (8, 4), id="rescaling"),
    pytest.param([layers.Normalization(**NORMALIZED)], 0.0, (8, 4), id="normalization"),
    pytest.param([layers.BatchNormalization()], 0.0, (8, 4), id="batch normalization"),
    pytest.param([layers.ReLU()], 0.0, (8, 4), id="relu"),
    pytest.param([layers.Reshape((8, 4)), RESCALED], -1.0, (32,), id="reshape"),
    pytest.param([layers.Permute((2, 1))], -1.0, (4, 8), id="permute"),
    pytest.param([layers.ZeroPadding1D(1), layers.Cropping1D(1)], -1.0, (8, 4), id="cropping"),
    pytest.param([keras.Sequential([RESCALED, layers.Dropout(0.5)])], -1.0, (8, 4), id="nested"),
    pytest.param([layers.Dense(5, **SEEDED)], 0.0, (8, 4), id="dense, relu"),
    pytest.param([layers.Conv1D(2, 3, padding="causal", **SEEDED)], 0.0, (8, 4), id="conv, relu"),
]


@pytest.mark.parametrize(("front", "value", "shape"), FRONTS)
def test_masking_masks_everywhere(front: list[Any], value: float, shape: tuple[int, ...]) -> None:
    masker = layers.Masking(value)
    found = suite(stack(*front, masker, shape=shape))
    steps = [kept(front, masker, found[name]) for name in ("masked", "wholly masked")]
    # What a causal convolution sees of the steps before hides the beginning of a masked run.
    assert kinds(np.concatenate(steps)) >= (ALL if not front else {"behind", "middle", "wholly"})
    assert steps[0].any(axis=1).all()
    assert not steps[1].any()


@pytest.mark.parametrize(
    ("front", "shape", "dtype"),
    [
        ([], (8,), "int32"),
        ([], (8,), "float32"),
        ([layers.Reshape((8,))], (2, 4), "int32"),
        ([layers.StringLookup(vocabulary=["ape", "bee"], mask_token="")], (8,), "string"),
        ([layers.IntegerLookup(vocabulary=[7, 900], mask_token=5)], (8,), "int64"),
        ([layers.Discretization(bin_boundaries=[0.0, 1.0])], (8,), "float32"),
    ],
    ids=["tokens", "tokens as real numbers", "reshape", "words", "numbers looked up", "bins"],
)
def test_an_embedding_masks_everywhere(
    front: list[Any], shape: tuple[int, ...], dtype: str
) -> None:
    masker = layers.Embedding(20, 3, mask_zero=True)
    found = suite(stack(*front, masker, shape=shape, dtype=dtype))
    steps = [kept(front, masker, found[name]) for name in ("masked", "wholly masked")]
    assert kinds(np.concatenate(steps)) == ALL


@pytest.mark.parametrize("hidden", ["wrapped", "branched"])
def test_a_mask_within_a_wrapper_or_a_model_is_found(hidden: str) -> None:
    masker = layers.Masking(-1.0)
    if hidden == "wrapped":
        inner = keras.Sequential([keras.Input((6, 2)), RESCALED, masker, layers.LSTM(2)])
        model = stack(layers.TimeDistributed(inner), shape=(3, 6, 2))
    else:
        x = keras.Input((6, 2))
        inner = keras.Model(x, layers.LSTM(2)(masker(RESCALED(x))))
        model = stack(inner, shape=(6, 2))
    found = suite(model)
    steps = kept([RESCALED], masker, found["masked"])
    assert kinds(steps.reshape(-1, 6)) == ALL - ({"wholly"} if hidden == "branched" else set())


def test_some_features_alone_are_no_masked_step() -> None:
    x = suite(stack(layers.Masking(-1.0)))["masked"]
    alike = x == -1
    assert (alike.any(axis=-1) & ~alike.all(axis=-1)).any()


def test_a_model_without_masks_has_no_such_inputs() -> None:
    assert not {"masked", "wholly masked"} & set(suite(stack(layers.LSTM(2))))


def test_a_twin_masks_what_its_model_masks() -> None:
    """A tenth of -10 is -1 in float32 alone: as a float64 product it is -1.00000001."""
    model = stack(layers.Rescaling(0.1), layers.Masking(-1.0), layers.SimpleRNN(2))
    data = np.random.default_rng(0).standard_normal((4, 8, 4)).astype("float32")
    data[:, 5:] = -10
    shorter = np.asarray(model(data[:, :5]))
    case = reference.build_cases(model, 0, data)[0]
    assert np.abs(case.own - shorter).max() < 1e-6
    assert np.abs(case.exact - shorter).max() < 1e-6


def test_a_mean_of_nothing_leaves_the_other_rows() -> None:
    """Keras answers a wholly masked row with NaN, which nothing can be held against."""
    model = stack(
        layers.Embedding(20, 3, mask_zero=True),
        layers.GlobalAveragePooling1D(),
        shape=(8,),
        dtype="int32",
    )
    assert np.isnan(np.asarray(model(np.zeros((1, 8), "int32")))).all()
    names = {case.name for case in reference.build_cases(model, 0)}
    assert "masked" in names
    assert "wholly masked" not in names


def test_a_layer_that_masks_nothing_is_said() -> None:
    """The sums of a Dense layer are a value to the last place by chance alone."""
    rare = stack(layers.Dense(3), layers.Masking(-1.0, name="rare"), layers.LSTM(2))
    assert never_masked(rare, list(suite(rare).values())) == ["rare"]
    usual = stack(layers.Masking(-1.0), layers.LSTM(2))
    assert never_masked(usual, list(suite(usual).values())) == []


def _lengths(model: Any, x: np.ndarray) -> np.ndarray:
    """Answer as a file does that takes masks for lengths: right for padding behind alone."""
    front, recurrent, last = model.layers
    mask = np.asarray(front.compute_mask(x))
    behind = np.arange(mask.shape[1]) < mask.sum(axis=1, keepdims=True)
    return np.asarray(last(recurrent(np.asarray(front(x)), mask=behind)))


def _ignored(model: Any, x: np.ndarray) -> np.ndarray:
    """Answer as a file does that masks nothing."""
    front, recurrent, last = model.layers
    y = x if isinstance(front, layers.Masking) else np.asarray(front(x))
    return np.asarray(last(recurrent(y)))


@pytest.mark.parametrize("front", ["Masking", "Embedding"])
def test_masks_ignored_or_taken_for_lengths_are_caught(front: str) -> None:
    rest = layers.SimpleRNN(3, bias_initializer="normal"), layers.Dense(2)
    if front == "Masking":
        model = stack(layers.Masking(-1.0), *rest)
    else:
        embedding = layers.Embedding(300, 3, mask_zero=True)
        model = stack(embedding, *rest, shape=(8,), dtype="int32")
    cases = reference.build_cases(model, 0)
    assert judge_outputs(cases, [case.own for case in cases]).reason is None
    for wrong in (_lengths, _ignored):
        found = judge_outputs(cases, [wrong(model, case.x) for case in cases])
        masked = next(one for one in found.differences if one.case == "masked")
        assert masked.weight > 100
