"""Rules about names: what is public can be guessed by its importer, and one word has one sense."""

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

import seqbench

PRIVATE_DIALECT = {"here", "apart", "of", "one", "found", "held", "way", "kept"}
"""What functions were called once, several in other senses each."""

FORMS = {
    "dumps",
    "html",
    "junit",
    "loads",
    "markdown",
    "pytest_benchmark",
    "svg",
    "table",
    "terminal",
}
"""What functions give, which is no verb."""


@cache
def modules() -> dict[str, ModuleType]:
    found = pkgutil.walk_packages(seqbench.__path__, "seqbench.")
    names = [each.name for each in found if each.name != "seqbench.__main__"]
    return {name: importlib.import_module(name) for name in names}


def defined(module: ModuleType) -> dict[str, Any]:
    """Return the public functions and classes that a module itself defines."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    }


def members(kind: type) -> set[str]:
    """Return the public methods and fields that a class itself has."""
    own = {*vars(kind), *vars(kind).get("__annotations__", {})}
    return {name for name in own if not name.startswith("_")}


def test_no_public_name_is_of_the_private_dialect() -> None:
    named = set()
    for place, module in modules().items():
        for name, value in defined(module).items():
            named.add((f"{place}.{name}", name))
            if inspect.isclass(value):
                named |= {(f"{place}.{name}.{member}", member) for member in members(value)}
    left = {full for full, name in named if name in PRIVATE_DIALECT}
    assert not left


def test_only_one_function_judges() -> None:
    judges = [place for place, module in modules().items() if "judge" in defined(module)]
    assert judges == ["seqbench.verdict.judge"]


def test_no_object_of_a_package_hides_a_module_in_it() -> None:
    for place, module in modules().items():
        package, _, name = place.rpartition(".")
        assert getattr(importlib.import_module(package), name) is module, place


def test_no_function_is_called_by_what_it_gives() -> None:
    """A module has the noun, as `reports.html`; its function says what is done: `render_html`."""
    for place, module in modules().items():
        functions = {name for name, value in defined(module).items() if inspect.isfunction(value)}
        assert not functions & FORMS, place


def test_no_room_has_the_name_of_a_public_function() -> None:
    rooms = {name.split(".")[1] for name in modules()}
    assert not rooms & set(seqbench.__all__)
