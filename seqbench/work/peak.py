"""Measure what this machine does at most, in a process of its own."""

from dataclasses import asdict

from seqbench import roofline
from seqbench.jobs import Job
from seqbench.work.context import Context


def peak(_: Job, context: Context) -> None:
    """Send the machine's peak as the job's result."""
    context.say("measuring the machine's own peak")
    context.send("result", asdict(roofline.measure_peak()))
