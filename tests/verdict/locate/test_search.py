"""The first layer that an artifact's tensors do not hold is named, whatever else they hold."""

import numpy as np

from seqbench.verdict.locate import search
from seqbench.verdict.locate.search import Divergence, Layer
from seqbench.verdict.tolerance import Case, largest

RNG = np.random.default_rng(0)


def layer(name: str, exact: np.ndarray, kind: str = "Dense") -> Layer:
    case = Case(
        name=name,
        x=np.zeros((len(exact), 1), np.float32),
        exact=exact.astype(np.float64),
        own=exact.astype(np.float32),
        error=np.full(exact.shape[-1], 1e-7),
        scale=largest(exact),
    )
    return Layer(name=name, kind=kind, config={"units": exact.shape[-1]}, case=case)


def find_divergence(stack: list[Layer], tensors: list[np.ndarray]) -> Divergence | None:
    """Look into an artifact whose answer is its last tensor."""
    return search.find_divergence(stack, tensors, tensors[-1].astype(np.float32))


A, B, C = (RNG.standard_normal(shape) for shape in ((4, 6, 6, 3), (4, 6, 6, 5), (4, 10)))
STACK = [layer("a", A, "Conv2D"), layer("b", B, "BatchNormalization"), layer("c", C)]
OTHER = RNG.standard_normal((4, 6, 6, 5))


def test_nothing_parts_where_every_layer_is_there() -> None:
    assert find_divergence(STACK, [A, B, C]) is None
    assert find_divergence(STACK, [OTHER, C]) is None  # what comes after is right, so it is right


def test_the_first_that_is_not_there_is_named_with_the_errors_about_it() -> None:
    parted = find_divergence(STACK, [A + 3e-8, OTHER, C + 1])
    assert parted is not None
    assert (parted.layer, parted.before) == ("b", "a")
    assert parted.error_before < 1e-7
    assert parted.error_after == np.abs(OTHER - B).max()
    assert parted.others == ()


def test_the_first_layer_of_all() -> None:
    parted = find_divergence(STACK, [np.sin(A)])
    assert parted is not None
    assert (parted.layer, parted.before, parted.error_before) == ("a", None, 0.0)


def test_other_layouts_hold_the_same_layer() -> None:
    first = A.transpose(0, 3, 1, 2)
    parted = find_divergence(STACK, [first[:, :, None], C.reshape(2, 2, 10) + 1])
    assert parted is not None
    assert parted.layer == "b"


def test_units_in_another_order_are_another_layer() -> None:
    parted = find_divergence(STACK, [A, B[..., [1, 0, 2, 3, 4]], C])
    assert parted is None  # harmless: what follows is right
    parted = find_divergence(STACK, [A, B, C[:, ::-1]])
    assert parted is not None
    assert parted.layer == "c"


def test_numbers_that_are_none_are_not_the_layer() -> None:
    broken = C.copy()
    broken[0, 0] = np.nan
    parted = find_divergence(STACK, [A, B, broken])
    assert parted is not None
    assert (parted.layer, parted.error_after) == ("c", np.inf)


def test_layers_that_the_artifact_does_not_show_are_said() -> None:
    parted = find_divergence(STACK, [C + 1])
    assert parted is not None
    assert (parted.layer, parted.others) == ("a", ("b", "c"))
    assert parted.error_after == np.abs(C + 1 - C).max()


def test_a_scale_folded_into_the_layer_before_it() -> None:
    conv = RNG.standard_normal((4, 6, 6, 3))
    norm = conv * [1.0, 2.0, 3.0] + [0.1, 0.2, 0.3]
    stack = [
        layer("conv", conv, "Conv2D"),
        layer("norm", norm, "BatchNormalization"),
        layer("relu", np.maximum(norm, 0), "ReLU"),
    ]
    wrong_scale = np.maximum(conv * [1.0, 2.2, 3.0] + [0.1, 0.2, 0.3], 0)
    parted = find_divergence(stack, [wrong_scale])
    assert parted is not None
    assert parted.layer == "norm"
    wrong_sums = np.maximum((conv + 0.01 * RNG.standard_normal(conv.shape)) * [1.0, 2.0, 3.0], 0)
    parted = find_divergence(stack, [wrong_sums])
    assert parted is not None
    assert parted.layer == "conv"
