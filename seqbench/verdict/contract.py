"""What an artifact must keep beside its numbers: what it declares, and that it has no memory.

Numpy only.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from seqbench.verdict import tolerance
from seqbench.verdict.tolerance import Case

BATCHES = (1, 3)
"""Rows that are asked for alone, beside the whole batch: most cases have 32."""

Run = Callable[[np.ndarray], np.ndarray]
"""From inputs to an artifact's outputs."""


class _Tensor(Protocol):
    """An input or an output as an artifact declares it, as `runtimes.session.Tensor` says it."""

    @property
    def name(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def shape(self) -> tuple[int | None, ...]: ...


class _Ends(Protocol):
    """What has one input and one output: a session, and what was promised of it."""

    @property
    def input(self) -> _Tensor: ...
    @property
    def output(self) -> _Tensor: ...


def check_declaration(declared: _Ends, promised: _Ends) -> str | None:
    """Return what an artifact declares otherwise than promised; None where it keeps its word.

    A free dimension of the input must be free. Of the output only the batch must: a runtime may
    know more of the others than Keras does, or less.
    """
    for what in ("input", "output"):
        found: _Tensor = getattr(declared, what)
        wanted: _Tensor = getattr(promised, what)
        for name in ("name", "dtype"):
            if getattr(found, name) != getattr(wanted, name):
                return _otherwise(what, name, getattr(found, name), getattr(wanted, name))
        fits = _fits(found.shape, wanted.shape, strict=1 if what == "output" else None)
        if not fits:
            return _otherwise(what, "shape", found.shape, wanted.shape)
    return None


def _otherwise(what: str, name: str, found: object, wanted: object) -> str:
    return f"contract: the {what}'s {name} is {found} where {wanted} was promised"


def _fits(
    found: tuple[int | None, ...], wanted: tuple[int | None, ...], *, strict: int | None
) -> bool:
    """Whether a shape is as promised: the first `strict` dimensions exactly, None for all."""
    if len(found) != len(wanted) or found[:strict] != wanted[:strict]:
        return False
    return all(
        None in (have, want) or have == want for have, want in zip(found, wanted, strict=True)
    )


def check_repeatable(run: Run, case: Case, answer: np.ndarray, output: _Tensor) -> str | None:
    """Return what is wrong when a batch is asked again, and when rows of it are asked alone.

    The second answer may differ from the first by what the numbers may, no more: threads may add
    up in another order. Rows that were asked alone are judged as the batch was, unless the size of
    the answer is open and differs: texts are as wide as the batch's longest.

    Args:
        run: the artifact.
        case: the batch, which has been judged.
        answer: what the artifact answered to it.
        output: the output as the artifact declares it.

    """
    again = run(case.x)
    if not _same(again, answer, case):
        return f"contract: the second answer to the same {case.name} inputs is another"
    for rows in BATCHES:
        if rows < len(case.x):
            part = replace(case, x=case.x[:rows], exact=case.exact[:rows], own=case.own[:rows])
            alone = run(part.x)
            if None in output.shape[1:] and alone.shape[1:] != answer.shape[1:]:
                continue
            reason = tolerance.compare_outputs(part, alone).reason
            if reason is not None:
                return f"contract: a batch of {rows} is not answered as the {len(case.x)}: {reason}"
    return None


def _same(again: np.ndarray, answer: np.ndarray, case: Case) -> bool:
    if case.own.dtype.kind not in "fV" or np.array_equal(again, answer):
        return np.array_equal(again, answer)
    moved = tolerance.largest(again.astype(np.float64) - answer.astype(np.float64))
    return bool((moved <= tolerance.tolerances(case)).all())
