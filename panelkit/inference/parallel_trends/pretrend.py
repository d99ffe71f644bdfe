"""The joint test that all leads are zero, what it would have found, and what passing does to estimates (Roth 2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.parallel_trends.effects import Effect, degrees_of, effect_weights, few_clusters
from panelkit.inference.parallel_trends.path import EventPath, leads_of, posts_of, read_path
from panelkit.inference.parallel_trends.pretests import Joint, Single, slope_with_power
from panelkit.inference.parallel_trends.pretrend_result import PretrendTest
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import check_significance, is_real


@dataclass(frozen=True, eq=False)
class _Hypothesis:
    """A violation: its name, its slope by period (missing where it is no line), its values (k,) at all estimates."""

    name: Message
    slope: float
    values: FloatArray


@offered(
    "inference",
    family="parallel trends",
    result="PretrendTest",
    source="Roth 2022",
    public=True,
)
def pretrend_test(
    result: Any,
    *,
    slope: float | Sequence[float] = (),
    paths: Mapping[str, Mapping[float, float]] | None = None,
    power: Sequence[float] = (0.5, 0.8),
    effect: Effect = "average",
    level: float = 0.05,
    first_effect: float = 0.0,
    df: float | str | None = None,
) -> PretrendTest:
    """Test that all leads are zero, and say which violations the test would have found.

    Parameters
    ----------
    result
        An event study, effects of `StaggeredDiD` by event time, or `EventPath`.
    slope
        Slopes by event time of violations that are straight lines through the base, to ask about.
    paths
        Other violations by name: values by event time, zero where none is given; the base has none.
    power
        The slopes that the joint test, and the look at single leads, find with these probabilities are reported.
    effect
        The effect whose bias is told: "average", "first", an event time, or weights by event time.
    level
        Level of the tests.
    first_effect
        Event time of the first effect; with anticipation it is negative. Leads are before it.
    df
        Degrees of freedom; None takes those of the result, "welch" what the numbers of treated and other clusters
        allow. Finite ones make the test Hotelling's T^2, an F with df - k + 1 for k leads: F(k, df) rejects too often
        where clusters are few.

    Returns
    -------
    PretrendTest
        The test; `table` has one row a violation: power of the joint test and of the look at single leads (whether one
        of them is significant alone), how much likelier the leads are under it than under parallel trends, and the bias
        of the effect, before and after the test was passed.

    Raises
    ------
    SpecError
        If there is no lead, df do not carry as many, a path has no estimate or a value at the base, or a number is
        outside its range.
    DataError
        If the covariance of the leads is singular.

    Examples
    --------
    >>> path = pk.EventPath(
    ...     event=[-3, -2, 0, 1], estimate=[0.01, -0.02, 0.3, 0.4], covariance=0.01 * np.eye(4), base=-1
    ... )
    >>> found = pk.pretrend_test(path, slope=0.1)
    >>> round(found.p_value, 3), found.table["power_joint"].round(2).tolist()
    (0.975, [0.5, 0.8, 0.4, 0.74, 0.5])
    """
    level, path = check_significance("level", level), read_path(result)
    degrees, leads = degrees_of(df, path), leads_of(path, first_effect)
    k = len(leads.event)
    if path.base >= first_effect:
        raise SpecError(
            message(
                "leads measured against event time {base:g}, which the policy may have moved (effects from {first:g} "
                "on), tell of no trend: estimate the event study against an earlier one",
                base=path.base,
                first=first_effect,
            )
        )
    if degrees < k:
        raise SpecError(
            message(
                "{k} leads cannot be tested together with {df:g} degrees of freedom: bin them",
                k=k,
                df=degrees,
            )
        )
    joint, single = Joint(leads.covariance, level, degrees), Single(leads.covariance, level, degrees)
    statistic = joint.noncentrality(leads.estimate)
    hypotheses = _hypotheses(path, leads, joint, single, slope, paths or {}, power, level)
    table = _table(path, leads, joint, single, hypotheses, _effect(effect, path, first_effect))
    finite = bool(np.isfinite(degrees))
    return PretrendTest(
        name=message("pre-trends (event times {events})", events=[f"{one:g}" for one in leads.event]),
        null=message("all estimates before event time {first:g} are zero", first=first_effect),
        statistic=statistic * joint.to_f if finite else statistic,
        distribution="F" if finite else "chi2",
        df=(float(k), joint.df_second) if finite else (float(k),),
        p_value=_p_value(joint, statistic),
        level=level,
        effect=_effect(effect, path, first_effect)[1],
        leads=leads,
        table=table,
        facts={"wald": statistic, "largest_t": _largest_t(leads), "base": path.base},
        notes=(*_notes(degrees, k), *few_clusters(path, degrees)),
    )


def _largest_t(leads: EventPath) -> float:
    return float(np.abs(leads.estimate / np.sqrt(np.diag(leads.covariance))).max())


def _p_value(joint: Joint, statistic: float) -> float:
    from scipy import special

    if not np.isfinite(joint.df):
        return float(special.chdtrc(joint.k, statistic))
    return float(special.fdtrc(joint.k, joint.df_second, statistic * joint.to_f))


def _notes(df: float, k: int) -> list[Message]:
    notes = [
        message(
            "passing says little where power is low, and estimates of designs that passed are biased more than others; "
            "bounds on violations: honest_did"
        )
    ]
    if np.isfinite(df):
        notes.append(
            message(
                "Hotelling's T²: the covariance of {k} leads is estimated with {df:g} degrees of freedom",
                k=k,
                df=df,
            )
        )
    return notes


def _effect(effect: Any, path: EventPath, first_effect: float) -> tuple[FloatArray, Message]:
    """Return the weights (k,) of the effect among all estimates, none where nothing follows treatment."""
    if not (path.event >= first_effect).any():
        return np.zeros(len(path.event)), message("no effect")
    posts = posts_of(path, first_effect)
    weights, named = effect_weights(effect, posts)
    every = np.zeros(len(path.event))
    every[path.event >= first_effect] = weights
    return every, named


def _hypotheses(
    path: EventPath,
    leads: EventPath,
    joint: Joint,
    single: Single,
    slope: float | Sequence[float],
    paths: Mapping[str, Mapping[float, float]],
    power: Sequence[float],
    level: float,
) -> list[_Hypothesis]:
    line, before = path.event - path.base, leads.event - path.base
    found = []
    for test, template in ((joint, "joint"), (single, "single")):
        for share in power:
            if not is_real(share) or not level < share < 1.0:
                raise SpecError(
                    message(
                        "a power lies between the level {level:g} and 1, not {power!r}",
                        level=level,
                        power=share,
                    )
                )
            steep = slope_with_power(test, before, share)
            named = (
                message("line found with power {power:.0%}, joint test", power=share)
                if template == "joint"
                else message("line found with power {power:.0%}, single leads", power=share)
            )
            found.append(_Hypothesis(named, steep, steep * line))
    for given in [slope] if isinstance(slope, float | int) else list(slope):
        if not is_real(given) or not np.isfinite(given):
            raise SpecError(message("slope is a finite number, or several, not {slope!r}", slope=given))
        found.append(_Hypothesis(message("line of slope {slope:g}", slope=given), given, given * line))
    for name, values in paths.items():
        found.append(_Hypothesis(verbatim(str(name)), np.nan, _values(str(name), values, path)))
    return found


def _values(name: str, values: Mapping[float, float], path: EventPath) -> FloatArray:
    """Return a violation at all estimates (k,)."""
    unknown = [
        event
        for event in values
        if event not in path.event and not (event == path.base and not values[event])
    ]
    bad = [event for event in values if not is_real(values[event]) or not np.isfinite(values[event])]
    if unknown or bad:
        raise SpecError(
            message(
                "path {name}: no estimate at event times {unknown}, or no finite value; there are {events}, and the "
                "base {base:g} has none",
                name=name,
                unknown=[f"{event:g}" for event in [*unknown, *bad]],
                events=[f"{one:g}" for one in path.event],
                base=path.base,
            )
        )
    return np.array([float(values.get(event, 0.0)) for event in path.event.tolist()])


def _table(
    path: EventPath,
    leads: EventPath,
    joint: Joint,
    single: Single,
    hypotheses: Sequence[_Hypothesis],
    effect: tuple[FloatArray, Message],
) -> pd.DataFrame:
    before = np.isin(path.event, leads.event)
    weights = effect[0]
    # what an error of the leads says of that of the effect
    carried = np.linalg.solve(leads.covariance, path.covariance[before] @ weights)
    if not hypotheses:
        return pd.DataFrame()
    level = {"joint": joint.passes(np.zeros(joint.k)), "single": single.passes(np.zeros(joint.k))}
    rows = []
    for one in hypotheses:
        delta = one.values[before]
        bias = float(weights @ one.values) if weights.any() else np.nan
        row: dict[str, Any] = {"slope": one.slope}
        passed = {"joint": joint.passes(delta), "single": single.passes(delta)}
        for name, held in passed.items():
            row[f"power_{name}"] = 1.0 - held.probability
        row["likelihood_ratio"] = _likelihood_ratio(joint, leads.estimate, delta)
        for name, held in passed.items():
            row[f"bayes_factor_{name}"] = held.probability / level[name].probability
        row["bias"] = bias
        for name, held in passed.items():
            row[f"bias_passed_{name}"] = bias + float(carried @ (held.mean - delta))
        row["error"] = passed["single"].error
        rows.append(row)
    table = pd.DataFrame(rows)
    # as objects, so that names keep both languages
    table.insert(0, "violation", pd.Series([one.name for one in hypotheses], dtype=object))
    return table


def _likelihood_ratio(joint: Joint, estimate: FloatArray, delta: FloatArray) -> float:
    """Return the normal density of the leads under a violation, divided by that under none."""
    distance = joint.noncentrality(estimate - delta) - joint.noncentrality(estimate)
    return float(np.exp(-0.5 * distance))
