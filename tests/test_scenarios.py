"""The shipped scenarios: honest names, fitting data, and models that learn."""

import ast
import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest

from seqbench.core.scenario import Data, Scenario
from seqbench.models.checks.datacheck import check_data
from seqbench.models.checks.pairs import advise

FOLDER = Path(__file__).parents[1] / "scenarios"
NAMES = (
    *("three_layer", "dense_64_10", "digits_mlp", "digits_cnn", "three_class", "regression"),
    *("batchnorm_cnn", "lstm_series", "bigru_text", "conv1d_audio", "autoencoder"),
)
LEARNS = {
    "three_layer": ("mse", 0.7),
    "dense_64_10": ("accuracy", 0.94),
    "digits_mlp": ("accuracy", 0.95),
    "digits_cnn": ("accuracy", 0.97),
    "three_class": ("accuracy", 0.9),
    "regression": ("mse", 0.65),
    "batchnorm_cnn": ("accuracy", 0.85),
    "lstm_series": ("mse", 0.03),
    "bigru_text": ("accuracy", 0.9),
    "conv1d_audio": ("accuracy", 0.97),
    "autoencoder": ("mse", 0.015),
}


def load(name: str) -> Scenario:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert isinstance(module.SCENARIO, Scenario)
    return module.SCENARIO


def arrays(data: Data) -> dict[str, np.ndarray]:
    return {part: getattr(data, part) for part in ("x_train", "y_train", "x_test", "y_test")}


def test_the_folder_holds_these_eleven() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_name_and_summary_can_be_read_without_running_the_file(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    call = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SCENARIO"
    )
    assert isinstance(call, ast.Call)
    given = {word.arg: word.value for word in call.keywords}
    assert ast.literal_eval(given["name"]) == name
    summary = ast.literal_eval(given["summary"])
    assert 20 < len(summary) < 90
    assert "\n" not in summary


@pytest.mark.parametrize("name", NAMES)
def test_model_data_and_training_go_together(name: str) -> None:
    scenario = load(name)
    assert scenario.data is not None
    assert scenario.training is not None
    assert {1, 32} <= set(scenario.batch_sizes)
    model, data = scenario.build(), scenario.data()
    assert isinstance(model, keras.Sequential)
    assert model.input_shape[0] is None
    check_data(model, scenario, data)
    assert advise(model, scenario.training.loss, data.y_train) == []
    for array in arrays(data).values():
        assert array.dtype in (np.float32, np.int32)
    assert data.x_train.dtype == model.inputs[0].dtype
    outputs = model(data.x_test[:2], training=False)
    assert np.isfinite(outputs).all()


@pytest.mark.parametrize("name", NAMES)
def test_data_are_the_same_each_time_and_held_out_data_are_apart(name: str) -> None:
    scenario = load(name)
    assert scenario.data is not None
    first, second = arrays(scenario.data()), arrays(scenario.data())
    for part, array in first.items():
        np.testing.assert_array_equal(array, second[part])
    seen = {example.tobytes() for example in first["x_train"]}
    repeated = sum(example.tobytes() in seen for example in first["x_test"])
    assert repeated <= 1  # iris holds one flower twice


def test_three_layer_is_the_stack_of_its_name() -> None:
    model = load("three_layer").build()
    assert [(layer.name, layer.units) for layer in model.layers] == [
        ("layer_1", 2),
        ("layer_2", 3),
        ("layer_3", 4),
    ]
    assert model(np.ones((2, 2), "float32")).shape == (2, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seed"),
    [
        *((name, None) for name in NAMES),
        ("digits_mlp", 1),
    ],
)
def test_learns(name: str, seed: int | None) -> None:
    scenario = load(name)
    assert scenario.data is not None
    assert scenario.training is not None
    training, data = scenario.training, scenario.data()
    keras.utils.set_random_seed(scenario.seed if seed is None else seed)
    model = scenario.build()
    optimizer = training.optimizer
    model.compile(
        loss=training.loss,
        optimizer=optimizer() if callable(optimizer) else optimizer,
        metrics=list(training.metrics),
    )
    model.fit(
        data.x_train,
        data.y_train,
        batch_size=training.batch_size,
        epochs=training.epochs,
        verbose=0,
    )
    seen = model.evaluate(data.x_test, data.y_test, verbose=0, return_dict=True)
    metric, bound = LEARNS[name]
    assert seen[metric] >= bound if metric == "accuracy" else seen[metric] <= bound, seen
