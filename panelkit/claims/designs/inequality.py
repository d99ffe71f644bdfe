"""Run designs of inequality: one figure against another's, and whether the inequality of an index grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from panelkit.claims.designs.measures import composite_of, expressions_on_figures
from panelkit.claims.file.document import Claim, GapDesign, Reading, Text, TrendDesign
from panelkit.claims.file.names import refuse_missing_years
from panelkit.claims.verdict import Finding, Measured
from panelkit.indices.panels.growth_convergence import sigma_convergence
from panelkit.indices.panels.regional_inequality import inequality_by_year, inequality_gap, inequality_trend
from panelkit.language.errors import DataError
from panelkit.results.fit import Derived, t_quantile

_NAMES = {
    "gini": Text(en="Gini", zh="基尼系数"),
    "theil_t": Text(en="Theil T", zh="泰尔指数 T"),
    "theil_l": Text(en="Theil L", zh="泰尔指数 L"),
    "cv": Text(en="coefficient of variation", zh="变异系数"),
    "sigma": Text(en="standard deviation of logs", zh="对数标准差"),
}


_BESIDE = 999  # draws of the studentised interval that stands beside
_WORTH = Text(
    en="With 31 provinces and log-normal values 95 % percentile intervals cover 87 % (Gini) or 73 % (Theil T), "
    "studentised ones 90 % or 82 %.",
    zh="31个省份、对数正态取值时，名义95%的百分位区间实际覆盖率为87%（基尼）或73%（泰尔T），学生化区间为90%或82%。",
)


def specifications(claim: Claim, design: Any) -> list[Any]:
    """Return nothing: these designs fit no regression."""
    return []


def run(claim: Claim, reading: Reading, design: Any, figures: Any, tick: Callable[[int], None]) -> Finding:
    """Return the difference of two inequalities, or the trend of one."""
    found = _trend(claim, design) if isinstance(design, TrendDesign) else _gap(claim, design)
    tick(1)
    return found


def _gap(claim: Claim, design: GapDesign) -> Finding:
    named = {
        "figure": design.figure,
        "against": design.against,
        "weight": design.weight,
        "against_weight": design.against_weight or design.weight,
    }
    frame = expressions_on_figures(claim, design, named)
    formulas = {name: text for name, text in named.items() if text is not None}
    refuse_missing_years(f"claim {claim.id}, design {design.id}", frame, formulas)
    complete = frame.dropna()
    years = frame.index.get_level_values("year").unique()
    whole = complete.groupby(level="province").size()
    kept = complete[complete.index.get_level_values("province").isin(whole.index[whole == len(years)])]
    if kept.empty:
        raise DataError(f"claim {claim.id}, {design.id}: no province holds every figure in every year")

    def gap(index: Any, interval: Any = "percentile", draws: int = design.draws) -> Derived:
        return inequality_gap(
            kept,
            "figure",
            "against",
            index=index,
            population="weight" if design.weight else None,
            benchmark_population="against_weight" if design.weight else None,
            interval=interval,
            reps=draws,
            rng=design.seed,
        )

    found = gap(design.inequality)
    one, other, difference = (float(value) for value in found.estimates)
    low, high = (float(value) for value in found.conf_int().iloc[2])
    better = gap(design.inequality, "studentised", min(design.draws, _BESIDE)).conf_int().iloc[2]
    name = _NAMES[design.inequality]
    sign = np.sign(difference)
    conditions = tuple(_also(gap(index), _NAMES[index], sign) for index in design.also)
    n = kept.index.get_level_values("province").nunique()
    return Finding(
        measured=Measured(
            quantity=Text(en=f"difference of {name.en}", zh=f"{name.zh}之差"),
            value=difference,
            low=low,
            high=high,
            p_value=float(found.p_values.iloc[2]),
            conditions=conditions,
            sentence=Text(
                en=f"{name.en} {one:.3f} against {other:.3f}: difference {difference:.3f}, 95 % interval {low:.3f} to "
                f"{high:.3f} ({n} provinces resampled, {years.min()}-{years.max()}); studentised "
                f"{better.iloc[0]:.3f} to {better.iloc[1]:.3f}. {_WORTH.en}",
                zh=f"{name.zh}{one:.3f}，对照{other:.3f}：差{difference:.3f}，95%区间{low:.3f}至{high:.3f}"
                f"（{n}个省份重抽样，{years.min()}-{years.max()}年）；学生化区间{better.iloc[0]:.3f}至"
                f"{better.iloc[1]:.3f}。{_WORTH.zh}",
            ),
            table=found.tidy(),
            facts={
                "draws": design.draws,
                "seed": design.seed,
                "n_units": n,
                "discarded": found.facts["discarded"],
                "studentised_low": float(better.iloc[0]),
                "studentised_high": float(better.iloc[1]),
            },
        ),
        data=frame,
    )


def _also(found: Derived, name: Text, sign: float) -> tuple[Text, bool]:
    low, high = (float(value) for value in found.conf_int().iloc[2])
    held = bool((low > 0.0 and sign > 0) or (high < 0.0 and sign < 0))
    return Text(en=f"the same by {name.en}", zh=f"{name.zh}亦然"), held


def _trend(claim: Claim, design: TrendDesign) -> Finding:
    index = composite_of(claim, design, design.index, design.variant)
    scores = index.scores.to_frame("score")
    if design.inequality == "sigma":
        series = sigma_convergence(scores, "score", reps=99)["sigma"]
    else:
        series = inequality_by_year(scores, "score", index=design.inequality)["total"]
    test = inequality_trend(series, lags=design.lags)
    better = inequality_trend(series, lags=design.lags, reference="simulated").p_value
    if not test.applicable:
        raise DataError(f"claim {claim.id}, {design.id}: no trend test, because {test.reason}")
    slope, error = float(test.facts["slope"]), float(test.facts["std_error"])
    half = float(t_quantile(0.95, test.df[0])) * error
    name = _NAMES[design.inequality]
    first, last = int(series.index.min()), int(series.index.max())
    return Finding(
        measured=Measured(
            quantity=Text(en=f"trend of {name.en} a year", zh=f"{name.zh}的年趋势"),
            value=slope,
            low=slope - half,
            high=slope + half,
            p_value=test.p_value,
            by_year={int(year): float(value) for year, value in series.items()},  # type: ignore[call-overload]
            sentence=Text(
                en=f"{name.en} of the index moves from {series.iloc[0]:.3f} in {first} to {series.iloc[-1]:.3f} in "
                f"{last}; trend {slope:.4f} a year, 95 % interval {slope - half:.4f} to {slope + half:.4f} "
                f"(Newey-West, lag {design.lags}, p = {test.p_value:.3f}; p = {better:.3f} against simulated series). "
                "At ten years the test rejects 15 % of series without a trend, 31 % with AR(.5) errors; the simulated "
                "one 4 % and 10 %.",
                zh=f"指数的{name.zh}由{first}年的{series.iloc[0]:.3f}变为{last}年的{series.iloc[-1]:.3f}；年趋势"
                f"{slope:.4f}，95%区间{slope - half:.4f}至{slope + half:.4f}"
                f"（Newey-West，滞后{design.lags}期，p = {test.p_value:.3f}；与模拟序列相比p = {better:.3f}）。"
                "十年长的无趋势序列，该检验有15%被拒绝，AR(.5)误差时31%；模拟临界值为4%与10%。",
            ),
            table=series.rename("value").to_frame(),
            facts={"years": len(series), "lags": design.lags, "p_simulated": better},
        )
    )
