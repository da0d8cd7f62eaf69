"""What a MODEL argument names, and what is said where it names nothing."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.core.errors import InputError
from seqbench.models.source import Source, resolve, resolve_all

EXPECTED = "expected a scenario's name, x.keras, x.h5 or file.py[:name]"
UNKNOWN = "no such scenario or file"
LIST = "`seqbench list` shows the scenarios"
SCENARIO = 'SCENARIO = Scenario(name="{}", summary="s")'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    return tmp_path


def write(path: Path, text: str = "x") -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("spec", "file", "name", "attribute", "form"),
    [
        ("m.keras", "m.keras", "m", None, "keras"),
        ("./m.h5", "m.h5", "m", None, "keras"),
        ("m.HDF5", "m.HDF5", "m", None, "keras"),
        ("a b:c.keras", "a b:c.keras", "a_b_c", None, "keras"),
        (".hidden.h5", ".hidden.h5", "_hidden", None, "keras"),
        ("m.py", "m.py", "m", None, "python"),
        ("m.py:net", "m.py", "net", "net", "python"),
        ("m.py:build", "m.py", "m", "build", "python"),
        ("m.py:model", "m.py", "m", "model", "python"),
    ],
)
def test_files(
    folder: Path, spec: str, file: str, name: str, attribute: str | None, form: str
) -> None:
    write(folder / file)
    expected = Source(name=name, path=folder / file, attribute=attribute, form=form)  # type: ignore[arg-type] # a parametrized literal
    assert resolve(spec) == expected


def test_a_scenario_is_found_by_its_name_and_by_its_file(folder: Path) -> None:
    path = write(folder / "scenarios" / "file.py", SCENARIO.format("own"))
    assert resolve("own") == Source(name="own", path=path, attribute=None, form="scenario")
    by_path = resolve("scenarios/file.py")
    assert by_path == Source(name="own", path=path, attribute=None, form="python")
    assert resolve_all(["own", "scenarios/file.py", "own"]) == [resolve("own")]


def test_shipped_scenarios_are_found_from_anywhere(folder: Path) -> None:
    assert resolve("three_layer").path.name == "three_layer.py"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("absent.keras", f"absent.keras: no such file; {EXPECTED}"),
        ("sub/absent", f"sub/absent: no such file; {EXPECTED}"),
        ("absent.py:f", f"absent.py: no such file; {EXPECTED}"),
        ("empty.py", "empty.py: is empty"),
        ("folder.keras", f"folder.keras: is a folder; {EXPECTED}"),
        ("scenarios", f"scenarios: is a folder; {EXPECTED}"),
        ("model.tflite", f"model.tflite: is a file of kind .tflite; {EXPECTED}"),
        ("noted", f"noted: is a file without a suffix; {EXPECTED}"),
        ("loop.h5", "loop.h5: cannot be read: Too many levels of symbolic links"),
        ("m.py:", "m.py:: '' cannot be a model's name"),
        ("m.py:a b", "m.py:a b: 'a b' cannot be a model's name"),
        ("autoencode", f"autoencode: {UNKNOWN}; did you mean autoencoder? {LIST}"),
        ("qqqq", f"qqqq: {UNKNOWN}; {LIST}"),
    ],
)
def test_one_line_where_nothing_is_named(folder: Path, spec: str, message: str) -> None:
    write(folder / "empty.py", "")
    for name in ("model.tflite", "noted", "m.py"):
        write(folder / name)
    (folder / "folder.keras").mkdir()
    (folder / "loop.h5").symlink_to("loop.h5")
    with pytest.raises(InputError) as caught:
        resolve(spec)
    assert str(caught.value) == message


def test_a_scenario_needs_a_name_that_can_be_a_file(folder: Path) -> None:
    path = write(folder / "scenarios" / "file.py", SCENARIO.format("../up"))
    message = re.escape(f"{path}: the scenario's name '../up' cannot be a file name")
    with pytest.raises(InputError, match=message):
        resolve("scenarios/file.py")


def test_two_models_of_one_name_are_refused(folder: Path) -> None:
    first, second = write(folder / "net.keras"), write(folder / "net.h5")
    with pytest.raises(InputError) as caught:
        resolve_all(["net.keras", "net.h5"])
    assert str(caught.value) == (
        f"two models are called 'net': {first} and {second}; rename one of the files"
    )
    first = write(folder / "a.py")
    with pytest.raises(InputError, match=re.escape(f"called 'net': {first}:net and {second};")):
        resolve_all(["a.py:net", "net.h5"])


def test_the_same_model_is_taken_once(folder: Path) -> None:
    write(folder / "net.keras")
    (folder / "link").symlink_to(folder)
    specs = ["net.keras", str(folder / "net.keras"), "link/net.keras"]
    assert resolve_all(specs) == [resolve("net.keras")]


stems = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=40
)


@given(stems)
def test_every_file_gets_a_name_that_can_be_a_file(stem: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / f"{stem}.keras")
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", resolve(str(path)).name)


def test_imports_no_framework() -> None:
    code = (
        "import sys, seqbench.models.source; seqbench.models.source.resolve('three_layer'); "
        "print({'tensorflow', 'keras', 'h5py', 'numpy'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_all_that_cannot_be_found_is_named_at_once(folder: Path) -> None:
    write(folder / "there.keras")
    with pytest.raises(InputError) as caught:
        resolve_all(["a.keras", "there.keras", "b.h5"])
    assert str(caught.value).splitlines() == [
        f"a.keras: no such file; {EXPECTED}",
        f"b.h5: no such file; {EXPECTED}",
    ]
