"""ONNX in reduced precision, by ONNX Runtime's own tools; inputs and outputs stay as they are.

Source: ONNX Runtime's guide to quantization, and its `transformers.float16`.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.targets.frozen import INPUT
from seqbench.targets.onnx.writer import operations
from seqbench.targets.target import Exported, Plain

STATIC = ["Conv", "ConvTranspose", "MatMul", "Gemm", "MaxPool", "Relu", "Clip", "Reshape"]
"""What is computed in 8 bits with calibrated activations: sums of products, and what hands their 8
bits on. Any other operation would only be wrapped in two conversions."""

DYNAMIC = ["LSTM", "Gather"]
"""What is left after that and has 8 bits without calibration: recurrent layers and tables."""

LOOP_NOTE = "activations are quantized anew for each batch: a loop's cannot be calibrated"
"""Said of a model with a loop. ONNX Runtime 1.31 aborts as it loads one with calibrated products
beside a table in 8 bits."""


def fp16(plain: Plain, path: Path, _: np.ndarray | None) -> Exported:
    """Write it in float16 throughout; ONNX Runtime's CPUs compute most of it in float32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = convert_float_to_float16(onnx.load(str(plain.path)), keep_io_types=True)
    onnx.save(model, str(path))
    return _described(plain, path)


def int8_weights(plain: Plain, path: Path, _: np.ndarray | None) -> Exported:
    """Write it with 8-bit weights; activations are quantized anew for each batch."""
    with _quiet():
        _quantize_dynamic(plain.path, path)
    return _described(plain, path)


def int8(plain: Plain, path: Path, calibration: np.ndarray | None) -> Exported:
    """Write it with 8-bit weights and activations, a scale for each channel of the weights."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    assert calibration is not None  # noqa: S101 - no cell of this variant runs without
    if "Loop" in plain.exported.ops:
        found = int8_weights(plain, path, None)
        return replace(found, notes=(*found.notes, LOOP_NOTE))
    rows = iter(calibration)

    class Rows(CalibrationDataReader):  # type: ignore[misc] # the package has no types
        def get_next(self) -> Any:
            row = next(rows, None)
            return None if row is None else {INPUT: row[np.newaxis]}

    with _quiet(), tempfile.TemporaryDirectory() as folder:
        calibrated = Path(folder) / "calibrated.onnx"
        quantize_static(
            str(plain.path),
            str(calibrated),
            Rows(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=STATIC,
            per_channel=True,
            # 7 bits of weights: products of 8 bits overflow 16 on CPUs without VNNI.
            reduce_range=True,
        )
        _quantize_dynamic(calibrated, path, op_types_to_quantize=DYNAMIC)
    return _described(plain, path)


def _quantize_dynamic(plain: Path, path: Path, **options: Any) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # ConvInteger takes unsigned weights only. 7 bits of them: as in `int8`.
    quantize_dynamic(
        str(plain),
        str(path),
        weight_type=QuantType.QUInt8,
        per_channel=True,
        reduce_range=True,
        **options,
    )


def _described(plain: Plain, path: Path) -> Exported:
    import onnx

    ops = operations(onnx.load(str(path)).graph)
    foreign = [op for op in ops if "." in op]
    note = f"{', '.join(foreign)}: ONNX Runtime's own, other runtimes of ONNX may lack it"
    notes = (*plain.exported.notes, note) if foreign else plain.exported.notes
    return replace(plain.exported, ops=ops, notes=notes)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep its advice on preprocessing to itself: the graph has its shapes already."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
