"""The pages for readers: the README, CONTRIBUTING and docs/, and what is in them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return a page's fenced blocks of one language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def named(page: str, file: str) -> str:
    """Return the one Python example whose first line names this file."""
    (found,) = [block for block in blocks(ROOT / page, "python") if block.startswith(f"# {file}\n")]
    return found


def label(value: object) -> str | None:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else None


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of every command in a page's `sh` blocks, comments left out."""
    for block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words
