"""The Goodman-Bacon decomposition of a static two-way difference-in-differences into its 2x2 comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.adoption import Treatment
from panelkit.inference.bacon_groups import (
    ALWAYS_TREATED,
    KINDS,
    WITHIN,
    Groups,
    Parts,
    parts_of,
    problem_with,
)
from panelkit.inference.two_way_weights import treatment_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, in_language, message, term
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.numbers import number
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

_ALWAYS = term("group of units", "always treated")
_NEVER = term("group of units", "never treated")


@dataclass(frozen=True, kw_only=True, eq=False)
class BaconWeights(Titled, Brief):
    """A two-way coefficient as the weighted mean of comparisons of groups that start at different times.

    `pairs` has a row a comparison: `type`, `treated` and `control` (the first treated period, or "always treated",
    "never treated"), `weight` and `estimate`; the weights sum to one, and the weighted sum of the estimates is the
    coefficient. `types` sums the weights by type, its estimates their weighted means.
    """

    title: Message
    term: str
    estimate: float
    pairs: pd.DataFrame
    types: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a comparison: type, treated, control, weight, estimate."""
        return self.pairs.copy()

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return types, weights and estimates as the frame that is shown."""
        heads = [
            message("Comparison").text(language),
            message("Weight").text(language),
            message("Estimate").text(language),
        ]
        rows = [
            (in_language(kind, language), number(weight), number(estimate))
            for kind, weight, estimate in zip(
                self.types.index, self.types["weight"], self.types["estimate"], strict=True
            )
        ]
        rows.append((in_language(self.term, language), number(1.0), number(self.estimate)))
        return pd.DataFrame(rows, columns=pd.Index(heads))

    def summary(self, *, language: Language = "en") -> str:
        """Return title, types and notes as plain text."""
        from panelkit.show.words import frame_text, note_lines

        shown = frame_text(self.table(language=language), language, str, index=False)
        return "\n".join([self.title.text(language), shown, *note_lines(self.notes, language)])

    def plot(self, *, language: Language = "en", **style: Any) -> Any:
        """Draw every comparison by weight and estimate, the coefficient as a broken line; `.save(path)` writes it."""
        from panelkit.show.figures import comparison_scatter

        shown: dict[str, Any] = {"title": self.title.text(language), **style}
        return comparison_scatter(self.pairs, average=self.estimate, language=language, **shown)

    def _brief(self) -> str:
        return f"{self.title}: {len(self.pairs)} comparisons"


@offered(
    "inference",
    family="policy",
    result="BaconWeights",
    source="Goodman-Bacon 2021, theorem 1 and section 5.2",
    public=True,
)
def bacon_weights(fit: FitResult, term: str | None = None) -> BaconWeights:
    """Return the 2x2 comparisons that a two-way coefficient of an absorbing treatment averages.

    Units are grouped by their first treated period. A group is compared with those never treated, always treated, not
    yet treated, and already treated; the last, later v earlier treated, subtract changes of the effect itself.
    With other regressors a pair is compared on what they leave of the treatment, before and after together, and what
    they move within a group is a part of its own.

    Parameters
    ----------
    fit
        Least squares with two-way effects on a balanced panel, rows alike or weighted by what is constant in a unit.
    term
        The 0/1 regressor; None takes the one treatment that units adopt.

    Returns
    -------
    BaconWeights

    Raises
    ------
    SpecError
        If the panel is unbalanced, the treatment switches off, weights vary inside a unit, or there is no such term.

    Examples
    --------
    >>> import numpy as np
    >>> units, years = panel.index.get_level_values(0), panel.index.get_level_values(1)
    >>> start = units.unique()[:12]
    >>> first = dict(zip(start, np.repeat(np.unique(years)[1:4], 4)))
    >>> pilot = [float(year >= first.get(unit, 9999)) for unit, year in panel.index]
    >>> fit = pk.FixedEffects("log(patents_granted) ~ pilot").fit(panel.assign(pilot=pilot))
    >>> found = pk.bacon_weights(fit)
    >>> bool(abs((found.pairs["weight"] * found.pairs["estimate"]).sum() - fit.params["pilot"]) < 1e-12)
    True
    """
    one = treatment_of(fit, term)
    _refuse(one, fit.level_names)
    groups = Groups.of(one)
    pairs, notes = _rows(one, groups)
    return BaconWeights(
        title=message("2x2 comparisons behind the two-way coefficient of {term}", term=one.term),
        term=one.term,
        estimate=float(one.linear.beta[one.at]),
        pairs=pairs,
        types=_by_type(pairs),
        notes=notes,
    )


def _refuse(one: Treatment, levels: tuple[str, str]) -> None:
    said = problem_with(one)
    if said is not None:
        raise SpecError(said.spoken(*levels))


def _rows(one: Treatment, groups: Groups) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the comparisons with their types, and what is said of them."""
    means = groups.means(one.design.y)
    means = means - means.mean(axis=1, keepdims=True)
    parts = parts_of(groups, means - means.mean(axis=0))
    pairs = _framed(one, groups, parts)
    if groups.alone:
        return pairs, ()
    if parts.within > 0.0:
        inside = groups.inside
        swept = one.design.y - groups.means(one.design.y)[groups.row, one.design.time]
        estimate = float((groups.weights * inside) @ swept) / float(groups.weights @ inside**2)
        pairs.loc[len(pairs)] = [WITHIN, None, None, parts.within, estimate]
    note = message(
        "with other regressors a pair is compared before and after together, on what they leave of the treatment"
    )
    return pairs, (note,)


def _framed(one: Treatment, groups: Groups, parts: Parts) -> pd.DataFrame:
    """Return comparisons as a frame; a pair of always treated and others names the others as treated."""
    treated, control = parts.made.treated, parts.made.control
    turned = np.array([kind is ALWAYS_TREATED for kind in parts.kinds]) & (groups.starts[treated] == 0)
    treated, control = np.where(turned, control, treated), np.where(turned, treated, control)
    names = [_group_name(one, int(start)) for start in groups.starts]
    return pd.DataFrame(
        {
            "type": pd.Series(parts.kinds, dtype=object),
            "treated": pd.Series([names[g] for g in treated], dtype=object),
            "control": pd.Series([names[g] for g in control], dtype=object),
            "weight": parts.weight,
            "estimate": parts.made.estimate,
        }
    )


def _group_name(one: Treatment, start: int) -> Any:
    if start == one.how.n_times:
        return _NEVER
    return _ALWAYS if start == 0 else one.period(start)


def _by_type(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return weight and weighted mean estimate by type, in the order of `KINDS`."""
    weight, product = pairs["weight"].to_numpy(float), (pairs["weight"] * pairs["estimate"]).to_numpy(float)
    of = [(kind, np.array([held == kind for held in pairs["type"]])) for kind in KINDS.values()]
    rows = [(kind, weight[at].sum(), product[at].sum()) for kind, at in of if at.any()]
    return pd.DataFrame(
        {"weight": [row[1] for row in rows], "estimate": [row[2] / row[1] for row in rows]},
        index=pd.Index([row[0] for row in rows], dtype=object, name="type"),
    )
