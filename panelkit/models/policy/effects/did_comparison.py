"""Several estimators of one policy side by side: one table, one frame, one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.shown import shown_language
from panelkit.models.policy.effects.result import PolicyEffects
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered, Target

if TYPE_CHECKING:
    from panelkit.show.figures import Figure

KINDS = ("overall", "event")


@dataclass(frozen=True, eq=False)
class Side(Brief):
    """One column of a comparison: a result and the kinds of effects that it shows."""

    result: PolicyEffects
    kinds: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__maketables_"):
            return getattr(self.result, name)
        raise AttributeError(name)

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Return the effects of these kinds."""
        table = self.result.__maketables_coef_table__
        shown = table[table["equation"].isin(self.kinds)].copy()
        shown.index = pd.Index(
            [f"{equation} · {term}" for equation, term in zip(shown["equation"], shown["term"], strict=True)],
            name=table.index.name,
            dtype=object,
        )
        return shown

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        return self.result.level_names

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the facts of the result."""
        return self.result.facts

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return the notes of the result."""
        return tuple(self.result.notes)


@dataclass(frozen=True, eq=False)
class DiDComparison(Rendered, Brief):
    """Effects of a policy by several estimators: `results` by their names.

    It is written as a table, one column an estimator, by `to_latex`, `to_docx` and so on.
    """

    results: Mapping[str, PolicyEffects]
    kinds: tuple[str, ...] = KINDS

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row an estimator and effect.

        Returns
        -------
        pandas.DataFrame
            Columns `estimator, equation, term, label` (the event time as a number, missing for averages), and those of
            `tidy()` of every result.
        """
        parts = []
        for name, result in self.results.items():
            table = result.tidy(level)
            table.insert(0, "estimator", name)
            table.insert(3, "label", result.labels)
            parts.append(table[table["equation"].isin(self.kinds)])
        return pd.concat(parts, ignore_index=True)

    def plot(
        self,
        *,
        level: float = 0.95,
        language: Language = "en",
        bands: bool = False,
        reps: int = 9_999,
        rng: Any = 0,
        **style: Any,
    ) -> Figure:
        """Draw the event studies of all estimators in one figure, as `pk.plot_event_studies` does."""
        return plot_event_studies(
            self.results, level=level, language=language, bands=bands, reps=reps, rng=rng, **style
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return the table as plain text."""
        return self.to_text(language=language)

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _brief(self) -> str:
        return f"{len(self.results)} estimators: {', '.join(self.results)}"

    def _rendered(
        self, format: Format, path: Target | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        sides = [Side(result, self.kinds) for result in self.results.values()]
        given = {
            "names": [_name(name).text(language) for name in self.results],
            "order": self._ordered(),
            "notes": list(dict.fromkeys(each.text(language) for each in self._drawn())),
            **style,
        }
        return tables.to_format(sides, format, path, language=language, **given)

    def _drawn(self) -> list[Message]:
        """Return how p-values were made by randomisation, where the notes of a result do not say so."""
        made = [
            (result, result.drawn.sentence()) for result in self.results.values() if result.drawn is not None
        ]
        return [said for result, said in made if not any(said in note for note in result.notes)]

    def _ordered(self) -> list[str]:
        """Return the terms in order: the effect overall, means, event times, dates."""
        frame = self.tidy()
        dated = frame[frame["label"].notna()].sort_values("label", kind="stable")
        return list(dict.fromkeys([*frame[frame["label"].isna()]["term"], *dated["term"]]))


@offered("policy", family="policy", result="DiDComparison", public=True)
def compare_did(
    results: Sequence[PolicyEffects] | Mapping[str, PolicyEffects], *, kinds: Sequence[str] = KINDS
) -> DiDComparison:
    """Set the effects of a policy by several estimators side by side.

    Parameters
    ----------
    results
        Results of `StaggeredDiD` or `EventStudy`, in a list, or by the names that they shall have.
    kinds
        The kinds of effects that are shown: "overall", "event", "cohort", "calendar".

    Raises
    ------
    SpecError
        If there is no result, one is something else, outcomes differ, or none holds such effects.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "ftz")
    >>> model = pk.StaggeredDiD("log(patents_granted) ~ 1", cohort="ftz_first")
    >>> made = [model.with_estimator(name).fit(pilots) for name in ("imputation", "twfe")]
    >>> table = pk.compare_did(made).tidy()
    >>> table.loc[table["term"] == "ATT", ["estimator", "estimate"]].round(3).to_numpy().tolist()
    [['imputation', -0.203], ['twfe', -0.16]]
    """
    held = _named(results)
    shown = tuple(kinds)
    there = {each for result in held.values() for each in result.equations}
    unknown = [kind for kind in shown if kind not in ("overall", "event", "cohort", "calendar")]
    if unknown or not there & set(shown):
        raise SpecError(
            message(
                "these results hold effects {there}, and {kinds} were asked for",
                there=sorted(there),
                kinds=shown,
            )
        )
    return DiDComparison(held, shown)


@offered("policy", family="policy", result="Figure", public=True)
def plot_event_studies(
    results: Sequence[PolicyEffects] | Mapping[str, PolicyEffects],
    *,
    level: float = 0.95,
    language: Language = "en",
    bands: bool = False,
    reps: int = 9_999,
    rng: int | np.random.Generator = 0,
    **style: Any,
) -> Figure:
    """Draw several event studies of one outcome in one figure, one colour each.

    Parameters
    ----------
    results
        Results with effects by event time, in a list, or by the names that they shall have.
    level, language
        Of the intervals; of the words.
    bands, reps, rng
        Whether the band over all event times is drawn too, and its draws.
    style
        As in the figures: `title`, `notes`, `labels`.

    Returns
    -------
    Figure
        The figure; `.save(path)` writes it.

    Raises
    ------
    SpecError
        If a result holds no effects by event time, or outcomes differ.

    Examples
    --------
    >>> pilots = pk.add_policy(panel, "ftz")
    >>> model = pk.EventStudy("log(patents_granted) ~ 1", cohort="ftz_first", window=(-2, 2))
    >>> made = [model.with_estimator(name).fit(pilots) for name in ("sun-abraham", "imputation")]
    >>> pk.plot_event_studies(made).alt
    'effects on log(patents_granted) by time since adoption'
    """
    from panelkit.show import figures

    held = _named(results)
    first = next(iter(held.values()))
    return figures.event_study_plot(
        {
            _name(name).text(language): result.events(level, bands=bands, reps=reps, rng=rng)
            for name, result in held.items()
        },
        outcome=first.outcome,
        level_names=first.level_names,
        level=level,
        anticipation=max(float(result.panel.anticipation) for result in held.values()),
        language=language,
        **style,
    )


def _named(results: Any) -> dict[str, PolicyEffects]:
    """Return results by name: that of the estimator, with a number where it stands twice."""
    if isinstance(results, Mapping):
        held = {str(name): result for name, result in results.items()}
    else:
        given = [results] if isinstance(results, PolicyEffects) else list(results)
        held = {}
        for result in given:
            name = own = str(getattr(getattr(result, "spec", None), "estimator", type(result).__name__))
            count = 1
            while name in held:
                count += 1
                name = f"{own} ({count})"
            held[name] = result
    odd = [name for name, result in held.items() if not isinstance(result, PolicyEffects)]
    if odd or not held:
        raise SpecError(
            message(
                "results of StaggeredDiD or EventStudy are compared, not {odd}", odd=odd or message("none")
            )
        )
    outcomes = list(dict.fromkeys(result.outcome for result in held.values()))
    if len(outcomes) > 1:
        raise SpecError(message("the outcomes differ: {outcomes}", outcomes=outcomes))
    return held


_NAMES: dict[str, Message] = {
    "twfe": message("Two-way regression"),
    "imputation": message("Imputation"),
    "callaway-santanna": message("Callaway and Sant'Anna"),
    "sun-abraham": message("Sun and Abraham"),
    "stacked": message("Stacked regression"),
    "local-projections": message("Local projections"),
}


def _name(name: str) -> Message:
    """Return what an estimator is called; a name of the user's stays as it is."""
    from panelkit.language.message import verbatim

    return _NAMES.get(name) or verbatim(name)
