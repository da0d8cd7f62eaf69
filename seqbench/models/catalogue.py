"""The scenarios that a name finds, read without running them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEntry:
    """A scenario file as read without running it.

    Attributes:
        name: the literal name in `SCENARIO = Scenario(...)`, else the file's stem.
        summary: the literal summary there, else None.
        path: the file, absolute.

    """

    name: str
    summary: str | None
    path: Path


def available() -> list[ScenarioEntry]:
    """Return the scenarios that a name finds: the current folder's, then the shipped ones."""
    entries: dict[str, ScenarioEntry] = {}
    for entry in [*_entries(Path.cwd() / "scenarios"), *shipped()]:
        entries.setdefault(entry.name, entry)
    return sorted(entries.values(), key=lambda entry: entry.name)


def shipped() -> list[ScenarioEntry]:
    """Return the scenarios that came with seqbench, by name."""
    package = Path(__file__).parents[1]
    folders = (package / "scenarios", package.parent / "scenarios")  # a wheel's, a checkout's
    return list(_entries(next((folder for folder in folders if folder.is_dir()), folders[0])))


def _entries(folder: Path) -> Iterator[ScenarioEntry]:
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith("_"):
            yield read_entry(path)


def read_entry(path: Path) -> ScenarioEntry:
    """Return the name and summary written in a scenario file, without running it."""
    found = {}
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        tree = ast.Module(body=[], type_ignores=[])  # loading it will say what is wrong
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="SCENARIO")], value=ast.Call(keywords=keywords))
                | ast.AnnAssign(target=ast.Name(id="SCENARIO"), value=ast.Call(keywords=keywords))
            ):
                found = {
                    keyword.arg: keyword.value.value
                    for keyword in keywords
                    if isinstance(keyword.value, ast.Constant)
                    and isinstance(keyword.value.value, str)
                }
    return ScenarioEntry(
        name=found.get("name", path.stem), summary=found.get("summary"), path=path.absolute()
    )
