"""The seeded input suite: inputs that make faults show, never all ones. Numpy only."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

MASKED, WHOLLY = "masked", "wholly masked"
"""The names of the batches for layers that mask steps. What is wholly masked stands apart: its mean
is NaN in Keras, and a batch with NaN is left out."""

TYPICAL, UNIT = "typical", "unit"
"""Inputs that a model was made for: as its first layers tell, and where none of them tells."""

ROWS = 32
MAX_ELEMENTS = 2_000_000
"""Largest number of elements in one batch of the suite; fewer rows are taken of larger inputs."""

VARIABLE = 16
"""Length used for a time or image dimension that the model leaves open, where no data has one."""

LENGTHS = tuple(VARIABLE << doublings for doublings in range(12))
"""Lengths to try one after the other: windows and pools may leave nothing of a short one."""

OTHERS = (3, 1, 2, 4, 8, 16)
"""How much a second length may be longer, so that a size that was frozen into an artifact shows.

The first are no multiples of any stride; later ones are for models that take nothing else.
"""

COVER_PERIOD = 8
"""How many values of a vocabulary a row repeats from end to end: a model that remembers its last
steps alone sees each of them there."""

COVER_ROWS = 512
"""A vocabulary that would need more rows than this repeats more values in a row."""

MOST_COVER_ROWS = 4096
"""A vocabulary that would need more rows even so is seen in part."""


DIM = 3
"""The power to which half of the typical rows are taken, from 0 to 1: most of it is near 0 then."""

TEXT_WORDS = 6
"""How many words a text has; some of them are empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """What the model takes.

    Attributes:
        shape: one row's dimensions, None where open.
        dtype: numpy's name, or `string`.
        vocabulary: for whole numbers, how many values there are (0 up to it, exclusive).
        entries: what is looked up, where the model does that first, shape (n,); the first stands
            for nothing.
        texts: whether each element is a text of several such words.
        center: what the model's first layers take off its inputs, broadcast to `shape`.
        spread: what they divide by then; None where the model scales no inputs.
        typical: the lowest and the highest value that the first layers were made for, each
            broadcast to `shape`; None where they do not tell.

    """

    shape: tuple[int | None, ...]
    dtype: str
    vocabulary: int | None = None
    entries: np.ndarray | None = None
    texts: bool = False
    center: np.ndarray | None = None
    spread: np.ndarray | None = None
    typical: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def real(self) -> bool:
        """Whether it takes real numbers: a vocabulary's may come as float32 too."""
        numbers = self.dtype != "string" and np.dtype(self.dtype).kind == "f"
        return numbers and self.vocabulary is None


