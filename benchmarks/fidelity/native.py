"""A runtime's own median: `python -m benchmarks.fidelity.native TOOL ARTIFACT ROWS`.

A process of its own. Says that it is ready, and waits for a line with about how many seconds a call
takes, so that the tool measures for as long as seqbench does; prints the median, seconds. Tools
print milliseconds with two decimals: too few for calls of microseconds, so their own loops run here
and the times that they take the median of are kept.
"""

import math
import statistics
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.fidelity.calls import MEASURE_S, inputs
from seqbench.timing import SAMPLE_S, SHORT_CALL_S


def litert_benchmark(artifact: Path, rows: int, call_s: float) -> float:  # noqa: ARG001 - the file's
    """Run the tool that comes with ai-edge-litert; it times `run_by_name` alone."""
    from ai_edge_litert.tools import benchmark_litert_model as tool

    kept: list[float] = []

    def median(times: list[float]) -> float:
        kept.append(statistics.median(times))
        return kept[-1]

    tool.statistics = SimpleNamespace(**{**vars(statistics), "median": median})
    runs = _runs(call_s)
    options = ["--num_threads", "1", "--num_runs", str(runs), "--warmup_runs", str(runs // 4)]
    sys.argv = ["litert-benchmark", "--model", str(artifact), *options]
    tool.main()
    return kept[0] / 1000


def bare_onnxruntime(artifact: Path, rows: int, call_s: float) -> float:
    """Time ONNX Runtime with Python's `timeit`, on seqbench's inputs in turn.

    As there, calls shorter than 20 us in rows of 0.2 ms, longer ones singly.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(artifact), options, ["CPUExecutionProvider"])
    source = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else None for size in source.shape]
    feeds = [{source.name: x} for x in inputs(shape, "float32", rows)]
    there = {"run": session.run, "names": [session.get_outputs()[0].name]}
    timer = timeit.Timer("for feed in feeds: run(names, feed)", globals={**there, "feeds": feeds})
    runs = _runs(call_s)
    timer.timeit(runs // 4 // len(feeds))
    if call_s < SHORT_CALL_S:
        turns = math.ceil(SAMPLE_S / call_s / len(feeds))
        calls = turns * len(feeds)
        return statistics.median(timer.repeat(runs // calls, turns)) / calls
    timers = [timeit.Timer("run(names, feed)", globals={**there, "feed": feed}) for feed in feeds]
    return statistics.median(timers[i % len(timers)].timeit(1) for i in range(runs))


def benchmark_app(artifact: Path, rows: int, call_s: float) -> float:
    """Run OpenVINO's tool for one latency, in float32; it times the inference inside the runtime.

    It refuses to fix threads beside the hint, so both sides leave them to the hint.
    """
    from openvino import Core  # noqa: PLC0415 - not installed with seqbench
    from openvino.tools.benchmark import main as tool  # noqa: PLC0415 - as above
    from openvino.tools.benchmark.benchmark import Benchmark  # noqa: PLC0415 - as above

    kept: list[float] = []
    loop = Benchmark.main_loop

    def main_loop(*args: Any) -> Any:
        found = loop(*args)
        kept.append(found[1])
        return found

    Benchmark.main_loop = main_loop
    sizes = Core().read_model(artifact).inputs[0].partial_shape
    shape = ",".join(str(size.get_length() if size.is_static else rows) for size in sizes)
    options = ["-hint", "latency", "-api", "sync", "-infer_precision", "f32"]
    options += ["-niter", str(_runs(call_s)), "-shape", f"[{shape}]", "-d", "CPU"]
    sys.argv = ["benchmark_app", "-m", str(artifact), *options]
    tool.main()
    return kept[0] / 1000


def _runs(call_s: float) -> int:
    """Return how many calls take as long as seqbench measures, on half of a CPU."""
    return max(40, round(MEASURE_S / call_s / 2))


TOOLS: dict[str, Callable[[Path, int, float], float]] = {
    "litert-benchmark": litert_benchmark,
    "timeit": bare_onnxruntime,
    "benchmark_app": benchmark_app,
}
"""What is compared with, by name."""


def main(tool: str, artifact: Path, rows: int) -> None:
    """Run a tool on one artifact."""
    print("ready", flush=True)
    call_s = float(sys.stdin.readline())
    print(TOOLS[tool](artifact, rows, call_s), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
