"""What is chosen at each place, from records whose right answer is worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.units import TIMES
from seqbench.reports.card.places import LIVES, Card, Choice, Place
from seqbench.reports.markdown import render_markdown
from seqbench.reports.problems import Repeat
from seqbench.reports.rows import build
from seqbench.reports.run import document, summary
from seqbench.reports.terminal import render_terminal
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from tests.support import sample_report

MACHINE = {"os": "Linux 6.1 x86_64"}
USUAL = {"tflite": "litert", "onnx": "onnxruntime", "tfjs": "tfjs-wasm"}


def cell(kind: Kind, target: str | None, batch: int | None = None, **more: Any) -> Cell:
    runtime = None if kind is Kind.EXPORT else USUAL.get(target or "", "keras")
    return Cell(
        **{"model": "m", "kind": kind, "target": target, "runtime": runtime, "batch_size": batch}
        | more
    )


def artifact(target: str, size: int, status: Status = Status.PASS, **more: Any) -> list[Record]:
    """An export and its verdict."""
    judged = cell(Kind.VERIFY, target, **more)
    return [
        Record(
            cell=cell(Kind.EXPORT, target, **more),
            status=Status.PASS,
            artifact=f"m.{target}",
            size_bytes=size,
            machine=MACHINE,
        ),
        Record(
            cell=judged, status=status, reason="it is wrong", max_abs_error=1e-7, tolerance=1e-6
        ),
    ]


def timing(target: str | None, medians: list[float], batch: int = 1, **more: Any) -> Record:
    """An inference in as many processes as there are medians, each of ten equal samples."""
    fields = {name: more.pop(name) for name in ("details", "ran_on", "load_s") if name in more}
    return Record(
        cell=cell(Kind.INFER, target, batch, **more),
        status=Status.PASS,
        samples_s=tuple(median for median in medians for _ in range(10)),
        samples_per_process=(10,) * len(medians),
        machine=MACHINE,
        **fields,
    )


def card(records: list[Record], repeat: Repeat | None = None) -> Card:
    (found,) = build(records, "x", repeat=repeat).cards
    return found


def choice(place: Place, records: list[Record], repeat: Repeat | None = None) -> Choice:
    return next(it for it in card(records, repeat).choices if it.place is place)


SIX = [0.99e-3, 0.995e-3, 1e-3, 1e-3, 1.005e-3, 1.01e-3]
"""Medians of six processes: 1 ms, from 0.99 to 1.01."""


def scaled(factor: float) -> list[float]:
    return [factor * value for value in SIX]


def test_every_runtime_of_a_format_has_a_place() -> None:
    known = {name for lives in LIVES.values() for found in lives.values() for name in found}
    assert known == {name for name, it in RUNTIMES.items() if it.target}
    assert {target for lives in LIVES.values() for target in lives} == set(TARGETS)


def test_the_fastest_that_passed_is_chosen_and_compared_with_the_next_and_with_keras() -> None:
    records = [*artifact("tflite", 5000), *artifact("onnx", 3000)]
    records += [timing("tflite", SIX), timing("onnx", scaled(3)), timing(None, scaled(8))]
    found = choice(Place.PHONE, records)
    assert found.best is not None
    assert found.best.name == "tflite in litert"
    assert found.best.latency is not None
    assert (found.best.latency.low, found.best.latency.value) == (0.99e-3, 1e-3)
    assert found.best.faster == pytest.approx(8)
    assert (
        found.reason
        == f"The fastest that passed: 3.00{TIMES} faster than onnx in onnxruntime (3.00 ms)."
    )
    assert found.host == "this x86 host"
    assert not found.tied


def test_what_overlaps_is_a_tie_and_the_smaller_file_is_chosen() -> None:
    records = [*artifact("tflite", 5000), *artifact("onnx", 3000)]
    records += [timing("tflite", SIX), timing("onnx", scaled(1.015))]  # 0.99..1.01, 1.005..1.025
    found = choice(Place.SERVER, records)
    assert found.best is not None
    assert found.best.name == "onnx in onnxruntime"
    assert [it.name for it in found.tied] == ["tflite in litert"]
    assert found.reason == (
        "A tie with tflite in litert (1.00 ms): the difference is smaller than the timings can "
        "tell. This file is the smaller one."
    )


@pytest.mark.parametrize(("factor", "tied"), [(1.14, True), (1.16, False)])
def test_single_processes_tie_within_their_usual_spread(factor: float, *, tied: bool) -> None:
    # exp(1.96 * 0.071) = 1.149
    records = [*artifact("tflite", 5000), *artifact("onnx", 6000)]
    records += [timing("tflite", [1e-3]), timing("onnx", [factor * 1e-3])]
    assert bool(choice(Place.PHONE, records).tied) is tied


def test_what_did_not_pass_is_never_recommended_however_fast() -> None:
    records = [*artifact("tflite", 10, Status.FAIL), *artifact("onnx", 3000)]
    records += [timing("tflite", scaled(0.001)), timing("onnx", SIX)]
    found = choice(Place.PHONE, records)
    assert found.best is not None
    assert found.best.name == "onnx in onnxruntime"
    assert [it.name for it in found.refused] == ["tflite in litert"]
    chip = choice(Place.MICROCONTROLLER, records)
    assert chip.best is None
    assert chip.reason == "Nothing passed: tflite in litert is fail."


def test_a_place_without_anything_says_so_with_a_command() -> None:
    repeat = Repeat(specs={"m": "my model.keras"}, data="/d.npz")
    found = choice(Place.BROWSER, artifact("tflite", 10), repeat)
    assert found.best is None
    assert found.reason == "Nothing was made for this place."
    assert found.command == (
        "seqbench run 'my model.keras' --only export,verify,infer --target tfjs --runtime "
        "tfjs-wasm --batch 1 --data /d.npz"
    )


def test_what_was_not_timed_is_called_so_with_a_command() -> None:
    found = choice(Place.PHONE, [*artifact("tflite", 10), *artifact("onnx", 20)])
    assert found.best is not None
    assert found.best.name == "tflite in litert"
    assert (
        found.reason
        == "The smallest of 2 that passed; not timed: what is fastest here is not known."
    )
    assert found.command == (
        "seqbench run m --only export,verify,infer --target tflite --runtime litert --batch 1"
    )


def test_a_batch_of_32_is_no_latency_but_a_throughput() -> None:
    records = [*artifact("tflite", 10), timing("tflite", SIX, batch=32)]
    best = choice(Place.PHONE, records).best
    assert best is not None
    assert (best.latency, best.untimed) == (None, "not timed at batch 1")
    assert best.throughput == pytest.approx(32 / 1e-3)
    assert best.throughput_batch == 32


def test_a_software_gpu_has_no_time() -> None:
    records = artifact("tfjs", 10, runtime="tfjs-webgl")
    drawn = {"runtime": {"renderer": "Google SwiftShader"}}
    records.append(timing("tfjs", SIX, runtime="tfjs-webgl", details=drawn, ran_on="cpu"))
    best = choice(Place.BROWSER, records).best
    assert best is not None
    assert (best.latency, best.throughput, best.untimed) == (
        None,
        None,
        "only a software GPU ran it",
    )
    text = printed(records)
    assert "1.00 ms" not in text
    real = replace(records[-1], ran_on="gpu")
    best = choice(Place.BROWSER, [*records[:-1], real]).best
    assert best is not None
    assert best.latency is not None


def test_of_a_microcontroller_only_the_size_is_known() -> None:
    records = [*artifact("tflite", 10), timing("tflite", SIX, load_s=0.5)]
    found = choice(Place.MICROCONTROLLER, records)
    assert found.command == (
        "seqbench run m --only export,verify --target tflite --runtime litert --variant int8"
    )
    text = render_markdown(document(build(records, "x"))).split("microcontroller:")[1]
    card_text = text.split("##")[0]
    assert "size 10 B" in card_text
    assert "time and memory there are not known" in card_text
    assert " ms" not in card_text


def test_the_smallest_int8_is_for_a_microcontroller_and_says_what_accuracy_it_keeps() -> None:
    records = [*artifact("tflite", 4000), *artifact("tflite", 1000, variant="int8")]
    kept = {"own_metrics": {"accuracy": 0.97}, "agreement": 0.99}
    records[-1] = replace(records[-1], metrics={"accuracy": 0.965}, details=kept)
    best = choice(Place.MICROCONTROLLER, records).best
    assert best is not None
    assert best.file == "tflite int8"
    assert best.accuracy_drop == pytest.approx(0.005)
    records[-1] = replace(records[-1], metrics={})
    best = choice(Place.MICROCONTROLLER, records).best
    assert best is not None
    assert best.accuracy_drop == pytest.approx(0.01)


def printed(records: list[Record], width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as caught:
        console.print(render_terminal(summary(build(records, "x"))))
    return caught.get()


@pytest.mark.parametrize("models", [("digits_cnn",), tuple(sample_report.MODELS)])
def test_the_terminal_ends_with_the_card_in_80_columns(models: tuple[str, ...]) -> None:
    text = printed(sample_report.run(models))
    end = text[text.index("Which target") :]
    assert max(map(len, text.splitlines())) <= 80
    for word in ("litert", "onnxruntime", "tfjs-wasm", "microcontroller", *models):
        assert word in end or word == "onnxruntime"
    assert end.count("\n") <= 4 * 10 + 2 * len(models)


def test_the_card_is_first_in_markdown_and_names_the_host_of_each_phone_figure() -> None:
    text = render_markdown(document(build(sample_report.run(("digits_cnn",)), "x")))
    first = text.split("\n## ")[1]
    assert first.startswith("Which target for digits\\_cnn?")
    phone = first.split("- **")[2]
    assert phone.startswith("phone: ✔ tflite in litert**")
    assert "on this x86 host: latency 6" in phone
    assert "on this x86 host: throughput" in phone


def test_a_disturbed_timing_is_bannered_and_marked() -> None:
    records = [*artifact("tflite", 10), timing("tflite", SIX), timing("tflite", SIX, batch=32)]
    assert "▲" not in printed(records)
    quiet = {"timing": {"settled": [True], "foreign_cpus": [0.19]}}
    assert "▲" not in printed([*records[:2], replace(records[2], details=quiet), records[3]])
    loud = {"timing": {"settled": [True, False], "foreign_cpus": [0.1, 1.24]}}
    found = [*records[:2], replace(records[2], details=loud), records[3]]
    text = printed(found, 200)
    assert (
        "▲ Do not trust every time: other programs used up to 1.2 CPUs during 1 of 2 timings, and "
        "1 warm-up did not settle."
    ) in text
    assert text.count("▲ disturbed") == 1 + 2  # in the table; at a server and on a phone
    assert text.count("▲ not settled") == 1 + 2
    page = render_markdown(document(build(found, "x")))
    assert page.index("Do not trust every time") < page.index("Which target")
