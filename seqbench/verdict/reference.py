"""What the model really computes: its float64 twin, and what rounding costs it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqbench.backends import current_backend
from seqbench.backends.inference import Answer, compile_inference
from seqbench.backends.patches.registry import EXACT
from seqbench.core import arrays
from seqbench.models.twin import (
    computes_in_float64,
    computes_in_less,
    convert_precision,
    float64_twin,
)
from seqbench.verdict.inputs import from_first_layers, masked_steps
from seqbench.verdict.inputs.suite import InputSpec, first_shapes, make_inputs, other_shapes
from seqbench.verdict.inputs.wake_silent_units import find_waking_inputs
from seqbench.verdict.perturb.activations import make_shiftable
from seqbench.verdict.perturb.weights import (
    FLOAT64_SHARE,
    UNIT_ROUNDOFF,
    round_as_narrow_dtypes,
    round_as_sums,
)
from seqbench.verdict.quality import Sample
from seqbench.verdict.questions import Questions, affordable
from seqbench.verdict.tolerance import Case, largest

if TYPE_CHECKING:
    import keras

PARTS = ("x", "exact", "own", "error", "float32_error", "scale")
"""The arrays of a case."""

ROUNDINGS_PART = "roundings"
"""What is written beside the cases: how often the twin was run with its weights moved."""

Say = Callable[[str], None]
"""Tells people what is being done."""

CANDIDATES = 16
"""How many of the user's inputs, for each row of a batch, are looked at for some that wake silent
units."""

BASES = ("held-out", "expected", "random")
"""The batches in which steps are masked, the best first."""

FEW = 4
"""Rows of another size."""

FAR = 0.01
"""The largest error of a float32 model against its float64 twin, as a share of the output's usual
size, that needs no explanation. Beyond it the twin is taken for a different model (its restored
configuration or weights differ), unless rounding alone moves the output as far. The furthest of
the layer study's float32 models is at 0.002: decibels of a spectrum that cancels."""

BEYOND_ROUNDING = 30.0
"""How many times further from the twin than its rounded runs a model must be to be refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCase(Case):
    """A case, with its yardstick for formats that lack the model's precision.

    Attributes:
        float32_error: what float32 costs a model that computes in float64, shape (channels,); the
            same as `error` for every other model.
        roundings: how often the twin was run with weights that were moved as sums move them.

    """

    float32_error: np.ndarray
    roundings: int


def as_format_has_it(case: ReferenceCase, lacks: Mapping[str, str]) -> Case:
    """Return the case as a format is asked it that lacks dtypes.

    Args:
        case: the case.
        lacks: dtypes that the format does not have, each with the one that stands for it.

    """
    dtype = lacks.get(case.own.dtype.name)
    if "float64" in lacks:
        case = replace(case, error=case.float32_error)
    return case if dtype is None else replace(case, own=case.own.astype(dtype))


def build_cases(
    model: "keras.Sequential",
    seed: int,
    data: np.ndarray | None = None,
    *,
    questions: Questions | None = None,
    say: Say = lambda _: None,
) -> list[ReferenceCase]:
    """Run the input suite through the model and its float64 twin.

    A batch that the model itself answers with NaN or infinity, or would in float32, says nothing
    and is left out.

    Args:
        model: the model.
        seed: chooses the inputs, and how weights are moved.
        data: the user's own inputs, shape (n, ...).
        questions: how much it is asked; None for what its answers' cost allows.
        say: is told what is being done, before each batch.

    Raises:
        ValueError: no batch is left, or the twin is not the same model.

    """
    with current_backend().float64(True):
        return _build_cases(model, seed, data, questions or affordable(model), say)


def _build_cases(
    model: "keras.Sequential",
    seed: int,
    data: np.ndarray | None,
    questions: Questions,
    say: Say,
) -> list[ReferenceCase]:
    answer, twin = compile_inference(model, {}, own=True), float64_twin(model)
    say("inputs that wake its units")
    batches = _suite(model, twin, seed, data, questions)
    own = _outputs(answer, batches, say, "its own answers")
    shifts = make_shiftable(twin)
    patches = EXACT if current_backend().NAME == "tensorflow" else {}
    run = compile_inference(twin, patches, shifts=shifts.variables)
    exact = _outputs(run, batches, say, "its answers in float64")
    narrow = own  # what float32 makes of it
    if computes_in_float64(model):
        run_narrow = compile_inference(convert_precision(model, "float32"), {})
        narrow = _outputs(run_narrow, batches, say, "its answers in float32")
    usable = [
        name for name in batches if all(_finite(found[name]) for found in (own, exact, narrow))
    ]
    if not usable:
        msg = "the model answers every input with NaN or infinity: there is nothing to compare"
        raise ValueError(msg)
    batches = {name: batches[name] for name in usable}

    scale = _usual({name: largest(_numbers(exact[name])) for name in usable})

    def cost(outputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the largest error, in each channel, of these outputs and of rounded runs."""
        none = {name: np.zeros_like(found) for name, found in scale.items()}
        error, by_rounding = larger_errors(none, outputs, exact), none
        parts = {name: x[: questions.rounded_rows] for name, x in batches.items()}
        exactly = {name: exact[name][: questions.rounded_rows] for name in batches}
        with round_as_sums(twin, shifts, seed, questions.roundings) as runs:
            for i, _ in enumerate(runs, 1):
                rounded = f"rounded run {i} of {questions.roundings}"
                outputs = _outputs(run, parts, say, rounded)
                by_rounding = larger_errors(by_rounding, outputs, exactly)
        if not computes_in_less(model):
            for name, found in error.items():
                size = np.maximum(scale[name], largest(_numbers(exact[name])))
                _refuse_another(name, found, by_rounding[name], size)
        with round_as_narrow_dtypes(model, seed) as runs:
            for _ in runs:
                outputs = _outputs(answer, batches, say, "a run rounded as its own dtype")
                error = larger_errors(error, outputs, exact)
        return {name: np.fmax(found, by_rounding[name]) for name, found in error.items()}

    if computes_in_float64(model):  # as its twin does: what that costs, float32 tells
        float32_error = cost(narrow)
        costs = {name: found * FLOAT64_SHARE for name, found in float32_error.items()}
        error = larger_errors(costs, own, exact)
    else:
        error = float32_error = cost(own)
    return [
        ReferenceCase(
            name=name,
            x=x,
            exact=_numbers(exact[name]),
            own=own[name],
            error=error[name],
            float32_error=float32_error[name],
            scale=scale[name],
            roundings=questions.roundings,
        )
        for name, x in batches.items()
    ]


