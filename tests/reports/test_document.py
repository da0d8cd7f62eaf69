"""The three renderers, over a document that has every element."""

import html as markup
import re
from dataclasses import fields, replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from seqbench.reports import clean
from seqbench.reports import document as doc
from seqbench.reports.document import Details, Figure, Paragraph, Tone, cleaned, section
from seqbench.reports.html import render_html
from seqbench.reports.markdown import escape, render_markdown
from seqbench.reports.terminal import render_terminal
from tests.reports.sample_document import BAD, DOCUMENT, GOOD, TABLE

MARKDOWN = r"""# &lt;b&gt;every&lt;/b&gt; element

**1 of 2 \*did\* not pass**

Cells by status: ✔ 1 pass · 0 of 2 others

note: a &amp; b

## What did not pass

### ✘ fail: model\_a

verify onnx

````text
differs by
  ``` <script>alert(1)</script> | [red]
````

Repeat:

```text
run a --only verify
```

- ✔ pass: model\_b: nothing<br>else

How to # read it

What &lt;i&gt;a&lt;/i&gt; table \| shows

| Name | Verdict<br>of \*it\* | Time |
| --- | --- | ---: |
| a\|b | ✘ fail 7%<br>two<br>lines &lt;why&gt; | 1 ms |
| a\|b | ✔ pass | 2 ms<br>1 to 3 ms |
| \[bold\]c\[/bold\] | ✘ fail<br>two<br>lines &lt;why&gt; | 0 ms |

## The rest

### Versions

- keras: 3.15 &lt;x&gt;
- on\_nx: 1\|2

<details open><summary>Every &lt;row&gt;</summary>

What &lt;i&gt;a&lt;/i&gt; table \| shows

| Name | Verdict<br>of \*it\* | Time |
| --- | --- | ---: |
| a\|b | ✘ fail 7%<br>two<br>lines &lt;why&gt; | 1 ms |
| a\|b | ✔ pass | 2 ms<br>1 to 3 ms |
| \[bold\]c\[/bold\] | ✘ fail<br>two<br>lines &lt;why&gt; | 0 ms |

</details>

### Which &lt;of&gt; them?

- **phone: ✔ a\_b in &lt;c&gt;**<br>
  \*it\*: latency 1 ms<br>
  size 2 B<br>
  \*it\*: load 3 ms<br>
  ▲ x \| y<br>
  \[red\]Fast\[/red\].<br>
  Also: d

```text
seqbench run <x>
```

Made of 95 % &lt;intervals&gt;.
"""

TERMINAL = """What did not pass
✘ fail model_a: verify onnx
  differs by
    ``` <script>alert(1)</script> | [red]
  run a --only verify

✔ pass model_b: nothing
else
How to # read it
What <i>a</i> table | shows

 Name            Verdict             Time
 ────────────────────────────────────────
 a|b             ✘ fail 7% [1]       1 ms
 a|b             ✔ pass              2 ms
                                1 to 3 ms
 [bold]c[/bold]  ✘ fail [1]          0 ms

[1] two
lines <why>

The rest
Versions
keras: 3.15 <x>
on_nx: 1|2

Every <row>
What <i>a</i> table | shows

 Name            Verdict             Time
 ────────────────────────────────────────
 a|b             ✘ fail 7% [1]       1 ms
 a|b             ✔ pass              2 ms
                                1 to 3 ms
 [bold]c[/bold]  ✘ fail [1]          0 ms

[1] two
lines <why>

Which <of> them?
phone  ✔ a_b in <c>
       *it*: latency 1 ms
       size 2 B
       *it*: load 3 ms
       ▲ x | y
       [red]Fast[/red].
       Also: d
       seqbench run <x>

Cells by status: ✔ 1 pass · 0 of 2 others
note: a & b
Made of 95 % <intervals>.
1 of 2 *did* not pass
"""


