"""One module reads a clock; everything else is given one, or asks that module."""

import ast
from pathlib import Path

import seqbench
from seqbench.machine.clock import clock, cpu_clock

PACKAGE = Path(seqbench.__file__).parent

DEADLINE = "core/files.py"
"""It lies below the clock's room and times nothing: it gives up in time."""


def reads_a_clock(path: Path) -> bool:
    """Whether a file uses anything of the module `time` but `sleep`."""
    tree = ast.parse(path.read_text())
    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }
    asked = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "time"
    }
    imported = any(
        alias.name == "time"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    )
    return bool((taken | (asked if imported else set())) - {"sleep"})


def test_the_clock_is_read_in_one_module() -> None:
    readers = {
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if reads_a_clock(path)
    }
    assert readers == {"machine/clock.py", DEADLINE}


def test_the_clocks_never_go_back() -> None:
    for read in (clock, cpu_clock):
        readings = [read() for _ in range(1000)]
        assert readings == sorted(readings)
