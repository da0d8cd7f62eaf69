"""What is asked of a model shrinks with what its answers cost."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.verdict import reference
from seqbench.verdict.inputs import suite
from seqbench.verdict.perturb.weights import ROUNDINGS
from seqbench.verdict.questions import BATCH_FLOPS, LEAST_ROWS, Questions, affordable


def picture(size: int, filters: int) -> Any:
    """A model whose arithmetic is a convolution's: 2 * size ** 2 * 9 * filters ** 2 and little."""
    middle = layers.Conv2D(filters, 3, padding="same", use_bias=False)
    return keras.Sequential([keras.Input((size, size, filters)), middle])


def test_small_models_are_asked_all() -> None:
    small = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    assert affordable(small) == Questions()
    assert not affordable(picture(8, 4)).fewer


@pytest.mark.parametrize(("size", "rows", "roundings"), [(64, 6, 4), (256, LEAST_ROWS, 2)])
def test_rows_and_rounded_runs_shrink_with_the_arithmetic(
    size: int, rows: int, roundings: int
) -> None:
    flops = 2 * size**2 * 9 * 90**2
    assert max(BATCH_FLOPS // flops, LEAST_ROWS) == rows
    asked = affordable(picture(size, 90))
    assert (asked.rows, asked.roundings) == (rows, roundings)


class Twice(layers.Layer):  # type: ignore[misc]  # Keras is untyped here
    """A layer of a user's own, whose arithmetic no table knows."""

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(3, 3, shape[-1], shape[-1]))

    def call(self, x: Any) -> Any:
        return keras.ops.conv(x, self.kernel, padding="same")


def test_a_layer_of_ones_own_is_counted_by_its_weights() -> None:
    own = keras.Sequential([keras.Input((64, 64, 90)), Twice()])
    assert affordable(own) == affordable(picture(64, 90))


def test_a_suite_keeps_to_its_rows() -> None:
    spec = suite.InputSpec(shape=(5,), dtype="float32")
    batches = suite.make_inputs(spec, 0, rows=2)
    assert set(batches) == set(suite.make_inputs(spec, 0))
    assert {len(x) for x in batches.values()} == {1, 2}
    words = suite.InputSpec(shape=(6,), dtype="int32", vocabulary=1000)
    assert len(suite.make_inputs(words, 0, cover_rows=40)["cover"]) == 40


def test_rounded_runs_see_no_more_rows_than_they_are_for(small_cnn: Any) -> None:
    said: list[str] = []
    reference.build_cases(small_cnn, 0, questions=Questions(rounded_rows=3), say=said.append)
    rounded = [line for line in said if line.startswith("rounded run 1")]
    assert "(random, 3 rows)" in rounded[0]
    assert any("(random, 32 rows)" in line for line in said)


def test_a_reference_says_how_often_the_twin_was_run(small_cnn: Any) -> None:
    few = reference.build_cases(small_cnn, 0, questions=Questions(rows=2, roundings=2))
    assert {case.roundings for case in few} == {2}
    assert max(len(case.x) for case in few) == 2
    assert {case.roundings for case in reference.build_cases(small_cnn, 0)} == {ROUNDINGS}
    assert all(np.isfinite(case.error).all() for case in few)


def test_a_reference_says_what_it_does_before_each_batch(small_cnn: Any) -> None:
    said: list[str] = []
    cases = reference.build_cases(small_cnn, 0, say=said.append)
    for what in ("its own answers", "its answers in float64", "rounded run 4 of 4"):
        assert len([line for line in said if line.startswith(what)]) == len(cases)
