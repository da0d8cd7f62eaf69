from seqbench.core.record import Cell, Kind
from seqbench.engine.plan import Model, Selection, cells, has_exports, needed_framework

MODEL = Model(name="m", batch_sizes=(1, 32), training_batch=32, weight_bytes=8)


def planned(
    *devices: str, model: Model = MODEL, kinds: tuple[Kind, ...] = tuple(Kind)
) -> set[Cell]:
    selection = Selection(kinds=kinds, targets=("onnx",), runtimes=None, devices=devices)
    found = cells([model], selection)
    assert len({cell.key for cell in found}) == len(found)
    assert has_exports(selection) is any(cell.kind is Kind.EXPORT for cell in found)
    return set(found)


def test_a_chip_that_need_not_be_here_is_only_compiled_for() -> None:
    found = planned("tpu:v5e")
    assert {(cell.kind, cell.batch_size) for cell in found} == {
        (Kind.COMPILE, 1),
        (Kind.COMPILE, 32),
        (Kind.COMPILE_TRAIN, 32),
    }
    assert {(cell.runtime, cell.target, cell.device) for cell in found} == {
        ("keras-jax", None, "tpu:v5e")
    }


def test_chips_add_to_devices_and_take_nothing_away() -> None:
    cpu, chip = planned("cpu"), planned("tpu:v6e")
    assert planned("cpu", "tpu:v6e") == cpu | chip
    assert not {Kind.COMPILE, Kind.COMPILE_TRAIN} & {cell.kind for cell in cpu}


def test_a_model_that_is_not_trained_has_no_training_step() -> None:
    model = Model(name="m", batch_sizes=(1,), training_batch=None, weight_bytes=8)
    assert {cell.kind for cell in planned("tpu:v4", model=model)} == {Kind.COMPILE}


def test_on_several_devices_models_are_only_trained() -> None:
    (cell,) = planned("4xcpu")
    assert cell.key == "m.train.keras.4xcpu.fp32.b32"
    assert planned("cpu", "4xcpu") == planned("cpu") | {cell}


def test_kinds_choose_what_is_compiled() -> None:
    assert {cell.kind for cell in planned("tpu:v4", kinds=(Kind.COMPILE_TRAIN,))} == {
        Kind.COMPILE_TRAIN
    }
    assert not planned("tpu:v4", kinds=(Kind.INFER,))


def test_the_key_is_a_file_name_everywhere() -> None:
    assert {cell.key for cell in planned("tpu:v5e", kinds=(Kind.COMPILE_TRAIN,))} == {
        "m.compile-train.keras-jax.tpu-v5e.fp32.b32"
    }


def test_inference_is_swept_over_threads_and_nothing_else_is() -> None:
    model = Model(name="m", batch_sizes=(1, 32), training_batch=8, weight_bytes=8)
    selection = Selection(
        kinds=(Kind.TRAIN, Kind.EXPORT, Kind.INFER, Kind.VERIFY),
        targets=("onnx", "tfjs"),
        runtimes=("onnxruntime", "tfjs-wasm"),
        devices=("cpu",),
        threads=(1, 2),
    )
    found = cells([model], selection)
    swept = [cell for cell in found if cell.threads is not None]
    assert [(cell.batch_size, cell.threads) for cell in swept] == [(1, 1), (32, 1), (1, 2), (32, 2)]
    assert {(cell.kind, cell.runtime) for cell in swept} == {(Kind.INFER, "onnxruntime")}
    assert len({cell.key for cell in found}) == len(found)


def test_backends_are_trained_timed_and_held_against_the_twin() -> None:
    selection = Selection(
        kinds=(Kind.TRAIN, Kind.INFER, Kind.VERIFY),
        targets=(),
        runtimes=None,
        devices=("cpu",),
        backends=("jax", "torch"),
    )
    model = Model(name="m", batch_sizes=(1,), training_batch=8, weight_bytes=8)
    found = [(cell.kind, cell.runtime) for cell in cells([model], selection)]
    assert sorted(found) == sorted(
        (kind, runtime)
        for kind in (Kind.TRAIN, Kind.INFER, Kind.VERIFY)
        for runtime in ("keras-jax", "keras-torch")
    )


def test_a_cell_needs_its_framework() -> None:
    export = Cell(model="m", kind=Kind.EXPORT, target="onnx")
    assert needed_framework(export) == "tensorflow"
    assert needed_framework(Cell(model="m", kind=Kind.INFER, runtime="onnxruntime")) is None
    assert needed_framework(Cell(model="m", kind=Kind.TRAIN, runtime="keras-jax")) == "jax"


def test_batch_sizes_that_are_asked_for_are_in_the_place_of_the_models_own() -> None:
    model = Model(name="m", batch_sizes=(1, 32), training_batch=8, weight_bytes=8)
    selection = Selection(
        kinds=tuple(Kind),
        targets=("onnx",),
        runtimes=None,
        devices=("cpu", "tpu:v5e"),
        batch_sizes=(3, 7),
    )
    sizes = {cell.kind: set[int | None]() for cell in cells([model], selection)}
    for cell in cells([model], selection):
        sizes[cell.kind].add(cell.batch_size)
    assert sizes[Kind.INFER] == sizes[Kind.COMPILE] == {3, 7}
    assert sizes[Kind.TRAIN] == sizes[Kind.COMPILE_TRAIN] == {8}
