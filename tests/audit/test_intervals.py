"""Intervals against brute force: numbers drawn in the operands never leave the result, and its ends are reached."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from panelkit.kernels.intervals import EVERYTHING, Interval

DRAWN = 400
BINARY: dict[str, Callable[..., object]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def drawn(rng: np.random.Generator) -> Interval:
    low, high = sorted(rng.normal(scale=10.0 ** rng.integers(-3, 3), size=2) + rng.choice([0.0, 1.0, -1.0]))
    return Interval(float(low), float(high))


def held(interval: Interval, count: int = 60) -> np.ndarray:
    return np.linspace(interval.low, interval.high, count)


@pytest.mark.parametrize("sign", list(BINARY))
def test_sums_products_quotients(sign: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(DRAWN):
        a, b = drawn(rng), drawn(rng)
        result = BINARY[sign](a, b)
        assert isinstance(result, Interval)
        if sign == "/" and b.low <= 0.0 <= b.high:
            assert result == EVERYTHING
            continue
        values = BINARY[sign](held(a)[:, None], held(b)[None, :])
        assert isinstance(values, np.ndarray)
        # a grid that holds the ends of both operands reaches the ends of the result to rounding of doubles
        size = max(abs(result.low), abs(result.high))
        assert math.isclose(values.min(), result.low, rel_tol=1e-12, abs_tol=1e-12 * size)
        assert math.isclose(values.max(), result.high, rel_tol=1e-12, abs_tol=1e-12 * size)


def test_functions_of_one() -> None:
    rng = np.random.default_rng(4)
    for _ in range(DRAWN):
        a = drawn(rng)
        grid = np.append(held(a), np.clip(0.0, a.low, a.high))
        for result, values in (
            (-a, -grid),
            (abs(a), np.abs(grid)),
            (a.square(), grid**2),
            (a.mapped(math.atan), np.arctan(grid)),
            (2.0 - a, 2.0 - grid),
            (3.0 * a, 3.0 * grid),
            (1.5 + a, 1.5 + grid),
        ):
            assert math.isclose(result.low, values.min(), rel_tol=1e-12, abs_tol=1e-15)
            assert math.isclose(result.high, values.max(), rel_tol=1e-12, abs_tol=1e-15)
        if a.high >= 0.0:
            roots = np.sqrt(np.clip(grid, 0.0, None))
            assert (a.root().low, a.root().high) == pytest.approx((roots.min(), roots.max()))


def test_divisors_at_zero_and_ends_at_infinity() -> None:
    assert Interval(1.0, 2.0) / Interval(0.0, 4.0) == Interval(0.25, math.inf)
    assert Interval(1.0, 2.0) / Interval(-4.0, 0.0) == Interval(-math.inf, -0.25)
    assert Interval(-1.0, 2.0) / Interval(0.0, 4.0) == EVERYTHING
    assert Interval(1.0, 2.0) / Interval(-1.0, 1.0) == EVERYTHING
    assert Interval(0.0, 0.0) * EVERYTHING == Interval(0.0, 0.0)
    assert 1.0 / Interval(2.0, math.inf) == Interval(0.0, 0.5)
    assert Interval(2.0, math.inf) - Interval(1.0, math.inf) == EVERYTHING
    assert Interval(1.0, math.inf) / Interval(1.0, math.inf) == Interval(0.0, math.inf)
    for low, high in ((2.0, 1.0), (math.nan, 1.0), (0.0, math.nan)):
        with pytest.raises(ValueError, match="no interval"):
            Interval(low, high)
    with pytest.raises(ValueError, match="no root"):
        Interval(-2.0, -1.0).root()


def test_meeting_is_symmetric_and_what_numbers_say() -> None:
    rng = np.random.default_rng(5)
    for _ in range(DRAWN):
        a, b = drawn(rng), drawn(rng)
        assert a.meets(b) == b.meets(a) == (max(a.low, b.low) <= min(a.high, b.high))
        assert a.inside(b) == all(b.has(end) for end in (a.low, a.high))
        assert a.has(a.middle)
        assert a.widened(1.0).width == pytest.approx(a.width + 2.0)
    # .1 + .2 meets .3 although their doubles miss, at any scale
    for scale in (1.0, 1e-9, 1e9):
        assert (Interval.at(0.1 * scale) + Interval.at(0.2 * scale)).meets(0.3 * scale)
        assert not Interval.at(0.3 * scale).meets(0.300001 * scale)
