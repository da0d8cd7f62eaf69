"""Is HEAD better or worse than BASE? Two runs, or both sides interleaved in one job.

intervals, verdicts     the interval of a ratio, and what follows from it
aspects, runs           what two records of a cell say; two runs, cell by cell
stopping_rule           when to stop timing a pair
ab/                     `seqbench ab`: its two sides, the job that times both in turn
tables, forest, files   a comparison as tables, as a picture, and its files

`runs.compare` is the comparison, `verdicts.decide_verdict` the rule that it rests on.
"""
