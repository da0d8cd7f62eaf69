"""Inputs with masked steps in front, behind, in the middle, scattered, and with nothing else.

A layer masks a step whose input is one value exactly: `Masking` where all its features are its
`mask_value`, `Embedding(mask_zero=True)` where a token is 0. Random inputs hardly ever hit it. So
the value is carried back to the model's input: through layers that move elements, by moving their
numbers; through those that change each element by itself, by solving for it, until what comes out
is the value in the model's own dtype and in its twin's. Through layers that mix elements nothing
can be carried back: there, inputs are tried that may come out as the value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.backends import current_backend
from seqbench.models.stack import leaves
from seqbench.verdict.inputs.suite import MASKED, MAX_ELEMENTS, WHOLLY, InputSpec

if TYPE_CHECKING:
    import keras

CONSTANTS = (0.0, 1.0, -1.0, 10.0, -10.0, 100.0, -100.0, 1e4, -1e4)
"""Values to try where none can be worked out: rectifiers make 0 of what is negative."""

NEIGHBOURS = 3
"""How many floating-point numbers on either side of a worked out value are tried as well."""

SOME = 0.1
"""In every second row, the share of single features that have the masked value as well."""

TRIED = 64
"""How many random steps are tried where nothing can be carried back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Masker:
    """A layer that makes a mask, in the model and in its twin.

    Attributes:
        front: the layers before it, nested stacks taken apart.
        layer: the layer.
        twins: the same of the twin: the layers before it, and itself.

    """

    front: list[Any]
    layer: Any
    twins: tuple[list[Any], Any]

    def kept(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which steps of a batch the model and its twin keep, shape (rows, steps, ...)."""
        front, layer = self.twins
        return _kept(self.front, self.layer, x), _kept(front, layer, x)

    @property
    def value(self) -> np.ndarray:
        """What it masks, to be broadcast to its inputs, as Keras compares: a float32 number."""
        return np.asarray(getattr(self.layer, "mask_value", 0.0), "float32")


def find_masked_inputs(
    model: "keras.Sequential",
    twin: "keras.Sequential",
    spec: InputSpec,
    base: np.ndarray,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return batches by name; none where no layer masks, or nothing that it masks was found.

    Args:
        model: the model.
        twin: its float64 twin.
        spec: what the model takes.
        base: inputs in which steps are masked, shape (rows, ...), in the model's dtype.
        seed: chooses the scattered steps, and what is tried.

    """
    rng = np.random.default_rng(seed)
    if spec.vocabulary is not None and spec.vocabulary > 1:
        base = np.maximum(base, 1)  # no step is masked but those that shall be
    found: dict[str, list[np.ndarray]] = {MASKED: [], WHOLLY: []}
    for masker in _maskers(model, twin):
        shape = masker.kept(base[:1])[0].shape[1:]
        patterns = _patterns(shape, len(base), rng)
        rows = None if spec.entries is not None else _carried_back(masker, base, patterns, rng)
        if rows is None:
            rows = _tried(masker, spec, base, rng)
        if rows is None:
            continue
        own, exact = masker.kept(rows)
        axes = tuple(range(1, own.ndim))
        agree = (own == exact).all(axis=axes) & ~own.all(axis=axes)
        found[MASKED].append(rows[agree & own.any(axis=axes)])
        found[WHOLLY].append(rows[agree & ~own.any(axis=axes)][:2])
    return {name: np.concatenate(parts) for name, parts in found.items() if sum(map(len, parts))}


def never_masked(model: "keras.Sequential", batches: Sequence[np.ndarray]) -> list[str]:
    """Return the names of layers that mask steps, and mask none of any batch."""
    return [
        masker.layer.name
        for masker in _maskers(model, model)
        if all(masker.kept(x)[0].all() for x in batches)
    ]


def _maskers(model: "keras.Sequential", twin: "keras.Sequential") -> Iterator[_Masker]:
    pairs = zip(_found_in(model), _found_in(twin), strict=True)
    for (front, layer), twins in pairs:
        yield _Masker(front=front, layer=layer, twins=twins)


def _found_in(stack: "keras.Sequential") -> "list[tuple[list[keras.Layer], keras.Layer]]":
    """Return the layers that make masks, those within others too, each with what is before it."""
    layers = list(leaves(stack).values())
    return [
        ([*layers[:i], *front], masker)
        for i, layer in enumerate(layers)
        for front, masker in _within(layer)
    ]


def _within(layer: Any) -> "list[tuple[list[keras.Layer], keras.Layer]]":
    import keras

    if isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False):
        return [([], layer)]
    if isinstance(layer, keras.Sequential):
        return _found_in(layer)
    if isinstance(layer, keras.layers.TimeDistributed):
        dtype = layer.dtype_policy
        return [
            ([keras.layers.TimeDistributed(each, dtype=dtype) for each in front], masker)
            for front, masker in _within(layer.layer)
        ]
    if isinstance(layer, keras.Model):
        inner = [(part, _within(part)) for part in layer.layers]
        return [
            ([keras.Model(layer.inputs, part.input), *front], masker)
            for part, found in inner
            for front, masker in found
        ]
    return []


