"""Faults of files in 8 bits: calibrated on the wrong inputs, or one answer to everything.

They are judged as `seqbench verify` judges a variant: on held-out data, and bare where the model's
first layers tell what its inputs are.
"""

from collections.abc import Iterator
from pathlib import Path

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np

from seqbench.core.record import Cell, Kind
from seqbench.engine.jobs import verify
from seqbench.targets import TARGETS, Artifact, Plain
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference
from seqbench.verdict.inputs.suite import TYPICAL
from seqbench.verdict.quality import Sample
from studies.faults.fault import places, with_weights
from studies.faults.judge import Judge, Judged
from studies.faults.models import Subject

VARIANT = "int8"

WRONG_CALIBRATION = "int8 calibrated on inputs of another scale"
CONSTANT = "int8 with one answer to everything"

SCALE = 255
"""By what the inputs of the wrong calibration are divided, as pictures often are once too often."""


def faults(judge: Judge, found: Subject) -> Iterator[tuple[str, str, Judged]]:
    """Judge a model's faulty files: each with its kind of fault and what it was judged on.

    There are none of a model that has no data, nor, calibrated wrongly, of one whose inputs are
    tokens: those have no scale.
    """
    if found.data is None or found.calibration is None:
        return
    if found.data.dtype.kind == "f":
        for where, judged in _judged(judge, found, found.model, 1 / SCALE):
            yield WRONG_CALIBRATION, where, judged
    for where, judged in _judged(judge, found, _constant(found), 1):
        yield CONSTANT, where, judged


def correct(judge: Judge, found: Subject) -> Iterator[tuple[str, Judged]]:
    """Judge a model's right files, each with what it was judged on; none where it has no data."""
    if found.data is not None and found.calibration is not None:
        yield from _judged(judge, found, found.model, 1)


def _judged(
    judge: Judge,
    found: Subject,
    exported: keras.Sequential,
    scale: float,
) -> Iterator[tuple[str, Judged]]:
    """Write files of `exported`, calibrated on inputs times `scale`; judge them as `found`'s."""
    x, calibration = found.data, found.calibration
    assert x is not None  # noqa: S101 - the callers ask
    assert calibration is not None  # noqa: S101 - as above
    calibration = calibration if scale == 1 else (calibration * scale).astype(calibration.dtype)
    own = np.asarray(found.model.predict(x, batch_size=256, verbose=0))
    frozen, bare = freeze(exported), reference.build_cases(found.model, 0)
    for target in judge.targets:
        if VARIANT not in TARGETS[target].variants:
            continue
        with judge.empty() as folder:
            plain, narrow = (
                folder / Artifact(target=TARGETS[target], variant=name).filename
                for name in ("fp32", VARIANT)
            )
            described = TARGETS[target].export(frozen, plain)
            source = Plain(frozen=frozen, path=plain, exported=described)
            TARGETS[target].variants[VARIANT].write(source, narrow, calibration)
            reference.save(bare, folder / "reference.npz")
            reference.save_sample(Sample(x=x, own=own), folder / "held_out.npz")
            judged_on = {"held-out data": "held_out.npz"}
            if any(case.name == TYPICAL for case in bare):
                judged_on["the bare model"] = "none.npz"
            for where, name in judged_on.items():
                subject = _subject(found, narrow, folder / name)
                cell = Cell(model=found.name, kind=Kind.VERIFY, target=target, variant=VARIANT)
                yield where, judge.reduced(target, subject, cell)


def _subject(found: Subject, artifact: Path, held_out: Path) -> verify.Subject:
    pair = verify.Pair(artifact=artifact, reference=artifact.parent / "reference.npz")
    return verify.Subject(
        model=found.name,
        variant=VARIANT,
        seed=0,
        pairs=(pair,),
        fresh=(),
        never_masked=(),
        declaration=None,
        held_out=held_out,
        given=False,
    )


def _constant(found: Subject) -> keras.Sequential:
    """Return a copy whose last weights but biases are zero: it answers everything alike."""
    last = [place for place in places(found.model) if place.name == "kernel"][-1]
    return with_weights(found.model, {last.index: np.zeros_like(last.value)})
