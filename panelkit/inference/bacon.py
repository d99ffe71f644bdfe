"""The Goodman-Bacon decomposition of a static two-way difference-in-differences into its 2x2 comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.adoption import Treatment
from panelkit.inference.two_way_weights import treatment_of
from panelkit.kernels.two_by_two import Comparisons, between_pairs, compared
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, in_language, message, term
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.numbers import number
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

# the residual of the treatment is that of the effects alone up to this share of its largest value
_SAME = 1e-9

# in the order of tables; the keys are those of facts
EARLIER_LATER = term("2x2 comparison", "earlier v later treated")
LATER_EARLIER = term("2x2 comparison", "later v earlier treated")
NEVER_TREATED = term("2x2 comparison", "treated v never treated")
ALWAYS_TREATED = term("2x2 comparison", "treated v always treated")
BOTH_TIMED = term("2x2 comparison", "earlier and later treated")
CONSTANT = term("2x2 comparison", "always v never treated")
WITHIN = term("2x2 comparison", "within groups, by the other regressors")
_KEYS: dict[str, Message] = {
    "earlier_later": EARLIER_LATER,
    "later_earlier": LATER_EARLIER,
    "timing_groups": BOTH_TIMED,
    "never_treated": NEVER_TREATED,
    "always_treated": ALWAYS_TREATED,
    "constant": CONSTANT,
    "within": WITHIN,
}
_ALWAYS = term("group of units", "always treated")
_NEVER = term("group of units", "never treated")


@dataclass(frozen=True, kw_only=True, eq=False)
class BaconWeights(Rendered, Brief):
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

    def __str__(self) -> str:
        return self.summary()

    def _brief(self) -> str:
        return f"{self.title}: {len(self.pairs)} comparisons"

    def _repr_html_(self) -> str:
        return self.to_html()

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        shown: dict[str, Any] = {
            "caption": self.title.text(language),
            "notes": [note.text(language) for note in self.notes],
            "index": False,
            **style,
        }
        return tables.frame_table(
            self.table(language=language), path, format=format, language=language, **shown
        )


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


@dataclass(frozen=True, eq=False)
class Groups(Brief):
    """The units of a balanced panel by the period in which they start; G groups, T periods.

    `starts` (G,), `share` (G,) of the weight, `left` (G, T) means of what the other regressors leave of the treatment,
    `alone` whether that is what the effects alone leave.
    """

    one: Treatment
    starts: IntArray
    row: IntArray
    share: FloatArray
    left: FloatArray
    alone: bool

    @classmethod
    def of(cls, one: Treatment) -> Groups:
        """Return the groups of a treatment on a balanced panel."""
        starts, group = one.how.groups
        row = group[one.design.unit]
        by_unit = one.row_weights[one.layout.starts]
        share = np.bincount(group, by_unit) / by_unit.sum()
        path = (np.arange(one.how.n_times) >= starts[:, None]).astype(float)
        swept = path - path.mean(axis=1, keepdims=True)
        swept -= share @ swept
        if one.linear.effects == "twoway" and one.linear.k == 1 and one.linear.layout.interactions is None:
            return cls(one, starts, row, share, swept, alone=True)
        left = cls._means(one, row, len(starts), one.left)
        scale = _SAME * float(np.abs(swept).max())
        alone = bool(np.abs(one.left - swept[row, one.design.time]).max() <= scale)
        return cls(one, starts, row, share, left, alone)

    @property
    def weights(self) -> FloatArray:
        """Return the weights of the rows as shares of one period's, (n,)."""
        return np.asarray(self.one.row_weights * (self.one.how.n_times / self.one.row_weights.sum()))

    @property
    def inside(self) -> FloatArray:
        """Return what is left of the treatment less its mean by group and period, (n,)."""
        return np.asarray(self.one.left - self.left[self.row, self.one.design.time])

    def means(self, values: FloatArray) -> FloatArray:
        """Return the means of a column (n,) by group and period, (G, T)."""
        return self._means(self.one, self.row, len(self.starts), values)

    @staticmethod
    def _means(one: Treatment, row: IntArray, count: int, values: FloatArray) -> FloatArray:
        n_times = one.how.n_times
        cell = row * n_times + one.design.time
        sums = np.bincount(cell, values * one.row_weights, count * n_times)
        held = np.bincount(cell, one.row_weights, count * n_times)
        return np.asarray((sums / held).reshape(count, n_times))


