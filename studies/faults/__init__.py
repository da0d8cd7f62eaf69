"""How many faults the verdict catches, and how often it is wrong: `python -m studies.faults`.

models  own             what is judged: the shipped scenarios, and models of other kinds
fault   weights layers  the faults: in weights, in layers, in what other tools write; files are
        tools           damaged where judged
judge                   export, run in the real runtimes, compare
table   study           what was seen as Markdown; the study itself
"""
