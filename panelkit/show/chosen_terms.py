"""Which terms a table shows, in which order: patterns as `esttab` reads them in keep(), drop(), order(), indicate()."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, in_language, message
from panelkit.language.spelt import option
from panelkit.show.labels import tight
from panelkit.show.model_columns import Column, Key
from panelkit.show.table_style import TableStyle

_INTERCEPT = ("_cons", "Intercept")


def keys_of(columns: Iterable[Column]) -> list[Key]:
    """Return (equation, term) of columns in the order in which they first appear."""
    return list(dict.fromkeys(key for column in columns for key in column.cells))


def chosen_keys(
    columns: Sequence[Column], known: list[Key], style: TableStyle, language: Language
) -> list[Key]:
    """Return (equation, term) of the rows of estimates: kept, not dropped, in no group of terms, in order.

    `known` are those of the whole table, in which a pattern has to meet a term.

    Raises
    ------
    StyleError
        If a pattern meets no term, with the terms that there are, or nothing is left.
    """
    keep, drop, order = (style.texts(name) for name in ("keep", "drop", "order"))
    grouped = {
        key for patterns in style.groups.values() for key in _met(patterns, known, "groups=", language)
    }
    shown = [key for key in keys_of(columns) if key not in grouped]
    if keep:
        kept = _met(keep, known, "keep=", language)
        shown = [key for key in shown if key in kept]
    if drop:
        gone = _met(drop, known, "drop=", language)
        shown = [key for key in shown if key not in gone]
    if not shown:
        raise StyleError(
            message(
                "no term is left in the table: {keep}, {drop} and {groups} take all of them out",
                groups=option("groups", flag="--group"),
                keep=option("keep"),
                drop=option("drop"),
            )
        )
    if not order:
        return shown
    first = [key for pattern in order for key in _met([pattern], known, "order=", language)]
    rank = {key: at for at, key in enumerate(dict.fromkeys(first))}
    equations = list(dict.fromkeys(equation for equation, _ in shown))
    return sorted(shown, key=lambda key: (equations.index(key[0]), rank.get(key, len(rank))))


def held_groups(
    column: Column, groups: Mapping[str, Sequence[str]], language: Language
) -> dict[str, bool | None]:
    """Return for every group of terms whether a column has one of them; None for derived quantities."""
    if "uncertainty" in column.facts or (column.spread and not column.facts):
        return dict.fromkeys(groups)
    return {
        head: any(_matches(pattern, key, language) for pattern in patterns for key in column.cells)
        for head, patterns in groups.items()
    }


def _met(patterns: Iterable[str], keys: list[Key], what: str, language: Language) -> list[Key]:
    found: list[Key] = []
    unknown = []
    for pattern in patterns:
        met = [key for key in keys if _matches(pattern, key, language)]
        found += met
        if not met:
            unknown.append(pattern)
    if unknown:
        raise StyleError(
            message(
                "{what} {unknown}: no such term; there are {known}",
                what=what,
                unknown=unknown,
                known=list(dict.fromkeys(str(term) for _, term in keys)),
            )
        )
    return found


def _matches(pattern: str, key: Key, language: Language) -> bool:
    equation, term = key
    if pattern in _INTERCEPT:
        return str(term) == "Intercept"
    wanted = re.compile(_regular(pattern))
    texts = {str(term), in_language(term, language)}
    texts |= {
        f"{head}:{text}"
        for head in {str(equation), in_language(equation, language)}
        for text in texts
        if head
    }
    return any(wanted.fullmatch(tight(text)) for text in texts)


def _regular(pattern: str) -> str:
    parts = {"*": ".*", "?": "."}
    return "".join(parts.get(char, re.escape(char)) for char in tight(pattern))
