"""A Functional model that is a plain chain is the Sequential that it is; others are refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.core.errors import InputError
from seqbench.models.chain import chain

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

ADVICE = "seqbench measures Sequential models; such a model needs the Functional API"


def chained(shape: tuple[int | None, ...], *of: Any, **kwargs: Any) -> keras.Model:
    start = tensor = keras.Input(shape, **kwargs)
    for layer in of:
        tensor = layer(tensor)
    return keras.Model(start, tensor, name="net")


def image() -> keras.Model:
    return chained(
        (8, 8, 2),
        *(layers.Conv2D(3, 3), layers.BatchNormalization(), layers.Dropout(0.5)),
        *(layers.Flatten(), keras.Sequential([layers.Dense(4), layers.ReLU()]), layers.Dense(2)),
    )


def tokens() -> keras.Model:
    return chained(
        (6,),
        *(layers.Embedding(9, 4, mask_zero=True), layers.Dropout(0.1)),
        *(layers.Bidirectional(layers.GRU(3, return_sequences=True)), layers.LSTM(2)),
        dtype="int32",
    )


def masked_series() -> keras.Model:
    return chained((None, 2), layers.Masking(), layers.LSTM(3, return_sequences=True))


def around_branches() -> keras.Model:
    start = keras.Input((3,))
    inner = keras.Model(start, layers.Add()([layers.Dense(3)(start), start]))
    return chained((3,), inner, layers.Dense(2))


class Own(keras.Model):  # type: ignore[misc] # mypy does not follow keras
    """Functional in a class's clothes."""

    def __init__(self) -> None:
        start = keras.Input((3,))
        super().__init__(inputs=start, outputs=layers.Dense(2)(start))


@pytest.mark.parametrize("saved", [False, True], ids=["made", "loaded"])
@pytest.mark.parametrize("make", [image, tokens, masked_series, around_branches])
def test_a_chain_becomes_a_sequential_that_predicts_the_same(
    make: Callable[[], keras.Model], saved: bool, tmp_path: Path
) -> None:
    model = make()
    if saved:
        model.save(tmp_path / "net.keras")
        model = keras.saving.load_model(tmp_path / "net.keras")
    stack = chain(model, "here")
    assert isinstance(stack, keras.Sequential)
    assert stack.name == "net"
    assert stack.layers == [
        layer for layer in model.layers if not isinstance(layer, layers.InputLayer)
    ]
    shape = [5 if dim is None else dim for dim in model.input_shape]
    x = np.random.default_rng(0).integers(0, 3, shape).astype(model.inputs[0].dtype)
    np.testing.assert_array_equal(stack(x, training=False), model(x, training=False))


def test_a_functional_in_a_class_of_its_own_is_a_chain_too() -> None:
    stack = chain(Own(), "here")
    assert [type(layer) for layer in stack.layers] == [layers.Dense]


def two_inputs() -> keras.Model:
    pair = [keras.Input((3,), name="left"), keras.Input((3,), name="right")]
    return keras.Model(pair, layers.Add()(pair))


def two_outputs() -> keras.Model:
    start = keras.Input((3,))
    return keras.Model(start, [layers.Dense(2, name="a")(start), layers.Dense(2, name="b")(start)])


def with_branches(join: Callable[[Any, Any], Any]) -> keras.Model:
    start = keras.Input((3,), name="start")
    return keras.Model(start, join(layers.Dense(3, name="side")(start), start))


def with_sharing() -> keras.Model:
    twin = layers.Dense(3, name="twin")
    return chained((3,), twin, layers.ReLU(), twin)


def with_an_operation() -> keras.Model:
    return chained((3,), layers.Dense(2), lambda x: x * 2, layers.Dense(2))


def with_training() -> keras.Model:
    return chained((3,), layers.Dense(2), lambda x: layers.Dropout(0.5, name="d")(x, training=True))


def with_a_mask() -> keras.Model:
    lstm = layers.LSTM(2, name="l")
    return chained((4, 3), lambda x: lstm(x, mask=keras.ops.any(x > 0, axis=-1)))


def with_a_state() -> keras.Model:
    lstm, dense = layers.LSTM(2, name="l"), layers.Dense(2)
    flat = layers.Flatten()
    return chained((4, 3), lambda x: lstm(x, initial_state=[dense(flat(x)), dense(flat(x))]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (two_inputs, f"model has 2 inputs, expected 1: layers 'left', 'right'; {ADVICE}"),
        (two_outputs, f"model has 2 outputs, expected 1: layers 'a', 'b'; {ADVICE}"),
        (
            lambda: with_branches(lambda a, b: layers.Add(name="sum")([a, b])),
            f"it has branches: 'sum' (Add) merges 'side' and 'start'; {ADVICE}",
        ),
        (
            lambda: with_branches(lambda a, b: a + b),
            f"it has branches: 'add' (Add) merges 'side' and 'start'; {ADVICE}",
        ),
        (with_sharing, f"layer 'twin' (Dense) is shared: it is called 2 times; {ADVICE}"),
        (
            with_an_operation,
            (
                "'multiply' (Multiply) is an operation on a tensor, not a layer; use a layer for "
                "it (keras.layers.Rescaling, Activation, Reshape ...)"
            ),
        ),
        (
            with_training,
            (
                "layer 'd' (Dropout) is called with arguments that a stack does not give it: "
                f"training; {ADVICE}"
            ),
        ),
        (
            with_a_mask,
            (
                "layer 'l' (LSTM) is called with arguments that a stack does not give it: "
                f"mask; {ADVICE}"
            ),
        ),
        (
            with_a_state,
            (
                "layer 'l' (LSTM) is called with arguments that a stack does not give it: "
                f"initial_state; {ADVICE}"
            ),
        ),
        (lambda: chained((3,)), "model 'net' has no layers"),
    ],
)
def test_what_is_no_chain_is_refused_in_one_line(
    make: Callable[[], keras.Model], message: str
) -> None:
    keras.backend.clear_session(free_memory=False)
    with pytest.raises(InputError, match="^" + re.escape(f"here: {message}") + "$"):
        chain(make(), "here")
