"""What `seqbench show` says of a model."""

import io
import json
from typing import Any

import keras
import pytest
from keras import layers
from rich.console import Console

from seqbench.core import codec
from seqbench.core.units import NOTHING, TIMES
from seqbench.models.describe import LayerRow, describe, draw_table


def model() -> keras.Sequential:
    frozen = layers.Dense(4, name="frozen", dtype="mixed_bfloat16")
    frozen.trainable = False
    return keras.Sequential(
        [
            keras.Input((8, 8, 3), dtype="uint8"),
            layers.Rescaling(1 / 255, name="scale"),
            layers.Conv2D(2, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(name="flat"),
            frozen,
        ]
    )


def printed(flat: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(draw_table(flat))
    written: str = console.file.getvalue()  # type: ignore[attr-defined] # it is the StringIO
    return written


def test_layers() -> None:
    rows = describe(model(), "net").layers
    assert rows[1] == LayerRow(
        name="conv",
        kind="Conv2D",
        output_shape=(None, 6, 6, 2),
        parameters=56,
        trainable_parameters=56,
        flops=2 * 36 * 2 * 27 + 72,
        activation_bytes=4 * 72,
    )
    assert (rows[2].parameters, rows[2].trainable_parameters) == (8, 4)
    frozen = rows[4]
    assert (frozen.parameters, frozen.trainable_parameters) == (292, 0)
    assert frozen.activation_bytes == 2 * 4  # bfloat16


def test_totals() -> None:
    made = model()
    found = describe(made, "net")
    assert (found.name, found.input_shape, found.input_dtype) == ("net", (None, 8, 8, 3), "uint8")
    assert found.parameters == made.count_params() == 356
    assert found.trainable_parameters == 60
    assert found.parameter_bytes == 4 * 356
    assert found.flops == sum(row.flops or 0 for row in found.layers)
    assert found.activation_bytes == 4 * (192 + 72 + 72 + 72) + 2 * 4


def test_an_open_dimension_makes_a_total_unknown() -> None:
    open_ended = keras.Sequential(
        [keras.Input((None, 3)), layers.Conv1D(2, 3), layers.GlobalMaxPooling1D(), layers.Dense(2)]
    )
    found = describe(open_ended, "net")
    assert [row.activation_bytes for row in found.layers] == [None, 8, 8]
    assert (found.flops, found.activation_bytes) == (None, None)
    assert NOTHING in printed(codec.to_json(found))


@pytest.mark.parametrize("dtype", ["float16", "float64", "bfloat16", "int64", "bool", "uint8"])
def test_sizes_of_elements(dtype: str) -> None:
    cast = keras.Sequential([keras.Input((5,), dtype=dtype), layers.Flatten(dtype=dtype)])
    (row,) = describe(cast, "net").layers
    sizes = {"float16": 2, "float64": 8, "bfloat16": 2, "int64": 8, "bool": 1, "uint8": 1}
    assert row.activation_bytes == 5 * sizes[dtype]


def test_json_is_plain() -> None:
    flat = codec.to_json(describe(model(), "net"))
    again = json.loads(json.dumps(flat))
    assert again["layers"][1]["output_shape"] == [None, 6, 6, 2]
    assert again["flops"] == flat["flops"]


def test_table() -> None:
    text = printed(json.loads(json.dumps(codec.to_json(describe(model(), "net")))))
    assert f"net: input ? {TIMES} 8 {TIMES} 8 {TIMES} 3 uint8" in text
    (conv,) = [line for line in text.splitlines() if "conv " in line]
    cells = [cell.strip() for cell in conv.strip("│").split("│")]
    assert cells == ["conv", "Conv2D", f"? {TIMES} 6 {TIMES} 6 {TIMES} 2", "56", "3,960", "288 B"]
    (total,) = [line for line in text.splitlines() if "total" in line]
    assert "356" in total
    assert "60 of 356 parameters are trainable; weights 1.39 KiB" in text


def test_strings_have_no_size() -> None:
    same = layers.Identity(dtype="string")
    words = keras.Sequential([keras.Input((1,), dtype="string"), same])
    assert describe(words, "net").activation_bytes is None
