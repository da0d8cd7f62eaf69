"""Views of records: rows, a terminal table, Markdown, HTML. Nothing here measures.

`build` makes the rows, and `html`, `markdown` and `terminal` write them down; `write` makes the
files of a run and `load` reads them. These functions stand here under the names of the modules
that they come from.
"""

from seqbench.reports.files import load, write
from seqbench.reports.html import html
from seqbench.reports.markdown import markdown
from seqbench.reports.problems import Repeat
from seqbench.reports.rows import build
from seqbench.reports.terminal import terminal

__all__ = ["Repeat", "build", "html", "load", "markdown", "terminal", "write"]
