import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import psutil
import pytest

from seqbench.core.errors import LoadError, Unavailable
from seqbench.measurement.loop import Budget
from seqbench.runtimes import tfjs
from seqbench.runtimes.browser import browser
from seqbench.runtimes.browser.host import Host
from seqbench.runtimes.session import Session, Tensor
from seqbench.runtimes.tfjs import Backend, open_session
from tests.support.graphs import graph_model, hard_values, write

pytestmark = pytest.mark.browser

DATA = Path(__file__).parents[1] / "data" / "tfjs"
BACKENDS: tuple[Backend, ...] = get_args(Backend)
NO_WEBGL = "--disable-gpu --disable-software-rasterizer --use-gl=disabled"
SHORT = Budget(warmup_s=0.02, measure_s=0.05, min_samples=5, max_samples=50)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as made:
        yield made


def damaged(folder: Path, name: str = "dense") -> Path:
    """Return a copy that a test may change."""
    shutil.copytree(DATA / name, folder)
    return folder


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "name", ["dense", "conv", "lstm", "layers_image", "layers_tokens", "layers_series"]
)
def test_outputs_are_kerass(host: Host, backend: Backend, name: str) -> None:
    x, y = np.load(DATA / name / "x.npy"), np.load(DATA / name / "y.npy")
    session: Session = open_session(DATA / name, backend, host)
    for rows in (2, 1, 5):
        batch, wanted = np.resize(x, (rows, *x.shape[1:])), np.resize(y, (rows, *y.shape[1:]))
        got = session.run(batch)
        assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
        # Four units of float32 at the outputs' scale: measured 1 to 8e-7 for outputs up to 3.
        np.testing.assert_allclose(got, wanted, atol=2e-6, rtol=0)
    session.close()


def test_its_model_json_stands_for_its_folder(host: Host) -> None:
    session = open_session(DATA / "dense" / "model.json", "cpu", host)
    np.testing.assert_allclose(
        session.run(np.load(DATA / "dense" / "x.npy")), np.load(DATA / "dense" / "y.npy"), atol=2e-6
    )
    session.close()


