"""What an export costs as models grow: `python -m studies.sizes`.

models   large models that people export, and three series that grow in one way each
study    the measurement: our export for each target and for all, then Keras's own
table    what was found as Markdown, with the fitted exponents

The commands and the clock are those of `studies.speed`.
"""
