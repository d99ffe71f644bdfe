"""What a search for a convention found: its state, the nearest candidates, how likely a chance match is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from panelkit.audit.convention.chance import Chance
from panelkit.audit.convention.matches import Match, common
from panelkit.audit.convention.target import Target
from panelkit.audit.convention.words import (
    TITLE,
    axes_words,
    chance_words,
    further_words,
    kind_word,
    number_name,
    reading_words,
    same_words,
    state_words,
    tried_words,
)
from panelkit.language.message import Language, Message, message
from panelkit.language.shown import shown_language
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.plain import fold
from panelkit.show.rendered import Rendered

State = Literal["found", "several", "too few digits", "none"]


@dataclass(frozen=True, eq=False)
class ConventionSearch(Rendered, Brief):
    """The result of a search.

    Parameters
    ----------
    state
        "found": one convention (or mistake) prints all numbers, and chance would not. "several": more than one does,
        equally near to what is stated. "too few digits": some do, but so would chance. "none": none does.
    matches
        The nearest candidates, those with equal numbers together; all `hits` first.
    hits
        Those that print every number and lie nearest to what is stated.
    target
        The printed numbers.
    tried, fits, ruled_out
        How many candidates were held against them, on how many estimated models, and how many models were not
        estimated because they have another number of rows than is printed.
    chance
        How likely a match is without cause; None where there is no hit.
    further
        How many ways further from what is stated print every number too.

    Notes
    -----
    That a convention prints the numbers says how they can come about from these figures. It does not say that the paper
    did so, nor that its convention is right.
    """

    state: State
    matches: tuple[Match, ...]
    hits: tuple[Match, ...]
    target: Target
    family: str
    tried: int
    fits: int
    ruled_out: int
    chance: Chance | None
    further: int = 0
    notes: tuple[Message, ...] = ()
    seed: int = 0

    @property
    def best(self) -> Match | None:
        """Return the nearest candidate, None where none has a number."""
        return self.matches[0] if self.matches else None

    @property
    def choices(self) -> dict[str, str]:
        """Return the choices by axis: those of the one way that was found, or what several ways share."""
        if len(self.hits) == 1:
            return dict(self.hits[0].candidate.axes)
        return {one.axis: one.key for one in common(self.hits)}

    @property
    def frame(self) -> pd.DataFrame:
        """Return the nearest candidates, one row each, under names that do not change with the language.

        Columns: `kind`, `choices`, `same` (other candidates with the same numbers), `departures`, `missed` (how many
        printed numbers), `digits` (the worst miss in printed digits), and what it prints of every number.
        """
        return pd.DataFrame([self._row(match) for match in self.matches]).rename_axis("rank")

    def _row(self, match: Match) -> dict[str, Any]:
        numbers = {
            f"{one.term} {kind}".strip(): value
            for one, kind, value in zip(self.target.wanted, self._kinds(match), match.values, strict=True)
        }
        return {
            "kind": match.candidate.kind,
            "choices": str(match.candidate.label),
            "same": "; ".join(str(one.label) for one in match.candidates[1:]),
            "departures": match.candidate.departures,
            "missed": match.missed,
            "digits": match.worst,
            **numbers,
        }

    def _kinds(self, match: Match) -> list[str]:
        return [match.reading.kinds.get(one.group, one.kinds[0]) for one in self.target.wanted]

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return printed numbers beside those of the nearest candidates, one column each."""
        best = self.best
        kinds = [one.kinds[0] for one in self.target.wanted] if best is None else self._kinds(best)
        named = [
            number_name(one, kind).text(language) for one, kind in zip(self.target.wanted, kinds, strict=True)
        ]
        columns = {kind_word("printed").text(language): [one.text for one in self.target.wanted]}
        for rank, match in enumerate(self.matches, 1):
            columns[str(rank)] = [
                _as_printed(value, one.half) + ("" if digits == 0.0 else " ≠")
                for one, value, digits in zip(self.target.wanted, match.values, match.digits, strict=True)
            ]
        return pd.DataFrame(columns, index=pd.Index(named, name=kind_word("number").text(language)))

    def said(self) -> tuple[Message, ...]:
        """Return what was found, sentence by sentence."""
        best = self.best
        found = [state_words(self.state, len(self.hits), len(self.target.wanted))]
        if self.hits:
            found += axes_words(self.hits)
            if len(self.hits) == 1:
                found += same_words(self.hits[0])
            found += further_words(self.further)
        if best is not None:
            found += reading_words(best.reading)
        found.append(tried_words(self.tried, self.fits, self.ruled_out))
        if self.chance is not None:
            found += chance_words(self.chance)
        return tuple(found)

    def ranked(self) -> tuple[Message, ...]:
        """Return the nearest candidates in words, numbered as the columns of the table."""
        return tuple(
            message("{rank}. {candidate}", rank=rank, candidate=_named(match))
            for rank, match in enumerate(self.matches, 1)
        )

    def summary(self, *, language: Language = "en", width: int = 120) -> str:
        """Return state, sentences, the nearest candidates and their numbers, in at most `width` columns."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = TITLE.text(language)
        lines = [title, "=" * cells(title), *(one.text(language) for one in self.said()), ""]
        lines += [one.text(language) for one in self.ranked()]
        with pd.option_context("display.unicode.east_asian_width", True):
            numbers = self.table(language=language).to_string(line_width=width)
        said = fold("\n".join(lines), width)
        return "\n".join([said, "", numbers, *(fold(one, width) for one in note_lines(self.notes, language))])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        best = "" if self.best is None else f", {self.best.candidate.label}"
        return f"{self.state}{best}, {self.tried} tried"

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        ranked = [one.text(language) for one in self.ranked()]
        said = [one.text(language) for one in (*self.said(), *self.notes)]
        shown: dict[str, Any] = {"caption": TITLE.text(language), "notes": [*said, *ranked], **style}
        return tables.frame_table(
            self.table(language=language), path, format=format, language=language, **shown
        )


def _named(match: Match) -> Message:
    from panelkit.audit.convention.words import match_words

    return match_words(match)


def _as_printed(value: float, half: float) -> str:
    """Return a number with one digit more than the printed one."""
    from math import ceil, isfinite, log10

    if not isfinite(value):
        return "–"
    decimals = max(0, ceil(-log10(2.0 * half) - 1e-6))
    return f"{value:.{decimals + (decimals > 0)}f}"
