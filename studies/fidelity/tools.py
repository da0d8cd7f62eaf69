"""The runtimes' own timers, with a pause after every turn.

Tools print milliseconds with two decimals: too few for calls of microseconds, so their own loops
run here and the times that they take the median of are kept.
"""

import math
import sys
import timeit
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from seqbench.measurement.loop import SAMPLE_S, SHORT_CALL_S
from studies.fidelity.turns import Turns
from studies.fidelity.ways import inputs, openvino_call

Times = list[list[float]]
"""Of each turn the times in their order, seconds a call."""


def litert_benchmark(artifact: Path, rows: int, turns: Turns) -> Times:  # noqa: ARG001 - the file's
    """Run the tool that comes with ai-edge-litert; it times `run_by_name` alone.

    Told to be verbose, it speaks after every tenth call.
    """
    from ai_edge_litert.tools import benchmark_litert_model as tool

    calls = 10 * math.ceil(turns.calls / 10)
    found: Times = []

    def spoken(message: str, *told: int) -> None:
        if message.startswith("  Run ") and told[0] % calls == 0:
            turns.pause()

    def in_order(times: list[float]) -> list[float]:
        if len(times) == calls * turns.rounds:  # the tool sorts them for its percentiles
            found.extend(_cut([time / 1000 for time in times], calls))
        return sorted(times)

    tool.logger.debug = spoken
    tool.sorted = in_order
    options = ["--num_threads", "1", "--num_runs", str(calls * turns.rounds), "--verbose"]
    sys.argv = ["litert-benchmark", "--model", str(artifact), *options]
    sys.argv += ["--warmup_runs", str(calls)]
    tool.main()
    return found


def bare_onnxruntime(artifact: Path, rows: int, turns: Turns) -> Times:
    """Time ONNX Runtime with Python's `timeit`, on seqbench's inputs in turn.

    As there, calls shorter than 20 us in rows of 0.2 ms, longer ones singly.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(artifact), options, ["CPUExecutionProvider"])
    source = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else None for size in source.shape]
    feeds = [{source.name: x} for x in inputs(shape, rows)]
    there = {"run": session.run, "names": [session.get_outputs()[0].name]}
    if turns.call_s < SHORT_CALL_S:
        timer = timeit.Timer(
            "for feed in feeds: run(names, feed)", globals={**there, "feeds": feeds}
        )
        loops = math.ceil(SAMPLE_S / turns.call_s / len(feeds))
        samples = 1 + math.ceil(turns.calls / loops / len(feeds))

        def turn() -> list[float]:
            return [time / loops / len(feeds) for time in timer.repeat(samples, loops)]
    else:
        timers = [timeit.Timer("run(names, feed)", globals={**there, "feed": f}) for f in feeds]

        def turn() -> list[float]:
            return [timers[i % len(timers)].timeit(1) for i in range(turns.calls)]

    turn()
    found = []
    for _ in range(turns.rounds):
        found.append(turn())
        turns.pause()
    return found


def benchmark_app(artifact: Path, rows: int, turns: Turns) -> Times:
    """Run OpenVINO's tool for one latency; it reads its times inside the runtime.

    Both sides use its compiled model. Told no precision of its input, it takes three channels for
    an image of 8 bits.
    """
    from openvino import Core  # noqa: PLC0415 - not installed with seqbench
    from openvino.tools.benchmark import benchmark  # noqa: PLC0415 - as above
    from openvino.tools.benchmark import main as tool  # noqa: PLC0415 - as above

    found: Times = []
    done = 0
    loop = benchmark.Benchmark.sync_inference

    def sync_inference(self: Any, request: Any, queue: Any) -> Any:
        turns.begin(openvino_call(request))
        self.niter = turns.calls * turns.rounds
        return loop(self, request, queue)

    def after_each(*_: object) -> None:
        nonlocal done
        done += 1
        if done % turns.calls == 0:
            turns.pause()

    def in_order(times: list[float]) -> list[float]:
        found.extend(_cut([time / 1000 for time in times], turns.calls))
        return sorted(times)

    benchmark.Benchmark.sync_inference = sync_inference
    benchmark.Benchmark.inference_rate_delay = after_each
    benchmark.sorted = in_order  # the tool sorts its times before it returns them
    sizes = Core().read_model(artifact).inputs[0].partial_shape
    shape = ",".join(str(size.get_length() if size.is_static else rows) for size in sizes)
    options = ["-api", "sync", "-hint", "none", "-nstreams", "1", "-nthreads", "1", "-d", "CPU"]
    options += ["-infer_precision", "f32", "-ip", "f32", "-shape", f"[{shape}]"]
    options += ["-niter", "1"]  # until it is known how long a call takes
    sys.argv = ["benchmark_app", "-m", str(artifact), *options]
    tool.main()
    return found


def _cut(times: Sequence[float], size: int) -> Times:
    return [list(times[i : i + size]) for i in range(0, len(times), size)]


TOOLS: dict[str, Callable[[Path, int, Turns], Times]] = {
    "litert-benchmark": litert_benchmark,
    "timeit": bare_onnxruntime,
    "benchmark_app": benchmark_app,
}
"""What is compared with, by name."""
