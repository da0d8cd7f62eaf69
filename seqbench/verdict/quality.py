"""Is an artifact in reduced precision still good enough? Numpy only.

Such an artifact is meant to differ, so no float32 tolerance, however wide, says anything of it. It
is judged on held-out data by what its users would notice: noise against signal, other answers, and
the loss in the scenario's own metric. Each variant has its own limits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What a variant must keep.

    Attributes:
        snr_db: the least power of the outputs over the power of their error, decibels.
        agreement: the least share of answers with the model's own top class.
        loss: the largest part of an accuracy that may be lost.
        growth: the largest part by which an error metric may grow.

    """

    snr_db: float
    agreement: float
    loss: float
    growth: float


ONE = 1.5
"""More answers than one must differ: of a small held-out set one is more than any share here."""

CRITERIA = {
    "fp16": Criterion(snr_db=50, agreement=0.995, loss=0.001, growth=0.01),
    "int8-weights": Criterion(snr_db=25, agreement=0.98, loss=0.01, growth=0.05),
    "int8": Criterion(snr_db=20, agreement=0.97, loss=0.01, growth=0.10),
}
"""The criterion of each variant.

Losses: MLPerf Inference asks for 99 % of the reference's accuracy, 99.9 % in its stricter class.
Signal to noise: 6.02 dB a bit of the significand are 66 dB for fp16 and 48 dB for 8 bits (W. R.
Bennett, Spectra of quantized signals, 1948), less what layers and unused range cost. On the eleven
shipped scenarios the worst stood at 62 dB (fp16), 30 dB (int8-weights) and 31 dB (int8).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Inputs with the answers that a variant is held against.

    Attributes:
        x: inputs, shape (rows, ...).
        own: the model's own outputs, shape (rows, ...).
        y: the labels, shape (rows, ...); None where there are none.
        metrics: the scenario's metrics, by Keras's names.

    """

    x: np.ndarray
    own: np.ndarray
    y: np.ndarray | None = None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good a variant is.

    Attributes:
        snr_db: the outputs' power over their error's, decibels; infinite without any error.
        agreement: share of rows with the model's own class; None where it does not classify.
        metrics: the scenario's metrics of the artifact, on the held-out data.
        own_metrics: the same of the model itself.
        max_abs_error: the largest absolute difference from the model's own outputs.
        reason: what is wrong, None where nothing is.

    """

    snr_db: float
    agreement: float | None
    metrics: dict[str, float]
    own_metrics: dict[str, float]
    max_abs_error: float
    reason: str | None


Metric = Callable[[np.ndarray, np.ndarray], float]
"""From labels and outputs to a number."""


def assess_quality(sample: Sample, got: np.ndarray, criterion: Criterion) -> Quality:
    """Hold a variant's outputs against the sample, by its criterion."""
    own, found = sample.own.astype(np.float64), got.astype(np.float64)
    if found.shape != own.shape:
        return _broken(f"output shape is {got.shape} where the model gives {own.shape}")
    if not np.isfinite(found).all():
        return _broken(f"{int((~np.isfinite(found)).sum())} of {found.size} outputs are not finite")
    metrics, own_metrics = compute_metrics(sample, found), compute_metrics(sample, own)
    classifies = bool(ACCURACIES & set(metrics))
    answers = _classes(own).size
    agreement = float((_classes(found) == _classes(own)).mean()) if classifies else None
    snr_db = _snr_db(own, found - own)
    reasons = []
    if snr_db < criterion.snr_db:
        reasons.append(f"signal to noise is {snr_db:.1f} dB where {criterion.snr_db:g} are asked")
    if agreement is not None and _low(agreement, 1, criterion.agreement, answers):
        reasons.append(
            f"{agreement:.2%} of the top classes agree where {criterion.agreement:.1%} are asked"
        )
    for name, value in metrics.items():
        before = own_metrics[name]
        limit = _limit(name, before, criterion)
        if _low(value, before, limit, answers) if name in ACCURACIES else value > limit:
            reasons.append(
                f"held-out {name} is {value:.4g} where the model's is {before:.4g} and "
                f"{limit:.4g} the limit"
            )
    return Quality(
        snr_db=snr_db,
        agreement=agreement,
        metrics=metrics,
        own_metrics=own_metrics,
        max_abs_error=float(np.abs(found - own).max()),
        reason="; ".join(reasons) or None,
    )


def compute_metrics(sample: Sample, outputs: np.ndarray) -> dict[str, float]:
    """Return those of the scenario's metrics that are known here, of some outputs."""
    if sample.y is None:
        return {}
    return {name: METRICS[name](sample.y, outputs) for name in sample.metrics if name in METRICS}


def _broken(reason: str) -> Quality:
    return Quality(
        snr_db=-np.inf,
        agreement=None,
        metrics={},
        own_metrics={},
        max_abs_error=np.inf,
        reason=reason,
    )


def _snr_db(signal: np.ndarray, error: np.ndarray) -> float:
    noise = float(np.square(error).sum())
    return 10 * float(np.log10(np.square(signal).sum() / noise)) if noise else np.inf


def _low(share: float, before: float, limit: float, answers: int) -> bool:
    """Whether a share of the answers fell below a limit, by more than one of them."""
    return share < limit and (before - share) * answers > ONE


def _limit(name: str, own: float, criterion: Criterion) -> float:
    return own * (1 - criterion.loss) if name in ACCURACIES else own * (1 + criterion.growth)


def _classes(outputs: np.ndarray) -> np.ndarray:
    """Return the classes that Keras's accuracies compare: of one output, whether it is over 1/2."""
    found: np.ndarray = outputs > 0.5 if outputs.shape[-1] == 1 else outputs.argmax(axis=-1)
    return found


def _accuracy(y: np.ndarray, outputs: np.ndarray) -> float:
    """`keras.metrics.Accuracy` by name: binary, of whole-number labels or of one-hot ones."""
    if outputs.shape[-1] == 1:
        return float((_classes(outputs) == (y.reshape(outputs.shape) > 0.5)).mean())
    one_hot = y.shape == outputs.shape
    labels = y.argmax(axis=-1) if one_hot else y.reshape(outputs.shape[:-1])
    return float((_classes(outputs) == labels).mean())


def _mae(y: np.ndarray, outputs: np.ndarray) -> float:
    return float(np.abs(y.reshape(outputs.shape) - outputs).mean())


def _mse(y: np.ndarray, outputs: np.ndarray) -> float:
    return float(np.square(y.reshape(outputs.shape) - outputs).mean())


METRICS: dict[str, Metric] = {
    "accuracy": _accuracy,
    "acc": _accuracy,
    "mae": _mae,
    "mean_absolute_error": _mae,
    "mse": _mse,
    "mean_squared_error": _mse,
}
"""Keras's metrics that are computed here, without Keras. Source: `keras.metrics`."""

ACCURACIES = frozenset({"accuracy", "acc"})
"""Those of which more is better."""
