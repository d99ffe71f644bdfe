"""Claims on old and new figures, on a terminal: what moved, and which revised cells drove it."""

from __future__ import annotations

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from panelkit.claims.places import place
from panelkit.claims.revisions import DRIVERS, FigureComparison, Moved
from panelkit.data.provinces import NATION, labels_of
from panelkit.language.message import Language, Message, listed, message, sentences, term
from panelkit.report.conditions import MARKS
from panelkit.report.narrow import prose
from panelkit.report.numbers import moved as moved_numbers
from panelkit.report.numbers import signed
from panelkit.report.words import say, verdict_name, verdict_text
from panelkit.report.years_read import year_counts, years_lines
from panelkit.show.digits import figures, pair, signed_percent

_LARGEST = 5
_LONGEST = 28
"""Letters of a design's key that stay on one line."""


def revised_page(found: FigureComparison, language: Language) -> RenderableType:
    """Return what the new figures move: a table of the verdicts that moved, and the cells behind each."""
    parts: list[RenderableType] = [Text(say(line, language)) for line in _about(found)]
    if found.figures.changes.empty:
        return prose(*parts, Text(say(message("The store changes no figure that a claim reads."), language)))
    moved = sorted((one for one in found.verdicts if _has_moved(one)), key=lambda one: not _weighs(one))
    if moved:
        head = message("Which revisions drove them: the headline with one province-year put back as it was")
        parts += [
            _table(moved, language),
            *_reasons(moved, language),
            Text(say(head, language), style="bold"),
        ]
        parts += [Text(f"  {say(line, language)}") for line in _driven(moved)]
    parts += [Text(say(line, language)) for line in _counts(found)]
    return prose(*parts, *_years(found, language), *_largest(found.figures.changes, language))


def _has_moved(one: Moved) -> bool:
    return one.coefficient_moved or one.verdict_moved or one.status_moved or bool(one.lost or one.gained)


def _weighs(one: Moved) -> bool:
    """Return whether a move is more than one of a coefficient or of the grid; these stand first."""
    return one.verdict_moved or one.status_moved or one.sign_moved


def _reasons(moved: list[Moved], language: Language) -> list[RenderableType]:
    """Return why words changed: the conditions with another outcome, and what is said now."""
    changed = [one for one in moved if one.verdict_moved]
    if not changed:
        return []
    lines = [message("{verdict}: {said}", verdict=_name(one), said=_reason(one)) for one in changed]
    head = Text(say(message("Why words changed"), language), style="bold")
    return [head, *(Text(f"  {say(line, language)}") for line in lines)]


def _reason(one: Moved) -> Message:
    """Return the marks that changed, and the sentence on the new figures."""
    marks = [
        message("{asked} {old} → {new}", asked=new.asks, old=MARKS[old.outcome], new=MARKS[new.outcome])
        for old, new in one.conditions_moved
    ]
    if not marks:
        return one.new.reason
    return message("{marks}. {reason}", marks=listed(marks), reason=one.new.reason)


def _driven(moved: list[Moved]) -> list[Message]:
    """Return what drove each verdict, then those together of which it cannot be told."""
    told = [one for one in moved if one.drivers is not None or _failed(one) or one.waited]
    others = [verdict_name(one.new) for one in moved if one not in told]
    said = [message("{verdict}: {said}", verdict=_name(one), said=_drivers(one)) for one in told]
    if others:
        said.append(
            message(
                "no within regressions, so that drivers cannot be told cell by cell: {verdicts}",
                verdicts=listed(others),
            )
        )
    return said


def _years(found: FigureComparison, language: Language) -> list[RenderableType]:
    """Return one row a claim: which years it reads, what it waits for, or which it states."""
    head = year_counts(found)
    if head is None:
        return []
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold", ratio=1)
    for claim, said in years_lines(found):
        table.add_row(claim, say(said, language))
    return [Text(say(head, language), style="bold"), table]


def _counts(found: FigureComparison) -> list[Message]:
    """Return how many verdicts, signs and coefficients moved, and how many designs compute on one side only."""
    said = [
        message(
            "Of {n} verdicts computed, {verdicts} changed their word; {signs} headlines changed sign, {coefficients} "
            "changed at all.",
            n=sum(one.old.tested is not None for one in found.verdicts),
            verdicts=sum(one.verdict_moved for one in found.verdicts),
            signs=sum(one.sign_moved for one in found.verdicts),
            coefficients=sum(one.coefficient_moved for one in found.verdicts),
        )
    ]
    lost, gained = (
        sum(len(one.lost) for one in found.verdicts),
        sum(len(one.gained) for one in found.verdicts),
    )
    if lost or gained:
        said.append(
            message(
                "{lost} specifications are lost (computed on the shipped figures only), {new} are new (computed on the "
                "new figures only).",
                lost=lost,
                new=gained,
            )
        )
    statuses = sum(one.status_moved for one in found.verdicts)
    if statuses:
        said.append(
            message(
                "{n} designs can be computed on one side only.",
                n=statuses,
            )
        )
    return said


