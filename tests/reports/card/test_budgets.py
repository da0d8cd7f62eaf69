import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seqbench import reports
from seqbench.core.limits import parse_limits
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.stats import Estimate
from seqbench.core.units import TIMES
from seqbench.reports.card.budgets import check_limits, pareto_front
from seqbench.reports.card.candidates import Candidate
from seqbench.reports.card.places import Place
from seqbench.reports.rows import build
from tests.support import sample_report, sample_runs

CELL = Cell(model="m", kind=Kind.VERIFY, target="tflite", runtime="litert")


def candidate(size: int | None, latency_s: float | None, error: float = 1e-7) -> Candidate:
    latency = latency_s and Estimate(value=latency_s, low=None, high=None, count=1)
    return Candidate(
        cell=CELL,
        status=Status.PASS,
        size_bytes=size,
        latency=latency or None,
        error=error,
        accuracy_drop=0.03,
    )


def test_a_budget_says_what_is_missed_and_by_how_much() -> None:
    limits = parse_limits("size<=2KiB, latency<=1ms, accuracy_drop<=1%, memory<=1MB")
    found = check_limits(candidate(3072, 4e-3), limits)
    assert not found.met
    assert list(map(str, found.misses)) == [
        f"size 3.00 KiB is 1.00 KiB over 2.00 KiB (1.50{TIMES})",
        f"latency 4.00 ms is 3.00 ms over 1.00 ms (4.00{TIMES})",
        "accuracy_drop 3 % is 2 % over 1 %",
        "memory is not known",
    ]
    assert [miss.over for miss in found.misses] == [
        1024,
        pytest.approx(3e-3),
        pytest.approx(0.02),
        None,
    ]
    assert check_limits(candidate(2048, 1e-3), parse_limits("size<=2KiB, latency<=1ms")).met


def test_the_front_holds_what_nothing_beats_in_all_three() -> None:
    small = candidate(1, 9.0, 5.0)
    fast = candidate(9, 1.0, 5.0)
    exact = candidate(9, 9.0, 1.0)
    beaten = candidate(2, 9.0, 6.0)  # by `small`
    unknown = candidate(1, None, 1.0)
    assert pareto_front([small, fast, exact, beaten, unknown]) == (small, fast, exact)


def records(budget: str) -> list[Record]:
    """digits_cnn: tflite of 94,720 bytes and onnx of 96,350, at 65 and 70 us; tfjs of 105,300."""
    return [
        replace(it, details={"budget": budget}) if it.cell.target else it
        for it in sample_report.run(("digits_cnn",))
    ]


def test_the_best_is_chosen_among_what_meets_the_budget() -> None:
    (card,) = build(records("size<=94800B"), "x").cards
    choices = {it.place: it for it in card.choices}
    phone = choices[Place.PHONE]
    assert phone.best is not None
    assert phone.best.name == "tflite in litert"
    assert [(it.candidate.cell.target, it.met) for it in phone.compliance] == [
        ("tflite", True),
        ("onnx", False),
    ]
    assert choices[Place.BROWSER].best is None
    assert choices[Place.BROWSER].reason == "Nothing that passed meets the budget."
    assert card.met
    (card,) = build(records("size<=1kB"), "x").cards
    assert not card.met


def test_a_time_on_a_host_is_no_time_of_a_microcontroller() -> None:
    (card,) = build(records("latency<=1s"), "x").cards
    chip = card.choices[-1]
    assert chip.best is None
    assert [str(miss) for it in chip.compliance for miss in it.misses] == ["latency is not known"]


def test_the_json_of_a_report_has_numbers_with_their_units(tmp_path: Path) -> None:
    run = sample_runs.run(tmp_path / "r", *records("size<=94800B"))
    (card,) = json.loads(reports.write(run, form="json").read_text())["cards"]
    assert (card["model"], card["budget"], card["budget_met"]) == (
        "digits_cnn",
        {"size_bytes": 94800},
        True,
    )
    phone: dict[str, Any] = {it["place"]: it for it in card["places"]}["phone"]
    assert phone["measured_on"] == "this x86 host"
    assert phone["best"]["size_bytes"] == 94720
    assert 60e-6 < phone["best"]["latency_s"] < 70e-6
    low, high = phone["best"]["latency_low_s"], phone["best"]["latency_high_s"]
    assert low < phone["best"]["latency_s"] < high
    missed = phone["candidates"][1]
    assert missed["budget_missed_by"] == {"size_bytes": missed["size_bytes"] - 94800}
    assert phone["candidates"][0]["on_pareto_front"] is True
    chip = {it["place"]: it for it in card["places"]}["microcontroller"]
    assert {
        name: value for name, value in chip["best"].items() if name.endswith("_s")
    } == dict.fromkeys(
        [
            "latency_s",
            "latency_low_s",
            "latency_high_s",
            "throughput_rows_per_s",
            "load_s",
            "first_call_s",
        ]
    )
