"""Each variant of each target is smaller, runs in its runtime, and holds what it says."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.core.files import size_bytes
from seqbench.core.record import PLAIN
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS, VARIANTS, Artifact, Plain
from seqbench.targets.frozen import freeze
from seqbench.targets.tfjs.variants import _bytes
from seqbench.verdict import quality
from seqbench.verdict.quality import CRITERIA, Sample

X = np.random.default_rng(0).random((64, 12, 12, 3), np.float32)
WORDS = np.random.default_rng(0).integers(0, 2000, (64, 20)).astype(np.int32)


def images() -> Any:
    """Return a model of which every variant can narrow something."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(64, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ]
    )


def words() -> Any:
    """Return a recurrent model."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(2000, 64, mask_zero=True),
            layers.Bidirectional(layers.GRU(64)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def made(model: Any, x: np.ndarray, target: str, variant: str, folder: Path) -> tuple[Path, Path]:
    """Export a variant; return the plain artifact and it."""
    keras.utils.set_random_seed(0)
    folder.mkdir(exist_ok=True)
    frozen = freeze(model)
    path = folder / Artifact(target=TARGETS[target]).filename
    exported = TARGETS[target].export(frozen, path)
    narrow = folder / Artifact(target=TARGETS[target], variant=variant).filename
    reduced = TARGETS[target].variants[variant]
    calibration = x[:32] if reduced.calibrated else None
    plain = Plain(frozen=frozen, path=path, exported=exported)
    described = reduced.write(plain, narrow, calibration)
    assert (described.input, described.output) == (exported.input, exported.output)
    return path, narrow


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["images", "words"])
@pytest.mark.parametrize(
    ("target", "runtime", "variant"),
    [
        (target, {"tflite": "litert", "onnx": "onnxruntime"}[target], variant)
        for target in ("tflite", "onnx")
        for variant in TARGETS[target].variants
    ],
)
def test_it_is_smaller_and_good_enough(
    kind: str, target: str, runtime: str, variant: str, tmp_path: Path
) -> None:
    model, x = (images(), X) if kind == "images" else (words(), WORDS)
    plain, narrow = made(model, x, target, variant, tmp_path)
    most = 0.6 if variant == "fp16" else 0.4
    assert size_bytes(narrow) < most * size_bytes(plain)
    sample = Sample(x=x, own=np.asarray(model(x, training=False)))
    with RUNTIMES[runtime].start() as load:
        got = load(narrow, "cpu", 1).run(x)
    calibrated = TARGETS[target].variants[variant].calibrated
    criterion = CRITERIA[variant].on_made_up_inputs(calibrated=calibrated)
    found = quality.assess_quality(sample, got, criterion)
    assert found.reason is None
    assert found.snr_db < 120  # the plain artifact stands above


@pytest.mark.slow
@pytest.mark.parametrize("target", [name for name, found in TARGETS.items() if found.variants])
def test_each_variant_is_known_by_what_it_holds_and_the_plain_file_is_none(
    target: str, tmp_path: Path
) -> None:
    model, variants = images(), TARGETS[target].variants
    for variant, reduced in variants.items():
        plain, narrow = made(model, X, target, variant, tmp_path / variant)
        assert reduced.holds(narrow)
        assert not reduced.holds(plain)
        assert reduced.narrow.startswith(("weights in ", "activations in "))
        # 8 bits are no 16, and 16 no 8.
        others = {other for other, it in variants.items() if it.holds(narrow)} - {variant}
        assert others <= ({"int8-weights", "int8"} if variant != "fp16" else set())


@pytest.mark.browser
@pytest.mark.parametrize("variant", TARGETS["tfjs"].variants)
def test_the_browser_widens_the_weights(variant: str, tmp_path: Path) -> None:
    model = images()
    plain, narrow = made(model, X, "tfjs", variant, tmp_path)
    assert size_bytes(narrow) < 0.75 * size_bytes(plain)
    with RUNTIMES["tfjs-wasm"].start() as load:
        got = load(narrow, "cpu", 1).run(X)
    found = quality.assess_quality(
        Sample(x=X, own=np.asarray(model(X, training=False))),
        got,
        CRITERIA[variant].on_made_up_inputs(calibrated=False),
    )
    assert found.reason is None
    assert found.snr_db < 120
    entries = json.loads((narrow / "model.json").read_text())["weightsManifest"][0]["weights"]
    assert {len(entry["shape"]) >= 2 for entry in entries if "quantization" in entry} == {True}


def test_zero_stays_zero_in_8_bits() -> None:
    weights = np.array([[0.0, 0.3, -0.1, 0.71]], np.float32)
    steps, how = _bytes(weights)
    back = steps * how["scale"] + how["min"]
    assert back[0, 0] == 0
    np.testing.assert_allclose(back, weights, atol=how["scale"] / 2 + 1e-9)


def test_weights_that_are_all_alike_keep_their_value() -> None:
    for value in (0.0, 2.5, -2.5):
        steps, how = _bytes(np.full((2, 2), value, np.float32))
        np.testing.assert_allclose(steps * how["scale"] + how["min"], value, rtol=1e-6)


def test_every_variant_has_a_criterion_and_a_file_of_its_own() -> None:
    assert set(VARIANTS) == {PLAIN, *CRITERIA}
    names = [
        Artifact(target=target, variant=variant).filename
        for target in TARGETS.values()
        for variant in (PLAIN, *target.variants)
    ]
    assert len(set(names)) == len(names)
    assert "model.int8-weights.tflite" in names
    assert "tfjs.fp16" in names