def _suite(
    model: "keras.Sequential",
    twin: "keras.Sequential",
    seed: int,
    data: np.ndarray | None,
    questions: Questions,
) -> dict[str, np.ndarray]:
    """Return the inputs, by their kind."""
    rows = questions.rows
    spec, other = _sized(input_spec(model, data), model, data)
    batches = make_inputs(spec, seed, data, rows=rows, cover_rows=questions.cover_rows)
    if data is None:
        candidates = make_inputs(spec, seed + 1, rows=rows)["random"]
    else:
        candidates = data[: CANDIDATES * rows]
    # 16 bits have poor slopes.
    climbing = partial(convert_precision, model, "float32") if spec.real else None
    most = rows if questions.fewer else None
    sought = find_waking_inputs(twin, climbing, list(batches.values()), candidates, seed, most)
    if sought is not None:
        batches["sought"] = sought
    if other is not None:
        batches["other size"] = make_inputs(other, seed + 2)["random"][: min(FEW, rows)]
    base = next(batches[name] for name in BASES if name in batches)
    batches |= masked_steps.find_masked_inputs(model, twin, spec, base, seed)
    if spec.dtype == "float64":  # numbers that formats without it have as well
        batches = {name: x.astype(np.float32).astype(x.dtype) for name, x in batches.items()}
    return batches


def _refuse_another(
    name: str, error: np.ndarray, by_rounding: np.ndarray, size: np.ndarray
) -> None:
    """Refuse a twin that is a different model: artifacts judged by it would pass with any numbers.

    Args:
        name: the case's.
        error: the model's error against the twin, shape (channels,).
        by_rounding: the largest error of the twin's own rounded runs, shape (channels,).
        size: the output's usual size, shape (channels,).

    Raises:
        ValueError: the twin is a different model.

    """
    far = float(error.max()) > BEYOND_ROUNDING * float(by_rounding.max())
    share = float(error.max() / max(size.max(), UNIT_ROUNDOFF))
    if far and share > FAR:
        msg = (
            f"the model and its float64 twin differ by {share:.2g} of their size on {name} inputs, "
            f"at most {FAR:g} was expected: Keras makes another model of its configuration and "
            "weights, and nothing can be judged by it; a layer of your own must restore all that "
            "it computes with from get_config and its weights"
        )
        raise ValueError(msg)


