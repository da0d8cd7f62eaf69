"""The command line: output, errors and exit status, as a process where that matters."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from seqbench.engine.workers.pool import Workers
from tests.support.commands import seqbench
from tests.support.processes import completed

FRAMEWORKS = ("tensorflow", "keras", "jax", "torch", "onnx", "onnxruntime", "altair", "sklearn")


def test_help_names_every_command() -> None:
    done = seqbench("--help")
    assert done.exit_code == 0
    for command in [
        "list",
        "show",
        "check",
        "run",
        "export",
        "verify",
        "report",
        "compare",
        "ab",
        "setup",
        "doctor",
    ]:
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("--version",)])
def test_help_imports_no_framework(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "seqbench", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {*FRAMEWORKS, "numpy"}


def test_importing_the_package_and_its_api_loads_no_framework() -> None:
    code = "import seqbench, sys; seqbench.run; seqbench.Scenario; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & set(FRAMEWORKS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check", "nosuch"), "seqbench: nosuch: no such scenario or file; `seqbench list` shows"),
        (("check", "digits_cn"), "seqbench: digits_cn: no such scenario or file; did you mean"),
        (("check", "missing.keras"), "seqbench: missing.keras: no such file; expected"),
        (("run", "three_class", "--only", "paint"), "seqbench: unknown kind 'paint': expected one"),
        (
            ("run", "three_class", "--device", "tpu:v9"),
            "unknown device 'tpu:v9': expected one of cpu, gpu, tpu, tpu:v4, tpu:v5e",
        ),
        (("export", "three_class", "--to", "pdf"), "seqbench: unknown target 'pdf': expected one"),
        (
            ("export", "three_class", "--variant", "int4"),
            "seqbench: unknown variant 'int4': expect",
        ),
        (
            ("run", "three_class", "--require", "abacus"),
            "seqbench: unknown requirement 'abacus': expected one",
        ),
        (("verify", "missing.onnx", "three_class"), "seqbench: missing.onnx: no such file or"),
        (("report", "missing"), "seqbench: missing is not the folder of a run"),
        (("export",), "give at least one MODEL"),
        (("run", "--frobnicate"), "No such option"),
    ],
)
def test_bad_input_is_a_line_and_status_2(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = seqbench(*words, cwd=tmp_path)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_process_ends_as_its_command_does(tmp_path: Path) -> None:
    done = completed("check", "nosuch", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("seqbench: nosuch: no such scenario or file; `seqbench list`")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_an_artifact_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("x")
    done = seqbench("verify", "a.pdf", "three_class", cwd=tmp_path)
    assert done.exit_code == 2
    assert "a.pdf: expected a folder with saved_model.pb, a .tflite file, an .onnx" in done.stderr


def test_a_runtime_of_another_target_is_refused_before_any_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.onnx").write_bytes(b"")
    monkeypatch.setattr(Workers, "start", lambda *_: pytest.fail("a worker was started"))
    done = seqbench("verify", "a.onnx", "three_class", "--runtime", "litert", cwd=tmp_path)
    assert done.exit_code == 2
    assert done.stderr.endswith("a.onnx is of target onnx: run it in one of onnxruntime\n")


def test_a_folder_that_cannot_be_written_is_a_line_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = seqbench("export", "three_class", "--out", "file/dist", cwd=tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith("seqbench: cannot make the folder")


def test_list_is_json_on_request() -> None:
    found = json.loads(seqbench("list", "--json").stdout)
    assert {row["name"] for row in found["targets"]} == {"saved_model", "tflite", "onnx", "tfjs"}
    assert {row["name"]: row["variants"] for row in found["targets"]}["tfjs"] == [
        "fp32",
        "fp16",
        "int8-weights",
    ]
    assert "digits_cnn" in {row["name"] for row in found["scenarios"]}
    assert {row["name"]: row["missing"] for row in found["devices"]}["cpu"] is None
    assert {row["name"]: row["missing"] for row in found["chips"]}["tpu:v5e"] is None


NO_BRACKETS = """
import keras
def build(): return keras.Sequential(keras.layers.Dense(2), keras.layers.Dense(3))
"""
TWO_INPUTS = """
from keras import Input, Model, layers
a, b = Input((2,)), Input((2,))
model = Model([a, b], layers.Add()([a, b]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1/0", "ZeroDivisionError"),
        ("def build(): raise KeyError('colour')", "KeyError"),
        (NO_BRACKETS, "write keras.Sequential([layer, layer, ...])"),
        (TWO_INPUTS, "Functional API"),
    ],
)
def test_a_model_that_cannot_be_used_is_a_line_and_status_2(
    code: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(code)
    done = seqbench("export", "mine.py", "--to", "onnx", cwd=tmp_path)
    assert done.exit_code == 2, done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("seqbench: ")]
    assert len(errors) == 1
    assert message in errors[0]


