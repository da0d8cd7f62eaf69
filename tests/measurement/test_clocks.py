"""The clock on the wall may jump: nothing is measured by it, and records keep their order."""

import ast
import json
import re
from pathlib import Path

import seqbench
from seqbench.core import store
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import Store

PACKAGE = Path(seqbench.__file__).parent
JUMPY = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"}
"""What follows the wall's clock."""

STAMPS = {
    "engine/plan_file.py",
    "engine/state.py",
    "engine/run_folder.py",
    "engine/jobs/context.py",
    "core/lock.py",
}
"""Who may ask it, to say when something was: never how long."""


def asked(path: Path) -> set[str]:
    """Return what a file calls, as `module.name`, and what it takes from the module `time`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found |= {f"time.{alias.name}" for alias in node.names}
    return found


def test_nothing_is_measured_by_the_clock_on_the_wall() -> None:
    by_wall = {
        str(path.relative_to(PACKAGE)): found
        for path in PACKAGE.rglob("*.py")
        if (found := asked(path) & JUMPY)
    }
    assert set(by_wall) <= STAMPS
    assert set().union(*by_wall.values()) == {"datetime.now"}


def test_the_page_measures_by_a_clock_that_never_goes_back() -> None:
    found = list((PACKAGE / "runtimes" / "browser" / "page").glob("*.js"))
    assert found
    for path in found:
        assert not re.search(r"\bDate\b", path.read_text()), path


def test_records_whose_clock_went_back_are_all_read(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps({}))
    times = ["2026-11-30T12:00:00.000+00:00", "1970-01-01T00:00:00.000+00:00", None]
    for batch, started_at in enumerate(times, start=1):
        cell = Cell(model="m", kind=Kind.INFER, runtime="keras", batch_size=batch)
        kept.save(Record(cell=cell, status=Status.PASS, started_at=started_at, elapsed_s=1.0))
    found = store.read_records(tmp_path)
    assert [record.cell.batch_size for record in found] == [3, 2, 1]
    assert all(record.elapsed_s == 1.0 for record in found)
