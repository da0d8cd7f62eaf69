"""How long six models take to every target, against two yardsticks: `python -m studies.speed`.

models              the six models
official  keras_own the yardsticks: the official converters, Keras's own export
clock               a command's time and memory
judge               whether a file computes what its model computes, in its real runtime
study               the measurement: three ways, one after another
stages              where seqbench's own time goes, in a second run that is not timed
table               what was found as Markdown
"""
