"""True tables of spatial panels: Durbin models with effects, three models with LR tests, LM tests, effects."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import chi2, norm

import panelkit as pk
from benchmarks.synthetic.regressions import N_WORDS, by_term, estimates
from benchmarks.synthetic.true import (
    Line,
    Number,
    TrueTable,
    Words,
    World,
    choice,
    neighbours,
    numbered,
    plain,
    whole,
    world,
)

SECTIONS: tuple[tuple[str, Words], ...] = (
    ("direct", ("Direct effect", "直接效应")),
    ("indirect", ("Indirect effect", "间接效应")),
    ("total", ("Total effect", "总效应")),
)
CONVENTIONS = ("xsmle", "elhorst", "lee-yu")


def _formula(panel: World) -> str:
    return "y ~ " + " + ".join(f"x{j}" for j in range(len(panel.words)))


def simulated_effects(
    fit: Any, matrix: np.ndarray, k: int, rng: np.random.Generator
) -> dict[str, list[Number]]:
    """Return means and deviations of effects over 500 draws of the parameters, as programs that simulate print them."""
    table = fit.tidy()
    kept = np.flatnonzero(table["equation"] != "variance")
    covariance = np.asarray(fit.covariance)[np.ix_(kept, kept)]
    drawn = rng.multivariate_normal(table["estimate"].to_numpy()[kept], covariance, size=500)
    durbin = drawn.shape[1] > k + 1
    rho = np.clip(drawn[:, -1], -0.95, 0.95)
    n = len(matrix)
    inverse = np.linalg.inv(np.eye(n) - rho[:, None, None] * matrix)
    own = np.trace(inverse, axis1=1, axis2=2) / n
    lagged = np.trace(inverse @ matrix, axis1=1, axis2=2) / n
    out: dict[str, list[Number]] = {role: [] for role, _ in SECTIONS}
    for j in range(k):
        theta = drawn[:, k + j] if durbin else np.zeros(len(drawn))
        direct = own * drawn[:, j] + lagged * theta
        total = (drawn[:, j] + theta) / (1.0 - rho)
        for role, values in (("direct", direct), ("indirect", total - direct), ("total", total)):
            mean, error = float(values.mean()), float(values.std(ddof=1))
            out[role].append(Number(mean, error, float(2.0 * norm.sf(abs(mean / error)))))
    return out


def delta_effects(fit: Any, k: int) -> dict[str, list[Number]]:
    """Return the effects by the delta method."""
    out: dict[str, list[Number]] = {role: [] for role, _ in SECTIONS}
    for row in fit.impacts().tidy().itertuples():
        out[row.equation].append(Number(row.estimate, row.std_error, row.p_value))
    return out


def durbin(rng: np.random.Generator) -> TrueTable:
    """Return the Durbin model under two or three matrices: coefficients, lags, rho, then the three effects."""
    panel = world(rng, most=3)
    convention, simulate = choice(rng, CONVENTIONS), bool(rng.random() < 0.5)
    matrices = [panel.weights, *(neighbours(rng, panel.weights.ids) for _ in range(int(rng.integers(1, 3))))]
    fits = [
        pk.SpatialPanel(_formula(panel), model="sdm", convention=convention).fit(panel.frame, w)
        for w in matrices
    ]
    held = [estimates(fit) for fit in fits]
    k = len(panel.words)
    lines = by_term(held, panel)
    lines += [
        Line(
            "spatial_lag_x",
            (f"W×{words[0]}", f"W×{words[1]}"),
            tuple(one[f"W*x{j}"] for one in held),
            subject=words[0],
        )
        for j, words in enumerate(panel.words)
    ]
    lines.append(Line("rho", ("rho", "ρ"), tuple(one["rho"] for one in held)))
    effects = [
        simulated_effects(fit, _dense(w), k, rng) if simulate else delta_effects(fit, k)
        for fit, w in zip(fits, matrices, strict=True)
    ]
    lines += [
        Line(
            role,
            panel.words[j],
            tuple(one[role][j] for one in effects),
            subject=panel.words[j][0],
            section=section,
        )
        for role, section in SECTIONS
        for j in range(k)
    ]
    statistics = [
        Line("sigma2", ("sigma2", "σ2"), tuple(plain(fit.facts["sigma2"]) for fit in fits)),
        Line(
            "loglik",
            ("Log-likelihood", "对数似然值"),
            tuple(plain(float(fit.facts["loglik"]), 4) for fit in fits),
        ),
        Line("nobs", N_WORDS, tuple(whole(fit.facts["nobs"]) for fit in fits)),
    ]
    first = next(place for place, line in enumerate(lines) if line.section[0])
    lines[first:first] = statistics
    facts = {
        "provinces": panel.n,
        "years": panel.t,
        "row_standardised": True,
        "simulated": simulate,
        "draws": 500 if simulate else None,
        "df": _df(fits[0]),
    }
    names: tuple[Words, ...] = (
        ("Contiguity", "邻接矩阵"),
        ("Distance", "地理距离矩阵"),
        ("Economic", "经济距离矩阵"),
    )
    return TrueTable(
        "durbin", ("Spatial Durbin model", "空间杜宾模型估计结果"), names[: len(fits)], tuple(lines), facts
    )


def models(rng: np.random.Generator) -> TrueTable:
    """Return SAR, SEM and SDM beside each other with likelihoods, criteria and LR tests of the first two."""
    panel = world(rng, most=3)
    convention = choice(rng, CONVENTIONS[:2])
    names = ("sar", "sem", "sdm")
    fits = [
        pk.SpatialPanel(_formula(panel), model=name, convention=convention).fit(panel.frame, panel.weights)
        for name in names
    ]
    held = [estimates(fit) for fit in fits]
    lines = by_term(held, panel)
    lines += [
        Line(
            "spatial_lag_x",
            (f"W×{words[0]}", f"W×{words[1]}"),
            (None, None, held[2][f"W*x{j}"]),
            subject=words[0],
        )
        for j, words in enumerate(panel.words)
    ]
    error = next((term for term in held[1] if term in ("lambda", "lam", "lambda_")), None)
    lines.append(Line("rho", ("rho", "ρ"), (held[0]["rho"], None, held[2]["rho"])))
    if error is not None:
        lines.append(Line("lambda", ("lambda", "λ"), (None, held[1][error], None)))
    logs = [float(fit.facts["loglik"]) for fit in fits]
    lines.append(Line("loglik", ("Log-likelihood", "对数似然值"), tuple(plain(value, 3) for value in logs)))
    for key in ("aic", "bic"):
        lines.append(
            Line(key, (key.upper(), key.upper()), tuple(plain(float(fit.facts[key]), 3) for fit in fits))
        )
    lines.append(Line("nobs", N_WORDS, tuple(whole(fit.facts["nobs"]) for fit in fits)))
    k = len(panel.words)
    for place, name in enumerate(("sar", "sem")):
        value = 2.0 * (logs[2] - logs[place])
        words = (f"LR test: SDM to {name.upper()}", f"LR检验(SDM-{name.upper()})")
        lines.append(Line("lr", words, (None, None, _chi2(value, k)), other=name))
    facts = {"provinces": panel.n, "years": panel.t, "df": _df(fits[0])}
    return TrueTable(
        "models",
        ("Spatial models", "空间模型比较"),
        tuple((n.upper(), n.upper()) for n in names),
        tuple(lines),
        facts,
    )


def tests(rng: np.random.Generator) -> TrueTable:
    """Return LM, robust LM, LR and Wald tests under several matrices, p-values in brackets."""
    panel = world(rng, most=3)
    matrices = [panel.weights, *(neighbours(rng, panel.weights.ids) for _ in range(int(rng.integers(0, 3))))]
    columns = []
    for w in matrices:
        lm = {test.name: test for test in pk.spatial_lm_tests(_formula(panel), panel.frame, w)}
        fit = pk.SpatialPanel(_formula(panel), model="sdm", convention="xsmle").fit(panel.frame, w)
        reduced = {test.name: test for test in fit.reduction_tests()}
        columns.append(lm | reduced)
    rows: tuple[tuple[str, str, str, Words], ...] = (
        ("LM lag", "lm_lag", "", ("LM_lag", "LM-lag")),
        ("robust LM lag", "robust_lm_lag", "", ("Robust LM_lag", "Robust LM-lag")),
        ("LM error", "lm_error", "", ("LM_error", "LM-error")),
        ("robust LM error", "robust_lm_error", "", ("Robust LM_error", "Robust LM-error")),
        ("LR, SDM to SAR", "lr", "sar", ("LR (SDM/SAR)", "LR检验(SDM/SAR)")),
        ("LR, SDM to SEM", "lr", "sem", ("LR (SDM/SEM)", "LR检验(SDM/SEM)")),
        ("Wald, SDM to SAR", "wald", "sar", ("Wald (SDM/SAR)", "Wald检验(SDM/SAR)")),
        ("Wald, SDM to SEM", "wald", "sem", ("Wald (SDM/SEM)", "Wald检验(SDM/SEM)")),
    )
    lines = tuple(
        Line(
            role,
            words,
            tuple(Number(float(one[name].statistic), p=one[name].p_value) for one in columns),
            other=other,
        )
        for name, role, other, words in rows
    )
    return TrueTable(
        "tests", ("Tests of the spatial models", "空间计量模型检验结果"), numbered(len(matrices)), lines
    )


def effects(rng: np.random.Generator) -> TrueTable:
    """Return direct, indirect and total effects as columns, a variable a row."""
    panel = world(rng, most=4)
    name = choice(rng, ("sar", "sdm"))
    fit = pk.SpatialPanel(_formula(panel), model=name, convention=choice(rng, CONVENTIONS)).fit(
        panel.frame, panel.weights
    )
    k = len(panel.words)
    simulate = bool(rng.random() < 0.5)
    held = simulated_effects(fit, _dense(panel.weights), k, rng) if simulate else delta_effects(fit, k)
    lines = tuple(
        Line(
            "effects", panel.words[j], tuple(held[role][j] for role, _ in SECTIONS), subject=panel.words[j][0]
        )
        for j in range(k)
    )
    facts = {"provinces": panel.n, "years": panel.t, "simulated": simulate, "df": _df(fit)}
    return TrueTable(
        "effects",
        ("Decomposition of effects", "空间效应分解"),
        tuple(words for _, words in SECTIONS),
        lines,
        facts,
        roles=("direct", "indirect", "total"),
    )


def _chi2(value: float, df: int) -> Number:
    return Number(value, p=float(chi2.sf(value, df)))


def _df(fit: Any) -> float | None:
    return float(fit.df) if np.isfinite(fit.df) else None


def _dense(w: pk.Weights) -> np.ndarray:
    matrix = w.matrix.toarray() if hasattr(w.matrix, "toarray") else np.asarray(w.matrix)
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True), dtype=float)
