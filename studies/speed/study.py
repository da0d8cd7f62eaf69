"""Three ways to the same files, one after another, each in fresh processes; then who is right."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqbench.targets import TARGETS
from studies.runtimes import judges_of
from studies.speed import official
from studies.speed.clock import Clocked, clocked
from studies.speed.keras_own import FORMATS

SAVED = "saved_model"

RECORDS = "records.json"
"""Where seqbench writes what it found of its own exports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one way took, and made.

    Attributes:
        name: for people.
        targets: the formats that it was asked for.
        clocks: what its processes took, one after another.
        wrong: what is wrong with each file that is missing or not right, by model and target.

    """

    name: str
    targets: tuple[str, ...]
    clocks: tuple[Clocked, ...]
    wrong: dict[tuple[str, str], str]

    @property
    def wall_s(self) -> float:
        """Seconds of all its processes."""
        return sum(clock.wall_s for clock in self.clocks)

    @property
    def peak_bytes(self) -> int:
        """The largest memory at any time."""
        return max(clock.together_bytes for clock in self.clocks)


Say = Callable[[str], None]


def measure(folder: Path, names: Sequence[str], say: Say) -> list[Way]:
    """Measure each way on the models `folder/NAME.keras`; judge all files by `folder/NAME.npz`."""
    models = [folder / f"{name}.keras" for name in names]
    taken = {}
    for name, targets, run in (
        ("seqbench export", tuple(TARGETS), run_seqbench),
        ("official converters", tuple(TARGETS), _official),
        ("Keras's model.export", tuple(FORMATS), run_keras),
    ):
        say(f"{name}, {len(models)} models")
        out = folder / run.__name__
        out.mkdir()
        taken[name] = (targets, out, tuple(run(models, out)))
    ways = []
    for name, (targets, out, clocks) in taken.items():
        say(f"running the files of {name}")
        wrong = {
            (model.stem, target): found
            for model in models
            for target in targets
            if (found := _wrong(out / model.stem / TARGETS[target].filename, target, model))
        }
        ways.append(Way(name=name, targets=targets, clocks=clocks, wrong=wrong))
    return ways


def run_seqbench(
    models: Sequence[Path], out: Path, targets: Sequence[str] = tuple(TARGETS)
) -> Iterable[Clocked]:
    """Export models with seqbench, in one command; its records lie in the folder as well."""
    command = [sys.executable, "-m", "seqbench", "export", *map(str, models), "--out", str(out)]
    wanted = ["--target", ",".join(targets), "--json", str(out / RECORDS)]
    yield clocked([*command, *wanted], out / "log")


def run_keras(models: Sequence[Path], out: Path) -> Iterable[Clocked]:
    """Export models with Keras's own three exports, all in one process."""
    module = "studies.speed.keras_own"
    yield clocked([sys.executable, "-m", module, str(out), *map(str, models)], out / "log")


def _official(models: Sequence[Path], out: Path) -> Iterable[Clocked]:
    for model in models:
        mine = out / model.stem
        mine.mkdir()
        saved = mine / TARGETS[SAVED].filename  # first: two converters start from it
        for target in (SAVED, *(target for target in TARGETS if target != SAVED)):
            path = mine / TARGETS[target].filename
            yield clocked(official.command(target, model, saved, path), out / "log")


def _wrong(artifact: Path, target: str, model: Path) -> str | None:
    """Return what is wrong with a file in the last of its runtimes; None where it is right."""
    if not artifact.exists():
        return "not made"
    answers, found = str(model.with_suffix(".npz")), None
    # In one of them: TF.js's wasm lacks some operations that the stock converter uses, its cpu
    # backend has them.
    for runtime in judges_of(target):
        command = [sys.executable, "-m", "studies.speed.judge", runtime, str(artifact), answers]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode == 0:
            return None
        lines = ended.stderr.strip().splitlines() or [f"ended with {ended.returncode}"]
        found = f"{runtime}: {lines[-1]}"
    return found
