"""What there is to choose from, and what of it can be used here. Imports no framework."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from seqbench.core.files import temporary_folder
from seqbench.core.record import PLAIN
from seqbench.engine.workers.pool import Workers
from seqbench.machine import frameworks, tpu_chips
from seqbench.machine.devices import DEVICES
from seqbench.models import catalogue
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS

COMPILED_FOR = "compiled for, to see whether a model fits"


def collect_inventory() -> dict[str, Any]:
    """Return scenarios, targets, runtimes, devices and chips to compile for, as JSON values.

    `missing` is why one cannot be used here, None where it can.
    """
    return {
        "scenarios": [
            {"name": entry.name, "summary": entry.summary, "path": str(entry.path)}
            for entry in catalogue.available()
        ],
        "targets": [
            {"name": name, "summary": target.summary, "variants": (PLAIN, *target.variants)}
            for name, target in TARGETS.items()
        ],
        "runtimes": [
            {
                "name": runtime.name,
                "target": runtime.target,
                "summary": runtime.summary,
                "default": runtime.default,
                "missing": runtime.missing(),
            }
            for runtime in RUNTIMES.values()
        ],
        "devices": [
            {"name": name, "missing": missing} for name, missing in missing_device_reasons().items()
        ],
        "chips": [
            {"name": name, "missing": tpu_chips.missing_compiler_reason()}
            for name in tpu_chips.CHIPS
        ],
    }


def missing_device_reasons() -> dict[str, str | None]:
    """Return why no framework that is here can use a device, by name; None where one can."""
    installed = [
        name for name in frameworks.FRAMEWORKS if frameworks.missing_framework_reason(name) is None
    ]
    found: dict[str, str | None] = {}
    with temporary_folder() as folder, Workers(folder, lambda _: None) as workers:
        for device in DEVICES:
            reasons = [workers.missing(device, name) for name in installed]
            found[device] = None if None in reasons else next(iter(reasons), "no framework is here")
    return found


def draw_tables(found: dict[str, Any]) -> Group:
    """Return the inventory as tables for a terminal."""
    return Group(
        _table("Scenarios", found["scenarios"], lambda row: row["summary"] or ""),
        _table("Targets", found["targets"], _summary_of_target),
        _table("Runtimes", found["runtimes"], lambda row: row["missing"] or row["summary"]),
        _table("Devices", found["devices"], lambda row: row["missing"] or "here"),
        _table(
            "Chips that may be absent", found["chips"], lambda row: row["missing"] or COMPILED_FOR
        ),
    )


def _summary_of_target(row: dict[str, Any]) -> str:
    return f"{row['summary']} ({', '.join(row['variants'])})"


def _table(
    title: str, rows: Iterable[dict[str, Any]], describe: Callable[[dict[str, Any]], str]
) -> Table:
    drawn = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2))
    drawn.add_column(no_wrap=True, style="bold", min_width=14)
    drawn.add_column(overflow="fold")
    for row in rows:
        drawn.add_row(Text(row["name"]), Text(describe(row)))
    return drawn
