"""A runtime's own median: `python -m benchmarks.fidelity.native TOOL ARTIFACT CALL_S`.

A process of its own; CALL_S is about how long a call takes, so that the tool measures for as long
as seqbench does. Tools print milliseconds with two decimals: too few for calls of microseconds, so
their own loops run here and the times that they take the median of are kept. Prints seconds.
"""

import statistics
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.fidelity.calls import MEASURE_S, inputs
from seqbench.timing import SAMPLE_S, SHORT_CALL_S


def litert_benchmark(artifact: Path, runs: int) -> float:
    """Run the tool that comes with ai-edge-litert; it times `run_by_name` alone."""
    from ai_edge_litert.tools import benchmark_litert_model as tool

    kept: list[float] = []

    def median(times: list[float]) -> float:
        kept.append(statistics.median(times))
        return kept[-1]

    tool.statistics = SimpleNamespace(**{**vars(statistics), "median": median})
    options = ["--num_threads", "1", "--num_runs", str(runs), "--warmup_runs", str(runs // 4)]
    sys.argv = ["litert-benchmark", "--model", str(artifact), *options]
    tool.main()
    return kept[0] / 1000


def bare_onnxruntime(artifact: Path, runs: int) -> float:
    """Time ONNX Runtime with Python's `timeit`, calls shorter than 20 us in rows of 0.2 ms."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(artifact), options, ["CPUExecutionProvider"])
    source = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else None for size in source.shape]
    feed = {source.name: inputs(shape, "float32", 1)[0]}
    names = [session.get_outputs()[0].name]
    timer = timeit.Timer(lambda: session.run(names, feed))
    timer.timeit(runs // 4)
    call_s = MEASURE_S / runs
    together = round(SAMPLE_S / call_s) if call_s < SHORT_CALL_S else 1
    return statistics.median(timer.repeat(runs // together, together)) / together


def benchmark_app(artifact: Path, runs: int) -> float:
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
    shape = ",".join(str(size.get_length()) if size.is_static else "1" for size in sizes)
    options = ["-hint", "latency", "-api", "sync", "-infer_precision", "f32"]
    options += ["-niter", str(runs), "-shape", f"[{shape}]", "-d", "CPU"]
    sys.argv = ["benchmark_app", "-m", str(artifact), *options]
    tool.main()
    return kept[0] / 1000


TOOLS: dict[str, Callable[[Path, int], float]] = {
    "litert-benchmark": litert_benchmark,
    "timeit": bare_onnxruntime,
    "benchmark_app": benchmark_app,
}
"""What is compared with, by name."""


if __name__ == "__main__":
    runs = max(40, round(MEASURE_S / float(sys.argv[3])))
    print(TOOLS[sys.argv[1]](Path(sys.argv[2]), runs))
