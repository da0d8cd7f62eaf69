"""Views of records: what a run says as a document, and that as a page, Markdown or in the terminal.

Nothing here measures. `build` makes a run's rows, `summary` what is said of them at its end;
`write` makes the files of a run and `load` reads them.
"""

from seqbench.reports.files import load, write
from seqbench.reports.problems import Repeat
from seqbench.reports.rows import build
from seqbench.reports.run import summary

__all__ = ["Repeat", "build", "load", "summary", "write"]
