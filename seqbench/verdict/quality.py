"""Is an artifact in reduced precision still good enough? Numpy only.

Such an artifact is meant to differ, so no float32 tolerance, however wide, says anything of it. It
is judged by what its users would notice: noise against signal, answers that no longer follow the
input, other answers, and the loss in the scenario's own metric. Each variant has its own limits.
What it is judged on are held-out data; where a model came without, inputs that were made up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What a variant must keep.

    Attributes:
        snr_db: the least power of the outputs over the power of their error, decibels.
        varying_db: the least power of the outputs about their mean, over the same, decibels.
        agreement: the least share of answers with the model's own top class.
        loss: the largest part of an accuracy that may be lost.
        growth: the largest part by which an error metric may grow: of itself, or of what the
            model is better by than one answer to everything.
        spared: the part of the rows, those with the largest errors, that may be anything.
        least_share: by what part of the largest probabilities must vary to be judged about the
            mean, where that is more than `LEAST_VARIATION`.

    """

    snr_db: float
    varying_db: float
    agreement: float
    loss: float
    growth: float
    spared: float = 0.0
    least_share: float = 0.0

    def on_made_up_inputs(self, *, calibrated: bool) -> "Criterion":
        """Return what is asked on inputs that were made up: `MADE_UP_DB` less of the signal.

        Of what was calibrated, only on all but `SPARED` of them.
        """
        spared = SPARED if calibrated else 0.0
        return replace(
            self, snr_db=self.snr_db - MADE_UP_DB, spared=spared, least_share=LEAST_SHARE
        )


ONE = 1.5
"""More answers than one must differ: of a small held-out set one is more than any share here."""

CRITERIA = {
    "fp16": Criterion(snr_db=50, varying_db=20, agreement=0.995, loss=0.001, growth=0.01),
    "int8-weights": Criterion(snr_db=25, varying_db=10, agreement=0.98, loss=0.01, growth=0.05),
    "int8": Criterion(snr_db=20, varying_db=10, agreement=0.97, loss=0.01, growth=0.10),
}
"""The criterion of each variant.

Losses: MLPerf Inference asks for 99 % of the reference's accuracy, 99.9 % in its stricter class.
Signal to noise: 6.02 dB a bit of the significand are 66 dB for fp16 and 48 dB for 8 bits (W. R.
Bennett, Spectra of quantized signals, 1948), less what layers and unused range cost. On the eleven
shipped scenarios the worst stood at 62 dB (fp16), 30 dB (int8-weights) and 31 dB (int8).

About the mean: an offset is power, but no signal. Of what varies, 10 dB are 90 % explained, 20 dB
99 % (the coefficient of determination; S. Wright, Correlation and causation, 1921); one answer to
everything has 0 dB at best. The worst scenario stood at 62 dB (fp16), 31 dB (int8-weights) and 28
dB (int8); a right int8 file of a regression with an offset (290 K +- 5 K) at 20 dB, and one that
answers a constant at -4 dB, with 35 dB of power.
"""

MADE_UP_DB = 10.0
"""How many decibels of signal to noise fewer are asked on made-up inputs.

A model is surer of real data than of any other, so a right file loses more of its signal there; of
what varies no less is asked. Over 20 seeds of inputs the worst right file of eleven scenarios and
two further models stood above what is asked by 16 dB (fp16), 3 dB (int8-weights) and 6 dB (int8),
and one calibrated for inputs 255 times smaller at least 12 dB below it.
"""

SPARED = 0.1
"""The part of made-up inputs that may be out of any calibration, such as a picture wholly white.

Three small models of pictures, trained four times each, right int8 files of them, and six seeds of
inputs: without the worst tenth, what varies stood 13 dB over the noise at least, with it 5 dB. In
files calibrated for inputs 255 times smaller it stood below 0 dB either way.
"""

LEAST_VARIATION = 1 / 256
"""Outputs that vary by less, of their largest, are not judged about the mean: a step of 8 bits.

In a range from 0 to the largest even correct rounding to such steps leaves 20 log10(sqrt(12)) = 11
dB of it.
"""

