"""numpy's files: which arrays of them are taken, and that nothing pickled is loaded."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import InputError
from seqbench.models.data.array_files import read_npy, read_npz

X, Y = np.arange(10.0).reshape(5, 2), np.arange(5)


class Trap:
    """Leaves a trace when it is unpickled."""

    def __reduce__(self) -> Any:
        return Path("trace").touch, ()


def test_arrays_that_are_divided_stay_so(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x_train=X, y_train=Y, x_test=X + 1, y_test=Y + 1, more=Y)
    found = read_npz(tmp_path / "a.npz")
    assert found.y_train is not None
    assert found.y_test is not None
    for given, array in ((X, found.x_train), (Y, found.y_train), (Y + 1, found.y_test)):
        np.testing.assert_array_equal(array, given)


def test_every_other_example_of_one_array_is_held_out(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    found = read_npz(tmp_path / "a.npz")
    assert found.y_train is not None
    assert found.y_test is not None
    assert (found.y_test.tolist(), found.y_train.tolist()) == ([0, 2, 4], [1, 3])
    assert found.x_test.tolist() == [[0, 1], [4, 5], [8, 9]]
    np.save(tmp_path / "a.npy", X[:1])
    alone = read_npy(tmp_path / "a.npy")
    assert alone.x_train.tolist() == alone.x_test.tolist() == [[0, 1]]
    assert alone.y_test is None


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": X}, r"expected the arrays x_train, .* found images$"),
        ({"x_train": X, "y_train": Y}, r"expected the arrays .* found x_train, y_train$"),
        ({"x": X, "y": Y[:4]}, r"a label of each; found shapes \(5, 2\) and \(4,\)"),
        ({"x": X[:0]}, r"expected at least one example"),
        ({"x": np.float32(3)}, r"expected at least one example"),
    ],
)
def test_other_arrays_are_refused(arrays: Any, message: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(InputError, match=message):
        read_npz(tmp_path / "a.npz")


def test_nothing_pickled_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    objects = np.array([Trap()], dtype=object)
    np.save("a.npy", objects, allow_pickle=True)
    np.savez("a.npz", x=objects)
    Path("b.npy").write_bytes(pickle.dumps(Trap()))
    for read, name in ((read_npy, "a.npy"), (read_npz, "a.npz"), (read_npy, "b.npy")):
        with pytest.raises(InputError, match=r"holds Python objects \(pickled\), which are never"):
            read(Path(name))
    assert not Path("trace").exists()


def test_damaged_and_misnamed_files_are_a_line(tmp_path: Path) -> None:
    np.savez(tmp_path / "whole.npz", x=X)
    cut = tmp_path / "cut.npz"
    cut.write_bytes((tmp_path / "whole.npz").read_bytes()[:150])
    with pytest.raises(InputError, match=r"cut\.npz: is truncated, damaged"):
        read_npz(cut)
    with pytest.raises(InputError, match=r"is no \.npy file but a \.npz one"):
        read_npy(tmp_path / "whole.npz")
    with (tmp_path / "one.npz").open("wb") as file:
        np.save(file, X)
    with pytest.raises(InputError, match=r"is no \.npz file but a single array"):
        read_npz(tmp_path / "one.npz")
