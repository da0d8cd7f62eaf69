"""The calls that the runtimes' own tools time, and the inputs for them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

MEASURE_S = 2.0
"""Seconds that each side measures, in each of its processes."""


def inputs(shape: Sequence[int | None], dtype: str, rows: int, count: int = 4) -> list[np.ndarray]:
    """Return batches of `rows`: uniform from -1 to 1, as `litert-benchmark` takes them."""
    rng = np.random.default_rng(0)
    return [rng.uniform(-1.0, 1.0, (rows, *shape[1:])).astype(dtype) for _ in range(count)]


def litert(artifact: Path, rows: int) -> Callable[[], object]:
    """Return what `litert-benchmark` times: a compiled model on buffers that are there already."""
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
        buffer.write(inputs(details[name]["shape"], "float32", rows, 1)[0])
    names = model.get_output_tensor_details(key)
    read = {name: model.create_output_buffer_by_name(key, name) for name in names}
    return lambda: model.run_by_name(key, fed, read)


def openvino(artifact: Path, rows: int) -> Callable[[], object]:
    """Return what `benchmark_app -api sync` times: an inference on an input that is set already."""
    from openvino import Core  # noqa: PLC0415 - not installed with seqbench

    core = Core()
    model = core.read_model(artifact)
    model.reshape([size if size.is_static else rows for size in model.inputs[0].partial_shape])
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    shape = tuple(request.input_tensors[0].shape)
    request.input_tensors[0].data[:] = inputs(shape, "float32", rows, 1)[0]
    # The tool reads its times inside of this, before outputs would be copied.
    return lambda: request.infer(share_outputs=True)


WAYS = {"litert-call": litert, "openvino-call": openvino}
"""Each call by the name of its way."""
