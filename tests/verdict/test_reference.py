from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.models.twin import float64_twin
from seqbench.verdict import reference, tolerance


def test_the_twin_computes_in_float64_with_the_same_weights(small_cnn: Any) -> None:
    twin = float64_twin(small_cnn)
    for mine, its in zip(small_cnn.get_weights(), twin.get_weights(), strict=True):
        assert its.dtype == np.float64
        assert np.array_equal(mine, its)
    x = np.random.default_rng(0).standard_normal((2, 8, 8, 1))
    assert np.abs(twin(x).numpy() - small_cnn(x.astype(np.float32)).numpy()).max() < 1e-6
    assert twin(x).dtype == "float64"
    assert keras.config.floatx() == "float32"


@pytest.mark.parametrize(
    "fixture", ["small_cnn", pytest.param("small_rnn", marks=pytest.mark.slow)]
)
def test_float32_costs_something_and_not_much(fixture: str, request: pytest.FixtureRequest) -> None:
    cases = reference.build_cases(request.getfixturevalue(fixture), seed=0)
    assert len({len(case.x) for case in cases}) > 1
    for case in cases:
        assert case.own.dtype == np.float32
        assert case.exact.dtype == np.float64
        assert 0 < case.error.max() < 1e-5
        assert tolerance.compare_outputs(case, case.own).reason is None


def test_cases_come_back_from_their_file(small_cnn: Any, tmp_path: Path) -> None:
    cases = reference.build_cases(small_cnn, seed=1)
    reference.save(cases, tmp_path / "reference.npz")
    for before, after in zip(cases, reference.load(tmp_path / "reference.npz"), strict=True):
        assert before.name == after.name
        for part in reference.PARTS:
            assert np.array_equal(getattr(before, part), getattr(after, part))


def test_held_out_data_are_the_first_case(small_cnn: Any) -> None:
    data = np.random.default_rng(0).random((40, 8, 8, 1))
    first = reference.build_cases(small_cnn, seed=0, data=data)[0]
    assert first.name == "held-out"
    assert np.array_equal(first.x, data[:32].astype(np.float32))


def test_the_vocabulary_is_the_embeddings(small_rnn: Any) -> None:
    spec = reference.input_spec(small_rnn)
    assert (spec.shape, spec.dtype, spec.vocabulary) == ((7,), "int32", 11)


def test_a_model_of_nan_has_nothing_to_compare() -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.set_weights([np.full((2, 1), np.nan), np.zeros(1)])
    with pytest.raises(ValueError, match="answers every input with NaN or infinity"):
        reference.build_cases(model, seed=0)


def test_what_float64_costs_is_not_what_float32_would_cost() -> None:
    dense = layers.Dense(3, dtype="float64", kernel_initializer="random_normal")
    model = keras.Sequential([keras.Input((6,), dtype="float64"), dense])
    case = reference.build_cases(model, seed=0)[0]
    assert 0 < case.error.max() < 1e-14
    assert 1e-9 < case.float32_error.max() < 1e-6
    silent = case.own.astype("float32").astype("float64")  # float32 somewhere inside
    assert tolerance.compare_outputs(case, silent).reason is not None
    there = reference.as_format_has_it(case, {"float64": "float32"})
    assert tolerance.compare_outputs(there, silent.astype("float32")).reason is None
    assert tolerance.compare_outputs(there, silent * (1 + 1e-4)).reason is not None


def test_other_models_have_one_yardstick(small_cnn: Any) -> None:
    case = reference.build_cases(small_cnn, seed=0)[0]
    assert np.array_equal(case.error, case.float32_error)
    assert reference.as_format_has_it(case, {"float64": "float32"}).own.dtype == np.float32


def test_words_are_looked_up_and_come_back_from_their_file(tmp_path: Path) -> None:
    words = ["ape", "bee", "cat"]
    lookup = layers.StringLookup(vocabulary=words)
    model = keras.Sequential([keras.Input((4,), dtype="string"), lookup])
    cases = reference.build_cases(model, seed=0)
    asked = {word for case in cases for word in case.x.flat}
    assert asked >= {*words, ""}
    assert set(np.unique(cases[0].own)) == {0, 1, 2, 3}
    reference.save(cases, tmp_path / "reference.npz")
    for before, after in zip(cases, reference.load(tmp_path / "reference.npz"), strict=True):
        assert after.x.dtype.kind == "U"
        assert np.array_equal(before.x, after.x)


