"""The plan in a run's folder, `run.json`: what was to be done, of what, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seqbench.core import codec
from seqbench.core.errors import InputError
from seqbench.core.files import replace_json
from seqbench.core.record import Cell
from seqbench.core.store import MARK, Store, read_plan
from seqbench.engine.state import Request, Run
from seqbench.machine import host
from seqbench.measurement.loop import FULL, QUICK
from seqbench.measurement.roofline import Peak
from seqbench.models.snapshot import Origin
from seqbench.runtimes import RUNTIMES


def facts() -> dict[str, Any]:
    """Return what a plan says of where and when it was made."""
    return {
        "versions": host.versions(()),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": host.host_facts(),
    }


def write(run: Run, cells: Sequence[Cell]) -> None:
    """Write down what is planned, so that a report knows what never ran.

    Raises:
        InputError: the folder holds a run of another version of a model, or a plan that cannot be
            read.

    """
    root = run.store.root
    if (root / MARK).exists():
        _refuse_changes(root, run.request)
    replace_json(
        root / MARK,
        {
            **facts(),
            "sources": {source.name: source.spec for source in run.request.sources},
            "origins": codec.to_json(run.request.sources),
            "cells": codec.to_json(cells),
            "repeat": _repeat(run.request, cells),
        },
    )


def add_peak(store: Store, peak: Peak) -> None:
    """Write down what the machine does at most."""
    known = read_plan(store.root, dict[str, Any])
    replace_json(store.root / MARK, {**known, "peak": codec.to_json(peak)})


def _repeat(request: Request, cells: Sequence[Cell]) -> dict[str, Any]:
    """Return what a report needs to name the commands that repeat cells, see `report.Repeat`."""
    budget = request.budget
    full = replace(budget, processes=FULL.processes) == FULL
    usual = FULL if full else QUICK
    ran_in = [cell.runtime for cell in cells if cell.runtime]
    backends = {name: RUNTIMES[name].backend for name in dict.fromkeys(ran_in)}
    return {
        "backends": {name: backend for name, backend in backends.items() if backend},
        "allow_code": any(source.allow_code for source in request.sources),
        "data": next((it.data.place for it in request.sources if it.data), None),
        "metrics": next((it.metrics for it in request.sources), ()),
        "full": full,
        "processes": None if budget.processes == usual.processes else budget.processes,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What an earlier plan says of its models."""

    origins: tuple[Origin, ...] = ()


def _refuse_changes(root: Path, request: Request) -> None:
    """A run is of one version of each model: its records would not belong together."""
    before = {origin.name: origin for origin in read_plan(root, _Begun).origins}
    for origin in request.sources:
        old = before.get(origin.name, origin)
        if old != origin:
            msg = (
                f"{root} holds a run of another {origin.name!r} ({old.path}, or the "
                "file or its data has changed since): choose another folder with --out"
            )
            raise InputError(msg)
