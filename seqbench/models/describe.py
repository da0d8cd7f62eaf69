"""What a model is made of: its layers with shapes, parameters, arithmetic and memory."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

from seqbench.core.units import NOTHING, TIMES, size
from seqbench.models.arithmetic import tensor_bytes, work

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One layer.

    Attributes:
        name: its name in the model.
        kind: the name of its class.
        output_shape: its output's dimensions, batch first; None where it can vary.
        parameters: numbers in its weights.
        trainable_parameters: those that training changes.
        flops: floating-point operations of one example's inference; None where unknown.
        activation_bytes: size of its output for one example; None where unknown.

    """

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: int
    trainable_parameters: int
    flops: int | None
    activation_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A model's layers and their totals.

    Attributes:
        name: the model's name.
        input_shape: its input's dimensions, batch first; None where it can vary.
        input_dtype: its input's element type.
        layers: its layers in order.
        parameters: numbers in all weights.
        trainable_parameters: those that training changes.
        parameter_bytes: size of all weights.
        flops: of one example's inference; None where a layer's is unknown.
        activation_bytes: size of all layers' outputs for one example; None where one is unknown.

    """

    name: str
    input_shape: tuple[int | None, ...]
    input_dtype: str
    layers: tuple[LayerRow, ...]
    parameters: int
    trainable_parameters: int
    parameter_bytes: int
    flops: int | None
    activation_bytes: int | None


def describe(model: "keras.Sequential", name: str) -> Description:
    """Return what a built Sequential is made of; `name` is what it is called."""
    import keras

    rows = tuple(_row(layer) for layer in model.layers)
    return Description(
        name=name,
        input_shape=tuple(model.inputs[0].shape),
        input_dtype=keras.backend.standardize_dtype(model.inputs[0].dtype),
        layers=rows,
        parameters=sum(row.parameters for row in rows),
        trainable_parameters=sum(row.trainable_parameters for row in rows),
        parameter_bytes=sum(tensor_bytes(weight.shape, weight.dtype) for weight in model.weights),
        flops=_total([row.flops for row in rows]),
        activation_bytes=_total([row.activation_bytes for row in rows]),
    )


def draw_table(flat: dict[str, Any]) -> Table:
    """Return a description, as JSON values, as a table for people."""
    shown = Table(
        title=f"{flat['name']}: input {_shape(flat['input_shape'])} {flat['input_dtype']}",
        caption=(
            f"{flat['trainable_parameters']:,} of {flat['parameters']:,} parameters are trainable; "
            f"weights {size(flat['parameter_bytes'])}; FLOPs and memory are one example's"
        ),
        show_footer=True,
    )
    shown.add_column("layer", footer="total")
    shown.add_column("kind")
    shown.add_column("output")
    shown.add_column("parameters", footer=_count(flat["parameters"]), justify="right")
    shown.add_column("FLOPs", footer=_count(flat["flops"]), justify="right")
    shown.add_column("output memory", footer=size(flat["activation_bytes"]), justify="right")
    for row in flat["layers"]:
        shown.add_row(
            row["name"],
            row["kind"],
            _shape(row["output_shape"]),
            _count(row["parameters"]),
            _count(row["flops"]),
            size(row["activation_bytes"]),
        )
    return shown


def _row(layer: "keras.Layer") -> LayerRow:
    done, shape, dtype = work(layer), tuple(layer.output.shape[1:]), layer.output.dtype
    unknown = None in shape or dtype == "string"
    return LayerRow(
        name=layer.name,
        kind=type(layer).__name__,
        output_shape=tuple(layer.output.shape),
        parameters=sum(math.prod(weight.shape) for weight in layer.weights),
        trainable_parameters=sum(math.prod(weight.shape) for weight in layer.trainable_weights),
        flops=None if done is None else done.flops,
        activation_bytes=None if unknown else tensor_bytes(shape, dtype),
    )


def _total(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _shape(shape: Sequence[int | None]) -> str:
    return f" {TIMES} ".join("?" if dim is None else str(dim) for dim in shape)


def _count(number: int | None) -> str:
    return NOTHING if number is None else f"{number:,}"