def printed(document: doc.Document, *, colour: bool = False, width: int = 500) -> str:
    console = Console(
        width=width, force_terminal=colour, color_system="truecolor" if colour else None
    )
    with console.capture() as caught:
        console.print(render_terminal(document))
    return caught.get()


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def told(page: str) -> str:
    """The text of a page as a reader sees it, without its style."""
    body = page.split("</style>")[1]
    return markup.unescape(re.sub(r"<[^>]*>", "", body.replace("<wbr>", "")))


def test_the_sample_has_every_element() -> None:
    blocks = [block for found in DOCUMENT.sections for block in found.blocks]
    assert {type(block) for block in blocks} == {*get_args(doc.Block)}
    assert all(getattr(DOCUMENT, field.name) for field in fields(DOCUMENT))


def test_markdown() -> None:
    assert render_markdown(DOCUMENT) == MARKDOWN


def test_the_terminal() -> None:
    assert lines(printed(DOCUMENT)) == TERMINAL.splitlines()


def test_the_terminal_has_colours_of_its_own_and_none_of_the_texts() -> None:
    text = printed(DOCUMENT, colour=True)
    assert "\x1b[1;31m✘ fail\x1b[0m" in text
    assert "\x1b[32m✔ pass\x1b[0m" in text
    assert "\x1b[31m" not in text
    assert text.endswith("\x1b[1;31m1 of 2 *did* not pass\x1b[0m\n")
    good = printed(replace(DOCUMENT, mark=GOOD), colour=True)
    assert good.endswith("\x1b[1;32m1 of 2 *did* not pass\x1b[0m\n")


def test_the_page_says_everything_and_escapes_it() -> None:
    page = render_html(DOCUMENT)
    text = told(page)
    for words in (
        "seqbench view",
        "<b>every</b> element",
        "1 of 2 *did* not pass",
        "1 pass",
        "0 of 2 others",
        "note: a & b",
        "verify onnx",
        "differs by\n  ``` <script>alert(1)</script> | [red]",
        "run a --only verify",
        "How to # read it",
        "What <i>a</i> table | shows",
        "The bar is a part.",
        "Further left is better.",
        "● batch 1",
        "A chart",
        "keras3.15 <x>",
        "Every <row>",
        "Which <of> them?",
        "a_b in <c>",
        "latency*it*",
        "*it*: load 3 ms",
        "▲ x | y",
        "[red]Fast[/red].",
        "Also: d",
        "seqbench run <x>",
        "Made by seqbench. Made of 95 % <intervals>.",
    ):
        assert words in " ".join(text.split(" ")), words
    assert not re.search(r"<script|<why>|\x1b", page)
    assert page.count('<div class="scroll" role="region"') == 2
    assert page.count('<th scope="rowgroup" rowspan="2"><span>a|b</span></th>') == 2
    assert '<p class="caution">note: a &amp; b</p>' in page
    assert '<p class="verdict bad"><svg class="icon"' in page
    assert '<small class="note">two\nlines &lt;why&gt;</small>' in page
    assert '<i style="width:25%"></i>' in page
    assert re.findall(r'<a href="#(\w+)">', page) == ["first", "second"]


def test_the_page_draws_its_charts_in_the_pages_colours() -> None:
    (chart,) = re.findall(r'<svg role="img".*?</svg>', render_html(DOCUMENT), re.DOTALL)
    assert 'aria-label="it says &#34;x&#34; &lt;1&gt;"' in chart
    assert ">a&lt;b&gt;&amp;</text>" in chart
    assert {*re.findall(r'<text[^>]*fill="([^"]*)"', chart)} == {"currentColor"}
    assert not re.search(r'href|url\(|<image|<style|fill="white"', chart)


