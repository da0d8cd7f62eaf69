"""How often `seqbench ab` is wrong, and what it finds: `python -m studies.comparison`.

subject            models whose work differs by exactly 2 % and 5 %, and what that is in time
gates  rivals      what flags a pair as worse: seqbench, pytest-benchmark, pyperf
conditions         an idle machine; one whose other core is busy
study  table       the pairs, appended to a file as they come; what they say, as Markdown

The file of pairs is gone on with where it exists. pyperf is a package of the `dev` group.
"""
