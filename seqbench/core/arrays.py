"""Arrays in `.npz` files, written whole or not at all, and without pickle."""

from pathlib import Path

import numpy as np

from seqbench.core.files import replacing


def save(path: Path, **arrays: np.ndarray) -> None:
    """Write arrays by their names."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays that `save` wrote, by their names."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: _restored(arrays[name]) for name in arrays}


def _restored(array: np.ndarray) -> np.ndarray:
    """Return a bfloat16 array as one: numpy's files keep its bytes and not its dtype."""
    if array.dtype.kind != "V":
        return array
    import ml_dtypes  # noqa: PLC0415 - for arrays that need it alone

    return array.view(ml_dtypes.bfloat16)
