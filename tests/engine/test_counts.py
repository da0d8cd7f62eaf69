"""What a run does is counted, in all its processes: nothing is done twice. Noise moves no count."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from seqbench.machine.host import available_threads
from tests.support import counting

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MODELS = ("trained", "fresh", "steps")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that a process did."""

    process: str
    kind: str
    what: str


def save_models(folder: Path) -> list[Path]:
    """Write a model of trained weights, one of fresh weights, and a recurrent one."""
    import keras
    from keras import layers

    from seqbench.models.weights import perturb

    keras.utils.set_random_seed(0)
    dense = (keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2))
    again = (keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2))
    steps = (keras.Input((5, 3)), layers.LSTM(4), layers.Dense(2))
    paths = []
    for name, stack in zip(MODELS, (dense, again, steps), strict=True):
        model = keras.Sequential(stack, name=name)
        if name != "fresh":
            perturb(model, 0)
        paths.append(folder / f"{name}.keras")
        model.save(paths[-1])
    return paths


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """What an export of the three models to all targets does."""
    folder = tmp_path_factory.mktemp("counts")
    paths = save_models(folder)
    seen = folder / "events"
    search = [str(Path(counting.__file__).parent), str(Path(__file__).parents[2])]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "seqbench",
            "export",
            *map(str, paths),
            "--out",
            str(folder / "out"),
        ],
        env={**os.environ, "COUNTED": str(seen), "PYTHONPATH": os.pathsep.join(search)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "All 24 cells passed" in done.stdout, done.stderr
    return [
        Event(process=process, kind=kind, what=what)
        for line in seen.read_text().splitlines()
        for process, kind, what in [line.split("\t")]
    ]


def by_model(events: list[Event], kind: str) -> dict[str, int]:
    """Count what the process that loaded a model did."""
    model = {it.process: Path(it.what).stem for it in events if it.kind == "load"}
    return dict(Counter(model[it.process] for it in events if it.kind == kind))


def count(events: list[Event], kind: str, what: str = "") -> int:
    return sum(it.kind == kind and what in it.what for it in events)


def test_each_model_file_is_loaded_once(events: list[Event]) -> None:
    assert by_model(events, "load") == dict.fromkeys(MODELS, 1)
    assert count(events, "load") == len(MODELS)


def test_a_model_is_built_for_itself_and_for_its_reference_alone(events: list[Event]) -> None:
    # A reference takes the twin and, where units may be silent, their outputs.
    assert by_model(events, "build") == {"trained": 1 + 2, "fresh": 1 + 2 * 2, "steps": 1 + 1}
    assert count(events, "build") == 3 + 5 + 2


def test_weights_are_frozen_once_for_a_graph(events: list[Event]) -> None:
    # One graph for all, and loops over plain tensors for TFLite.
    assert by_model(events, "freeze") == {"trained": 1, "fresh": 2, "steps": 2}


def test_other_weights_cost_no_trace_but_those_of_their_files(events: list[Event]) -> None:
    traces = by_model(events, "trace")
    of_reference, of_files = 2, 5
    assert traces["trained"] <= 1 + of_reference + of_files
    assert traces["fresh"] <= 1 + 2 * (of_reference + of_files)


def test_imports_and_facts_of_the_machine_are_had_once(events: list[Event]) -> None:
    imports = Counter(it.what for it in events if it.kind == "import")
    assert imports == {"tensorflow": 1, "tf2onnx": 1}
    assert count(events, "start", "git ") == 1


def test_processes_are_as_many_as_models_and_lanes_need(events: list[Event]) -> None:
    lanes = min(available_threads(), len(MODELS))
    assert count(events, "start", "fork_server") == 2  # with TensorFlow and without
    assert count(events, "start", "--headless") == 1  # one browser
    workers = len(MODELS) + 2 * lanes + 2  # those of the browser's lane, and its keeper
    runtimes = ("tensorflow", "litert", "onnxruntime", "tfjs-wasm")
    jobs = len(MODELS) + len(MODELS) * len(runtimes)
    assert count(events, "fork") <= workers + jobs
