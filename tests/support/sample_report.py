"""Records of a run as a machine like those in use writes them, made in code and seeded."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from seqbench.core.record import Cell, Kind, Record, Status

RUNTIMES = {
    "tensorflow": ("saved_model", 310e-6),
    "litert": ("tflite", 8e-6),
    "onnxruntime": ("onnx", 14e-6),
    "tfjs-wasm": ("tfjs", 240e-6),
}
MODELS = {
    "three_layer": (0.4, 1_400),
    "dense_64_10": (0.6, 29_000),
    "digits_mlp": (1.0, 52_000),
    "digits_cnn": (9.0, 91_000),
    "three_class": (0.5, 3_100),
    "regression": (0.7, 21_000),
    "batchnorm_cnn": (60.0, 340_000),
    "lstm_series": (35.0, 74_000),
    "bigru_text": (80.0, 1_310_000),
    "conv1d_audio": (22.0, 160_000),
    "autoencoder": (14.0, 215_000),
}
MACHINE = {
    "cpu": "AMD EPYC 9B14",
    "cores": 2,
    "memory_bytes": 8_232_116_224,
    "os": "Linux 6.1 x86_64",
    "python": "3.11.7",
    "threads": 2,
    "git_commit": "7b600ba1d2c4",
    "seed": 0,
    "gpu": None,
    "versions": {"tensorflow": "2.21.0", "keras": "3.15.1", "onnxruntime": "1.31.1"},
}
NO_GPU = "no NVIDIA driver answers: install one, then `nvidia-smi` must list the device"

RECORDS = st.builds(
    Record,
    cell=st.builds(
        Cell,
        model=st.sampled_from(["a", "b"]),
        kind=st.sampled_from(Kind),
        target=st.none() | st.sampled_from(["onnx", "tflite"]),
        runtime=st.none() | st.sampled_from(["keras", "litert"]),
        device=st.sampled_from(["cpu", "gpu"]),
        batch_size=st.none() | st.integers(1, 3),
    ),
    status=st.sampled_from(Status),
    reason=st.none() | st.text(),
    max_abs_error=st.none() | st.floats(min_value=0),
    tolerance=st.none() | st.floats(min_value=0),
    samples_s=st.lists(st.floats(0, 10), max_size=9).map(tuple),
    started_at=st.none() | st.just("2026-11-20T09:00:00+00:00"),
)
"""Records that no machine writes, for what must hold of any."""


def run(models: tuple[str, ...] = tuple(MODELS), seed: int = 0) -> list[Record]:
    """Return a run in which everything on the CPU passes and there is no GPU."""
    rng = np.random.default_rng(seed)
    records = []
    for model in models:
        records += [train(model, rng), *exports(model), *verdicts(model, rng)]
        records += inferences(model, rng)
        records.append(
            Record(
                cell=Cell(model=model, kind=Kind.TRAIN, runtime="keras", device="gpu"),
                status=Status.UNAVAILABLE,
                reason=NO_GPU,
            )
        )
    return [_at(record, i) for i, record in enumerate(records)]


def train(model: str, rng: np.random.Generator) -> Record:
    return Record(
        cell=Cell(model=model, kind=Kind.TRAIN, runtime="keras", batch_size=32),
        status=Status.PASS,
        samples_s=_samples(rng, 900e-6 + 90e-6 * MODELS[model][0], 120),
        samples_per_process=(120,),
        calls_per_sample=1,
        first_call_s=1.31,
        load_s=0.21,
        peak_memory_bytes=812_000_000,
        metrics={"accuracy": 0.9722, "loss": 0.0931},
        ran_on="cpu",
        elapsed_s=8.0,
        machine=MACHINE,
    )


def exports(model: str) -> list[Record]:
    scale = {"saved_model": 1.4, "tflite": 1.02, "onnx": 1.05, "tfjs": 1.1}
    extra = {"saved_model": 42_000, "tflite": 1_900, "onnx": 800, "tfjs": 5_200}
    return [
        Record(
            cell=Cell(model=model, kind=Kind.EXPORT, target=target),
            status=Status.PASS,
            artifact=f"artifacts/{model}/{target}",
            size_bytes=int(MODELS[model][1] * scale[target] + extra[target]),
            elapsed_s=1.7,
            notes=("fixed batch: recurrent TFLite",)
            if (target, model[:4]) == ("tflite", "lstm")
            else (),
            machine=MACHINE,
        )
        for target in scale
    ]


def verdicts(model: str, rng: np.random.Generator) -> list[Record]:
    own = float(rng.uniform(2e-8, 2e-7))
    found = []
    for runtime, (target, _) in RUNTIMES.items():
        ratio = float(rng.uniform(0.5, 2.2))
        found.append(
            Record(
                cell=Cell(model=model, kind=Kind.VERIFY, target=target, runtime=runtime),
                status=Status.PASS,
                max_abs_error=own * ratio,
                tolerance=own * 8,
                error_ratio=ratio,
                elapsed_s=0.9,
                machine=MACHINE,
            )
        )
    return found


def inferences(model: str, rng: np.random.Generator) -> list[Record]:
    places = {"keras": (None, 260e-6), "keras-predict": (None, 38e-3), **RUNTIMES}
    return [
        Record(
            cell=Cell(
                model=model, kind=Kind.INFER, target=target, runtime=runtime, batch_size=batch
            ),
            status=Status.PASS,
            samples_s=_samples(rng, _latency(model, runtime, base, batch), 200),
            samples_per_process=(200,),
            calls_per_sample=10 if _latency(model, runtime, base, batch) < 20e-6 else 1,
            first_call_s=0.08,
            load_s=0.034,
            peak_memory_bytes=62_000_000 if runtime in ("litert", "onnxruntime") else 690_000_000,
            ran_on="cpu",
            elapsed_s=1.2,
            machine=MACHINE,
        )
        for runtime, (target, base) in places.items()
        for batch in (1, 32)
    ]


def _latency(model: str, runtime: str, base: float, batch: int) -> float:
    return base + MODELS[model][0] * 5e-6 * (1 + batch / 4)


def _samples(rng: np.random.Generator, around_s: float, count: int) -> tuple[float, ...]:
    return tuple(float(value) for value in around_s * rng.lognormal(0.0, 0.12, count))


def _at(record: Record, i: int) -> Record:
    return replace(record, started_at=f"2026-11-20T09:{i // 60:02}:{i % 60:02}+00:00")


def broken_run() -> list[Record]:
    """Return the run with a wrong number, a crash and a layer that a target cannot express."""
    return [_broken(record) for record in run()]


def _broken(record: Record) -> Record:
    cell = record.cell
    nothing = replace(
        record,
        samples_s=(),
        samples_per_process=(),
        size_bytes=None,
        max_abs_error=None,
        tolerance=None,
        error_ratio=None,
    )
    if (cell.model, cell.kind, cell.runtime) == ("digits_cnn", Kind.VERIFY, "onnxruntime"):
        return replace(
            record,
            status=Status.FAIL,
            max_abs_error=3.1e-3,
            tolerance=4.2e-7,
            error_ratio=5.9e4,
            reason="differs by 0.0031 from the float64 twin (channel 3); allowed 4.2e-7",
        )
    if (cell.model, cell.runtime) == ("bigru_text", "tfjs-wasm"):
        reason = "the page closed after 120 s\n  <script>alert(1)</script> [bold]x[/bold] | `y`"
        return replace(nothing, status=Status.ERROR, reason=reason)
    if (cell.model, cell.target) == ("autoencoder", "tflite"):
        reason = "layer 'up_3' (UpSampling2D) needs ResizeBicubic, no builtin op of TFLite"
        return replace(nothing, status=Status.UNSUPPORTED, reason=reason)
    return record
