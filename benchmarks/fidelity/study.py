"""Our median and a runtime's own, of the same artifact: fresh processes, five repeats.

Both run at once on one CPU, where the system lets them take turns of some milliseconds: so they
meet the same machine, whatever else it does. Few calls of a median's thousands are interrupted.
"""

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import IO, NoReturn

import numpy as np

from seqbench.compare import cpus

MODELS = ("three_class", "digits_cnn", "batchnorm_cnn", "lstm_series")
"""Shipped scenarios from about a microsecond to about a millisecond a call."""

REPEATS = 5

TIMEOUT_S = 300.0

LONG_ROWS = {"three_class": 4096, "digits_cnn": 8, "batchnorm_cnn": 16, "lstm_series": 16}
"""Batches whose call takes about 0.4 ms: beside it, what Python costs around it is small.

OpenVINO's tool reads its times inside the runtime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Who is compared with whom.

    Attributes:
        tool: the runtime's own timer, of `benchmarks.fidelity.native`.
        way: ours, of `benchmarks.fidelity.own`.
        filename: the artifact that both time.
        module: what must be installed.
        long: whether batches have `LONG_ROWS` rows, else one.
        same: whether both time the same call, so that the aim is for this row.

    """

    tool: str
    way: str
    filename: str
    module: str
    long: bool = False
    same: bool = True

    def rows(self, model: str) -> int:
        """Return how many rows a batch has."""
        return LONG_ROWS[model] if self.long else 1


COMPARISONS = (
    Comparison(
        tool="litert-benchmark",
        way="litert-call",
        filename="model.tflite",
        module="ai_edge_litert",
    ),
    Comparison(
        tool="litert-benchmark",
        way="litert",
        filename="model.tflite",
        module="ai_edge_litert",
        same=False,
    ),
    Comparison(tool="timeit", way="onnxruntime", filename="model.onnx", module="onnxruntime"),
    Comparison(
        tool="benchmark_app",
        way="openvino-call",
        filename="model.onnx",
        module="openvino",
        long=True,
    ),
    Comparison(
        tool="benchmark_app",
        way="openvino-call",
        filename="model.onnx",
        module="openvino",
        same=False,
    ),
)
"""All comparisons, in the table's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One model in one comparison.

    Attributes:
        comparison: who was compared.
        model: the scenario.
        own_s: our medians, one a repeat; none where it could not be done.
        native_s: the tool's, of the same repeats.
        reason: why it could not be done; None where it could.

    """

    comparison: Comparison
    model: str
    own_s: tuple[float, ...] = ()
    native_s: tuple[float, ...] = ()
    reason: str | None = None

    @property
    def deviations(self) -> tuple[float, ...]:
        """Ours over theirs, less one, of each repeat."""
        return tuple(own / their - 1 for own, their in zip(self.own_s, self.native_s, strict=True))

    @property
    def deviation(self) -> float:
        """The median of the repeats' deviations."""
        return median(self.deviations)


def measure(artifacts: Path, say: Callable[[str], None]) -> list[Found]:
    """Compare on all models, whose artifacts are in `artifacts/MODEL/`."""
    generator = np.random.default_rng()
    pairs = [(comparison, model) for comparison in COMPARISONS for model in MODELS]
    seen: dict[tuple[Comparison, str], list[tuple[float, float]]] = {pair: [] for pair in pairs}
    wrong: dict[tuple[Comparison, str], str] = {}
    for repeat in range(REPEATS):
        for comparison, model in pairs:
            if (comparison, model) in wrong:
                continue
            rows = comparison.rows(model)
            what = f"{comparison.tool} and {comparison.way}, {model}, batch {rows}"
            say(f"{repeat + 1} of {REPEATS}: {what}")
            try:
                artifact = artifacts / model / comparison.filename
                found = _both(comparison, artifact, rows, generator)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                wrong[comparison, model] = str(error)
            else:
                seen[comparison, model].append(found)
    return [
        Found(comparison=comparison, model=model, reason=wrong[comparison, model])
        if (comparison, model) in wrong
        else Found(
            comparison=comparison,
            model=model,
            own_s=tuple(own for own, _ in seen[comparison, model]),
            native_s=tuple(native for _, native in seen[comparison, model]),
        )
        for comparison, model in pairs
    ]


def _both(
    comparison: Comparison, artifact: Path, rows: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Let both measure at once, on one CPU; return our median and the tool's, seconds.

    Raises:
        RuntimeError: a side is not installed, or failed.
        subprocess.TimeoutExpired: a side does not end.

    """
    if find_spec(comparison.module) is None:
        msg = f"unavailable: no {comparison.module} here (pip install {comparison.module})"
        raise RuntimeError(msg)
    cpu = cpus.quiet(generator)
    told = [str(artifact), str(rows)]
    with ExitStack() as stack:
        own, native = (
            stack.enter_context(_started(["-m", f"benchmarks.fidelity.{side}", *words], cpu))
            for side, words in (
                ("own", [comparison.way, *told]),
                ("native", [comparison.tool, *told]),
            )
        )
        call_s, _ = own.line(), native.line()
        for side in (own, native):
            side.go(call_s)
        return own.seconds(), native.seconds()


@dataclass(frozen=True, slots=True)
class _Side:
    """A started process that says when it is ready, and waits.

    Attributes:
        process: the process.
        log: what it writes to standard error.

    """

    process: "subprocess.Popen[str]"
    log: IO[str]

    def line(self) -> str:
        """Return the line that says that it is ready."""
        assert self.process.stdout is not None  # noqa: S101 - it was opened as a pipe
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT_S)
        if not ready:
            raise subprocess.TimeoutExpired(self.process.args, TIMEOUT_S)
        return self.process.stdout.readline() or self._failed()

    def go(self, call_s: str) -> None:
        """Let it measure."""
        assert self.process.stdin is not None  # noqa: S101 - it was opened as a pipe
        self.process.stdin.write(call_s)
        self.process.stdin.flush()

    def seconds(self) -> float:
        """Return the number in its last line."""
        printed, _ = self.process.communicate(timeout=TIMEOUT_S)
        if self.process.returncode != 0:
            self._failed()
        return float(printed.strip().splitlines()[-1])

    def _failed(self) -> NoReturn:
        self.process.wait(timeout=TIMEOUT_S)
        self.log.seek(0)
        # LiteRT says what it does as it goes, to its very end.
        lines = [line for line in self.log.read().splitlines() if not line.startswith("INFO: ")]
        msg = f"error: {lines[-1] if lines else f'ended with {self.process.returncode}'}"
        raise RuntimeError(msg)


@contextmanager
def _started(words: Sequence[str], cpu: int | None) -> Iterator[_Side]:
    """Start Python on a CPU, None for any; it is ended with the context."""
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        if cpu is not None:
            os.sched_setaffinity(process.pid, {cpu})  # before it has any other thread
        try:
            yield _Side(process, log)
        finally:
            process.kill()
