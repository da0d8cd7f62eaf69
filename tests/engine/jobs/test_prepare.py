"""What is found out of a model before anything is judged by it."""

from pathlib import Path

import keras
import pytest
from keras import layers

from seqbench import Status, api
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze


@pytest.mark.slow
def test_a_layer_that_masked_nothing_is_named_in_a_note(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    stack = [keras.Input((5, 3)), layers.Dense(3), layers.Masking(-1.0, name="rare")]
    model = keras.Sequential([*stack, layers.GlobalAveragePooling1D()], name="rarely")
    artifact = tmp_path / TARGETS["tflite"].filename
    TARGETS["tflite"].export(freeze(model), artifact)
    (record,) = api.verify(artifact, model)
    assert record.status == Status.PASS
    assert [note for note in record.notes if "layer 'rare' masked no step of any input" in note]
