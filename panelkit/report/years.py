"""Which years a claim reads, in words: those that end in the newest one, and those that are stated and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.window import Window, samples_of
from panelkit.data import catalogue
from panelkit.data.nation import product_names
from panelkit.kernels.index import SHOWN, listed
from panelkit.language.message import Joined, Message, Told, message, verbatim


def years_lines(registered: RegisteredClaim) -> Iterator[Message]:
    """Yield which years end in the newest one and which figures go no further, then which are stated and why."""
    claim, window = registered.claim, registered.window
    if window is not None:
        if window.first is not None:
            yield message(
                "Years: {used}; the last one is the newest {period} for which all figures of the claim are held "
                "({ends} go no further).",
                used=_span(window),
                ends=_called(window.ends),
            )
        yield from _of_designs(claim, window)
    stated: dict[tuple[str, Message], None] = {}
    for _, sample in samples_of(claim):
        if sample.stated is not None:
            stated["-".join(map(str, sample.years)), sample.stated.said] = None
    for years, why in stated:
        yield message("Years: {years}. {why}", years=years, why=why)


def _of_designs(claim: Claim, window: Window) -> Iterator[Message]:
    """Yield the years of designs with samples of their own, those of the same years together."""
    groups: dict[tuple[str, tuple[str, ...]], list[Message]] = {}
    for reading in claim.reading:
        for design in reading.design:
            own = dict(window.designs).get((reading.id, design.id))
            if own is not None and own.first is not None:
                groups.setdefault((_span(own), own.ends), []).append(design.label.said)
    for (used, ends), labels in groups.items():
        yield message(
            "Years of {designs}: {used} ({ends} go no further).",
            designs=Joined(labels, {"en": "; ", "zh": "；"}),
            used=used,
            ends=_called(ends),
        )


def _called(keys: Sequence[str]) -> Message:
    """Return figures by their names: keys in English, what they are called in Chinese; the rest of many is counted."""
    known = product_names() | {key: Told(key, one.name_zh) for key, one in catalogue.facts().items()}
    names = [known.get(key, verbatim(key)) for key in keys]
    return listed(names[:SHOWN], len(names))


def _span(window: Window) -> str:
    return "-".join(map(str, window.used))
