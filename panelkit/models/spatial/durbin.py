"""Which regressors get a spatial lag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from panelkit.formula.formula import parse_formula
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.spatial.sample import listed_few

_LEVEL = re.compile(r"\[[^\]]*\](?=:|$)")


def durbin_positions(durbin: Sequence[str] | None, terms: tuple[str, ...]) -> tuple[int, ...]:
    """Return which regressors get a spatial lag: all but the intercept, or the ones named."""
    if durbin is None:
        return tuple(j for j, term in enumerate(terms) if term != "Intercept")
    refuse_text(durbin)
    found: list[int] = []
    unknown: list[str] = []
    for text in durbin:
        labels = (text,) if text in terms else _labels_of(text)
        places = [_places_of(label, terms) for label in labels]
        if places and all(places):
            found.extend(at for some in places for at in some)
        else:
            unknown.append(text)
    if unknown:
        raise SpecError(
            message(
                "durbin: no regressor {unknown}; there are {terms}", unknown=listed_few(unknown), terms=terms
            )
        )
    if len(set(found)) < len(found):
        raise SpecError(message("durbin: a regressor stands twice"))
    return tuple(sorted(found))


def _labels_of(text: str) -> tuple[str, ...]:
    """Return the terms that a text names as a formula would: `x1 + x2` two, `C(region)` one; none where it is none."""
    try:
        return tuple(parse_formula(f"y ~ {text}").rhs_terms)
    except SpecError:
        return ()


def _places_of(label: str, terms: tuple[str, ...]) -> list[int]:
    """Return where a term stands; that of a factor is all its levels, and factors of a product stand in any order."""
    if label in terms:
        return [terms.index(label)]
    wanted = sorted(label.split(":"))
    return [at for at, term in enumerate(terms) if sorted(_LEVEL.sub("", term).split(":")) == wanted]


def refuse_text(durbin: Any) -> None:
    """Refuse one string where a list of regressors is meant."""
    if isinstance(durbin, str):
        raise SpecError(message("durbin is a list of regressors, such as [{durbin!r}]", durbin=durbin))
