"""The criterion of reduced precision: each of its limits is held, and can be broken."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.verdict import quality, reference
from seqbench.verdict.quality import CRITERIA, Sample, assess_quality

RNG = np.random.default_rng(0)
FP16, INT8 = CRITERIA["fp16"], CRITERIA["int8"]
PROBABILITIES = RNG.dirichlet(np.ones(10), 400).astype(np.float32)
CLASSES = Sample(
    x=np.zeros((400, 1), np.float32),
    own=PROBABILITIES,
    y=PROBABILITIES.argmax(axis=1),
    metrics=("accuracy",),
)
NUMBERS = Sample(
    x=np.zeros((400, 1), np.float32),
    own=RNG.standard_normal((400, 1)).astype(np.float32),
    y=RNG.standard_normal(400),
    metrics=("mae", "mse"),
)


def test_the_model_itself_is_perfect() -> None:
    found = assess_quality(CLASSES, CLASSES.own, FP16)
    assert (found.reason, found.snr_db, found.agreement) == (None, np.inf, 1.0)
    assert found.metrics == found.own_metrics == {"accuracy": 1.0}


@given(db=st.floats(5, 90))
def test_signal_to_noise_is_in_decibels(db: float) -> None:
    noise = RNG.standard_normal(NUMBERS.own.shape)
    noise *= np.linalg.norm(NUMBERS.own) / np.linalg.norm(noise) * 10 ** (-db / 20)
    plain = replace(NUMBERS, y=None)
    found = assess_quality(plain, NUMBERS.own.astype(np.float64) + noise, INT8)
    assert found.snr_db == pytest.approx(db, abs=0.01)
    assert (found.reason is None) == (found.snr_db >= INT8.snr_db)


def test_noise_is_said_in_numbers() -> None:
    got = replace(NUMBERS, y=None).own * 1.05
    found = assess_quality(replace(NUMBERS, y=None), got, INT8)
    assert found.reason is None
    found = assess_quality(replace(NUMBERS, y=None), got, FP16)
    assert found.reason == "signal to noise is 26.0 dB where 50 are asked"


def test_other_classes_are_counted_and_so_is_the_loss() -> None:
    got = CLASSES.own.copy()
    got[:20] = np.roll(got[:20], 1, axis=1)
    found = assess_quality(CLASSES, got, INT8)
    assert found.agreement == 0.95
    assert found.reason is not None
    assert "95.00% of the top classes agree where 97.0% are asked" in found.reason
    assert "held-out accuracy is 0.95 where the model's is 1 and 0.99 the limit" in found.reason


def test_one_answer_of_a_few_decides_nothing() -> None:
    labels = PROBABILITIES[:38].argmax(axis=1)
    few = Sample(x=labels, own=PROBABILITIES[:38], y=labels, metrics=("accuracy",))
    for flipped in (1, 2):
        got = few.own.copy()
        got[np.arange(flipped), labels[:flipped]] = 0
        found = assess_quality(few, got, replace(INT8, snr_db=0))
        assert (found.reason is None) == (flipped == 1)


def test_an_error_metric_may_grow_a_little() -> None:
    far = replace(NUMBERS, y=NUMBERS.own[:, 0] + 1.0)
    assert assess_quality(far, far.own - 0.04, INT8).reason is None
    reason = assess_quality(far, far.own - 0.06, INT8).reason
    assert reason == "held-out mse is 1.124 where the model's is 1 and 1.1 the limit"


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        (PROBABILITIES[:, :9], "output shape is (400, 9) where the model gives (400, 10)"),
        (np.full_like(PROBABILITIES, np.nan), "4000 of 4000 outputs are not finite"),
    ],
)
def test_what_cannot_be_compared_fails(got: np.ndarray, reason: str) -> None:
    assert assess_quality(CLASSES, got, INT8).reason == reason


@pytest.mark.parametrize(
    ("own", "y"),
    [
        (RNG.random((50, 1)), RNG.integers(0, 2, 50)),
        (RNG.random((50, 4)), RNG.integers(0, 4, 50)),
        (RNG.random((50, 4)), np.eye(4)[RNG.integers(0, 4, 50)]),
        (RNG.random((50, 6, 4)), RNG.integers(0, 4, (50, 6))),
    ],
    ids=["binary", "labels", "one-hot", "sequences"],
)
def test_metrics_are_those_of_keras(own: np.ndarray, y: np.ndarray) -> None:
    sample = Sample(x=own, own=own, y=y, metrics=("accuracy",))
    model = keras.Sequential([keras.Input(own.shape[1:]), keras.layers.Identity()])
    model.compile(loss="mse", metrics=["accuracy"])
    target = y if y.ndim > 1 or own.shape[-1] > 1 else y[:, None]
    metric = keras.src.trainers.compile_utils.CompileMetrics(["accuracy"], None)
    metric.update_state(target, own)
    want = float(metric.result()["accuracy"])
    assert quality.compute_metrics(sample, own)["accuracy"] == pytest.approx(want, abs=1e-6)


def test_a_metric_that_is_not_known_is_left_out() -> None:
    assert quality.compute_metrics(replace(NUMBERS, metrics=("auc",)), NUMBERS.own) == {}


def test_a_sample_is_read_as_it_was_written(tmp_path: Path) -> None:
    for sample in (CLASSES, replace(CLASSES, y=None, metrics=())):
        reference.save_sample(sample, tmp_path / "sample.npz")
        found = reference.load_sample(tmp_path / "sample.npz")
        assert found.metrics == sample.metrics
        for name in ("x", "own", "y"):
            np.testing.assert_array_equal(getattr(found, name), getattr(sample, name))
