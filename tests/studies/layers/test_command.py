"""A few cases walked through real processes, and what is refused."""

import json
import re
from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.engine.state import Observer
from studies.layers import baseline, command, walk
from studies.layers.__main__ import coverage
from studies.layers.cases import all_cases
from studies.runtimes import JUDGES
from tests.support.commands import seqbench

FEW = "^(Dense-plain|LSTM-plain|Conv2D-same-strides2|RandomFlip-vanishes|Softmax-axis1)$"
TARGETS = ("saved_model", "tflite", "onnx")
IN = ("tensorflow", "litert", "onnxruntime")


EVERY = 150
"""One case in so many is walked by the tests; `make coverage` walks them all."""


@pytest.mark.slow
def test_a_handful_of_cases_passes_and_a_second_walk_does_nothing_again(tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    names = [case.name for _, case in walk.chosen(FEW)]
    classes = {name: dict.fromkeys(IN, "pass") for name in names}
    classes["Dense-plain"]["onnxruntime"] = "fail"
    baseline.write(classes, known)
    outcome = command.coverage(tmp_path / "run", Observer(), FEW, TARGETS, known)
    assert outcome.walked.totals == dict.fromkeys(TARGETS, (5, 5))
    assert [str(drift) for drift in outcome.walked.drifts] == [
        "changed: Dense-plain in onnxruntime: pass, was fail"
    ]
    assert outcome.passed
    records = {path: path.read_text() for path in (tmp_path / "run" / "records").iterdir()}
    again = command.coverage(tmp_path / "run", Observer(), FEW, TARGETS, known)
    assert again.classes == outcome.classes
    assert {path: path.read_text() for path in records} == records


@pytest.mark.slow
def test_the_command_exits_with_1_where_something_is_worse(tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    text = '{"StringLookup-plain": {"onnxruntime": "pass", "litert": "pass"}}'
    known.write_text(text)
    words = ["--only", "^StringLookup-plain$", "--target", "tflite", "--baseline", str(known)]
    done = seqbench(*words, "--json", "-", "--out", tmp_path / "run", group=coverage)
    assert done.exit_code == 1, done.stderr
    assert set(json.loads(done.stdout)) == {"StringLookup-plain"}
    assert (tmp_path / "run" / "coverage.html").exists()
    assert "WORSE: StringLookup-plain in litert" in (tmp_path / "run" / "coverage.md").read_text()


def test_without_a_pattern_all_cases_are_chosen() -> None:
    assert len(walk.chosen(None)) > 400


def test_a_pattern_is_found_anywhere_in_a_name() -> None:
    names = [case.name for _, case in walk.chosen("-same-strides2-groups")]
    assert names == [f"Conv{rank}D-same-strides2-groups2" for rank in (1, 2, 3)]


def test_a_pattern_that_finds_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="--only Nonsense: no case has such a name"):
        walk.chosen("Nonsense")
    with pytest.raises(InputError, match=r"--only \(: is no regular expression: missing \)"):
        walk.chosen("(")


def test_runtimes_follow_the_targets() -> None:
    assert walk.judges(None) == JUDGES
    assert walk.judges(("tfjs", "onnx")) == ("onnxruntime", "tfjs-wasm", "tfjs-cpu")
    with pytest.raises(InputError, match="unknown target 'onx': expected one of saved_model"):
        walk.judges(("onx",))


@pytest.mark.slow
@pytest.mark.browser
def test_a_sample_of_the_walk_is_as_the_baseline_says(tmp_path: Path) -> None:
    names = [case.name for _, case in all_cases()]
    some = "|".join(re.escape(name) for name in names[::EVERY])
    outcome = command.coverage(tmp_path, Observer(), f"^({some})$")
    assert len(outcome.classes) == len(names[::EVERY])
    assert [str(drift) for drift in outcome.walked.drifts] == []
