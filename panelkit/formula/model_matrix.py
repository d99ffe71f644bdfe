"""Columns of the right-hand side: plain numbers are stacked, everything else is formulaic's work.

formulaic never sees the user's text: it gets a formula of our own making (`1 + v0 + v0:v1 + bs(v2, df=4)`)
and a frame of finished columns `v0, v1, ...` whose category levels are called `L0, L1, ...`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.tree import Call, Factor, Term
from panelkit.kernels.index import SHOWN, Array, factorised, listed
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.message import listed as all_listed
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

MAX_CELLS = 400_000_000
_PIECE = re.compile(
    r"(?P<plain>v\d+)(?:\[(?:T\.)?L(?P<level>\d+)\])?|(?:bs|poly)\((?P<basis>v\d+),.*\)\[(?P<at>\d+)\]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
INTERCEPT = "Intercept"


@dataclass(frozen=True, eq=False)
class Category(Brief):
    """A column of categories: (n,) codes, -1 where missing, and the labels of the levels, base first."""

    codes: Array
    levels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Memory(Brief):
    """How a design matrix was made, so that other rows can be put through the same mould.

    `spec` is formulaic's model spec (None for plain columns), `levels` the levels of each C(), base first,
    `statistics` the means, deviations and quantiles that the functions of the sample used, `owners` (k,) the factors
    of the term behind each column (none for the intercept), `bases` (k,) how many of its categories are at their base.
    """

    spec: Any = None
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statistics: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    owners: tuple[frozenset[str], ...] = ()
    bases: tuple[int, ...] = ()


def read_category(values: Any, call: Call, rows: Array, levels: tuple[str, ...] | None = None) -> Category:
    """Read the levels that the marked rows hold, the base first.

    Raises
    ------
    DataError
        If the base is not among the levels, or a row holds a level outside a given list.
    """
    codes, labels = _levels_in_order(values)
    names = [_level_name(label) for label in labels]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DataError(
            message(
                "`{label}`: different levels are spelled alike: {twice}",
                label=call.label,
                twice=listed(twice[:SHOWN], len(twice)),
            )
        )
    held = np.zeros(len(names), dtype=bool)
    held[codes[rows & (codes >= 0)]] = True
    if levels is None:
        levels = _base_first([name for name, used in zip(names, held, strict=True) if used], call)
    position = {name: at for at, name in enumerate(levels)}
    unknown = [name for name, used in zip(names, held, strict=True) if used and name not in position]
    if unknown:
        raise DataError(
            message(
                "`{label}`: the level {unknown} was not in the sample that the design was made from; it had {levels}",
                label=call.label,
                unknown=listed(unknown[:SHOWN], len(unknown)),
                levels=listed(list(levels[:SHOWN]), len(levels)),
            )
        )
    new = np.array([position.get(name, -1) for name in names] + [-1], dtype=np.int64)
    return Category(new[codes], levels)


def _levels_in_order(values: Any) -> tuple[Array, Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        categorical = pd.Categorical(values)
        return np.asarray(categorical.codes, dtype=np.int64), categorical.categories
    codes, labels = factorised(values)
    numeric = all(isinstance(label, (int, float, np.number, np.bool_)) for label in labels)
    keys = [float(label) if numeric else str(label) for label in labels]
    order = np.argsort(np.asarray(keys), kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    return rank[codes], [labels[at] for at in order]


def _level_name(label: Any) -> str:
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)


def _base_first(levels: list[str], call: Call) -> tuple[str, ...]:
    base = call.option("base")
    if base is None:
        return tuple(levels)
    wanted = _level_name(base)
    if wanted not in levels:
        raise DataError(
            message(
                "`{label}`: no row of the sample holds the base; there are {levels}",
                label=call.label,
                levels=listed(levels[:SHOWN], len(levels)),
            )
        )
    return (wanted, *(level for level in levels if level != wanted))


def stack(
    terms: tuple[Term, ...],
    has_intercept: bool,
    values: Mapping[str, Array | Category],
    n: int,
    memory: Memory | None = None,
) -> tuple[tuple[str, ...], Array, Memory]:
    """Build the columns of complete rows.

    Shapes: values hold (n,) floats or codes by factor label; returns k labels, X (n, k) float64 in column
    order, and the memory of how it was made. The intercept, if any, comes first.
    """
    if all(len(term.factors) == 1 and term.factors[0].kind == "value" for term in terms):
        return _stack_plain(terms, has_intercept, values, n)
    return _stack_formulaic(terms, has_intercept, values, n, memory)


def _stack_plain(
    terms: tuple[Term, ...], has_intercept: bool, values: Mapping[str, Array | Category], n: int
) -> tuple[tuple[str, ...], Array, Memory]:
    labels = ((INTERCEPT,) if has_intercept else ()) + tuple(term.label for term in terms)
    matrix = np.empty((n, len(labels)), order="F")
    if has_intercept:
        matrix[:, 0] = 1.0
    for at, term in enumerate(terms, start=int(has_intercept)):
        matrix[:, at] = _floats(values[term.label])
    own = tuple(term.key for term in terms)
    owners = (*((frozenset(),) if has_intercept else ()), *own)
    return labels, matrix, Memory(owners=owners, bases=(0,) * len(owners))


def _stack_formulaic(
    terms: tuple[Term, ...],
    has_intercept: bool,
    values: Mapping[str, Array | Category],
    n: int,
    memory: Memory | None,
) -> tuple[tuple[str, ...], Array, Memory]:
    from formulaic import Formula

    factors = list({factor.label: factor for term in terms for factor in term.factors}.values())
    names = {factor.label: f"v{at}" for at, factor in enumerate(factors)}
    frame = pd.DataFrame({names[factor.label]: _column(values[factor.label]) for factor in factors})
    levels = {label: part.levels for label, part in values.items() if isinstance(part, Category)}
    _refuse_size(terms, levels, n)
    if memory is None or memory.spec is None:
        pieces = [":".join(_safe(factor, names[factor.label]) for factor in term.factors) for term in terms]
        safe = " + ".join(["1" if has_intercept else "0", *pieces])
        build = partial(
            Formula(safe, _ordering="none").get_model_matrix, frame, na_action="raise", output="pandas"
        )
    else:
        build = partial(memory.spec.get_model_matrix, frame)
    made = _built(build, terms)
    labels = tuple(_public(str(column), factors, levels) for column in made.columns)
    owners = tuple(_owner(str(column), factors) for column in made.columns)
    return (
        labels,
        np.asfortranarray(made.to_numpy(dtype=np.float64)),
        Memory(made.model_spec, levels, owners=owners, bases=tuple(_bases(str(c)) for c in made.columns)),
    )


def _built(build: Callable[[], Any], terms: tuple[Term, ...]) -> Any:
    """Run formulaic, and say in our words what it cannot make: a basis of too few knots or beyond its bounds."""
    from formulaic.errors import FormulaicError

    bases = [factor.label for term in terms for factor in term.factors if factor.kind == "basis"]
    named: Message = all_listed([f"`{label}`" for label in dict.fromkeys(bases)]) or message("the categories")
    try:
        with np.errstate(all="ignore"):
            made = build()
    except (ValueError, FormulaicError) as error:
        if "upper and/or lower bounds" in str(error):  # the one word of formulaic that new rows can meet
            raise DataError(
                message(
                    "{named}: these rows hold values outside those of the sample, where its knots end: leave the rows "
                    "out, or fit a polynomial",
                    named=named,
                )
            ) from error
        raise SpecError(
            message("{named} cannot be made on this sample: {error}", named=named, error=verbatim(str(error)))
        ) from error
    if not np.isfinite(made.to_numpy(dtype=np.float64)).all():
        raise DataError(
            message(
                "{named} is not finite on this sample: it needs more distinct values, or a lower order",
                named=named,
            )
        )
    return made


def _floats(value: Array | Category) -> Array:
    return value.codes if isinstance(value, Category) else value


def _column(value: Array | Category) -> Any:
    if isinstance(value, Category):
        return pd.Categorical.from_codes(value.codes, pd.Index([f"L{at}" for at in range(len(value.levels))]))
    return value


def _safe(factor: Factor, name: str) -> str:
    if factor.kind != "basis" or not isinstance(factor.node, Call):
        return name
    given = [
        f"{option}={int(value)}" for option, value in factor.node.options if isinstance(value, (int, float))
    ]
    return f"{factor.node.name}({', '.join([name, *given])})"


def _refuse_size(terms: tuple[Term, ...], levels: Mapping[str, tuple[str, ...]], n: int) -> None:
    for term in terms:
        columns = int(np.prod([len(levels.get(factor.label, "x")) for factor in term.factors], dtype=object))
        if columns * n > MAX_CELLS:
            raise SpecError(
                message(
                    "`{label}` would make {columns:,} columns of {n:,} rows: absorb units and {periods} "
                    "by {effects} instead of dummies",
                    effects=option("effects"),
                    label=term.label,
                    columns=columns,
                    n=n,
                )
            )


def _public(column: str, factors: list[Factor], levels: Mapping[str, tuple[str, ...]]) -> str:
    if column == INTERCEPT:
        return column
    return ":".join(_public_piece(piece, factors, levels) for piece in column.split(":"))


def _owner(column: str, factors: list[Factor]) -> frozenset[str]:
    """Return the labels of the factors behind a column that formulaic made."""
    if column == INTERCEPT:
        return frozenset()
    matches = [_PIECE.fullmatch(piece) for piece in column.split(":")]
    return frozenset(factors[int((m["plain"] or m["basis"])[1:])].label for m in matches if m is not None)


def _bases(column: str) -> int:
    """Return how many categories of a column that formulaic made are at their base."""
    matches = [_PIECE.fullmatch(piece) for piece in column.split(":")]
    return sum(match is not None and match["level"] == "0" for match in matches)


def _escape(found: re.Match[str]) -> str:
    """Return a control character as `\\x1b`: it would break a table on the screen, a page and a Word file."""
    return f"\\x{ord(found.group()):02x}"


def _public_piece(piece: str, factors: list[Factor], levels: Mapping[str, tuple[str, ...]]) -> str:
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise SpecError(
            message(
                "formulaic named a column {piece!r}, which is not one of ours: please report it", piece=piece
            )
        )
    label = factors[int((match["plain"] or match["basis"])[1:])].label
    if match["level"] is not None:
        return f"{label}[{_CONTROL.sub(_escape, levels[label][int(match['level'])])}]"
    return label if match["at"] is None else f"{label}[{match['at']}]"
