"""What `--data` names: arrays, a table, a folder of pictures or a function. Loads nothing."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from seqbench.core.errors import InputError

Form = Literal["npz", "npy", "csv", "parquet", "pictures", "python"]

_FORMS: dict[str, Form] = {".npz": "npz", ".npy": "npy", ".csv": "csv", ".parquet": "parquet"}
_EXPECTED = (
    "x.npz, x.npy, x.csv, x.parquet, a folder with a folder of pictures for each class, or "
    "file.py:function"
)
_PYTHON_SPEC = re.compile(r"(?P<path>.+\.py)(?::(?P<function>\w*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """Where a model's data comes from, as it was when it was named.

    Attributes:
        path: the file or folder, absolute.
        function: the name of the function in a Python file; None for all others.
        form: what it is.
        sha256: the hash of the file, or of a folder's files and their names, in hexadecimal.

    """

    path: Path
    function: str | None
    form: Form
    sha256: str

    @property
    def place(self) -> str:
        """What to type for it on the command line."""
        return f"{self.path}:{self.function}" if self.function else str(self.path)


def resolve_data(spec: str) -> DataSource:
    """Return what `spec` names.

    Raises:
        InputError: there is no such thing, it cannot be read, or what reads its kind is missing.

    """
    python = _PYTHON_SPEC.fullmatch(spec)
    path = Path(python["path"] if python else spec)
    function = python["function"] if python else None
    try:
        form = _form(path, is_python=python is not None)
        if form == "python" and not function:
            raise InputError(f"{path}: say which function gives the Data: {path}:function")
        if form == "parquet" and find_spec("duckdb") is None:
            raise InputError(
                f"{path}: DuckDB reads this kind and is not installed: pip install "
                "'seqbench[parquet]', or give the table as .csv"
            )
        sha256 = _hash(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from error
    return DataSource(path=path.absolute(), function=function, form=form, sha256=sha256)


def _form(path: Path, *, is_python: bool) -> Form:
    """Return what a path holds.

    Raises:
        InputError: it holds nothing of what is expected.
        OSError: it cannot be looked at.

    """
    if path.is_dir():
        return "pictures"
    path.stat()
    form = "python" if is_python else _FORMS.get(path.suffix.lower())
    if form is None:
        found = f"a file of kind {path.suffix}" if path.suffix else "a file without a suffix"
        raise InputError(f"{path}: is {found}; expected {_EXPECTED}")
    return form


def _hash(path: Path) -> str:
    if path.is_file():
        return _hash_file(path)
    parts = (f"{name}\0{_hash_file(path / name)}\n" for name in _files(path))
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _files(folder: Path) -> Iterator[str]:
    yield from sorted(str(it.relative_to(folder)) for it in folder.rglob("*") if it.is_file())


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