def problem_with(one: Treatment) -> Message | None:
    """Return why a treatment has no such decomposition; None where it has one."""
    if not one.how.absorbing:
        labels = [str(one.design.unit_labels[code]) for code in np.flatnonzero(one.how.stops)]
        return message(
            "`{term}` switches off in {units_named}: the comparisons are those of a treatment that stays; "
            "two_way_weights takes one that ends",
            term=one.term,
            units_named=labels[:10] if len(labels) <= 10 else [*labels[:10], f"... ({len(labels)})"],
        )
    if not one.layout.balanced:
        n_units, n_times = len(one.design.unit_labels), len(one.design.time_labels)
        return message(
            "the panel is unbalanced ({missing} of {cells} rows of {units} and {periods} lack), and the comparisons "
            "are those of a balanced one: keep complete {units}, or take two_way_weights",
            missing=n_units * n_times - len(one.column),
            cells=n_units * n_times,
        )
    if one.linear.weights is None:
        return None
    weights = one.row_weights
    varying = np.abs(weights - weights[one.layout.starts][one.design.unit]) > 1e-9 * weights
    if varying.any():
        labels = sorted({str(one.design.unit_labels[code]) for code in one.design.unit[varying]})
        return message(
            "weights vary inside {labels}, and the comparisons are those of groups whose weight is the same in every "
            "{period}: take weights that are constant in a {unit}, or two_way_weights",
            labels=labels[:10] if len(labels) <= 10 else [*labels[:10], f"... ({len(labels)})"],
        )
    return None


def _refuse(one: Treatment, levels: tuple[str, str]) -> None:
    said = problem_with(one)
    if said is not None:
        raise SpecError(said.spoken(*levels))


@dataclass(frozen=True, eq=False)
class Parts(Brief):
    """The comparisons with their types, their weights summing to one less that of the part within groups."""

    made: Comparisons
    kinds: list[Message]
    weight: FloatArray
    within: float


def parts_of(groups: Groups, means: FloatArray) -> Parts:
    """Return the comparisons of an outcome with group means `means` (G, T)."""
    if groups.alone:
        made = compared(groups.starts, groups.share, means)
        return Parts(made, _types(groups, made), made.weight, 0.0)
    made, variance = between_pairs(groups.share, groups.left, means)
    moved = float(groups.weights @ groups.inside**2)
    whole = variance + moved
    return Parts(made, _joint_types(groups, made), made.weight * (variance / whole), moved / whole)


def type_shares(groups: Groups) -> dict[str, tuple[Message, float]]:
    """Return type and weight by key, for types with weight; no outcome is read."""
    parts = parts_of(groups, np.zeros(groups.left.shape))
    shares = {
        key: float(parts.weight[[held is kind for held in parts.kinds]].sum()) for key, kind in _KEYS.items()
    }
    shares["within"] = parts.within
    return {key: (_KEYS[key], share) for key, share in shares.items() if share > 0.0}


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


def _types(groups: Groups, made: Comparisons) -> list[Message]:
    never, always = groups.one.how.n_times, 0
    kinds = []
    for begin, other in zip(groups.starts[made.treated], groups.starts[made.control], strict=True):
        if other == never:
            kinds.append(NEVER_TREATED)
        elif other == always:
            kinds.append(ALWAYS_TREATED)
        else:
            kinds.append(EARLIER_LATER if begin < other else LATER_EARLIER)
    return kinds


def _joint_types(groups: Groups, made: Comparisons) -> list[Message]:
    never, always = groups.one.how.n_times, 0
    kinds = []
    for begin, other in zip(groups.starts[made.treated], groups.starts[made.control], strict=True):
        if other == never:
            kinds.append(CONSTANT if begin == always else NEVER_TREATED)
        else:
            kinds.append(ALWAYS_TREATED if begin == always else BOTH_TIMED)
    return kinds


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
    """Return weight and weighted mean estimate by type, in the order of `_KEYS`."""
    weight, product = pairs["weight"].to_numpy(float), (pairs["weight"] * pairs["estimate"]).to_numpy(float)
    of = [(kind, np.array([held == kind for held in pairs["type"]])) for kind in _KEYS.values()]
    rows = [(kind, weight[at].sum(), product[at].sum()) for kind, at in of if at.any()]
    return pd.DataFrame(
        {"weight": [row[1] for row in rows], "estimate": [row[2] / row[1] for row in rows]},
        index=pd.Index([row[0] for row in rows], dtype=object, name="type"),
    )
