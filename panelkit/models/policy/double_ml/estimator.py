"""Double machine learning on panels: partially linear, instrumented and interactive models, whole units as folds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from panelkit.covariance.base import VcovSpec, check_vcov, refuse_uncarried
from panelkit.covariance.crv3 import CRV3
from panelkit.data.user.cross_section import as_cross_section
from panelkit.formula.conditions import check_where
from panelkit.formula.formula import parse_formula
from panelkit.kernels.capabilities import CLUSTER_SCORES
from panelkit.kernels.index import PanelIndex
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import SpecError
from panelkit.language.message import message, verbatim
from panelkit.language.offers import capabilities_of, estimator
from panelkit.language.options import check_count, check_significance, is_whole
from panelkit.language.spelt import option
from panelkit.models.policy.double_ml.fitting import Rows, fit_rows
from panelkit.models.policy.double_ml.folds import Folds, check_folds
from panelkit.models.policy.double_ml.learners import check_learner
from panelkit.models.policy.double_ml.result import DoubleMLResult
from panelkit.models.policy.double_ml.rows import CHANGES, Transform, parts_of
from panelkit.models.reading import open_frame, read_with_lenders, spoken_errors
from panelkit.panel.provenance import refuse_changes_over_breaks
from panelkit.panel.sample import Neighbouring, Policy, WithoutSingletons

Model = Literal["plr", "pliv", "irm"]
Score = Literal["partialling-out", "iv-type", "ate", "atte"]

SCORES: dict[str, tuple[str, ...]] = {
    "plr": ("partialling-out", "iv-type"),
    "pliv": ("partialling-out",),
    "irm": ("ate", "atte"),
}
TRANSFORMS = ("within", "mundlak", *CHANGES)


@estimator(
    "double_ml",
    family="policy",
    can=(CLUSTER_SCORES,),
    result="DoubleMLResult",
    source="Chernozhukov et al. 2018; clusters as folds: Chiang et al. 2022; panels: Clarke and Polselli 2025",
)
@dataclass(frozen=True)
class DoubleML:
    """Double machine learning for panels, with whole units (provinces) as folds.

    Parameters
    ----------
    formula
        `outcome ~ confounders`; powers and products of confounders are written here.
    treatment
        One numeric expression; 0 and 1 for `model="irm"`.
    model
        "plr": partially linear, one effect for all. "pliv": the same with an instrument. "irm": interactive, the
        average effect of a 0/1 treatment that may differ between rows.
    instrument
        One numeric expression, for "pliv".
    score
        "partialling-out" or "iv-type" ("plr"); "ate" or "atte" ("irm"): on all, or on the
        treated. The first unless told.
    learner
        "lasso", "ridge", "elastic-net" (penalties chosen on splits of whole units), "ols", "forest", "boosting", or an
        estimator of scikit-learn, which is cloned. A whole-number `cv` inside it becomes splits of whole units.
    outcome_learner, treatment_learner, instrument_learner
        Other learners of one function. The propensity of "irm" takes a classifier ("logit" beside the names above);
        "ols" means "logit" there.
    effects
        "twoway", "unit", "time", "none".
    transform
        How effects of units leave: "within" (deviations from unit means), "mundlak" (unit means are learned from),
        "first-difference", "first-difference-exact" (learned from this period and the last). "within" unless told;
        "irm" knows "mundlak" only.
    folds
        How many folds, each of whole units; their number leaves one out at a time. Or a mapping unit -> fold. 1 with
        "ols" alone: no cross-fitting.
    repeats
        How often the folds are drawn; the median counts, and the spread enters the variance. 10 unless told.
    clip
        Propensities stay between `clip` and 1 - `clip` ("irm").
    vcov
        `CRV3()` or `Cluster()`, also by a column that is constant inside units; the folds are whole clusters of it.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    Effects of periods are learned with the rest: their dummies are swept out by least squares on the training folds,
    and flexible learners see the period beside the confounders. With "ols" and `folds=1` the result is `FixedEffects`
    ("within", "mundlak") or `FirstDifference`.

    Rows as folds are refused: on 31 provinces they reject a true null in about 20 % of samples.

    Examples
    --------
    >>> spec = pk.DoubleML("log(patents_granted) ~ log(gdp)", "log(rd_expenditure)", learner="ols", repeats=3)
    >>> fit = spec.fit(panel, rng=1)
    """

    formula: str
    treatment: str
    model: Model = "plr"
    instrument: str | None = None
    score: Score | None = None
    learner: Any = "lasso"
    outcome_learner: Any = None
    treatment_learner: Any = None
    instrument_learner: Any = None
    effects: Effects = "twoway"
    transform: Transform | None = None
    folds: Folds = field(default=5, hash=False)
    repeats: int | None = None
    clip: float = 0.01
    vcov: VcovSpec = field(default_factory=CRV3)
    where: str | None = None

    def __post_init__(self) -> None:
        check_vcov(self.vcov)
        refuse_uncarried(self.vcov, capabilities_of(type(self)) or (), verbatim("DoubleML"))
        object.__setattr__(self, "where", check_where(self.where))
        check_effects(self.effects)
        check_folds(self.folds)
        if self.repeats is not None:
            check_count("repeats", self.repeats)
        if check_significance("clip", self.clip) >= 0.5:
            raise SpecError(message("clip lies between 0 and 0.5, not {clip}", clip=self.clip))
        _check_model(self)
        _check_transform(self)
        _check_learners(self)

    @property
    def score_used(self) -> str:
        """Return the score."""
        return self.score or SCORES[self.model][0]

    @property
    def transform_used(self) -> Transform | None:
        """Return the transform; None where the effects of units stay."""
        if self.effects in ("time", "none"):
            return None
        return self.transform or ("mundlak" if self.model == "irm" else "within")

    def with_vcov(self, vcov: VcovSpec) -> DoubleML:
        """Return the same model with another covariance."""
        return replace(self, vcov=vcov)

    def learner_of(self, function: str) -> Any:
        """Return the learner of "outcome", "treatment" or "instrument"."""
        own = getattr(self, f"{function}_learner")
        found = self.learner if own is None else own
        if function == "treatment" and self.model == "irm" and isinstance(found, str) and found == "ols":
            return "logit"
        return found

    def fit(
        self,
        data: Any,
        *,
        rng: int | np.random.Generator = 0,
        jobs: int = 1,
        unit: str | None = None,
        time: str | None = None,
    ) -> DoubleMLResult:
        """Learn and estimate.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time` columns named; `unit` alone
            is a cross-section, with effects="none".
        rng
            A seed, or a generator: folds and learners hang on it.
        jobs
            Workers; the numbers are the same for any number of them.

        Raises
        ------
        DataError
            If the panel is unusable, there are fewer units than folds, the effects leave nothing of the treatment, or
            treated and untreated rows do not overlap.
        SpecError
            If the formula, a column or an option cannot be right for these data.
        """
        if not is_whole(jobs) or jobs == 0:
            raise SpecError(message("jobs is a number of workers, or -1 for all, not {jobs!r}", jobs=jobs))
        chance = int(as_generator(rng).integers(2**62))
        if unit is not None and time is None:
            data, unit = as_cross_section(data, unit), None
        frame = open_frame(data, unit, time)
        left, _, right = self.formula.partition("~")
        own = [self.treatment, *([] if self.instrument is None else [self.instrument])]
        design, inside = read_with_lenders(
            f"{left}~{right} + {' + '.join(own)}",
            frame,
            unit=unit,
            time=time,
            extra=self.vcov.columns(),
            where=self.where,
            policies=self._rules(),
        )
        with spoken_errors(design):
            if self.transform_used in CHANGES and design.formula is not None:
                sample = PanelIndex(design.unit, design.time, design.unit_labels, design.time_labels)
                refuse_changes_over_breaks(frame.data, design.formula, sample)
            parts = parts_of(design, self.formula, self.treatment, self.instrument)
            return fit_rows(self, Rows(design, inside, parts), chance, seed_of(rng), jobs)

    def _rules(self) -> tuple[Policy, ...]:
        if self.transform_used in CHANGES:
            return (Neighbouring(),)
        return () if self.transform_used is None else (WithoutSingletons(self.effects),)


def _check_model(spec: DoubleML) -> None:
    parse_formula(spec.formula)
    if not isinstance(spec.model, str) or spec.model not in SCORES:
        raise SpecError(
            message("model is one of {known}, not {given!r}", known=tuple(SCORES), given=spec.model)
        )
    if spec.score is not None and spec.score not in SCORES[spec.model]:
        raise SpecError(
            message(
                "score of model={model!r} is one of {known}, not {given!r}",
                model=spec.model,
                known=SCORES[spec.model],
                given=spec.score,
            )
        )
    if not isinstance(spec.treatment, str) or not spec.treatment.strip():
        raise SpecError(message("treatment names one variable: treatment='log(rd_expenditure)'"))
    if (spec.instrument is not None) != (spec.model == "pliv"):
        raise SpecError(
            message(
                "{instrument} belongs to {model}, and {model} needs one: give both or neither",
                instrument=option("instrument"),
                model=option("model", "pliv"),
            )
        )
    if spec.model != "irm" and spec.clip != 0.01:
        raise SpecError(message("clip is about propensities, and model={model!r} has none", model=spec.model))


def _check_transform(spec: DoubleML) -> None:
    if spec.transform is None:
        return
    if spec.transform not in TRANSFORMS:
        raise SpecError(
            message("transform is one of {known}, not {given!r}", known=TRANSFORMS, given=spec.transform)
        )
    if spec.effects in ("time", "none"):
        raise SpecError(
            message(
                "transform says how effects of units leave, and effects={effects!r} has none: leave it out",
                effects=spec.effects,
            )
        )
    if spec.model == "irm" and spec.transform != "mundlak":
        raise SpecError(
            message(
                "{model_option} weighs by the probability of a 0/1 treatment, and deviations or changes "
                "of it are not 0 and 1: {transform} learns from the means of the confounders instead, or "
                "take {model}",
                model_option=option("model", "irm"),
                transform=option("transform", "mundlak"),
                model=option("model", "plr"),
            )
        )


def _check_learners(spec: DoubleML) -> None:
    for function in ("outcome", "treatment", "instrument"):
        name = f"{function}_learner"
        if getattr(spec, name) is None:
            name = "learner"
        if function == "instrument" and spec.model != "pliv":
            if spec.instrument_learner is not None:
                raise SpecError(
                    message(
                        "{instrument_learner} belongs to {model}",
                        instrument_learner=option("instrument_learner"),
                        model=option("model", "pliv"),
                    )
                )
            continue
        classifies = function == "treatment" and spec.model == "irm"
        learner = spec.learner_of(function)
        if classifies and name == "learner" and not isinstance(learner, str):
            raise SpecError(
                message(
                    "{model} learns a mean and a probability: give {outcome_learner} a regressor and "
                    "{treatment_learner} a classifier",
                    model=option("model", "irm"),
                    outcome_learner=option("outcome_learner"),
                    treatment_learner=option("treatment_learner"),
                )
            )
        check_learner(name, learner, "classifier" if classifies else "regressor")
        if not isinstance(spec.folds, Mapping) and spec.folds == 1 and learner not in ("ols", "logit"):
            raise SpecError(
                message(
                    "{folds} learns on the rows that it predicts, and {learner} fits them too well: with "
                    "'ols' alone",
                    folds=option("folds", 1),
                    learner=repr(learner),
                )
            )
