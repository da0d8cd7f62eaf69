"""A user's Python is run apart, and what it raises is one line with the place."""

import sys
import textwrap
from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.models.python_file import run_file, translate_errors
from seqbench.models.source import Source, resolve

BRACKETS = "keras.Sequential expected one list of layers, found {}; write keras.Sequential(["


def source(folder: Path, text: str, name: str = "net.py") -> Source:
    (folder / name).write_text(textwrap.dedent(text))
    return resolve(str(folder / name))


def error(folder: Path, text: str) -> str:
    found = source(folder, text)
    with pytest.raises(InputError) as caught:
        run_file(found)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(found.path), "FILE")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n1 / 0", "FILE:2: net: ZeroDivisionError: division by zero"),
        ("def f():\n    {}['a']\n\nf()", "FILE:2: net: KeyError: 'a'"),
        ("import json\njson.loads('{')", "FILE:2: net: JSONDecodeError: Expecting property name"),
        ("import nothing", "FILE:1: net: ModuleNotFoundError: No module named 'nothing'"),
        ("\n\nx = (", "FILE:3: net: SyntaxError: '(' was never closed (net.py, line 3)"),
        ("import sys\nsys.exit('no')", "FILE:2: net: SystemExit: no"),
        ("raise ValueError('a\\nb')", "FILE:1: net: ValueError: a b"),
    ],
)
def test_what_a_file_raises_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    before = set(sys.modules)
    assert error(tmp_path, text).startswith(message)
    assert not [name for name in sys.modules.keys() - before if "net" in name]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("layers.Dense(2, name='a')", "Dense 'a'"),
        ("layers.Dense(2, name='a'), layers.Dense(3)", "Dense 'a'"),
        ("layers.Dense(2, name='a'), layers.Dense(3), layers.Dense(4)", "Dense 'a'"),
        ("*(layers.Dense(2) for _ in range(4))", "several arguments"),
        ("keras.Input((3,), name='i'), layers.Dense(3)", "KerasTensor 'i'"),
    ],
)
def test_a_stack_without_brackets_is_recognised(tmp_path: Path, arguments: str, found: str) -> None:
    text = f"import keras\nfrom keras import layers\nkeras.Sequential({arguments})"
    assert error(tmp_path, text).startswith("FILE:3: net: " + BRACKETS.format(found))


def test_an_unfit_layer_is_named(tmp_path: Path) -> None:
    text = """\
        import keras
        from keras import layers
        keras.Sequential([keras.Input((3,)), layers.Conv2D(2, 3, name="conv")])
    """
    assert error(tmp_path, text) == (
        "FILE:3: net: ValueError: Input 0 with name 'None' of layer 'conv' is incompatible with "
        "the layer: expected min_ndim=4, found ndim=2. Full shape received: (None, 3)"
    )


def test_a_file_is_a_module_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_net.py").write_text("VALUE = 3")
    text = "import neighbour_of_net\nhere = __file__, __name__, neighbour_of_net.VALUE"
    found = source(tmp_path, text)
    module = run_file(found)
    assert module.here == (str(found.path), module.__name__, 3)
    assert sys.modules[module.__name__] is module
    (tmp_path / "other").mkdir()
    other = run_file(source(tmp_path / "other", "x = 1"))
    assert other.__name__ != module.__name__


def test_a_file_s_neighbours_hide_no_package(tmp_path: Path) -> None:
    assert "wave" not in sys.modules
    (tmp_path / "wave.py").write_text("raise SystemExit")
    run_file(source(tmp_path, "import wave"))


def test_prints_go_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = source(tmp_path, "print('loaded')\ndef f():\n    print('called')\n    return 3")
    assert translate_errors(run_file(found).f, found)() == 3
    assert capsys.readouterr() == ("", "loaded\ncalled\n")


def test_seqbench_s_own_word_is_passed_on(tmp_path: Path) -> None:
    def refuse() -> None:
        raise InputError("no such data")

    with pytest.raises(InputError) as caught:
        translate_errors(refuse, source(tmp_path, "x = 1"))()
    assert str(caught.value) == "no such data"
