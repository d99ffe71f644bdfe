"""Weights of observations, `weights="aw=population"`: how they are spelled, read from a frame and told under a table.

The three kinds give the same coefficients and differ in what a variance counts, so that a bare column is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from panelkit.formula.arithmetic import Cells, Evaluator
from panelkit.formula.grammar import parse_expression, spelled_term
from panelkit.formula.tree import Call, Chain, Factor, Negate, Node, Power, Term, columns_of
from panelkit.kernels.index import Array
from panelkit.kernels.row_weights import RowWeights, WeightKind, scaled_weights
from panelkit.language.errors import DataError, PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.panel.leaving import Reason, missing_weight, without_weight
from panelkit.show.brief import Brief

_LONG: dict[str, WeightKind] = {
    "aw": "aw", "aweight": "aw", "aweights": "aw", "analytic": "aw",
    "fw": "fw", "fweight": "fw", "fweights": "fw", "frequency": "fw",
    "pw": "pw", "pweight": "pw", "pweights": "pw", "probability": "pw", "sampling": "pw",
}  # fmt: skip
_SPELLED = re.compile(r"\s*\[?\s*([A-Za-z]+)\s*=(?!=)(.*?)\]?\s*", re.DOTALL)
_OF_THE_SAMPLE = ("center", "standardize", "scale", "winsorize")
# Frequencies come as floats out of files: this far from a whole number is rounding.
_WHOLE = 1e-9
# Beyond it two whole numbers beside each other are one double, and degrees of freedom would be rounded.
_COUNTED = 2.0**53


@dataclass(frozen=True)
class Weighting:
    """The weights that a spec asks for: their kind, and the expression as it can be read again."""

    kind: WeightKind
    text: str
    factor: Factor

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that the expression reads."""
        return columns_of(self.factor.node)

    def __str__(self) -> str:
        return f"{self.kind}={self.text}"


@dataclass(frozen=True, eq=False)
class Weighed(Brief):
    """The weights of a frame's rows (n,), and which rows leave for them: (n,) bool with the reason."""

    values: Array
    leaving: tuple[tuple[Array, Reason], ...]

    @property
    def stay(self) -> Array:
        """Mark the rows whose weight is positive, (n,) bool."""
        marks: Array = ~np.logical_or.reduce([gone for gone, _ in self.leaving])
        return marks


def weighting_of(weights: str | None) -> Weighting | None:
    """Read weights such as `aw=population`; None stays None.

    Raises
    ------
    SpecError
        If the kind is not said, or what follows is no arithmetic of columns.
    """
    if weights is None:
        return None
    if not isinstance(weights, str):
        raise SpecError(
            message("`weights` is text such as `aw=population`, not {kind}", kind=type(weights).__name__)
        )
    found = _SPELLED.fullmatch(weights)
    if found is None:
        raise SpecError(_without_kind(weights.strip()))
    word, text = found[1].lower(), " ".join(found[2].split())
    if word in ("iw", "iweight", "iweights", "importance"):
        raise SpecError(
            message(
                "weights `{weights}`: importance weights have no meaning that is the same in two commands of Stata: "
                "write aw=, fw= or pw=",
                weights=weights,
            )
        )
    if word not in _LONG:
        raise SpecError(_without_kind(weights.strip()))
    try:
        factor = parse_expression(text)
    except PanelkitError as error:
        raise SpecError(
            message("weights `{weights}`: {problem}", weights=weights, problem=error.said)
        ) from None
    if _reads_the_sample(factor.node):
        raise SpecError(
            message(
                "weights `{weights}`: a column is expected, or arithmetic that does not read the sample ({functions} "
                "do)",
                weights=weights,
                functions=_OF_THE_SAMPLE,
            )
        )
    return Weighting(_LONG[word], spelled_term(Term((factor,))), factor)


def check_weights(weights: str | None) -> str | None:
    """Return the weights of a spec in their short spelling, after they have been read; None stays None.

    Raises
    ------
    SpecError
        As `weighting_of`.
    """
    read = weighting_of(weights)
    return None if read is None else str(read)


def _without_kind(text: str) -> Message:
    return message(
        "weights `{text}`: say which kind they are, because standard errors differ: `aw={column}` (analytic: the "
        "variance of a row is over its weight), `fw={column}` (frequency: a row stands for so many equal ones) or "
        "`pw={column}` (sampling: a row stands for so many of the population)",
        text=text,
        column=text.rpartition("=")[2].strip(" []") or "column",
    )


