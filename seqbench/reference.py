"""What the model really computes: its float64 twin, and weights on which faults show."""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench import first_layers
from seqbench.models.stateless import stateless
from seqbench.rounding import moved
from seqbench.seek import waking
from seqbench.store import replacing, typed
from seqbench.suite import InputSpec, make
from seqbench.verdict import Case, largest

if TYPE_CHECKING:
    import keras

PARTS = ("x", "exact", "own", "error", "scale")
"""The arrays of a case."""

ROUNDINGS = 4
"""How often the twin is run with its weights moved as float32 sums may move them.

One float32 run can be right by luck where a single row decides a channel, and it adds up in
blocks where another runtime adds one by one: a few samples of the plainest order (see
`seqbench.rounding`) make the yardstick steady, and fair to all.
"""

CANDIDATES = 512
"""How many of the user's inputs are looked at for some that wake silent units."""


def cases(model: "keras.Sequential", seed: int, data: np.ndarray | None = None) -> list[Case]:
    """Run the input suite through the model and its float64 twin.

    A batch that the model itself answers with NaN or infinity says nothing and is left out.

    Raises:
        ValueError: no batch is left.

    """
    spec = input_spec(model, data)
    batches = make(spec, seed, data)
    twin = float64_twin(model)
    candidates = make(spec, seed + 1)["random"] if data is None else data[:CANDIDATES]
    climbing = _rebuilt(model, model.get_config()) if spec.real else None
    sought = waking(twin, climbing, list(batches.values()), candidates, seed)
    if sought is not None:
        batches["sought"] = sought
    if spec.dtype == "float64":  # numbers that formats without it have as well
        batches = {name: x.astype(np.float32).astype(x.dtype) for name, x in batches.items()}
    own = _outputs(_compiled(model), batches)
    compiled = _compiled(twin)
    exact = _outputs(compiled, batches)
    usable = [name for name in batches if _finite(own[name]) and _finite(exact[name])]
    if not usable:
        msg = "the model answers every input with NaN or infinity: there is nothing to compare"
        raise ValueError(msg)
    scale = np.median([largest(exact[name]) for name in usable], axis=0)
    error = {name: largest(own[name] - exact[name]) for name in usable}
    rng = np.random.default_rng(seed)
    samples = [moved(twin, rng) for _ in range(ROUNDINGS)]
    for weights in samples:
        twin.set_weights(weights)
        again = _outputs(compiled, batches)
        error = {
            name: np.fmax(found, largest(again[name] - exact[name]))
            for name, found in error.items()
        }
    return [
        Case(
            name=name,
            x=batches[name],
            exact=exact[name].astype(np.float64),
            own=own[name],
            error=error[name],
            scale=scale,
        )
        for name in usable
    ]


def _finite(output: np.ndarray) -> bool:
    return bool(np.isfinite(output).all())


def input_spec(model: "keras.Sequential", data: np.ndarray | None = None) -> InputSpec:
    """Return what the model takes, as far as its first layers and the data tell."""
    import keras

    tensor = model.inputs[0]
    shape, dtype = tuple(tensor.shape[1:]), keras.backend.standardize_dtype(tensor.dtype)
    whole = np.dtype(dtype).kind != "f"
    vocabulary = first_layers.vocabulary(model)
    if whole and vocabulary is None and data is not None:
        vocabulary = int(data.max()) + 1
    if whole or vocabulary is not None:
        return InputSpec(shape=shape, dtype=dtype, vocabulary=vocabulary)
    center, spread = first_layers.scaling(model)
    return InputSpec(shape=shape, dtype=dtype, center=center, spread=spread)


def _compiled(model: "keras.Sequential") -> Callable[[np.ndarray], np.ndarray]:
    """Return the model's inference as a function of one batch, traced once for all sizes."""
    import tensorflow as tf

    source = model.inputs[0]
    spec = tf.TensorSpec((None, *source.shape[1:]), source.dtype)

    def infer(x: Any) -> Any:
        with stateless(model):
            return model(x, training=False)

    function = tf.function(infer, input_signature=[spec], autograph=False)

    def call(x: np.ndarray) -> np.ndarray:
        output: np.ndarray = function(tf.cast(x, source.dtype)).numpy()
        return output

    return call


