"""Scenario files to tests, one for each cell."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind
from seqbench.machine import devices, host
from seqbench.machine.frameworks import preparing_framework
from seqbench.models.snapshot import Origin, pin
from seqbench.models.source import resolve_all
from seqbench.pytest_plugin import outcomes, timing
from seqbench.pytest_plugin.runs import Runs
from seqbench.reports import pytest_benchmark
from seqbench.runtimes import RUNTIMES

UNUSED = "ignore:Benchmark fixture was not used"
"""A cell that fails before its first call has said why."""

_SCENARIO = re.compile(rb"^SCENARIO\b", re.MULTILINE)


class Collecting:
    """The hooks of a session with `--seqbench`."""

    def __init__(self, config: pytest.Config) -> None:
        os.environ.update(
            devices.environment("cpu", preparing_framework())
        )  # for the sessions in this process
        self._runs = Runs(
            min_samples=config.getoption("benchmark_min_rounds"),
            measure_s=float(config.getoption("benchmark_max_time")),
        )

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "Model | None":
        """Collect what holds a model."""
        if not _holds_model(file_path):
            return None
        model: Model = Model.from_parent(parent, path=file_path)
        model.runs = self._runs
        return model

    def pytest_pycollect_makemodule(
        self, module_path: Path, parent: pytest.Collector
    ) -> "Nothing | None":
        """Keep pytest from importing a scenario that is named on its command line."""
        if not _holds_model(module_path):
            return None
        nothing: Nothing = Nothing.from_parent(parent, path=module_path)
        return nothing

    def pytest_benchmark_update_machine_info(self, machine_info: dict[str, Any]) -> None:
        """Name the machine as exported runs do, so that only another one is said to differ."""
        machine_info.clear()
        machine_info.update(pytest_benchmark.machine_info(host.host_facts()))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Time first what needs no TensorFlow, so that none is in the process."""
        items.sort(key=lambda item: isinstance(item, CellItem) and item.loads_tensorflow)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take note of what was chosen of each model."""
        self._runs.end_collection(
            [(item.source, item.cell) for item in session.items if isinstance(item, CellItem)]
        )

    def pytest_unconfigure(self) -> None:
        """End every process and remove what was exported."""
        self._runs.close()


class Nothing(pytest.File):
    """A file without tests."""

    def collect(self) -> list[pytest.Item]:
        """Return nothing."""
        return []


class Model(pytest.File):
    """A file with a model; its cells are its tests."""

    runs: Runs

    def collect(self) -> Iterator["CellItem"]:
        """Yield a test for each cell, in the order of a run."""
        try:
            (found,) = resolve_all([str(self.path)])
            source = pin(found, allow_code=False)
            cells = self.runs.plan(source)
        except InputError as error:
            raise self.CollectError(str(error)) from error
        for cell in cells:
            item: CellItem = CellItem.from_parent(
                self, name=pytest_benchmark.name(cell), callobj=_test(self.runs, source, cell)
            )
            item.source, item.cell = source, cell
            item.add_marker(pytest.mark.filterwarnings(UNUSED))
            if timing.runs_in_page(cell):
                item.add_marker(pytest.mark.benchmark(timer=timing.page_clock))
            yield item


class CellItem(pytest.Function):
    """A test of one cell."""

    source: Origin
    cell: Cell

    @property
    def loads_tensorflow(self) -> bool:
        """Whether TensorFlow is imported to time it."""
        runtime = RUNTIMES.get(self.cell.runtime or "")
        return self.cell.kind is Kind.INFER and runtime is not None and runtime.needs is not None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override] # pytest's own types of it differ between its classes
        """Return the reason alone where a cell did not pass."""
        if isinstance(excinfo.value, outcomes.NotPassedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the test comes from: its scenario."""
        return self.path, 0, self.name


def _test(runs: Runs, source: Origin, cell: Cell) -> Any:
    """Return the function of a cell's test; its arguments are the fixtures that it uses."""
    if cell.kind is Kind.INFER:

        def infer(benchmark: Any) -> None:
            timing.infer(benchmark, runs, source, cell)

        return infer

    def judged() -> None:
        record = runs.record(source, cell)
        outcomes.conclude(record.status, record.reason)

    return judged


def _holds_model(path: Path) -> bool:
    if path.suffix == ".keras":
        return True
    return path.suffix == ".py" and _SCENARIO.search(path.read_bytes()) is not None
