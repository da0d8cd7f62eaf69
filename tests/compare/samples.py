"""Runs' folders made in code and seeded."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.record import Cell, Kind, Record, Status
from seqbench.store import Store

MACHINE = {"cpu": "AMD EPYC", "cpus": 2, "os": "Linux", "python": "3.11.7", "threads": 2}

EXPORT = Cell(model="a", kind=Kind.EXPORT, target="onnx")
VERIFY = Cell(model="a", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime")
TRAIN = Cell(model="a", kind=Kind.TRAIN, runtime="keras", batch_size=16)


def infer(batch_size: int = 1) -> Cell:
    return Cell(
        model="a", kind=Kind.INFER, target="onnx", runtime="onnxruntime", batch_size=batch_size
    )


def timed(
    cell: Cell, seconds: float, seed: int, processes: int = 6, spread: float = 0.003, **more: Any
) -> Record:
    """A record of processes that each have their own level."""
    generator = np.random.default_rng(seed)
    levels = seconds * np.exp(generator.normal(0, spread, processes))
    samples = [level * np.exp(generator.normal(0, 0.01, 30)) for level in levels]
    return record(
        cell,
        samples_s=tuple(np.concatenate(samples).tolist()),
        samples_per_process=(30,) * processes,
        calls_per_sample=1,
        **more,
    )


def record(cell: Cell, status: Status = Status.PASS, **more: Any) -> Record:
    return Record(cell=cell, status=status, **{"machine": MACHINE, **more})


def run(folder: Path, *records: Record) -> Path:
    """Write a run's folder."""
    store = Store(folder)
    store.root.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"cells": [], "sources": {}}))
    for one in records:
        store.save(one)
    return folder
