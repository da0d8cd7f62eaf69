"""SavedModels that reach out are known by their operations, before TensorFlow loads them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqbench.core.errors import InputError
from seqbench.targets import TARGETS
from seqbench.targets.checks import refuse_dangers
from seqbench.targets.saved_model.checks import dangers


def export(folder: Path, body: Callable[[Any], Any]) -> Path:
    """Save a module whose only function is `body`."""
    import tensorflow as tf

    module = tf.Module()
    module.scale = tf.Variable(2.0)
    spec = tf.TensorSpec((None, 3), tf.float32, name="input")
    module.serve = tf.function(lambda x: body(x * module.scale), input_signature=[spec])
    tf.saved_model.save(module, str(folder), signatures=module.serve)
    return folder


def writes(x: Any) -> Any:
    import tensorflow as tf

    tf.io.write_file("written", "x")
    return x


def reads(x: Any) -> Any:
    import tensorflow as tf

    return x + tf.cast(tf.strings.length(tf.io.read_file("secret")), tf.float32)


def reads_in_a_loop(x: Any) -> Any:
    import tensorflow as tf

    return tf.while_loop(lambda i, _: i < 2, lambda i, x: (i + 1, reads(x)), (0, x))[1]


def lists(x: Any) -> Any:
    import tensorflow as tf

    return x + tf.cast(tf.size(tf.io.matching_files("/*")), tf.float32)


def calls_python(x: Any) -> Any:
    import tensorflow as tf

    return tf.ensure_shape(tf.py_function(lambda y: y, [x], tf.float32), (None, 3))


def calls_numpy(x: Any) -> Any:
    import tensorflow as tf

    return tf.ensure_shape(tf.numpy_function(lambda y: y, [x], tf.float32), (None, 3))


def prints_to_a_file(x: Any) -> Any:
    import tensorflow as tf

    tf.print("x", output_stream="file://written")
    return x


def reads_lines(x: Any) -> Any:
    import tensorflow as tf

    lines = tf.data.TextLineDataset("secret")
    return x + tf.cast(lines.reduce(0, lambda n, _: n + 1), tf.float32)


def restores(x: Any) -> Any:
    import tensorflow as tf

    return (
        x
        + tf.raw_ops.RestoreV2(
            prefix="other", tensor_names=["a"], shape_and_slices=[""], dtypes=[tf.float32]
        )[0]
    )


def saves(x: Any) -> Any:
    import tensorflow as tf

    tf.raw_ops.SaveV2(prefix="w", tensor_names=["a"], shape_and_slices=[""], tensors=[x])
    return x


def dumps(x: Any) -> Any:
    import tensorflow as tf

    return tf.raw_ops.DebugIdentity(input=x, debug_urls=["file://written"])


def maps_memory(x: Any) -> Any:
    import tensorflow as tf

    return x + tf.raw_ops.ImmutableConst(
        dtype=tf.float32, shape=(3,), memory_region_name="/etc/hostname"
    )


def ends_the_process(x: Any) -> Any:
    import tensorflow as tf

    with tf.control_dependencies([tf.raw_ops.Abort(exit_without_error=True)]):
        return tf.identity(x)


DANGERS = {
    "WriteFile": writes,
    "ReadFile": reads,
    "MatchingFiles": lists,
    "EagerPyFunc": calls_python,
    "PyFunc": calls_numpy,
    "PrintV2": prints_to_a_file,
    "TextLineDataset": reads_lines,
    "RestoreV2": restores,
    "SaveV2": saves,
    "DebugIdentity": dumps,
    "ImmutableConst": maps_memory,
    "Abort": ends_the_process,
}


@pytest.mark.parametrize("op", list(DANGERS))
def test_what_reaches_out_is_named(tmp_path: Path, op: str) -> None:
    found = dangers(export(tmp_path / "m", DANGERS[op]))
    assert any(one.startswith(f"{op} (in __inference_") for one in found), found


def test_a_function_within_a_function_is_seen(tmp_path: Path) -> None:
    assert "ReadFile (in while_body_" in "".join(dangers(export(tmp_path / "m", reads_in_a_loop)))


def test_the_message_names_all(tmp_path: Path) -> None:
    path = export(tmp_path / "m", lambda x: writes(reads(x)))
    with pytest.raises(InputError) as caught:
        refuse_dangers(path, TARGETS["saved_model"])
    message = str(caught.value)
    assert message.startswith(f"{path}: could run code or reach files beside it by ReadFile (in __")
    assert ", WriteFile (in __inference_" in message
    assert message.endswith("; pass --allow-code if you trust it")
    assert "RestoreV2" not in message
    assert "SaveV2" not in message


@pytest.mark.parametrize(
    "how",
    ["seqbench", "export", "save", "cnn", pytest.param("rnn", marks=pytest.mark.slow)],
)
def test_what_is_commonly_made_is_allowed(
    tmp_path: Path, how: str, small_cnn: Any, small_rnn: Any
) -> None:
    import keras
    import tensorflow as tf

    from seqbench.targets.frozen import freeze

    model = small_rnn if how == "rnn" else small_cnn
    if how == "seqbench":
        TARGETS["saved_model"].export(freeze(model), tmp_path / "m")
    elif how == "save":
        tf.saved_model.save(model, str(tmp_path / "m"))
    else:
        trained = keras.models.clone_model(model)
        trained.compile("adam", "mse")
        trained.export(tmp_path / "m", verbose=False)
    assert dangers(tmp_path / "m") == ()


def texts(vocabulary: Any) -> Any:
    import keras

    lookup = keras.layers.StringLookup(vocabulary=vocabulary)
    return keras.Sequential([keras.Input((1,), dtype="string"), lookup])


def test_a_table_of_words_in_the_graph_or_in_an_asset_is_allowed(tmp_path: Path) -> None:
    texts(["a", "b"]).export(tmp_path / "list", verbose=False)
    assert dangers(tmp_path / "list") == ()
    words = tmp_path / "words.txt"
    words.write_text("a\nb\n")
    texts(str(words)).export(tmp_path / "file", verbose=False)
    assert dangers(tmp_path / "file") == ()


def edited(path: Path, change: Callable[[Any], object]) -> Path:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    file = path / "saved_model.pb"
    saved = SavedModel.FromString(file.read_bytes())
    change(saved.meta_graphs[0])
    file.write_bytes(saved.SerializeToString())
    return path


def test_an_asset_out_of_the_folder(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("a\nb\n")
    texts(str(words)).export(tmp_path / "m", verbose=False)
    link = shutil.copytree(tmp_path / "m", tmp_path / "link") / "assets" / "words.txt"
    link.unlink()
    link.symlink_to("/etc/hostname")
    assert dangers(tmp_path / "link") == ("the asset 'words.txt'",)

    def lead_out(graph: Any) -> None:
        graph.asset_file_def[0].filename = "../../secret"

    assert dangers(edited(tmp_path / "m", lead_out)) == ("the asset '../../secret'",)


def test_a_table_that_is_told_its_file_is_no_asset(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("a\nb\n")
    texts(str(words)).export(tmp_path / "m", verbose=False)

    def name_a_file(graph: Any) -> None:
        for function in graph.graph_def.library.function:
            for node in function.node_def:
                if node.op == "InitializeTableFromTextFileV2":
                    constant = function.node_def.add(name="told", op="Const")
                    constant.attr["dtype"].type = 7
                    constant.attr["value"].tensor.string_val.append(b"/etc/hostname")
                    node.input[1] = "told:output:0"

    (found,) = dangers(edited(tmp_path / "m", name_a_file))
    assert found.startswith("InitializeTableFromTextFileV2 (in ")


def test_a_saver_that_is_called_otherwise_is_none(tmp_path: Path) -> None:
    path = export(tmp_path / "m", lambda x: x)

    def call(graph: Any) -> None:
        for node in graph.graph_def.node:
            if node.name == graph.saver_def.save_tensor_name.split(":")[0]:
                name = node.attr["f"].func.name
                graph.object_graph_def.concrete_functions[name].SetInParent()

    assert {found.split()[0] for found in dangers(edited(path, call))} == {
        "SaveV2",
        "MergeV2Checkpoints",
    }


def old(folder: Path, *, dangerous: str = "") -> Path:
    """Save a graph with a variable as TensorFlow 1 did."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, (None, 3), name="x")
        y = x * v1.get_variable("scale", initializer=2.0, use_resource=True)
        written = tf.io.write_file("written", "x")
        if dangerous == "signature":
            with tf.control_dependencies([written]):
                y = tf.identity(y)
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(
            session,
            str(folder),
            {"x": x},
            {"y": y},
            legacy_init_op=written if dangerous == "start" else None,
        )
    return folder