def _usual(sizes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the median of all, or each its own where the number of channels varies."""
    if len({len(size) for size in sizes.values()}) > 1:
        return sizes
    return dict.fromkeys(sizes, np.median(list(sizes.values()), axis=0))


def _numbers(output: np.ndarray) -> np.ndarray:
    """Return an output in float64; words, which have no size, as zeros."""
    words = output.dtype.kind == "U"
    numbers: np.ndarray = np.zeros(output.shape) if words else output.astype(np.float64)
    return numbers


def signed_error(output: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Return an output less the exact one, of their shape, float64; zeros for words."""
    found: np.ndarray = _numbers(output) - _numbers(exact)
    return found


def larger_errors(
    error: Mapping[str, np.ndarray],
    outputs: Mapping[str, np.ndarray],
    exact: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return, by case, the larger of a known error and of the outputs' own, shape (channels,).

    Where an output is NaN or infinite its error counts as nothing.
    """
    off = {name: signed_error(outputs[name], exact[name]) for name in error}
    return {
        name: np.fmax(known, largest(np.where(np.isfinite(off[name]), off[name], 0.0)))
        for name, known in error.items()
    }


def _finite(output: np.ndarray) -> bool:
    return bool(np.isfinite(_numbers(output)).all())


def input_spec(model: "keras.Sequential", data: np.ndarray | None = None) -> InputSpec:
    """Return what the model takes, as far as its first layers and the data tell."""
    import keras

    tensor = model.inputs[0]
    shape, dtype = tuple(tensor.shape[1:]), keras.backend.standardize_dtype(tensor.dtype)
    entries = from_first_layers.entries(model)
    if entries is not None:
        texts = from_first_layers.takes_text(model)
        return InputSpec(shape=shape, dtype=dtype, entries=entries, texts=texts)
    whole = np.dtype(dtype).kind != "f"
    vocabulary = from_first_layers.vocabulary(model)
    if whole and vocabulary is None and data is not None:
        vocabulary = int(data.max()) + 1
    typical = None if vocabulary is not None else from_first_layers.typical_range(model)
    if whole or vocabulary is not None:
        return InputSpec(shape=shape, dtype=dtype, vocabulary=vocabulary, typical=typical)
    center, spread = from_first_layers.scaling(model)
    return InputSpec(shape=shape, dtype=dtype, center=center, spread=spread, typical=typical)


def _sized(
    spec: InputSpec, model: "keras.Sequential", data: np.ndarray | None
) -> tuple[InputSpec, InputSpec | None]:
    """Return what a model takes with sizes for its open ones, and with others if it takes any."""
    if None not in spec.shape:
        return spec, None

    def first(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...] | None:
        return next((each for each in shapes if _takes(model, replace(spec, shape=each))), None)

    shape = first(first_shapes(spec) if data is None else [data.shape[1:]])
    if shape is None:
        return spec, None
    other = first(other_shapes(spec, shape))
    return replace(spec, shape=shape), None if other is None else replace(spec, shape=other)


def _takes(model: "keras.Sequential", spec: InputSpec) -> bool:
    """Tell whether a model has an answer to inputs of one size."""
    try:
        output = compile_inference(model, {}, own=True, shape=spec.shape)(
            make_inputs(spec, 0)["random"][:1]
        )
    except Exception as error:
        if current_backend().refuses(error):
            return False
        raise
    return bool(output.size) and (output.dtype.kind == "U" or _finite(output))


def _outputs(
    call: Answer, batches: dict[str, np.ndarray], say: Say, what: str
) -> dict[str, np.ndarray]:
    found = {}
    for i, (name, x) in enumerate(batches.items(), 1):
        say(f"{what}, batch {i} of {len(batches)} ({name}, {len(x)} rows)")
        found[name] = call(x)
    return found


def save(found: Sequence[ReferenceCase], path: Path) -> None:
    """Write the cases to one `.npz` file."""
    parts = {
        f"{i}:{case.name}:{part}": getattr(case, part)
        for i, case in enumerate(found)
        for part in PARTS
    }
    arrays.save(path, **parts, **{ROUNDINGS_PART: np.array(found[0].roundings)})


def load(path: Path) -> list[ReferenceCase]:
    """Read the cases that `save` wrote."""
    parts = arrays.load(path)
    names = [key.removesuffix(":x") for key in parts if key.endswith(":x")]
    return [
        ReferenceCase(
            name=name.split(":", 1)[1],
            roundings=int(parts[ROUNDINGS_PART]),
            **{part: parts[f"{name}:{part}"] for part in PARTS},
        )
        for name in names
    ]


def save_sample(sample: Sample, path: Path) -> None:
    """Write the sample by which reduced precision is judged to an `.npz` file."""
    labels = {} if sample.y is None else {"y": sample.y}
    metrics = np.array(sample.metrics, dtype=str)
    arrays.save(path, x=sample.x, own=sample.own, metrics=metrics, **labels)


def load_sample(path: Path) -> Sample:
    """Read the sample that `save_sample` wrote."""
    found = arrays.load(path)
    metrics = tuple(map(str, found["metrics"]))
    return Sample(x=found["x"], own=found["own"], y=found.get("y"), metrics=metrics)
