"""erf and erfc in float64 as a polynomial and an exponential: ONNX Runtime has erf in float32.

erfc(a) = exp(-a^2) p(u) / (1 + 2a) for a >= 0, where u goes with (a - 3.75) / (a + 3.75).
Source: Shepherd and Laframboise 1981, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in
0 <= x < infinity"; the coefficients are worked out here, from the series of erf (DLMF 7.6.1).
"""

from decimal import Decimal, localcontext
from functools import cache, partial
from typing import Any

from numpy.polynomial.chebyshev import chebpts1

from seqbench.targets.graph_rewrites.editor import Editor, Rewrite, has_dtype

CENTRE = 3.75
END = 6.5
"""From here on erf is 1 in float64."""

TOP = (END - CENTRE) / (END + CENTRE)
"""What (a - CENTRE) / (a + CENTRE) goes up to, from -1."""

DEGREE = 20
"""With this degree the error is that of float64; a higher one changes nothing."""

DIGITS = 90
FAR = Decimal(9)
"""Where erf is 1 to 36 digits, of which series of this many digits lose some."""


@cache
def coefficients() -> tuple[float, ...]:
    """Return the polynomial's coefficients in u, the constant first."""
    with localcontext() as context:
        context.prec = DIGITS
        whole = _series(FAR)

        def scaled(u: Decimal) -> Decimal:
            t = (u * Decimal(TOP + 1) + Decimal(TOP - 1)) / 2
            a = Decimal(CENTRE) * (1 + t) / (1 - t)
            return (1 + 2 * a) * (a * a).exp() * (1 - _series(a) / whole)

        points = [Decimal(float(u)) for u in chebpts1(DEGREE + 1)]
        return tuple(map(float, _through(points, [*map(scaled, points)])))


def _through(points: list[Decimal], values: list[Decimal]) -> list[Decimal]:
    """Return the coefficients of the polynomial through points, by divided differences."""
    found: list[Decimal] = []
    for order in range(len(points)):
        for i in reversed(range(order + 1, len(points))):
            values[i] = (values[i] - values[i - 1]) / (points[i] - points[i - order - 1])
    for point, value in zip(reversed(points), reversed(values), strict=True):
        shifted = [Decimal(0), *found]
        found = [
            high - point * low for high, low in zip(shifted, [*found, Decimal(0)], strict=True)
        ]
        found[0] += value
    return found


def _series(x: Decimal) -> Decimal:
    """Return erf(x) but for its constant factor."""
    total, term, n = x, x, 0
    while abs(term) > Decimal(10) ** -DIGITS:
        n += 1
        term *= -x * x / n
        total += term / (2 * n + 1)
    return total


def _erf(editor: Editor, node: Any) -> tuple[str, str]:
    """Add nodes for erf of a node's input; return it, and a constant 1."""
    (x,) = node.input
    number, add = partial(editor.number, node), partial(editor.add, node)
    one, centre = number("one", 1), number("centre", CENTRE)
    a = add("near", "Minimum", add("size", "Abs", x), number("end", END))
    t = add("t", "RealDiv", add("below", "Sub", a, centre), add("above", "AddV2", a, centre))
    scaled = add("scaled", "Mul", t, number("scale", 2 / (TOP + 1)))
    u = add("u", "AddV2", scaled, number("offset", (1 - TOP) / (1 + TOP)))
    highest, *rest = reversed(coefficients())
    found = number("highest", highest)
    for i, value in enumerate(rest):
        product = add(f"product{i}", "Mul", found, u)
        found = add(f"sum{i}", "AddV2", product, number(f"factor{i}", value))
    bell = add("bell", "Exp", add("minus", "Neg", add("square", "Mul", a, a)))
    wide = add("wide", "AddV2", one, add("twice", "AddV2", a, a))
    rest_of_one = add("rest", "RealDiv", add("part", "Mul", bell, found), wide)
    erf = add("erf", "Sub", one, rest_of_one)
    return add("signed", "Mul", add("sign", "Sign", x), erf), one


def _to_erf(editor: Editor, node: Any) -> None:
    erf, _ = _erf(editor, node)
    editor.become(node, "Identity", erf)


def _to_erfc(editor: Editor, node: Any) -> None:
    erf, one = _erf(editor, node)
    editor.become(node, "Sub", one, erf)


ERF = Rewrite(op="Erf", applies=has_dtype("float64"), apply=_to_erf)
ERFC = Rewrite(op="Erfc", applies=has_dtype("float64"), apply=_to_erfc)
"""For ONNX."""
