"""True tables of regressions: fixed effects, pooled, one fit in columns, GMM, threshold, mediation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.synthetic.true import (
    Line,
    Number,
    TrueTable,
    Words,
    World,
    choice,
    numbered,
    plain,
    whole,
    world,
)

N_WORDS: Words = ("N", "样本量")


def estimates(fit: Any) -> dict[str, Number]:
    """Return the estimates of a fit by term."""
    table = fit.tidy()
    return {
        row.term: Number(row.estimate, row.std_error, row.p_value, row.conf_low, row.conf_high)
        for row in table.itertuples()
    }


def by_term(fits: list[dict[str, Number]], panel: World) -> list[Line]:
    """Return a line a regressor over fits that may not hold it."""
    return [
        Line("coefficient", words, tuple(fit.get(f"x{j}") for fit in fits), subject=words[0])
        for j, words in enumerate(panel.words)
        if any(f"x{j}" in fit for fit in fits)
    ]


def fixed_effects(rng: np.random.Generator) -> TrueTable:
    """Return nested fixed-effects regressions."""
    return _fixed_effects(rng, choice(rng, [pk.Cluster(), pk.Iid(), pk.Robust()]))


def driscoll_kraay(rng: np.random.Generator) -> TrueTable:
    """Return nested fixed-effects regressions with errors by Driscoll and Kraay, which every second title says."""
    found = _fixed_effects(rng, pk.DriscollKraay())
    said = ("Regression with Driscoll-Kraay standard errors", "Driscoll-Kraay标准误回归结果")
    return replace(found, title=said) if rng.random() < 0.5 else found


def _fixed_effects(rng: np.random.Generator, vcov: Any) -> TrueTable:
    panel = world(rng)
    k = len(panel.words)
    sizes = [*range(1, k + 1)] if rng.random() < 0.7 else [k, k - 1]
    fits = [
        pk.FixedEffects("y ~ " + " + ".join(f"x{j}" for j in range(size)), vcov=vcov).fit(panel.frame)
        for size in sizes
    ]
    lines = by_term([estimates(fit) for fit in fits], panel)
    lines += [
        Line("nobs", N_WORDS, tuple(whole(fit.facts["nobs"]) for fit in fits)),
        Line("r2_within", ("Within R2", "组内R2"), tuple(plain(fit.facts["r2_within"]) for fit in fits)),
    ]
    if rng.random() < 0.5:
        lines.append(Line("units", ("Provinces", "省份数"), tuple(whole(panel.n) for _ in fits)))
    facts = {
        "provinces": panel.n,
        "years": panel.t,
        "df": float(fits[0].df) if np.isfinite(fits[0].df) else None,
    }
    return TrueTable(
        "fixed effects", ("Baseline regression", "基准回归结果"), numbered(len(fits)), tuple(lines), facts
    )


def pooled(rng: np.random.Generator) -> TrueTable:
    """Return pooled regressions with R2, adjusted R2, F, log-likelihood, AIC and BIC."""
    panel = world(rng)
    k = len(panel.words)
    fits = [
        pk.PooledOLS("y ~ " + " + ".join(f"x{j}" for j in range(size)), vcov=pk.Iid()).fit(panel.frame)
        for size in range(max(1, k - 1), k + 1)
    ]
    held = [estimates(fit) for fit in fits]
    lines = by_term(held, panel)
    constant = next(
        (term for term in held[0] if term.lower() in ("const", "constant", "intercept", "_cons", "1")), None
    )
    if constant is not None:
        lines.append(Line("constant", ("Constant", "常数项"), tuple(one[constant] for one in held)))
    statistics = [_statistics(fit, panel.frame) for fit in fits]
    lines.append(Line("nobs", N_WORDS, tuple(whole(one["n"]) for one in statistics)))
    for key, words in (
        ("r2", ("R2", "R2")),
        ("r2_adjusted", ("Adjusted R2", "调整R2")),
        ("f", ("F", "F值")),
        *(
            (("loglik", ("Log-likelihood", "对数似然值")), ("aic", ("AIC", "AIC")), ("bic", ("BIC", "BIC")))
            if rng.random() < 0.5
            else ()
        ),
    ):
        digits = 3 if key in ("loglik", "aic", "bic") else None
        lines.append(Line(key, words, tuple(plain(one[key], digits) for one in statistics)))
    facts = {"provinces": panel.n, "years": panel.t, "df": float(fits[-1].df)}
    return TrueTable(
        "pooled", ("Pooled regression", "混合回归结果"), numbered(len(fits)), tuple(lines), facts
    )


def _statistics(fit: Any, frame: pd.DataFrame) -> dict[str, float]:
    """Return the statistics of a least-squares fit with a constant, from its R2."""
    n, k = int(fit.facts["nobs"]), len(fit.tidy())
    r2 = float(fit.facts["r2"])
    rss = (1.0 - r2) * float(((frame["y"] - frame["y"].mean()) ** 2).sum())
    loglik = -0.5 * n * (np.log(2.0 * np.pi * rss / n) + 1.0)
    return {
        "n": n,
        "r2": r2,
        "r2_adjusted": 1.0 - (1.0 - r2) * (n - 1) / (n - k),
        "f": (r2 / (k - 1)) / ((1.0 - r2) / (n - k)),
        "loglik": loglik,
        "aic": 2.0 * k - 2.0 * loglik,
        "bic": k * np.log(n) - 2.0 * loglik,
    }


def one_fit(rng: np.random.Generator) -> TrueTable:
    """Return one regression with estimate, error, t, p and interval in columns of their own."""
    panel = world(rng)
    formula = "y ~ " + " + ".join(f"x{j}" for j in range(len(panel.words)))
    fit = pk.FixedEffects(formula, vcov=choice(rng, [pk.Cluster(), pk.Iid()])).fit(panel.frame)
    lines = [
        Line("coefficient", words, (number,), subject=words[0])
        for words, number in zip(panel.words, estimates(fit).values(), strict=True)
    ]
    facts = {"provinces": panel.n, "years": panel.t, "df": float(fit.df)}
    return TrueTable(
        "one fit", ("Regression of the outcome", "回归结果"), (("Coef.", "系数"),), tuple(lines), facts
    )


def gmm(rng: np.random.Generator) -> TrueTable:
    """Return a dynamic panel by difference GMM, one and two steps."""
    panel = world(rng, most=2, dynamic=True)
    formula = "y ~ lag(y,1) + x0 + x1 | gmm(y,2:3,collapse) + iv(x0) + iv(x1)"
    fits = [pk.DifferenceGMM(formula, steps=steps).fit(panel.frame) for steps in (1, 2)]
    held = [estimates(fit) for fit in fits]
    lag = next(term for term in held[0] if term.startswith("lag"))
    lines = [
        Line("coefficient", ("L.y", "L.y"), tuple(one[lag] for one in held), subject="L.y"),
        *by_term(held, panel),
    ]
    lines += [
        Line("nobs", N_WORDS, tuple(whole(fit.facts["nobs"]) for fit in fits)),
        Line("units", ("Groups", "组数"), tuple(whole(panel.n) for _ in fits)),
        Line(
            "instruments", ("Instruments", "工具变量数"), tuple(whole(len(fit.instruments)) for fit in fits)
        ),
    ]
    for place, (role, words) in enumerate(
        (("ar1", ("AR(1) p-value", "AR(1) P值")), ("ar2", ("AR(2) p-value", "AR(2) P值")))
    ):
        lines.append(Line(role, words, tuple(plain(fit.serial[place].p_value) for fit in fits)))
    lines.append(
        Line("hansen", ("Hansen p-value", "Hansen检验P值"), tuple(plain(fit.hansen.p_value) for fit in fits))
    )
    facts = {"provinces": panel.n, "years": panel.t, "lags": 1, "df": None}
    return TrueTable(
        "gmm",
        ("Dynamic panel", "动态面板GMM估计"),
        (("Diff-GMM 1", "一步差分"), ("Diff-GMM 2", "两步差分")),
        tuple(lines),
        facts,
    )


def threshold(rng: np.random.Generator) -> TrueTable:
    """Return a threshold with its interval, F and p, and the slopes of its regimes."""
    panel = world(rng)
    frame = panel.frame.assign(q=rng.normal(size=len(panel.frame)))
    spec = pk.PanelThreshold("y ~ x1", threshold="q", regime=("x0",), trim=0.1)
    fit = spec.fit(frame, reps=19, rng=int(rng.integers(1 << 30)))
    row = next(fit.threshold_table().itertuples())
    name = panel.words[0]
    lines = [
        Line(
            "threshold",
            ("Threshold", "门槛值"),
            (Number(row.estimate, low=row.conf_low, high=row.conf_high, starred=False),),
            subject="q",
        )
    ]
    for term, number in estimates(fit).items():
        if term.endswith("regime1"):
            lines.append(
                Line(
                    "coefficient", (f"{name[0]} (q<=γ)", f"{name[1]}(q≤γ)"), (number,), subject=f"{name[0]}1"
                )
            )
        elif term.endswith("regime2"):
            lines.append(
                Line("coefficient", (f"{name[0]} (q>γ)", f"{name[1]}(q>γ)"), (number,), subject=f"{name[0]}2")
            )
        else:
            lines.append(Line("coefficient", panel.words[1], (number,), subject=panel.words[1][0]))
    lines.append(Line("nobs", N_WORDS, (whole(fit.facts["nobs"]),)))
    facts = {"provinces": panel.n, "years": panel.t, "df": float(fit.df)}
    return TrueTable(
        "threshold", ("Threshold regression", "门槛回归结果"), (("(1)", "(1)"),), tuple(lines), facts
    )


def mediation(rng: np.random.Generator) -> TrueTable:
    """Return the effects of a mediation: paths, products, share and Sobel's z."""
    panel = world(rng)
    x0 = panel.frame["x0"]
    m = rng.normal(0.4, 0.2) * x0 / x0.std() + rng.normal(size=len(x0))
    frame = panel.frame.assign(m=m, y=panel.frame["y"] + rng.normal(0.5, 0.2) * m * panel.frame["y"].std())
    fits = [
        pk.FixedEffects(text, vcov=pk.Iid()).fit(frame)
        for text in ("m ~ x0 + x1", "y ~ x0 + x1", "y ~ x0 + m + x1")
    ]
    a, c, both = (estimates(fit) for fit in fits)
    product = a["x0"].value * both["m"].value
    error = float(np.hypot(a["x0"].value * (both["m"].se or 0.0), both["m"].value * (a["x0"].se or 0.0)))
    words = {
        "path_a": ("Path a", "路径a"),
        "path_b": ("Path b", "路径b"),
        "total_effect": ("Total effect c", "总效应c"),
        "direct_effect": ("Direct effect c'", "直接效应c'"),
        "indirect_effect": ("Indirect effect ab", "间接效应ab"),
        "mediated_share": ("Mediated share", "中介效应占比"),
        "sobel": ("Sobel z", "Sobel Z"),
    }
    numbers = {
        "path_a": a["x0"],
        "path_b": both["m"],
        "total_effect": c["x0"],
        "direct_effect": both["x0"],
        "indirect_effect": plain(product),
        "mediated_share": plain(product / c["x0"].value),
        "sobel": plain(product / error),
    }
    lines = tuple(Line(role, words[role], (number,)) for role, number in numbers.items())
    facts = {"provinces": panel.n, "years": panel.t, "df": float(fits[0].df)}
    return TrueTable("mediation", ("Mediation", "中介效应检验"), (("Effect", "效应值"),), lines, facts)
