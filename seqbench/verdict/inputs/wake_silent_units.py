"""Look for inputs on which units speak that are silent on others: a fault there would not show.

A rectified unit that is zero on every input hides its weights. Such units are looked for in inputs
that may do and, where the model takes real numbers, by climbing the gradient of the same model
with leaky rectifiers. What stays silent then changes no output on any input that was found.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.backends import current_backend
from seqbench.models import arithmetic
from seqbench.verdict.inputs.suite import MAX_ELEMENTS

if TYPE_CHECKING:
    import keras

FEW = 8
"""Where inputs are looked for at all, units that speak on fewer than this are woken too."""

ROUNDS = 4
"""How often inputs set out for the units that are still silent."""

ROWS = 16
"""How many inputs climb at once."""

STEPS = 60
"""How many steps they make."""

WORTHWHILE = 0.02
"""The share of the silent units that a round must wake for another to follow. Of 2,824 silent units
of a MobileNet four rounds wake 7, and the first alone 6."""

STEP = 0.3
"""Length of a step, in standard deviations of the input that it starts from."""

SHARE = 0.3
"""The share of the silent units that half of the inputs climb for; the others climb for one."""

LEAK = 0.2
"""Slope of the leaky rectifiers."""

MOST_FLOPS = 1.5e10
"""Fewer steps are made in a model in which a round would take more arithmetic than this."""

Heights = Callable[[Any], Any]
"""How high each unit stands on each input: (rows, ...) -> (rows, units)."""


def find_waking_inputs(
    twin: "keras.Sequential",
    other: "Callable[[], keras.Sequential] | None",
    batches: Sequence[np.ndarray],
    candidates: np.ndarray,
    seed: int,
    rows: int | None = None,
) -> np.ndarray | None:
    """Return inputs that wake units which are silent in all batches, or nearly; None without.

    Args:
        twin: the model.
        other: makes it once more, for rectifiers to be made leaky; None where inputs cannot climb.
        batches: inputs that are judged on already, shape (rows, ...).
        candidates: further inputs that may do, shape (rows, ...).
        seed: chooses where inputs start and what they climb for.
        rows: the most to return; None for as many as the suite has room for.

    """
    first = next((i for i, layer in enumerate(twin.layers) if _rectifiers(layer)), None)
    if first is None:
        return None
    speaks = _compiled(twin, _heights(twin, first))
    counts = np.sum([(speaks(x) > 0).sum(axis=0) for x in batches], axis=0)
    kept: list[np.ndarray] = []
    most = max(MAX_ELEMENTS // max(batches[0][0].size, 1), 2)
    most = most if rows is None else min(rows, most)

    def keep(x: np.ndarray) -> None:
        nonlocal counts
        for row, awake in zip(x, speaks(x) > 0, strict=True):
            if len(kept) < most and (awake & (counts < FEW)).any():
                kept.append(row)
                counts = counts + awake

    keep(candidates)
    steps = _steps(twin)
    if other is not None and steps and not counts.all():
        leaky = other()
        for layer in leaky.layers:
            _leak(layer)
        climb = _climber(leaky, _heights(leaky, first), steps)
        starts = np.concatenate(batches)
        rng = np.random.default_rng(seed)
        for _ in range(ROUNDS):
            silent = np.count_nonzero(counts == 0)
            chosen = rng.integers(len(starts), size=min(ROWS, len(starts)))
            keep(climb(starts[chosen], _aims(counts, len(chosen), rng)))
            woken = silent - np.count_nonzero(counts == 0)
            if woken in (0, silent) or woken < WORTHWHILE * silent or len(kept) == most:
                break
    if not kept:
        return None
    found = np.stack(kept)
    # Words have the length that they need: another array's would cut them.
    return found if found.dtype.kind == "U" else found.astype(batches[0].dtype)


def _aims(counts: np.ndarray, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return which units each input climbs for: one of the most silent, or a share of them all."""
    silent = counts < FEW
    wanted = silent & (rng.random((rows, counts.size)) < SHARE)
    order = np.lexsort([rng.random(counts.size), counts])[: silent.sum()]
    half = rows // 2
    wanted[:half] = False
    wanted[np.arange(half), np.resize(order, half)] = True
    return wanted


def _rectifiers(layer: "keras.Layer") -> "list[keras.Layer]":
    """Return what rectifies in a layer: itself, or layers that it wraps."""
    import keras

    cut = (keras.activations.relu, keras.activations.relu6)
    return [
        part
        for part in layer._flatten_layers()
        # Of a recurrent layer only the cell has one: the layer's own is a property.
        if isinstance(part, keras.layers.ReLU) or vars(part).get("activation") in cut
    ]


def _leak(layer: "keras.Layer") -> None:
    import keras

    for part in _rectifiers(layer):
        if isinstance(part, keras.layers.ReLU):
            part.negative_slope, part.max_value, part.threshold = LEAK, None, 0.0
        else:
            part.activation = lambda x: keras.activations.leaky_relu(x, LEAK)


def _heights(model: "keras.Sequential", first: int) -> Heights:
    """Return what tells how high units stand, from the layer `first` on; a channel is one unit."""
    import keras

    # A model within the model has its own output first, and the one within this model last.
    outputs = [layer._inbound_nodes[-1].output_tensors[0] for layer in model.layers[first:]]
    inner = keras.Model(model.inputs, [value for value in outputs if "float" in value.dtype])

    def heights(x: Any) -> Any:
        found = inner([x], training=False)
        found = found if isinstance(found, list) else [found]
        between = [tuple(range(1, len(value.shape) - 1)) for value in found]
        found = [
            keras.ops.max(value, axis=axes) if axes else value
            for value, axes in zip(found, between, strict=True)
        ]
        return keras.ops.concatenate(found, axis=-1)

    return heights


def _compiled(model: "keras.Sequential", heights: Heights) -> Callable[[np.ndarray], np.ndarray]:
    source = model.inputs[0]
    return current_backend().outputs(
        heights, model.variables, (None, *source.shape[1:]), source.dtype
    )


def _climber(
    model: "keras.Sequential", heights: Heights, steps: int
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return what moves inputs towards units: (rows, ...) and (rows, units) -> (rows, ...)."""
    from keras import ops

    def reached(x: Any, wanted: Any) -> Any:
        return ops.sum(wanted * ops.minimum(ops.cast(heights(x), "float32"), 1.0))

    compiled = current_backend().compile_gradient(reached, model.variables)

    def climb(x: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        x = x.astype("float32")
        length = STEP * x.std(axis=tuple(range(1, x.ndim)), keepdims=True)
        wanted = wanted.astype("float32")
        speed, size = np.zeros_like(x), np.zeros_like(x)
        for i in range(1, steps + 1):  # Adam: each element at a pace of its own
            slope = compiled(x, wanted)
            speed = 0.9 * speed + 0.1 * slope
            size = 0.99 * size + 0.01 * slope**2
            pace = speed / (1 - 0.9**i) / np.sqrt(size / (1 - 0.99**i) + 1e-30)
            x = x + length * pace
        return x

    return climb


def _steps(model: "keras.Sequential") -> int:
    """Return how many steps to make, each the arithmetic of about three inferences a row."""
    work = arithmetic.work(model)
    affordable = MOST_FLOPS / (3 * ROWS * max(work.flops, 1)) if work else STEPS
    return int(min(affordable, STEPS))