@pytest.mark.slow
def test_a_lambda_needs_the_flag(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2, name="twice")]
    )
    model.save(tmp_path / "mine.keras")
    done = seqbench("export", "mine.keras", "--to", "onnx", cwd=tmp_path)
    assert done.exit_code == 2
    assert "--allow-code" in done.stderr
    assert "twice" in done.stderr
    done = seqbench("export", "mine.keras", "--to", "onnx", "--allow-code", cwd=tmp_path)
    assert done.exit_code == 0, done.stderr


@pytest.mark.slow
def test_a_saved_model_is_exported_and_verified(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    model.save(tmp_path / "mine.keras")
    done = completed("export", "mine.keras", "--to", "onnx,tflite", "--json", "-", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    assert [(record["kind"], record["target"]) for record in records] == [
        ("export", "tflite"),
        ("export", "onnx"),
        ("verify", "tflite"),
        ("verify", "onnx"),
    ]
    assert all(record["status"] == "pass" for record in records)
    assert "weights look fresh" in records[2]["notes"][0]
    folder = tmp_path / "dist" / "mine"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "manifest.json",
        "model.onnx",
        "model.tflite",
    }

    again = seqbench("export", "mine.keras", "--to", "onnx", "--json", "-", cwd=tmp_path)
    assert json.loads(again.stdout)[0]["cached"] is True

    judged = seqbench("verify", folder / "model.onnx", "mine.keras", cwd=tmp_path)
    assert judged.exit_code == 0, judged.stderr
    other = keras.Sequential.from_config(model.get_config())
    other.save(tmp_path / "other.keras")
    judged = seqbench("verify", folder / "model.onnx", "other.keras", "--json", "-", cwd=tmp_path)
    assert judged.exit_code == 1
    (record,) = json.loads(judged.stdout)
    assert record["status"] == "fail"
    assert record["reason"].startswith("numbers differ")


@pytest.mark.slow
def test_a_device_that_is_missing_fails_where_it_was_asked_for(tmp_path: Path) -> None:
    words = ("run", "three_class", "--only", "train", "--out", "run")
    assert seqbench(*words, cwd=tmp_path).exit_code == 0  # of every device that is here
    for more in (("--require", "tpu"), ("--device", "tpu")):
        done = seqbench(*words, *more, cwd=tmp_path)
        assert done.exit_code == 1
        said = f"seqbench: {' '.join(more)} was asked for and did not happen: no TPU is here"
        assert said in done.stderr


@pytest.mark.slow
def test_a_missing_browser_is_unavailable_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQBENCH_BROWSER", "/nowhere/chromium")
    done = seqbench("export", "three_class", "--to", "tfjs", "--json", "-", cwd=tmp_path)
    exported, verified = json.loads(done.stdout)
    assert exported["status"] == "pass"
    assert verified["status"] == "unavailable"
    assert "SEQBENCH_BROWSER" in verified["reason"]
    # It was exported, but nothing has run it.
    assert done.exit_code == 1
    assert "seqbench: --target tfjs was asked for and did not happen: " in done.stderr
    artifact = "dist/three_class/tfjs"
    done = seqbench("verify", artifact, "three_class", "--json", "-", cwd=tmp_path)
    assert json.loads(done.stdout)[0]["status"] == "unavailable"
    assert done.exit_code == 1
    assert "seqbench: nothing could run: " in done.stderr
