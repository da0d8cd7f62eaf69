"""The plan in a run's folder, `run.json`: what was to be done, of what, where and when."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seqbench.core import codec
from seqbench.core.errors import InputError
from seqbench.core.files import replace_json
from seqbench.core.record import Cell
from seqbench.core.store import MARK, Store
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
    path = run.store.root / MARK
    if path.exists():
        _refuse_changes(path, run.request)
    replace_json(
        path,
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
    path = store.root / MARK
    known = json.loads(path.read_text(encoding="utf-8"))
    replace_json(path, {**known, "peak": codec.to_json(peak)})


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
        "full": full,
        "processes": None if budget.processes == usual.processes else budget.processes,
    }


def _refuse_changes(path: Path, request: Request) -> None:
    """A run is of one version of each model: its records would not belong together."""
    try:
        known = json.loads(path.read_text(encoding="utf-8")).get("origins", [])
        before = {origin.name: origin for origin in codec.from_json(tuple[Origin, ...], known)}
    except ValueError as error:
        msg = f"{path} does not hold the plan of a run ({error}): choose another folder with --out"
        raise InputError(msg) from error
    for origin in request.sources:
        old = before.get(origin.name, origin)
        if old != origin:
            msg = (
                f"{path.parent} holds a run of another {origin.name!r} ({old.path}, or the "
                "file has changed since): choose another folder with --out"
            )
            raise InputError(msg)
