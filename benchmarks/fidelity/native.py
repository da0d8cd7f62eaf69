"""A runtime's own times: `python -m benchmarks.fidelity.native TOOL ARTIFACT ROWS FILE`.

A process of its own. Says that it is ready, and waits for a line with about how many seconds a call
takes, so that the tool measures for as long as seqbench does; writes what it found to FILE. Tools
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
from benchmarks.fidelity.series import Series
from seqbench.timing import SAMPLE_S, SHORT_CALL_S, clock

WARM = 10
"""One part in so many of the runs is made before, to warm up."""


def litert_benchmark(artifact: Path, rows: int, call_s: float) -> Series:  # noqa: ARG001 - the file's
    """Run the tool that comes with ai-edge-litert; it times `run_by_name` alone."""
    from ai_edge_litert.tools import benchmark_litert_model as tool

    found: dict[str, Any] = {}

    def info(message: str, *_: object) -> None:
        if message.startswith("Running"):  # the warm-up, then what is measured
            found["began"] = clock()

    def median(times: list[float]) -> float:
        found["ended"] = clock()
        found["times_s"] = [time / 1000 for time in times]
        return statistics.median(times)

    tool.logger.info = info
    tool.statistics = SimpleNamespace(**{**vars(statistics), "median": median})
    runs = _runs(call_s)
    options = ["--num_threads", "1", "--num_runs", str(runs), "--warmup_runs", str(runs // WARM)]
    sys.argv = ["litert-benchmark", "--model", str(artifact), *options]
    tool.main()
    return Series(**found)


def bare_onnxruntime(artifact: Path, rows: int, call_s: float) -> Series:
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
    timer.timeit(runs // WARM // len(feeds))
    began = clock()
    if call_s < SHORT_CALL_S:
        turns = math.ceil(SAMPLE_S / call_s / len(feeds))
        calls = turns * len(feeds)
        times = [time / calls for time in timer.repeat(runs // calls, turns)]
    else:
        singles = [timeit.Timer("run(names, feed)", globals={**there, "feed": f}) for f in feeds]
        times = [singles[i % len(singles)].timeit(1) for i in range(runs)]
    return Series(times_s=times, began=began, ended=clock())


def benchmark_app(artifact: Path, rows: int, call_s: float) -> Series:
    """Run OpenVINO's tool for one latency, in float32; it times the inference inside the runtime.

    It refuses to fix threads beside the hint, so both sides leave them to the hint.
    """
    from openvino import Core  # noqa: PLC0415 - not installed with seqbench
    from openvino.tools.benchmark import benchmark  # noqa: PLC0415 - as above
    from openvino.tools.benchmark import main as tool  # noqa: PLC0415 - as above

    found: dict[str, Any] = {}
    loop = benchmark.Benchmark.sync_inference

    def in_order(times: list[float]) -> list[float]:
        found["times_s"] = [time / 1000 for time in times]
        return sorted(times)

    def sync_inference(*args: Any) -> Any:
        found["began"] = clock()
        answer = loop(*args)
        found["ended"] = clock()
        return answer

    benchmark.sorted = in_order  # the tool sorts its times before it returns them
    benchmark.Benchmark.sync_inference = sync_inference
    sizes = Core().read_model(artifact).inputs[0].partial_shape
    shape = ",".join(str(size.get_length() if size.is_static else rows) for size in sizes)
    options = ["-hint", "latency", "-api", "sync", "-infer_precision", "f32"]
    options += ["-niter", str(_runs(call_s)), "-shape", f"[{shape}]", "-d", "CPU"]
    sys.argv = ["benchmark_app", "-m", str(artifact), *options]
    tool.main()
    return Series(**found)


def _runs(call_s: float) -> int:
    """Return how many calls take as long as seqbench measures, on half of a CPU."""
    return max(40, round(MEASURE_S / call_s / 2))


TOOLS: dict[str, Callable[[Path, int, float], Series]] = {
    "litert-benchmark": litert_benchmark,
    "timeit": bare_onnxruntime,
    "benchmark_app": benchmark_app,
}
"""What is compared with, by name."""


def main(tool: str, artifact: Path, rows: int, file: Path) -> None:
    """Run a tool on one artifact."""
    print("ready", flush=True)
    call_s = float(sys.stdin.readline())
    TOOLS[tool](artifact, rows, call_s).write(file)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
