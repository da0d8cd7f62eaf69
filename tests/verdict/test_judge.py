"""One judgement for a session: numbers first, then the contract."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import LoadError
from seqbench.runtimes.session import LocalSession, Session, Tensor
from seqbench.verdict.judge import Declaration, ask, judge, judge_outputs
from seqbench.verdict.tolerance import Case

X = np.random.default_rng(0).standard_normal((32, 4)).astype(np.float32)
INPUT = Tensor(name="input", shape=(None, 4), dtype="float32")
OUTPUT = Tensor(name="output", shape=(None, 4), dtype="float32")
DECLARATION = Declaration(input=INPUT, output=OUTPUT)


def session(call: Callable[[np.ndarray], np.ndarray], dtype: str = "float32") -> Session:
    return LocalSession(
        input=replace(INPUT, dtype=dtype),
        output=OUTPUT,
        device_used=lambda: "cpu",
        prepare=lambda x: x,
        call=call,
    )


@pytest.fixture
def cases(case: Callable[..., Any]) -> list[Case]:
    """A model that doubles, asked twice."""
    exact = 2 * X.astype(np.float64)
    return [replace(case(exact, name=name), x=X) for name in ("random", "spread")]


def test_the_model_itself_passes(cases: list[Case]) -> None:
    found = judge(session(lambda x: 2 * x), cases, DECLARATION)
    assert found.reason is None
    assert [difference.case for difference in found.differences] == ["random", "spread"]


def test_the_worst_case_is_named(cases: list[Case]) -> None:
    seen: list[int] = []

    def second(x: np.ndarray) -> np.ndarray:
        seen.append(len(x))
        return 2 * x + np.float32(0.01 * (len(seen) == 2))

    found = judge(session(second), cases)
    assert found.worst.case == "spread"
    assert (found.reason or "").startswith("numbers differ: on spread inputs")


def test_numbers_come_before_the_contract(cases: list[Case]) -> None:
    other = replace(DECLARATION, input=replace(INPUT, name="x"))
    wrong = judge(session(lambda x: 3 * x), cases, other)
    assert (wrong.reason or "").startswith("numbers differ")
    assert wrong.broken == "contract: the input's name is input where x was promised"
    assert judge(session(lambda x: 2 * x), cases, other).reason == wrong.broken


def test_a_wrong_answer_is_not_asked_for_again(cases: list[Case]) -> None:
    asked: list[int] = []

    def wrong(x: np.ndarray) -> np.ndarray:
        asked.append(len(x))
        return 3 * x

    judge(session(wrong), cases)
    assert len(asked) == len(cases)


def test_an_answer_that_depends_on_the_call_before(cases: list[Case]) -> None:
    calls: list[int] = []

    def growing(x: np.ndarray) -> np.ndarray:
        calls.append(1)
        return 2 * x + np.float32(len(calls) > len(cases))

    assert judge(session(growing), cases).reason == (
        "contract: the second answer to the same random inputs is another"
    )


def test_outputs_that_were_given_before_are_held_alike(cases: list[Case]) -> None:
    outputs = [2 * X, 2 * X + np.float32(1)]
    assert judge_outputs(cases[:1], outputs[:1]).reason is None
    assert judge_outputs(cases, outputs).worst.case == "spread"
    with pytest.raises(ValueError, match="zip"):
        judge_outputs(cases, outputs[:1])


def test_inputs_are_cast_only_where_nothing_is_lost() -> None:
    taken = session(lambda x: x, dtype="int32")
    assert ask(taken, np.array([[1.0, 2.0, 3.0, 4.0]], np.float32)).dtype == np.int32
    with pytest.raises(LoadError, match="contract: the input's dtype is int32 where the mod"):
        ask(taken, np.array([[1.5, 2.0, 3.0, 4.0]], np.float32))


def test_inputs_of_other_sizes_are_refused_in_words() -> None:
    text = r"contract: the input's shape is \(None, 4\) where the model also takes \(2, 5\)"
    with pytest.raises(LoadError, match=text):
        ask(session(lambda x: x), np.zeros((2, 5), np.float32))
