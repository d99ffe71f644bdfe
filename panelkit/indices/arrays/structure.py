"""Measures of industrial structure: upgrading, rationalisation, change, specialisation. Pure functions on arrays.

`levels (..., k)` are value added or employment of k sectors, ordered from low to high (primary, secondary,
tertiary); shares do as well, because every function divides by the row total. A row with a missing sector
gives NaN; negative sectors and all-zero rows are refused.

Examples
--------
>>> pk.structure.shares([10.0, 40.0, 50.0]).tolist()
[0.1, 0.4, 0.5]
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import Entry
from panelkit.results.fit import FloatArray

__offered__ = (
    Entry(
        "index",
        "structure",
        "indices",
        "structure",
        family="structure",
        source="干春晖等 2011; 徐敏、姜勇 2015; 付凌晖 2010; Krugman 1991",
        public=True,
    ),
)

RationalisationForm = Literal["theil", "negative", "bounded", "inverse"]
ChangeForm = Literal["cosine", "radians", "degrees"]
KrugmanReference = Literal["rest", "pooled"]


def shares(levels: ArrayLike) -> FloatArray:
    """Return sector shares (..., k) that sum to one.

    Raises
    ------
    DataError
        If a sector is negative or infinite, or a row is all zero.
    """
    x = as_floats(levels, message("structure"))
    if x.ndim == 0 or x.shape[-1] < 2:
        raise DataError(
            message(
                "a structure needs at least two sectors, not an array of shape {shape}", shape=str(x.shape)
            )
        )
    if np.isinf(x).any() or (x < 0).any():
        raise DataError(
            message("sectors must be finite and not negative: check the units and the signs of the levels")
        )
    total = x.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise DataError(message("a row of sectors is all zero: it has no structure; drop it"))
    return x / total


def advancement(levels: ArrayLike) -> FloatArray:
    """Return the advancement ratio TS = tertiary / secondary (Gan, Zheng and Yu 2011), shape (...).

    Unbounded; nominal shares mix price and volume, and it rises where industry declines.
    A zero secondary sector is refused.
    """
    y = shares(levels)
    _three(y, message("the advancement ratio"))
    if (y[..., 1] == 0).any():
        raise DataError(
            message("the advancement ratio divides by the secondary sector, which is zero in a row")
        )
    return np.asarray(y[..., 2] / y[..., 1])


def rationalisation(
    value_added: ArrayLike, employment: ArrayLike, *, form: RationalisationForm = "theil"
) -> FloatArray:
    """Return the Theil form of rationalisation, TL = sum_k y_k ln(y_k / l_k) (Gan, Zheng and Yu 2011).

    TL >= 0 is a divergence of value-added shares y from employment shares l: zero means equal productivity
    in all sectors, and HIGHER IS WORSE. `form`: "theil" TL; "negative" -TL; "bounded" 1 / (1 + TL) in (0, 1];
    "inverse" 1 / TL, which explodes near zero and warns. A sector without value added counts zero
    (0 ln 0 = 0); one with value added and no workers is refused.
    """
    y, labour = _pair(value_added, employment)
    if ((labour == 0) & (y > 0)).any():
        raise DataError(
            message(
                "a sector has value added but no employment: its term y ln(y/l) is infinite; check "
                "the employment figures"
            )
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(y > 0, y * (np.log(y) - np.log(labour)), np.where(np.isnan(y + labour), np.nan, 0.0))
    tl = np.maximum(terms.sum(axis=-1), 0.0)  # rounding can leave -1e-17
    if form == "theil":
        return np.asarray(tl)
    if form == "negative":
        return np.asarray(-tl)
    if form == "bounded":
        return np.asarray(1.0 / (1.0 + tl))
    if form != "inverse":
        raise SpecError(message("form must be theil, negative, bounded or inverse, not {form!r}", form=form))
    warnings.warn(
        message("1/TL explodes as TL nears zero: -TL or 1/(1+TL) keep the order without it"), stacklevel=2
    )
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / tl)


def deviation(value_added: ArrayLike, employment: ArrayLike, *, weighted: bool = False) -> FloatArray:
    """Return structural deviation sum_k |y_k / l_k - 1|; `weighted` multiplies each term by y_k.

    Higher is worse. A sector without workers is refused.
    """
    y, labour = _pair(value_added, employment)
    if (labour == 0).any():
        raise DataError(message("structural deviation divides by employment, which is zero in a sector"))
    gap = np.abs(y / labour - 1.0)
    return np.asarray((y * gap if weighted else gap).sum(axis=-1))


def hierarchy(levels: ArrayLike) -> FloatArray:
    """Return the hierarchy coefficient sum_k k y_k in [1, k] (Xu and Jiang 2015)."""
    y = shares(levels)
    return np.asarray(y @ np.arange(1, y.shape[-1] + 1, dtype=float))


def sector_angles(levels: ArrayLike) -> FloatArray:
    """Return the angle in radians between the structure and each pure sector (..., k), low to high."""
    y = shares(levels)
    norm = np.sqrt((y**2).sum(axis=-1, keepdims=True))
    return np.asarray(np.arccos(np.clip(y / norm, -1.0, 1.0)))


def cosine_angle(levels: ArrayLike) -> FloatArray:
    """Return the upgrading index W = sum_k sum_{j<=k} theta_j (Fu 2010), in radians.

    For three sectors W = 3 theta_1 + 2 theta_2 + theta_3, from 3 pi / 2 (all primary) to 5 pi / 2 (all tertiary).
    The order of sectors matters: reversed, W falls with upgrading.
    """
    theta = sector_angles(levels)
    k = theta.shape[-1]
    return np.asarray(theta @ np.arange(k, 0, -1, dtype=float))


def moore(before: ArrayLike, after: ArrayLike, *, form: ChangeForm = "radians") -> FloatArray:
    """Return the Moore value of structural change between two structures (..., k).

    `form`: "cosine" (1 = no change), or the angle in "radians" or "degrees" (0 = no change, larger = faster).
    Blind to direction.
    """
    a, b = _pair(before, after)
    cosine = (a * b).sum(axis=-1) / np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    cosine = np.clip(cosine, -1.0, 1.0)
    if form == "cosine":
        return np.asarray(cosine)
    if form not in ("radians", "degrees"):
        raise SpecError(message("form must be cosine, radians or degrees, not {form!r}", form=form))
    # arccos loses half the digits near 1; the chord does not
    unit_a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    unit_b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    angle = 2.0 * np.arcsin(np.clip(np.linalg.norm(unit_a - unit_b, axis=-1) / 2.0, 0.0, 1.0))
    return np.asarray(np.degrees(angle) if form == "degrees" else angle)


def shift(before: ArrayLike, after: ArrayLike) -> FloatArray:
    """Return the share of the economy that moved, half the sum of |share changes| (Michaely, Stoikov), in [0, 1]."""
    a, b = _pair(before, after)
    return np.asarray(0.5 * np.abs(b - a).sum(axis=-1))


def location_quotient(levels: ArrayLike, *, symmetric: bool = False) -> FloatArray:
    """Return location quotients (N, k): a region's share of an industry over its share of everything.

    `symmetric` gives (LQ - 1) / (LQ + 1) in [-1, 1]. An industry that no region has is refused.
    """
    x = _regions(levels)
    total = x.sum()
    industry = x.sum(axis=0)
    if (industry == 0).any():
        raise DataError(
            message(
                "no region has industry {industry}: drop the column",
                industry=str(np.flatnonzero(industry == 0).tolist()),
            )
        )
    quotient = shares(x) / (industry / total)
    return np.asarray((quotient - 1.0) / (quotient + 1.0) if symmetric else quotient)


def krugman(levels: ArrayLike, *, reference: KrugmanReference = "rest") -> FloatArray:
    """Return the Krugman specialisation index sum_k |s_ik - s_k| in [0, 2] of each region (N,).

    `reference` names what a region is held against: "rest" (the other regions together, recommended) or
    "pooled" (all regions, itself included: smaller). `krugman_pairs` compares two regions. Three different numbers.
    """
    x = _regions(levels)
    own = shares(x)
    total = x.sum(axis=0)
    if reference == "pooled":
        against = np.broadcast_to(shares(total), own.shape)
    elif reference == "rest":
        if len(x) < 2:
            raise DataError(message("the rest of the country needs at least two regions"))
        against = shares(total - x)
    else:
        raise SpecError(message("reference must be rest or pooled, not {reference!r}", reference=reference))
    return np.asarray(np.abs(own - against).sum(axis=1))


def krugman_pairs(levels: ArrayLike) -> FloatArray:
    """Return the Krugman index of every pair of regions (N, N), symmetric, zero on the diagonal."""
    own = shares(_regions(levels))
    return np.asarray(np.abs(own[:, None, :] - own[None, :, :]).sum(axis=2))


def herfindahl(levels: ArrayLike, *, normalised: bool = False) -> FloatArray:
    """Return the Herfindahl-Hirschman index sum s^2 along the last axis, in [1/k, 1].

    `normalised` maps it to [0, 1] by (H - 1/k) / (1 - 1/k).
    """
    y = shares(levels)
    value = (y**2).sum(axis=-1)
    k = y.shape[-1]
    return np.asarray((value - 1.0 / k) / (1.0 - 1.0 / k) if normalised else value)


def similarity(levels: ArrayLike) -> FloatArray:
    """Return the UNIDO similarity of every pair of regions (N, N): the cosine of their structures, in [0, 1]."""
    own = shares(_regions(levels))
    unit = own / np.linalg.norm(own, axis=1, keepdims=True)
    out = np.clip(unit @ unit.T, 0.0, 1.0)
    np.fill_diagonal(out, np.where(np.isnan(np.diag(out)), np.nan, 1.0))
    return np.asarray(out)


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = shares(first), shares(second)
    if a.shape != b.shape:
        raise DataError(
            message(
                "the two structures have shapes {first} and {second}: they must be equal",
                first=str(a.shape),
                second=str(b.shape),
            )
        )
    return a, b


def _three(y: FloatArray, what: str) -> None:
    if y.shape[-1] != 3:
        raise DataError(message("{what} is defined for three sectors, not {k}", what=what, k=y.shape[-1]))


def _regions(levels: ArrayLike) -> FloatArray:
    x = as_floats(levels, message("structure"))
    if x.ndim != 2:
        raise DataError(
            message(
                "one row a region and one column an industry are needed, not an array of shape {shape}",
                shape=str(x.shape),
            )
        )
    return x
