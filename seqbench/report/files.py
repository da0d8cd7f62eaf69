"""The report of a run's folder, and its files."""

import json
from pathlib import Path

from seqbench import store
from seqbench.errors import InputError
from seqbench.record import Cell, Kind, Record, encode
from seqbench.report.html import html
from seqbench.report.markdown import markdown
from seqbench.report.problems import never_ran
from seqbench.report.rows import Report, build

FORMATS = (".html", ".md", ".json")


def write(run: Path, out: Path | None = None) -> Path:
    """Write the report of a run, finished or not, and return the file.

    Args:
        run: the run's folder.
        out: the file to write; its suffix chooses the format. Where it is not given, `report.html`
            and `report.md` are written into the folder, and the former is returned.

    Raises:
        InputError: it is no run's folder, the suffix is another one, or `out` cannot be written.

    """
    if out is not None and out.suffix not in FORMATS:
        expected = ", ".join(FORMATS)
        msg = (
            f"{out}: a report is written as one of {expected}, not as {out.suffix or 'a folder'!r}"
        )
        raise InputError(msg)
    records = store.read(run)
    planned, specs = _plan(run)
    report = build(records, run.resolve().name, planned, specs)
    for path in [out] if out else [run / "report.md", run / "report.html"]:
        try:
            store.write_text(
                path, _text(path.suffix, report, [*records, *never_ran(records, planned)])
            )
        except OSError as error:
            msg = f"cannot write the report {path}: {error.strerror}"
            raise InputError(msg) from error
    return path


def load(run: Path) -> Report:
    """Return the report of a run's folder, finished or not.

    Raises:
        InputError: it is no run's folder, or a record cannot be read.

    """
    records = store.read(run)
    return build(records, run.resolve().name, *_plan(run))


def _plan(run: Path) -> tuple[list[Cell], dict[str, str]]:
    """Return the cells that the run was to do, and how its models are called in commands."""
    path = run / "run.json"
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
        cells = [Cell(**{**cell, "kind": Kind(cell["kind"])}) for cell in plan["cells"]]
        return cells, dict(plan["sources"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} does not hold the plan of a run ({error!r}): run it again"
        raise InputError(msg) from error


def _text(suffix: str, report: Report, records: list[Record]) -> str:
    if suffix == ".json":
        return json.dumps([encode(record) for record in records], indent=1) + "\n"
    return html(report) if suffix == ".html" else markdown(report)
