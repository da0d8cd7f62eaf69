"""Arrays in numpy's own files; what is pickled in one is never loaded."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from seqbench.core.errors import InputError, one_line
from seqbench.core.scenario import Data
from seqbench.models.data.examples import Examples

_DIVIDED = ("x_train", "y_train", "x_test", "y_test")
_EXPECTED = "x_train, y_train, x_test and y_test, or x and y (labels may be left out)"
_SAVE_PLAIN = "holds Python objects (pickled), which are never loaded; save arrays of numbers"


def read_npz(path: Path) -> Data:
    """Return the arrays of a `.npz` file.

    Raises:
        InputError: it is none, holds others, or holds Python objects.

    """
    try:
        with path.open("rb") as opened:
            found = np.load(opened, allow_pickle=False)
            if not isinstance(found, np.lib.npyio.NpzFile):
                raise InputError(f"{path}: is no .npz file but a single array: call it .npy")
            names = set(found.files)
            if {"x_train", "x_test"} <= names:
                there = [name for name in _DIVIDED if name in names]
                return Data(**{name: _array(found, name, path) for name in there})
            if "x" in names:
                y = _array(found, "y", path) if "y" in names else None
                return Examples(x=_array(found, "x", path), y=y).divide(str(path))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: {_problem(error)}") from error
    listed = ", ".join(sorted(names)) or "nothing"
    raise InputError(f"{path}: expected the arrays {_EXPECTED}, found {listed}")


def read_npy(path: Path) -> Data:
    """Return the inputs in a `.npy` file, without labels.

    Raises:
        InputError: it is none, or holds Python objects.

    """
    try:
        with path.open("rb") as opened:
            x = np.load(opened, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: {_problem(error)}") from error
    if not isinstance(x, np.ndarray):
        raise InputError(f"{path}: is no .npy file but a .npz one: call it so")
    return Examples(x=x).divide(str(path))


def _array(file: np.lib.npyio.NpzFile, name: str, path: Path) -> np.ndarray:
    try:
        found: np.ndarray = file[name]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}, {name}: {_problem(error)}") from error
    return found


def _problem(error: Exception) -> str:
    if "pickle" in str(error):
        return _SAVE_PLAIN
    return f"is truncated, damaged or no file of numpy's ({one_line(error)}); save it again"