LEAST_SHARE = 1 / 64
"""The same of probabilities on made-up inputs: a classifier may be sure of one class on them all.

Of right int8 files of a small one, what varied by less stood as low as 8 dB over the noise of its
inner layers, with 44 dB of power; what varied by more, 13 dB and above.
"""

HELD_OUT = "held-out"
"""The name of the sample of a scenario's own data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Inputs with the answers that a variant is held against.

    Attributes:
        x: inputs, shape (rows, ...).
        own: the model's own outputs, shape (rows, ...).
        y: the labels, shape (rows, ...); None where there are none.
        metrics: the scenario's metrics, by Keras's names.
        name: what kind of input it is: `HELD_OUT`, or the input suite's case.

    """

    x: np.ndarray
    own: np.ndarray
    y: np.ndarray | None = None
    metrics: tuple[str, ...] = ()
    name: str = HELD_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good a variant is on one sample.

    Attributes:
        snr_db: the outputs' power over their error's, decibels; infinite without any error.
        varying_db: the same of the outputs about their mean; None where they hardly vary.
        agreement: share of rows with the model's own class; None where it does not classify.
        metrics: the scenario's metrics of the artifact, on the held-out data.
        own_metrics: the same of the model itself.
        max_abs_error: the largest absolute difference from the model's own outputs.
        limits: what was asked, by the name of what is held to it.
        not_asked: why something else was not asked, by its name.
        reason: what is wrong, None where nothing is.

    """

    snr_db: float
    varying_db: float | None
    agreement: float | None
    metrics: dict[str, float]
    own_metrics: dict[str, float]
    max_abs_error: float
    limits: dict[str, float] = field(default_factory=dict)
    not_asked: dict[str, str] = field(default_factory=dict)
    reason: str | None

    @property
    def rank(self) -> tuple[bool, float]:
        """Whether it is good enough, and by how many decibels: the worst is the least."""
        over = self.snr_db - self.limits.get("snr_db", 0)
        if self.varying_db is not None:
            over = min(over, self.varying_db - self.limits["varying_db"])
        return self.reason is None, over


Metric = Callable[[np.ndarray, np.ndarray], float]
"""From labels and outputs to a number."""


def assess_quality(sample: Sample, got: np.ndarray, criterion: Criterion) -> Quality:
    """Hold a variant's outputs against the sample, by its criterion."""
    own, found = sample.own.astype(np.float64), got.astype(np.float64)
    if found.shape != own.shape:
        return _broken(f"output shape is {got.shape} where the model gives {own.shape}")
    if not np.isfinite(found).all():
        return _broken(f"{int((~np.isfinite(found)).sum())} of {found.size} outputs are not finite")
    max_abs_error = float(np.abs(found - own).max())
    own, found = (_without_spared(outputs, found - own, criterion) for outputs in (own, found))
    metrics, own_metrics = compute_metrics(sample, found), compute_metrics(sample, own)
    classifies = bool(ACCURACIES & set(metrics))
    answers = _classes(own).size
    agreement = float((_classes(found) == _classes(own)).mean()) if classifies else None
    snr_db, varying_db = _ratio_db(own, found - own), _varying_db(own, found - own, criterion)
    limits = {"snr_db": criterion.snr_db}
    reasons = []
    if snr_db < criterion.snr_db:
        reasons.append(f"signal to noise is {snr_db:.1f} dB where {criterion.snr_db:g} are asked")
    if varying_db is not None:
        limits["varying_db"] = criterion.varying_db
        if varying_db < criterion.varying_db:
            reasons.append(
                f"what varies in the outputs is {varying_db:.1f} dB over the noise where "
                f"{criterion.varying_db:g} are asked and one constant answer has 0"
            )
    if agreement is not None:
        limits["agreement"] = criterion.agreement
        if _low(agreement, 1, criterion.agreement, answers):
            reasons.append(
                f"{agreement:.2%} of the top classes agree where {criterion.agreement:.1%} are "
                "asked"
            )
    for name, value in metrics.items():
        before = own_metrics[name]
        limit = limits[name] = _limit(name, sample, before, criterion)
        if _low(value, before, limit, answers) if name in ACCURACIES else value > limit:
            reasons.append(
                f"held-out {name} is {value:.4g} where the model's is {before:.4g} and "
                f"{limit:.4g} the limit"
            )
    return Quality(
        snr_db=snr_db,
        varying_db=varying_db,
        agreement=agreement,
        metrics=metrics,
        own_metrics=own_metrics,
        max_abs_error=max_abs_error,
        limits=limits,
        not_asked=_not_asked(sample, limits),
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
        varying_db=None,
        agreement=None,
        metrics={},
        own_metrics={},
        max_abs_error=np.inf,
        reason=reason,
    )


