from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqbench.verdict import FACTOR, FLOOR_ULPS, Case, compare_outputs, largest, tolerances, worst

Make = Callable[..., Case]
EXACT = np.random.default_rng(0).standard_normal((32, 5))


@given(arrays(np.float64, (9, 3), elements=st.floats(-1e6, 1e6)), st.floats(0, 1))
def test_the_models_own_output_passes(exact: np.ndarray, error: float) -> None:
    """Rounding to float32 costs half a unit in the last place, less than the floor."""
    case = Case(
        name="random",
        x=exact,
        exact=exact,
        own=exact.astype(np.float32),
        error=np.full(3, error),
        scale=largest(exact),
    )
    assert compare_outputs(case, exact.astype(np.float32)).reason is None


@given(st.integers(0, 31), st.integers(0, 4), st.floats(1.05, 1e6))
def test_one_wrong_number_fails(row: int, channel: int, times: float) -> None:
    case = Case(
        name="random",
        x=EXACT,
        exact=EXACT,
        own=EXACT.astype(np.float32),
        error=np.full(5, 1e-6),
        scale=largest(EXACT),
    )
    got = EXACT.astype(np.float32)
    got[row, channel] += np.float32(times * tolerances(case)[channel])
    found = compare_outputs(case, got)
    assert found.channel == channel
    assert found.max_abs_error > found.tolerance
    assert found.weight > 1
    assert "numbers differ: on random inputs" in (found.reason or "")


def test_the_tolerance_is_a_multiple_of_the_models_own_error(case: Make) -> None:
    assert tolerances(case(EXACT, error=1e-5)) == pytest.approx(np.full(5, FACTOR * 1e-5))


def test_the_tolerance_has_a_floor_of_a_few_last_places(case: Make) -> None:
    floor = FLOOR_ULPS * float(np.finfo(np.float32).eps) * np.abs(EXACT).max(axis=0)
    assert tolerances(case(EXACT, error=0.0)) == pytest.approx(floor)


def test_a_large_channel_does_not_hide_a_small_one(case: Make) -> None:
    exact = EXACT * [1e6, 1, 1, 1, 1e-6]
    got = exact.astype(np.float32)
    got[:, 4] *= 1.001
    found = compare_outputs(case(exact, error=0.0), got)
    assert found.channel == 4
    assert found.reason is not None


def test_few_rows_share_the_largest_error() -> None:
    exact = EXACT[:2]
    few = Case(
        name="zeros",
        x=exact,
        exact=exact,
        own=exact.astype(np.float32),
        error=np.array([0, 0, 0, 0, 1e-4]),
        scale=largest(exact),
    )
    assert tolerances(few) == pytest.approx(np.full(5, FACTOR * 1e-4))


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        (EXACT[:, :4].astype(np.float32), r"output shape is \(32, 4\) where the model gives"),
        (EXACT[:9].astype(np.float32), r"output shape is \(9, 5\) where the model gives"),
        (EXACT, "output dtype is float64 where the model gives float32"),
        (np.full((32, 5), np.nan, np.float32), "NaN in 160 of 160 outputs"),
        (
            np.where(EXACT.max() > EXACT, EXACT, np.inf).astype(np.float32),
            "an infinity in 1 of 160",
        ),
    ],
)
def test_a_broken_contract_fails(case: Make, got: np.ndarray, reason: str) -> None:
    found = compare_outputs(case(EXACT), got)
    assert found.max_abs_error == np.inf
    assert found.weight == np.inf
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(found.reason)


def test_whole_numbers_must_be_equal() -> None:
    exact = np.arange(6).reshape(2, 3)
    case = Case(
        name="random",
        x=exact,
        exact=exact.astype(np.float64),
        own=exact,
        error=np.zeros(3),
        scale=largest(exact),
    )
    assert compare_outputs(case, exact).reason is None
    assert (
        compare_outputs(case, exact + 1).reason == "on random inputs: 6 of 6 integer outputs differ"
    )


def test_the_worst_is_the_heaviest_not_the_largest(case: Make) -> None:
    got: Any = EXACT.astype(np.float32)
    loose = compare_outputs(case(EXACT, error=1.0, name="loose"), got + np.float32(0.1))
    tight = compare_outputs(case(EXACT, error=0.0, name="tight"), got + np.float32(0.01))
    assert worst([loose, tight]).case == "tight"