def test_outputs_may_be_words() -> None:
    lookup = layers.StringLookup(vocabulary=["ape", "bee"], invert=True)
    model = keras.Sequential([keras.Input((4,), dtype="int64"), lookup])
    case = next(case for case in reference.build_cases(model, seed=0) if case.name == "cover")
    assert set(case.own.flat) == {"[UNK]", "ape", "bee"}
    assert case.error.tolist() == [0, 0, 0, 0]


def test_outputs_may_be_as_long_as_their_inputs() -> None:
    vectors = layers.TextVectorization(vocabulary=["ape", "bee"])
    model = keras.Sequential([keras.Input((1,), dtype="string"), vectors])
    for case in reference.build_cases(model, seed=0):
        assert case.scale.shape == case.own.shape[-1:]


def test_the_twin_resizes_in_float64() -> None:
    model = keras.Sequential([keras.Input((8, 9, 1)), layers.Resizing(12, 14)])
    case = reference.build_cases(model, seed=0)[0]
    assert np.abs(case.exact - case.exact.astype("float32")).max() > 0
    assert 0 < case.error.max() < 1e-5


def test_a_size_frozen_into_an_artifact_shows() -> None:
    layers = keras.layers
    stack = [keras.Input((None, 3)), layers.Conv1D(4, 3), layers.GlobalMaxPooling1D()]
    found = {case.name: case for case in reference.build_cases(keras.Sequential(stack), seed=0)}
    assert found["random"].x.shape[1] != found["other size"].x.shape[1]
    assert found["other size"].exact.shape == (4, 4)


@pytest.mark.parametrize("end", ["GlobalAveragePooling1D", "GlobalMaxPooling1D"])
def test_an_open_size_is_one_that_the_model_can_take(end: str) -> None:
    """Of 32 steps nothing is left, and the sigmoid makes a number of whatever was in memory."""
    stack = [layer for _ in range(4) for layer in (layers.Conv1D(4, 3), layers.MaxPooling1D(2))]
    last = [getattr(layers, end)(), layers.Activation("sigmoid")]
    model = keras.Sequential([keras.Input((None, 3)), *stack, *last])
    found = {case.name: case for case in reference.build_cases(model, seed=0)}
    assert found["random"].x.shape[1:] == (64, 3)
    assert found["other size"].x.shape[1:] == (67, 3)


def test_a_model_that_takes_multiples_alone_gets_multiples() -> None:
    stack = [keras.Input((None, 3)), keras.layers.Reshape((-1, 12)), keras.layers.Dense(2)]
    found = {case.name: case for case in reference.build_cases(keras.Sequential(stack), seed=0)}
    assert found["other size"].x.shape[1:] == (20, 3)


class Forgetful(layers.Layer):  # type: ignore[misc]  # Keras is untyped here
    """Multiplies by a number that its configuration leaves out."""

    factor = 1.0

    def call(self, x: Any) -> Any:
        return self.factor * x


def test_a_twin_that_is_another_model_is_refused() -> None:
    keras.utils.set_random_seed(0)
    layer = Forgetful()
    layer.factor = 1.2
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layer])
    with pytest.raises(ValueError, match=r"differ by 0\.2 of their size on \w+ inputs, at most"):
        reference.build_cases(model, seed=0)


def test_a_model_that_roundings_take_far_keeps_its_twin() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.add(layers.Rescaling(1e7, -1e7))
    model.add(layers.Activation(keras.ops.sin))
    model.layers[0].set_weights([np.zeros((4, 3)), np.ones(3)])
    assert max(case.error.max() for case in reference.build_cases(model, seed=0)) > reference.FAR


@pytest.mark.parametrize(("dtype", "turns"), [("mixed_bfloat16", True), ("float32", False)])
def test_a_narrow_sum_that_is_right_by_luck_is_no_yardstick(dtype: str, turns: bool) -> None:
    """Two equal sums that cancel: the model halves exactly, and a rounding makes it 0.1 or 0.9."""
    layer = layers.Dense(2, use_bias=False, activation="softmax", dtype=dtype)
    model = keras.Sequential([keras.Input((64,)), layer])
    model.set_weights([np.tile([[100.3, 100.3], [-100.3, -100.3]], (32, 1))])
    case = reference.build_cases(model, seed=0, data=np.ones((8, 64)))[0]
    # In float32 a CPU may add the columns in different orders; the sums then cancel nearly.
    assert case.own.astype(float) == pytest.approx(0.5, abs=1e-4 if dtype == "float32" else 0)
    assert bool(case.error.max() > 0.1) is turns
