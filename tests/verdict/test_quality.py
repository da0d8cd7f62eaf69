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


def test_one_answer_to_everything_is_no_signal() -> None:
    own = 290 + 5 * RNG.standard_normal((400, 1))
    sample = Sample(x=own, own=own)
    constant = assess_quality(sample, np.full_like(own, own.mean()), INT8)
    assert constant.snr_db == pytest.approx(20 * np.log10(290 / 5), abs=1)  # 35 dB of power
    assert constant.varying_db == pytest.approx(0, abs=1e-9)
    assert constant.reason == (
        "what varies in the outputs is 0.0 dB over the noise where 10 are asked and one constant "
        "answer has 0"
    )
    # Steps of 1.2, as 8 bits have them from 0 to 300, are 5 / (1.2 / sqrt(12)) = 23 dB.
    stepped = assess_quality(sample, np.round(own / 1.2) * 1.2, INT8)
    assert stepped.reason is None
    assert stepped.varying_db == pytest.approx(20 * np.log10(5 * np.sqrt(12) / 1.2), abs=1)


@pytest.mark.parametrize(
    "own",
    [
        np.array([[290.0, 3.0]]),
        np.tile([[0.9, 0.1]], (20, 1)),
        np.concatenate([np.tile([[1.0, 0.0]], (20, 1)), [[0.999, 0.001]]]),
        np.zeros((20, 2)),
    ],
    ids=["one row", "constant", "sure", "zeros"],
)
def test_outputs_that_do_not_vary_are_judged_by_their_power(own: np.ndarray) -> None:
    found = assess_quality(Sample(x=own, own=own), own, INT8)
    assert (found.reason, found.varying_db) == (None, None)
    assert set(found.limits) == {"snr_db"}
    said = "the model's own outputs hardly vary on these inputs"
    assert found.not_asked["varying_db"] == said
    wrong = assess_quality(Sample(x=own, own=own), own + 40, INT8)
    assert wrong.reason is not None
    assert wrong.reason.startswith("signal to noise is")


def test_what_is_asked_is_said_and_what_is_not_and_why() -> None:
    found = assess_quality(CLASSES, CLASSES.own, INT8)
    assert found.limits == {
        "snr_db": 20,
        "varying_db": 10,
        "agreement": 0.97,
        "accuracy": pytest.approx(0.99),
    }
    assert found.not_asked == {}
    found = assess_quality(replace(CLASSES, metrics=()), CLASSES.own, INT8)
    assert set(found.limits) == {"snr_db", "varying_db"}
    assert found.not_asked == {
        "agreement": "accuracy is none of the scenario's metrics",
        "metrics": "the scenario names no metric",
    }
    found = assess_quality(replace(CLASSES, y=None), CLASSES.own, INT8)
    assert found.not_asked == dict.fromkeys(
        ("agreement", "metrics"), "there are no held-out labels"
    )


def test_of_made_up_inputs_a_tenth_may_be_out_of_a_calibration() -> None:
    criterion = INT8.on_made_up_inputs(calibrated=True)
    assert INT8.on_made_up_inputs(calibrated=False).spared == 0
    own = RNG.standard_normal((32, 3))
    for wrong, passes in ((3, True), (4, False)):
        got = own.copy()
        got[:wrong] += 20
        found = assess_quality(Sample(x=own, own=own), got, criterion)
        assert (found.reason is None) == passes
        assert found.max_abs_error == pytest.approx(20)
        assert assess_quality(Sample(x=own, own=own), got, INT8).reason is not None


def test_a_classifier_that_is_sure_on_made_up_inputs_is_judged_by_its_power_there() -> None:
    criterion = INT8.on_made_up_inputs(calibrated=True)
    for spread, asked in ((0.01, False), (0.05, True)):
        shares = 1 - spread * np.abs(RNG.standard_normal((32, 1)))
        own = np.concatenate([shares, 1 - shares], axis=1)
        found = assess_quality(Sample(x=own, own=own), own, criterion)
        assert ("varying_db" in found.limits) == asked
        assert "varying_db" in assess_quality(Sample(x=own, own=own), own, INT8).limits
        # What is no probability is judged as ever: an offset may be a thousand times the signal.
        assert "varying_db" in assess_quality(Sample(x=own, own=3 * own), 3 * own, criterion).limits


def test_the_worst_of_several_ranks_first() -> None:
    noise = 0.05 * RNG.standard_normal(NUMBERS.own.shape)
    good, worse, bad = (
        assess_quality(replace(NUMBERS, y=None), NUMBERS.own + factor * noise, INT8)
        for factor in (1, 2, 100)
    )
    other = assess_quality(NUMBERS, NUMBERS.own[:2], INT8)
    assert sorted([good, other, bad, worse], key=lambda found: found.rank) == [
        other,
        bad,
        worse,
        good,
    ]


def test_an_excellent_models_error_may_be_a_part_of_a_constants() -> None:
    own = NUMBERS.own.astype(np.float64)
    sample = replace(NUMBERS, own=own, y=own + 0.001, metrics=("mae",))
    found = assess_quality(sample, own, INT8)
    constant = np.abs(own - own.mean()).mean()  # of one answer to everything
    assert found.limits["mae"] == pytest.approx(0.001 + 0.1 * (constant - 0.001), rel=1e-3)


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


def test_accuracies_by_their_longer_names_are_those_of_keras() -> None:
    labels = RNG.integers(0, 10, 400)
    for name, y in (
        ("sparse_categorical_accuracy", labels),
        ("categorical_accuracy", np.eye(10)[labels]),
    ):
        metric = keras.metrics.get(name)
        want = float(np.mean(metric(y, PROBABILITIES)))
        sample = replace(CLASSES, y=y, metrics=(name,))
        assert quality.compute_metrics(sample, PROBABILITIES) == {name: pytest.approx(want)}


def test_a_metric_that_is_not_known_is_left_out() -> None:
    assert quality.compute_metrics(replace(NUMBERS, metrics=("auc",)), NUMBERS.own) == {}


def test_a_sample_is_read_as_it_was_written(tmp_path: Path) -> None:
    for sample in (CLASSES, replace(CLASSES, y=None, metrics=())):
        reference.save_sample(sample, tmp_path / "sample.npz")
        found = reference.load_sample(tmp_path / "sample.npz")
        assert found.metrics == sample.metrics
        for name in ("x", "own", "y"):
            np.testing.assert_array_equal(getattr(found, name), getattr(sample, name))
