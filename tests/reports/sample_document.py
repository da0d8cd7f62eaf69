"""A document that has every element, with texts that are markup somewhere."""

from seqbench.reports.document import (
    Answer,
    Answers,
    Chart,
    Column,
    Cost,
    Count,
    Details,
    Document,
    Facts,
    Figure,
    Finding,
    Item,
    Key,
    Mark,
    Paragraph,
    Row,
    Section,
    Shape,
    Spec,
    Table,
    Tone,
)

GOOD = Mark(word="pass", shape=Shape.CHECK, tone=Tone.GOOD)
BAD = Mark(word="fail", shape=Shape.CROSS, tone=Tone.BAD)

SPEC: Spec = {
    "data": {"values": [{"x": 1, "row": "a<b>&"}]},
    "mark": "point",
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "row", "type": "nominal", "title": None},
    },
}

NOTE = "two\nlines <why>"

TABLE = Table(
    caption="What <i>a</i> table | shows",
    head="Name",
    columns=(Column(name="Verdict", sub="of *it*"), Column(name="Time", number=True)),
    rows=(
        Row(
            name="a|b",
            items=(Item(mark=BAD, text="7%", note=NOTE), Item(text="1 ms")),
        ),
        Row(name="a|b", items=(Item(mark=GOOD, share=0.25), Item(text="2 ms", sub="1 to 3 ms"))),
        Row(name="[bold]c[/bold]", items=(Item(mark=BAD, note=NOTE), Item(text="0 ms"))),
    ),
    bars="The bar is a part.",
)

ANSWERS = Answers(
    title="Which <of> them?",
    answers=(
        Answer(
            place="phone",
            answer="a_b in <c>",
            mark=GOOD,
            costs=(
                Cost(name="latency", value="1 ms", where="*it*"),
                Cost(name="size", value="2 B"),
            ),
            minor=(Cost(name="load", value="3 ms", where="*it*"),),
            cautions=("▲ x | y",),
            reason="[red]Fast[/red].",
            notes=("Also: d",),
            commands=("seqbench run <x>",),
        ),
    ),
)

DOCUMENT = Document(
    kind="view",
    title="<b>every</b> element",
    outcome="1 of 2 *did* not pass",
    mark=BAD,
    counted="Cells by status",
    counts=(Count(value=1, label="pass", mark=GOOD), Count(value=0, label="of 2 others")),
    notes=(Paragraph(text="note: a & b", tone=Tone.CAUTION),),
    sections=(
        Section(
            name="first",
            title="What did not pass",
            blocks=(
                Finding(
                    mark=BAD,
                    title="model_a",
                    detail="verify onnx",
                    reason="\x1b[31mdiffers\x1b[0m by\n  ``` <script>alert(1)</script> | [red]",
                    commands=("run a --only verify",),
                ),
                Finding(mark=GOOD, title="model_b", detail="nothing\nelse"),
                Paragraph(text="How to # read it", tone=Tone.QUIET),
                TABLE,
            ),
        ),
        Section(
            name="second",
            title="The rest",
            blocks=(
                Figure(
                    charts=(Chart(caption="A chart", label='it says "x" <1>', spec=SPEC),),
                    legend=(Key(glyph="●", colour="#123456", name="batch 1"),),
                    hint="Further left is better.",
                ),
                Facts(title="Versions", facts=(("keras", "3.15 <x>"), ("on_nx", "1|2"))),
                Details(summary="Every <row>", table=TABLE),
                ANSWERS,
            ),
        ),
    ),
    footer="Made of 95 % <intervals>.",
)
