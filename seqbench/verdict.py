"""The verdict: is what an artifact computes still the model? Numpy only.

The yardstick is the model's own float32 error against its float64 twin (`seqbench.reference`):
an export may be wrong by a small multiple of what float32 itself costs here, and no more. The
rule speaks for each output channel apart, so that a large channel cannot hide a small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FACTOR = 8.0
"""How many times the model's own float32 error an export may have.

Of 380 correct exports of 24 models half stood below 1.3 times it, 99 % below 3.5, all below 4.8.
Of the faults listed in `benchmarks/faults` the smallest stood at 65 times: a last layer alone
rounded to fp16, behind sums of 17 thousand products. (`make faults` measures both sides.)
"""

FLOOR_ULPS = 4.0
"""The least tolerance, in units of the last place of the channel's largest value.

The value is this batch's or the usual one over the suite, whichever is larger: a sigmoid that is
exact to the last place of 1 is right, also on a batch that it answers with 0.0001.
"""

ROWS_PER_CHANNEL = 8
"""A channel with fewer values than this shares the largest float32 error of the whole output."""

WIDER = {"bfloat16": np.dtype("float32")}
"""What may stand for a dtype that numpy, TFLite, ONNX Runtime and TF.js do not give: one that
holds all of its numbers. The tolerance is the narrow dtype's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One batch of the input suite with what the model makes of it.

    Attributes:
        name: what kind of input it is.
        x: the inputs, shape (rows, ...), in the model's input dtype.
        exact: the float64 twin's output, shape (rows, ..., channels).
        own: the model's own output, same shape, in the dtype that an export must have.
        error: the error that float32 costs the model here, in each channel, shape (channels,).
        scale: each channel's usual largest absolute value, over the whole suite, shape (channels,).

    """

    name: str
    x: np.ndarray
    exact: np.ndarray
    own: np.ndarray
    error: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far an output is from the twin's, at the place where it weighs most.

    Attributes:
        case: the input suite's case.
        max_abs_error: the absolute difference there; infinite where shape, dtype or NaN differ.
        tolerance: what is allowed there.
        own_error: the model's own float32 error there.
        channel: index in the last axis, None where the output has no such place.
        reason: what is wrong, None where nothing is.

    """

    case: str
    max_abs_error: float
    tolerance: float
    own_error: float
    channel: int | None
    reason: str | None

    @property
    def weight(self) -> float:
        """The error in units of its tolerance: above 1 fails."""
        if self.max_abs_error == 0:
            return 0.0
        return self.max_abs_error / self.tolerance if self.tolerance else float("inf")


def tolerances(case: Case) -> np.ndarray:
    """Return the allowed absolute error of each channel, float64, shape (channels,)."""
    allowed: np.ndarray = np.maximum(FACTOR * own_errors(case), _floors(case))
    return allowed


def own_errors(case: Case) -> np.ndarray:
    """Return the model's own float32 error of each channel, float64, shape (channels,)."""
    few = case.exact.size < ROWS_PER_CHANNEL * case.error.size
    return np.full_like(case.error, case.error.max()) if few else case.error


def compare_outputs(case: Case, got: np.ndarray) -> Difference:
    """Compare an artifact's output with the case: shape and dtype first, NaN strictly."""
    wrong = _contract(case, got)
    if wrong is not None:
        return _broken(case, wrong)
    if case.own.dtype.kind not in "fV":
        return _compare_exactly(case, got)
    found = got.astype(np.float64)
    if not np.isfinite(found).all():
        what = "NaN" if np.isnan(found).any() else "an infinity"
        count = int((~np.isfinite(found)).sum())
        return _broken(case, f"{what} in {count} of {found.size} outputs, all finite in the model")

    errors = largest(found - case.exact)
    allowed = tolerances(case)
    channel = int(np.argmax(_weights(errors, allowed)))
    error, tolerance = float(errors[channel]), float(allowed[channel])
    own = float(own_errors(case)[channel])
    reason = None
    if error > tolerance:
        reason = (
            f"numbers differ: on {case.name} inputs, channel {channel}, the error is {error:.3g} "
            f"where {tolerance:.3g} is allowed ({FACTOR:g} x the model's own float32 error)"
        )
    return Difference(
        case=case.name,
        max_abs_error=error,
        tolerance=tolerance,
        own_error=own,
        channel=channel,
        reason=reason,
    )


def worst(differences: Sequence[Difference]) -> Difference:
    """Return the difference that weighs most; the first among equals."""
    return max(differences, key=lambda difference: difference.weight)


def _contract(case: Case, got: np.ndarray) -> str | None:
    if got.shape != case.own.shape:
        return f"output shape is {got.shape} where the model gives {case.own.shape}"
    if case.own.dtype.kind == "U":  # text, which runtimes give as objects
        fits = got.dtype.kind in "UO"
    else:
        fits = got.dtype in (case.own.dtype, WIDER.get(case.own.dtype.name, case.own.dtype))
    if not fits:
        return f"output dtype is {got.dtype} where the model gives {case.own.dtype}"
    return None


def _broken(case: Case, reason: str) -> Difference:
    return Difference(
        case=case.name,
        max_abs_error=float("inf"),
        tolerance=float(tolerances(case).max()) if case.own.dtype.kind in "fV" else 0.0,
        own_error=0.0,
        channel=None,
        reason=f"on {case.name} inputs: {reason}",
    )


def _compare_exactly(case: Case, got: np.ndarray) -> Difference:
    text = case.own.dtype.kind == "U"
    different = (_as_text(got) if text else got) != case.own
    wrong, kind = int(different.sum()), "text" if text else "integer"
    reason = f"on {case.name} inputs: {wrong} of {got.size} {kind} outputs differ"
    # Words are equal or not: a distance of 0 or 1.
    apart = different if text else np.abs(got.astype(np.float64) - case.own.astype(np.float64))
    return Difference(
        case=case.name,
        max_abs_error=float(apart.max()),
        tolerance=0.0,
        own_error=0.0,
        channel=None,
        reason=reason if wrong else None,
    )


def _as_text(words: np.ndarray) -> np.ndarray:
    """Return strings as numpy's text; TensorFlow gives them as bytes."""
    found = [word.decode() if isinstance(word, bytes) else str(word) for word in words.flat]
    return np.array(found, np.str_).reshape(words.shape)


def _by_channel(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)


def largest(outputs: np.ndarray) -> np.ndarray:
    """Return each channel's largest absolute value, shape (channels,)."""
    found: np.ndarray = _by_channel(np.abs(outputs)).max(axis=0)
    return found


def _floors(case: Case) -> np.ndarray:
    scale = np.maximum(largest(case.exact), case.scale)
    eps, tiny = _limits(case.own.dtype)
    # Below the smallest normal number a runtime may flush to zero.
    floors: np.ndarray = np.maximum(FLOOR_ULPS * eps * scale, tiny)
    return floors


def _limits(dtype: np.dtype) -> tuple[float, float]:
    """Return the last place of 1 and the smallest normal number; numpy knows no bfloat16."""
    if dtype.name == "bfloat16":
        return 2.0**-7, float(np.finfo(np.float32).tiny)
    info = np.finfo(dtype)
    return float(info.eps), float(info.tiny)


def _weights(errors: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(errors == 0, 0.0, errors / allowed)
