"""A network between units: scores and ties by period, and what is known of how they were made."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.evaluation.network.names import ONE_PERIOD, unit_names, with_period
from panelkit.evaluation.network.recipe import GravityRecipe
from panelkit.evaluation.network.structure import density
from panelkit.evaluation.network.tie_rules import Threshold, check_threshold, rule_said, ties_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

BoolArray = NDArray[np.bool_]
Kind = Literal["gravity", "flows", "reconstruction"]
_SHOWN = 12
_HEADS = {
    "origin": message("Sender"),
    "destination": message("Receiver"),
    "value": message("Score"),
    "tie": message("Tie"),
    "lower": message("Least possible"),
    "upper": message("Most possible"),
}

NOT_OBSERVED: dict[Kind, Message] = {
    "gravity": message(
        "scores are computed from masses and distances, and no flow between {units} was observed: the network says "
        "what its formula says"
    ),
    "flows": message("ties are flows as the table states them"),
    "reconstruction": message(
        "a reconstruction: totals sent and received are observed, pairs are not; what goes where repeats the seed"
    ),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Network(Titled, Brief):
    """Scores (T, N, N) and ties (T, N, N) between N units in T periods, row the sender.

    `kind` says where scores come from; `recipe` the ingredients of a gravity network, and None for flows. `bounds` are
    the least and the most (T, N, N) that each pair can be, where totals alone are observed.
    """

    title: Message
    kind: Kind
    ids: tuple[Hashable, ...]
    years: tuple[Any, ...]
    scores: FloatArray
    ties: BoolArray
    threshold: Threshold
    recipe: GravityRecipe | None = None
    bounds: tuple[FloatArray, FloatArray] | None = None
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def n(self) -> int:
        """Return the number of units."""
        return len(self.ids)

    @property
    def said(self) -> tuple[Message, ...]:
        """Return what has to be known wherever the network is used: what was observed, its formula, its ties."""
        made = () if self.recipe is None else self.recipe.said()
        every = (NOT_OBSERVED[self.kind], *made, rule_said(self.threshold), *self.notes)
        return tuple(note.spoken(*self.levels) for note in every)

    def place(self, year: Any = None) -> int:
        """Return where a period stands; None: the last.

        Raises
        ------
        SpecError
            If the network has no such period.
        """
        if year is None:
            return len(self.years) - 1
        if year not in self.years:
            raise SpecError(
                message(
                    "year={year!r}: the network holds {held}",
                    year=year,
                    held=[str(one) for one in self.years],
                )
            )
        return self.years.index(year)

    def at(self, year: Any = None) -> Network:
        """Return the network of one period; None: the last."""
        here = self.place(year)
        bounds = self.bounds
        return replace(
            self,
            years=(self.years[here],),
            scores=self.scores[here : here + 1],
            ties=self.ties[here : here + 1],
            recipe=None if self.recipe is None else self.recipe.at(here),
            bounds=None if bounds is None else (bounds[0][here : here + 1], bounds[1][here : here + 1]),
        )

    def with_threshold(self, threshold: Threshold) -> Network:
        """Return the same scores with ties by another rule: see `pk.gravity_network`."""
        rule = check_threshold(threshold)
        return replace(self, threshold=rule, ties=ties_of(self.scores, rule))

    def frame(self, year: Any = None, *, of: Literal["ties", "scores"] = "scores") -> pd.DataFrame:
        """Return the matrix of one period with ids on both sides, row the sender; None: the last period."""
        matrix = getattr(self, of)[self.place(year)]
        return pd.DataFrame(matrix, index=list(self.ids), columns=list(self.ids))

    def tidy(self) -> pd.DataFrame:
        """Return one row a period and ordered pair: `year, origin, destination, value, tie`, and bounds where known."""
        off = np.tile(~np.eye(self.n, dtype=bool), (len(self.years), 1, 1))
        t, i, j = np.nonzero(off)
        names = np.array(self.ids, dtype=object)
        table = pd.DataFrame(
            {
                "year": np.array(self.years, dtype=object)[t],
                "origin": names[i],
                "destination": names[j],
                "value": self.scores[off],
                "tie": self.ties[off],
            }
        ).infer_objects()
        if self.bounds is not None:
            table = table.assign(lower=self.bounds[0][off], upper=self.bounds[1][off])
        return table

    def table(self, year: Any = None, *, top: int = _SHOWN, language: Language = "en") -> pd.DataFrame:
        """Return the strongest pairs of one period, strongest first, as the frame that is shown."""
        held = self.at(year).tidy().drop(columns=["year", "tie"])
        held = held.sort_values("value", ascending=False, kind="stable").head(top)
        held = self._named(held, language)
        return held.rename(columns={key: said.text(language) for key, said in _HEADS.items()})

    def summary(self, *, language: Language = "en") -> str:
        """Return the size of the network by period, the strongest pairs of the last one, and the notes."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.spoken(*self.levels).text(language)
        counts = [
            _counted(year, int(one.sum()), share).text(language)
            for year, one, share in zip(self.years, self.ties, density(self.ties), strict=True)
        ]
        strongest = self.to_text(language=language, notes=(), caption=None)
        return "\n".join(
            [title, "=" * cells(title), *counts, "", strongest, *note_lines(self.said, language)]
        )

    def plot(
        self,
        year: Any = None,
        *,
        blocks: pd.Series | None = None,
        top: int = 60,
        places: Literal["tiles", "capitals"] = "tiles",
        boundaries: Any = None,
        language: Language = "en",
        title: str | None = None,
        notes: Sequence[str] = (),
    ) -> Figure:
        """Draw the network of one period: provinces on their tiles or at their capitals, other units on a circle.

        Parameters
        ----------
        year
            The period; None: the last.
        blocks
            A block by unit, which colours it: `blocks` of a `BlockModel`.
        top
            How many ties are drawn, the strongest by score; a note says so where there are more.
        places
            "tiles", or "capitals" for provinces at the places of their capitals.
        boundaries
            With "capitals": a map of `read_map` in degrees, or the path of a GeoJSON file, to lie under them.
        language
            "en" or "zh".
        title, notes
            Text above; sentences below, before what is said of the ties drawn.

        Returns
        -------
        Figure
        """
        from panelkit.evaluation.network.drawing import draw

        one = self.at(year)
        return draw(
            one.ids,
            one.ties[0],
            one.scores[0],
            blocks=blocks,
            top=top,
            weight_name=message("score") if self.kind == "gravity" else message("flow"),
            places=places,
            boundaries=boundaries,
            language=language,
            title=with_period(self.title.text(language), one.years[0], "，" if language == "zh" else ", ")
            if title is None
            else title,
            notes=[*notes, self.said[0]],
        )

    def _named(self, table: pd.DataFrame, language: Language) -> pd.DataFrame:
        names = unit_names(self.ids, language)
        sides = {side: table[side].map(names) for side in ("origin", "destination")}
        return table.assign(**sides)

    def _brief(self) -> str:
        span = f"{self.years[0]}-{self.years[-1]}" if len(self.years) > 1 else f"{self.years[0]}"
        ties = int(self.ties[-1].sum())
        return f"{self.kind}: {self.n} units, {span}; {ties} ties in {self.years[-1]}"

    def _frame(self, language: Language, style: dict[str, Any]) -> pd.DataFrame:
        return self.table(style.pop("year", None), top=style.pop("top", _SHOWN), language=language)

    def _heading(self) -> Message:
        return self.title.spoken(*self.levels)

    def _below(self) -> tuple[Message, ...]:
        return self.said


def _counted(year: Any, ties: int, share: float) -> Message:
    """Return the size of the network in a period."""
    if year == ONE_PERIOD:
        return message("{ties} ties, density {density:.3f}", ties=ties, density=share)
    return message("{year}: {ties} ties, density {density:.3f}", year=str(year), ties=ties, density=share)
