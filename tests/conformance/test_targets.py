"""Every target's value is complete, and what it writes is what it says."""

import importlib.metadata
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import InputError
from seqbench.core.files import size_bytes
from seqbench.core.record import PLAIN
from seqbench.machine.frameworks import FRAMEWORKS
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS, VARIANTS, Artifact, Exported, Plain
from seqbench.targets.recognition import target_of
from seqbench.verdict.quality import CRITERIA

Exports = dict[str, tuple[Path, Exported]]


@pytest.mark.parametrize("name", TARGETS)
def test_its_value_is_complete(name: str) -> None:
    target = TARGETS[name]
    assert target.name == name
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name)
    assert re.fullmatch(r"\S.{10,90}[^.\s]", target.summary)
    assert Path(target.filename).name == target.filename
    assert target.form.startswith(("a ", "an "))
    assert target.check_needs in (None, *FRAMEWORKS)
    for dtype, stands_for_it in target.lacks.items():
        assert np.dtype(stands_for_it).name == stands_for_it != dtype


@pytest.mark.parametrize("name", TARGETS)
def test_its_packages_are_distributions(name: str) -> None:
    target = TARGETS[name]
    for package in {*target.packages, *(p for v in target.variants.values() for p in v.packages)}:
        assert importlib.metadata.version(package)


@pytest.mark.parametrize("name", TARGETS)
def test_one_runtime_at_least_reads_it_unless_told_otherwise(name: str) -> None:
    assert [one.name for one in RUNTIMES.values() if one.target == name and one.default]


@pytest.mark.parametrize("name", TARGETS)
def test_its_variants_have_a_criterion_and_a_file_of_their_own(name: str) -> None:
    target = TARGETS[name]
    assert PLAIN not in target.variants
    assert set(target.variants) <= set(CRITERIA)
    assert set(target.variants) <= set(VARIANTS)
    artifacts = [Artifact(target=target, variant=one) for one in (PLAIN, *target.variants)]
    others = [Artifact(target=one).filename for one in TARGETS.values() if one is not target]
    assert len({it.filename for it in artifacts} | set(others)) == len(artifacts) + len(others)


@pytest.mark.parametrize("name", TARGETS)
def test_a_path_of_no_target_is_told_what_is_expected(name: str, tmp_path: Path) -> None:
    (tmp_path / "other.pdf").write_text("x")
    for path in (tmp_path, tmp_path / "other.pdf"):
        assert not TARGETS[name].recognizes(path)
        with pytest.raises(InputError, match=re.escape(TARGETS[name].form)):
            target_of(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_it_recognizes_its_own_artifact_and_no_other(name: str, exports: Exports) -> None:
    recognized = [one for one, (path, _) in exports.items() if TARGETS[name].recognizes(path)]
    assert recognized == [name]
    assert target_of(exports[name][0]) == name


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_what_it_writes_is_harmless(name: str, exports: Exports) -> None:
    assert TARGETS[name].check(exports[name][0]) == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("content", [b"", b"this is no model\n"])
def test_its_check_finds_nothing_in_what_is_damaged(
    name: str, content: bytes, exports: Exports, tmp_path: Path
) -> None:
    source, path = exports[name][0], tmp_path / exports[name][0].name
    assert TARGETS[name].check(path) == ()  # nothing is there
    shutil.copytree(source, path) if source.is_dir() else shutil.copy(source, path)
    for file in [path, *path.rglob("*")]:
        if file.is_file():
            file.write_bytes(content)
    assert TARGETS[name].check(path) == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_its_artifact_declares_one_input_and_one_output(name: str, exports: Exports) -> None:
    path, exported = exports[name]
    assert size_bytes(path) > 0
    assert (exported.input.name, exported.output.name) == ("input", "output")
    assert exported.input.shape[1:] == (8, 8, 1)
    assert exported.output.shape[1:] == (4,)
    batch = exported.input.shape[0]
    assert batch is None or any("batch" in note for note in exported.notes)
    assert exported.ops == tuple(sorted(exported.ops)) != ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "variant"),
    [(name, variant) for name, target in TARGETS.items() for variant in target.variants],
)
def test_its_variants_declare_the_same_and_are_recognized(
    name: str, variant: str, exports: Exports, frozen: Any, rows: np.ndarray, tmp_path: Path
) -> None:
    target, (path, exported) = TARGETS[name], exports[name]
    reduced = target.variants[variant]
    narrow = tmp_path / Artifact(target=target, variant=variant).filename
    plain = Plain(frozen=frozen, path=path, exported=exported)
    described = reduced.write(plain, narrow, rows if reduced.calibrated else None)
    assert (described.input, described.output) == (exported.input, exported.output)
    assert target_of(narrow) == name
    assert target.check(narrow) == ()