def _about(found: FigureComparison) -> list[Message]:
    """Return how many cells are new, which vintages stand in whose place, and what no claim reads."""
    counts = found.figures.changes["status"].value_counts()
    said = [
        message(
            "New figures: {new} cells new, {revised} revised, {gone} gone.",
            **{key: int(counts.get(key, 0)) for key in ("new", "revised", "gone")},
        )
    ]
    said += [
        message("{key}: {new} stands in the place of {old}", key=key, new=new, old=old)
        for key, (old, new) in found.figures.stands_for.items()
    ]
    said += [
        message(
            "{key}: {vintage} of the store stands aside; `--vintage {key}={vintage}` puts it in the place of the "
            "default",
            key=key,
            vintage=vintage,
        )
        for key, vintages in found.figures.aside.items()
        for vintage in vintages
    ]
    if found.figures.unread:
        said.append(message("read by no claim: {keys}", keys=listed(found.figures.unread[:_LARGEST])))
    return said


def _failed(one: Moved) -> bool:
    return one.new.error is not None and one.old.error is None


def _table(moved: list[Moved], language: Language) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    heads = (message("claim"), message("verdict"), message("estimate"), term("what changed", "moved"))
    words = [len(word) for one in moved for word in _name(one).split()]
    for at, head in enumerate(heads):
        least = min(max(words), _LONGEST) if at == 0 else None
        table.add_column(say(head, language), overflow="fold", min_width=least)
    for one in moved:
        old, new = one.estimates
        style = "bold" if _weighs(one) else ""
        what = listed(_what_moved(one))
        cells = (_name(one), say(_verdicts(one), language), moved_numbers(old, new), say(what, language))
        table.add_row(*cells, style=style)
    return table


def _what_moved(one: Moved) -> list[Message]:
    hits = (
        (one.status_moved, message("whether it can be computed")),
        (one.verdict_moved, message("verdict")),
        (one.sign_moved, message("sign")),
        (one.coefficient_moved, message("coefficient")),
        (bool(one.lost), message("{n} specifications lost", n=len(one.lost))),
        (bool(one.gained), message("{n} specifications new", n=len(one.gained))),
    )
    return [said for hit, said in hits if hit]


def _verdicts(one: Moved) -> Message:
    """Return the verdict, both verdicts where it changed, or in words that one of them is none."""
    old, new = (
        None if item.word is None else verdict_text(item.word, "computed") for item in (one.old, one.new)
    )
    if old is not None and new is not None:
        return message("{old} → {new}", old=old, new=new) if old != new else new
    if old is not None:
        return message("was {word}; cannot be computed on the new figures", word=old)
    if new is not None and one.waited:
        return message("pending on the shipped figures; now {word}", word=new)
    if new is not None:
        return message("could not be computed on the shipped figures; now {word}", word=new)
    if one.new.error:
        return message("could not be computed")
    return verdict_text(None, one.new.registered.claim.status)


def _name(one: Moved) -> str:
    return verdict_name(one.new)


def _drivers(one: Moved) -> Message:
    """Return the headline without each of the strongest revisions, or why that cannot be told."""
    if _failed(one):
        return message("cannot be computed on the new figures: {problem}", problem=one.new.error)
    if one.waited:
        return message("computed for the first time: there is no headline to compare")
    if one.drivers is not None and one.drivers.empty:
        return message("no cell of its years was revised: new years or cells moved it")
    strongest = () if one.drivers is None else one.drivers.head(DRIVERS).itertuples(index=False)
    return sentences(
        message(
            "{province} {year} ({columns}) {without}",
            province=place(str(province)),
            year=year,
            columns=columns,
            without=without,
        )
        for (province, year, columns, _, _), without in zip(strongest, _without(one), strict=True)
    )


def _without(one: Moved) -> list[str]:
    """Return the headlines with one province-year put back, in digits that tell them from the headline."""
    if one.drivers is None:
        return []
    values = [float(value) for value in one.drivers["without"].head(DRIVERS)]
    return [signed(pair(value, one.estimates[1])[0]) for value in values]


def _revision(
    named: str | int, indicator: str, period: str, old: float, new: float, percent: float
) -> Message:
    before, after = figures(old, new)
    return message(
        "{indicator} {place} {period}: {old} → {new} ({percent})",
        indicator=indicator,
        place=named,
        period=period,
        old=before,
        new=after,
        percent=signed_percent(percent),
    )


def _largest(changes: pd.DataFrame, language: Language) -> list[RenderableType]:
    revised = changes[changes["status"] == "revised"]
    if revised.empty:
        return []
    names = {**labels_of("zh" if language == "zh" else "en"), NATION: message("China")}
    order = (-revised["percent"].abs()).argsort(kind="stable")
    columns = ["adcode", "indicator", "period", "old", "new", "percent"]
    rows = revised.iloc[order].head(_LARGEST)[columns].to_numpy().tolist()
    lines = [_revision(names.get(int(code), str(code)), *rest) for code, *rest in rows]
    return [
        Text(say(message("Largest revisions"), language), style="bold"),
        *(Text(f"  {say(line, language)}") for line in lines),
    ]
