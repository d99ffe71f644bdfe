"""What a page says of one claim: verdict, conditions, pictures, readings, tables, sample, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.findings import Finding, Word
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message, sentences
from panelkit.report import sample, words
from panelkit.report.charts import (
    influence,
    left_out,
    specification_curve,
    trend_picture,
    yearly_picture,
)
from panelkit.report.conditions import (
    LEGEND,
    condition_rows,
    design_label,
    levels_of,
    round_text,
    sizes_text,
)
from panelkit.report.flags import flag_lines
from panelkit.report.lay import three_sentences
from panelkit.report.numbers import number, p_value, percent, span
from panelkit.report.story import story_of, story_rows
from panelkit.report.turning import would_change
from panelkit.report.words import say
from panelkit.show import tables
from panelkit.studies.tally import Tally

CLASSES: dict[Word | None, str] = {
    "SUPPORTED": "supported",
    "PARTLY": "partly",
    "UNDECIDED": "undecided",
    "NOT SUPPORTED": "not-supported",
    "CONTRADICTED": "contradicted",
    "NOT TESTABLE": "not-testable",
    None: "pending",
}


def regression_table(verdicts: tuple[Verdict, ...], language: Language) -> dict[str, Any]:
    """Return the fits of one reading and the style of their table, for every format of `show.tables`."""
    tested = [item for item in verdicts if item.tested is not None and item.tested.fit is not None]
    columns = list(dict.fromkeys(name for item in tested for name in _columns(item.tested)))
    names = sample.names(tested[0].tested.data if tested and tested[0].tested else None, language)
    vintages = sample.vintage_note(tested[0].tested, columns, language) if tested and tested[0].tested else ""
    notes = [
        note for note in (_wild_note(tested, language), vintages, words.lost_line(tested, language)) if note
    ]
    return {
        "models": [item.tested.fit for item in tested if item.tested],
        "names": [say(item.design.label, language) for item in tested if item.design],
        "labels": {term: sample.spelled(term, names) for item in tested for term in _terms(item.tested)},
        "notes": notes,
        "language": language,
    }


def claim_word(result: CheckResult, name: str) -> Word | None:
    """Return the verdict of a claim; None where it has none yet, or one of its designs could not be computed."""
    failed = any(item.error is not None for item in result.of(name))
    return None if failed else result.word_of(name)


def claim_line(result: CheckResult, name: str, language: Language) -> dict[str, Any]:
    """Return one claim as a line of a table: what it says, where, its word."""
    first = result.of(name)[0]
    claim, overall = first.registered.claim, claim_word(result, name)
    return {
        "id": name,
        "says": say(claim.says, language),
        "place": words.short_citation(first.registered, language),
        "reason": "" if claim.status == "computed" else say(first.reason, language),
        "verdict": say(words.claim_text(overall, claim.status), language),
        "style": CLASSES[overall],
    }


def claim_content(result: CheckResult, name: str, language: Language) -> dict[str, Any]:
    """Return everything that a page says of one computed claim."""
    verdicts = result.of(name)
    registered = verdicts[0].registered
    claim = registered.claim
    groups = [(reading, tuple(v for v in verdicts if v.reading is reading)) for reading in claim.reading]
    tested = [item.tested for item in verdicts if item.tested is not None]
    return {
        **claim_line(result, name, language),
        **_opening(result, name, language),
        "notes": say(claim.notes, language) if claim.notes else "",
        "cited": words.cited(registered, language),
        "flags": flag_lines(verdicts, language, without=("revised",)),
        "declaration": [say(line, language) for line in words.declaration_lines(registered)],
        "read": [say(line, language) for line in words.read_lines(verdicts)],
        "readings": [_reading(result, claim, reading, mine, language) for reading, mine in groups],
        "test_note": _test_note(claim, tested, language),
        "other_grids": say(
            message("The grids of the other readings stand in {claim}_grid.csv.", claim=name), language
        ),
        "sample": sample.facts(tested[0], verdicts[0].panel, language) if tested else None,
        "figures": sample.figures(tested, language),
        "data_flags": sample.flags(tested, language),
    }


def _opening(result: CheckResult, name: str, language: Language) -> dict[str, Any]:
    """Return what the page of a claim opens with: plain sentences, conditions, pictures, what would change it."""
    claim, found = result.of(name)[0].registered.claim, result.round_of(name)
    story = story_of(result, name)
    regressions = [
        item for item in found.deciding if item.tested is not None and item.tested.scrutiny is not None
    ]
    return {
        "plain": three_sentences(result, name, language),
        "round": round_text(result, name, found.principal.reading.id, language)
        if found.principal.reading
        else "",
        "legend": say(LEGEND, language),
        "limited": bool(regressions),
        "deciding": [_pictured(claim, item, language) for item in found.deciding],
        "alternatives": [_conditioned(item, language) for item in found.alternatives if item.conditions],
        "change": [say(line, language) for line in would_change(result, name)],
        "story": story_rows(story, language) if story else [],
        "told": say(story.sentence().spoken(*levels_of(story.net)), language) if story else "",
    }


def _conditioned(verdict: Verdict, language: Language) -> dict[str, Any]:
    """Return the conditions and sizes of one design as a page prints them."""
    return {
        "label": design_label(verdict, language),
        "verdict": words.design_word(verdict.word, language),
        "style": CLASSES[verdict.word],
        "conditions": condition_rows(verdict, language),
        "sizes": sizes_text(verdict, language),
    }


def _pictured(claim: Claim, verdict: Verdict, language: Language) -> dict[str, Any]:
    """Return the same with its pictures: residuals or numbers by year, the curve, each unit left out."""
    return _conditioned(verdict, language) | {
        "picture": trend_picture(verdict, language) or yearly_picture(verdict, language),
        "curve": specification_curve(claim, verdict, language),
        "left_out": left_out(verdict, language) or influence(verdict, language),
    }


def _reading(
    result: CheckResult, claim: Claim, reading: Reading, verdicts: tuple[Verdict, ...], language: Language
) -> dict[str, Any]:
    overall = result.word_of(claim.id, reading.id)
    style = regression_table(verdicts, language)
    designs = [_design(claim, verdict, language) for verdict in verdicts]
    years_note = _years_note(claim, verdicts, language) if reading.main else ""
    return {
        "main": reading.main,
        "years_note": years_note,
        "interval": words.level_text(verdicts, language),
        "curved": years_note or any(item["curve"] or item["failed"] for item in designs),
        "label": say(reading.label, language),
        "says": say(reading.says, language),
        "rule": say(message("Rule: {rule}", rule=reading.rule.shown), language),
        "verdict": words.design_word(overall, language),
        "style": CLASSES[overall],
        "designs": designs,
        "round": round_text(result, claim.id, reading.id, language),
        "conditioned": [_conditioned(item, language) for item in verdicts if item.conditions],
        "whole": say(words.whole(verdicts), language),
        "beside": [
            {
                "label": label,
                "aggregate": number(item.aggregate),
                "between": span(item.p10, item.p90, language),
                "why": say(item.why, language) if item.why else "",
            }
            for label, item in words.spreads(verdicts, language)
        ],
        "table": Markup(tables.to_html(style.pop("models"), **style)) if style["models"] else "",
    }


def _design(claim: Claim, verdict: Verdict, language: Language) -> dict[str, Any]:
    label = design_label(verdict, language)
    shown = {
        "label": label,
        "heading": say(message("{label}: ", label=label), language),
        "reason": say(verdict.reason, language),
        "verdict": words.design_word(verdict.word, language),
        "style": CLASSES[verdict.word],
        "formula": "",
        "cells": [],
        "curve": "",
        "failed": [],
    }
    if verdict.tested is None:
        return shown
    numbers, grid, tally = verdict.tested.shown, verdict.tested.grid, verdict.tested.tally
    main = verdict.reading is not None and verdict.reading.main
    beside = main and verdict.standing == "alternative"  # those that decide stand at the head of the page
    formula = str(verdict.tested.fit.spec.formula) if verdict.tested.fit is not None else ""
    return shown | {
        "formula": formula,
        "estimate": number(numbers.estimate),
        "wild": span(numbers.low, numbers.high, language),
        "crv": span(numbers.beside_low, numbers.beside_high, language),
        "wild_p": p_value(numbers.p_value),
        "crv_p": p_value(numbers.beside_p),
        "same_sign": percent(grid.share_same_sign) if grid else "",
        "inside": percent(grid.share_claim_inside) if grid and grid.share_claim_inside is not None else "",
        "n": _size(tally, language),
        "curve": specification_curve(claim, verdict, language) if beside else "",
        "failed": [(say(which, language), say(why, language)) for which, why in tally.failed]
        if tally
        else [],
        "lost": _lost(tally, language),
    }


def _size(tally: Tally | None, language: Language) -> str:
    """Return the number of specifications of a design, and of those not computed; nothing where it has no grid."""
    if tally is None:
        return ""
    if not tally.failed:
        return f"n = {tally.computed}"
    said = message(
        "n = {n} of {declared}: {failed} not computed",
        n=tally.computed,
        declared=tally.declared,
        failed=len(tally.failed),
    )
    return say(said, language)


def _lost(tally: Tally | None, language: Language) -> str:
    if tally is None or not tally.failed:
        return ""
    said = message(
        "{failed} of {declared} specifications could not be computed; they count in every share, on neither side:",
        failed=len(tally.failed),
        declared=tally.declared,
    )
    return say(said, language)


def _years_note(claim: Claim, verdicts: tuple[Verdict, ...], language: Language) -> str:
    """Return a sentence where specifications stand under years that their figures do not cover, or nothing."""
    pairs: dict[str, set[str]] = {}
    for verdict in verdicts:
        grid = verdict.tested.grid if verdict.tested is not None else None
        asked = claim.sample if verdict.design is None else verdict.design.sample or claim.sample
        if grid is None or asked is None:
            continue
        for row in grid.table.to_dict("records"):
            years: tuple[int, int | str] = asked.window
            for axis in claim.grid.axis:
                taken = [item.years for item in axis.option if item.id == row[axis.id] and item.years]
                years = taken[0] if taken else years
            label = f"{years[0]}-{years[1]}"
            if row["period"] != label:
                pairs.setdefault(label, set()).add(str(row["period"]))
    if not pairs:
        return ""
    moved = sentences(
        message("{asked} → {held}", asked=asked, held=sorted(held)) for asked, held in sorted(pairs.items())
    )
    said = message(
        "Options of years name the years asked for; a figure that covers fewer is used on those: {pairs}.",
        pairs=moved,
    )
    return say(said, language)


def _test_note(claim: Claim, tested: list[Finding], language: Language) -> str:
    heads = [item.headline for item in tested if item.headline is not None]
    if not heads or claim.test is None:
        return ""
    test = claim.test
    return words.interval_note(test.weights, test.reps, words.seed_text(test.seed), heads[0].vcov, language)


def _wild_note(tested: list[Verdict], language: Language) -> str:
    parts = [
        message("{design} {p}", design=item.design.label.said, p=p_value(item.tested.shown.p_value))
        for item in tested
        if item.design is not None and item.tested is not None
    ]
    if not parts:
        return ""
    return say(message("p of the main test: {designs}", designs=sentences(parts)), language)


def _terms(tested: Finding | None) -> Mapping[str, Any] | tuple[str, ...]:
    fit = tested.fit if tested else None
    return (*fit.terms, fit.outcome) if fit is not None else ()


def _columns(tested: Finding | None) -> list[str]:
    data: pd.DataFrame | None = tested.data if tested else None
    return [] if data is None else [str(name) for name in data.columns]
