"""What a table of fits looks like: its options, refused here where they are written wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from panelkit.language.errors import StyleError
from panelkit.language.message import message
from panelkit.language.options import check_confidence
from panelkit.language.spelt import option
from panelkit.show.checks import star_levels
from panelkit.show.grid import need_decimals, need_texts
from panelkit.show.labels import Labels

Second = Literal["se", "t", "ci", "p"]
Around = Literal["parentheses", "brackets", "none"]
Equations = Literal["auto", "rows", "columns"]
Align = Literal["centre", "decimal"]
SECONDS = ("se", "t", "ci", "p")
_AROUND = {"se": "parentheses", "t": "parentheses", "ci": "brackets", "p": "brackets"}
_LEVEL = 0.95
_CHOICES = {
    "around": ("parentheses", "brackets", "none"),
    "equations": ("auto", "rows", "columns"),
    "align": ("centre", "decimal"),
}


@dataclass(frozen=True, kw_only=True)
class TableStyle:
    """How fits stand in a table.

    `names` one head a model; `labels` term, equation, outcome or fact to what is printed; `below` what stands below
    the estimates, one kind or several; `stars` levels; `stats` facts, or a mapping to their labels; `keep`, `drop`,
    `order` terms, `*` and `?` for any letters, `equation:term` for one equation; `groups` terms that one row of yes and
    no stands for; `column_groups` heads over columns, by their numbers; `level` of the intervals; `exponentiate` prints
    exp(b) with errors by the delta method; `first_stages` puts them beside instrumental fits.
    """

    names: Sequence[str] | None = None
    labels: Mapping[str, str] | None = None
    below: Second | Sequence[Second] | None = "se"
    around: Around | None = None
    stars: tuple[float, ...] | None = (0.10, 0.05, 0.01)
    decimals: int = 3
    stats: Sequence[str] | Mapping[str, str] | None = None
    keep: Sequence[str] | str = ()
    drop: Sequence[str] | str = ()
    order: Sequence[str] | str = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    column_groups: Mapping[str, Sequence[int]] = field(default_factory=dict)
    equations: Equations = "auto"
    first_stages: bool = False
    exponentiate: bool = False
    level: float = _LEVEL
    align: Align = "centre"
    notes: Sequence[str] | str = ()
    caption: str | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        labels = need_texts({} if self.labels is None else self.labels, "labels=")
        object.__setattr__(self, "labels", Labels(labels))
        _check_texts(self)
        if self.names is not None and (isinstance(self.names, str) or not isinstance(self.names, Sequence)):
            raise StyleError(
                message(
                    "{names_option} lists one name a model, not {names!r}",
                    names_option=option("names"),
                    names=self.names,
                )
            )
        star_levels(self.stars)
        need_decimals(self.decimals)
        check_confidence(self.level)
        for name in _CHOICES:
            _check_choice(name, getattr(self, name))
        for kind in self.seconds:
            if kind not in SECONDS:
                raise StyleError(
                    message("below is 'se', 't', 'ci', 'p' or None, not {below!r}", below=self.below)
                )
        if len(set(self.seconds)) < len(self.seconds):
            raise StyleError(
                message(
                    "{below_option} names a number twice: {below}",
                    below_option=option("below"),
                    below=list(self.seconds),
                )
            )
        if self.around is not None and not self.seconds:
            raise StyleError(
                message(
                    "{around} is about the numbers below the estimates, and {below} is None: leave one out",
                    around=option("around"),
                    below=option("below"),
                )
            )
        if self.level != _LEVEL and "ci" not in self.seconds:
            raise StyleError(
                message(
                    "{level} is that of intervals: give {below} too, or leave {level} out",
                    level=option("level"),
                    below=option("below", "ci"),
                )
            )
        if self.stats is not None and (isinstance(self.stats, str) or not isinstance(self.stats, Iterable)):
            kind = message("one text") if isinstance(self.stats, str) else message("that")
            raise StyleError(
                message(
                    "{stats_option} lists names of facts, ('nobs', 'r2'), not {kind}: {stats!r}",
                    stats_option=option("stats"),
                    kind=kind,
                    stats=self.stats,
                )
            )
        need_texts(dict(self.stats) if isinstance(self.stats, Mapping) else {}, "stats=")
        _check_lists(self.groups, "groups=", "{'Controls': ['x1', 'x2']}", (str,))
        empty = [head for head, terms in self.groups.items() if not terms]
        if empty:
            raise StyleError(
                message(
                    "{groups} {empty}: name the terms that stand behind each",
                    groups=option("groups", flag="--group"),
                    empty=empty,
                )
            )
        _check_lists(self.column_groups, "column_groups=", "{'OLS': [1, 2]}", (int,))

    @property
    def seconds(self) -> tuple[str, ...]:
        """Return what stands below the estimates, one line each."""
        if self.below is None:
            return ()
        if isinstance(self.below, str):
            return (self.below,)
        return tuple(self.below) if isinstance(self.below, Sequence) else (str(self.below),)

    @property
    def star_levels(self) -> tuple[float, ...]:
        """Return the levels of the stars, weakest first."""
        return star_levels(self.stars)

    def brackets(self, kind: str) -> str:
        """Return what stands around a kind of number below the estimates."""
        return self.around or _AROUND[kind]

    def texts(self, name: Literal["keep", "drop", "order"]) -> tuple[str, ...]:
        """Return patterns of terms; one text is one pattern."""
        given = getattr(self, name)
        return (given,) if isinstance(given, str) else tuple(given)


def option_names() -> tuple[str, ...]:
    """Return the names of all options."""
    return tuple(one.name for one in fields(TableStyle))


def _check_texts(style: TableStyle) -> None:
    """Refuse names, notes and captions that are no texts."""
    for name in ("caption", "label"):
        given = getattr(style, name)
        if given is not None and not isinstance(given, str):
            raise StyleError(message("{name}= is a text, not {given!r}", name=name, given=given))
    for name in ("names", "notes", "keep", "drop", "order"):
        given = getattr(style, name)
        listed = isinstance(given, Iterable) and all(isinstance(text, str) for text in given)
        if given is not None and not listed:
            raise StyleError(message("{name}= lists texts, not {given!r}", name=name, given=given))


def _check_choice(name: str, value: Any) -> None:
    allowed = _CHOICES[name]
    if value not in allowed and not (name == "around" and value is None):
        raise StyleError(
            message("{name}= is one of {allowed}, not {value!r}", name=name, allowed=allowed, value=value)
        )


def _check_lists(given: Any, what: str, example: str, kinds: tuple[type, ...]) -> None:
    right = isinstance(given, Mapping) and all(
        isinstance(head, str)
        and isinstance(items, Sequence)
        and not isinstance(items, str)
        and all(isinstance(item, kinds) for item in items)
        for head, items in given.items()
    )
    if not right:
        raise StyleError(
            message(
                "{what} maps heads to lists, {example}, not {given!r}",
                what=what,
                example=example,
                given=given,
            )
        )
