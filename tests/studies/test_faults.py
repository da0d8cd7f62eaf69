"""Faults of every kind are caught in real runtimes, and correct exports pass."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest

from seqbench.verdict import reference
from seqbench.verdict.reference import ReferenceCase
from studies.faults import int8, own
from studies.faults.fault import Fault
from studies.faults.judge import Judge, judging
from studies.faults.models import Subject, subject, walked
from studies.faults.study import FAULTS

L = keras.layers


def image() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Rescaling(1 / 255),
            L.Conv2D(6, 3, padding="same", activation="gelu"),
            L.BatchNormalization(),
            L.LeakyReLU(negative_slope=0.2),
            L.Conv2D(6, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Dropout(0.25),
            L.Flatten(),
            L.Dense(4, activation="softmax"),
        ]
    )


def text() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            L.Embedding(12, 4, mask_zero=True),
            L.Bidirectional(L.SimpleRNN(4, return_sequences=True)),
            L.GRU(6),
            L.Reshape((3, 2)),
            L.Conv1D(3, 2, padding="causal"),
            L.Conv1D(3, 3, padding="same"),
            L.BatchNormalization(),
            L.GlobalAveragePooling1D(),
            L.Dense(3, activation="sigmoid"),
        ]
    )


MAKE = {"image": (image, "tflite"), "text": (text, "onnx")}
"""Each small model, and the target that judges its faults here."""


def made(name: str, seed: int) -> Subject:
    keras.utils.set_random_seed(seed)
    model = MAKE[name][0]()
    own.settle(model, seed)
    later = [value + np.float32(1e-3) for value in model.get_weights()]
    after = MAKE[name][0]()
    after.set_weights(later)
    return Subject(name=name, model=model, later=after)


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging(("tflite", "onnx")) as made:
        yield made


@cache
def small(name: str, seed: int = 0) -> tuple[Subject, Sequence[ReferenceCase]]:
    """Return a small model and what it must answer."""
    found = made(name, seed)
    return found, reference.build_cases(found.model, seed)


def first_fault(fault: Fault) -> tuple[str, str, keras.Sequential]:
    """Return a small model that has a place for a fault, the place, and the model with it."""
    for name in MAKE:
        for where, faulty in fault.make(small(name)[0], np.random.default_rng(0)):
            return name, where, faulty
    pytest.fail(f"no small model has a place for it: {fault.name}")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_kind_of_fault_is_caught(judge: Judge, fault: Fault) -> None:
    name, where, faulty = first_fault(fault)
    (judged,) = judge.model(faulty, small(name)[1], [MAKE[name][1]])
    assert judged.refused is None, judged.refused
    assert judged.caught, (where, judged)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MAKE))
@pytest.mark.parametrize("seed", range(2))
def test_correct_exports_pass(judge: Judge, name: str, seed: int) -> None:
    """As `make faults` asks for twenty seeds of every model."""
    found, cases = small(name, seed)
    for judged in judge.model(found.model, cases):
        assert not judged.caught, judged


@pytest.mark.slow
def test_faults_of_files_in_eight_bits_are_caught_and_right_ones_pass(judge: Judge) -> None:
    found, _ = small("image")
    data = np.random.default_rng(0).uniform(0, 255, (96, 8, 8, 3)).astype(np.float32)
    subject = replace(found, data=data[:32], calibration=data[32:])
    seen = list(int8.faults(judge, subject))
    # Of two kinds, on two targets, judged on the data and, told by the first layer, without.
    assert len({(fault, where, judged.target) for fault, where, judged in seen}) == 8
    assert all(judged.caught and judged.weight > 1 for *_, judged in seen), seen
    right = list(int8.correct(judge, subject))
    assert len(right) == 4
    assert not any(judged.caught or judged.weight > 1 for _, judged in right), right
    assert list(int8.faults(judge, found)) == []  # it has no data


@pytest.mark.slow
def test_files_cut_short_are_caught(judge: Judge) -> None:
    found, cases = small("image")
    judged = dict(judge.damaged(found.model, cases))
    assert len(judged) == 8
    assert all(one.caught for one in judged.values()), judged


@pytest.mark.slow
def test_the_study_of_one_model_finds_no_miss_and_no_alarm(tmp_path: Path) -> None:
    """In a process of its own: the SavedModel runtime sets TensorFlow's threads.

    `make faults` studies every model, every target and more seeds.
    """
    out = tmp_path / "faults.md"
    command = [sys.executable, "-m", "studies.faults", "--model", "three_class", "--seeds", "1"]
    command += ["--target", "saved_model", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    text = out.read_text()
    assert "None was missed." in text
    assert "| saved_model | 0 of 1 |" in text


@pytest.mark.slow
@pytest.mark.browser
def test_faults_are_caught_in_a_browser() -> None:
    """A fifth of the kinds, judged as on other targets; `make faults` has all in every model."""
    with judging(("tfjs",)) as judge:
        for name in MAKE:
            found, cases = small(name)
            (judged,) = judge.model(found.model, cases)
            assert not judged.caught, judged
        for fault in FAULTS[::5]:
            name, where, faulty = first_fault(fault)
            (judged,) = judge.model(faulty, small(name)[1])
            assert judged.refused is None, judged.refused
            assert judged.caught, (fault.name, where, judged)


def test_models_of_the_walk_are_spread_and_differ_by_seed() -> None:
    names = walked(10)
    assert len(set(names)) == 10
    assert len({name.partition("-")[0] for name in names}) > 5
    first, second = (subject("Dense-plain", seed).model.get_weights() for seed in (0, 1))
    assert not np.array_equal(first[0], second[0])