def test_old_saved_models(tmp_path: Path) -> None:
    assert dangers(old(tmp_path / "plain")) == ()
    assert dangers(old(tmp_path / "signature", dangerous="signature")) == ("WriteFile",)
    assert dangers(old(tmp_path / "start", dangerous="start")) == ("WriteFile",)


def test_an_unknown_operation_is_for_the_runtime_to_name(tmp_path: Path) -> None:
    import tensorflow as tf

    path = export(tmp_path / "m", lambda x: x)

    def rename(graph: Any) -> None:
        for function in graph.graph_def.library.function:
            for node in function.node_def:
                if node.op == "Mul":
                    node.op = "SomebodysOwn"

    assert dangers(edited(path, rename)) == ()
    with pytest.raises((FileNotFoundError, RuntimeError), match="SomebodysOwn"):
        tf.saved_model.load(path)


def test_a_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    saved = SavedModel()
    function = saved.meta_graphs.add().graph_def.library.function.add()
    function.signature.name = "a\n\x1b[1mb"
    function.node_def.add(name="w", op="WriteFile")
    (tmp_path / "saved_model.pb").write_bytes(saved.SerializeToString())
    with pytest.raises(InputError, match=r"by WriteFile \(in a\?\?\[1mb\); pass --allow-code"):
        refuse_dangers(tmp_path, TARGETS["saved_model"])


def test_what_is_damaged_is_for_the_runtime_to_say(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"not a protocol buffer")
    assert dangers(tmp_path) == ()
