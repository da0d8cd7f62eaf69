"""Run the cases: each is exported to every target and judged in the target's runtimes."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from seqbench.core.errors import InputError
from seqbench.core.names import known
from seqbench.core.record import Kind, Record
from seqbench.core.store import Store
from seqbench.engine import pipeline
from seqbench.engine.plan import Selection
from seqbench.engine.state import Observer, Request
from seqbench.measurement.loop import QUICK
from seqbench.models.snapshot import pin
from seqbench.models.source import Source
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from studies.layers.case import Case
from studies.layers.cases import all_cases
from studies.runtimes import JUDGES


def chosen(pattern: str | None) -> list[tuple[Path, Case]]:
    """Return the cases whose name a regular expression finds itself in, with their files.

    Raises:
        InputError: it is no regular expression, or none has such a name.

    """
    try:
        wanted = re.compile(pattern or "")
    except re.error as error:
        raise InputError(f"--only {pattern}: is no regular expression: {error}") from error
    found = [(path, case) for path, case in all_cases() if wanted.search(case.name)]
    if not found:
        raise InputError(f"--only {pattern}: no case has such a name; cases are called Conv2D-same")
    return found


def judges(targets: Sequence[str] | None) -> tuple[str, ...]:
    """Return the runtimes that judge these targets, None for all.

    Raises:
        InputError: a target is unknown.

    """
    wanted = TARGETS if targets is None else known("target", targets, TARGETS)
    return tuple(name for name in JUDGES if RUNTIMES[name].target in wanted)


def walk(
    cases: Iterable[tuple[Path, Case]], targets: Sequence[str] | None, out: Path, observer: Observer
) -> list[Record]:
    """Export and verify cases, as far as the folder has no record of it; return all verdicts.

    Raises:
        InputError: a target is unknown, or the folder holds a run of other cases.

    """
    request = Request(
        sources=tuple(
            pin(
                Source(name=case.name, path=path, attribute=case.name, form="python"),
                allow_code=False,
            )
            for path, case in cases
        ),
        selection=Selection(
            kinds=(Kind.EXPORT, Kind.VERIFY),
            targets=tuple(target for target in TARGETS if targets is None or target in targets),
            runtimes=judges(targets),
            devices=("cpu",),
        ),
        budget=QUICK,
    )
    records = pipeline.run(request, Store(out), observer)
    return [record for record in records if record.cell.kind is Kind.VERIFY]
