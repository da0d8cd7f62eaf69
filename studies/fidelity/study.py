"""Our median and a runtime's own, of the same artifact: fresh processes, five repeats."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from studies.fidelity.rounds import Rounds, read

MODELS = ("three_class", "digits_cnn", "batchnorm_cnn", "lstm_series")
"""Shipped scenarios from about a microsecond to about a millisecond a call."""

REPEATS = 5

TIMEOUT_S = 120.0

LONG_ROWS = {"three_class": 2**18, "digits_cnn": 320, "batchnorm_cnn": 512, "lstm_series": 1024}
"""Batches whose call takes 10 to 20 ms.

OpenVINO's tool reads its times inside the runtime. What Python costs around a call grows with it,
as the model pushes Python out of the caches, but no further than about 0.1 ms.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Who is compared with whom.

    Attributes:
        tool: the runtime's own timer, of `studies.fidelity.tools`.
        way: ours, of `studies.fidelity.ways`.
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
        held: ours beside the tool's, of each repeat; none where it could not be done.
        reason: why it could not be done; None where it could.

    """

    comparison: Comparison
    model: str
    held: tuple[Rounds, ...] = ()
    reason: str | None = None

    @property
    def deviation(self) -> float:
        """The median of the repeats' deviations."""
        return median(held.deviation for held in self.held)


def measure(artifacts: Path, say: Callable[[str], None]) -> list[Found]:
    """Compare on all models, whose artifacts are in `artifacts/MODEL/`."""
    pairs = [(comparison, model) for comparison in COMPARISONS for model in MODELS]
    seen: dict[tuple[Comparison, str], list[Rounds]] = {pair: [] for pair in pairs}
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
                found = _held(comparison, artifact, rows)
            except RuntimeError as error:
                wrong[comparison, model] = str(error)
            else:
                seen[comparison, model].append(found)
    return [
        Found(comparison=comparison, model=model, reason=wrong[comparison, model])
        if (comparison, model) in wrong
        else Found(comparison=comparison, model=model, held=tuple(seen[comparison, model]))
        for comparison, model in pairs
    ]


def _held(comparison: Comparison, artifact: Path, rows: int) -> Rounds:
    """Let both measure in turn, in a fresh process.

    Raises:
        RuntimeError: a side is not installed, failed, or does not end.

    """
    if find_spec(comparison.module) is None:
        msg = f"unavailable: no {comparison.module} here (pip install {comparison.module})"
        raise RuntimeError(msg)
    told = [comparison.tool, comparison.way, str(artifact), str(rows)]
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "rounds.json"
        try:
            done = subprocess.run(
                [sys.executable, "-m", "studies.fidelity.both", *told, str(file)],
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            msg = f"error: not ended after {TIMEOUT_S:g} s"
            raise RuntimeError(msg) from late
        if done.returncode:
            # LiteRT says what it does as it goes, to its very end.
            lines = [line for line in done.stderr.splitlines() if not line.startswith("INFO: ")]
            msg = f"error: {lines[-1] if lines else f'ended with {done.returncode}'}"
            raise RuntimeError(msg)
        return read(file)
