"""What is found out of a model and its data, and kept, before anything is judged by it."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from seqbench import Status, api
from seqbench.core import arrays
from seqbench.core.store import Store
from seqbench.engine.jobs.inspect import Inspect
from seqbench.engine.jobs.prepare import CALIBRATION_ROWS, Prepare
from seqbench.engine.workers.messages import Job, Result
from seqbench.engine.workers.pool import Outcome, Workers
from seqbench.models import snapshot
from seqbench.models.snapshot import Origin
from seqbench.models.source import resolve
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference
from seqbench.verdict.quality import Sample, compute_metrics

ELSEWHERE = """
import keras
import numpy as np

from seqbench import Data, Scenario, Training


def data():
    with np.load("FOLDER/data.npz") as file:
        return Data(**file)


SCENARIO = Scenario(
    name="elsewhere",
    summary="a model that was trained before",
    build=lambda: keras.saving.load_model("FOLDER/mine.keras"),
    data=data,
    WHAT,
)
"""
UNTRAINED = {
    "no epochs": 'training=Training(loss="mse", epochs=0, metrics=("mae",))',
    "no training": 'metrics=("mae",)',
}


def done(job: Job[Result], folder: Path) -> Outcome[Result]:
    """Do a job in a process of its own, as a run does."""
    with Workers(folder, lambda _: None) as workers:
        return workers.run(job)


def prepared(origin: Origin, folder: Path) -> Path:
    outcome = done(Prepare(source=origin), folder)
    assert outcome.problem is None
    assert outcome.bad_input is None
    return Store(folder).model(origin.name)


@pytest.fixture
def mine(tmp_path: Path) -> keras.Sequential:
    """A model in a file, and data beside it that are sorted by what is to be found out."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.set_weights([np.array([[2.0], [-1.0]], "f4"), np.array([0.5], "f4")])
    model.save(tmp_path / "mine.keras")
    x = np.linspace([0, 1], [1, 0], 600, dtype="f4")
    y = (2 * x[:, :1] - x[:, 1:]).astype("f4")  # the model is 0.5 too high everywhere
    arrays.save(tmp_path / "data.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    return model


@pytest.mark.parametrize("what", UNTRAINED.values(), ids=UNTRAINED)
def test_a_model_that_was_trained_elsewhere_is_judged_as_it_is(
    mine: keras.Sequential, what: str, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere.py"
    path.write_text(ELSEWHERE.replace("FOLDER", str(tmp_path)).replace("WHAT", what))
    origin = snapshot.pin(resolve(str(path)), allow_code=False)
    (planned,) = done(Inspect(sources=(origin,)), tmp_path).results
    assert planned.training_batch is None
    folder = prepared(origin, tmp_path)
    for found, given in zip(
        snapshot.restore(folder).get_weights(), mine.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(found, given)
    sample = reference.load_sample(folder / snapshot.HELD_OUT)
    assert compute_metrics(sample, sample.own) == {"mae": pytest.approx(0.5)}
    assert not (folder / snapshot.INITIAL).exists()


def test_of_sorted_data_every_part_is_looked_at(mine: keras.Sequential, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.py"
    text = ELSEWHERE.replace("FOLDER", str(tmp_path)).replace("WHAT", "seed=1")
    path.write_text(text)
    folder = prepared(snapshot.pin(resolve(str(path)), allow_code=False), tmp_path)
    calibrated_on = arrays.load(folder / snapshot.CALIBRATION)["x"]
    held_out = reference.load(folder / snapshot.REFERENCE)[0]
    assert (len(calibrated_on), held_out.name) == (CALIBRATION_ROWS, "held-out")
    for x in (calibrated_on, held_out.x):
        assert np.ptp(x[:, 0]) > 0.8  # from end to end, and not the first rows alone
    sample: Sample = reference.load_sample(folder / snapshot.HELD_OUT)
    assert sample.y is not None
    np.testing.assert_allclose(sample.own - sample.y, 0.5, atol=1e-6)  # rows and labels together


def test_a_scenario_that_trains_needs_labels(tmp_path: Path) -> None:
    path = tmp_path / "unlabelled.py"
    path.write_text(
        "import keras, numpy as np\n"
        "from seqbench import Data, Scenario, Training\n"
        "x = np.ones((4, 2), 'float32')\n"
        "SCENARIO = Scenario(name='unlabelled', summary='', training=Training(loss='mse'),\n"
        "    build=lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),\n"
        "    data=lambda: Data(x_train=x, x_test=x))\n"
    )
    job = Prepare(source=snapshot.pin(resolve(str(path)), allow_code=False))
    assert done(job, tmp_path).bad_input == (
        "scenario 'unlabelled': expected y_train to train on, found none; add it, or train 0 epochs"
    )


@pytest.mark.slow
def test_a_layer_that_masked_nothing_is_named_in_a_note(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    stack = [keras.Input((5, 3)), layers.Dense(3), layers.Masking(-1.0, name="rare")]
    model = keras.Sequential([*stack, layers.GlobalAveragePooling1D()], name="rarely")
    artifact = tmp_path / TARGETS["tflite"].filename
    TARGETS["tflite"].export(freeze(model), artifact)
    (record,) = api.verify(artifact, model)
    assert record.status == Status.PASS
    assert [note for note in record.notes if "layer 'rare' masked no step of any input" in note]


@pytest.mark.slow
def test_a_file_that_is_judged_by_a_new_training_is_told_so(
    tiny_scenario: Path, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(5)
    stack = [keras.Input((4,)), layers.Dense(8, activation="relu")]
    older = keras.Sequential([*stack, layers.Dense(3, activation="softmax")])
    artifact = tmp_path / TARGETS["tflite"].filename
    TARGETS["tflite"].export(freeze(older), artifact)
    (record,) = api.verify(artifact, tiny_scenario)
    assert record.status == Status.FAIL
    assert [note for note in record.notes if "its scenario trained anew: if the file is" in note]
    untrained = tmp_path / "untrained.py"
    untrained.write_text(tiny_scenario.read_text().replace("epochs=3", "epochs=0"))
    (record,) = api.verify(artifact, untrained)
    assert not [note for note in record.notes if "trained anew" in note]
