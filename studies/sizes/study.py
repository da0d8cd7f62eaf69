"""One model after another: our export for each target and for all, then Keras's own."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from seqbench.targets import TARGETS
from studies.sizes import models
from studies.speed.clock import Clocked
from studies.speed.study import RECORDS, run_keras, run_seqbench

ALL = "all"
"""The export to every target at once."""

KERAS = "Keras"
"""Keras's three exports in one process."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export took.

    Attributes:
        clock: its time and memory.
        passed: how many artifacts were made and are right; None where nothing judges them.
        asked: how many there should be.

    """

    clock: Clocked
    passed: int | None
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A model, and what each way took.

    Attributes:
        name: the model's.
        file_bytes: the size of its file, which is that of its weights and little more.
        ways: by target, and for `ALL` and `KERAS`.

    """

    name: str
    file_bytes: int
    ways: dict[str, Exported]


def measure(names: Sequence[str], targets: Sequence[str], say: Say, *, apart: bool) -> list[Sized]:
    """Measure models, each in every way; `apart`: each target by itself as well."""
    found = []
    ways = [*([target] for target in targets if apart), list(targets)]
    for name in names:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            path = folder / f"{name}.keras"
            saving = get_context("spawn").Process(target=models.save, args=[name, path])
            saving.start()  # in a process of its own: its memory goes with it
            saving.join()
            took = {}
            for way in ways:
                label = way[0] if way is not ways[-1] else ALL
                say(f"{name}: {label}")
                took[label] = _ours(path, folder / label, way)
            say(f"{name}: {KERAS}")
            (folder / KERAS).mkdir()
            (clock,) = run_keras([path], folder / KERAS)
            took[KERAS] = Exported(clock=clock, passed=None, asked=3)
            found.append(Sized(name=name, file_bytes=path.stat().st_size, ways=took))
    return found


def _ours(model: Path, out: Path, targets: Sequence[str]) -> Exported:
    out.mkdir()
    (clock,) = run_seqbench([model], out, targets)
    judged = out / RECORDS
    records = json.loads(judged.read_text(encoding="utf-8")) if judged.exists() else []
    passed = {
        record["target"]
        for record in records
        if record["kind"] == "verify" and record["status"] == "pass"
    }
    return Exported(clock=clock, passed=len(passed & set(TARGETS)), asked=len(targets))
