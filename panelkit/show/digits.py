"""Numbers as a person writes them, with as many digits as it takes to tell two of them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

SIGNIFICANT = 3
_FIGURES = 6
_MOST = 17  # digits after which two different doubles always differ


def written(value: float, digits: int = SIGNIFICANT) -> str:
    """Return a number with so many significant digits at least: whole thousands with commas, tiny ones as 1.2e-05."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return _with(value, _decimals([value], digits), digits)


def apart(values: Sequence[float], digits: int = SIGNIFICANT) -> list[str]:
    """Return numbers that stand side by side, with one count of decimals: different numbers print differently.

    Numbers that cannot be told apart within `digits` get as many more as it takes.
    """
    held = [value for value in values if math.isfinite(value)]
    distinct = len(set(held))
    for more in range(digits, _MOST + 1):
        decimals = _decimals(held, more)
        texts = [_with(value, decimals, more) for value in held]
        if len(set(texts)) == distinct:
            break
    else:
        texts = [repr(value) for value in held]
    found = dict(zip(held, texts, strict=True))
    return [found[value] if math.isfinite(value) else written(value) for value in values]


def pair(old: float, new: float, digits: int = SIGNIFICANT) -> tuple[str, str]:
    """Return two numbers, before and after, that print differently where they differ."""
    before, after = apart([old, new], digits)
    return before, after


def figures(*values: float) -> list[str]:
    """Return figures of a table side by side: six digits or as many more as it takes, without closing zeros."""
    texts = apart(values, _FIGURES)
    decimal = [text for text in texts if "." in text and "e" not in text]
    zeros = min((len(text) - len(text.rstrip("0")) for text in decimal), default=0)
    return [text[: len(text) - zeros].removesuffix(".") if text in decimal else text for text in texts]


def signed_percent(value: float) -> str:
    """Return a change in per cent with its sign: two decimals, or two digits where those would be zeros."""
    if value == 0 or abs(value) >= 0.005:
        return f"{value:+,.2f} %"
    return (
        f"{value:+.{1 - math.floor(math.log10(abs(value)))}f} %" if abs(value) >= 1e-6 else f"{value:+.1e} %"
    )


def _decimals(values: Sequence[float], digits: int) -> int | None:
    """Return the decimals that give the largest of the numbers so many digits; None: too small for a plain number."""
    size = max((abs(value) for value in values), default=0.0)
    if size == 0.0:
        return 0
    if size < 1e-4:
        return None
    return max(0, digits - 1 - math.floor(math.log10(size)))


def _with(value: float, decimals: int | None, digits: int) -> str:
    if value == 0:
        return "0"
    text = f"{value:.{digits - 1}e}" if decimals is None else f"{value:,.{decimals}f}"
    return text.replace("-", "−", 1) if value < 0 else text
