"""Every function of `keras.activations`, and the layers that are activations."""

from typing import Any

from studies.layers.case import Case, builders, case, stack

FUNCTIONS = (
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "tanh",
    "tanh_shrink",
    "threshold",
)
"""Names of the functions, each once."""

ARGUMENTS = {"threshold": {"threshold": 0.5, "default_value": 0.1}}
"""What a function must be given."""


def _function(name: str) -> Any:
    """Return what a user gives to `Activation`: the name, or a call where it takes arguments."""
    if name not in ARGUMENTS:
        return name
    import keras

    function = getattr(keras.activations, name)

    def bound(x: Any) -> Any:
        return function(x, **ARGUMENTS[name])

    return keras.saving.register_keras_serializable("coverage", name)(bound)


def _gelu_tanh(x: Any) -> Any:
    import keras

    return keras.activations.gelu(x, approximate=True)


def _gelu_exact(x: Any) -> Any:
    import keras

    return keras.activations.gelu(x, approximate=False)


def _softmax_time(x: Any) -> Any:
    import keras

    return keras.activations.softmax(x, axis=1)


def _alone(name: str) -> Case:
    return stack(
        "Activation", name, (4, 6), lambda k: k.Activation(_function(name)), covers=(name,)
    )


def _within(name: str) -> Case:
    return stack("Dense", name, (5,), lambda k: [k.Dense(6, name), k.Dense(2)])


CASES = (
    *map(_alone, FUNCTIONS),
    *map(_within, ("relu", "elu", "gelu", "mish", "sigmoid", "silu", "softmax", "softplus")),
    stack("Activation", "gelu-tanh", (5,), lambda k: k.Activation(_gelu_tanh)),
    stack("Activation", "gelu-exact", (5,), lambda k: k.Activation(_gelu_exact)),
    stack("Activation", "softmax-axis1", (4, 5), lambda k: k.Activation(_softmax_time)),
    stack("Conv2D", "gelu", (6, 6, 2), lambda k: k.Conv2D(4, 3, activation="gelu")),
    stack("Conv2D", "relu6", (6, 6, 2), lambda k: k.Conv2D(4, 3, activation="relu6")),
    case("ReLU", "plain", (5,)),
    case("ReLU", "max", (5,), max_value=6.0),
    case("ReLU", "leaky", (5,), negative_slope=0.1),
    case("ReLU", "threshold", (5,), threshold=0.5),
    case("ReLU", "all", (5,), max_value=2.0, negative_slope=0.1, threshold=0.5),
    case("LeakyReLU", "plain", (5,)),
    case("LeakyReLU", "slope", (5,), negative_slope=0.21),
    case("ELU", "plain", (5,)),
    case("ELU", "alpha", (5,), alpha=0.5),
    case("PReLU", "plain", (5,), alpha_initializer="glorot_uniform"),
    case("PReLU", "shared", (4, 4, 3), alpha_initializer="glorot_uniform", shared_axes=(1, 2)),
    case("PReLU", "image", (4, 4, 3), alpha_initializer="glorot_uniform"),
    case("Softmax", "plain", (5,)),
    case("Softmax", "axis1", (4, 5), axis=1),
    case("Softmax", "two-axes", (3, 4, 5), axis=(1, 2)),
)
MODELS = builders(CASES)
