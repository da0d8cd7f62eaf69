"""Arguments and options that several commands share."""

import click

KINDS_HELP = "Kinds: train,infer,export,verify,compile,compile-train."
DEVICES_HELP = (
    "cpu,gpu,tpu (the default); 4xcpu, 2xgpu: train on several; tpu:v5e: compile for a chip."
)
BACKENDS_HELP = "What Keras runs on: tensorflow,tensorflow-xla,jax,torch (default: tensorflow)."
TARGETS_HELP = "Targets, as `seqbench list` shows them."
RUNTIMES_HELP = "Runtimes, as `seqbench list` shows them."
FORMATS_HELP = "One of html,markdown,json,pytest-benchmark,junit (default: html and markdown)."
VARIANTS_HELP = "Beside fp32: fp16,int8-weights,int8."

models = click.argument("models", nargs=-1, metavar="MODEL...")
allow_code = click.option(
    "--allow-code", is_flag=True, help="Execute code inside a model's file or an artifact."
)