def _outputs(
    call: Callable[[np.ndarray], np.ndarray], batches: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    return {name: call(x) for name, x in batches.items()}


def float64_twin(model: "keras.Sequential") -> "keras.Sequential":
    """Return the same model with the same weights, computing in float64."""
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx("float64")  # layers that ask for the default get float64 as well
    try:
        return _rebuilt(model, _in_float64(model.get_config()))
    finally:
        keras.config.set_floatx(before)


def _rebuilt(model: "keras.Sequential", config: Any) -> "keras.Sequential":
    """Return a model made from `config` with the weights of `model`."""
    from keras.src.saving.serialization_lib import SafeModeScope

    layers = list(model._flatten_layers())
    own: dict[str, Any] = {type(layer).__name__: type(layer) for layer in layers}
    own |= {
        value.__name__: value
        for layer in layers
        for value in vars(layer).values()
        if inspect.isfunction(value)
    }
    with SafeModeScope(safe_mode=False):  # the model is loaded: its code was allowed to run
        other = type(model).from_config(config, own)
    other.build(model.input_shape)
    other.set_weights([np.asarray(weight) for weight in model.get_weights()])
    for layer in other._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.stateful = False
    return other


def _in_float64(config: Any) -> Any:
    """Return a layer's configuration with every floating dtype policy set to float64."""
    if isinstance(config, list | tuple):
        return [_in_float64(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "Pipeline":  # Keras builds it as in training: dtypes clash
        inner = {key: config["config"][key] for key in ("name", "layers")}
        config = {"module": "keras", "class_name": "Sequential", "config": inner}
    floats = ("float16", "bfloat16", "float32", "mixed_float16", "mixed_bfloat16")
    if config.get("class_name") == "DTypePolicy":
        return "float64" if config["config"]["name"] in floats else config
    changed = {
        key: "float64" if key == "dtype" and value in floats else _in_float64(value)
        for key, value in config.items()
    }
    if "ref_power" in changed:  # MelSpectrogram makes a float32 tensor of a plain number
        changed["ref_power"] = np.float64(changed["ref_power"])
    return changed


def fresh_weights(model: "keras.Sequential") -> list[str]:
    """Return the paths of weights that hide faults: all zero or all one, as if never trained."""
    return [
        variable.path
        for variable, value in zip(model.weights, model.get_weights(), strict=True)
        if _hides_faults(value)
    ]


def perturb(model: "keras.Sequential", seed: int) -> None:
    """Move, in place, every weight that hides faults; the others stay."""
    rng = np.random.default_rng(seed)
    moved = []
    for variable, value in zip(model.weights, model.get_weights(), strict=True):
        new = value
        if _hides_faults(value):
            noise = rng.standard_normal(value.shape)
            positive = "variance" in variable.path
            new = value * np.exp(0.3 * noise) if positive else value + 0.1 * noise
        moved.append(new.astype(value.dtype))
    model.set_weights(moved)


def _hides_faults(value: np.ndarray) -> bool:
    return value.dtype.kind == "f" and value.size > 0 and bool(np.isin(value, (0.0, 1.0)).all())


def save(found: Sequence[Case], path: Path) -> None:
    """Write the cases to one `.npz` file."""
    arrays = {
        f"{i}:{case.name}:{part}": getattr(case, part)
        for i, case in enumerate(found)
        for part in PARTS
    }
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: Path) -> list[Case]:
    """Read the cases that `save` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        names = [key.removesuffix(":x") for key in arrays if key.endswith(":x")]
        return [
            Case(
                name=name.split(":", 1)[1],
                **{part: typed(arrays[f"{name}:{part}"]) for part in PARTS},
            )
            for name in names
        ]
