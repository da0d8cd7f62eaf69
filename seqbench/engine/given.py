"""What is verified: one artifact, or everything in the folders of earlier exports."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from seqbench.core.errors import InputError
from seqbench.core.record import PLAIN
from seqbench.core.store import hold_artifacts
from seqbench.engine.state import Given
from seqbench.models.source import resolve
from seqbench.targets import TARGETS, VARIANTS, dist_folder, manifest
from seqbench.targets.manifest import ARTIFACTS, NAME
from seqbench.targets.recognition import target_of

Model = TypeVar("Model")
"""What a caller takes for a model."""


def pair_with_models(
    path: Path, model: Model | None, variant: str | None
) -> list[tuple[Path, Model | str]]:
    """Return an artifact, or folders of exports, each with the model to judge it against.

    Args:
        path: an artifact, a folder of exports, or one of such folders.
        model: the model that was named; None for what each folder's manifest names.
        variant: the variant that was named.

    Raises:
        InputError: there is no such thing, or a model or a variant does not go with it.

    """
    homes = dist_folder.find_folders(path)
    if not homes:
        target = target_of(path)
        had = (PLAIN, *TARGETS[target].variants)
        if variant in VARIANTS and variant not in had:
            raise InputError(
                f"{path} is of target {target}, which is had in {', '.join(had)}: not {variant}"
            )
        if model is None:
            raise InputError(f"{path} is an artifact: name the MODEL that it was made from")
        return [(path, model)]
    if variant is not None:
        raise InputError(f"{path}: the manifest says the variant of each file, leave it out here")
    if model is None:
        return list(zip(homes, find_models(path), strict=True))
    if len(homes) > 1:
        names = ", ".join(home.name for home in homes)
        raise InputError(f"{path} holds several models: verify one of {names}, or name no MODEL")
    return [(homes[0], model)]


def find_models(path: Path) -> list[str]:
    """Return the models that the manifests of folders of exports name, as the command line has it.

    Raises:
        InputError: one names none, or one that is not there any more or has changed.

    """
    return [_find_model(home) for home in dist_folder.find_folders(path)]


def find(place: Path, model: str, variant: str) -> tuple[Given, ...]:
    """Return what is to be judged: one artifact as of a variant, or all in a folder of exports.

    Raises:
        InputError: there is nothing, or nothing that a runtime here reads.

    """
    if dist_folder.find_folders(place):
        return _of_folder(place, model)
    return (_of_file(place, model, variant),)


def _of_file(artifact: Path, model: str, variant: str) -> Given:
    target, path = target_of(artifact), artifact.resolve()
    for place in (path, path.parent):  # a folder's main file stands for the folder
        listed = manifest.find(place.parent)
        for label, entry in listed.artifacts.items() if listed is not None else ():
            if entry.path == place.name and ARTIFACTS[label].variant == variant:
                return Given(
                    artifact=place, target=target, model=model, variant=variant, label=label
                )
    return Given(artifact=path, target=target, model=model, variant=variant)


def _of_folder(folder: Path, model: str) -> tuple[Given, ...]:
    home, found = folder.resolve(), []
    for label, entry in manifest.read(home).artifacts.items():
        problems = dist_folder.find_problems(home, entry)
        found.append((label, "\n".join(problems) or None))
    for artifact in dist_folder.find_unlisted(home):
        problem = f"{artifact.filename} is not listed in {NAME}: nobody knows what it was made from"
        found.append((artifact.label, problem))
    if not found:
        raise InputError(f"{folder / NAME} lists no artifact: nothing is there to be verified")
    listed = manifest.read(home).artifacts
    return tuple(
        Given(
            artifact=home / ARTIFACTS[label].filename,
            target=ARTIFACTS[label].target.name,
            model=model,
            variant=ARTIFACTS[label].variant,
            label=label if label in listed else None,
            problem=problem,
        )
        for label, problem in found
    )


def _find_model(folder: Path) -> str:
    source, place = manifest.read(folder).model.source, folder / NAME
    if source is None:
        raise InputError(f"{place} names no model file, it was an object in Python: name the MODEL")
    spec = source.model
    if "/" in spec:
        spec = os.path.normpath(folder.resolve() / spec)
    try:
        path = resolve(spec).path
    except InputError as error:
        msg = f"{place} names a model that cannot be used any more ({error}): name the MODEL"
        raise InputError(msg) from error
    sha256 = manifest.hash_file(path)
    if sha256 != source.sha256:
        raise InputError(
            f"{path} has changed since {folder} was exported from it: expected sha256 "
            f"{source.sha256}, found {sha256}; export again, or name the MODEL"
        )
    return spec


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Lock a folder of artifacts; where nothing can be written no lock is needed.

    Raises:
        InputError: another process holds it.

    """
    if os.access(folder.parent, os.W_OK):
        with hold_artifacts(folder):
            yield
    else:
        yield
