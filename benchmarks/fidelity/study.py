"""Our median and a runtime's own, of the same artifact, in turn: fresh processes, five repeats."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

MODELS = ("three_class", "digits_cnn", "batchnorm_cnn", "lstm_series")
"""Shipped scenarios from about a microsecond to about a millisecond a call."""

REPEATS = 5

TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Who is compared with whom.

    Attributes:
        tool: the runtime's own timer, of `benchmarks.fidelity.native`.
        way: ours, of `benchmarks.fidelity.own`.
        filename: the artifact that both time.
        module: what must be installed.
        same: whether both time the same call, so that the aim is for this row.

    """

    tool: str
    way: str
    filename: str
    module: str
    same: bool = True


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
    Comparison(tool="benchmark_app", way="openvino-call", filename="model.onnx", module="openvino"),
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
    pairs = [(comparison, model) for comparison in COMPARISONS for model in MODELS]
    seen: dict[tuple[Comparison, str], list[tuple[float, float]]] = {pair: [] for pair in pairs}
    wrong: dict[tuple[Comparison, str], str] = {}
    for repeat in range(REPEATS):
        for comparison, model in pairs:
            if (comparison, model) in wrong:
                continue
            say(f"{repeat + 1} of {REPEATS}: {comparison.tool} and {comparison.way}, {model}")
            try:
                found = _both(comparison, artifacts / model / comparison.filename, repeat)
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


def _both(comparison: Comparison, artifact: Path, repeat: int) -> tuple[float, float]:
    """Time both, the tool first in every second repeat.

    Raises:
        RuntimeError: a side is not installed, or failed.

    """
    if find_spec(comparison.module) is None:
        msg = f"unavailable: no {comparison.module} here (pip install {comparison.module})"
        raise RuntimeError(msg)
    own = ["benchmarks.fidelity.own", comparison.way, str(artifact)]
    if repeat % 2 == 0:
        own_s = _seconds(own)
        return own_s, _seconds(_native(comparison, artifact, own_s))
    native_s = _seconds(_native(comparison, artifact, _seconds(own)))
    return _seconds(own), native_s


def _native(comparison: Comparison, artifact: Path, call_s: float) -> list[str]:
    return ["benchmarks.fidelity.native", comparison.tool, str(artifact), f"{call_s:.3e}"]


def _seconds(command: Sequence[str]) -> float:
    """Run a module in a fresh process; return the number in its last line.

    Raises:
        RuntimeError: it failed; the message is its last line.

    """
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if ended.returncode != 0:
        lines = ended.stderr.strip().splitlines() or [f"ended with {ended.returncode}"]
        raise RuntimeError(f"error: {lines[-1]}")
    return float(ended.stdout.strip().splitlines()[-1])
