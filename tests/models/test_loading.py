"""Whatever a MODEL argument names becomes a Scenario, or one clear line."""

import sys
import textwrap
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.errors import InputError
from seqbench.models.loading import define, load
from seqbench.models.source import resolve

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

HEAD = "import keras\nfrom keras import layers\nfrom seqbench.core.scenario import Scenario\n"
NET = "keras.Sequential([keras.Input((3,)), layers.Dense(2)])"
NONE = "define SCENARIO = Scenario(...), a keras.Sequential, or build() that returns one"


def write(folder: Path, text: str) -> Path:
    """Write a Python file whose fourth line is the first of `text`."""
    path = folder / "net.py"
    path.write_text(HEAD + textwrap.dedent(text))
    return path


def refused(spec: str) -> str:
    with pytest.raises(InputError) as caught:
        load(resolve(spec)).build()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_saved_model_becomes_a_scenario_with_its_weights(tmp_path: Path, suffix: str) -> None:
    start = keras.Input((3,))
    model = keras.Model(start, layers.Dense(2)(layers.ReLU()(start)))
    path = tmp_path / f"my net{suffix}"
    model.save(path)
    scenario = load(resolve(str(path)))
    assert (scenario.name, scenario.summary) == ("my_net", f"from my net{suffix}")
    assert (scenario.data, scenario.training) == (None, None)
    built = scenario.build()
    assert isinstance(built, keras.Sequential)
    x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
    np.testing.assert_array_equal(built(x), model(x))


def test_a_saved_model_that_is_no_stack_is_refused(tmp_path: Path) -> None:
    start = keras.Input((3,), name="start")
    side = layers.Dense(3, name="side")(start)
    path = tmp_path / "net.keras"
    keras.Model(start, layers.Add(name="sum")([side, start])).save(path)
    assert refused(str(path)) == (
        f"{path}: it has branches: 'sum' (Add) merges 'side' and 'start'; seqbench measures "
        "Sequential models; such a model needs the Functional API"
    )


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        (f"net = {NET}", ":net"),
        (f"net = {NET}", ""),
        (f"net = {NET}\nalias = net", ""),
        (f"a = {NET}\nmodel = {NET}", ""),
        (f"def build():\n    return {NET}", ""),
        (f"def model():\n    return {NET}", ""),
        (f"def make(units=3):\n    return {NET}", ":make"),
        (f"SCENARIO = Scenario(name='own', summary='s', build=lambda: {NET})\nnet = {NET}", ""),
        (f"mine = Scenario(name='own', summary='s', build=lambda: {NET})", ":mine"),
    ],
)
def test_what_a_python_file_gives(tmp_path: Path, text: str, attribute: str) -> None:
    source = resolve(f"{write(tmp_path, text)}{attribute}")
    scenario = load(source)
    assert scenario.name == source.name
    assert scenario.build().output_shape == (None, 2)


def test_a_scenario_keeps_all_but_its_name(tmp_path: Path) -> None:
    text = f"""
        mine = Scenario(
            name="own", summary="s", build=lambda: {NET}, batch_sizes=(7,), seed=3,
            data=lambda: 1 / 0,
        )
    """
    path = write(tmp_path, text)
    scenario = load(resolve(f"{path}:mine"))
    assert (scenario.name, scenario.summary, scenario.seed) == ("mine", "s", 3)
    assert scenario.batch_sizes == (7,)
    assert scenario.data is not None
    with pytest.raises(InputError) as caught:
        scenario.data()
    assert str(caught.value) == f"{path}:7: mine: ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("text", "attribute", "message"),
    [
        ("x = 3", "", f": holds no SCENARIO and no model; {NONE}"),
        ("x = 3", ":y", f": has no 'y'; {NONE}"),
        (
            "x = 3",
            ":x",
            (
                f":x: is a int, expected a Scenario, a keras.Sequential or a function that returns "
                f"one; {NONE}"
            ),
        ),
        (
            "SCENARIO = {}",
            "",
            (
                f":SCENARIO: is a dict, expected a Scenario, a keras.Sequential or a function that "
                f"returns one; {NONE}"
            ),
        ),
        (
            f"a = {NET}\nb = {NET}\ndef c():\n    return a",
            "",
            ": holds several models; say which: net.py:a, net.py:b, net.py:c",
        ),
        (
            "def make(units, depth=2):\n    pass",
            ":make",
            ":make: expected a function of no arguments, it needs units",
        ),
        (
            "def build():\n    return layers.Dense(2)",
            "",
            ":build: expected a keras.Sequential, found a keras.src.layers.core.dense.Dense",
        ),
        (
            "def build():\n    return keras.Sequential([layers.Dense(2, name='d')], name='n')",
            "",
            (
                ":build: model 'n' has no input shape: expected keras.Input(shape=(...)) before "
                "its first layer 'd' (Dense)"
            ),
        ),
        (
            "d = layers.Dense(2)",
            ":d",
            ":d: expected a keras.Sequential, found a keras.src.layers.core.dense.Dense",
        ),
        (
            f"SCENARIO = Scenario(name='own', summary='s', build=lambda n: {NET})",
            "",
            ":SCENARIO: expected a function of no arguments, it needs n",
        ),
    ],
)
def test_one_line_for_what_a_file_does_not_give(
    tmp_path: Path, text: str, attribute: str, message: str
) -> None:
    path = write(tmp_path, text)
    assert refused(f"{path}{attribute}") == f"{path}{message}"


def test_a_saved_model_s_own_layers_are_known_to_keras_once_defined(tmp_path: Path) -> None:
    text = """
        def double(x):
            return x * 2
        class Twice(layers.Layer):
            def call(self, x):
                return x + x
        net = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation=double), Twice()])
    """
    source = resolve(f"{write(tmp_path, text)}")
    saved = tmp_path / "saved.keras"
    load(source).build().save(saved)
    keras.saving.get_custom_objects().clear()
    define(source)
    try:
        twice = keras.saving.load_model(saved).layers[-1]
    finally:
        keras.saving.get_custom_objects().clear()
    assert type(twice).__module__ in sys.modules
    assert type(twice).__name__ == "Twice"


def test_a_file_may_hold_many_models_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, f"MODELS = {{'two-units': lambda: {NET}}}\n")
    scenario = load(resolve(f"{path}:two-units"))
    assert scenario.name == "two-units"
    assert scenario.build().output_shape == (None, 2)
    assert "has no 'three-units'" in refused(f"{path}:three-units")
