"""From what a user copies out of a paper to a target: `{"ln_sub": "0.380*** (0.094)", "N": "403"}`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from panelkit.audit.convention.target import (
    ADJUSTED_R2,
    ERROR,
    ESTIMATE,
    NOBS,
    PERIODS,
    R2,
    UNITS,
    WITHIN_R2,
    P,
    T,
    Target,
    Wanted,
)
from panelkit.audit.printed import Bracket, Printed, plain, read_cell
from panelkit.language.errors import SpecError
from panelkit.language.message import message

# statistics of a whole fit by the names that tables give them, in lower case without blanks, dots and hyphens
STATISTICS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("n", "obs", "nobs", "observations", "观测值", "观测数", "样本量", "样本数"), (NOBS,)),
    **dict.fromkeys(("units", "provinces", "groups", "省份数", "个体数"), (UNITS,)),
    **dict.fromkeys(("periods", "years", "年份数"), (PERIODS,)),
    **dict.fromkeys(("r2", "r²", "rsquared", "拟合优度"), R2),
    **dict.fromkeys(("withinr2", "r2within", "withinr²", "r2_within", "组内r2", "组内r²"), WITHIN_R2),
    **dict.fromkeys(
        (
            "adjr2",
            "adjustedr2",
            "r2_adjusted",
            "adjr²",
            "adjustedr²",
            "调整r2",
            "调整后r2",
            "调整r²",
            "调整后r²",
        ),
        ADJUSTED_R2,
    ),
    **dict.fromkeys(("rho", "ρ"), ("rho",)),
    **dict.fromkeys(("lambda", "λ"), ("lambda",)),
    **dict.fromkeys(("sigma2", "sigma2_e", "σ2", "σ²"), ("sigma2",)),
    **dict.fromkeys(("loglik", "loglikelihood", "ll", "对数似然值", "对数似然"), ("loglik",)),
}
# parts of a spatial effect, `direct:x`
EFFECTS = {
    **dict.fromkeys(("direct", "直接效应"), "direct"),
    **dict.fromkeys(("indirect", "spillover", "间接效应", "溢出效应"), "indirect"),
    **dict.fromkeys(("total", "总效应"), "total"),
}
_BLANK = re.compile(r"[\s.\-]+")
_BRACKETS = {"se": ERROR, "t": T, "z": T, "p": P}


def read_target(printed: Mapping[str, str], brackets: str | None = None) -> Target:
    """Return the target of printed strings by name.

    Parameters
    ----------
    printed
        A name of a term (`x`), of a statistic (`N`, `R2`, `rho`) or of an effect (`direct:x`), to the cell as printed:
        number, stars, and what stands in brackets. Decimals count, so that they are texts.
    brackets
        What stands in brackets, "se", "t" or "p"; None: both "se" and "t" are tried, the same in all cells.

    Raises
    ------
    SpecError
        If a value is no text, or holds no number.
    """
    if brackets not in (None, "se", "t", "z", "p"):
        raise SpecError(
            message("brackets is se, t or p, or None where the paper does not say: not {got!r}", got=brackets)
        )
    if not isinstance(printed, Mapping):
        raise SpecError(
            message(
                "printed gives names their printed numbers: {example}, not {got!r}",
                example='{"x": "0.380 (0.094)", "N": "403"}',
                got=type(printed).__name__,
            )
        )
    wanted: list[Wanted] = []
    for name, cell in printed.items():
        wanted += _cell(str(name), cell, brackets)
    if not wanted:
        raise SpecError(message("printed holds no number: give {example}", example='{"x": "0.380 (0.094)"}'))
    return Target(tuple(_settled(wanted)))


def _settled(wanted: list[Wanted]) -> list[Wanted]:
    """Return the numbers with the groups that a negative one settles: a negative number in brackets is no error."""
    signed = {
        one.group
        for one in wanted
        if one.group and plain(one.text).startswith("-") and one.kinds[0].endswith(ERROR)
    }
    return [
        replace(one, kinds=one.kinds[1:], group="") if one.group and one.group in signed else one
        for one in wanted
    ]


def _cell(name: str, cell: object, brackets: str | None) -> list[Wanted]:
    if not isinstance(cell, str):
        raise SpecError(
            message(
                "printed[{name!r}] is {cell!r}: give the text that is printed, such as '0.380', since its last digit "
                "says how exact it is",
                name=name,
                cell=cell,
            )
        )
    read = read_cell(cell)
    if read.number is None:
        raise SpecError(
            message(
                "printed[{name!r}] is {cell!r}, which holds no number; decimals stand behind a point",
                name=name,
                cell=cell,
            )
        )
    term, kinds = _meaning(name)
    found = [_wanted(name, term, read.number, kinds, kinds[-1] if len(kinds) > 1 else "")]
    for bracket in read.brackets:
        found += _beside(name, term, kinds[0], bracket, brackets)
    return found


def _beside(name: str, term: str, kind: str, bracket: Bracket, brackets: str | None) -> list[Wanted]:
    """Return what one bracket of a cell says."""
    prefix = "" if kind == ESTIMATE else f"{kind} "
    if bracket.named == "ci" or len(bracket.numbers) != 1:
        raise SpecError(
            message(
                "printed[{name!r}]: intervals are not searched for; give the standard error or the t statistic",
                name=name,
            )
        )
    stated = _BRACKETS.get(bracket.named or brackets or "")
    kinds = tuple(f"{prefix}{one}" for one in ((ERROR, T) if stated is None else (stated,)))
    group = f"{prefix}{bracket.shape}" if len(kinds) > 1 else ""
    return [_wanted(name, term, bracket.numbers[0], kinds, group)]


def _meaning(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the term of a name, and what its number is."""
    key = _BLANK.sub("", plain(name)).lower()
    if key in STATISTICS:
        return "", STATISTICS[key]
    head, colon, rest = plain(name).partition(":")
    if colon and head.strip().lower() in EFFECTS:
        return rest.strip(), (EFFECTS[head.strip().lower()],)
    return name, (ESTIMATE,)


def _wanted(name: str, term: str, number: Printed, kinds: tuple[str, ...], group: str) -> Wanted:
    if not (math.isfinite(number.low) and math.isfinite(number.high)):
        raise SpecError(
            message(
                "printed[{name!r}]: {text} has no bound on one side: give the number",
                name=name,
                text=number.text,
            )
        )
    return Wanted(term, number.text, number.low, number.high, kinds, group)
