"""What a case of the walk is: a small model around one layer in one configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqbench.models.weights import perturb

if TYPE_CHECKING:
    import keras

Shape = tuple[int | None, ...]
"""One row's dimensions, None where open."""

Make = Callable[[Any], Any]
"""Makes a model's layers, a list or a single one, from the module `keras.layers`."""

Configs = Mapping[str, Mapping[str, Any]]
"""A layer's configurations: its arguments, by what is special about them."""

SEED = 1
"""Seeds the values of weights that would be all zero or all one, as untrained biases are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One configuration of a layer.

    Attributes:
        name: its id: the layer's name, a hyphen and what is special.
        covers: the names in `keras.layers` and `keras.activations` that it proves.
        build: makes the model; a function of no arguments.

    """

    name: str
    covers: tuple[str, ...]
    build: "Callable[[], keras.Sequential]"


def case(layer: str, tag: str, shape: Shape, *, takes: str = "float32", **config: Any) -> Case:
    """Return a case of one layer.

    Args:
        layer: its name in `keras.layers`.
        tag: what is special, for the case's name.
        shape: one row's dimensions.
        takes: the input's dtype.
        config: the layer's arguments.

    """
    return stack(layer, tag, shape, lambda layers: getattr(layers, layer)(**config), takes=takes)


def grid(layer: str, shape: Shape, configs: Configs, **common: Any) -> list[Case]:
    """Return a case of one layer for each configuration; `common` holds where it says nothing."""
    return [case(layer, tag, shape, **{**common, **config}) for tag, config in configs.items()]


def stack(
    layer: str,
    tag: str,
    shape: Shape,
    make: Make,
    *,
    takes: str = "float32",
    batch: int | None = None,
    covers: Sequence[str] = (),
) -> Case:
    """Return a case of several layers, or of one that holds others.

    Args:
        layer: the name in `keras.layers` of the layer that it is about.
        tag: what is special, for the case's name.
        shape: one row's dimensions.
        make: makes the layers anew at each call.
        takes: the input's dtype.
        batch: the rows that the model asks for; None for any number.
        covers: further names that it proves.

    """

    def build() -> "keras.Sequential":
        import keras

        made = make(keras.layers)
        start = keras.Input(batch_shape=(batch, *shape), dtype=takes)
        model = keras.Sequential([start, *(made if isinstance(made, list) else [made])])
        # Trained models have no zero biases; and a fault in one would not show.
        perturb(model, SEED)
        return model

    return Case(name=f"{layer}-{tag}", covers=(layer, *covers), build=build)


def builders(cases: Sequence[Case]) -> "dict[str, Callable[[], keras.Sequential]]":
    """Return what `file.py:NAME` finds in a file of cases, by the cases' names.

    Raises:
        ValueError: two cases have the same name.

    """
    found = {each.name: each.build for each in cases}
    if len(found) != len(cases):
        names = [each.name for each in cases]
        msg = f"two cases are called {next(name for name in names if names.count(name) > 1)!r}"
        raise ValueError(msg)
    return found
