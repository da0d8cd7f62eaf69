"""Our median and a runtime's own, of the same artifact: fresh processes, five repeats.

Both are on one CPU and take turns: while one runs for some milliseconds the other is stopped. So
they meet the same machine, whatever else it does, and few of a median's thousands of calls are cut.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import IO, NoReturn

import numpy as np

from benchmarks.fidelity.series import Held, Series, hold, read
from seqbench.compare import cpus

MODELS = ("three_class", "digits_cnn", "batchnorm_cnn", "lstm_series")
"""Shipped scenarios from about a microsecond to about a millisecond a call."""

REPEATS = 5

TIMEOUT_S = 120.0

TURN_S = 0.005
"""How long one side runs while the other is stopped."""

LONG_ROWS = {"three_class": 16384, "digits_cnn": 16, "batchnorm_cnn": 32, "lstm_series": 64}
"""Batches whose call takes about 0.8 ms: beside it, what Python costs around it is small.

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
        held: ours against the tool's, of each repeat; none where it could not be done.
        reason: why it could not be done; None where it could.

    """

    comparison: Comparison
    model: str
    held: tuple[Held, ...] = ()
    reason: str | None = None

    @property
    def deviation(self) -> float:
        """The median of the repeats' deviations."""
        return median(held.deviation for held in self.held)


def measure(artifacts: Path, say: Callable[[str], None]) -> list[Found]:
    """Compare on all models, whose artifacts are in `artifacts/MODEL/`."""
    generator = np.random.default_rng()
    pairs = [(comparison, model) for comparison in COMPARISONS for model in MODELS]
    seen: dict[tuple[Comparison, str], list[Held]] = {pair: [] for pair in pairs}
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
            except (RuntimeError, ValueError) as error:
                wrong[comparison, model] = str(error)
            else:
                seen[comparison, model].append(found)
    return [
        Found(comparison=comparison, model=model, reason=wrong[comparison, model])
        if (comparison, model) in wrong
        else Found(
            comparison=comparison,
            model=model,
            held=tuple(seen[comparison, model]),
        )
        for comparison, model in pairs
    ]


def _both(
    comparison: Comparison, artifact: Path, rows: int, generator: np.random.Generator
) -> Held:
    """Let both measure in turn, on one CPU.

    Raises:
        RuntimeError: a side is not installed, failed, or does not end.
        ValueError: they did not measure at the same time.

    """
    if find_spec(comparison.module) is None:
        msg = f"unavailable: no {comparison.module} here (pip install {comparison.module})"
        raise RuntimeError(msg)
    cpu = cpus.quiet(generator)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sides = [
            stack.enter_context(_started([name, what, str(artifact), str(rows)], folder, cpu))
            for name, what in (("own", comparison.way), ("native", comparison.tool))
        ]
        call_s, _ = (side.line() for side in sides)
        for side in sides:
            side.go(call_s)
        _take_turns([side.process for side in sides])
        own, native = (side.found() for side in sides)
    return hold(own, native)


def _take_turns(processes: Sequence["subprocess.Popen[str]"]) -> None:
    """Let one process run and the others rest, in turn, until all have ended."""
    ends = time.monotonic() + TIMEOUT_S
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    while any(process.poll() is None for process in processes):
        if time.monotonic() > ends:
            msg = f"error: not ended after {TIMEOUT_S:g} s"
            raise RuntimeError(msg)
        for process in processes:
            process.send_signal(signal.SIGCONT)
            time.sleep(TURN_S)
            process.send_signal(signal.SIGSTOP)


@dataclass(frozen=True, slots=True)
class _Side:
    """A started process that says when it is ready, and waits.

    Attributes:
        process: the process.
        file: where it writes what it found.
        log: what it writes to standard error.

    """

    process: "subprocess.Popen[str]"
    file: Path
    log: IO[str]

    def line(self) -> str:
        """Return the line that says that it is ready."""
        assert self.process.stdout is not None  # noqa: S101 - it was opened as a pipe
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT_S)
        return (ready and self.process.stdout.readline()) or self._failed()

    def go(self, call_s: str) -> None:
        """Let it measure."""
        assert self.process.stdin is not None  # noqa: S101 - it was opened as a pipe
        self.process.stdin.write(call_s)
        self.process.stdin.flush()

    def found(self) -> Series:
        """Return what it measured, once it has ended."""
        return read(self.file) if self.process.returncode == 0 else self._failed()

    def _failed(self) -> NoReturn:
        self.process.kill()
        self.log.seek(0)
        # LiteRT says what it does as it goes, to its very end.
        lines = [line for line in self.log.read().splitlines() if not line.startswith("INFO: ")]
        msg = f"error: {lines[-1] if lines else f'ended with {self.process.wait()}'}"
        raise RuntimeError(msg)


@contextmanager
def _started(words: Sequence[str], folder: Path, cpu: int | None) -> Iterator[_Side]:
    """Start a module of this folder on a CPU, None for any; it is ended with the context."""
    name, *told = words
    file = folder / f"{name}.json"
    with (
        (folder / f"{name}.log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.fidelity.{name}", *told, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        if cpu is not None:
            os.sched_setaffinity(process.pid, {cpu})  # before it has any other thread
        try:
            yield _Side(process, file, log)
        finally:
            process.kill()
