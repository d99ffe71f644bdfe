"""The joint test that all leads are zero (Callaway and Sant'Anna 2021, section 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.policy.effects.cells import Averages, joined_spread
from panelkit.models.policy.effects.errors import errors_of
from panelkit.results.tests import TestResult

KINDS = ("cells", "event")


def pre_test(result: Any, by: str = "cells") -> TestResult:
    """Test that no effect appears before the policy may move anything.

    Parameters
    ----------
    result
        `PolicyEffects` of an estimator with leads.
    by
        "cells", every cohort and period before adoption, as the authors' program; "event", their averages by event
        time, fewer of them.

    Returns
    -------
    Wald's chi2 where the errors of the result are analytic, else Hotelling's F with the fewest degrees of freedom that
    a lead has; not applicable, with the reason, where the leads are more than the clusters can tell apart.

    Raises
    ------
    SpecError
        If `by` is another kind.
    """
    if by not in KINDS:
        raise SpecError(message("leads are tested by {known}, not {by!r}", known=KINDS, by=by))
    name = message("Joint test of leads ({by})", by=by)
    null = message("no effects before adoption")
    rows, lead = _leads(result, by)
    if not len(lead):
        return TestResult.not_applicable(name, null, message("this estimator has no leads here"))
    seen = joined_spread([rows])
    made = errors_of(
        rows.influence[:, lead],
        rows.treated[:, lead],
        result.spec.errors,
        result.effects.factor,
        seen.at(lead),
    )
    b, V = rows.estimates[lead], made.covariance
    spread = np.diag(V)
    told = np.isfinite(spread)
    notes: tuple[Message, ...] = ()
    if not told.all():
        notes = (
            message(
                "{n} leads that stand on one treated cluster have no error and are left out; errors='analytic' keeps "
                "them",
                n=int((~told).sum()),
            ),
        )
    varies = told & (spread > 0.0)
    b, V, df = b[varies], V[np.ix_(varies, varies)], made.df[varies]
    q = len(b)
    if not q:
        return TestResult.not_applicable(
            name,
            null,
            message("a lead stands on one treated cluster and has no error; try errors='analytic'"),
        )
    spread = np.sqrt(np.diag(V))
    values = np.linalg.eigvalsh(V / np.outer(spread, spread))
    if values[0] < 1e-10 * values[-1]:
        return TestResult.not_applicable(name, null, _too_many(q, len(rows.influence), by))
    wald = float(b @ np.linalg.solve(V, b))
    found = _judged(name, null, wald, q, float(df.min()), len(rows.influence), by)
    return replace(found, notes=notes)


def _leads(result: Any, by: str) -> tuple[Averages, Any]:
    """Return the averages of a kind and the places of leads that no anticipation moves."""
    effects, before = result.effects, -float(result.panel.anticipation)
    if by not in effects.kinds:
        return effects.averages(effects.kinds[0]), np.zeros(0, dtype=np.int64)
    rows = effects.averages(by)
    if by == "event":
        return rows, np.flatnonzero(rows.labels < before)
    marked = np.argmax(rows.weights, axis=1)
    return rows, np.flatnonzero((effects.period - effects.cohort)[marked] < before)


def _too_many(q: int, n_clusters: int, by: str) -> Message:
    more = message("{q} leads are more than {n} clusters can tell apart", q=q, n=n_clusters)
    return message("{reason}: take by='event'", reason=more) if by == "cells" else more


def _judged(
    name: Message, null: Message, wald: float, q: int, df: float, n_clusters: int, by: str
) -> TestResult:
    from scipy import stats

    facts = {"wald": wald, "leads": q}
    if np.isinf(df):
        return TestResult(
            name=name, null=null, statistic=wald, distribution="chi2", df=(float(q),),
            p_value=float(stats.chi2.sf(wald, q)), facts=facts,
        )  # fmt: skip
    left = df - q + 1.0
    if left <= 0.0:
        return TestResult.not_applicable(name, null, _too_many(q, n_clusters, by))
    f = wald * left / (df * q)
    return TestResult(
        name=name, null=null, statistic=f, distribution="F", df=(float(q), left),
        p_value=float(stats.f.sf(f, q, left)), facts=facts,
    )  # fmt: skip
