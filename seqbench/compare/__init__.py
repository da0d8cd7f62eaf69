"""Is HEAD better or worse than BASE? Two runs, or both sides interleaved in one job.

intervals, verdicts     the interval of a ratio, and what follows from it
aspects, runs           what two records of a cell say; two runs, cell by cell
tables, files           a comparison as tables, and its files

`runs.compare` is the comparison, `verdicts.judge` the rule that it rests on.
"""
