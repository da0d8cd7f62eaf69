"""A document in the terminal: what came of it stands last, where the reader's eye is."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seqbench.reports import document as doc
from seqbench.reports.document import Tone

STYLES = {
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.BROKEN: "bold magenta",
    Tone.CAUTION: "yellow",
    Tone.QUIET: "dim",
    None: "",
}


def render_terminal(document: doc.Document) -> Group:
    """Return what rich prints; no text of the document is read as rich's markup."""
    shown = doc.cleaned(document)
    parts: list[RenderableType] = []
    for section in shown.sections:
        parts += _headed(section.title)
        parts += [part for block in section.blocks for part in _block(block)]
    if shown.counts:
        parts.append(Text(f"{shown.counted}: {' · '.join(map(str, shown.counts))}"))
    parts += map(_paragraph, shown.notes)
    parts += [Text(shown.footer, style="dim")] if shown.footer else []
    if shown.outcome:
        tone = shown.mark.tone if shown.mark else None
        style = "bold green" if tone is Tone.GOOD else STYLES[tone]
        parts.append(Text(shown.outcome, style=style))
    return Group(*parts)


def _block(block: doc.Block) -> Iterator[RenderableType]:
    match block:
        case doc.Paragraph():
            yield _paragraph(block)
        case doc.Facts():
            yield from _headed(block.title)
            yield from (Text(f"{name}: {value}") for name, value in block.facts)
            yield Text()
        case doc.Finding():
            yield from _finding(block)
        case doc.Table():
            yield from _table(block)
        case doc.Details():
            yield from _headed(block.summary)
            yield from _table(block.table)
        case doc.Answers():
            yield from _answers(block)
        case doc.Figure():
            pass  # its table is in the document as well


def _headed(title: str) -> list[RenderableType]:
    return [Text(title, style="bold")] if title else []


def _paragraph(paragraph: doc.Paragraph) -> Text:
    return Text(paragraph.text, style=STYLES[paragraph.tone])


def _finding(finding: doc.Finding) -> Iterator[RenderableType]:
    title = (finding.title, "bold" if finding.reason else "")
    yield Text.assemble(_mark(finding.mark), " ", title, f": {finding.detail}")
    if finding.reason:
        commands = (Text(line, style="cyan") for line in finding.commands)
        yield from (Padding(part, (0, 0, 0, 2)) for part in (Text(finding.reason), *commands))
        yield Text()


def _answers(block: doc.Answers) -> Iterator[RenderableType]:
    yield from _headed(block.title)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for answer in block.answers:
        grid.add_row(Text(answer.place, style="bold"), _answer(answer))
    yield grid
    yield Text()


def _answer(answer: doc.Answer) -> Text:
    """Return the answer, under it its costs, doubts and reasons, a line each."""
    head = Text.assemble(
        (f"{answer.mark.shape.value} ", STYLES[answer.mark.tone]), (answer.answer, "bold")
    )
    lines = [head, *map(Text, doc.cost_lines((*answer.costs, *answer.minor)))]
    lines += [Text(line, style=STYLES[Tone.CAUTION]) for line in answer.cautions]
    lines += [Text(line, style="dim") for line in (answer.reason, *answer.notes) if line]
    lines += [Text(line, style="cyan") for line in answer.commands]
    return Text("\n").join(lines)


def _table(table: doc.Table) -> Iterator[RenderableType]:
    grid = Table(
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


def _item(item: doc.Item, notes: dict[str, int]) -> Text:
    """Return an item; its note is put among the others, and has their number."""
    mark = _mark(item.mark) if item.mark else Text()
    number = f"[{notes.setdefault(item.note, len(notes) + 1)}]" if item.note else ""
    parts = [part for part in (mark, Text(item.text), Text(number, mark.style)) if part]
    sub = ("\n" if parts else "") + item.sub if item.sub else ""
    return Text.assemble(Text(" ").join(parts), (sub, "dim"))


def _mark(mark: doc.Mark) -> Text:
    return Text(str(mark), style=STYLES[mark.tone])
