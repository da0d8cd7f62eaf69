"""Tables: a row for each example, its inputs in the first columns and its label in another.

A model takes so many numbers; as many columns are inputs, in their order, and fill its input shape
from the first axis on. What is over is the label: a column that is called so, or else the last.
"""

import csv
import glob
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.core.errors import InputError, one_line
from seqbench.core.scenario import Data
from seqbench.models.checks.outputs import read_ending
from seqbench.models.data.examples import Examples, number_classes

if TYPE_CHECKING:
    import keras

LABELS = ("label", "target", "class")
"""What the column of the labels is called, in any case of its letters."""

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, of which only columns that are asked for are read.

    Attributes:
        names: the columns' names; numbers from 1 on where they have none.
        read: gives some columns, by their index, as an array of shape (rows, columns); as text
            where that is asked for, else as float64. ValueError says which entry is no number.

    """

    names: tuple[str, ...]
    read: "Callable[[Sequence[int], bool], np.ndarray]"


def read_csv(path: Path, model: "keras.Sequential") -> Data:
    """Return the examples in a text file of values between commas, semicolons or tabs.

    Raises:
        InputError: it is none, or its columns do not fit the model.

    """
    try:
        table = _csv_table(path)
        return _examples(table, path, model)
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: {error}") from error


def read_parquet(path: Path, model: "keras.Sequential") -> Data:
    """Return the examples in a Parquet file.

    Raises:
        InputError: it is none, or its columns do not fit the model.

    """
    import duckdb  # noqa: PLC0415 - an extra, for these files alone

    name = glob.escape(str(path))  # DuckDB takes patterns
    try:
        with duckdb.connect() as connection:
            found = connection.execute("SELECT * FROM read_parquet(?)", [name]).fetchnumpy()
    except duckdb.Error as error:
        raise InputError(f"{path}: is no Parquet file: {one_line(error)}") from error
    columns = {name: _plain(values) for name, values in found.items()}

    def read(indices: Sequence[int], text: bool) -> np.ndarray:
        chosen = [list(columns.items())[index] for index in indices]
        return np.stack([_converted(*column, text=text) for column in chosen], axis=1)

    try:
        return _examples(Table(names=tuple(columns), read=read), path, model)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error


def _csv_table(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline()
        delimiter = max(_DELIMITERS, key=line.count)
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter)
        first, second = next(rows, []), next(rows, [])
    if not first:
        raise InputError(f"{path}: is empty")
    headed = _is_header(first, second)

    def read(indices: Sequence[int], text: bool) -> np.ndarray:
        return np.loadtxt(
            path,
            dtype=np.str_ if text else np.float64,
            delimiter=delimiter,
            skiprows=int(headed),
            usecols=indices,
            comments=None,
            quotechar='"',
            encoding="utf-8-sig",
            ndmin=2,
        )

    names = first if headed else [str(number) for number in range(1, len(first) + 1)]
    return Table(names=tuple(name.strip() for name in names), read=read)


def _is_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the first line names columns: it has a word where the next one has a number."""
    words = any(_is_label(cell) for cell in first)
    pairs = zip(first, second, strict=False)
    return words or any(not _is_number(above) and _is_number(cell) for above, cell in pairs)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_label(name: str) -> bool:
    return name.strip().lower() in LABELS


def _examples(table: Table, path: Path, model: "keras.Sequential") -> Data:
    """Return the examples of a table as the model takes them.

    Raises:
        InputError: the columns are too few or too many for it.
        ValueError: an entry is no number.

    """
    inputs, labels = _columns(table.names, path, model)
    text = model.inputs[0].dtype == "string"
    x = table.read(inputs, text)
    shape = tuple(-1 if size is None else size for size in model.input_shape[1:])
    x = x.reshape(len(x), *shape)
    y = _labels(table, labels, path, model) if labels else None
    return Examples(x=x, y=y).divide(str(path))


def _columns(
    names: Sequence[str], path: Path, model: "keras.Sequential"
) -> tuple[list[int], list[int]]:
    """Return which columns are inputs and which are labels.

    Raises:
        InputError: they are too few or too many for the model.

    """
    all_of = [i for i, name in enumerate(names) if i or name]  # a first one without a name counts
    labels = [i for i in all_of if _is_label(names[i])]
    sizes = tuple(model.input_shape[1:])
    size = int(np.prod([one or 1 for one in sizes]))
    if None in sizes:
        labels = labels or all_of[-1:]
        size *= (len(all_of) - len(labels)) // size
    elif not labels and len(all_of) > size:
        over = len(all_of) - size
        units = read_ending(model).units
        labels = all_of[size:] if over in (1, units) else []
    inputs = [i for i in all_of if i not in labels]
    if len(inputs) != size or not inputs or sizes.count(None) > 1:
        called = f" beside {', '.join(names[i] for i in labels)}" if labels else ""
        first = model.layers[0].name
        shape = ", ".join("any" if one is None else str(one) for one in sizes)
        msg = (
            f"{path}: first layer {first!r} expects shape ({shape}) each, a column for each number "
            f"and one for the label, found {len(inputs)} columns{called}; leave other columns out"
        )
        raise InputError(msg)
    return inputs, labels


def _labels(
    table: Table, columns: Sequence[int], path: Path, model: "keras.Sequential"
) -> np.ndarray:
    """Return the labels; one column of them without an axis of its own."""
    try:
        found = table.read(columns, False)
    except ValueError:
        names = table.read(columns, True)
        place = f"{path}, column {', '.join(table.names[i] for i in columns)}"
        found = number_classes(names, place, model)
    return found[:, 0] if len(columns) == 1 else found


def _plain(values: Any) -> np.ndarray:
    """Return a column of DuckDB's with NaN where there is no value."""
    if not isinstance(values, np.ma.MaskedArray):
        return np.asarray(values)
    found, missing = np.ma.getdata(values), np.ma.getmaskarray(values)
    if found.dtype.kind not in "biuf":
        return np.where(missing, "", found)
    return np.where(missing, np.nan, found.astype(np.float64))


def _converted(name: str, values: np.ndarray, *, text: bool) -> np.ndarray:
    """Return a column as text or as float64.

    Raises:
        ValueError: it is neither.

    """
    words = values.dtype.kind == "O" and all(isinstance(value, str) for value in values)
    if text and (words or values.dtype.kind in "iuU"):
        return values.astype(np.str_)
    if not text and values.dtype.kind in "biuf":
        return values.astype(np.float64)
    example = f", such as {values[0]!r}" if len(values) else ""
    kind = "text" if text else "numbers"
    raise ValueError(f"column {name}: expected {kind}, found dtype {values.dtype}{example}")
