"""Is what a loaded artifact answers still the model? The one way for jobs, timings and studies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from seqbench.core.errors import LoadError
from seqbench.runtimes.layout import fits
from seqbench.runtimes.session import Session, Tensor
from seqbench.verdict import contract, tolerance
from seqbench.verdict.tolerance import Case, Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What seqbench's own exports declare.

    Attributes:
        input: the input's name, and its shape with None where it is free.
        output: the output's, likewise.

    """

    input: Tensor
    output: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found of one artifact.

    Attributes:
        differences: how far its output is from the twin's, a case each, in the cases' order.
        broken: what of its contract it does not keep; None where it keeps all of it.

    """

    differences: tuple[Difference, ...]
    broken: str | None = None

    @property
    def worst(self) -> Difference:
        """The difference that weighs most."""
        return tolerance.worst(self.differences)

    @property
    def reason(self) -> str | None:
        """What is wrong, None where nothing is; numbers come before the contract."""
        return self.worst.reason or self.broken


def judge(
    session: Session,
    cases: Sequence[Case],
    declaration: Declaration | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Judgement:
    """Hold a session's answers against the model's, and the artifact to its contract.

    Args:
        session: the loaded artifact.
        cases: the input suite, as the artifact's format can be asked it.
        declaration: what the artifact must declare; None where somebody else made it.
        say: is told what is being done, before each batch.

    """
    outputs = []
    for i, case in enumerate(cases, 1):
        say(f"batch {i} of {len(cases)} ({case.name}, {len(case.x)} rows)")
        outputs.append(ask(session, case.x))
    found = judge_outputs(cases, outputs)
    broken = contract.check_declaration(session, declaration) if declaration else None
    if broken is None and found.differences[0].reason is None:  # else it would be wrong again
        broken = contract.check_repeatable(
            lambda x: ask(session, x), cases[0], outputs[0], session.output
        )
    return Judgement(differences=found.differences, broken=broken)


def judge_outputs(cases: Sequence[Case], outputs: Sequence[np.ndarray]) -> Judgement:
    """Hold outputs that were given before, one for each case, against the model's."""
    pairs = zip(cases, outputs, strict=True)
    return Judgement(differences=tuple(tolerance.compare_outputs(*pair) for pair in pairs))


def ask(session: Session, x: np.ndarray) -> np.ndarray:
    """Return the session's output for inputs, which are cast where that loses nothing.

    Raises:
        LoadError: the artifact takes other sizes, or another dtype, which cannot hold the inputs.

    """
    sizes = session.input.shape
    if sizes and not fits(sizes, x.shape):
        msg = f"contract: the input's shape is {sizes} where the model also takes {x.shape}"
        raise LoadError(msg)
    if x.dtype.kind != "U" and x.dtype.name != session.input.dtype:
        cast = x.astype(session.input.dtype)
        if not np.array_equal(cast.astype(x.dtype), x):
            msg = (
                f"contract: the input's dtype is {session.input.dtype} where the model takes "
                f"{x.dtype}"
            )
            raise LoadError(msg)
        x = cast
    return session.run(x)
