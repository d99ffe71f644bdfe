"""From rows to a result: folds, what is learned, the scores, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.covariance.base import computed
from panelkit.covariance.clusters import Clusters, clusters_of
from panelkit.inference.staggered_guard import adoption_statement
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.language.message import Message, message
from panelkit.models.policy.double_ml import scores
from panelkit.models.policy.double_ml.folds import clusters_to_split, draw, repeats_of
from panelkit.models.policy.double_ml.interactive import (
    Interactive,
    fold_strata,
    interactive,
    refuse_not_binary,
    refuse_one_state,
)
from panelkit.models.policy.double_ml.learners import name_of
from panelkit.models.policy.double_ml.nuisance import Inputs, Learned, Task, cross_fit
from panelkit.models.policy.double_ml.result import DoubleMLResult
from panelkit.models.policy.double_ml.rows import Learnable, Parts, learnable
from panelkit.models.policy.double_ml.unlearned import refuse_unlearned_periods
from panelkit.models.statements import few_treated
from panelkit.panel.design import Design
from panelkit.results.fit import fields_under
from panelkit.show.brief import Brief

FEW = 20  # clusters, below which a test on them is a guess


@dataclass(frozen=True, eq=False)
class Rows(Brief):
    """The design of all columns, which of its rows do more than lend a level (n,), and which column is what."""

    design: Design
    inside: FloatArray
    parts: Parts


@dataclass(frozen=True, eq=False)
class Made(Brief):
    """Scores, what was learned, and what the interactive model counted."""

    problem: scores.ScoreProblem
    learned: Learned
    counted: Interactive | None = None


def fit_rows(spec: Any, rows: Rows, chance: int, seed: int | None, jobs: int) -> DoubleMLResult:
    """Return the result of a design.

    Parameters
    ----------
    spec
        The `DoubleML`.
    rows
        What was read.
    chance
        The number on which folds and learners hang.
    seed
        What the user gave, to be stated.
    jobs
        Workers.
    """
    if spec.model == "irm":
        refuse_not_binary(rows.design, rows.parts)
        made = interactive(rows.design, rows.parts, spec.effects, spec.transform_used)
    else:
        made = learnable(rows.design, rows.inside, rows.parts, spec.effects, spec.transform_used)
    clusters = clusters_of(made.design, spec.vcov.by)
    of_unit = clusters_to_split(made.design, clusters)
    repeats = repeats_of(spec.folds, spec.repeats, clusters.count)
    strata = fold_strata(made, clusters) if spec.model == "irm" else None
    folds = draw(spec.folds, repeats, clusters, chance, strata)
    assert len(of_unit) == len(made.design.unit_labels)
    by_row = folds[:, clusters.codes]
    refuse_unlearned_periods(made, by_row)
    found = _estimated(spec, made, clusters, by_row, chance, jobs)
    return _result(spec, rows, made, clusters, found, folds, seed)


def _estimated(
    spec: Any, made: Learnable, clusters: Clusters, folds: IntArray, chance: int, jobs: int
) -> Made:
    inputs = Inputs(made.features, made.swept, made.shown, clusters.codes)
    options = {"seed": chance, "jobs": jobs}
    if spec.model == "irm":
        refuse_one_state(made, folds)
        return Made(*_interactive(spec, made, inputs, folds, options))
    tasks = [
        Task("outcome", made.y, spec.learner_of("outcome")),
        Task("treatment", made.d, spec.learner_of("treatment")),
    ]
    if made.z is not None:
        tasks.append(Task("instrument", made.z, spec.learner_of("instrument")))
    learned = cross_fit(tasks, inputs, folds, **options)
    if made.z is not None:
        a, b = scores.instrumented(made.y, made.d, made.z, learned.values)
    else:
        a, b = scores.partialled_out(made.y, made.d, learned.values)
    if spec.score_used == "iv-type":
        first = scores.ScoreProblem(a, b, folds).by_repeat
        base = Task("base", made.y - first[:, None] * made.d, spec.learner_of("outcome"))
        more = cross_fit([base], inputs, folds, first=len(tasks), **options)
        learned = Learned({**learned.values, **more.values}, _joined(learned, more))
        a, b = scores.iv_type(made.y, made.d, learned.values)
    return Made(scores.ScoreProblem(a, b, folds), learned)


def _joined(one: Learned, two: Learned) -> Any:
    import pandas as pd

    return pd.concat([one.quality, two.quality], ignore_index=True)


def _interactive(
    spec: Any, made: Learnable, inputs: Inputs, folds: IntArray, options: dict[str, int]
) -> tuple[scores.ScoreProblem, Learned, Interactive]:
    outcome = spec.learner_of("outcome")
    tasks = [
        Task("propensity", made.d, spec.learner_of("treatment"), "classifier"),
        Task("control", made.y, outcome, uses=1.0 - made.d),
    ]
    if spec.score_used == "ate":
        tasks.append(Task("treated", made.y, outcome, uses=made.d))
    learned = cross_fit(tasks, inputs, folds, **options)
    counted = Interactive.of(
        learned.values["propensity"], spec.clip, made.design, above_only=spec.score_used == "atte"
    )
    counted.refuse()
    score = scores.average_effect if spec.score_used == "ate" else scores.effect_on_treated
    a, b = score(made.y, made.d, learned.values, counted.clipped)
    return scores.ScoreProblem(a, b, folds), learned, counted


def _result(
    spec: Any,
    rows: Rows,
    made: Learnable,
    clusters: Clusters,
    found: Made,
    folds: IntArray,
    seed: int | None,
) -> DoubleMLResult:
    design, problem = made.design, found.problem
    title = message("{model}: {outcome}", model=_TITLES[spec.model, spec.score_used], outcome=design.outcome)
    vcov = computed(spec.vcov, problem, design, None, title)
    before, after = _facts(spec, made, found, folds, seed)
    term = rows.parts.treatment
    return DoubleMLResult(
        title=title,
        terms=(term,),
        estimates=np.array([problem.estimate]),
        outcome=design.outcome,
        spec=spec,
        design=design,
        dropped=design.dropped,
        scores=problem,
        nuisance=found.learned.quality,
        **fields_under(
            vcov,
            1,
            facts=(before, after),
            notes=((*design.notes, *_notes(spec, rows, made, clusters, found, folds)), ()),
        ),
    )


_TITLES: dict[tuple[str, str], Message] = {
    ("plr", "partialling-out"): message("Double machine learning, partially linear"),
    ("plr", "iv-type"): message(
        "Double machine learning, partially linear, score with the treatment as it is"
    ),
    ("pliv", "partialling-out"): message("Double machine learning, partially linear with an instrument"),
    ("irm", "ate"): message("Double machine learning, interactive: average effect"),
    ("irm", "atte"): message("Double machine learning, interactive: effect on the treated"),
}


def _facts(
    spec: Any, made: Learnable, found: Made, folds: IntArray, seed: int | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    design = made.design
    layout = Layout(design.unit, design.time)
    years = design.time_labels
    before: dict[str, Any] = {
        "nobs": len(made.y),
        "n_units": layout.n_units,
        "n_periods": layout.n_times,
        "years": f"{years[0]}-{years[-1]}",
        "balanced": layout.balanced,
    }
    after: dict[str, Any] = {"folds": int(folds.max()) + 1, "repeats": len(folds)}
    after["seed"] = message("a generator of the caller's") if seed is None else seed
    functions = ("outcome", "treatment", "instrument") if spec.model == "pliv" else ("outcome", "treatment")
    after |= {f"learner_{name}": name_of(spec.learner_of(name)) for name in functions}
    # out of fold, against period effects alone, all rows and repeats together
    quality = found.learned.quality
    for name in dict.fromkeys(quality["function"]):
        after[f"r2_{name}"] = float(quality.loc[quality["function"] == name, "r2"].median())
    after["sd_over_splits"] = float(np.std(found.problem.by_repeat)) if len(folds) > 1 else 0.0
    if found.counted is not None:
        after |= found.counted.facts()
    after["effects"] = spec.effects
    after["transform"] = spec.transform_used or "none"
    after["vcov"] = ""
    return before, after


def _notes(
    spec: Any, rows: Rows, made: Learnable, clusters: Clusters, found: Made, folds: IntArray
) -> tuple[Message, ...]:
    count = int(folds.max()) + 1
    notes = [*made.notes]
    if count == 1:
        notes.append(message("no cross-fitting: least squares on all rows"))
    else:
        notes.append(
            message(
                "{folds} folds of whole clusters ({clusters} of `{name}`): a learner predicts clusters of which it has "
                "seen no row, and tunes on splits of whole clusters",
                folds=count,
                clusters=clusters.count,
                name=clusters.name,
            )
        )
    if len(folds) > 1:
        notes.append(
            message(
                "median over {repeats} draws of the folds; the variance is the median of variance and squared distance "
                "to that median (Chernozhukov et al. 2018, definition 3.3)",
                repeats=len(folds),
            )
        )
    if made.period is not None and spec.model != "irm":
        notes.append(message("effects of {periods} are learned on the training folds by least squares"))
    if found.counted is not None:
        notes += found.counted.notes()
    if clusters.count < FEW:
        notes.append(
            message(
                "{count} clusters: learners see few of them, and t(G-1) is rough below {few}",
                count=clusters.count,
                few=FEW,
            )
        )
    notes += few_treated(rows.design, (rows.parts.treatment,))
    if spec.model == "plr" and spec.effects == "twoway":
        notes += _adopted(rows)
    return tuple(notes)


def _adopted(rows: Rows) -> tuple[Message, ...]:
    """Say of a policy that units adopt what two-way effects compare: a partially linear model weighs alike."""
    alone = rows.design.without_columns(
        np.array([term != rows.parts.treatment for term in rows.design.terms])
    )
    linear = fit_swept(alone.y, alone.X, alone.terms, alone.layout, "twoway")
    return adoption_statement(alone, linear)[0]
