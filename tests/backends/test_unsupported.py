from typing import Any

import keras
import pytest

from seqbench.backends.unsupported import name_unsupported
from seqbench.core.errors import Unsupported


class Unheard(keras.layers.Layer):  # type: ignore[misc] # Keras has no types
    def call(self, x: Any) -> Any:
        return keras.ops.reshape(self.refuse(x), (-1,))

    def refuse(self, x: Any) -> Any:
        raise NotImplementedError("no such thing")


def test_what_a_framework_lacks_names_the_layer() -> None:
    with (
        pytest.raises(Unsupported, match=r"layer 'odd' \(Unheard\): Keras on tensorflow .*no such"),
        name_unsupported("mine"),
    ):
        Unheard(name="odd")(keras.ops.ones((2, 3)))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ZeroDivisionError), name_unsupported("mine"):
        _ = 1 / 0
