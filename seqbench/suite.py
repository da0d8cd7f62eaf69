"""The seeded input suite: inputs that make faults show, never all ones. Numpy only."""

from dataclasses import dataclass

import numpy as np

ROWS = 32
MAX_ELEMENTS = 2_000_000
"""Largest number of elements in one batch of the suite; fewer rows are taken of larger inputs."""

VARIABLE = 16
"""Length used for a time or image dimension that the model leaves open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """What the model takes.

    Attributes:
        shape: one row's dimensions, None where open.
        dtype: numpy's name.
        vocabulary: for whole numbers, how many values there are (0 up to it, exclusive).

    """

    shape: tuple[int | None, ...]
    dtype: str
    vocabulary: int | None = None


def make(spec: InputSpec, seed: int, data: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return batches by name, each of shape (rows, *shape), in the model's dtype.

    `data` are real inputs, shape (n, *shape); the first of them make a batch of their own.
    """
    shape = tuple(VARIABLE if size is None else size for size in spec.shape)
    elements = int(np.prod(shape, dtype=np.int64))
    rows = int(np.clip(MAX_ELEMENTS // max(elements, 1), 2, ROWS))
    rng = np.random.default_rng(seed)
    floating = np.dtype(spec.dtype).kind == "f"
    batches = _floats(rng, shape, rows) if floating else _integers(rng, shape, rows, spec)
    if data is not None:
        batches = {"held-out": data[:rows], **batches}
    return {name: np.ascontiguousarray(x, dtype=spec.dtype) for name, x in batches.items()}


def _floats(rng: np.random.Generator, shape: tuple[int, ...], rows: int) -> dict[str, np.ndarray]:
    few = min(rows, 8)
    # Each row has a scale of its own: what saturates at one scale is seen at another.
    spread = np.geomspace(1e-2, 10, rows).reshape(-1, *[1] * len(shape))
    ramp = np.linspace(-1, 1, 3 * int(np.prod(shape, dtype=np.int64))).reshape(3, *shape)
    return {
        "random": rng.standard_normal((rows, *shape)),
        "spread": rng.standard_normal((rows, *shape)) * spread,
        "positive": rng.random((few, *shape)),
        "large": rng.standard_normal((few, *shape)) * 100,
        "small": rng.standard_normal((few, *shape)) * 1e-3,
        "ramp": ramp,
        "zeros": np.zeros((1, *shape)),
    }


def _integers(
    rng: np.random.Generator, shape: tuple[int, ...], rows: int, spec: InputSpec
) -> dict[str, np.ndarray]:
    limit = spec.vocabulary or 10
    elements = max(int(np.prod(shape, dtype=np.int64)), 1)
    # Every value of the vocabulary occurs, so that a fault in one row of a table shows.
    needed = max(-(-limit // elements), min(rows, 8))
    cover = rng.permutation(np.resize(np.arange(limit), needed * elements)).reshape(-1, *shape)
    padded = rng.integers(1, max(limit, 2), (rows, *shape))
    if len(shape) == 1:
        lengths = rng.integers(1, shape[0] + 1, rows)
        padded = np.where(np.arange(shape[0]) < lengths[:, None], padded, 0)
    return {
        "random": rng.integers(0, limit, (rows, *shape)),
        "padded": padded,
        "cover": cover,
        "zeros": np.zeros((1, *shape)),
    }
