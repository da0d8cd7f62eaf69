"""What runtimes say of files that other tools make: signatures, several inputs, Flex operations."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import LoadError
from seqbench.runtimes import litert, onnxruntime, tensorflow

X = np.array([[1, 2, 3], [4, 5, 6]], np.float32)


@pytest.fixture(autouse=True)
def _threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the threads of this process, in which TensorFlow has begun: they cannot change."""
    monkeypatch.setattr(tensorflow, "set_threads", lambda _: None)


def module(**calls: Any) -> tuple[Any, dict[str, Any]]:
    """Return a module and its functions of three numbers a row, traced."""
    import tensorflow as tf

    made = tf.Module()
    spec = tf.TensorSpec((None, 3), tf.float32, name="numbers")
    return made, {
        name: tf.function(call, input_signature=[spec]).get_concrete_function()
        for name, call in calls.items()
    }


def saved_model(folder: Path, **calls: Any) -> Path:
    import tensorflow as tf

    made, signatures = module(**calls)
    tf.saved_model.save(made, str(folder), signatures=signatures)
    return folder


def test_a_saved_model_of_another_signature(tmp_path: Path) -> None:
    path = saved_model(tmp_path / "m", predict=lambda x: {"answer": 2 * x})
    session = tensorflow.load(path, "cpu", 1)
    assert (session.input.name, session.output.name) == ("numbers", "answer")
    assert session.notes == ("its one signature is called 'predict', not 'serving_default'",)
    np.testing.assert_array_equal(session.run(X), 2 * X)


def test_a_saved_model_of_several_signatures(tmp_path: Path) -> None:
    calls = {"encode": lambda x: {"code": -x}, "serving_default": lambda x: {"answer": 2 * x}}
    session = tensorflow.load(saved_model(tmp_path / "m", **calls), "cpu", 1)
    np.testing.assert_array_equal(session.run(X), 2 * X)
    assert session.notes == (
        "of its 2 signatures (encode, serving_default) 'serving_default' is judged",
    )


def test_a_saved_model_of_which_no_signature_stands_out(tmp_path: Path) -> None:
    path = saved_model(tmp_path / "m", decode=lambda x: {"x": x}, encode=lambda x: {"x": -x})
    text = r"m has 2 signatures \(decode, encode\), and none is called 'serving_default', so which"
    with pytest.raises(LoadError, match=text):
        tensorflow.load(path, "cpu", 1)
    with pytest.raises(LoadError, match="n has no signature: save it with one, called 'serving_d"):
        tensorflow.load(saved_model(tmp_path / "n"), "cpu", 1)


def test_a_saved_model_of_several_outputs(tmp_path: Path) -> None:
    path = saved_model(tmp_path / "m", serving_default=lambda x: {"a": 2 * x, "b": 3 * x})
    session = tensorflow.load(path, "cpu", 1)
    np.testing.assert_array_equal(session.run(X), 2 * X)
    assert session.notes == ("of its 2 outputs (a, b) 'a' is judged",)


def tflite(path: Path, calls: dict[str, Any], *, flex: bool = False, free: bool = True) -> Path:
    import tensorflow as tf

    made = tf.Module()
    spec = tf.TensorSpec((None if free else 2, 3), tf.float32, name="numbers")
    for name, call in calls.items():
        setattr(made, name, tf.function(call, input_signature=[spec]))
    signatures = {name: getattr(made, name).get_concrete_function() for name in calls}
    tf.saved_model.save(made, str(path) + ".saved", signatures=signatures)
    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(path) + ".saved", signature_keys=list(calls)
    )
    if flex:
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.TFLITE_BUILTINS,
            tf.lite.OpsSet.SELECT_TF_OPS,
        ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(converter.convert())
    return path


def test_a_tflite_file_of_several_signatures(tmp_path: Path) -> None:
    calls = {"twice": lambda x: {"y": 2 * x}, "less": lambda x: {"z": -x}}
    path = tflite(tmp_path / "m.tflite", calls)
    session = litert.load(path, "cpu", 1)
    (note,) = session.notes
    named = {"'twice' is judged": ("y", 2 * X), "'less' is judged": ("z", -X)}
    output, answer = next(found for text, found in named.items() if note.endswith(text))
    assert session.output.name == output
    np.testing.assert_array_equal(session.run(X), answer)
    assert note.startswith("of its 2 signatures (")


@pytest.mark.parametrize("free", [True, False])
def test_a_flex_operation_is_a_reason_in_words(tmp_path: Path, free: bool) -> None:
    import tensorflow as tf

    path = tflite(
        tmp_path / "m.tflite",
        {"serve": lambda x: {"y": tf.math.cumprod(x, axis=1)}},
        flex=True,
        free=free,
    )
    with pytest.raises(LoadError) as caught:
        litert.load(path, "cpu", 1)
    assert str(caught.value) == (
        "m.tflite runs only beside TensorFlow: LiteRT alone has no FlexCumprod; convert the model "
        "with built-in operations, as `seqbench export` does"
    )


def test_an_onnx_file_of_several_outputs(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    def value(name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 3])

    nodes = [helper.make_node("Neg", ["x"], ["less"]), helper.make_node("Abs", ["x"], ["size"])]
    graph = helper.make_graph(nodes, "g", [value("x")], [value("less"), value("size")])
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tmp_path / "m.onnx")
    session = onnxruntime.load(tmp_path / "m.onnx", "cpu", 1)
    np.testing.assert_array_equal(session.run(X), -X)
    assert session.notes == ("of its 2 outputs (less, size) 'less' is judged",)
