"""Views of records: what a run says as a document, and that as a page, Markdown or in the terminal.

Nothing here measures. `build` makes a run's rows, `summary` what is said of them at its end;
`write` makes the files of a run and `load` reads them.
"""

from seqbench.report.files import load, write
from seqbench.report.problems import Repeat
from seqbench.report.rows import build
from seqbench.report.run import summary

__all__ = ["Repeat", "build", "load", "summary", "write"]