def _patterns(shape: tuple[int, ...], rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return which steps to mask in each row: (rows, *shape); in the last all of them."""
    found = [*np.ones((1, *shape), bool)]
    for axis, steps in enumerate(shape):
        others = [1] * (len(shape) - axis - 1)
        found += [run.reshape(-1, *others) & found[0] for run in _runs(steps, rng)]
    some = [each for each in found if each.any() and not each.all()]
    kept = rng.permutation(len(some))[: max(rows - 1, 1)]
    return np.array([*(some[i] for i in sorted(kept)), found[0]])


def _runs(steps: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield which of several steps to mask, shape (steps,)."""
    at = np.arange(steps)
    for length in dict.fromkeys((-(-steps // 2), 1, steps - 1, steps // 4)):
        before = (steps - length) // 2
        middle = (at >= before) & (at < before + length)
        yield from (at < length, at >= steps - length, middle, ~middle)
    yield from rng.random((4, steps)) < 0.5


def _carried_back(
    masker: _Masker, base: np.ndarray, patterns: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Return rows with these steps masked; None where something before the layer mixes elements."""
    sources = _sources(masker.front, base, rng)
    if sources is None:
        return None
    values = _solved(masker, base, sources.ravel())
    rows = base[np.arange(len(patterns)) % len(base)].copy()
    features = sources.ndim - (patterns.ndim - 1)
    masked = patterns.reshape(*patterns.shape, *[1] * features) & (sources > 0)
    if features:  # what is masked in some of its features alone is no masked step
        some = (rng.random(masked.shape) < SOME) & (sources > 0)
        masked[::2] |= some[::2] & ~some[::2].all(axis=tuple(range(-features, 0)), keepdims=True)
    for row, mask in zip(rows.reshape(len(rows), -1), masked, strict=True):
        row[sources[mask] - 1] = values[mask.ravel()]
    return rows


def _sources(
    front: "Sequence[keras.Layer]", base: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Return of which input element each element behind the layers is made, from 1; 0 of none.

    None where a layer makes one of several.
    """
    x = base[:1]
    sources = np.arange(1, x.size + 1).reshape(x.shape[1:])
    for layer in front:
        try:
            moved = _moved(layer, x, rng)
        except Exception as error:
            if current_backend().refuses(error):
                return None
            raise
        if moved is None:
            return None
        x = _through([layer], x)
        sources = np.concatenate([[0], sources.ravel()])[moved]
    return sources


def _moved(layer: "keras.Layer", like: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Return which element of its input a layer makes each of its outputs of, from 1; 0 of none.

    None where it makes one of several. `like` is an input, shape (1, ...).
    """
    numbers: np.ndarray = np.arange(1, like.size + 1).reshape(like.shape)
    drawn = [_cast(rng.uniform(-100, 100, like.shape), like.dtype) for _ in "12"]
    given = _cast(numbers, like.dtype)
    if np.array_equal(given, numbers):  # do numbers come out as numbers, and others likewise?
        found = _through([layer], given)[0].astype(np.float64)
        places: np.ndarray = np.clip(np.nan_to_num(found), 0, like.size).astype(np.int64)
        other = np.concatenate([[0], drawn[0].ravel()])[places]
        if (places == found).all() and np.array_equal(_through([layer], drawn[0])[0], other):
            return places
    coin = rng.random(like.shape) < 0.5  # does each element hang on itself alone?
    one, two = (_through([layer], x) for x in (drawn[0], np.where(coin, *drawn)))
    alone = one.shape == like.shape and np.array_equal(one[coin], two[coin])
    first: np.ndarray = numbers[0]
    return first if alone else None


def _solved(masker: _Masker, base: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Return, for each element before the layer, the input value that becomes the masked one."""
    constants = [np.full(base[0].size, value) for value in CONSTANTS]
    ends = _through(masker.twins[0], np.stack(constants[:2]).reshape(2, *base.shape[1:]))
    zero, one = ends.reshape(2, -1).astype(np.float64)
    wanted = np.broadcast_to(masker.value, ends.shape[1:]).ravel()
    inner = np.zeros(base[0].size + 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # each is a line: two points tell it
        inner[sources] = np.nan_to_num((wanted - zero) / (one - zero), posinf=0, neginf=0)
    values = [_cast(inner[1:], base.dtype)]
    for toward in (np.inf, -np.inf) if base.dtype.kind == "f" else ():
        value = values[0]
        for _ in range(NEIGHBOURS):
            value = np.nextafter(value, base.dtype.type(toward))
            values.append(value)
    flat = np.stack([*values, *(_cast(each, base.dtype) for each in constants)])
    x = flat.reshape(len(flat), *base.shape[1:])
    own = _through(masker.front, x).reshape(len(x), -1)
    exact = _through(masker.twins[0], x).reshape(len(x), -1).astype(own.dtype)
    first = ((own == wanted) & (exact == wanted)).argmax(
        axis=0
    )  # the first that becomes it, else the one worked out
    found: np.ndarray = flat[first, np.maximum(sources - 1, 0)]
    return found


def _tried(
    masker: _Masker, spec: InputSpec, base: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Return rows with steps of the input that turned out to be masked; None where none did."""
    if base.ndim < 2:
        return None
    steps = _steps(spec, base, rng)[: max(MAX_ELEMENTS // base[0].size, 1)]
    x = np.repeat(steps[:, None], base.shape[1], axis=1)
    own, exact = (kept.reshape(len(x), -1) for kept in masker.kept(x))
    middle = own.shape[1] // 2
    good = steps[~own[:, middle] & ~exact[:, middle]][:3]
    if not len(good):
        return None
    patterns = _patterns(base.shape[1:2], len(base), rng)
    at = np.arange(len(patterns))
    masked = patterns.reshape(*patterns.shape, *[1] * (base.ndim - 2))
    rows: np.ndarray = np.where(masked, good[at % len(good), None], base[at % len(base)])
    return rows


def _steps(spec: InputSpec, base: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return steps of an input that may be masked, shape (n, ...)."""
    shape = base.shape[2:]
    if spec.entries is not None:
        known = spec.entries[:TRIED].astype(base.dtype)
        return np.repeat(known, int(np.prod(shape, dtype=np.int64))).reshape(-1, *shape)
    drawn = base.reshape(-1, *shape)
    drawn = drawn[rng.integers(len(drawn), size=TRIED)]
    steps = np.concatenate([[np.full(shape, value) for value in CONSTANTS], drawn, drawn * 10.0])
    if spec.vocabulary is not None:
        steps = np.clip(steps, 0, spec.vocabulary - 1)
    return _cast(steps, base.dtype)


def _kept(front: "Sequence[keras.Layer]", layer: Any, x: np.ndarray) -> np.ndarray:
    """Return which steps a layer behind others keeps."""
    from keras import ops

    y = _through(front, x)
    if layer.autocast and np.dtype(y.dtype).kind == "f":
        y = ops.cast(y, layer.compute_dtype)  # as the layer's own call has it
    return _array(layer.compute_mask(ops.convert_to_tensor(y), None))


def _cast(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return numbers in a dtype, the nearest that it has."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    found: np.ndarray = np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
    return found


def _through(layers: "Sequence[keras.Layer]", x: np.ndarray) -> np.ndarray:
    from keras import ops

    y = ops.convert_to_tensor(x)
    for layer in layers:
        y = layer(y, training=False)
    return _array(y)


def _array(tensor: Any) -> np.ndarray:
    from keras import ops

    found: np.ndarray = ops.convert_to_numpy(tensor)
    return found
