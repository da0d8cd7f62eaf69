"""Functions in a model's file run only in the Python that compiled them."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src.utils import python_utils

from seqbench.core.errors import InputError
from seqbench.models.bytecode import HERE, other_python
from seqbench.models.model_file import load_file
from tests.models.test_model_file import edit
from tests.support.old_files import write_hdf5

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)


def code(numbers: int, instructions: str, *, flag: int = 0x80) -> str:
    """Return the beginning of a marshalled code object: the numbers, then the instructions."""
    found = bytes.fromhex(instructions)
    head = bytes([ord("c") | flag]) + b"\1\0\0\0" * numbers
    head += bytes([ord("s")]) + len(found).to_bytes(4, "little")
    return base64.b64encode(head + found + b"(" + b"\0" * 40).decode()


# lambda x: x * 2, from `dis` of each version; for 3.12 lambda x: x.sum(), whose caches differ.
FOREIGN = {
    "2": code(4, "7c 00 00 64 01 00 14 53", flag=0),
    "3.0 to 3.7": code(5, "7c 00 64 01 14 00 53 00"),
    "3.8 to 3.10": code(6, "7c 00 64 01 14 00 53 00"),
    "3.12": code(5, f"97 00 7c 00 6a 01 {'00' * 18} ab 00 {'00' * 6} 53 00"),
    "3.13": code(5, f"95 00 58 00 53 01 2d 05 {'00' * 2} 24 00"),
    "3.14": code(5, f"80 00 56 00 5e 02 2c 05 {'00' * 10} 23 00"),
}


@pytest.mark.skipif(HERE != "3.11", reason="3.12 reads its own")
@pytest.mark.parametrize("versions", FOREIGN)
def test_the_python_of_a_function_is_told(versions: str) -> None:
    assert other_python(FOREIGN[versions]) == versions


def closure(scale: float) -> Callable[[Any], Any]:
    return lambda x: [scale * y for y in x if y]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * 2,
        lambda x, y=3: keras.ops.sum(x[:, y:], axis=-1, keepdims=True),
        lambda x: [y**2 for y in x] or {"a": max(x), **x},
        closure(3.0),
        lambda x: (yield x),
    ],
)
def test_this_python_s_own(function: Callable[[Any], Any]) -> None:
    assert other_python(python_utils.func_dump(function)[0]) is None


def test_what_is_no_code() -> None:
    for text in ("", "aGVsbG8=", "hello", "\xe3"):
        assert other_python(text) == "none that is known"


@pytest.mark.parametrize("allow_code", [False, True])
@pytest.mark.parametrize("version", ["1.2.2", "2.4.0"])
def test_it_is_never_run(
    tmp_path: Path, version: str, allow_code: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_utils, "func_load", lambda *_, **__: pytest.fail("it was loaded"))
    function = [FOREIGN["3.8 to 3.10"], None, None]
    inner = {"name": "twice", "batch_input_shape": [None, 3], "function": function}
    inner |= {"function_type": "lambda"}
    config = {"class_name": "Sequential", "config": [{"class_name": "Lambda", "config": inner}]}
    path = write_hdf5(tmp_path / "net.h5", config, {"twice": {}}, version)
    with pytest.raises(InputError) as caught:
        load_file(path, allow_code=allow_code)
    assert str(caught.value) == (
        f"{path}: layer 'twice' holds a function compiled by Python 3.8 to 3.10, and this is "
        f"Python {HERE}, which cannot run it; build the model of Keras's own layers, or give the "
        "Python file that builds it (file.py:name)"
    )


def test_it_is_never_run_in_keras_3_s_files(tmp_path: Path) -> None:
    def replace(config: dict[str, Any]) -> None:
        text = json.dumps(config["config"]["layers"][1]["config"]["function"])
        function = json.loads(text)
        function["config"]["code"] = FOREIGN["3.0 to 3.7"]
        config["config"]["layers"][1]["config"]["function"] = function

    path = tmp_path / "net.keras"
    layer = keras.layers.Lambda(lambda x: x, name="same")
    keras.Sequential([keras.Input((3,)), layer], name="net").save(path)
    edit(path, replace)
    for allow_code in (False, True):
        with pytest.raises(InputError, match=r"layer 'same' .* compiled by Python 3.0 to 3.7"):
            load_file(path, allow_code=allow_code)