def _without_spared(outputs: np.ndarray, error: np.ndarray, criterion: Criterion) -> np.ndarray:
    """Return the rows that count: all but the share of them with the largest errors."""
    if not criterion.spared:
        return outputs
    powers = np.square(error).reshape(len(error), -1).sum(axis=1)
    kept = np.argsort(powers, kind="stable")[: len(error) - int(criterion.spared * len(error))]
    return outputs[np.sort(kept)]


def _not_asked(sample: Sample, limits: dict[str, float]) -> dict[str, str]:
    """Return why something was not asked, by its name."""
    found = {}
    if "varying_db" not in limits:
        found["varying_db"] = "the model's own outputs hardly vary on these inputs"
    unknown = [name for name in sample.metrics if name not in METRICS]
    if sample.y is None:
        found["agreement"] = found["metrics"] = "there are no held-out labels"
        return found
    if "agreement" not in limits:
        found["agreement"] = "accuracy is none of the scenario's metrics"
    if not sample.metrics:
        found["metrics"] = "the scenario names no metric"
    return found | dict.fromkeys(unknown, "seqbench does not compute this metric")


def _ratio_db(signal: np.ndarray, error: np.ndarray) -> float:
    noise = float(np.square(error).sum())
    with np.errstate(divide="ignore"):  # a signal of nothing has no power
        return 10 * float(np.log10(np.square(signal).sum() / noise)) if noise else np.inf


def _varying_db(own: np.ndarray, error: np.ndarray, criterion: Criterion) -> float | None:
    """Return the power of the outputs about the mean of each over the rows, over the error's."""
    varying = own - own.mean(axis=0)
    most = float(np.abs(own).max())
    least = LEAST_VARIATION * most
    if own.min() >= 0 and most <= 1:  # as probabilities do
        least = max(least, criterion.least_share * most)
    if float(np.sqrt(np.square(varying).mean())) <= least:
        return None
    return _ratio_db(varying, error)


def _low(share: float, before: float, limit: float, answers: int) -> bool:
    """Whether a share of the answers fell below a limit, by more than one of them."""
    return share < limit and (before - share) * answers > ONE


def _limit(name: str, sample: Sample, own: float, criterion: Criterion) -> float:
    """Return a metric's limit, from what it is of the model's own outputs."""
    if name in ACCURACIES:
        return own * (1 - criterion.loss)
    assert sample.y is not None  # noqa: S101 - there is a metric
    labels = sample.y.reshape(sample.own.shape).astype(np.float64)
    constant = METRICS[name](labels, np.broadcast_to(labels.mean(axis=0), labels.shape))
    return own + criterion.growth * max(own, constant - own)


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
    "categorical_accuracy": _accuracy,
    "sparse_categorical_accuracy": _accuracy,
    "mae": _mae,
    "mean_absolute_error": _mae,
    "mse": _mse,
    "mean_squared_error": _mse,
}
"""Keras's metrics that are computed here, without Keras. Source: `keras.metrics`."""

ACCURACIES = frozenset(name for name, metric in METRICS.items() if metric is _accuracy)
"""Those of which more is better."""
