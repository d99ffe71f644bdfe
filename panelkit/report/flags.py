"""Flags of verdicts as every output says them: once where all designs have them, else with the designs that do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, Message, message, sentences
from panelkit.report.words import flag_text, say


def flag_lines(
    verdicts: Sequence[Verdict], language: Language, *, without: Collection[str] = ()
) -> list[str]:
    """Return what the flags of verdicts of one claim mean, those that all of them carry first.

    Parameters
    ----------
    verdicts
        Verdicts of one claim, or of one of its readings.
    language
        "en" or "zh".
    without
        Flags that stand elsewhere in the output.

    Returns
    -------
    list of str
        One line for the flags that all designs carry, one for each flag of some designs only.
    """
    flags = [
        flag
        for flag in dict.fromkeys(flag for item in verdicts for flag in item.flags)
        if flag not in without
    ]
    shared = [flag for flag in flags if all(flag in item.flags for item in verdicts)]
    lines = [say(sentences(flag_text(flag, language) for flag in shared), language)] if shared else []
    several = len({item.reading.id for item in verdicts if item.reading is not None}) > 1
    for flag in flags:
        if flag not in shared:
            mine = dict.fromkeys(
                say(_named(item, several), language) for item in verdicts if flag in item.flags
            )
            said = message("{designs}: {flag}", designs=sentences(mine), flag=flag_text(flag, language))
            lines.append(say(said, language))
    return lines


def _named(verdict: Verdict, several: bool) -> Message | str:
    """Return the label of a design, with that of its reading where there are several readings."""
    if verdict.design is None or verdict.reading is None:
        return verdict.claim
    if not several:
        return verdict.design.label.said
    return message(
        "{reading}, {design}", reading=verdict.reading.label.said, design=verdict.design.label.said
    )
