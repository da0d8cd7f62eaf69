"""What a saved model's config names is looked at before Keras follows it."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

from seqbench.errors import InputError
from seqbench.models.model_file import load_file

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

FLAG = "; pass --allow-code if you trust the file"
SPELLINGS: list[dict[str, Any]] = [
    {"class_name": "TFSMLayer", "module": "keras.layers"},
    {"class_name": "layers.TFSMLayer", "module": "keras"},
    {"class_name": "export.tfsm_layer.TFSMLayer", "module": "keras.src"},
    {"class_name": "TFSMLayer", "module": "keras.src.export.tfsm_layer"},
    {"class_name": "Dense", "registered_name": "keras>TFSMLayer"},
    {"class_name": "Dense", "registered_name": "layers.TFSMLayer"},
    {"class_name": "utils.torch_utils.TorchModuleWrapper", "module": "keras.src"},
    {"class_name": "JaxLayer", "module": "keras.layers"},
    {"class_name": "FlaxLayer", "module": "keras.layers"},
    {"class_name": "layers.Lambda", "module": "keras"},
    {"class_name": "function", "config": "Lambda", "module": "keras.layers"},
]


def model(path: Path, node: dict[str, Any], key: str | None = None) -> Path:
    """Save a model of one Dense layer, with an object in its place or in one of its keywords."""
    keras.Sequential([keras.Input((3,)), layers.Dense(2, name="d")], name="net").save(path)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    config = json.loads(members["config.json"])
    dense = config["config"]["layers"][1]
    if key == "build_config":
        dense["build_config"] = {"input_shape": node}
    elif key is not None:
        dense["config"][key] = node
    else:
        dense.update(node)
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return path


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note what Keras is given to load: nothing that is refused may come so far."""
    given: list[Path] = []
    load = keras.saving.load_model

    def noted(path: Path, **options: Any) -> Any:
        given.append(path)
        return load(path, **options)

    monkeypatch.setattr(keras.saving, "load_model", noted)
    return given


def refused(path: Path, *, allow_code: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        load_file(path, allow_code=allow_code)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("key", [None, "kernel_initializer", "build_config", "other"])
@pytest.mark.parametrize("node", SPELLINGS, ids=lambda node: "-".join(map(str, node.values())))
def test_code_in_any_spelling_and_place_needs_the_flag(
    tmp_path: Path, node: dict[str, Any], key: str | None, followed: list[Path]
) -> None:
    node = node if key is None else {"config": {}, **node}
    message = refused(model(tmp_path / "net.keras", node, key))
    assert re.match(r"layer '(d|net)' is or holds a (Torch|TFSM|Jax|Flax|Lambda)", message)
    assert message.endswith(FLAG)
    assert not followed


def named(name: str, module: str | None, **more: Any) -> dict[str, Any]:
    return {"class_name": name, "module": module, "config": {}, "registered_name": None, **more}


NOT_PARTS = {
    "a function of os": named("function", "os", config="system"),
    "a function of builtins": named("function", "builtins", config="exec"),
    "a class of os": named("PathLike", "os"),
    "a class of subprocess": named("Popen", "subprocess", config={"args": ["true"]}),
    "a function that downloads": named("function", "keras.utils", config="get_file"),
    "a function that loads": named("function", "keras.saving", config="load_model"),
    "a callback": named("CSVLogger", "keras.callbacks", config={"filename": "x"}),
    "a module of tests": named("SavingTest", "keras.src.saving.saving_lib_test"),
    "another package of Keras's": named("Backbone", "keras_hub.models"),
    "a type of TensorFlow": named("__typespec__", "tensorflow", spec_name="TensorSpec", config=[]),
    "a path": named("initializers.Zeros", "keras"),
    "a path in a function": named("function", "keras", config="activations.relu"),
    "no name": named(3, None),  # type: ignore[arg-type] # that is the point
    "a class as a function": named("function", "keras.layers", config="Dense"),
}


@pytest.mark.parametrize("key", ["kernel_initializer", "build_config"])
@pytest.mark.parametrize("what", list(NOT_PARTS))
def test_what_is_no_part_of_a_model_is_never_looked_up(
    tmp_path: Path, what: str, key: str, followed: list[Path]
) -> None:
    path = model(tmp_path / "net.keras", NOT_PARTS[what], key)
    message = refused(path)
    assert refused(path, allow_code=True) == message
    assert re.match(r"layer '\w+' is or holds ", message), message
    assert (
        "which Keras does not have" in message
        or "not saved by Keras" in message
        or (what == "no name" and "expected two names" in message)
    )
    assert not followed


def test_parts_of_models_of_every_kind_load(tmp_path: Path) -> None:
    net = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(9, 4, mask_zero=True, embeddings_initializer="glorot_normal"),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True, unroll=True)),
            layers.TimeDistributed(
                layers.Dense(
                    2,
                    activation=keras.activations.gelu,
                    kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2),
                    kernel_constraint=keras.constraints.MaxNorm(3),
                    dtype="mixed_bfloat16",
                )
            ),
            layers.Activation(keras.ops.relu6),
            layers.Dropout(0.3, seed=4),
            layers.Dense(2, kernel_initializer=keras.initializers.Constant(0.5)),
        ]
    )
    inner = keras.Sequential([net, layers.Flatten(), layers.LeakyReLU(0.2)])
    inner.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 9)), "mse")
    inner.save(tmp_path / "net.keras")
    assert load_file(tmp_path / "net.keras", allow_code=False).count_params()
