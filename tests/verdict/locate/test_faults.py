"""The layer is named where files of other tools go wrong: folded, fused, scaled, left on, added."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.verdict import reference
from studies.faults.judge import Judge, judging

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A file of another tool.

    Attributes:
        right: makes the model.
        wrong: makes what the tool made of it, given the model.
        named: the layers one of which is wrong, as one target or another shows them.

    """

    right: Callable[[], list[Any]]
    wrong: Callable[[Any], list[Any]]
    named: tuple[tuple[str, ...], ...]


def stack(parts: list[Any], shape: tuple[int, ...]) -> Any:
    return keras.Sequential([keras.Input(shape), *parts])


def alike(*parts: Any) -> list[Any]:
    """Return copies of layers with their weights."""
    found = []
    for part in parts:
        copy = type(part).from_config(part.get_config())
        copy.build(part.input.shape)
        copy.set_weights(part.get_weights())
        found.append(copy)
    return found


def moved(model: Any) -> Any:
    """Give a model weights that hide no fault."""
    rng = np.random.default_rng(0)
    model.set_weights([w + rng.uniform(-0.5, 0.5, w.shape) for w in model.get_weights()])
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.moving_variance.assign(rng.uniform(0.5, 2, layer.moving_variance.shape))
    return model


def dense() -> list[Any]:
    return [
        layers.Dense(6, name="hidden"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(name="relu"),
        layers.Dropout(0.5, name="drop"),
        layers.Dense(3, name="last"),
        layers.Softmax(name="probs"),
    ]


def image() -> list[Any]:
    return [
        layers.Conv2D(4, 3, name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(name="relu"),
        layers.Flatten(name="flat"),
        layers.Dense(3, name="last"),
    ]


def bytes_() -> list[Any]:
    return [layers.Rescaling(1 / 255, name="scale"), *image()]


def folded(model: Any, *, dropped: str) -> list[Any]:
    """Fold the normalization into the sums before it, and lose a part of it on the way."""
    sums, norm, *rest = model.layers
    kernel, bias = sums.get_weights()
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + (0.1 if dropped == "epsilon" else norm.epsilon))
    offset = beta + scale * (bias - (0 if dropped == "mean" else mean))
    (copy,) = alike(sums)
    copy.set_weights([kernel * scale, offset])
    return [copy, *alike(*rest)]


def with_other(model: Any, name: str, *others: Any) -> list[Any]:
    """Put other layers in the place of one."""
    found: list[Any] = []
    for part in model.layers:
        found += others if part.name == name else alike(part)
    return found


def left_on(model: Any) -> list[Any]:
    """Keep a mask of a dropout of a half."""
    mask = np.array([2, 0, 2, 2, 0, 0], "float32")
    return with_other(model, "drop", layers.Lambda(lambda x: x * mask))


def added(function: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda model: [*alike(*model.layers), layers.Lambda(function)]


def hardmax(y: Any) -> Any:
    return keras.ops.cast(y >= keras.ops.max(y, axis=-1, keepdims=True), "float32")


def argmax(y: Any) -> Any:
    import tensorflow as tf

    return tf.argmax(y, axis=-1)


def leak(y: Any) -> Any:
    return y + 0.01 * keras.ops.mean(y, axis=0, keepdims=True)


def leaking(model: Any) -> list[Any]:
    return with_other(model, "relu", layers.ReLU(), layers.Lambda(leak))


def batch_statistics(model: Any) -> list[Any]:
    _, beta, *_ = model.get_layer("norm").get_weights()

    def normalize(y: Any) -> Any:
        return (y - keras.ops.mean(y, axis=0)) / (keras.ops.std(y, axis=0) + 0.1) + beta

    return with_other(model, "norm", layers.Lambda(normalize))


FAULTS = {
    "a mean lost in a Dense": Wrong(
        right=dense, wrong=lambda m: folded(m, dropped="mean"), named=(("hidden", "norm"),)
    ),
    "an epsilon lost in a Dense": Wrong(
        right=dense, wrong=lambda m: folded(m, dropped="epsilon"), named=(("norm",),)
    ),
    "a mean lost in a convolution": Wrong(
        right=image, wrong=lambda m: folded(m, dropped="mean"), named=(("conv", "norm"),)
    ),
    "an epsilon lost in a convolution": Wrong(
        right=image, wrong=lambda m: folded(m, dropped="epsilon"), named=(("norm",),)
    ),
    "divided by 255 once": Wrong(
        right=image,
        wrong=lambda m: [layers.Rescaling(1 / 255), *alike(*m.layers)],
        named=(("conv",),),
    ),
    "divided by 255 twice": Wrong(
        right=bytes_,
        wrong=lambda m: [layers.Rescaling(1 / 255), *alike(*m.layers)],
        named=(("scale",), ("scale", "conv"), ("conv",)),
    ),
    "not divided by 255": Wrong(
        right=bytes_,
        wrong=lambda m: alike(*m.layers[1:]),
        named=(("scale",), ("scale", "conv"), ("conv",)),
    ),
    "relu6": Wrong(
        right=image, wrong=lambda m: with_other(m, "relu", layers.ReLU(6.0)), named=(("relu",),)
    ),
    "a dropout left on": Wrong(right=dense, wrong=left_on, named=(("drop",), ("last", "drop"))),
    "a dropout's factor": Wrong(
        right=dense,
        wrong=lambda m: with_other(m, "drop", layers.Rescaling(2.0)),
        named=(("drop",), ("last", "drop")),
    ),
    "argmax": Wrong(right=dense, wrong=added(argmax), named=(("probs",),)),
    "hardmax": Wrong(right=dense, wrong=added(hardmax), named=(("probs",),)),
    "a leak at the end": Wrong(right=image, wrong=added(leak), named=(("last",),)),
    "a leak in the middle": Wrong(right=image, wrong=leaking, named=(("flat",), ("last",))),
    "statistics of the batch": Wrong(right=dense, wrong=batch_statistics, named=(("norm",),)),
}


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging(("tflite", "onnx")) as found:
        yield found


@pytest.mark.parametrize("fault", FAULTS)
def test_the_layers_that_may_be_wrong_are_named(judge: Judge, fault: str) -> None:
    found = FAULTS[fault]
    keras.utils.set_random_seed(0)
    shape = (5,) if found.right is dense else (5, 5, 2)
    model = moved(stack(found.right(), shape))
    faulty = stack(found.wrong(model), shape)
    for judged in judge.model(faulty, reference.build_cases(model, 0), original=model):
        assert judged.caught
        assert judged.parted in found.named, judged