def _reads_the_sample(node: Node) -> bool:
    match node:
        case Call(name, argument):
            return name in (*_OF_THE_SAMPLE, "C", "bs", "poly") or _reads_the_sample(argument)
        case Negate(operand):
            return _reads_the_sample(operand)
        case Chain(first, rest):
            return any(_reads_the_sample(part) for part in (first, *(item for _, item in rest)))
        case Power(base, exponent):
            return _reads_the_sample(base) or _reads_the_sample(exponent)
        case _:
            return False


def weigh(weighting: Weighting, table: Cells, asked: Array) -> Weighed:
    """Work out the weights of a frame's rows, lags read from all of them.

    `asked` (n,) marks the rows that the condition of the spec lets in; only their weights are judged.

    Raises
    ------
    DataError
        If a weight is negative or infinite, or a frequency no whole number (the places are named), a column holds no
        numbers, or the weights add up to more than a double holds.
    """
    table.require(weighting.columns)
    _refuse_text(weighting, table)
    evaluator = Evaluator(table)
    values = evaluator.factor(weighting.factor)
    evaluator.finish(asked)
    _refuse(weighting, table, asked & (values < 0.0), message("negative"))
    _refuse(weighting, table, asked & np.isinf(values), message("infinite"))
    if weighting.kind == "fw":
        with np.errstate(invalid="ignore"):
            broken = np.abs(values - np.round(values)) > _WHOLE * np.maximum(np.abs(values), 1.0)
        seen = message("no whole number, and a frequency counts rows (aw= and pw= take fractions)")
        _refuse(weighting, table, asked & broken, seen)
        values = np.round(values)
    absent = np.isnan(values)
    _refuse_sum(weighting, values[asked & ~absent])
    none = asked & ~absent & (values == 0.0)
    return Weighed(
        values,
        ((none, without_weight(weighting.factor.label)), (asked & absent, missing_weight(weighting.columns))),
    )


def _refuse_text(weighting: Weighting, table: Cells) -> None:
    """Refuse a column of categories or text, which has no other reading as a weight."""
    for name in weighting.columns:
        try:
            table.column(name)
        except DataError as error:
            raise DataError(_no_number(str(weighting), name, error.said)) from None


def _no_number(weights: str, name: str, said: Message) -> Message:
    if "place" not in said.values:
        return message(
            "weights `{weights}`: the column `{name}` holds categories, and a weight is a number: convert it first "
            "(`.astype(float)`)",
            weights=weights,
            name=name,
        )
    return message(
        "weights `{weights}`: the column `{name}` is not numeric: {first!r} in {place}. Convert it first "
        "(`pandas.to_numeric`)",
        weights=weights,
        name=name,
        first=said.values["first"],
        place=said.values["place"],
    )


def _refuse_sum(weighting: Weighting, values: Array) -> None:
    """Refuse weights (n,) whose sum no double holds, or holds only for a part of its digits."""
    with np.errstate(over="ignore"):
        total = float(values.sum())
    if weighting.kind == "fw" and total > _COUNTED:
        raise DataError(
            message(
                "weights `{weights}`: the frequencies add up to {total:.3g} rows, more than can be counted exactly: "
                "they are no numbers of equal rows (aw= and pw= are scaled to sum to the rows)",
                weights=str(weighting),
                total=total,
            )
        )
    if not np.isfinite(total) or 0.0 < total < np.finfo(float).tiny * max(len(values), 1):
        raise DataError(
            message(
                "weights `{weights}`: their sum is {total:.3g}, beyond what double precision holds: multiply or divide "
                "the column by a constant, which changes no result",
                weights=str(weighting),
                total=total,
            )
        )


def _refuse(weighting: Weighting, table: Cells, rows: Array, seen: Message) -> None:
    if rows.any():
        raise DataError(
            message(
                "weights `{weights}`: {seen} in {places}. Mend the column, or leave these rows out by "
                "{where}",
                where=option("where"),
                weights=str(weighting),
                seen=seen,
                places=table.where(rows),
            )
        )


def row_weights(values: Array | None, weighting: Weighting | None) -> RowWeights | None:
    """Return the weights (n,) of a sample as an estimation takes them; None where rows count alike."""
    if values is None or weighting is None:
        return None
    return scaled_weights(values, weighting.kind)
