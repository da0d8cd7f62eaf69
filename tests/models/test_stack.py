"""What is a plain stack, and what is said of what is not."""

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.errors import InputError
from seqbench.models.stack import plain_stack

ADVICE = "seqbench measures Sequential models; such a model needs the Functional API"


class Subclassed(keras.Model):  # type: ignore[misc] # mypy does not follow keras
    def call(self, x: Any) -> Any:
        return x


class SubclassedStack(keras.Sequential):  # type: ignore[misc] # as above
    def call(self, x: Any, **_: Any) -> Any:
        return x


class Renamed(keras.Sequential):  # type: ignore[misc] # as above
    """A subclass that changes nothing."""


def stack(*of: Any) -> keras.Sequential:
    return keras.Sequential([keras.Input((3,)), *of])


def branched() -> keras.Model:
    start = keras.Input((3,))
    return keras.Model(start, layers.Add()([layers.Dense(3)(start), start]))


def two_inputs() -> keras.Model:
    pair = [keras.Input((3,), name="left"), keras.Input((3,), name="right")]
    return keras.Model(pair, layers.Add(name="sum")(pair))


def shared(layer: Any) -> keras.Model:
    return stack(layer, layers.ReLU(), layer)


def unbuilt() -> keras.Sequential:
    return keras.Sequential([layers.Dense(2, name="first"), layers.Dense(3)], name="net")


@pytest.mark.parametrize(
    "make",
    [
        lambda: stack(layers.Dense(2)),
        lambda: stack(keras.Sequential([layers.Dense(2), layers.ReLU()]), layers.Dense(1)),
        lambda: stack(branched(), layers.Dense(2)),
        lambda: Renamed([keras.Input((3,)), layers.Dense(2)]),
    ],
)
def test_a_sequential_is_taken_as_it_is(make: Callable[[], keras.Model]) -> None:
    model = make()
    assert plain_stack(model, "here") is model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: 3, "expected a keras.Sequential, found a builtins.int"),
        (
            lambda: layers.Dense(2),
            "expected a keras.Sequential, found a keras.src.layers.core.dense.Dense",
        ),
        (lambda: keras.Sequential(name="net"), "model 'net' has no layers"),
        (
            unbuilt,
            (
                "model 'net' has no input shape: expected keras.Input(shape=(...)) before its "
                "first layer 'first' (Dense)"
            ),
        ),
        (
            lambda: Subclassed(name="net"),
            (
                "model 'net' is subclassed: Subclassed has a call() of its own; "
                f"{ADVICE}, or its layers in a keras.Sequential([...])"
            ),
        ),
        (
            lambda: SubclassedStack([keras.Input((3,)), layers.Dense(2)], name="net"),
            (
                "model 'net' is subclassed: SubclassedStack has a call() of its own; "
                f"{ADVICE}, or its layers in a keras.Sequential([...])"
            ),
        ),
        (
            lambda: shared(layers.Dense(3, name="twin")),
            (
                "layer 'twin' (Dense) is shared: it is in the stack twice; make a second layer, "
                f"or, to share weights: {ADVICE}"
            ),
        ),
        (
            lambda: stack(
                keras.Sequential([twin := layers.Dense(3, name="twin")]),
                keras.Sequential([twin]),
            ),
            (
                "layer 'twin' (Dense) is shared: it is in the stack twice; make a second layer, "
                f"or, to share weights: {ADVICE}"
            ),
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((4, 2)), layers.LSTM(3, return_state=True, name="last")]
            ),
            "model has 3 outputs, expected 1: layer 'last' (LSTM) returns several; " + ADVICE,
        ),
        (
            lambda: keras.Sequential([two_inputs(), layers.Dense(2)]),
            "layer 'functional' takes 2 inputs, expected 1; " + ADVICE,
        ),
    ],
)
def test_what_is_no_stack_is_refused_in_one_line(make: Callable[[], Any], message: str) -> None:
    keras.backend.clear_session(free_memory=False)
    with pytest.raises(InputError, match="^" + re.escape(f"here: {message}") + "$"):
        plain_stack(make(), "here")


def test_a_batch_size_fixed_by_a_call_is_freed() -> None:
    model = unbuilt()
    x = np.ones((2, 2), np.float32)
    expected = model(x)
    assert model.input_shape == (2, 2)
    freed = plain_stack(model, "here")
    assert (freed.input_shape, freed.output_shape) == ((None, 2), (None, 3))
    assert (freed.name, freed.layers) == ("net", model.layers)
    np.testing.assert_array_equal(freed(x), expected)
    assert freed(np.ones((5, 2), np.float32)).shape == (5, 3)


def test_a_batch_size_that_a_state_needs_is_kept() -> None:
    inner = layers.LSTM(2, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(4, 5, 3)), layers.Bidirectional(inner)])
    assert plain_stack(model, "here") is model


def test_a_batch_size_that_a_layer_of_the_user_needs_is_kept() -> None:
    class Fixed(keras.layers.Layer):  # type: ignore[misc] # mypy does not follow keras
        def call(self, x: Any) -> Any:
            return keras.ops.reshape(x, (x.shape[0] * x.shape[1], 1))

    model = keras.Sequential([keras.Input(batch_shape=(4, 3)), Fixed()])
    assert plain_stack(model, "here") is model
