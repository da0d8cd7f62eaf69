"""Models and data as users of Python give them: what is an object is written to a file first.

Other processes load it from there.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from seqbench.core import arrays
from seqbench.core.errors import InputError
from seqbench.core.files import replacing, temporary_folder
from seqbench.core.scenario import Data
from seqbench.core.store import Store
from seqbench.models import snapshot
from seqbench.models.data.source import DataSource, resolve_data
from seqbench.models.loading import is_model
from seqbench.models.snapshot import Origin
from seqbench.models.source import resolve_all, safe_name

if TYPE_CHECKING:
    import keras

ModelLike = Union[str, "os.PathLike[str]", "keras.Model"]
"""A scenario's name, the path of a `.keras` or `.h5` file, `file.py[:name]`, or a Keras model."""

DataLike = Union[str, "os.PathLike[str]", Data]
"""A `.npz`, `.npy`, `.csv` or `.parquet` file, a folder of pictures by class, `file.py:function`,
or the arrays themselves."""

Models = ModelLike | Sequence[ModelLike]
"""One model, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """What comes with the models: data, None for their own, and metrics, none for their own."""

    data: DataLike | None = None
    metrics: tuple[str, ...] = ()


NOTHING = OwnData()


@contextmanager
def write_sources(
    models: Models, *, allow_code: bool, run: Store | None = None, own: OwnData = NOTHING
) -> Iterator[tuple[Origin, ...]]:
    """Give the sources of models; a Keras object is saved to a file first.

    Args:
        models: the models.
        allow_code: whether code inside their files may be executed.
        run: where such files are kept, so that a report can name them; None where they are
            temporary.
        own: the data and metrics for them.

    """
    with temporary_folder() as folder:
        saved: dict[str, Any] = {}
        specs = []
        for model in _each(models):
            if isinstance(model, str | os.PathLike):
                specs.append(os.fspath(model))
                continue
            if not is_model(model):
                msg = (
                    "a model is a scenario's name, a path or a Keras model, built in this process; "
                    f"found {type(model).__name__}"
                )
                raise InputError(msg)
            name = safe_name(model.name) or "model"
            path = (run.given_folder() if run else folder) / f"{name}.keras"
            if name not in saved:
                _save(model, path)
                specs.append(str(path))
            if saved.setdefault(name, model) is not model:
                msg = (
                    f"two of the models given are called {model.name!r}: give each a name of its "
                    "own, keras.Sequential(..., name=...)"
                )
                raise InputError(msg)
        sources = resolve_all(specs)
        data = None
        if own.data is not None:
            data = _data_source(own.data, run.given_folder() if run else folder)
        yield tuple(
            snapshot.pin(
                source,
                allow_code=allow_code,
                temporary=source.path.is_relative_to(folder),
                data=data,
                metrics=own.metrics,
            )
            for source in sources
        )


def _data_source(data: DataLike, folder: Path) -> DataSource:
    """Return where data comes from; arrays are written to a file in a folder first.

    Raises:
        InputError: there is no such data, or the folder holds other data.

    """
    if not isinstance(data, Data):
        return resolve_data(os.fspath(data))
    path = folder / "data.npz"
    if path.exists():
        msg = f"{path} holds the data of an earlier run: choose another folder with `out`"
        raise InputError(msg)
    named = {field.name: getattr(data, field.name) for field in fields(data)}
    arrays.save(path, **{name: array for name, array in named.items() if array is not None})
    return resolve_data(str(path))


def _save(model: Any, path: Path) -> None:
    """Write a Keras model to a new file.

    Raises:
        InputError: there is one, of another model or of an earlier state, or it cannot be written.

    """
    if path.exists():
        msg = f"{path} holds a model of an earlier run: choose another folder with `out`"
        raise InputError(msg)
    try:
        with replacing(path) as temporary:
            model.save(temporary)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _each(models: Models) -> Sequence[Any]:
    """Return the models of one or of several.

    Raises:
        InputError: there are none.

    """
    several: Any = models
    if isinstance(models, str | os.PathLike) or not isinstance(models, Iterable):
        several = [models]
    found: list[Any] = list(several)
    if not found:
        raise InputError("no model is given: expected one or more")
    return found
