"""Is a model a plain stack of layers, one input and one output? Then it is a Sequential."""

from typing import TYPE_CHECKING, Any

from seqbench.core.errors import InputError
from seqbench.models.chain import ADVICE, chain

if TYPE_CHECKING:
    import keras


def plain_stack(model: Any, place: str) -> "keras.Sequential":
    """Return `model` as the built Sequential that it is, with the same layers and weights.

    A Sequential is returned as it is, unless its batch size was fixed without need (it was built
    by a call): then the same layers are stacked on an input of any batch size. A Functional
    model that is a plain chain becomes a Sequential of the same layers. A layer may itself hold
    branches, as long as it has one input and one output.

    Args:
        model: what should be a Keras model.
        place: the model's file or scenario, for messages.

    Raises:
        InputError: it is no Keras model, is not built, has several inputs or outputs, shared
            layers or branches, or is a subclass with a `call` of its own.

    """
    import keras
    from keras.src.models.functional import Functional

    if isinstance(model, keras.Sequential) and type(model).call is keras.Sequential.call:
        stack = _checked(model, place)
    elif isinstance(model, Functional) and type(model).call is Functional.call:
        stack = chain(model, place)
    elif isinstance(model, keras.Model):
        raise InputError(
            f"{place}: model {model.name!r} is subclassed: {type(model).__name__} has a call() of "
            f"its own; {ADVICE}, or its layers in a keras.Sequential([...])"
        )
    else:
        kind = f"{type(model).__module__}.{type(model).__qualname__}"
        raise InputError(f"{place}: expected a keras.Sequential, found a {kind}")
    _refuse_shared(stack, place)
    return _any_batch(stack)


def leaves(model: "keras.Sequential", prefix: str = "") -> "dict[str, keras.Layer]":
    """Return a stack's layers by name, in order; those in a nested Sequential as `nested/name`."""
    import keras

    found: dict[str, keras.Layer] = {}
    for layer in model.layers:
        name = f"{prefix}{layer.name}"
        found |= leaves(layer, f"{name}/") if isinstance(layer, keras.Sequential) else {name: layer}
    return found


def _checked(model: "keras.Sequential", place: str) -> "keras.Sequential":
    """Return a Sequential that is built, with one input and one output."""
    if not model.layers:
        raise InputError(f"{place}: model {model.name!r} has no layers")
    first = model.layers[0]
    if not hasattr(model, "inputs"):
        several = getattr(first, "inputs", None)
        if several is not None and len(several) > 1:
            raise InputError(
                f"{place}: layer {first.name!r} takes {len(several)} inputs, expected 1; {ADVICE}"
            )
        raise InputError(
            f"{place}: model {model.name!r} has no input shape: expected keras.Input(shape=(...)) "
            f"before its first layer {first.name!r} ({type(first).__name__})"
        )
    if len(model.outputs) > 1:
        last = model.layers[-1]
        raise InputError(
            f"{place}: model has {len(model.outputs)} outputs, expected 1: layer {last.name!r} "
            f"({type(last).__name__}) returns several; {ADVICE}"
        )
    return model


def _refuse_shared(model: "keras.Sequential", place: str) -> None:
    import keras

    seen: set[int] = set()

    def visit(layers: list["keras.Layer"]) -> None:
        for layer in layers:
            if id(layer) in seen:
                raise InputError(
                    f"{place}: layer {layer.name!r} ({type(layer).__name__}) is shared: it is in "
                    f"the stack twice; make a second layer, or, to share weights: {ADVICE}"
                )
            seen.add(id(layer))
            if isinstance(layer, keras.Sequential):
                visit(layer.layers)

    visit(model.layers)


def _any_batch(stack: "keras.Sequential") -> "keras.Sequential":
    """Return the same layers on an input of any batch size, where none of them needs its own."""
    import keras

    shape = stack.inputs[0].shape
    if shape[0] is None or _is_stateful(stack):
        return stack
    start = keras.Input(shape=shape[1:], dtype=stack.inputs[0].dtype)
    try:
        return keras.Sequential([start, *stack.layers], name=stack.name)
    except Exception:  # noqa: BLE001 - whatever a user's layer raises, it needs a fixed size
        return stack


def _is_stateful(layer: "keras.Layer") -> bool:
    """Tell whether a layer, or one within it, keeps a state for each row of its batch."""
    within = getattr(layer, "_layers", [])
    return bool(getattr(layer, "stateful", False)) or any(map(_is_stateful, within))
