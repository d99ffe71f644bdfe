"""From a kink that was found to a result: slopes and the kink, with their joint covariance."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from panelkit.kernels.linear import fit_swept
from panelkit.language.message import message
from panelkit.models.effects import effects_word
from panelkit.models.shell import finish
from panelkit.models.threshold.kink import Kinked
from panelkit.models.threshold.result import KINK, ThresholdFit, facts_of
from panelkit.models.threshold.words import kink_notes
from panelkit.results.fit import FitResult


def kink_result(spec: Any, found: Kinked) -> ThresholdFit:
    """Return slopes on both sides and the kink.

    The covariance is that of the regression on the derivatives of the model: the last column is that by the kink, the
    difference of slopes on the rows above it with the sign turned (Hansen 2017, section 4; unit effects hold the rest).
    """
    columns, kink = found.columns, float(found.thresholds[0])
    sides = found.sides()
    names = (f"{found.name}:regime1", f"{found.name}:regime2")
    known = columns.holding(np.column_stack([columns.common, sides]), (*columns.common_terms, *names))
    slopes = fit_swept(known.y, known.X, known.terms, known.layout, spec.effects)
    bend = slopes.beta[-1] - slopes.beta[-2]
    by_kink = -bend * (columns.q > kink)
    design = columns.holding(np.column_stack([known.X, by_kink]), (*known.terms, KINK))
    linear = fit_swept(design.y, design.X, design.terms, design.layout, spec.effects)
    region, regime = found.region(spec.level), found.regime()
    f = np.array([found.f(1)])
    made = finish(
        spec,
        design,
        linear,
        title=message(
            "Panel kink ({effects}): {outcome}", effects=effects_word(spec.effects), outcome=design.outcome
        ),
        facts=facts_of(found.thresholds, np.bincount(regime), f, columns.crossing(regime), kink=True),
        notes=kink_notes(found, region),
    )
    held = {part.name: getattr(made, part.name) for part in fields(FitResult)}
    held |= {"estimates": np.r_[slopes.beta, kink], "residuals": slopes.residuals}
    return ThresholdFit(
        **held,
        thresholds=found.thresholds,
        regions=(region,),
        counts=np.bincount(regime),
        sums=np.array([found.residuals @ found.residuals, found.squares]),
        f_statistics=f,
        searched=found,
    )
