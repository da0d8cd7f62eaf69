import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.verdict.inputs.suite import (
    MAX_ELEMENTS,
    VARIABLE,
    InputSpec,
    first_shapes,
    make_inputs,
    other_shapes,
    plausible,
)

SPAN = (np.zeros(()), np.full((), 255.0))

sizes = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple)


@given(sizes, st.integers(0, 99))
def test_float_batches_have_the_shape_and_are_never_constant_but_zeros(
    shape: tuple[int, ...], seed: int
) -> None:
    batches = make_inputs(InputSpec(shape=shape, dtype="float32"), seed)
    for name, x in batches.items():
        assert x.shape[1:] == shape
        assert x.dtype == np.float32
        assert np.isfinite(x).all()
        assert (np.ptp(x) > 0) == (name != "zeros")
    assert len({len(x) for x in batches.values()}) > 1


@given(sizes, st.integers(1, 300))
def test_every_token_of_the_vocabulary_occurs(shape: tuple[int, ...], vocabulary: int) -> None:
    batches = make_inputs(InputSpec(shape=shape, dtype="int32", vocabulary=vocabulary), 0)
    assert set(np.unique(batches["cover"])) == set(range(vocabulary))
    for x in batches.values():
        assert x.min() >= 0
        assert x.max() < max(vocabulary, 2)


def test_the_same_seed_makes_the_same_batches() -> None:
    spec = InputSpec(shape=(3,), dtype="float32")
    one, again, other = make_inputs(spec, 1), make_inputs(spec, 1), make_inputs(spec, 2)
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["random"], other["random"])


def test_open_dimensions_get_a_size() -> None:
    x = make_inputs(InputSpec(shape=(None, 2), dtype="float32"), 0)["random"]
    assert x.shape[1:] == (VARIABLE, 2)


def test_large_inputs_get_fewer_rows() -> None:
    x = make_inputs(InputSpec(shape=(512, 512, 3), dtype="float32"), 0)["random"]
    assert 2 <= len(x) <= MAX_ELEMENTS // (512 * 512 * 3) + 2


def test_real_data_come_first() -> None:
    data = np.arange(100.0).reshape(50, 2)
    batches = make_inputs(InputSpec(shape=(2,), dtype="float32"), 0, data)
    assert next(iter(batches)) == "held-out"
    assert np.array_equal(batches["held-out"], data[:32].astype(np.float32))


@given(sizes, st.integers(1, 40))
def test_every_entry_of_a_table_occurs(shape: tuple[int, ...], size: int) -> None:
    entries = np.arange(size) * 1000
    batches = make_inputs(InputSpec(shape=shape, dtype="int64", entries=entries), 0)
    assert set(np.unique(batches["cover"])) == set(entries)
    assert all(set(x.flat) <= set(entries) for x in batches.values())


def test_words_are_texts_that_need_no_pickle() -> None:
    spec = InputSpec(shape=(1,), dtype="string", entries=np.array(["", "ape", "bee"]), texts=True)
    batches = make_inputs(spec, 0)
    for x in batches.values():
        assert x.dtype.kind == "U"
        assert x.shape[1:] == (1,)
    words = {word for text in batches["random"].flat for word in text.split(" ")}
    assert words == {"", "ape", "bee"}
    assert set(batches["zeros"].flat) == {" " * 5}


def test_open_sizes_are_tried_from_the_smallest_as_far_as_memory_allows() -> None:
    spec = InputSpec(shape=(None, None, 3), dtype="float32")
    found = list(first_shapes(spec))
    assert found[0] == (VARIABLE, VARIABLE, 3)
    assert found[-1] == (512, 512, 3)  # 1024 x 1024 x 3 would be more than 2 million
    assert [*first_shapes(InputSpec(shape=(None,), dtype="float32"))][-1] == (32768,)


def test_a_second_size_differs_in_what_is_open_alone() -> None:
    spec = InputSpec(shape=(None, 5), dtype="float32")
    found = list(other_shapes(spec, (11, 5)))
    assert found[0] == (14, 5)
    assert all(time != 11 and width == 5 for time, width in found)


def test_the_suite_is_as_long_as_the_data() -> None:
    data = np.zeros((40, 11, 5), np.float32)
    batches = make_inputs(InputSpec(shape=(None, 5), dtype="float32"), 0, data)
    assert {x.shape[1:] for x in batches.values()} == {(11, 5)}


def test_made_up_pictures_differ_from_each_other_as_pictures_do() -> None:
    x = make_inputs(InputSpec(shape=(16, 16, 3), dtype="float32"), 0)["unit"]
    means = x.mean(axis=(1, 2, 3))
    # Noise of 768 independent values has means within 0.29 / sqrt(768) = 0.01 of each other.
    assert means.std() > 0.05
    assert np.unique(x[0]).size == x[0].size


@pytest.mark.parametrize(
    ("spec", "calibrated", "names"),
    [
        (InputSpec(shape=(3,), dtype="float32"), True, ["unit"]),
        (InputSpec(shape=(3,), dtype="float32"), False, ["unit", "random"]),
        (InputSpec(shape=(3,), dtype="int32", vocabulary=9), True, ["random", "padded", "cover"]),
        (InputSpec(shape=(3,), dtype="uint8", typical=SPAN), True, ["typical"]),
        (
            InputSpec(shape=(3,), dtype="float32", typical=SPAN, center=SPAN[0], spread=SPAN[1]),
            False,
            ["typical", "expected"],
        ),
    ],
)
def test_what_a_users_inputs_could_be_like(
    spec: InputSpec, calibrated: bool, names: list[str]
) -> None:
    batches = [*make_inputs(spec, 0), "sought", "other size"]
    assert plausible(batches, calibrated=calibrated) == names
    masked = [] if calibrated and spec.dtype != "int32" else ["masked"]
    assert plausible([*batches, "masked", "wholly masked"], calibrated=calibrated) == names + masked