def test_a_long_table_of_details_is_folded() -> None:
    def document(rows: int) -> doc.Document:
        table = replace(TABLE, rows=TABLE.rows[:1] * rows)
        return replace(DOCUMENT, sections=section("s", "S", Details(summary="All", table=table)))

    for render, start in ((render_html, "<details"), (render_markdown, "<details")):
        assert f"{start} open><summary>All</summary>" in render(document(16))
        assert f"{start}><summary>All</summary>" in render(document(17))


def test_a_section_without_anything_to_show_is_none() -> None:
    empty = replace(TABLE, rows=())
    quiet = Paragraph(text="how to read it", tone=Tone.QUIET)
    loud = Paragraph(text="said", tone=Tone.BAD)
    details = Details(summary="x", table=empty)
    assert section("s", "S", empty, Figure(charts=()), details, quiet) == ()
    (shown,) = section("s", "S", empty, quiet, loud)
    assert shown.blocks == (quiet, loud)


@pytest.mark.parametrize("render", [render_html, render_markdown, printed])
def test_one_section_has_no_navigation_and_an_empty_document_is_rendered(render: object) -> None:
    bare = doc.Document(kind="view", title="bare")
    assert callable(render)
    text = render(bare)
    assert "<nav" not in text
    assert "None" not in text
    assert "<nav" not in render(replace(bare, sections=DOCUMENT.sections[:1]))


def test_every_text_is_cleaned_wherever_it_stands() -> None:
    def dirty(value: object) -> object:
        if isinstance(value, str):
            return f"\x1b[1m{value}\x00"
        if isinstance(value, tuple | list):
            return type(value)(map(dirty, value))
        if isinstance(value, dict):
            return {key: dirty(inner) for key, inner in value.items()}
        if hasattr(value, "__dataclass_fields__"):
            parts = {name: dirty(getattr(value, name)) for name in value.__dataclass_fields__}
            return replace(value, **parts)  # type: ignore[type-var] # it is a dataclass
        return value

    found = repr(cleaned(dirty(DOCUMENT)))
    assert "x1b" not in found
    assert "x00" not in found
    assert found.count("\N{REPLACEMENT CHARACTER}") > 50


TEXTS = st.text(
    st.characters(
        codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters="\n\x1b"
    ),
    max_size=20,
)
ITEMS = st.builds(
    doc.Item,
    text=TEXTS,
    sub=TEXTS,
    note=TEXTS,
    mark=st.none() | st.sampled_from([GOOD, BAD]),
    share=st.none() | st.floats(0, 3),
)


@st.composite
def tables(draw: st.DrawFn) -> doc.Table:
    column = st.builds(doc.Column, name=TEXTS, sub=TEXTS, number=st.booleans())
    columns = draw(st.lists(column, max_size=3))
    count = len(columns)
    items = st.lists(ITEMS, min_size=count, max_size=count).map(tuple)
    rows = draw(st.lists(st.builds(doc.Row, name=TEXTS, items=items), min_size=1, max_size=3))
    return doc.Table(caption=draw(TEXTS), columns=tuple(columns), rows=tuple(rows))


@settings(max_examples=60, deadline=None)
@given(tables())
def test_every_text_of_a_table_is_in_all_three(table: doc.Table) -> None:
    document = doc.Document(kind="view", title="t", sections=section("s", "S", table))
    texts = [row.name for row in table.rows]
    for item in (item for row in table.rows for item in row.items):
        marked = f"{item.mark} {item.text}" if item.mark and item.text else item.text
        texts += [marked, item.sub, item.note]
    seen = [clean.printable(text) for text in texts]
    shown = render_markdown(document)
    page, terminal_text = (
        squeezed(text) for text in (told(render_html(document)), printed(document))
    )
    for text in seen:
        assert escape(text) in shown
        # The page draws the shapes of marks.
        assert squeezed(re.sub("^[✔✘] ", "", text)) in page
        assert all(squeezed(line) in terminal_text for line in text.split("\n"))
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}) == 1


def squeezed(text: str) -> str:
    """The text without spaces, which renderers may break and pad."""
    return "".join(text.split())
