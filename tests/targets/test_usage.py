"""The page beside exported artifacts: its code runs as it stands, and no other page is lost."""

import html
import json
import re
import subprocess
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.core.record import Status
from seqbench.runtimes.browser import browser, packages
from seqbench.targets import TARGETS, Artifact, manifest, usage
from seqbench.targets.frozen import freeze
from seqbench.targets.manifest import Model, Verdict

SHIM = """
const {loadGraphModel, zeros} = globalThis.tf;
export {loadGraphModel, zeros};
"""
"""What stands for the package `@tensorflow/tfjs`: its parts, as seqbench has them."""

PAGE = """<!doctype html>
<script src="tf-core.min.js"></script>
<script src="tf-converter.min.js"></script>
<script src="tf-backend-cpu.min.js"></script>
<script type="importmap">{"imports": {"@tensorflow/tfjs": "./shim.js"}}</script>
<pre id="said"></pre>
<script>
console.log = (...values) => { said.textContent += JSON.stringify(values.map((it) => [...it])); };
window.onunhandledrejection = (event) => { said.textContent = String(event.reason); };
</script>
<script type="module">
CODE
</script>"""


def words() -> keras.Sequential:
    lookup = keras.layers.TextVectorization(vocabulary=["a", "text"], output_sequence_length=3)
    text = keras.Input((1,), dtype="string")
    return keras.Sequential([text, lookup, keras.layers.Embedding(5, 2)])


def exported(model: Any, folder: Path, *targets: str) -> Path:
    """Export a model to a folder with a manifest and its page."""
    frozen = freeze(model)
    made_from = Model(name="mine", sha256="0")
    folder.mkdir(exist_ok=True)
    for name in targets:
        artifact = Artifact(target=TARGETS[name])
        described = TARGETS[name].export(frozen, folder / artifact.filename)
        manifest.claim(folder, made_from, artifact)
        manifest.add(folder, artifact, "key", {}, described)
    usage.write(folder)
    return folder


def code(folder: Path, language: str) -> list[str]:
    """Return the page's blocks of code in a language."""
    page = (folder / usage.NAME).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("model", "row", "targets"),
    [
        ("small_cnn", np.zeros((1, 8, 8, 1), np.float32), ("saved_model", "tflite", "onnx")),
        ("small_rnn", np.zeros((1, 7), np.int32), ("saved_model", "tflite", "onnx")),
        ("words", np.array([["a text"]]), ("saved_model",)),
    ],
)
def test_the_python_code_answers_as_the_model(
    model: str,
    row: np.ndarray,
    targets: tuple[str, ...],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = words() if model == "words" else request.getfixturevalue(model)
    monkeypatch.chdir(exported(made, tmp_path / "mine", *targets))
    blocks = code(Path(), "python")
    assert len(blocks) == len(targets)
    given = keras.ops.convert_to_tensor(row) if row.dtype.kind == "U" else row
    expected = np.asarray(made(given, training=False))
    for block in blocks:
        names: dict[str, Any] = {}
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - the page's own
        np.testing.assert_allclose(names["y"], expected, atol=1e-5)


@pytest.mark.browser
def test_the_javascript_code_answers_as_the_model(small_cnn: Any, tmp_path: Path) -> None:
    folder = exported(small_cnn, tmp_path / "mine", "tfjs")
    (block,) = code(folder, "js")
    (folder / "shim.js").write_text(SHIM)
    (folder / "index.html").write_text(PAGE.replace("CODE", block))
    for name in ("tf-core.min.js", "tf-converter.min.js", "tf-backend-cpu.min.js"):
        (folder / name).symlink_to(packages.web_modules() / name)
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [
                browser.require(),
                *browser.flags(),
                f"--user-data-dir={profile}",
                "--dump-dom",
                "--virtual-time-budget=20000",
                f"http://127.0.0.1:{server.server_address[1]}/index.html",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        server.shutdown()
    (said,) = re.findall(r'<pre id="said">(.*?)</pre>', done.stdout)
    expected = np.asarray(small_cnn(np.zeros((1, 8, 8, 1), np.float32), training=False))
    np.testing.assert_allclose(json.loads(html.unescape(said))[0], expected[0], atol=1e-5)


def test_phones_and_microcontrollers_have_the_shapes_and_operations(
    small_cnn: Any, tmp_path: Path
) -> None:
    folder = exported(small_cnn, tmp_path / "mine", "tflite")
    (kotlin,), (swift,), (micro,) = (code(folder, it) for it in ("kotlin", "swift", "cpp"))
    assert "resizeInput(0, intArrayOf(1, 8, 8, 1))" in kotlin
    assert "allocateDirect(256)" in kotlin  # 64 numbers of 4 bytes
    assert "Tensor.Shape([1, 8, 8, 1])" in swift
    assert "repeating: 0, count: 64" in swift
    listed = re.findall(r"resolver\.Add(\w+)\(\);", micro)
    ops = manifest.read(folder).artifacts["tflite"].ops
    assert {it.lower() for it in listed} == {op.replace("_", "").lower() for op in ops}
    assert {"Conv2D", "FullyConnected", "Softmax"} <= set(listed)
    assert f"MicroMutableOpResolver<{len(listed)}>" in micro


def test_what_failed_is_in_the_table_and_has_no_code(small_cnn: Any, tmp_path: Path) -> None:
    folder = exported(small_cnn, tmp_path / "mine", "onnx", "tflite")
    verdict = Verdict(runtime="litert", device="cpu", status=Status.FAIL, reason="it differs")
    manifest.add_verdicts(folder, "tflite", [verdict])
    usage.write(folder)
    page = (folder / usage.NAME).read_text()
    assert "| fail in litert |" in page
    assert "Interpreter" not in page
    assert "onnxruntime" in page


def test_a_page_of_somebody_else_is_left_alone(small_cnn: Any, tmp_path: Path) -> None:
    folder = exported(small_cnn, tmp_path / "mine", "onnx")
    path = folder / usage.NAME
    path.write_text("# Notes of my own\n")
    usage.write(folder)
    assert path.read_text() == "# Notes of my own\n"
    path.unlink()
    other = tmp_path / "other.md"
    other.write_text(f"{usage.MARK}\nelsewhere\n")
    path.symlink_to(other)
    usage.write(folder)
    assert other.read_text() == f"{usage.MARK}\nelsewhere\n"