@pytest.mark.parametrize("backend", ["wasm", "cpu"])
@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_arrays_arrive_bit_for_bit(
    host: Host, tmp_path: Path, backend: Backend, dtype: str
) -> None:
    session = open_session(graph_model(tmp_path / "m", ("Identity",), dtype), backend, host)
    x = hard_values(dtype)
    y = session.run(x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    assert y.tobytes() == x.tobytes()
    assert session.run(x[:0]).shape == (0, 4)
    session.close()


def test_what_it_ran_on(host: Host) -> None:
    for backend in BACKENDS:
        session = open_session(DATA / "dense", backend, host)
        assert "Mozilla" in session.facts["user_agent"]
        assert session.facts["clock_step_s"] < 20e-6  # the page is isolated
        if backend == "wasm":
            assert session.facts["simd"] is True
            assert session.facts["threads"] >= 1
        if backend == "webgl":
            renderer = session.facts["renderer"]
            assert renderer
            assert session.ran_on == ("cpu" if "SwiftShader" in renderer else "gpu")
        else:
            assert session.ran_on == "cpu"
        session.close()


def test_backend_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text(f'#!/bin/sh\nexec {browser.require()} {NO_WEBGL} "$@"\n')
    program.chmod(0o755)
    with Host(program) as host:
        with pytest.raises(Unavailable, match=r"no webgl: TF\.js uses cpu in place of webgl"):
            open_session(DATA / "dense", "webgl", host)
        assert open_session(DATA / "dense", "cpu", host).ran_on == "cpu"


@pytest.mark.parametrize("backend", BACKENDS)
def test_measure(host: Host, backend: Backend) -> None:
    session = open_session(DATA / "dense", backend, host)
    x = np.load(DATA / "dense" / "x.npy")
    timing = session.measure([x, x + 1, x + 2], SHORT)
    assert SHORT.min_samples <= len(timing.samples_s) <= SHORT.max_samples
    assert all(0 < sample < 5 for sample in timing.samples_s)
    assert timing.first_call_s > 0
    assert 0 <= timing.loop_cost_s < 20e-6
    assert timing.ended in ("precision", "time", "samples")
    assert timing.cpu_s is None
    for given, output in zip((x, x + 1, x + 2), timing.outputs, strict=True):
        np.testing.assert_array_equal(output, session.run(given))
    shortest = min(timing.samples_s) * timing.calls_per_sample
    assert shortest >= 19.9 * session.facts["clock_step_s"]
    if timing.calls_per_sample > 1:
        assert shortest < 40.1 * session.facts["clock_step_s"] * 4
    session.close()


def test_measure_keeps_its_budget(host: Host) -> None:
    session = open_session(DATA / "lstm", "cpu", host)
    x = np.load(DATA / "lstm" / "x.npy")
    few = Budget(warmup_s=0, measure_s=0, min_samples=3, max_samples=50)
    assert len(session.measure([x], few).samples_s) == 3
    capped = Budget(warmup_s=0, measure_s=60, min_samples=3, max_samples=4)
    assert len(session.measure([x], capped).samples_s) == 4
    session.close()


def test_blocks_have_samples_of_their_own(host: Host) -> None:
    session = open_session(DATA / "dense", "wasm", host)
    block = session.in_blocks([np.load(DATA / "dense" / "x.npy")] * 2, 0.05)
    began = time.perf_counter()
    first, second = block(0.0), block(0.0)
    took_s = time.perf_counter() - began
    assert len(first) >= 3
    assert len(second) >= 3
    assert list(first) != list(second)
    assert all(0 < sample < took_s for sample in (*first, *second))
    session.close()


@pytest.mark.timing
def test_longer_work_takes_longer(host: Host) -> None:
    session = open_session(DATA / "lstm", "cpu", host)
    x = np.load(DATA / "lstm" / "x.npy")
    one = session.measure([x[:1]], SHORT)
    many = session.measure([np.resize(x, (3000, 5, 3))], SHORT)
    assert min(many.samples_s) > 2 * min(one.samples_s)
    session.close()


def test_fixed_batch_is_served_in_several_calls(host: Host, tmp_path: Path) -> None:
    session = open_session(graph_model(tmp_path / "m", ("Neg",), sizes=(2, 4)), "cpu", host)
    assert session.input.shape == (2, 4)
    x = np.arange(20, dtype=np.float32).reshape(5, 4)
    np.testing.assert_array_equal(session.run(x), -x)
    long = np.resize(x, (4000, 4))
    timing = session.measure([long], SHORT)
    assert min(timing.samples_s) > 1000 * 1e-6
    np.testing.assert_array_equal(timing.outputs[0], -long)
    session.close()


@pytest.mark.parametrize(
    ("x", "found"),
    [
        (np.zeros((2, 6)), r"float64 of shape \(2, 6\)"),
        (np.zeros((2, 5), np.float32), r"float32 of shape \(2, 5\)"),
        (np.zeros(6, np.float32), r"float32 of shape \(6,\)"),
    ],
)
def test_array_that_does_not_fit(host: Host, x: np.ndarray, found: str) -> None:
    session = open_session(DATA / "dense", "cpu", host)
    with pytest.raises(
        ValueError, match=r"input input takes float32 of shape \(None, 6\), got " + found
    ):
        session.run(x)
    with pytest.raises(ValueError, match="got " + found):
        session.measure([x], SHORT)
    session.close()


@pytest.mark.parametrize(
    ("op", "text"),
    [
        ("Lgamma", "Unknown op 'Lgamma'"),
        ("Real", "Kernel 'Real' not registered for backend 'wasm'"),
    ],
)
def test_operation_that_cannot_run(host: Host, tmp_path: Path, op: str, text: str) -> None:
    session = open_session(graph_model(tmp_path / "m", (op,)), "wasm", host)
    with pytest.raises(RuntimeError, match=f"TF.js failed to run the model: {text}") as caught:
        session.run(np.ones((1, 4), np.float32))
    assert "\n" not in str(caught.value)
    with pytest.raises(RuntimeError, match=f"TF.js failed to measure the model: {text}"):
        session.measure([np.ones((1, 4), np.float32)], SHORT)
    session.close()
    other = open_session(DATA / "dense", "wasm", host)  # the page goes on
    assert other.run(np.load(DATA / "dense" / "x.npy")).shape == (2, 3)
    other.close()


@pytest.mark.parametrize("keep", [0, 1, 100, 328, 331])
def test_truncated_weights(host: Host, tmp_path: Path, keep: int) -> None:
    artifact = damaged(tmp_path / "m")
    weights = artifact / "group1-shard1of1.bin"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(LoadError, match="cannot load"):
        open_session(artifact, "wasm", host)


def test_weights_outside_the_folder(host: Host, tmp_path: Path) -> None:
    artifact = damaged(tmp_path / "m")
    model = json.loads((artifact / "model.json").read_text())
    (artifact / "group1-shard1of1.bin").rename(tmp_path / "w.bin")
    model["weightsManifest"][0]["paths"] = ["../w.bin"]
    with pytest.raises(
        LoadError, match=r"model\.json names a weights file outside: \.\./w\.bin le"
    ):
        open_session(write(artifact, model), "cpu", host)


def test_a_layers_model_declares_what_tfjs_reads_in_it(host: Host) -> None:
    session = open_session(DATA / "layers_series", "cpu", host)
    assert session.input == Tensor(name="series", shape=(None, 5, 4), dtype="float32")
    assert session.output == Tensor(name="dense_1", shape=(None, 2), dtype="float32")
    assert session.notes == ("a layers model (Keras 2.11.0), loaded by tf.loadLayersModel",)
    session.close()


def test_every_layer_of_a_layers_model_is_shown(host: Host) -> None:
    session = open_session(DATA / "layers_image", "cpu", host)
    x, y = np.load(DATA / "layers_image" / "x.npy"), np.load(DATA / "layers_image" / "y.npy")
    found = session.tensors(x)
    # conv, norm, pool, flatten, dropout, dense; in a Sequential of TF.js the input has its own
    assert {value.shape for value in found} >= {(2, 6, 6, 4), (2, 3, 3, 4), (2, 36), (2, 3)}
    np.testing.assert_allclose(found[-1], y, atol=2e-6)
    session.close()


def test_a_layers_model_is_timed(host: Host) -> None:
    session = open_session(DATA / "layers_tokens", "wasm", host)
    x, y = np.load(DATA / "layers_tokens" / "x.npy"), np.load(DATA / "layers_tokens" / "y.npy")
    np.testing.assert_allclose(session.measure([x], SHORT).outputs[0], y, atol=2e-6)
    session.close()


def test_a_model_file_of_another_name(host: Host, tmp_path: Path) -> None:
    folder = damaged(tmp_path / "m", "layers_image")
    path = (folder / "model.json").rename(folder / "my model?.json")  # as TF.js's downloads are
    session = open_session(path, "cpu", host)
    y = session.run(np.load(folder / "x.npy"))
    np.testing.assert_allclose(y, np.load(folder / "y.npy"), atol=2e-6)
    session.close()


def stateful(folder: Path) -> Path:
    """Write a layers model that adds up what it has seen, a number a step, since its state began.

    It is a SimpleRNN of one linear unit whose weights are 1.
    """
    rnn = {"name": "rnn", "units": 1, "activation": "linear", "use_bias": False, "stateful": True}
    layers = [{"class_name": "SimpleRNN", "config": {**rnn, "batch_input_shape": [1, 3, 1]}}]
    model = {"class_name": "Sequential", "config": {"name": "sum", "layers": layers}}
    entries = [
        {"name": f"rnn/{name}", "shape": [1, 1], "dtype": "float32"}
        for name in ("kernel", "recurrent_kernel")
    ]
    folder.mkdir()
    (folder / "w.bin").write_bytes(np.ones(2, np.float32).tobytes())
    manifest = [{"paths": ["w.bin"], "weights": entries}]
    topology = {"keras_version": "2.11.0", "model_config": model}
    return write(folder, {"modelTopology": topology, "weightsManifest": manifest})


def test_a_stateful_layers_model_begins_at_zero_in_every_call(host: Host, tmp_path: Path) -> None:
    session = open_session(stateful(tmp_path / "m"), "cpu", host)
    x = np.array([[[1], [2], [4]], [[1], [1], [1]]], np.float32)
    for _ in range(2):
        np.testing.assert_array_equal(session.run(x), [[7], [3]])
    assert "its stateful layers begin at zero in every call" in session.notes
    session.close()


def nested(folder: Path) -> Path:
    """Write a layers model of a model within a model, which triples its input after doubling it."""
    dense = {"units": 2, "activation": "linear", "use_bias": False}

    def layer(name: str, **more: object) -> dict[str, object]:
        return {"class_name": "Dense", "config": {"name": name, **dense, **more}}

    def model(name: str, *layers: object) -> dict[str, object]:
        return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}

    inner = model("inner", layer("twice", batch_input_shape=[None, 2]))
    topology = {"keras_version": "tfjs-layers 1.3.1", **model("outer", inner, layer("thrice"))}
    names = ("twice/kernel", "thrice/kernel")
    weights = [{"name": name, "shape": [2, 2], "dtype": "float32"} for name in names]
    folder.mkdir()
    values = np.stack([2 * np.eye(2), 3 * np.eye(2)]).astype(np.float32)
    (folder / "w.bin").write_bytes(values.tobytes())
    manifest = [{"paths": ["w.bin"], "weights": weights}]
    return write(folder, {"modelTopology": topology, "weightsManifest": manifest})


