"""Export models to every target, run them in the real runtimes, and judge what comes back."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it

from seqbench.backends.tensorflow import set_threads
from seqbench.core.errors import LoadError
from seqbench.core.record import Cell, Status
from seqbench.engine.jobs import locate_layer, verify
from seqbench.machine.host import available_threads
from seqbench.runtimes import RUNTIMES, Load, Session
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.verdict.judge import ask, judge
from seqbench.verdict.locate import search
from seqbench.verdict.locate.layer_outputs import compute_layer_outputs
from seqbench.verdict.locate.search import Layer
from seqbench.verdict.reference import ReferenceCase, as_format_has_it
from seqbench.verdict.tolerance import Case, Difference

DEFAULT = {
    runtime.target: runtime.name
    for runtime in RUNTIMES.values()
    if runtime.default and runtime.target is not None
}
"""The runtime that judges each target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found of one artifact.

    Attributes:
        target: its format.
        difference: where it is furthest from the model; None where it could not be run.
        refused: why it could not be exported, loaded or run; None where it could.
        reduced: of one in reduced precision, the fields of its record; else None.
        parted: the layers at which it may part from the model; none where it does not, or where
            nobody looked.

    """

    target: str
    difference: Difference | None = None
    refused: str | None = None
    reduced: Mapping[str, Any] | None = None
    parted: tuple[str, ...] = ()

    @property
    def caught(self) -> bool:
        """Whether it does not pass."""
        if self.reduced is not None:
            return self.reduced["status"] is not Status.PASS
        return self.difference is None or self.difference.reason is not None

    @property
    def weight(self) -> float:
        """The error in units of its tolerance; infinite where it could not be run.

        In reduced precision, the root of the error's power over that of the power allowed.
        """
        if self.reduced is not None:
            details = self.reduced["details"]
            short_db = [
                limit - details[name]
                for name, limit in details["limits"].items()
                if name.endswith("_db")
            ]
            return float(10 ** (max(short_db) / 20))
        return float("inf") if self.difference is None else self.difference.weight


class Judge:
    """Judges models in the runtimes of `targets`, each started once; see `judging`."""

    def __init__(self, loads: dict[str, Load], folder: Path) -> None:
        self._loads = loads
        self._folder = folder
        self._layers: dict[tuple[int, str], list[Layer]] = {}

    @property
    def targets(self) -> tuple[str, ...]:
        """The formats that it judges."""
        return tuple(self._loads)

    def model(
        self,
        model: keras.Sequential,
        cases: Sequence[ReferenceCase],
        targets: Sequence[str] | None = None,
        original: keras.Sequential | None = None,
    ) -> list[Judged]:
        """Export a model to the targets and hold it against the cases.

        Where it fails, the layer is looked for at which it parts from the `original`, if given.
        """
        frozen = freeze(model)
        found = []
        for target in targets or self.targets:
            with self.empty() as folder:
                path = folder / TARGETS[target].filename
                try:
                    TARGETS[target].export(frozen, path)
                except Exception as error:  # noqa: BLE001 - converters raise what they like
                    found.append(Judged(target=target, refused=f"not exported: {_line(error)}"))
                    continue
                found.append(self._artifact(target, path, cases, original))
        return found

    def damaged(
        self, model: keras.Sequential, cases: Sequence[ReferenceCase]
    ) -> Iterator[tuple[str, Judged]]:
        """Judge a correct export's files cut short, each with what was cut where."""
        frozen = freeze(model)
        for target in self.targets:
            with self.empty() as folder:
                whole = folder / TARGETS[target].filename
                TARGETS[target].export(frozen, whole)
                for name, cut in _cuts(whole):
                    copy = folder / "cut" / whole.name
                    _copy(whole, copy)
                    path = copy / name if name else copy
                    path.write_bytes(path.read_bytes()[:cut])
                    yield f"{name or whole.name}, {cut} bytes", self._artifact(target, copy, cases)
                    shutil.rmtree(copy.parent)

    def reduced(self, target: str, subject: verify.Subject, cell: Cell) -> Judged:
        """Judge a file in reduced precision as a run does."""
        name = f"{target} {subject.variant}"
        try:
            fields = verify.verify_reduced(subject, self._loads[target], cell)
        except LoadError as error:
            return Judged(target=name, refused=f"not loaded: {_line(error)}")
        return Judged(target=name, reduced=fields)

    def _artifact(
        self,
        target: str,
        path: Path,
        cases: Sequence[ReferenceCase],
        original: keras.Sequential | None = None,
    ) -> Judged:
        try:
            session = self._load(target, path)
        except LoadError as error:
            return Judged(target=target, refused=f"not loaded: {_line(error)}")
        try:
            asked = [as_format_has_it(case, TARGETS[target].lacks) for case in cases]
            found = judge(session, asked)
            worst = found.worst
            parted: tuple[str, ...] = ()
            if worst.reason is not None and original is not None:
                weights = {one.case: one.weight for one in found.differences}
                name = locate_layer.telling_case(weights, worst.case)
                case = next(case for case in asked if case.name == name)
                parted = self._parted(session, case, original)
        except Exception as error:  # noqa: BLE001 - runtimes raise what they like
            return Judged(target=target, refused=f"not run: {_line(error)}")
        finally:
            session.close()
        return Judged(target=target, difference=worst, parted=parted)

    def _parted(self, session: Session, case: Case, original: keras.Sequential) -> tuple[str, ...]:
        """Name the layers, as `seqbench.engine.jobs.locate_layer` does in two processes."""
        key = (id(original), case.name)
        if key not in self._layers:
            self._layers[key] = compute_layer_outputs(original, case.x, 0)
        rows = locate_layer.worst_rows(case, ask(session, case.x), session.input.shape[0])
        cut = [search.select_rows(layer, rows) for layer in self._layers[key]]
        tensors = session.tensors(case.x[rows].astype(session.input.dtype))
        found = search.find_divergence(cut, tensors, ask(session, case.x[rows]))
        return () if found is None else (found.layer, *found.others)

    def _load(self, target: str, path: Path) -> Session:
        try:
            return self._loads[target](path, "cpu", available_threads())
        except RuntimeError:  # the browser went down; it comes up again with the next model
            return self._loads[target](path, "cpu", available_threads())

    @contextmanager
    def empty(self) -> Iterator[Path]:
        """Give a folder of its own, which is removed at the end."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder)


@contextmanager
def judging(targets: Sequence[str] = tuple(DEFAULT)) -> Iterator[Judge]:
    """Start the runtimes of `targets`: one browser for all that TF.js runs."""
    if "saved_model" in targets:  # before TensorFlow's first operation, as its runtime does again
        set_threads(available_threads())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        loads = {
            target: stack.enter_context(RUNTIMES[DEFAULT[target]].start()) for target in targets
        }
        yield Judge(loads, folder)


def _cuts(whole: Path) -> Iterator[tuple[str, int]]:
    """Return which files to cut, relative to a folder, and how many bytes to leave."""
    if whole.is_file():
        files = {"": whole}
    else:
        names = [path for path in sorted(whole.rglob("*")) if path.is_file()]
        files = {str(path.relative_to(whole)): path for path in names}
        files = {n: p for n, p in files.items() if n.endswith((".json", ".bin", "model.pb"))}
    for name, path in files.items():
        size = path.stat().st_size
        for cut in (0, size // 2, size * 9 // 10, size - 1):
            yield name, cut


def _copy(whole: Path, copy: Path) -> None:
    copy.parent.mkdir()
    if whole.is_file():
        shutil.copy(whole, copy)
    else:
        shutil.copytree(whole, copy)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
