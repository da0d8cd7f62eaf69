"""A document as GitHub Markdown."""

import re
from collections.abc import Iterator

from seqbench.report.document import (
    Block,
    Code,
    Counts,
    Details,
    Document,
    Facts,
    Figure,
    Finding,
    Heading,
    Item,
    Paragraph,
    Table,
    cleaned,
)

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_LEADING = re.compile(r"^(\s*)(?=[-+](?:\s|-|$)|#+(?:\s|$)|=|\d{1,9}[.)](?:\s|$))(\d*)")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def markdown(document: Document) -> str:
    """Return the document as Markdown; its texts are escaped."""
    shown = cleaned(document)
    parts = [f"# {escape(shown.title)}"]
    parts += [f"**{escape(shown.outcome)}**"] if shown.outcome else []
    parts += [_counts(shown.counts)] if shown.counts else []
    parts += [escape(note.text) for note in shown.notes]
    for section in shown.sections:
        parts += [f"## {escape(section.title)}"] if section.title else []
        parts += [part for block in section.blocks for part in _block(block)]
    parts += [escape(shown.footer)] if shown.footer else []
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, also within a table."""
    plain = _MARKUP.sub(r"\\\1", text.translate(_ENTITIES))
    return "<br>".join(_LEADING.sub(r"\1\2\\", line) for line in plain.split("\n"))


def fenced(text: str) -> str:
    """Return a block in which nothing is markup, whatever the text holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _counts(counts: Counts) -> str:
    texts = (
        f"{count.mark.shape.value if count.mark else ''} {count.value} {escape(count.label)}"
        for count in counts.counts
    )
    return f"{escape(counts.caption)}: {' · '.join(text.strip() for text in texts)}"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield escape(block.text)
        case Heading():
            yield f"### {escape(block.text)}"
        case Code():
            yield fenced(block.text)
        case Facts():
            yield "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in block.facts)
        case Finding():
            yield from _finding(block)
        case Table():
            yield from _table(block)
        case Details():
            state = " open" if block.is_open else ""
            summary = " ".join(block.summary.translate(_ENTITIES).split())  # HTML, not Markdown
            yield f"<details{state}><summary>{summary}</summary>"
            yield from _table(block.table)
            yield "</details>"
        case Figure():
            pass  # its table is in the document as well


def _finding(finding: Finding) -> Iterator[str]:
    yield f"### {finding.mark.shape.value} {escape(f'{finding.mark.word}: {finding.title}')}"
    yield escape(finding.detail)
    if finding.reason:
        yield fenced(finding.reason)
    if finding.commands:
        yield "Repeat:"
        yield fenced("\n".join(finding.commands))


def _table(table: Table) -> Iterator[str]:
    heads = [escape(table.head), *(_lines(column.name, column.sub) for column in table.columns)]
    rules = ["---", *("---:" if column.number else "---" for column in table.columns)]
    rows = [[escape(row.name), *map(_item, row.items)] for row in table.rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, rules, *rows)]
    yield escape(table.caption)
    yield "\n".join(lines)


def _item(item: Item) -> str:
    mark = str(item.mark) if item.mark else ""
    return _lines(" ".join(filter(None, (mark, item.text))), item.sub, item.note)


def _lines(*texts: str) -> str:
    return "<br>".join(escape(text) for text in texts if text)
