"""TF.js with narrow weights: the loader widens them, and the arithmetic stays float32.

Source: `quantization` in the weights manifest, `decodeWeights` of tfjs-core's `io_utils`, and
`quantize_weights` of the tensorflowjs converter.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.targets.target import Exported, Plain
from seqbench.targets.tfjs.writer import write_weights

LEAST_ELEMENTS = 64
"""Smaller weights stay as they are: biases, statistics and constants gain nothing and lose much."""

Narrow = Callable[[np.ndarray], tuple[np.ndarray, dict[str, Any]]]
"""From float32 weights to narrow ones and what the manifest says of them."""


def fp16(plain: Plain, path: Path, _: np.ndarray | None) -> Exported:
    """Write it with float16 weights."""
    return _narrowed(plain, path, _half)


def int8_weights(plain: Plain, path: Path, _: np.ndarray | None) -> Exported:
    """Write it with 8-bit weights, one scale and one offset for each of them."""
    return _narrowed(plain, path, _bytes)


def _half(weights: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    return weights.astype(np.float16), {"dtype": "float16"}


def _bytes(weights: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """Spread the range over 255 steps, moved so that 0 stays 0."""
    low, high = min(float(weights.min()), 0.0), max(float(weights.max()), 0.0)
    scale = (high - low) / 255 or 1.0
    zero = round(-low / scale)
    steps = np.clip(np.round(weights / scale) + zero, 0, 255).astype(np.uint8)
    return steps, {"dtype": "uint8", "scale": scale, "min": -zero * scale}


def _narrowed(plain: Plain, path: Path, narrow: Narrow) -> Exported:
    model = json.loads((plain.path / "model.json").read_text(encoding="utf-8"))
    entries, parts = [], []
    for entry, weights in _weights(plain.path, model):
        kept = entry["dtype"] != "float32" or weights.ndim < 2 or weights.size < LEAST_ELEMENTS
        narrowed, how = (weights, {}) if kept else narrow(weights)
        told = {} if kept else {"quantization": {**how, "original_dtype": "float32"}}
        entries.append({**entry, **told})
        parts.append(narrowed.tobytes())
    path.mkdir()
    model["weightsManifest"] = write_weights(path, entries, b"".join(parts))
    (path / "model.json").write_text(json.dumps(model), encoding="utf-8")
    return plain.exported


def _weights(folder: Path, model: dict[str, Any]) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Yield each weight's entry and its values."""
    for group in model["weightsManifest"]:
        blob = b"".join((folder / name).read_bytes() for name in group["paths"])
        start = 0
        for entry in group["weights"]:
            dtype = np.dtype(entry["dtype"])
            count = int(np.prod(entry["shape"], dtype=np.int64))
            found = np.frombuffer(blob, dtype, count, start).reshape(entry["shape"])
            start += found.nbytes
            yield entry, found
