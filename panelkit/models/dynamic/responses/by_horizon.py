"""Numbers by impulse, response and horizon with their bands: what responses, shares and projections share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.kernels.within import FloatArray
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.language.options import check_confidence
from panelkit.language.shown import shown_language
from panelkit.models.dynamic.responses.asked import Interval
from panelkit.models.dynamic.responses.horizon_table import ordered, table_of, terminal_tables
from panelkit.models.dynamic.responses.joint import joint_band
from panelkit.results.derived import Uncertainty
from panelkit.results.numbers import cells
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

if TYPE_CHECKING:
    from panelkit.show.figures import Figure

COLUMNS = ("impulse", "response", "horizon", "estimate", "std_error", "conf_low", "conf_high")


@dataclass(frozen=True, kw_only=True, eq=False)
class ByHorizon(Rendered, Brief):
    """Numbers by impulse, response and horizon.

    Shapes, for H horizons, m variables and R draws: `horizons` H, `values` (H, m, m) [horizon, response, impulse],
    `draws` (R, H, m, m), `errors` (H, m, m). `order` names the variables from the shock that stands first, where
    an order enters; `reversal` are the same numbers under the order reversed. `interval` says how draws become bands,
    `joint` whether a band holds the path over all horizons at once.
    """

    title: Message
    names: tuple[str, ...]
    horizons: tuple[int, ...]
    values: FloatArray
    draws: FloatArray | None = field(default=None, repr=False)
    errors: FloatArray | None = None
    df: float = np.inf
    interval: Interval = "percentile"
    joint: bool = False
    order: tuple[str, ...] = ()
    reversal: ByHorizon | None = None
    uncertainty: Uncertainty
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    def __post_init__(self) -> None:
        spoken = tuple(note.spoken(*self.levels) for note in self.notes)
        object.__setattr__(self, "notes", spoken)

    @property
    def level_names(self) -> Levels:
        """Return what unit and time are called in the data."""
        return self.levels

    @property
    def quantity(self) -> Message:
        """Return what the numbers are: the axis of the figure."""
        raise NotImplementedError

    @property
    def decimals(self) -> int | None:
        """Return the decimals of the table; None: four digits of the largest number of a column."""
        return None

    def std_errors(self) -> FloatArray | None:
        """Return standard errors (H, m, m); None where nothing was drawn or estimated."""
        if self.draws is None:
            return self.errors
        return np.asarray(self.draws.std(axis=0, ddof=1))

    def band(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Return the bands (H, m, m) each; NaN where nothing was drawn or estimated."""
        check_confidence(level)
        if self.joint and self.draws is not None:
            return joint_band(self.draws, level)
        tail = (1.0 - level) / 2.0
        if self.draws is not None and self.interval != "normal":
            low, high = np.quantile(self.draws, [tail, 1.0 - tail], axis=0)
            return (
                (low, high)
                if self.interval == "percentile"
                else (2 * self.values - high, 2 * self.values - low)
            )
        errors = self.std_errors()
        if errors is None:
            nothing = np.full(self.values.shape, np.nan)
            return nothing, nothing.copy()
        half = t_quantile(level, self.df) * errors
        return self.values - half, self.values + half

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row an impulse, response and horizon.

        Columns `impulse, response, horizon, estimate, std_error, conf_low, conf_high`; where an order enters also
        `reversed, reversed_low, reversed_high`, the numbers under the order reversed.
        """
        H, m, _ = self.values.shape
        which, to, at = (part.ravel() for part in np.meshgrid(range(m), range(m), range(H), indexing="ij"))
        errors = self.std_errors()
        low, high = self.band(level)
        held = (self.values, np.full(self.values.shape, np.nan) if errors is None else errors, low, high)
        names = np.array(self.names, dtype=object)
        made = {
            "impulse": names[which],
            "response": names[to],
            "horizon": np.array(self.horizons)[at],
            **{name: part[at, to, which] for name, part in zip(COLUMNS[3:], held, strict=True)},
        }
        if self.reversal is not None:
            low, high = self.reversal.band(level)
            parts = {"reversed": self.reversal.values, "reversed_low": low, "reversed_high": high}
            made |= {name: part[at, to, which] for name, part in parts.items()}
        return pd.DataFrame(made)

    def table(self, level: float = 0.95, *, language: Language = "en") -> pd.DataFrame:
        """Return the table that is shown: one row a horizon, one column an impulse and response, texts."""
        return table_of(self, level, language)

    def summary(self, level: float = 0.95, *, language: Language = "en", width: int = 100) -> str:
        """Return the tables of both orders and the notes as plain text of `width` columns."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        parts = [title, "=" * cells(title)]
        for one in [self, *([self.reversal] if self.reversal is not None else [])]:
            if one.order:
                parts.append(ordered(one.order).text(language))
            parts += terminal_tables(one, level, language, width)
        return "\n".join([*parts, "", *note_lines(self.told(level), language)])

    def told(self, level: float = 0.95) -> tuple[Message, ...]:
        """Return the notes, and what the brackets of the table hold."""
        if self.draws is None and self.errors is None:
            return self.notes
        if self.joint:
            said = message(
                "in brackets: {level:.4g} % bands of whole paths, all horizons of an impulse and response at once",
                level=100.0 * level,
            )
        else:
            said = message("in brackets: {level:.4g} % bands, pointwise", level=100.0 * level)
        return (said, *self.notes)

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        told = f"{len(self.names)} variables, horizons {self.horizons[0]} to {self.horizons[-1]}"
        return f"{self.title}: {told}"

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        level = style.pop("level", 0.95)
        told = [*([ordered(self.order)] if self.order else []), *self.told(level)]
        shown: dict[str, Any] = {
            "caption": self.title.text(language),
            "notes": [note.text(language) for note in told],
            **style,
        }
        return tables.frame_table(
            self.table(level, language=language), path, format=format, language=language, **shown
        )

    def plot(
        self,
        *,
        level: float = 0.95,
        beside: ByHorizon | None = None,
        language: Language = "en",
        **style: Any,
    ) -> Figure:
        """Draw a grid, one column an impulse and one row a response, both orders; `beside` as points with bars.

        Parameters
        ----------
        level
            Of the bands.
        beside
            Other numbers of the same variables, such as local projections beside the responses of the model.
        language
            "en" or "zh".
        style
            `title`, `notes` and `labels` of the figure.

        Returns
        -------
        Figure
            `.save(path)` writes SVG, PNG or PDF.
        """
        from panelkit.show.figures import response_grid
        from panelkit.show.term_names import term_label

        named = [term_label("", name, style.get("labels") or {}, language) for name in self.order]
        notes = [ordered(named)] if named else []
        style = {
            "title": self.title.text(language),
            "notes": [note.text(language) for note in notes],
            **style,
        }
        return response_grid(
            self.tidy(level),
            beside=None if beside is None else beside.tidy(level),
            quantity=self.quantity,
            level=level,
            language=language,
            **style,
        )
