"""A prepared model: where it comes from, and the weights that it has now.

A worker builds it again from its source, with the weights of a file: that also serves layers of
the user's own, which no other process knows how to load.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqbench.core import arrays, codec
from seqbench.core.errors import InputError
from seqbench.core.files import replace_json
from seqbench.core.scenario import Scenario
from seqbench.models.arithmetic import Demand, demand
from seqbench.models.data.reading import read_data
from seqbench.models.data.source import DataSource
from seqbench.models.loading import load
from seqbench.models.source import Source
from seqbench.models.weights import assign_weights

if TYPE_CHECKING:
    import keras

FACTS = "prepared.json"
WEIGHTS = "weights.npz"
INITIAL = "initial.npz"
"""The weights before training, with which it starts on every back end."""
REFERENCE = "reference.npz"
HELD_OUT = "held_out.npz"
CALIBRATION = "calibration.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin(Source):
    """A source as it was when work on it was asked for: what another process needs to build it.

    Attributes:
        allow_code: whether code inside its file may be executed.
        sha256: the hash of its file, in hexadecimal.
        temporary: whether the file goes away with the command: the model was an object.
        data: what was given as its data; None for its scenario's own, if any.
        metrics: metrics of the held-out data; none for its scenario's, or its file's, own.

    """

    allow_code: bool
    sha256: str
    temporary: bool = False
    data: DataSource | None = None
    metrics: tuple[str, ...] = ()

    @property
    def data_place(self) -> str | None:
        """What to call its data in a message; None where it is its scenario's own."""
        return self.data.place if self.data else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of a prepared model.

    Attributes:
        source: where it comes from.
        seed: its scenario's seed.
        sha256: the hash of its architecture and weights.
        fresh: names of the weights that look fresh.
        never_masked: names of layers that mask steps, and mask none of any input that is judged.
        trained: whether it was trained for this, from its scenario.
        input_shape: its input's dimensions, batch first; None where a size is free.
        demand: what a call must do; None where that is not known.

    """

    source: Origin
    seed: int
    sha256: str
    fresh: tuple[str, ...]
    never_masked: tuple[str, ...]
    trained: bool
    input_shape: tuple[int | None, ...]
    demand: Demand | None


def pin(
    source: Source,
    *,
    allow_code: bool,
    temporary: bool = False,
    data: DataSource | None = None,
    metrics: tuple[str, ...] = (),
) -> Origin:
    """Return a source with the hash that its file has now; the rest is as in `Origin`."""
    return Origin(
        name=source.name,
        path=source.path,
        attribute=source.attribute,
        form=source.form,
        allow_code=allow_code,
        sha256=hashlib.sha256(source.path.read_bytes()).hexdigest(),
        temporary=temporary,
        data=data,
        metrics=metrics,
    )


def load_origin(origin: Origin) -> Scenario:
    """Return the scenario that a pinned source is, with the data and metrics that were given.

    Raises:
        InputError: its file cannot be loaded, or metrics were given and no data.

    """
    scenario = load(origin, allow_code=origin.allow_code)
    if origin.data is not None:
        read = partial(read_data, origin.data, scenario.build)
        scenario = replace(scenario, data=read)
    if origin.metrics:
        if scenario.data is None:
            raise InputError(
                f"{origin.spec}: the model comes without data, which the metrics "
                f"{', '.join(origin.metrics)} are computed on; give it with --data"
            )
        scenario = replace(scenario, metrics=origin.metrics)
    return scenario


def save(
    model: "keras.Sequential",
    folder: Path,
    origin: Origin,
    seed: int,
    *,
    fresh: Sequence[str],
    never_masked: Sequence[str],
    trained: bool = False,
) -> None:
    """Write a model's weights, where it comes from and what a call demands into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    keep_weights(model, folder / WEIGHTS)
    snapshot = Snapshot(
        source=origin,
        seed=seed,
        sha256=_hash_model(model),
        fresh=tuple(fresh),
        never_masked=tuple(never_masked),
        trained=trained,
        input_shape=tuple(model.input_shape),
        demand=demand(model),
    )
    replace_json(folder / FACTS, codec.to_json(snapshot))


def _hash_model(model: "keras.Sequential") -> str:
    """Return the hash of a model's architecture and weights, in hexadecimal."""
    digest = hashlib.sha256(json.dumps(model.get_config(), default=str).encode())
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()


def find(folder: Path) -> Snapshot | None:
    """Return what `save` wrote of a model; None where it wrote nothing."""
    path = folder / FACTS
    if not path.exists():
        return None
    return codec.from_text(Snapshot, path.read_text(encoding="utf-8"))


def read(folder: Path) -> Snapshot:
    """Return what `save` wrote of a model.

    Raises:
        FileNotFoundError: it wrote nothing.

    """
    found = find(folder)
    if found is None:
        msg = f"{folder} holds no prepared model"
        raise FileNotFoundError(msg)
    return found


def restore(folder: Path) -> "keras.Sequential":
    """Build the model again and give it the weights of the folder.

    Raises:
        InputError: its source cannot be loaded any more.
        FileNotFoundError: the folder holds no prepared model.

    """
    model = load_origin(read(folder).source).build()
    set_weights(model, folder / WEIGHTS)
    return model


def keep_weights(model: "keras.Sequential", path: Path) -> None:
    """Write a model's weights to a file."""
    arrays.save(path, **{f"{i:06d}": weight for i, weight in enumerate(model.get_weights())})


def set_weights(model: "keras.Sequential", path: Path) -> None:
    """Give a model the weights that `keep_weights` wrote."""
    weights = arrays.load(path)
    assign_weights(model, [weights[name] for name in sorted(weights)])
