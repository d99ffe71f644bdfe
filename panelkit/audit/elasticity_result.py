"""The result of `elasticity_sense`: a stated effect under each reading, as table, text and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.audit.printed import Printed
from panelkit.audit.senses import READINGS, Sense, Spread, sentence
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Language, Message, message
from panelkit.language.shown import shown_language
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

_HEADS: Mapping[str, Message] = {
    "reading": message("Read as"),
    "coefficient": message("Coefficient"),
    "becomes": message("The mean of y becomes"),
    "elasticity": message("Elasticity at the means"),
    "marginal": message("Units of y for one of x"),
    "by_tenth": message("Units of y by 10 % more x"),
    "per_sd": message("sds of y by one sd of x"),
    "step_in_sd": message("The step in sds of x"),
    "over_range": message("y over the range of x, in ranges of y"),
}
_NUMBERS = tuple(name for name in _HEADS if name != "reading")


@dataclass(frozen=True, eq=False, repr=False)
class ElasticitySense(Rendered, Brief):
    """What a stated effect means under each reading of its sentence, at the means and over the range of a sample.

    Parameters
    ----------
    value, step
        The effect as stated, with all numbers that round to it, and the change of x that it is stated for.
    senses
        One for each reading.
    x, y
        The sample.
    limit
        How many units of y for one of x are still plausible; None where nobody says.

    Notes
    -----
    Numbers are intervals where the effect is a text: all effects that round to it.

    Examples
    --------
    >>> sense = pk.elasticity_sense("0.38", x_mean=0.25, y_mean=5.0)
    >>> round(sense["points"].elasticity.middle, 1)
    7.6
    """

    value: Printed
    step: float
    senses: tuple[Sense, ...]
    x: Spread
    y: Spread
    limit: float | None = None

    def __getitem__(self, reading: str) -> Sense:
        """Return the sense under one reading."""
        for one in self.senses:
            if one.reading == reading:
                return one
        raise KeyError(reading)

    @property
    def title(self) -> Message:
        return message("The stated effect {value} against the sample", value=self.value.text)

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return, for each reading, what its numbers ask of the sample."""
        return tuple(note for one in self.senses for note in _asked(one, self))

    def plausible(self, reading: str) -> bool:
        """Return whether nothing that a reading asks lies outside the sample or beyond `limit`."""
        return not any(_strains(self[reading], self))

    def tidy(self) -> pd.DataFrame:
        """Return one row a reading: its numbers, `NAME_low` and `NAME_high` where the text leaves them open."""
        return pd.DataFrame([_record(one) for one in self.senses])

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return one column a reading under names in a language, the numbers with four digits."""
        rows = {
            _HEADS[name].text(language): [_text(getattr(one, name)) for one in self.senses]
            for name in _NUMBERS
            if any(getattr(one, name) is not None for one in self.senses)
        }
        heads = [sentence(one.reading, self.step, self.value.text) for one in self.senses]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=[head.text(language) for head in heads])
        return frame.rename_axis(message("Read as").text(language)).reset_index()

    def summary(self, *, language: Language = "en", width: int = 100) -> str:
        """Return title, table and notes as plain text, at most `width` columns wide."""
        from panelkit.show.words import check_language

        check_language(language)
        return self.to_text(language=language, width=width)

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _brief(self) -> str:
        return f"{self.value.text}: {', '.join(one.reading for one in self.senses)}"

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        frame = self.table(language=language)
        return tables.titled(
            frame, path, self.title, self.notes, format=format, language=language, style=style
        )


def _record(one: Sense) -> dict[str, Any]:
    held: dict[str, Any] = {"reading": one.reading}
    for name in _NUMBERS:
        found = getattr(one, name)
        if isinstance(found, Interval):
            held |= {name: found.middle, f"{name}_low": found.low, f"{name}_high": found.high}
        else:
            held[name] = float("nan") if found is None else found
    return held


def _text(found: Interval | float | None) -> str:
    if found is None:
        return ""
    if isinstance(found, float):
        return f"{found:.4g}"
    low, high = f"{found.low:.4g}", f"{found.high:.4g}"
    return low if low == high else f"{low} … {high}"


def _strains(one: Sense, whole: ElasticitySense) -> Iterator[Message]:
    """Yield what a reading asks that the sample or the limit does not hold."""
    size = abs(one.marginal)
    if whole.limit is not None and size.low > whole.limit:
        yield message(
            "{reading}: {marginal} units of y for one of x, more than {limit:g}",
            reading=READINGS[one.reading], marginal=_text(one.marginal), limit=whole.limit,
        )  # fmt: skip
    if one.per_sd is not None and abs(one.per_sd).low > 1.0:
        yield message(
            "{reading}: one standard deviation of x would move y by {per_sd} of its own, more than all its spread",
            reading=READINGS[one.reading], per_sd=_text(one.per_sd),
        )  # fmt: skip
    width = whole.y.width
    if width is not None and abs(one.by_tenth).low > width:
        yield message(
            "{reading}: 10 % more x would move y by {change}, more than its whole range",
            reading=READINGS[one.reading], change=_text(one.by_tenth),
        )  # fmt: skip
    if one.over_range is not None and abs(one.over_range).low > 1.0:
        yield message(
            "{reading}: x over its range would move y by {over} times the range of y",
            reading=READINGS[one.reading], over=_text(one.over_range),
        )  # fmt: skip


def _asked(one: Sense, whole: ElasticitySense) -> Iterator[Message]:
    """Yield the sentences of a reading: what it strains, that it strains nothing, or that the sample cannot tell."""
    strained = list(_strains(one, whole))
    yield from strained
    told = any(held is not None for held in (whole.limit, whole.y.width, one.per_sd, one.over_range))
    if not strained and told:
        yield message("{reading}: within what the sample holds", reading=READINGS[one.reading])
    if one.step_in_sd is not None and one.step_in_sd > 3.0:
        yield message(
            "{reading}: the stated step of x is {step} of its standard deviations",
            reading=READINGS[one.reading], step=_text(one.step_in_sd),
        )  # fmt: skip
