"""Published architectures: plain stacks, told apart by name, and some of them on every target."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import keras
import pytest

import seqbench
from seqbench.models.stack import plain_stack
from seqbench.targets import TARGETS
from studies.architectures.__main__ import FIELDS, specs

BUILDS: list[tuple[str, Callable[[], keras.Sequential]]] = [
    (name, build)
    for field in FIELDS
    for name, build in import_module(f"studies.architectures.{field}").MODELS.items()
]

FEW = ("lenet5", "deep_averaging", "ecg_cnn")
"""Quick ones: convolutions, a masked mean of words, a series."""


def test_there_are_many_architectures_of_distinct_names() -> None:
    names = [name for name, _ in BUILDS]
    assert len(names) == len(set(names)) >= 30
    assert [spec.rpartition(":")[2] for spec in specs()] == names


def test_each_says_where_it_is_from() -> None:
    for name, build in BUILDS:
        assert build.__name__ == name
        assert build.__doc__ is not None
        assert re.search(r"\b(19|20)\d\d\b", build.__doc__), name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "build"), BUILDS, ids=[name for name, _ in BUILDS])
def test_each_is_a_plain_stack_of_any_batch(
    name: str, build: Callable[[], keras.Sequential]
) -> None:
    model = build()
    assert type(model) is keras.Sequential
    assert plain_stack(model, name) is model
    assert model.input_shape[0] is None
    assert model.output_shape[0] is None


@pytest.mark.slow
@pytest.mark.browser
def test_a_few_pass_on_every_target(tmp_path: Path) -> None:
    chosen = [spec for spec in specs() if spec.rpartition(":")[2] in FEW]
    records = seqbench.export(chosen, out=tmp_path)
    assert [record.reason for record in records if record.status != "pass"] == []
    verified = {(r.cell.model, r.cell.target) for r in records if r.cell.kind == "verify"}
    assert verified == {(name, target) for name in FEW for target in TARGETS}
