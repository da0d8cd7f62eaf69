"""Examples, and their division into some to calibrate on and some held out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seqbench.core.errors import InputError
from seqbench.core.scenario import Data
from seqbench.models.checks.outputs import read_ending

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Inputs, shape (n, ...), and their labels, shape (n, ...), where there are any."""

    x: np.ndarray
    y: np.ndarray | None = None

    def divide(self, place: str) -> Data:
        """Hold every other example out, the first of all too; a single one serves for both.

        So the classes have equal parts in both, also where the examples are sorted by class.

        Raises:
            InputError: there are none, or not as many labels; the message begins with `place`.

        """
        shapes = [part.shape for part in (self.x, self.y) if part is not None]
        counts = {shape[0] if shape else 0 for shape in shapes}
        if len(counts) > 1 or not all(counts):
            found = " and ".join(map(str, shapes))
            msg = (
                f"{place}: expected at least one example, and a label of each; found shapes {found}"
            )
            raise InputError(msg)
        held_out, others = slice(0, None, 2), slice(1 if len(self.x) > 1 else 0, None, 2)
        return Data(
            x_train=self.x[others],
            y_train=None if self.y is None else self.y[others],
            x_test=self.x[held_out],
            y_test=None if self.y is None else self.y[held_out],
        )


def number_classes(names: np.ndarray, place: str, model: "keras.Sequential") -> np.ndarray:
    """Return the numbers of classes that have names, in alphabetical order as Keras counts folders.

    Raises:
        InputError: the model tells another number of classes apart.

    """
    known, numbers = np.unique(names, return_inverse=True)
    ending = read_ending(model)
    expected = 2 if ending.units == 1 else ending.units
    if expected is not None and len(known) != expected:
        few = ", ".join(map(repr, known[:4].tolist())) + (", ..." if len(known) > 4 else "")
        msg = (
            f"{place}: last layer {ending.layer!r} with {ending.units} "
            f"unit{'s' * (ending.units != 1)} tells {expected} classes apart, found {len(known)} "
            f"names of classes: {few}; give an example of each class, or number them yourself"
        )
        raise InputError(msg)
    return numbers.reshape(names.shape).astype(np.int64)
