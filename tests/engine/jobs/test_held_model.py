"""A process loads and builds its model once for all its jobs."""

from pathlib import Path

import pytest

from seqbench.engine.jobs.inspect import Inspect
from seqbench.engine.workers.handle import WaitingWorkers
from seqbench.engine.workers.pool import Workers
from seqbench.models.snapshot import Origin, pin
from seqbench.models.source import resolve

pytestmark = pytest.mark.slow  # a worker imports TensorFlow

CODE = """
import pathlib
import keras

def build():
    with pathlib.Path(__file__).with_suffix(".built").open("a") as file:
        file.write("x")
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(UNITS)])
"""


def source(folder: Path, name: str, units: str = "2") -> Origin:
    path = folder / f"{name}.py"
    path.write_text(CODE.replace("UNITS", units))
    return pin(resolve(str(path)), allow_code=False)


def test_it_is_built_once_until_another_is_asked_for(tmp_path: Path) -> None:
    one, other = source(tmp_path, "one"), source(tmp_path, "other")
    wrong = source(tmp_path, "wrong", units="-1")
    counted = tmp_path / "one.built"
    with WaitingWorkers() as waiting, Workers(tmp_path, print, waiting=waiting) as workers:
        for asked, built in ((one, 1), (one, 1), (other, 1), (one, 2), (one, 2), (wrong, 2)):
            workers.run(Inspect(sources=(asked,), process="mine"))
            assert len(counted.read_text()) == built
        assert workers.run(Inspect(sources=(one, one), process="mine")).problem is None
        assert len(counted.read_text()) == 3  # none was held after what cannot be used
