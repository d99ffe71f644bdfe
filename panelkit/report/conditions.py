"""The conditions and sizes behind a verdict, as every output prints them: marks, words, tables, one line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.design import Standing
from panelkit.claims.findings import Condition, Outcome, Sizes
from panelkit.claims.rules.reading import written_p
from panelkit.claims.verdict import Verdict
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, listed, message, sentences, term
from panelkit.report.numbers import number, percent
from panelkit.report.words import design_word, say
from panelkit.show.canvas import wrap

MARKS: Mapping[Outcome, str] = {
    "passes": "✓",
    "fails": "✗",
    "takes away": "✗✗",
    "not computed": "−",
    "printed": "·",
}
OUTCOMES: Mapping[Outcome, Message] = {
    "passes": term("outcome of a condition", "passes"),
    "fails": term("outcome of a condition", "does not pass"),
    "takes away": term("outcome of a condition", "takes it away"),
    "not computed": term("outcome of a condition", "cannot be computed"),
    "printed": term("outcome of a condition", "printed, decides nothing"),
}
STANDINGS: Mapping[Standing, Message] = {
    "principal": term("standing of a design", "principal"),
    "part": term("standing of a design", "part"),
    "alternative": term("standing of a design", "alternative"),
}
LEGEND = message(
    "✓ passes, ✗ does not pass, ✗✗ takes the association away, − cannot be computed (counts as not passed), · printed, "
    "decides nothing"
)


_SHARES = ("share", "robustness_value")
_FIRST = ("excess", "slope", "value", "estimate", *_SHARES)
"""The numbers that a condition may stand on, the first that it has is printed in a cell."""
_SIZES: Mapping[str, Message] = {
    "smallest": message("smallest effect of interest"),
    "detectable": message("detectable effect (80 % power, 5 %)"),
    "detectable_beside": message("detectable effect beside a common path"),
    "excluded": message("excluded by the 90 % interval: larger than"),
}
_HEAD = 13  # ems of a line in the head of a column


def levels_of(verdict: Verdict) -> Levels:
    """Return what the panel of a verdict calls its units and periods."""
    return PROVINCIAL if verdict.panel is None else verdict.panel.levels


def standing_text(verdict: Verdict, language: Language) -> str:
    """Return what a design is in its reading; nothing where the reading has one design."""
    if verdict.reading is None or len(verdict.reading.design) < 2:
        return ""
    return say(STANDINGS[verdict.standing], language)


def design_label(verdict: Verdict, language: Language) -> str:
    """Return the label of a design, with its standing where the reading has several."""
    label = say(verdict.design.label, language) if verdict.design else ""
    standing = standing_text(verdict, language)
    if not standing:
        return label
    return say(message("{label} ({standing})", label=label, standing=standing), language)


def condition_rows(verdict: Verdict, language: Language) -> list[dict[str, str]]:
    """Return one row a condition: mark, what is asked, what was found, what it does."""
    return [
        {
            "key": item.key,
            "mark": MARKS[effect],
            "asks": say(item.asks, language),
            "found": say(item.found, language),
            "does": say(OUTCOMES[effect], language),
            "style": effect.replace(" ", "-"),
        }
        for item in verdict.conditions
        for effect in (effect_of(item),)
    ]


def effect_of(item: Condition) -> Outcome:
    """Return what a condition does to the word: one that decides nothing is printed, computed or not."""
    return item.outcome if item.decides else "printed"


def not_passed(verdict: Verdict) -> Message | None:
    """Return in one line which conditions took the association away, failed or could not be computed; None: none."""
    groups: tuple[tuple[Outcome, Message], ...] = (
        ("takes away", message("take it away: ")),
        ("fails", message("not passed: ")),
        ("not computed", message("cannot be computed: ")),
    )
    said = []
    for outcome, head in groups:
        asks = [item.asks for item in verdict.conditions if item.decides and item.outcome == outcome]
        if asks:
            said.append(message("{mark} {head}{asks}", mark=MARKS[outcome], head=head, asks=listed(asks)))
    return sentences(said).spoken(*levels_of(verdict)) if said else None


def sizes_lines(sizes: Sizes | None) -> Iterator[Message]:
    """Yield what sizes a test can tell apart, in the units of the claim; nothing where there are none."""
    if sizes is None:
        return
    if not math.isnan(sizes.smallest):
        why = sizes.why or message("none is declared")
        yield message(
            "Smallest effect of interest: {smallest} ({why}).", smallest=number(sizes.smallest), why=why
        )
    if not math.isnan(sizes.detectable):
        yield _detectable(sizes)
    if math.isfinite(sizes.excluded):
        yield message(
            "The 90 % interval excludes every effect larger than {excluded}, on both sides.",
            excluded=number(sizes.excluded),
        )


def _detectable(sizes: Sizes) -> Message:
    if math.isinf(sizes.detectable):
        return message("Detectable with 80 % power at 5 %: no effect, however large.")
    if sizes.detectable_is is not None:
        return message(
            "Detectable: {detectable} ({what}).",
            detectable=number(sizes.detectable),
            what=sizes.detectable_is,
        )
    if math.isnan(sizes.detectable_beside):
        return message(
            "Detectable with 80 % power at 5 %: {detectable}.", detectable=number(sizes.detectable)
        )
    return message(
        "Detectable with 80 % power at 5 %: {detectable} by the main test, {beside} beside a common path.",
        detectable=number(sizes.detectable),
        beside=number(sizes.detectable_beside),
    )


def sizes_text(verdict: Verdict, language: Language) -> str:
    """Return the sizes of a verdict as one paragraph."""
    said = [say(line.spoken(*levels_of(verdict)), language) for line in sizes_lines(verdict.sizes)]
    return ("" if language == "zh" else " ").join(said)


def round_text(result: CheckResult, claim: str, reading: str, language: Language) -> str:
    """Return how the designs of a reading came to its word, where it has several."""
    said = result.round_of(claim, reading).sentence()
    return "" if said is None else say(message("Designs: {said}.", said=said), language)


def conditions_table(verdicts: Sequence[Verdict], language: Language) -> pd.DataFrame:
    """Return the conditions of one reading for Word and LaTeX: one row a condition, one column a design.

    Each cell holds the mark and the number that it stands on; the word comes first, the sizes last.
    """
    rows: dict[str, dict[str, str]] = {}
    for verdict in verdicts:
        label = "\n".join(wrap(design_label(verdict, language), _HEAD))
        rows.setdefault(say(message("Verdict"), language), {})[label] = design_word(verdict.word, language)
        for item in verdict.conditions:
            rows.setdefault(say(item.asks, language), {})[label] = _cell(item)
    for verdict, label in zip(verdicts, rows[say(message("Verdict"), language)], strict=True):
        for key, head in _SIZES.items():
            size = float(getattr(verdict.sizes or Sizes(), key))
            if math.isfinite(size):
                rows.setdefault(say(head, language), {})[label] = number(size)
    frame = pd.DataFrame.from_dict(rows, orient="index").fillna("")
    frame.index.name = say(message("Condition"), language)
    return frame


def _cell(item: Condition) -> str:
    """Return a mark with the number that the condition stands on, and its p where it has one."""
    held = {key: float(value) for key, value in item.numbers.items() if key in _FIRST or key == "p"}
    shown = next((key for key in _FIRST if math.isfinite(held.get(key, math.nan))), None)
    parts = [MARKS[effect_of(item)]]
    if shown is not None:
        parts.append(percent(held[shown]) if shown in _SHARES else number(held[shown]))
    if math.isfinite(held.get("p", math.nan)):
        parts.append(f"(p {written_p(held['p'])})".replace(" ", "\u00a0"))
    return " ".join(parts)


def conditions_frame(verdicts: Sequence[Verdict], language: Language) -> pd.DataFrame:
    """Return every condition of a claim with its numbers, one row a reading, design and condition."""
    return pd.DataFrame(
        [
            {
                **_place(verdict),
                "condition": item.key,
                "asks": say(item.asks, language),
                "outcome": item.outcome,
                "decides": item.decides,
                "found": say(item.found, language),
                **{key: item.numbers.get(key, math.nan) for key in ("slope", "p", "statistic", "rows")},
            }
            for verdict in verdicts
            for item in verdict.conditions
        ]
    )


def sizes_frame(verdicts: Sequence[Verdict], language: Language) -> pd.DataFrame:
    """Return the word and the sizes of every design of a claim, one row each."""
    rows = []
    for verdict in verdicts:
        sizes, shown = verdict.sizes or Sizes(), verdict.tested.shown if verdict.tested else None
        rows.append(
            {
                **_place(verdict),
                "verdict": verdict.word or design_word(None, "en"),
                "estimate": math.nan if shown is None else shown.estimate,
                "low": math.nan if shown is None else shown.low,
                "high": math.nan if shown is None else shown.high,
                "inner_low": math.nan if shown is None else shown.inner_low,
                "inner_high": math.nan if shown is None else shown.inner_high,
                "p": math.nan if shown is None else shown.p_value,
                "smallest": sizes.smallest,
                "why": "" if sizes.why is None else say(sizes.why, language),
                "detectable": sizes.detectable,
                "detectable_is": "" if sizes.detectable_is is None else say(sizes.detectable_is, language),
                "detectable_beside": sizes.detectable_beside,
                "excluded": sizes.excluded,
                "flags": " ".join(verdict.flags),
            }
        )
    return pd.DataFrame(rows)


def _place(verdict: Verdict) -> dict[str, str]:
    return {
        "reading": verdict.reading.id if verdict.reading else "",
        "design": verdict.design.id if verdict.design else "",
        "standing": verdict.standing,
    }
