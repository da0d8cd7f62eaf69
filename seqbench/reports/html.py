"""A document as one self-contained HTML page."""

import re
from functools import cache
from itertools import groupby
from typing import get_args

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from seqbench.reports.document import Block, Document, Row, Spec, Table, cleaned, cost_lines

PADDING = {"left": 4, "right": 26, "top": 4, "bottom": 4}
"""Pixels around a chart. The reader's font may be wider than the one measured while drawing."""

LOOK: Spec = {
    "background": "transparent",
    "padding": PADDING,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "labelFont": "inherit",
        "labelFontSize": 11,
        "labelLimit": 0,
        "labelPadding": 6,
        "titleColor": "currentColor",
        "titleFont": "inherit",
        "domain": False,
        "ticks": False,
        "gridColor": "currentColor",
        "gridOpacity": 0.14,
    },
    "text": {"font": "inherit", "fontSize": 11},
}
"""Vega-Lite's configuration of every chart: text in the page's font and colour."""


def render_html(document: Document) -> str:
    """Return the page; it opens from disk, runs no script and loads nothing."""
    return _template().render(document=cleaned(document))


@cache
def _template() -> Template:
    pages = Environment(
        loader=PackageLoader("seqbench", "reports"), autoescape=True, undefined=StrictUndefined
    )
    pages.filters |= {
        "breakable": _breakable,
        "by_name": _by_name,
        "cost_lines": cost_lines,
        "draw_svg": draw_svg,
    }
    pages.tests |= {kind.__name__.lower(): kind.__instancecheck__ for kind in get_args(Block)}
    return pages.get_template("page.html.j2")


def draw_svg(spec: Spec, label: str) -> Markup:
    """Draw a chart as SVG that shrinks with its page; what it says stands in one label."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg({**spec, "config": LOOK})
    head, _, inner = drawn.partition(">")
    width, height = re.findall(r'\b(?:width|height)="([\d.]+)"', head)
    plain = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", inner)
    return Markup(  # noqa: S704 - drawn by Vega, which escapes the texts
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px">{plain}'
    )


def _by_name(table: Table) -> list[tuple[str, list[Row]]]:
    return [(name, list(rows)) for name, rows in groupby(table.rows, lambda row: row.name)]


def _breakable(name: str) -> Markup:
    """Let a narrow column break a long name after its underscores."""
    return escape(name).replace("_", Markup("_<wbr>"))
