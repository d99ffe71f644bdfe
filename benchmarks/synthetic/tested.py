"""True tables of spatial models with degrees of freedom and Hausman's test, and of a dynamic Durbin model."""

from __future__ import annotations

import numpy as np

import panelkit as pk
from benchmarks.synthetic.musts import Must, at, constant, equal, least
from benchmarks.synthetic.regressions import N_WORDS, by_term, estimates
from benchmarks.synthetic.spatials import SECTIONS, _formula
from benchmarks.synthetic.true import Line, Number, TrueTable, Words, numbered, plain, whole, world
from panelkit.language.errors import ConvergenceError


def joint_tests(rng: np.random.Generator) -> TrueTable:
    """Return LM tests, the joint one among them, and Hausman's, with degrees of freedom and p in columns."""
    panel = world(rng, most=3)
    formula = _formula(panel)
    lm = {test.name: test for test in pk.spatial_lm_tests(formula, panel.frame, panel.weights)}
    rows: tuple[tuple[str, str, int, Words], ...] = (
        ("LM lag", "lm_lag", 1, ("LM lag", "LM-lag")),
        ("robust LM lag", "robust_lm_lag", 1, ("Robust LM lag", "Robust LM-lag")),
        ("LM error", "lm_error", 1, ("LM error", "LM-error")),
        ("robust LM error", "robust_lm_error", 1, ("Robust LM error", "Robust LM-error")),
        ("LM joint", "lm_sarma", 2, ("LM SARMA", "LM-SARMA")),
    )
    lines = [
        Line(
            role,
            words,
            (
                Number(float(lm[name].statistic), p=lm[name].p_value, digits=3, bare=True),
                whole(df),
                plain(lm[name].p_value, 3),
            ),
        )
        for name, role, df, words in rows
    ]
    fixed = pk.FixedEffects(formula, effects="unit", vcov=pk.Iid()).fit(panel.frame)
    random = pk.RandomEffects(formula, vcov=pk.Iid()).fit(panel.frame)
    test = pk.hausman(fixed, random, kind="sigmamore")
    p = float(test.p_value)
    lines.append(
        Line(
            "hausman",
            ("Hausman", "Hausman检验"),
            (Number(float(test.statistic), p=p, digits=3, bare=True), whole(len(panel.words)), plain(p, 3)),
        )
    )
    musts: list[Must] = [
        constant("df of an LM test", (row, 1, "number"), df) for row, (_, _, df, _) in enumerate(rows)
    ]
    musts += [
        equal("joint LM", at((4, 0), (0, 0), (3, 0)), lambda c: c[:, 1] + c[:, 2] - c[:, 0]),
        equal("joint LM", at((4, 0), (2, 0), (1, 0)), lambda c: c[:, 1] + c[:, 2] - c[:, 0]),
        least("Hausman not negative", at((5, 0)), lambda c: c[:, 0]),
    ]
    columns: tuple[Words, ...] = (("Statistic", "统计量"), ("df", "自由度"), ("p-value", "P值"))
    return TrueTable(
        "joint tests", ("Tests of the spatial models", "空间计量模型检验结果"), columns, tuple(lines),
        brackets=False, musts=tuple(musts),
    )  # fmt: skip


def kept_durbin(rng: np.random.Generator) -> TrueTable:
    """Return tests of a Durbin model that note says is not reduced, where they reject at 1 % both times."""
    for _ in range(20):
        panel = world(rng, most=3)
        frame = panel.frame.copy()
        lagged = _lag(frame["x0"], panel)
        frame["y"] = frame["y"] + lagged * frame["y"].std() / lagged.std()
        fit = pk.SpatialPanel(_formula(panel), model="sdm", convention="xsmle").fit(frame, panel.weights)
        found = {test.name: test for test in fit.reduction_tests()}
        names = [f"{kind}, SDM to {to}" for kind in ("LR", "Wald") for to in ("SAR", "SEM")]
        if all(found[name].p_value < 0.01 for name in names):
            break
    k = len(panel.words)
    held = [estimates(fit)]
    lines = by_term(held, panel)
    lines += [
        Line("spatial_lag_x", (f"W×{w[0]}", f"W×{w[1]}"), (held[0][f"W*x{j}"],), subject=w[0])
        for j, w in enumerate(panel.words)
    ]
    lines.append(Line("rho", ("rho", "ρ"), (held[0]["rho"],)))
    musts: list[Must] = []
    for name in names:
        kind, to = name.split(",")[0], name[-3:]
        musts.append(least("the test rejects", at((len(lines), 0)), lambda c, k=k: c[:, 0] - _bar(k)))
        lines.append(
            Line(
                kind.lower(),
                (f"{kind} test (SDM/{to})", f"{kind}检验(SDM/{to})"),
                (Number(float(found[name].statistic), p=found[name].p_value, digits=3),),
                other=to.lower(),
            )
        )
        musts.append(constant("df of LR and Wald", (len(lines), 0, "number"), k))
        lines.append(
            Line(
                "df",
                (f"df, {kind} test (SDM/{to})", f"{kind}检验(SDM/{to})自由度"),
                (whole(k),),
                other=to.lower(),
            )
        )
    lines.append(Line("nobs", N_WORDS, (whole(fit.facts["nobs"]),)))
    note = (
        "LR and Wald tests reject that the SDM reduces to SAR or SEM",
        "LR和Wald检验均拒绝原假设，SDM不能简化为SAR或SEM",
    )
    facts = {"provinces": panel.n, "years": panel.t}
    return TrueTable(
        "kept durbin",
        ("Spatial Durbin model", "空间杜宾模型估计结果"),
        numbered(1),
        tuple(lines),
        facts,
        note=note,
        musts=tuple(musts),
    )


