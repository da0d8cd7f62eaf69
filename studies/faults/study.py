"""The study: every fault in every model, and every model as it is, judged in the real runtimes."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np

from seqbench.verdict import reference
from seqbench.verdict.inputs import suite
from seqbench.verdict.questions import Questions
from seqbench.verdict.reference import ReferenceCase
from studies.faults import int8
from studies.faults.judge import Judge, Judged
from studies.faults.layers import FAULTS as IN_LAYERS
from studies.faults.models import Subject, subject
from studies.faults.tools import FAULTS as OF_TOOLS
from studies.faults.weights import FAULTS as IN_WEIGHTS

FAULTS = (*IN_WEIGHTS, *IN_LAYERS, *OF_TOOLS)
"""Every kind of fault that is made in a model; files are damaged by `Judge.damaged`."""

ANOTHER = "another model's artifact"
DAMAGED = "file cut short"

LIGHT = 1
"""Epochs of training for a scenario's first seeds after 0, which is trained to its end."""

LIGHT_SEEDS = range(1, 5)
"""Those seeds; for others scenarios are not trained."""

DAMAGED_MODELS = ("three_class", "bigru_text", "leaky")
"""Whose files are cut short: what refuses those is the file format's reader, not the verdict."""

FURTHER_SEEDS = range(1000, 1010)
"""Seeds of the inputs on which a fault that passed is looked at once more."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One artifact as it was judged.

    Attributes:
        model: the model's name.
        seed: the seed of its weights and of the input suite.
        fault: the kind of fault; None for a correct export.
        where: where the fault is.
        layer: the layer that the fault is in; None where it is in several, or in a file.
        idle: whether it passed because the fault changes nothing: see `_idle`.
        judged: what was found.

    """

    model: str
    seed: int
    fault: str | None
    where: str
    layer: str | None
    idle: bool
    judged: Judged

    @property
    def named(self) -> bool:
        """Whether the layer was named in which the fault is, alone or as one of a few."""
        return self.layer in self.judged.parted


def faults(
    judge: Judge, names: Sequence[str], say: Say, questions: Questions | None = None
) -> list[Seen]:
    """Make every fault in every model, and judge the exports.

    `questions` is how much each model is asked; None for what its answers' cost allows.
    """
    seen: list[Seen] = []
    for name in names:
        start = time.monotonic()
        found = subject(name, 0)
        cases = reference.build_cases(found.model, 0, found.data, questions=questions)
        mine = _of_one(judge, found, cases)
        caught = sum(one.judged.caught for one in mine)
        say(f"{name}: {caught} of {len(mine)} faults caught, {time.monotonic() - start:.0f} s")
        for one in mine:
            if not one.judged.caught:
                say(f"  missed: {one.fault}, {one.where}, {one.judged}, idle: {one.idle}")
        seen += mine
        keras.backend.clear_session()
    return seen


def correct(
    judge: Judge,
    names: Sequence[str],
    seeds: Sequence[int],
    say: Say,
    questions: Questions | None = None,
) -> list[Seen]:
    """Judge correct exports of every model, each seed with its own weights and inputs."""
    seen: list[Seen] = []
    for name in names:
        start = time.monotonic()
        mine: list[Seen] = []
        for seed in seeds:
            found = subject(name, seed, epochs=_epochs(seed))
            cases = reference.build_cases(found.model, seed, found.data, questions=questions)
            mine += [
                _seen(found, seed, None, "", judged) for judged in judge.model(found.model, cases)
            ]
            if _epochs(seed) != 0:  # the limits are those of trained models
                mine += [
                    _seen(found, seed, None, where, judged)
                    for where, judged in int8.correct(judge, found)
                ]
            keras.backend.clear_session()
        alarms = [one for one in mine if one.judged.caught]
        weight = max(one.judged.weight for one in mine)
        found_in = f"weight at most {weight:.2f}, {time.monotonic() - start:.0f} s"
        say(f"{name}: {len(alarms)} alarms of {len(mine)}, {found_in}")
        for one in alarms:
            say(f"  false alarm: seed {one.seed}, {one.judged}")
        seen += mine
    return seen


def _of_one(judge: Judge, found: Subject, cases: Sequence[ReferenceCase]) -> list[Seen]:
    seen: list[Seen] = []

    def one(fault: str, where: str, faulty: keras.Sequential) -> None:
        judged = judge.model(faulty, cases, original=found.model)
        idle = not all(other.caught for other in judged) and _idle(found, faulty)
        seen.extend(_seen(found, 0, fault, where, other, idle=idle) for other in judged)

    for fault in FAULTS:
        for where, faulty in fault.make(found, np.random.default_rng(0)):
            one(fault.name, where, faulty)
    for name, where, judged in int8.faults(judge, found):
        seen.append(_seen(found, 0, name, where, judged))
    one(ANOTHER, "seed 1", subject(found.name, 1, epochs=LIGHT).model)
    if found.name in DAMAGED_MODELS:
        for where, judged in judge.damaged(found.model, cases):
            seen.append(_seen(found, 0, DAMAGED, where, judged))
    return seen


def _epochs(seed: int) -> int | None:
    """Return how long a scenario is trained for; None for all its epochs."""
    if seed == 0:
        return None
    return LIGHT if seed in LIGHT_SEEDS else 0


def _seen(
    found: Subject, seed: int, fault: str | None, where: str, judged: Judged, *, idle: bool = False
) -> Seen:
    names = {layer.name for layer in found.model.layers}
    first = re.split(r"[/,\[]", where)[0]
    return Seen(
        model=found.name,
        seed=seed,
        fault=fault,
        where=where,
        layer=first if first in names else None,
        idle=idle,
        judged=judged,
    )


def _idle(found: Subject, faulty: keras.Sequential) -> bool:
    """Whether a fault changes no bit of any output, on inputs that the verdict does not use."""
    spec = reference.input_spec(found.model, found.data)
    batches = [x for seed in FURTHER_SEEDS for x in suite.make_inputs(spec, seed).values()]
    if found.data is not None:
        batches.append(found.data)
    return all(
        np.array_equal(np.asarray(found.model(x)), np.asarray(faulty(x)), equal_nan=True)
        for x in batches
    )
