"""Flows that figures hold: what each unit sends and receives, and what can be said of pairs."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.evaluation.network.biproportional import biproportional, cell_bounds, distance_decay
from panelkit.evaluation.network.door import distances_between
from panelkit.evaluation.network.names import unit_names
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.tie_rules import Threshold, check_threshold, ties_of
from panelkit.indices.arrays.checks import first_of
from panelkit.indices.panels.panel_frame import own_words, panel_frame, wide
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_number, refuse_idle
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.canvas import Figure
from panelkit.show.rendered import Titled
from panelkit.spatial.choropleth import drawn
from panelkit.spatial.own_map import read_map

Seed = Literal["independence", "gravity"]
Own = Literal["seed", "none"]
_HEADS = {
    "unit": message("Unit"),
    "sent": message("Sent"),
    "received": message("Received"),
    "net": message("Net received"),
    "ratio": message("Received over sent"),
    "share_sent": message("Share of all sent"),
    "share_received": message("Share of all received"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Flows(Titled, Brief):
    """What N units send and receive in T periods, (N, T) each; pairs are not observed.

    `names` are the columns of what is sent and what is received.
    """

    ids: tuple[Hashable, ...]
    years: tuple[Any, ...]
    sent: FloatArray
    received: FloatArray
    names: tuple[str, str]
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def title(self) -> Message:
        """Return what the table shows."""
        return message(
            "Flows sent (`{sent}`) and received (`{received}`)", sent=self.names[0], received=self.names[1]
        )

    @property
    def said(self) -> tuple[Message, ...]:
        """Return the notes."""
        pairs = message("totals by {unit}: which {unit} a flow comes from or goes to is not published")
        both = message("flows inside a {unit} are in both totals")
        return tuple(note.spoken(*self.levels) for note in (pairs, both, *self.notes))

    def tidy(self) -> pd.DataFrame:
        """Return one row a period and unit: `year, unit, sent, received, net, ratio, share_sent, share_received`."""
        index = pd.MultiIndex.from_product([self.years, self.ids], names=["year", "unit"])
        sent, received = self.sent.T, self.received.T
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(sent > 0, received / sent, np.nan)
        columns = {
            "sent": sent,
            "received": received,
            "net": received - sent,
            "ratio": ratio,
            "share_sent": sent / sent.sum(axis=1, keepdims=True),
            "share_received": received / received.sum(axis=1, keepdims=True),
        }
        return pd.DataFrame(
            {key: values.ravel() for key, values in columns.items()}, index=index
        ).reset_index()

    def table(self, year: Any = None, *, language: Language = "en") -> pd.DataFrame:
        """Return one period, the largest net receiver first, as the frame that is shown; None: the last period."""
        held = self.tidy()
        held = held[held["year"] == self.years[self._place(year)]].drop(columns="year")
        held = held.sort_values("net", ascending=False, kind="stable")
        held = held.assign(unit=held["unit"].map(unit_names(self.ids, language)))
        return held.rename(columns={key: said.text(language) for key, said in _HEADS.items()})

    def summary(self, *, language: Language = "en") -> str:
        """Return the last period and the notes as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = f"{self.title.text(language)} {self.years[-1]}"
        table = self.to_text(language=language, notes=(), caption=None)
        return "\n".join([title, "=" * cells(title), table, *note_lines(self.said, language)])

    def map(
        self,
        year: Any = None,
        *,
        of: Literal["net", "sent", "received"] = "net",
        boundaries: Any = None,
        language: Language = "en",
        title: str | None = None,
    ) -> Figure:
        """Draw one period over the provinces: what each receives net of what it sends, or either of them.

        Parameters
        ----------
        year
            The period; None: the last.
        of
            "net" (received less sent, on a diverging scale around zero), "sent" or "received".
        boundaries
            A map of `read_map`, or the path of a GeoJSON file. None: tiles.
        language, title
            "en" or "zh"; text above.
        """
        if of not in ("net", "sent", "received"):
            raise SpecError(
                message("{of} is 'net', 'sent' or 'received', not {given!r}", of=option("of"), given=of)
            )
        place = self._place(year)
        held = self.tidy()
        values = held[held["year"] == self.years[place]].set_index("unit")[of]
        base = read_map(boundaries) if isinstance(boundaries, str | Path) else boundaries
        return drawn(
            values,
            base,
            centre=0.0 if of == "net" else None,
            decimals=0,
            value_label=_HEADS[of].text(language),
            name_omitted=base is None,
            language=language,
            title=title or f"{self.title.text(language)} {self.years[place]}",
            notes=[one.text(language) for one in self.said],
        )

    def reconstruct(
        self,
        seed: Seed = "independence",
        *,
        own: Own = "seed",
        power: float | None = None,
        distance: pd.DataFrame | None = None,
        year: Any = None,
        threshold: Threshold = "row_mean",
    ) -> Network:
        """Return a network whose totals are those observed: a *reconstruction*, no observation of pairs.

        Totals received are scaled to the sum of those sent, and the note says by how much.

        Parameters
        ----------
        seed
            "independence" (what i sends to j is in proportion to what j receives) or "gravity", d_ij^-power within the
            same totals (doubly constrained, Wilson 1967).
        own
            "seed": part of a flow stays at home, as the seed has it (independence: like any other pair; gravity: at a
            quarter of the distance to the nearest neighbour). "none": nothing stays.
        power
            Exponent of the distance with `seed="gravity"`; None: 1.
        distance
            Distances with ids on both sides; None: great circles between capitals.
        year
            One period; None: all.
        threshold
            Which scores are ties, as in `pk.gravity_network`.

        Returns
        -------
        Network
            Of the kind "reconstruction"; `tidy()` gives the least and the most that each pair can be.
        """
        if seed not in ("independence", "gravity") or own not in ("seed", "none"):
            raise SpecError(
                message(
                    'seed is "independence" or "gravity" and own is "seed" or "none", not {seed!r} and {own!r}',
                    seed=seed,
                    own=own,
                )
            )
        refuse_idle(
            {
                "power": power is not None and seed != "gravity",
                "distance": distance is not None and seed != "gravity",
            },
            message("belongs to {gravity}", gravity=option("seed", "gravity", flag="--reconstruct")),
        )
        rule = check_threshold(threshold)
        decay = 1.0 if power is None else check_number("power", power, positive=True)
        weights = np.ones((len(self.ids), len(self.ids)))
        if seed == "gravity":
            weights = distance_decay(distances_between(self.ids, distance), decay)
        if own == "none":
            weights = np.where(np.eye(len(self.ids), dtype=bool), 0.0, weights)
        places = range(len(self.years)) if year is None else [self._place(year)]
        return self._reconstructed(weights, list(places), rule, self._made(seed, own, decay, list(places)))

    def _reconstructed(
        self, weights: FloatArray, places: list[int], rule: Threshold, notes: tuple[Message, ...]
    ) -> Network:
        found, low, high = [], [], []
        for t in places:
            sent = self.sent[:, t]
            received = self.received[:, t] * (sent.sum() / self.received[:, t].sum())
            found.append(biproportional(weights, sent, received))
            least, most = cell_bounds(sent, received)
            low.append(least)
            high.append(most)
        scores = np.stack(found)
        inside = np.eye(len(self.ids), dtype=bool)
        at_home = np.einsum("tii->t", scores).sum() / scores.sum()
        if at_home > 0:
            notes = (
                *notes,
                message("{share:.1%} of all flows stay inside their {unit} and are no ties", share=at_home),
            )
        scores = np.where(inside, 0.0, scores)
        return Network(
            title=message(
                "Reconstructed flows, {sent} to {received}", sent=self.names[0], received=self.names[1]
            ),
            kind="reconstruction",
            ids=self.ids,
            years=tuple(self.years[t] for t in places),
            scores=scores,
            ties=ties_of(scores, rule),
            threshold=rule,
            bounds=(np.stack(low), np.stack(high)),
            notes=(*notes, *self.notes),
            levels=self.levels,
        )

    def _made(self, seed: Seed, own: Own, power: float, places: list[int]) -> tuple[Message, ...]:
        factors = [self.sent[:, t].sum() / self.received[:, t].sum() for t in places]
        scaled = message(
            "totals received were multiplied by {low:.3f} to {high:.3f}, so that they sum to those sent",
            low=min(factors),
            high=max(factors),
        )
        if seed == "gravity":
            said = message("seed: d^-{power:g} within the totals (doubly constrained gravity)", power=power)
        else:
            said = message("seed: independence, every {unit} spreads what it sends as all do")
        return (
            (said, scaled)
            if own == "seed"
            else (said, scaled, message("by assumption nothing stays at home"))
        )

    def _place(self, year: Any) -> int:
        if year is None:
            return len(self.years) - 1
        if year not in self.years:
            raise SpecError(
                message(
                    "year={year!r}: the flows hold {held}", year=year, held=[str(one) for one in self.years]
                )
            )
        return self.years.index(year)

    def _brief(self) -> str:
        return f"{self.names[0]}, {self.names[1]}: {len(self.ids)} units, {self.years[0]}-{self.years[-1]}"

    def _frame(self, language: Language, style: dict[str, Any]) -> pd.DataFrame:
        return self.table(style.pop("year", None), language=language)

    def _below(self) -> tuple[Message, ...]:
        return self.said