def test_a_layers_model_within_another(host: Host, tmp_path: Path) -> None:
    session = open_session(nested(tmp_path / "m"), "cpu", host)
    x = np.array([[1, -2]], np.float32)
    np.testing.assert_array_equal(session.run(x), 6 * x)
    found = session.tensors(x)
    assert any(np.array_equal(value, 2 * x) for value in found)
    assert any(np.array_equal(value, 6 * x) for value in found)
    session.close()


def test_a_layers_model_that_tfjs_cannot_read(host: Host, tmp_path: Path) -> None:
    folder = damaged(tmp_path / "m", "layers_series")
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text.replace('"Bidirectional"', '"Unheard"'))
    with pytest.raises(LoadError, match=r"TF\.js cannot load .*Unknown layer: Unheard"):
        open_session(folder, "cpu", host)


@pytest.mark.slow
def test_more_files_of_weights_than_a_browser_has_connections(tmp_path: Path) -> None:
    shards, numbers = 8, 1 << 20  # of 4 MiB each, as converters cut them
    path = graph_model(tmp_path / "m", ("Neg",))
    model = json.loads((path / "model.json").read_text())
    names = [f"group1-shard{i + 1}of{shards}.bin" for i in range(shards)]
    for i, name in enumerate(names):
        (path / name).write_bytes(np.full(numbers, i, np.float32).tobytes())
    weights = [{"name": "w", "shape": [shards * numbers], "dtype": "float32"}]
    model["weightsManifest"] = [{"paths": names, "weights": weights}]
    attr = {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": [{"size": "1"}]}}}
    model["modelTopology"]["node"].append({"name": "w", "op": "Const", "attr": attr})
    with Host(timeout_s=60) as host:
        session = open_session(write(path, model), "cpu", host)
        x = np.ones((1, 4), np.float32)
        np.testing.assert_array_equal(session.run(x), -x)


def test_closed_session_says_so(host: Host) -> None:
    session = open_session(DATA / "dense", "cpu", host)
    session.close()
    with pytest.raises(RuntimeError, match="no longer open in the page"):
        session.run(np.load(DATA / "dense" / "x.npy"))
    session.close()


def test_two_sessions_do_not_meet(host: Host) -> None:
    dense = open_session(DATA / "dense", "cpu", host)
    conv = open_session(DATA / "conv", "wasm", host)
    y = np.load(DATA / "dense" / "y.npy")
    np.testing.assert_allclose(dense.run(np.load(DATA / "dense" / "x.npy")), y, atol=1e-6)
    dense.close()
    assert conv.run(np.load(DATA / "conv" / "x.npy")).shape == (2, 3)
    conv.close()


@pytest.mark.slow
def test_sixty_models_one_after_another_leave_nothing() -> None:
    before = psutil.Process().children()

    def memory() -> int:
        [ours] = set(psutil.Process().children()) - set(before)
        return sum(child.memory_full_info().uss for child in ours.children(recursive=True))

    with Host() as host:
        sizes = []
        for i in range(60):
            name = ("dense", "conv", "lstm")[i % 3]
            session = open_session(DATA / name, "wasm", host)
            session.run(np.load(DATA / name / "x.npy"))
            session.close()
            if i % 10 == 9:
                sizes.append(memory())
    # Closed pages are collected now and then; of 60 kept ones each would hold 16 MB of wasm memory.
    assert max(sizes[3:]) < max(sizes[:3]) + 150e6


def test_runtimes_share_one_browser_and_start_it_late() -> None:
    before = psutil.Process().children()
    with tfjs.WASM.start() as load:
        assert psutil.Process().children() == before
        load(DATA / "dense", "cpu", 2).close()
        first = psutil.Process().children()
        assert len(first) == len(before) + 1
        load(DATA / "conv", "cpu", 2).close()
        assert psutil.Process().children() == first
    assert psutil.Process().children() == before


def test_software_webgl_is_no_gpu() -> None:
    with tfjs.WEBGL.start() as load:
        session = load(DATA / "dense", "cpu", 2)
        assert session.ran_on == "cpu"
        session.close()
        try:
            session = load(DATA / "dense", "gpu", 2)
        except Unavailable as error:
            assert "WebGL has no GPU here, its renderer is" in str(error)  # noqa: PT017 - or a GPU
        else:
            assert session.ran_on == "gpu"


ODD_NAMES = ["a?b.bin", "a%41.bin", "%2e%2e%2fx.bin", "%.bin", "%zz.bin", "a b.bin", "a#b.bin"]
ODD_NAMES += ["ü猫😀.bin", "a&b=c.bin", "a\\b.bin", "a'b\".bin", "\n.bin", ";a.bin", "https:x.bin"]
ODD_NAMES += ["sub/w.bin", "./w.bin", "sub/../w.bin", "sub//w.bin", "..w.bin", "constructor"]
ODD_NAMES += ["model.json?x"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_weights_of_any_name_are_found(host: Host, tmp_path: Path, name: str) -> None:
    folder = damaged(tmp_path / "m")
    (folder / "sub").mkdir()
    (folder / "group1-shard1of1.bin").rename(folder / name)
    model = json.loads((folder / "model.json").read_text())
    model["weightsManifest"][0]["paths"] = [name]
    (folder / "model.json").write_text(json.dumps(model))
    session = open_session(folder, "cpu", host)
    y = session.run(np.load(DATA / "dense" / "x.npy"))
    session.close()
    assert np.allclose(y, np.load(DATA / "dense" / "y.npy"), atol=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        *("../w.bin", "sub/../../w.bin", "/etc/passwd", "link.bin", "up/w.bin", "\x00", "a\x00b"),
        *("\udcff", "\ud800", "..", ".", "", "no.bin", "%2e%2e/w.bin", "..%2fw.bin", "sub"),
    ],
)
def test_weights_of_no_name_lead_out(host: Host, tmp_path: Path, name: str) -> None:
    folder = damaged(tmp_path / "m")
    shutil.copy(folder / "group1-shard1of1.bin", tmp_path / "w.bin")
    (folder / "sub").mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "w.bin")
    (folder / "up").symlink_to(tmp_path)
    model = json.loads((folder / "model.json").read_text())
    model["weightsManifest"][0]["paths"] = [name]
    (folder / "model.json").write_text(json.dumps(model))
    with pytest.raises(LoadError, match=re.escape(str(folder / "model.json"))):
        open_session(folder, "cpu", host)
