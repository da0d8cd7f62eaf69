"""A prepared model: where it comes from, and the weights that it has now.

A worker builds it again from its source, with the weights of a file: that also serves layers of
the user's own, which no other process knows how to load.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.files import replace_json, replacing
from seqbench.models.loading import load
from seqbench.models.source import Source
from seqbench.models.weights import give
from seqbench.store import typed

if TYPE_CHECKING:
    import keras

FACTS = "prepared.json"
WEIGHTS = "weights.npz"
INITIAL = "initial.npz"
"""The weights before training, with which it starts on every back end."""
REFERENCE = "reference.npz"
HELD_OUT = "held_out.npz"
CALIBRATION = "calibration.npz"


def flat(source: Source, *, allow_code: bool) -> dict[str, Any]:
    """Return as JSON values what is needed to build a source's model in another process."""
    return {
        "name": source.name,
        "path": str(source.path),
        "attribute": source.attribute,
        "form": source.form,
        "allow_code": allow_code,
        "sha256": hashlib.sha256(source.path.read_bytes()).hexdigest(),
    }


def source(origin: dict[str, Any]) -> Source:
    """Return the source that `flat` wrote down."""
    return Source(
        name=origin["name"],
        path=Path(origin["path"]),
        attribute=origin["attribute"],
        form=origin["form"],
    )


def save(
    model: "keras.Sequential",
    folder: Path,
    origin: dict[str, Any],
    seed: int,
    fresh: list[str],
    demand: dict[str, int] | None = None,
) -> None:
    """Write a model's weights, where it comes from and what a call demands into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    keep_weights(model, folder / WEIGHTS)
    shape = model.input_shape
    found = {"source": origin, "seed": seed, "fresh": fresh, "input_shape": shape}
    found["demand"] = demand
    replace_json(folder / FACTS, found)


def facts(folder: Path) -> dict[str, Any] | None:
    """Return what `save` wrote of a model; None where it wrote nothing.

    `source`, `seed`, `fresh`, `input_shape` as Keras has it, None where a size is free, and
    `demand` as `roofline.Demand` has it, None where that is not known.
    """
    path = folder / FACTS
    found: dict[str, Any] | None = None
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def restore(folder: Path) -> "keras.Sequential":
    """Build the model again and give it the weights of the folder.

    Raises:
        InputError: its source cannot be loaded any more.

    """
    found = facts(folder)
    if found is None:
        msg = f"{folder} holds no prepared model"
        raise FileNotFoundError(msg)
    origin = found["source"]
    model = load(source(origin), allow_code=origin["allow_code"]).build()
    set_weights(model, folder / WEIGHTS)
    return model


def keep_weights(model: "keras.Sequential", path: Path) -> None:
    """Write a model's weights to a file."""
    weights = {f"{i:06d}": weight for i, weight in enumerate(model.get_weights())}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **weights)


def set_weights(model: "keras.Sequential", path: Path) -> None:
    """Give a model the weights that `keep_weights` wrote."""
    with np.load(path, allow_pickle=False) as weights:
        give(model, [typed(weights[name]) for name in sorted(weights)])