@offered(
    "evaluation",
    family="networks",
    result="Flows",
    source="Deming and Stephan 1940; Wilson 1967 (reconstruction)",
    public=True,
)
def observed_flows(
    data: Any,
    sent: str = "tech_market_turnover",
    received: str = "tech_market_inflow",
    *,
    unit: str | None = None,
    time: str | None = None,
) -> Flows:
    """Return what each unit sends and receives: the technology market by exporting and by receiving province.

    Yearbooks publish these totals and no pairs. `.reconstruct()` makes a network with the same totals, which is
    labelled as a reconstruction; a table of pairs is read by `pk.flow_network`.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    sent, received
        Columns of what a unit sends and receives, in one unit of money.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Flows
        Totals, net, ratio and shares by unit and period.

    Raises
    ------
    DataError
        If figures are missing or negative, or a period has no flows.

    Examples
    --------
    >>> market = pk.load_provinces(["tech_market_turnover", "tech_market_inflow"], (2021, 2022))
    >>> flows = pk.observed_flows(market)
    >>> flows.table(2022).iloc[0, 0]
    'Jiangsu'
    >>> network = flows.reconstruct("gravity", year=2022)
    """
    with own_words(data, unit, time) as levels:
        frame = panel_frame(data, [sent, received], unit=unit, time=time)
        out, ids, years = wide(frame[sent])
        into, _, _ = wide(frame[received])
        for name, values in ((sent, out), (received, into)):
            _refuse_negative(name, values, ids, years)
        if len(ids) < 3:
            raise DataError(
                message("a network needs three {units} at least, and the data hold {n}", n=len(ids))
            )
    return Flows(
        ids=tuple(ids),
        years=tuple(int(one) if isinstance(one, np.integer) else one for one in years),
        sent=out,
        received=into,
        names=(sent, received),
        notes=place_notes(frame),
        levels=levels,
    )


def _refuse_negative(name: str, values: FloatArray, ids: pd.Index, years: pd.Index) -> None:
    wrong = [f"{ids[i]} {years[t]}" for i, t in np.argwhere(values < 0.0)]
    if wrong:
        raise DataError(
            message(
                "`{name}` is negative for {places}: a flow is zero or more",
                name=name,
                places=first_of(wrong[:5], len(wrong)),
            )
        )
    empty = [str(years[int(t)]) for t in np.flatnonzero(values.sum(axis=0) == 0.0)]
    if empty:
        raise DataError(message("`{name}` is zero for all {units} in {years}", name=name, years=empty))
