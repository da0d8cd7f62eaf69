"""A document in the terminal: what came of it stands last, where the reader's eye is."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from seqbench.report.document import (
    Block,
    Code,
    Details,
    Document,
    Facts,
    Figure,
    Finding,
    Heading,
    Item,
    Mark,
    Paragraph,
    Table,
    Tone,
    cleaned,
)

STYLES = {
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.BROKEN: "bold magenta",
    Tone.CAUTION: "yellow",
    Tone.QUIET: "dim",
    None: "",
}


def terminal(document: Document) -> Group:
    """Return what rich prints; no text of the document is read as rich's markup."""
    shown = cleaned(document)
    parts: list[RenderableType] = []
    for section in shown.sections:
        parts += [Text(section.title, style="bold"), Text()] if section.title else []
        parts += [part for block in section.blocks for part in _block(block)]
    if shown.counts:
        counts = (
            f"{count.mark.shape.value if count.mark else ''} {count.value} {count.label}".strip()
            for count in shown.counts.counts
        )
        parts.append(Text(f"{shown.counts.caption}: {' · '.join(counts)}"))
    parts += [_paragraph(note) for note in shown.notes]
    parts += [Text(shown.footer, style="dim")] if shown.footer else []
    parts += [_outcome(shown)] if shown.outcome else []
    return Group(*parts)


def _block(block: Block) -> Iterator[RenderableType]:
    match block:
        case Paragraph():
            yield _paragraph(block)
        case Heading():
            yield Text(block.text, style="bold")
        case Code():
            yield Padding(Text(block.text), (0, 0, 0, 2))
        case Facts():
            yield from (Text(f"{name}: {value}") for name, value in block.facts)
            yield Text()
        case Finding():
            yield from _finding(block)
        case Table():
            yield from _table(block)
        case Details():
            yield Text(block.summary, style="bold")
            yield from _table(block.table)
        case Figure():
            pass  # its table is in the document as well


def _paragraph(paragraph: Paragraph) -> Text:
    return Text(paragraph.text, style=STYLES[paragraph.tone])


def _finding(finding: Finding) -> Iterator[RenderableType]:
    title = (finding.title, "bold" if finding.reason else "")
    yield Text.assemble(_mark(finding.mark), " ", title, f": {finding.detail}")
    if finding.reason:
        commands = (Text(line, style="cyan") for line in finding.commands)
        yield from (Padding(part, (0, 0, 0, 2)) for part in (Text(finding.reason), *commands))
        yield Text()


def _table(table: Table) -> Iterator[RenderableType]:
    grid = Grid(
        title=Text(table.caption, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    grid.add_column(Text(table.head), no_wrap=True, overflow="fold")
    for column in table.columns:
        name = Text(column.name.replace("-", "-\n").replace(" · ", "\n"))
        side = "right" if column.number else "left"
        grid.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type] # a literal
    notes: dict[str, int] = {}
    for row in table.rows:
        grid.add_row(Text(row.name), *(_item(item, notes) for item in row.items))
    yield grid
    yield from (Text(f"[{number}] {note}") for note, number in notes.items())
    yield Text()


def _item(item: Item, notes: dict[str, int]) -> Text:
    """Return an item; its note is put among the others, and has their number."""
    mark = _mark(item.mark) if item.mark else Text()
    number = f"[{notes.setdefault(item.note, len(notes) + 1)}]" if item.note else ""
    spaced = [part for part in (mark, Text(item.text), Text(number, mark.style)) if part]
    sub = ("\n" if spaced else "") + item.sub if item.sub else ""
    return Text.assemble(Text(" ").join(spaced), (sub, "dim"))


def _mark(mark: Mark) -> Text:
    return Text(str(mark), style=STYLES[mark.tone])


def _outcome(document: Document) -> Text:
    tone = document.mark.tone if document.mark else None
    return Text(document.outcome, style="bold green" if tone is Tone.GOOD else STYLES[tone])
