"""A function of the user's that gives the data."""

from pathlib import Path
from typing import Any

import keras
import pytest

from seqbench.core.errors import InputError
from seqbench.models.data.reading import read_data
from seqbench.models.data.source import resolve_data

FILE = """
from seqbench import Data

def lists():
    return Data(x_train=[[1, 2]], y_train=[0], x_test=[[3, 4], [5, 6]], y_test=[1, 0])

def other():
    return [[1, 2]]

def broken():
    return 1 / 0
"""


def build() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])


def test_the_function_that_is_named_gives_the_data(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(FILE)

    def read(function: str) -> Any:
        return read_data(resolve_data(f"{tmp_path / 'own.py'}:{function}"), build)

    assert read("lists").x_test.shape == (2, 2)
    for function, message in {
        "other": r"own\.py:other: expected a seqbench\.Data, the function returned list",
        "broken": r"own\.py:11: broken: ZeroDivisionError",
        "missing": r"own\.py: has no function 'missing'",
    }.items():
        with pytest.raises(InputError, match=message):
            read(function)
