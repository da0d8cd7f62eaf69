"""The documents are true: rooms, links and commands; and the README is short."""

import ast
import importlib.util
import re
import shlex
import tomllib
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click
import pytest

from tests.support.documents import PAGES, ROOT, blocks, commands, label, prose, text_of

PACKAGE = ROOT / "seqbench"
PROJECT = tomllib.loads(text_of("pyproject.toml"))

OTHER_PROGRAMS = {"pip", "pytest", "pytest-benchmark"}
"""Programs of others that the documents tell people to type; their options are not looked at."""


# Rooms


def contract() -> dict[str, Any]:
    (found,) = [
        each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"
    ]
    return dict(found)


def rooms() -> set[str]:
    """Return what the package has: its folders and modules."""
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    return modules | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def test_architecture_names_every_room_and_no_other() -> None:
    section = text_of("docs/architecture.md").split("\n## The rooms\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)) == rooms()


def test_architecture_shows_the_import_contract() -> None:
    (shown,) = blocks(ROOT / "docs" / "architecture.md", "text")
    assert shown.splitlines() == contract()["layers"]


def test_the_picture_shows_the_floors_in_their_order() -> None:
    shown = re.findall(r'class="name" x="\d+" y="(\d+)">(\w+)<', text_of("docs/floors.svg"))
    drawn: dict[int, list[str]] = {}
    for height, room in shown:
        drawn.setdefault(int(height), []).append(room)
    floors = [" | ".join(drawn[height]) for height in sorted(drawn)]
    assert floors == contract()["layers"]


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_modules_and_folders_that_are_named_exist(page: Path) -> None:
    tops = "|".join(sorted({*contract_rooms(), "studies", "tests", "scenarios", "seqbench"}))
    for path in re.findall(rf"`((?:{tops})/[\w./]*)`", prose(page)):
        found = [ROOT / path, PACKAGE / path, PACKAGE / f"{path}.py"]
        assert any(each.exists() for each in found), f"{page.name}: {path}"


def contract_rooms() -> set[str]:
    return {name for line in contract()["layers"] for name in line.split(" | ")}


# Commands


COMMANDS = [(page, words) for page in PAGES for words in commands(page)]


@cache
def command_line() -> click.Group:
    group = resolve_name(PROJECT["project"]["scripts"]["seqbench"])
    assert isinstance(group, click.Group)
    return group


@cache
def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("page", "words"), COMMANDS, ids=[f"{label(page)}: {shlex.join(it)}" for page, it in COMMANDS]
)
def test_every_command_in_a_block_can_be_typed(page: Path, words: list[str]) -> None:
    match words:
        case ["seqbench", *arguments]:
            parse_seqbench(arguments)
        case ["make", *targets]:
            assert set(targets) <= make_targets()
        case ["python" | ".venv/bin/python", "-m", module, *arguments]:
            check_module(module, arguments)
        case [program, *arguments]:
            assert program in OTHER_PROGRAMS
            check_extras(arguments)
        case _:
            pytest.fail(f"{label(page)}: what is {words}?")


def parse_seqbench(arguments: list[str]) -> None:
    """Parse a command as the CLI does, but for what it would do; names must be in the tables."""
    group = command_line()
    with group.make_context("seqbench", [*arguments]) as context:
        name, command, rest = group.resolve_command(context, arguments)
        assert name is not None
        assert command is not None
        with command.make_context(name, rest, parent=context) as inner:
            check_names(name, arguments)
            check_models(inner.params.get("models") or ())


def check_names(command: str, arguments: list[str]) -> None:
    """Hold the values of options to the tables that they choose from."""
    from seqbench.api import KINDS
    from seqbench.machine.devices import DEVICES
    from seqbench.machine.tpu_chips import CHIPS
    from seqbench.reports.files import FORMATS
    from seqbench.runtimes import BACKENDS, RUNTIMES
    from seqbench.targets import TARGETS, VARIANTS

    devices = [*DEVICES, *CHIPS, "4xcpu", "4xgpu"]
    tables: dict[str, Any] = {
        "--device": devices,
        "--require": [*devices, *RUNTIMES, *TARGETS, *VARIANTS, *BACKENDS],
        "--target": TARGETS,
        "--to": TARGETS,
        "--runtime": RUNTIMES,
        "--backend": BACKENDS,
        "--variant": VARIANTS,
        "--only": KINDS,
        "--format": FORMATS,
    }
    for option, value in pairwise(arguments):
        if option in tables:
            unknown = [name for name in value.split(",") if name not in tables[option]]
            assert not unknown, f"seqbench {command} {option}: {unknown}"


def check_models(models: tuple[str, ...]) -> None:
    """A model without a suffix is a shipped scenario, or the reader's own `mine`."""
    from seqbench.models.catalogue import available

    known = {entry.name for entry in available()} | {"mine"}
    assert {name for name in models if not Path(name).suffix} <= known


def check_module(module: str, arguments: list[str]) -> None:
    """A module exists; of ours, each option stands in its source."""
    if not module.startswith("studies."):
        assert importlib.util.find_spec(module) is not None
        return
    folder = ROOT / module.replace(".", "/")
    assert (folder / "__main__.py").exists()
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    for option in arguments:
        if option.startswith("-"):
            assert f'"{option}"' in source, f"python -m {module} has no {option}"


