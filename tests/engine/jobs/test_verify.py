"""Reduced precision of a bare model: right files pass and wrong ones fail, by LiteRT's own answers.

The files are made by TensorFlow's converter. What each is worth is worked out here, on inputs of
the kind that the model was made for.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.record import Cell, Kind, Status
from seqbench.engine.jobs.verify import Pair, Subject, verify_plain, verify_reduced
from seqbench.runtimes import RUNTIMES, Load
from seqbench.targets import TARGETS, Plain
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference
from seqbench.verdict.quality import Sample
from seqbench.verdict.questions import Questions

pytestmark = pytest.mark.slow

Judge = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def load() -> Iterator[Load]:
    """Load TFLite files."""
    with RUNTIMES["litert"].start() as found:
        yield found


def scaled(seed: int, offset: float, kernel: float) -> tuple[keras.Sequential, np.ndarray]:
    """Return a model of eight bytes whose answers vary by about 5 around an offset; and inputs."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Rescaling(1 / 127.5, -1),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, bias_initializer=keras.initializers.Constant(offset)),
        ]
    )
    head = model.layers[-1]
    head.kernel.assign(kernel * head.kernel)
    return model, np.random.default_rng(seed).uniform(0, 255, (200, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def kelvin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray, np.ndarray]:
    """A folder with a model's reference and files of it; some inputs, and its answers to them."""
    folder = tmp_path_factory.mktemp("kelvin")
    model, x = scaled(3, 290, 20)
    reference.save(reference.build_cases(model, 0), folder / "reference.npz")
    frozen = freeze(model)
    exported = TARGETS["tflite"].export(frozen, folder / "plain.tflite")
    plain = Plain(frozen=frozen, path=folder / "plain.tflite", exported=exported)
    variants = TARGETS["tflite"].variants
    variants["fp16"].write(plain, folder / "half.tflite", None)
    for name, calibration in (("right", x[:100]), ("wrong", x[:100] / 255)):
        variants["int8"].write(plain, folder / f"{name}.tflite", calibration)
    return folder, x[100:], np.asarray(model(x[100:]))


@pytest.fixture
def judge(kelvin: tuple[Path, np.ndarray, np.ndarray], load: Load, tmp_path: Path) -> Judge:
    """Return what judges one of the files, of the bare model or on a sample."""
    folder, *_ = kelvin

    def judged(name: str, variant: str = "int8", sample: Sample | None = None) -> dict[str, Any]:
        if sample is not None:
            reference.save_sample(sample, tmp_path / "sample.npz")
        subject = Subject(
            model="m",
            variant=variant,
            seed=0,
            pairs=(Pair(artifact=folder / f"{name}.tflite", reference=folder / "reference.npz"),),
            fresh=(),
            never_masked=(),
            declaration=None,
            held_out=tmp_path / "sample.npz",
            given=False,
        )
        cell = Cell(model="m", kind=Kind.VERIFY, target="tflite", variant=variant)
        return verify_reduced(subject, load, cell)

    return judged


def worth(load: Load, path: Path, x: np.ndarray, own: np.ndarray) -> tuple[float, float]:
    """Return a file's decibels of raw power and about the mean."""
    with_noise = load(path, "cpu", 1).run(x).astype(np.float64)
    noise = np.square(with_noise - own).sum()
    about = np.square(own - own.mean(dtype=np.float64)).sum()
    raw = np.square(own.astype(np.float64)).sum()
    return 10 * np.log10(raw / noise), 10 * np.log10(about / noise)


def test_a_bare_model_is_judged_on_what_its_first_layers_expect(
    judge: Judge, load: Load, kelvin: tuple[Path, np.ndarray, np.ndarray]
) -> None:
    folder, x, own = kelvin
    for name, status in (("right", Status.PASS), ("wrong", Status.FAIL)):
        raw, about = worth(load, folder / f"{name}.tflite", x, own)
        assert raw > 25  # by which the wrong one would pass
        assert (about > 10) == (status is Status.PASS)
        found = judge(name)
        assert found["status"] is status
        assert found["details"]["judged_on"] == "typical"
        assert found["details"]["varying_db"] == pytest.approx(about, abs=6)
        (note,) = found["notes"]
        assert note.startswith("judged on typical inputs (32 rows from 0 to 2")
    assert found["reason"].startswith("on typical inputs, 32 rows from 0 to 2")
    assert "and one constant answer has 0" in found["reason"]


def test_a_constant_answer_fails_on_held_out_data_and_a_right_one_passes(
    judge: Judge, load: Load, kelvin: tuple[Path, np.ndarray, np.ndarray]
) -> None:
    folder, x, own = kelvin
    # An excellent model: its error is a hundredth of what the labels vary by.
    y = own + np.random.default_rng(0).normal(0, 0.01 * own.std(), own.shape).astype(np.float32)
    sample = Sample(x=x, own=own, y=y, metrics=("mae", "auc"))
    for name, status in (("right", Status.PASS), ("wrong", Status.FAIL)):
        found = judge(name, sample=sample)
        assert found["status"] is status
        got = load(folder / f"{name}.tflite", "cpu", 1).run(x)
        assert found["metrics"]["mae"] == pytest.approx(float(np.abs(got - y).mean()), rel=1e-5)
        # The right file's error is many times the model's own, and far from a constant's.
        assert found["metrics"]["mae"] > 3 * found["details"]["own_metrics"]["mae"]
        assert found["details"]["judged_on"] == "held-out"
        assert set(found["details"]["limits"]) == {"snr_db", "varying_db", "mae"}
        assert found["details"]["not_asked"] == {
            "agreement": "accuracy is none of the scenario's metrics",
            "auc": "seqbench does not compute this metric",
        }
    assert "held-out mae is" in found["reason"]


def test_what_is_not_calibrated_is_judged_on_all_that_could_be_a_users(judge: Judge) -> None:
    found = judge("half", variant="fp16")
    assert found["status"] is Status.PASS
    (note,) = found["notes"]
    assert "typical inputs" in note
    assert "expected inputs" in note


def test_a_file_in_which_nothing_is_narrow_is_not_what_it_is_called(judge: Judge) -> None:
    for name, variant, narrow in (
        ("plain", "int8-weights", "weights in 8 bits"),
        ("plain", "fp16", "weights in 16 bits"),
        ("plain", "int8", "activations in 8 bits"),
        ("right", "fp16", "weights in 16 bits"),
    ):
        found = judge(name, variant=variant)
        assert found["status"] is Status.FAIL
        said = f"{name}.tflite is no {variant}: it holds no {narrow}"
        assert found["reason"].split("; ")[0] == said
    assert judge("plain", variant="int8-weights")["details"]["snr_db"] > 100


@pytest.mark.parametrize("few", [True, False])
def test_the_record_says_how_much_was_asked(load: Load, tmp_path: Path, few: bool) -> None:
    model, _ = scaled(5, 0, 1)
    questions = Questions(rows=2, roundings=2) if few else Questions()
    cases = reference.build_cases(model, 0, questions=questions)
    reference.save(cases, tmp_path / "reference.npz")
    TARGETS["tflite"].export(freeze(model), tmp_path / "plain.tflite")
    pair = Pair(artifact=tmp_path / "plain.tflite", reference=tmp_path / "reference.npz")
    subject = Subject(
        model="m",
        variant="fp32",
        seed=0,
        pairs=(pair,),
        fresh=(),
        never_masked=(),
        declaration=None,
        held_out=tmp_path / "none",
        given=False,
    )
    cell = Cell(model="m", kind=Kind.VERIFY, target="tflite", runtime="litert")
    fields = verify_plain(subject, load, cell)
    assert fields["status"] is Status.PASS
    rows = sum(len(case.x) for case in cases)
    runs = 2 if few else 4
    asked = {"batches": len(cases), "rows": rows, "rounded_runs": runs}
    assert fields["details"]["asked"] == asked
    note = f"asked {rows} rows in {len(cases)} batches, its twin run rounded 2 times"
    assert any(said.startswith(note) for said in fields["notes"]) is few