def _bar(df: int) -> float:
    from scipy.stats import chi2

    return float(chi2.isf(0.1, df))


def _lag(series, panel) -> np.ndarray:  # type: ignore[no-untyped-def]
    values = series.to_numpy().reshape(panel.n, panel.t)
    return np.asarray(panel.weights.matrix @ values).ravel()


def _stable(rng: np.random.Generator) -> tuple:  # type: ignore[type-arg]
    """Return the first panel whose dynamic fit has a long run, the fit and its long-run effects."""
    for _ in range(50):
        panel = world(rng, most=3, dynamic=True)
        fit = pk.DynamicSpatialPanel(_formula(panel)).fit(panel.frame, panel.weights)
        try:
            return panel, fit, fit.impacts(horizon="long")
        except ConvergenceError:
            continue
    raise AssertionError("no stable panel among fifty")


def dynamic_durbin(rng: np.random.Generator) -> TrueTable:
    """Return a dynamic Durbin model with its three long-run effects."""
    panel, fit, long = _stable(rng)
    one = estimates(fit)
    k = len(panel.words)
    lines = [
        Line("coefficient", ("L.y", "L.y"), (one["lag(y)"],), subject="L.y"),
        Line("spatial_lag_x", ("W×L.y", "W×L.y"), (one["W*lag(y)"],), subject="L.y"),
    ]
    lines += by_term([one], panel)
    lines += [
        Line("spatial_lag_x", (f"W×{w[0]}", f"W×{w[1]}"), (one[f"W*x{j}"],), subject=w[0])
        for j, w in enumerate(panel.words)
    ]
    lines.append(Line("rho", ("rho", "ρ"), (one["rho"],)))
    lines.append(Line("nobs", N_WORDS, (whole(fit.facts["nobs"]),)))
    effects: dict[str, list[Number]] = {role: [] for role, _ in SECTIONS}
    for row in long.tidy().itertuples():
        effects[row.equation].append(Number(row.estimate, row.std_error, row.p_value))
    musts: list[Must] = []
    first = len(lines)
    for role, (english, chinese) in SECTIONS:
        section = (f"Long-run {english.lower()}", f"长期{chinese}")
        lines += [
            Line(role, panel.words[j], (effects[role][j],), subject=panel.words[j][0], section=section)
            for j in range(k)
        ]
    for j in range(k):
        direct, indirect, total = (first + part * k + j for part in range(3))
        musts.append(
            equal(
                "direct + indirect = total",
                at((direct, 0), (indirect, 0), (total, 0)),
                lambda c: c[:, 0] + c[:, 1] - c[:, 2],
            )
        )
        places = at((0, 0), (1, 0), (2 + k + k, 0), (2 + j, 0), (2 + k + j, 0), (total, 0))
        musts.append(
            equal(
                "long-run total",
                places,
                lambda c: c[:, 3] + c[:, 4] - (1.0 - c[:, 0] - c[:, 1] - c[:, 2]) * c[:, 5],
            )
        )
    facts = {"provinces": panel.n, "years": panel.t, "lags": 1}
    return TrueTable(
        "dynamic durbin",
        ("Dynamic spatial Durbin model", "动态空间杜宾模型估计结果"),
        numbered(1),
        tuple(lines),
        facts,
        musts=tuple(musts),
    )