def check_extras(arguments: list[str]) -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    for word in arguments:
        found = re.fullmatch(r"(?:\.|seqbench)\[(.+)\]", word)
        assert found is None or set(found[1].split(",")) <= set(extras)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_command_within_a_sentence_exists(page: Path) -> None:
    text = prose(page)
    assert {*re.findall(r"`make ([a-z-]+)", text)} <= make_targets()
    assert {*re.findall(r"`seqbench ([a-z]+)", text)} <= {*command_line().commands}
    for module in re.findall(r"`python -m (studies[\w.]*)", text):
        check_module(module, [])
    for command in re.findall(r"`pip install ([^`]+)`", text):
        check_extras(shlex.split(command))


def test_every_make_target_is_phony_and_has_a_line_of_help() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text_of("Makefile"), flags=re.MULTILINE)
    assert {*phony.split()} == make_targets()


# Links


def slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub makes it."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(found) for found in re.findall(r"^#+ (.*)$", prose(page), flags=re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if link.startswith(("http:", "https:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


def test_every_page_can_be_reached_from_the_readme_and_from_the_index() -> None:
    for start in (ROOT / "README.md", ROOT / "docs" / "index.md"):
        links = re.findall(r"\]\(([^)\s#]+)", start.read_text(encoding="utf-8"))
        reached = {(start.parent / link).resolve() for link in links}
        assert {*PAGES} - {ROOT / "README.md", ROOT / "docs" / "index.md"} <= reached


def test_the_index_answers_a_newcomers_three_questions() -> None:
    text = text_of("docs/index.md")
    for question, answer in [
        ("Where does a new runtime go?", "extending.md#add-a-runtime"),
        ("Why did this export fail?", "how-it-judges.md#why-did-this-export-fail"),
        ("How is a tolerance made?", "how-it-judges.md#how-a-tolerance-is-made"),
    ]:
        (line,) = [line for line in text.splitlines() if question in line]
        assert f"({answer})" in line


def test_the_readme_is_short() -> None:
    text = re.sub(r"\]\([^)]*\)", "]", prose(ROOT / "README.md"))
    words = [word for word in text.split() if re.search(r"\w", word)]
    assert 450 <= len(words) <= 700


# Numbers and words that the code decides


def rows(page: str, under: str) -> dict[str, list[str]]:
    """Return the first table below a heading: the other columns by the code in the first one."""
    text = text_of(page).split(f"\n## {under}\n")[1]
    lines = text[text.index("|---") :].split("\n\n")[0].splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.split("`")[1]: rest for first, *rest in cells}


def test_every_status_has_its_meaning() -> None:
    from seqbench.core.record import Status

    assert list(rows("docs/how-it-judges.md", "The five statuses")) == list(Status)


def test_the_rule_of_the_tolerance_has_the_numbers_of_the_code() -> None:
    from seqbench.verdict.tolerance import FACTOR, FLOOR_ULPS

    rule = f"max({FACTOR:g} * own error, {FLOOR_ULPS:g} units in the last place)"
    assert rule in text_of("docs/how-it-judges.md")
    assert f"at most {FACTOR:g} times" in text_of("README.md")
    assert f"FACTOR = {FACTOR}" in text_of("CONTRIBUTING.md")


def test_variants_have_the_limits_of_the_code() -> None:
    from seqbench.verdict.quality import CRITERIA

    (table,) = re.findall(
        r"(?:^\| `[fi].*\n)+", text_of("docs/guide/reduced-precision.md"), re.MULTILINE
    )
    for line, (name, limit) in zip(table.splitlines(), CRITERIA.items(), strict=True):
        shares = (limit.agreement, limit.loss, limit.growth)
        decibels = (limit.snr_db, limit.varying_db)
        shown = [
            *(f"{each:g} dB" for each in decibels),
            *(f"{100 * share:g} %" for share in shares),
        ]
        assert line.startswith(f"| `{name}` |")
        assert line.endswith(f"| {' | '.join(shown)} |")


def test_profiles_take_as_long_as_in_the_code() -> None:
    from seqbench.measurement.loop import FULL, QUICK

    shown = rows("docs/how-it-times.md", "One timed call")
    for name, budget in [("--quick", QUICK), ("--full", FULL)]:
        took = [f"{budget.warmup_s:g} s", f"{budget.measure_s:g} s", f"{budget.processes}"]
        assert shown[name] == took


def test_every_field_of_a_scenario_is_explained() -> None:
    from seqbench.core.scenario import Data, Scenario, Training

    page = "docs/guide/write-a-scenario.md"
    assert list(rows(page, "The fields")) == [field.name for field in fields(Scenario)]
    for field in (*fields(Data), *fields(Training)):
        assert f"`{field.name}`" in text_of(page)


def test_what_a_runtime_has_is_what_the_code_has() -> None:
    from seqbench.runtimes import LocalSession, Runtime

    known = {field.name for each in (LocalSession, Runtime) for field in fields(each)}
    told = re.findall(
        r"^\| `(\w+)(?:\(.*\))?` \|", text_of("docs/extending.md"), flags=re.MULTILINE
    )
    assert {*told} - {"load"} <= known


# Examples

PYTHON = [(page, block) for page in PAGES for block in blocks(page, "python")]


@pytest.mark.parametrize(
    ("page", "block"), PYTHON, ids=[f"{label(page)}-{i}" for i, (page, _) in enumerate(PYTHON)]
)
def test_every_python_block_compiles(page: Path, block: str) -> None:
    ast.parse(block, filename=str(page))