def make_inputs(
    spec: InputSpec,
    seed: int,
    data: np.ndarray | None = None,
    *,
    rows: int = ROWS,
    cover_rows: int = MOST_COVER_ROWS,
) -> dict[str, np.ndarray]:
    """Return batches by name, each of shape (rows, *shape), in the model's dtype.

    Strings come as numpy's text, so that they can be kept without pickle.

    Args:
        spec: what the model takes.
        seed: chooses the numbers.
        data: real inputs, shape (n, *shape); the first of them make a batch of their own.
        rows: the most rows of a batch.
        cover_rows: the most rows of the batch that every value of a vocabulary is in.

    """
    shape = tuple(VARIABLE if size is None else size for size in spec.shape)
    if data is not None:
        shape = data.shape[1:]
    elements = int(np.prod(shape, dtype=np.int64))
    rows = int(np.clip(MAX_ELEMENTS // max(elements, 1), 2, rows))
    rng = np.random.default_rng(seed)
    if spec.real:
        batches = _floats(rng, shape, rows) | _expected(rng, shape, rows, spec)
    elif spec.entries is not None:
        batches = _entries(rng, shape, (rows, cover_rows), spec)
    else:
        limit = spec.vocabulary or (256 if spec.dtype == "uint8" else 10)
        batches = _integers(rng, shape, (rows, cover_rows), limit)
    if data is not None:
        batches = {"held-out": data[:rows], **batches}
    elif spec.real or spec.typical is not None:
        batches |= _typical(rng, shape, rows, spec)
    dtype = np.str_ if spec.dtype == "string" else spec.dtype
    return {name: np.ascontiguousarray(x, dtype=dtype) for name, x in batches.items()}


NO_USERS = ("zeros", "sought", "other size", WHOLLY)
"""Batches of tokens or words that no user's are like, or of a row or two."""


def plausible(names: Collection[str], *, calibrated: bool) -> list[str]:
    """Return the names of the batches that a user's own inputs could be like, of all there are.

    Zeros, numbers out of any usual range, inputs that were sought, and what the first layers tell
    not to expect are none. What was calibrated is good in the range of its user's inputs alone, so
    of it only that is asked which lies in any such range.
    """
    name = next((name for name in (TYPICAL, UNIT) if name in names), None)
    if name is None:  # tokens or words
        return [name for name in names if name not in NO_USERS]
    further = {TYPICAL: ("expected", MASKED), UNIT: ("random", MASKED)}[name]
    return [name, *(one for one in further if one in names and not calibrated)]


def first_shapes(spec: InputSpec) -> Iterator[tuple[int, ...]]:
    """Yield shapes of a row with lengths for what the model leaves open, the smallest first."""
    for length in LENGTHS:
        shape = tuple(length if size is None else size for size in spec.shape)
        if np.prod(shape, dtype=np.int64) <= MAX_ELEMENTS:
            yield shape


def other_shapes(spec: InputSpec, shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield shapes of a row that differ from `shape` where the model leaves the size open."""
    for more in OTHERS:
        sizes = zip(shape, spec.shape, strict=True)
        yield tuple(size + more if given is None else size for size, given in sizes)


def _floats(rng: np.random.Generator, shape: tuple[int, ...], rows: int) -> dict[str, np.ndarray]:
    few = min(-(-rows // 2), 8)
    # Each row has a scale of its own: what saturates at one scale is seen at another.
    spread = np.geomspace(1e-2, 10, rows).reshape(-1, *[1] * len(shape))
    ramp = np.linspace(-1, 1, 3 * int(np.prod(shape, dtype=np.int64))).reshape(3, *shape)
    return {
        "random": rng.standard_normal((rows, *shape)),
        "spread": rng.standard_normal((rows, *shape)) * spread,
        "positive": rng.random((few, *shape)),
        "large": rng.standard_normal((few, *shape)) * 100,
        "bytes": rng.integers(0, 256, (few, *shape)),
        "small": rng.standard_normal((few, *shape)) * 1e-3,
        "ramp": ramp[-few:],
        "zeros": np.zeros((1, *shape)),
    }


def _expected(
    rng: np.random.Generator, shape: tuple[int, ...], rows: int, spec: InputSpec
) -> dict[str, np.ndarray]:
    """Return inputs that the first layers turn into numbers about 0, from 0 to 1, and large."""
    if spec.center is None or spec.spread is None:
        return {}
    half = -(-rows // 2)
    inner = np.concatenate([rng.standard_normal((half, *shape)), rng.random((half, *shape))])
    large = rng.standard_normal((min(half, 8), *shape)) * 100
    return {
        "expected": spec.center + spec.spread * inner,
        "expected, large": spec.center + spec.spread * large,
    }


def _typical(
    rng: np.random.Generator, shape: tuple[int, ...], rows: int, spec: InputSpec
) -> dict[str, np.ndarray]:
    """Return inputs in the range that the first layers were made for, from 0 to 1 without such.

    They are of even pieces, coarse ones in some rows and fine ones in others, half of the rows all
    but dark with little that is bright: a model of pictures answers all noise alike.
    """
    places = shape[:-1] or shape
    levels = max(places).bit_length() if shape else 1
    parts = []
    for row in range(rows):
        where = [np.arange(size) >> row * levels // rows for size in places]
        where += [np.arange(size) for size in shape[len(places) :]]
        coarse = rng.random([int(index[-1]) + 1 for index in where]) ** (DIM if row % 2 else 1)
        parts.append(coarse[np.ix_(*where)] if shape else coarse)
    x = np.stack(parts)
    if spec.typical is None:
        return {UNIT: x}
    low, high = spec.typical
    if spec.real:
        return {TYPICAL: low + (high - low) * x}
    limits = np.iinfo(spec.dtype)
    return {TYPICAL: np.clip(np.floor(low + (high - low + 1) * x), limits.min, limits.max)}


def _entries(
    rng: np.random.Generator, shape: tuple[int, ...], rows: tuple[int, int], spec: InputSpec
) -> dict[str, np.ndarray]:
    """Return what is looked up, known and unknown; each known entry occurs."""
    assert spec.entries is not None  # noqa: S101 - the caller looked
    inner = (*shape, TEXT_WORDS) if spec.texts else shape
    last = len(spec.entries) - 1
    places = _integers(rng, inner, rows, last + 1)
    batches = {name: spec.entries[np.minimum(place, last)] for name, place in places.items()}
    return {name: _joined(words) for name, words in batches.items()} if spec.texts else batches


def _joined(words: np.ndarray) -> np.ndarray:
    """Return texts of the words along the last axis."""
    texts = [" ".join(row) for row in words.reshape(-1, words.shape[-1])]
    return np.array(texts).reshape(words.shape[:-1])


def _integers(
    rng: np.random.Generator, shape: tuple[int, ...], most_rows: tuple[int, int], limit: int
) -> dict[str, np.ndarray]:
    """Return whole numbers; of `most_rows` the second is for the rows that cover all values."""
    rows, cover_rows = most_rows
    padded = rng.integers(1, max(limit, 2), (rows, *shape))
    if len(shape) == 1:
        lengths = rng.integers(1, shape[0] + 1, rows)
        padded = np.where(np.arange(shape[0]) < lengths[:, None], padded, 0)
    return {
        "random": rng.integers(0, limit, (rows, *shape)),
        "padded": padded,
        "cover": _cover(rng, shape, limit, cover_rows),
        "zeros": np.zeros((1, *shape), int),
    }


def _cover(
    rng: np.random.Generator, shape: tuple[int, ...], limit: int, most_rows: int
) -> np.ndarray:
    """Return rows in which every value occurs, so that a fault in one row of a table shows."""
    elements = max(int(np.prod(shape, dtype=np.int64)), 1)
    period = min(max(COVER_PERIOD, -(-limit // min(COVER_ROWS, most_rows))), elements)
    needed = min(max(-(-limit // period), 8), most_rows)
    count = needed * period
    values = rng.permutation(np.resize(np.arange(limit), max(count, limit)))[:count]
    values = values.reshape(needed, period)
    rows = values[:, np.arange(elements) % period].reshape(-1, *shape)
    if period <= COVER_PERIOD:
        return rows
    # So long a row hides its beginning from some models, and its end from others.
    return np.concatenate([rows, rows.reshape(needed, -1)[:, ::-1].reshape(rows.shape)])
