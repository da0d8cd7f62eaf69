from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.models.twin import float64_twin
from seqbench.verdict import reference
from seqbench.verdict.inputs.wake_silent_units import find_waking_inputs


def sleepy(ending: str = "relu", bias: float = -60) -> Any:
    """A model with a unit that random inputs do not wake, and one that none can."""
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(3, activation=ending), layers.Dense(2)]
    )
    kernel = np.zeros((6, 3), "float32")
    kernel[:, 0], kernel[:, 1] = 1, [1, -1, 1, -1, 1, -1]
    biases = np.asarray([0.1, bias, -1], "float32")
    model.set_weights([kernel, biases, np.ones((3, 2), "float32"), np.zeros(2, "float32")])
    return model


def awake(model: Any, x: np.ndarray) -> np.ndarray:
    return np.asarray((np.asarray(model.layers[0](x)) > 0).any(axis=0))


@pytest.mark.parametrize("ending", ["relu", "relu6"])
def test_it_climbs_to_a_unit_that_sleeps(ending: str) -> None:
    model, seen = sleepy(ending), np.random.default_rng(0).standard_normal((32, 6), "float32")
    assert awake(model, seen).tolist() == [True, False, False]
    found = find_waking_inputs(model, lambda: sleepy(ending), [seen], seen, seed=0)
    assert found is not None
    assert found.dtype == np.float32
    assert awake(model, found).tolist() == [True, True, False]


def test_it_takes_candidates_that_wake_it() -> None:
    model, seen = sleepy(), np.zeros((4, 6), "float32")
    woken = np.asarray([[100, -100, 100, -100, 100, -100]], "float32")
    found = find_waking_inputs(model, None, [seen], np.concatenate([seen, woken]), seed=0)
    assert found is not None
    assert np.array_equal(found[-1:], woken)


def test_there_is_nothing_to_wake_without_rectifiers_or_sleepers(small_rnn: Any) -> None:
    tokens = np.zeros((2, 7), "int32")
    assert find_waking_inputs(small_rnn, None, [tokens], tokens, seed=0) is None
    wide = np.random.default_rng(0).standard_normal((64, 6), "float32") * 100
    model = sleepy()
    model.layers[0].set_weights([np.eye(6, 3, dtype="float32"), np.zeros(3, "float32")])
    assert find_waking_inputs(model, sleepy, [wide], wide, seed=0) is None


def test_the_suite_gets_what_was_found() -> None:
    model = sleepy(bias=-5000)
    cases = {case.name: case for case in reference.build_cases(model, seed=0)}
    assert awake(model, cases.pop("sought").x).tolist() == [True, True, False]
    others = np.concatenate([case.x for case in cases.values()])
    assert awake(model, others).tolist() == [True, False, False]


def test_the_same_seed_finds_the_same() -> None:
    seen = np.random.default_rng(0).standard_normal((32, 6), "float32")
    first, second = (find_waking_inputs(sleepy(), sleepy, [seen], seen, seed=3) for _ in range(2))
    assert first is not None
    assert second is not None
    assert np.array_equal(first, second)


def test_units_within_a_branched_block_are_woken_too() -> None:
    start = keras.Input((6, 6, 2))
    branch = layers.Conv2D(2, 3, padding="same")(start)
    block = keras.Model(start, layers.ReLU()(layers.Add()([start, branch])))
    model = keras.Sequential([keras.Input((6, 6, 2)), block, layers.Conv2D(3, 1)])
    assert reference.build_cases(model, seed=0)


def test_words_are_looked_for_whole() -> None:
    keras.utils.set_random_seed(0)
    lookup = layers.StringLookup(vocabulary=["ape", "bee"], output_mode="multi_hot")
    model = keras.Sequential(
        [keras.Input((2,), dtype="string"), lookup, layers.Dense(3), layers.ReLU()]
    )
    seen, candidates = np.array([["ape", "ape"]]), np.array([["hippopotamus", "bee"]] * 9)
    found = find_waking_inputs(float64_twin(model), None, [seen], candidates, seed=0)
    assert found is not None
    assert found[0].tolist() == ["hippopotamus", "bee"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_a_rectified_recurrent_layer(kind: str) -> None:
    keras.utils.set_random_seed(0)
    layer = getattr(layers, kind)(4, activation="relu")
    model = keras.Sequential([keras.Input((5, 3)), layer, layers.Dense(2)])
    seen = np.zeros((4, 5, 3), "float32")
    candidates = np.random.default_rng(0).standard_normal((32, 5, 3), "float32")
    found = find_waking_inputs(float64_twin(model), lambda: model, [seen], candidates, seed=0)
    assert found is not None
    assert (np.asarray(model.layers[0](found)) > 0).any()


def test_no_more_than_the_suite_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqbench.verdict.inputs.wake_silent_units.MAX_ELEMENTS", 6 * 3)
    model, seen = sleepy(), np.zeros((4, 6), "float32")
    woken = np.tile(np.asarray([[100, -100, 100, -100, 100, -100]], "float32"), (9, 1))
    found = find_waking_inputs(model, None, [seen], woken, seed=0)
    assert found is not None
    assert len(found) == 3


def test_no_more_than_is_asked_for() -> None:
    seen = np.zeros((4, 6), "float32")
    woken = np.tile(np.asarray([[100, -100, 100, -100, 100, -100]], "float32"), (9, 1))
    found = find_waking_inputs(sleepy(), None, [seen], woken, seed=0, rows=2)
    assert found is not None
    assert len(found) == 2


def test_nothing_climbs_where_not_even_a_step_can_be_afforded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = "seqbench.verdict.inputs.wake_silent_units"
    monkeypatch.setattr(f"{place}.MOST_FLOPS", 0)
    monkeypatch.setattr(f"{place}._climber", lambda *_: pytest.fail("a climb was made ready"))
    seen = np.random.default_rng(0).standard_normal((32, 6), "float32")
    assert find_waking_inputs(sleepy(), sleepy, [seen], seen, seed=0) is None


def test_a_round_that_wakes_nothing_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []

    def climb(x: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        rounds.append(len(wanted))
        return x

    monkeypatch.setattr("seqbench.verdict.inputs.wake_silent_units._climber", lambda *_: climb)
    seen = np.random.default_rng(0).standard_normal((32, 6), "float32")
    assert find_waking_inputs(sleepy(), sleepy, [seen], seen, seed=0) is None
    assert len(rounds) == 1
