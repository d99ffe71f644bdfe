"""What the options of an allocation mean: bounds, budget, weights and shares, each refused where it cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.allocation.chain import Chain
from panelkit.evaluation.allocation.technology import Bounds
from panelkit.indices.arrays.checks import first_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.options import check_number, is_real

# Shares that a user writes sum to one but for the digits that are written.
_WRITTEN = 1e-6
# A covariance is symmetric, and its eigenvalues not negative, but for rounding.
_ROUNDING = 1e-8


def link_values(name: str, given: Any, links: Sequence[str]) -> FloatArray:
    """Return one number a link (K,) from a mapping by link or a sequence in the order of the links.

    Raises
    ------
    SpecError
        If links are missing or unknown, or a value is no finite number.
    """
    if isinstance(given, pd.Series):
        given = given.to_dict()
    if isinstance(given, Mapping):
        unknown, absent = set(map(str, given)) - set(links), [link for link in links if link not in given]
        if unknown or absent:
            raise SpecError(
                message(
                    "{name} names every link once: {links}, not {given}",
                    name=name,
                    links=list(links),
                    given=[str(key) for key in given],
                )
            )
        given = [given[link] for link in links]
    values = list(given) if isinstance(given, Sequence | np.ndarray) and not isinstance(given, str) else []
    if len(values) != len(links) or not all(is_real(value) and np.isfinite(value) for value in values):
        raise SpecError(
            message("{name} holds one finite number a link: {links}", name=name, links=list(links))
        )
    return np.array(values, dtype=np.float64)


def shares_of(name: str, given: Any, links: Sequence[str]) -> FloatArray:
    """Return shares (K,) that are not negative and sum to one.

    Raises
    ------
    SpecError
        If they are not so.
    """
    values = link_values(name, given, links)
    if (values < 0.0).any() or abs(values.sum() - 1.0) > _WRITTEN:
        raise SpecError(
            message(
                "{name} are shares of the links: none below zero, with sum 1; these sum to {total:.6g}",
                name=name,
                total=float(values.sum()),
            )
        )
    return np.asarray(values / values.sum())


def weights_of_links(given: Any, links: Sequence[str]) -> FloatArray:
    """Return weights (K,) with sum one, alike where none are given.

    Raises
    ------
    SpecError
        If a weight is not above zero.
    """
    if given is None:
        return np.full(len(links), 1.0 / len(links))
    values = link_values("weights", given, links)
    if (values <= 0.0).any():
        raise SpecError(
            message("weights of links are above zero; a link without weight is left out of `links`")
        )
    return np.asarray(values / values.sum())


def covariance_of(given: Any, links: Sequence[str]) -> FloatArray | None:
    """Return the covariance (K, K) of elasticities that a caller brings.

    Raises
    ------
    SpecError
        If it is no covariance of so many elasticities.
    """
    if given is None:
        return None
    if isinstance(given, pd.DataFrame):
        if set(map(str, given.index)) != set(links) or set(map(str, given.columns)) != set(links):
            raise SpecError(message("covariance names the links on both sides: {links}", links=list(links)))
        given = given.loc[list(links), list(links)]
    matrix = np.asarray(given, dtype=np.float64)
    size = float(np.abs(matrix).max(initial=0.0))
    fits = matrix.shape == (len(links), len(links)) and bool(np.isfinite(matrix).all())
    if (
        not fits
        or np.abs(matrix - matrix.T).max() > _ROUNDING * size
        or np.linalg.eigvalsh(matrix)[0] < -_ROUNDING * size
    ):
        raise SpecError(
            message(
                "covariance is a matrix of {k} by {k}, symmetric and positive semidefinite, in the order of the links",
                k=len(links),
            )
        )
    return 0.5 * (matrix + matrix.T)


def bounds_of(lower: Any, upper: Any, budget: Any, chain: Chain) -> Bounds:
    """Return bounds that hold an allocation: multiples of the actual spending, and the money there is.

    Raises
    ------
    SpecError
        If a bound is negative, lies above the other, or the lower ones together exceed the budget.
    """
    least, most = (_multiples(name, given, chain) for name, given in (("lower", lower), ("upper", upper)))
    crossed = np.argwhere((least < 0.0) | (least > most) | (most <= 0.0))
    if len(crossed):
        places = [
            message("{place} in {link}", place=chain.units[i], link=chain.links[k]) for i, k in crossed[:5]
        ]
        raise SpecError(
            message(
                "bounds are multiples of the actual spending, 0 <= lower <= upper and upper above 0; not so for "
                "{places}",
                places=first_of(places, len(crossed)),
            )
        )
    money = float(chain.spending.sum()) if budget is None else check_number("budget", budget, positive=True)
    floor = float((least * chain.spending).sum())
    if floor > money * (1.0 + _ROUNDING):
        raise SpecError(
            message(
                "the lower bounds together ask for {floor:.6g}, more than the budget of {budget:.6g}: lower them to "
                "{most:.3g} of what they are, or raise the budget",
                floor=floor,
                budget=money,
                most=money / floor,
            )
        )
    return Bounds(least * chain.spending, most * chain.spending, money)


def _multiples(name: str, given: Any, chain: Chain) -> FloatArray:
    """Return multiples (J, K) from one number, numbers by link, or a frame of units and links."""
    if isinstance(given, pd.DataFrame):
        table = given.rename(index=str, columns=str).reindex(index=chain.units, columns=chain.links)
        lost = np.argwhere(table.isna().to_numpy())
        if len(lost):
            places = [
                message("{place} in {link}", place=chain.units[i], link=chain.links[k]) for i, k in lost[:5]
            ]
            raise DataError(
                message("{name}: no bound for {places}", name=name, places=first_of(places, len(lost)))
            )
        return table.to_numpy(dtype=np.float64)
    if is_real(given):
        if np.isnan(given):
            raise SpecError(message("{name} is a number, not nan", name=name))
        return np.full(chain.spending.shape, float(given))
    return np.broadcast_to(link_values(name, given, chain.links), chain.spending.shape)
