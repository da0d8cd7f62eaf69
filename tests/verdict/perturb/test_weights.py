from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.models.twin import float64_twin
from seqbench.verdict.perturb.activations import make_shiftable
from seqbench.verdict.perturb.weights import (
    NARROW_ROUNDOFF,
    ROUNDINGS,
    UNIT_ROUNDOFF,
    move_weights,
    round_as_narrow_dtypes,
    round_as_sums,
)


def relative(model: Any, seed: int = 0) -> dict[str, np.ndarray]:
    """Return by how much each weight is moved, in units of one rounding."""
    before = model.get_weights()
    move_weights(model, before, np.random.default_rng(seed))
    return {
        "/".join(variable.path.split("/")[-2:]): (np.asarray(variable) / old - 1) / UNIT_ROUNDOFF
        for variable, old in zip(model.weights, before, strict=True)
    }


def wide() -> Any:
    keras.utils.set_random_seed(0)
    start = "random_normal"
    return float64_twin(
        keras.Sequential(
            [
                keras.Input((30, 30, 4)),
                layers.DepthwiseConv2D(3, bias_initializer=start, name="depth"),
                layers.Conv2DTranspose(8, 3, bias_initializer=start, name="across"),
                layers.Flatten(),
                layers.Dense(5, bias_initializer=start, name="dense"),
            ]
        )
    )


def test_weights_move_by_walks_along_what_is_added_up() -> None:
    found = relative(wide())
    terms = 30 * 30 * 8
    walk = found["dense/kernel"]
    assert walk.shape == (terms, 5)
    steps = np.diff(walk, axis=0)
    assert np.abs(steps).max() <= 1.01  # each addition rounds once
    assert 0.5 < np.abs(steps).mean() / 0.5 < 1.5
    assert np.abs(walk[-1]).max() < 5 * np.sqrt(terms / 3)
    assert np.abs(walk).max() > 10
    assert np.abs(np.corrcoef(steps.T) - np.eye(5)).max() < 0.1  # each output has its own walk


@pytest.mark.slow
def test_a_bias_moves_as_far_as_its_layers_longest_sum() -> None:
    sizes = [np.abs(relative(wide(), seed)["dense/bias"]).mean() for seed in range(20)]
    assert 0.7 < np.mean(sizes) / np.sqrt(30 * 30 * 8 / 3 * 2 / np.pi) < 1.3


def test_convolutions_add_up_over_their_own_axes() -> None:
    found = relative(wide())
    assert np.abs(found["depth/kernel"]).max() <= 9
    transposed = found["across/kernel"]  # (height, width, out, in)
    assert transposed.shape == (3, 3, 8, 4)
    along = np.moveaxis(transposed, 2, -1).reshape(36, 8)
    assert np.abs(np.diff(along, axis=0)).max() <= 1.01


def test_what_is_not_added_up_moves_by_one_rounding(small_cnn: Any) -> None:
    words = keras.Sequential([keras.Input((3,), dtype="int32"), layers.Embedding(5000, 2)])
    (table,) = relative(float64_twin(words)).values()
    assert np.abs(table).max() < 4
    found = relative(float64_twin(small_cnn))
    assert max(np.abs(value).max() for path, value in found.items() if "norm" in path) < 4


def test_whole_numbers_stay(small_rnn: Any) -> None:
    twin = float64_twin(small_rnn)
    before = twin.get_weights()
    move_weights(twin, before, np.random.default_rng(0))
    for old, new in zip(before, twin.get_weights(), strict=True):
        assert np.array_equal(old, new) is (old.dtype.kind != "f")


def test_only_what_narrow_layers_use_is_moved_by_narrow_roundings() -> None:
    narrow = layers.Dense(50, dtype="mixed_bfloat16")
    model = keras.Sequential([keras.Input((40,)), narrow, layers.Dense(5)])
    before, runs = model.get_weights(), []
    with round_as_narrow_dtypes(model, seed=0) as roundings:
        for _ in roundings:
            runs.append(model.get_weights())
            assert np.array_equal(runs[-1][2], before[2])
    kernels = np.array([weights[0] for weights in runs])
    moves = np.abs(kernels / before[0] - 1)
    assert len(runs) == ROUNDINGS
    assert 1.9 < moves.max() / NARROW_ROUNDOFF["bfloat16"] < 2.01
    assert len(np.unique(kernels[:, 0, 0])) == ROUNDINGS
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_a_float32_model_is_not_run_again_in_less(small_cnn: Any) -> None:
    with round_as_narrow_dtypes(small_cnn, seed=0) as roundings:
        assert list(roundings) == []


@pytest.mark.slow
def test_a_model_is_as_before_when_its_roundings_end(small_rnn: Any) -> None:
    twin = float64_twin(small_rnn)
    shifts = make_shiftable(twin)
    x = np.arange(14).reshape(2, 7) % 11
    before = np.asarray(twin(x))
    with round_as_sums(twin, shifts, seed=0) as roundings:
        for _ in roundings:
            assert not np.array_equal(before, np.asarray(twin(x)))
    assert np.array_equal(before, np.asarray(twin(x)))


def test_a_model_is_as_before_when_something_fails_amid_its_roundings(small_rnn: Any) -> None:
    twin = float64_twin(small_rnn)
    shifts = make_shiftable(twin)
    x = np.arange(14).reshape(2, 7) % 11
    before = np.asarray(twin(x))

    def fail() -> None:
        with round_as_sums(twin, shifts, seed=0) as roundings:
            next(roundings)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert np.array_equal(before, np.asarray(twin(x)))
