"""Our side: seqbench's loop around a runtime's call."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.measurement.loop import in_blocks
from seqbench.runtimes import RUNTIMES

Block = Callable[[float], Sequence[float]]
"""Times a block of so many seconds: `seqbench.measurement.loop.in_blocks`."""

WARMUP_S = 1.0


def inputs(shape: Sequence[int | None], rows: int, count: int = 4) -> list[np.ndarray]:
    """Return batches of `rows`, float32: uniform from -1 to 1, as `litert-benchmark` takes them."""
    rng = np.random.default_rng(0)
    return [rng.uniform(-1.0, 1.0, (rows, *shape[1:])).astype(np.float32) for _ in range(count)]


def _cell(runtime: str) -> Callable[[Path, int], Block]:
    """Return what times a runtime of seqbench's as a cell is timed."""

    def way(artifact: Path, rows: int) -> Block:
        with RUNTIMES[runtime].start() as load:
            session = load(artifact, "cpu", 1)
            return session.in_blocks(inputs(session.input.shape, rows), WARMUP_S)

    return way


def litert_call(artifact: Path, rows: int) -> Block:
    """Time what `litert-benchmark` times: a compiled model on buffers that are there already."""
    from ai_edge_litert.compiled_model import CompiledModel
    from ai_edge_litert.environment import Environment
    from ai_edge_litert.hardware_accelerator import HardwareAccelerator
    from ai_edge_litert.options import CpuOptions, Options

    options = Options(
        hardware_accelerators=HardwareAccelerator.CPU, cpu_options=CpuOptions(num_threads=1)
    )
    model = CompiledModel.from_file(
        str(artifact), environment=Environment.create(), options=options
    )
    key = next(iter(model.get_signature_list()))
    details = model.get_input_tensor_details(key)
    fed = {name: model.create_input_buffer_by_name(key, name) for name in details}
    for name, buffer in fed.items():
        buffer.write(inputs(details[name]["shape"], rows, 1)[0])
    names = model.get_output_tensor_details(key)
    read = {name: model.create_output_buffer_by_name(key, name) for name in names}
    return in_blocks(lambda _: model.run_by_name(key, fed, read), [None], WARMUP_S)


def openvino_call(request: Any) -> Block:
    """Time what `benchmark_app -api sync` times: inferences by its own request, on its input."""
    # The binding below `infer`, which wraps its outputs: the tool's times are inside of both.
    infer = super(type(request), request).infer
    return in_blocks(
        lambda _: infer({}, share_outputs=True, decode_strings=False), [None], WARMUP_S
    )


WAYS: dict[str, Callable[[Path, int], Block]] = {
    "litert": _cell("litert"),
    "litert-call": litert_call,
    "onnxruntime": _cell("onnxruntime"),
}
"""What times our side, by name: it loads an artifact for batches of so many rows and warms up.

`openvino-call` has no artifact of its own.
"""
