"""Which years claims read on new figures, in words: one line a claim."""

from __future__ import annotations

from panelkit.claims.revisions import FigureComparison
from panelkit.claims.stated_windows import StatedWindow
from panelkit.claims.waiting import missing_names
from panelkit.claims.years_read import YearsRead
from panelkit.data import catalogue
from panelkit.language.message import Joined, Message, listed, message, verbatim
from panelkit.report.words import verdict_text

_FEW = 5


def years_lines(found: FigureComparison) -> list[tuple[str, Message]]:
    """Return each claim with what it reads: the newest year, an earlier one and what it waits for, or stated years."""
    windows = {one.claim: one for one in found.windows}
    return [(one.claim, _said(found, one, windows.get(one.claim))) for one in found.years]


def year_counts(found: FigureComparison) -> Message | None:
    """Return how many claims read the newest year, wait for it, or stay in the years that they state."""
    if not found.years:
        return None
    kinds = [one.kind for one in found.years]
    return message(
        "Years that claims read: {reads} read {year}, {waits} wait for figures, {stays} stay in the years they state",
        year=found.years[0].newest,
        reads=kinds.count("reads"),
        waits=kinds.count("waits"),
        stays=kinds.count("stays"),
    )


def _said(found: FigureComparison, one: YearsRead, window: StatedWindow | None) -> Message:
    if one.kind == "stays":
        return _stays(found, one, window)
    if one.kind == "reads":
        if one.before and one.before != one.now:
            return message(
                "reads {years} (before: {before})", years=_years(one.now), before=_years(one.before)
            )
        return message("reads {years}", years=_years(one.now) if one.now else verbatim(str(one.newest)))
    figures = _names(one.waits_for)
    if not one.now:
        return message("waits for {figures}", figures=figures)
    return message(
        "reads {years}; waits for {year} of {figures}",
        years=_years(one.now),
        year=one.newest,
        figures=figures,
    )


def _stays(found: FigureComparison, one: YearsRead, window: StatedWindow | None) -> Message:
    years = message("none") if one.stated is None else _span(one.stated)
    if one.event:
        return message("stays: years of an event, {years}", years=years)
    if window is None or window.rolled is None:
        return message("stays: stated period {years}", years=years)
    word, stated = window.rolled.word_of(one.claim), found.word_of(one.claim)
    return message(
        "stays: stated period {years} ({stated}); on {rolled}: {word}",
        years=years,
        stated=message("could not be computed") if stated is None else verdict_text(stated, "computed"),
        rolled=_span((window.years[0], window.window.last)),
        word=message("could not be computed") if word is None else verdict_text(word, "computed"),
    )


def _span(years: tuple[int, int]) -> Message:
    return verbatim("-".join(map(str, dict.fromkeys(years))))


def _years(years: tuple[int, ...]) -> Message:
    """Return the last years of a claim's samples: one, or several of designs with samples of their own."""
    return Joined([verbatim(str(year)) for year in years], {"en": "/", "zh": "/"})


def _names(keys: tuple[str, ...]) -> Message:
    about = catalogue.facts()
    names = missing_names([key for key in keys if key in about])
    names += [verbatim(key) for key in keys if key not in about]
    if len(names) <= _FEW:
        return listed(names)
    return message("{names} and {n} more", names=listed(names[:_FEW]), n=len(names) - _FEW)
