"""What was measured, as Markdown."""

from collections.abc import Mapping, Sequence

from seqbench.core import units
from seqbench.machine import host as machine
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from studies.runtimes import JUDGES, judges_of
from studies.speed.study import Way

PACKAGES = tuple(
    dict.fromkeys(
        [
            *(package for target in TARGETS.values() for package in target.packages),
            *(package for name in JUDGES for package in RUNTIMES[name].packages),
            "tensorflowjs",
        ]
    )
)


def markdown(
    names: Sequence[str],
    ways: Sequence[Way],
    again_s: float,
    stages: Mapping[str, float],
    command: str,
) -> str:
    """Return the whole report.

    Args:
        names: the models.
        ways: what was measured, seqbench first.
        again_s: wall seconds of the run that was watched.
        stages: its seconds by stage.
        command: what made all this.

    """
    parts = ["# From a model to every target", f"Made by `{command}` on {describe_machine()}."]
    parts += [_WHAT, _table(names, ways), _compared(ways), "## Files that are missing or wrong"]
    parts += ["\n".join(_problems(ways)) or "None."]
    parts += ["## Where seqbench's time goes", _STAGES.format(again=units.seconds(again_s))]
    total = sum(stages.values())
    rows = [f"| {name} | {took:.1f} | {took / total:.0%} |" for name, took in stages.items()]
    parts.append("\n".join(["| stage | seconds | share |", "|---|--:|--:|", *rows]))
    return "\n\n".join(parts) + "\n"


_WHAT = (
    "Each way in turn, in fresh processes, with nothing else measured. `seqbench export`: one "
    "command, four targets, each file run in its runtime and judged. Official converters: "
    "`model.export`, `TFLiteConverter.from_keras_model`, `python -m tf2onnx.convert "
    "--saved-model`, and what `tensorflowjs_converter` calls, a process for each model and "
    "format, nothing run. Keras's own: one process, three `model.export` calls a model, nothing "
    "run, no TF.js.\n\n"
    "A file is right where its error against the model's float64 twin is at most 8 times what "
    "float32 costs the model itself, in its real runtime, a process of its own: "
    + "; ".join(f"{target} in {' or '.join(judges_of(target))}" for target in TARGETS)
    + ". LiteRT, ONNX Runtime and the browser run without TensorFlow and without Flex. Memory is "
    "of all processes together; a page that several share counts once."
)

_STAGES = (
    "A second run ({again}), whose workers' messages were timed. Two lanes run side by side, each "
    "stage's seconds are those of all lanes."
)


def describe_machine() -> str:
    """Return this machine and the versions of what exports and judges, in a line."""
    host = machine.host_facts()
    versions = machine.versions(PACKAGES)
    found = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{host['cpus']} CPUs ({host['cpu']}), {units.size(host['memory_bytes'])}, "
        f"Python {host['python']}; {found}"
    )


def _table(names: Sequence[str], ways: Sequence[Way]) -> str:
    rows = ["| way | seconds | files made | files right | peak memory |", "|---|--:|--:|--:|--:|"]
    for way in ways:
        asked = len(names) * len(way.targets)
        made = asked - sum(reason == "not made" for reason in way.wrong.values())
        rows.append(
            f"| {way.name} | {way.wall_s:.1f} | {made} of {asked} | "
            f"{asked - len(way.wrong)} of {asked} | {units.size(way.peak_bytes)} |"
        )
    return "\n".join(rows)


def _compared(ways: Sequence[Way]) -> str:
    own, *others = ways
    found = [f"{own.wall_s / way.wall_s:.2f} of the time of {way.name}" for way in others]
    return f"{own.name} takes {' and '.join(found)}."


def _problems(ways: Sequence[Way]) -> list[str]:
    return [
        f"- {way.name}: {model}, {target}: {reason}"
        for way in ways
        for (model, target), reason in way.wrong.items()
    ]
