"""A document as GitHub Markdown."""

import re
from collections.abc import Iterator

from seqbench.reports import document as doc

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_LEADING = re.compile(r"^(\s*)(?=[-+](?:\s|-|$)|#+(?:\s|$)|=|\d{1,9}[.)](?:\s|$))(\d*)")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render_markdown(document: doc.Document) -> str:
    """Return the document as Markdown; its texts are escaped."""
    shown = doc.cleaned(document)
    parts = [f"# {escape(shown.title)}"]
    parts += [f"**{escape(shown.outcome)}**"] if shown.outcome else []
    if shown.counts:
        parts.append(escape(f"{shown.counted}: {' · '.join(map(str, shown.counts))}"))
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


def _block(block: doc.Block) -> Iterator[str]:
    match block:
        case doc.Paragraph():
            yield escape(block.text)
        case doc.Facts():
            yield from [f"### {escape(block.title)}"] if block.title else []
            yield "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in block.facts)
        case doc.Finding():
            yield from _finding(block)
        case doc.Table():
            yield from _table(block)
        case doc.Details():
            state = " open" if block.is_open else ""
            summary = " ".join(block.summary.translate(_ENTITIES).split())  # HTML, not Markdown
            yield f"<details{state}><summary>{summary}</summary>"
            yield from _table(block.table)
            yield "</details>"
        case doc.Answers():
            yield from [f"### {escape(block.title)}"] if block.title else []
            for answer in block.answers:
                yield from _answer(answer)
        case doc.Figure():
            pass  # its table is in the document as well


def _finding(finding: doc.Finding) -> Iterator[str]:
    title = escape(f"{finding.mark}: {finding.title}")
    if not finding.reason:
        yield f"- {title}: {escape(finding.detail)}"
        return
    yield from (f"### {title}", escape(finding.detail), fenced(finding.reason))
    if finding.commands:
        yield "Repeat:"
        yield fenced("\n".join(finding.commands))


def _answer(answer: doc.Answer) -> Iterator[str]:
    """Return the answer as an item of a list, under it its costs and why; its commands apart."""
    head = f"{answer.place}: {answer.mark.shape.value} {answer.answer}"
    lines = [*answer.cautions, answer.reason, *answer.notes]
    lines = [*doc.cost_lines((*answer.costs, *answer.minor)), *lines]
    yield "<br>\n  ".join([f"- **{escape(head)}**", *(escape(line) for line in lines if line)])
    if answer.commands:
        yield fenced("\n".join(answer.commands))


def _table(table: doc.Table) -> Iterator[str]:
    heads = [escape(table.head), *(_lines(column.name, column.sub) for column in table.columns)]
    rules = ["---", *("---:" if column.number else "---" for column in table.columns)]
    rows = [[escape(row.name), *map(_item, row.items)] for row in table.rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, rules, *rows)]
    yield escape(table.caption)
    yield "\n".join(lines)


def _item(item: doc.Item) -> str:
    mark = str(item.mark) if item.mark else ""
    return _lines(" ".join(filter(None, (mark, item.text))), item.sub, item.note)


def _lines(*texts: str) -> str:
    return "<br>".join(escape(text) for text in texts if text)
