"""True tables of further regressions: long run, thresholds and their tests, mediation in words, sums of squares."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

import panelkit as pk
from benchmarks.synthetic.musts import Must, at, constant, equal, least, rising, starred, sum_of, two_sided
from benchmarks.synthetic.regressions import N_WORDS, by_term, estimates
from benchmarks.synthetic.style import Place
from benchmarks.synthetic.true import Line, Number, TrueTable, Words, numbered, plain, whole, world

LONG: Words = ("Long-run coefficients", "长期系数")


def long_run(rng: np.random.Generator) -> TrueTable:
    """Return a dynamic panel by difference GMM with long-run coefficients and Hansen's J with its p."""
    panel = world(rng, most=2, dynamic=True)
    formula = "y ~ lag(y,1) + x0 + x1 | gmm(y,2:4,collapse) + iv(x0) + iv(x1)"
    fits = [pk.DifferenceGMM(formula, steps=steps).fit(panel.frame) for steps in (1, 2)]
    held = [estimates(fit) for fit in fits]
    name = next(term for term in held[0] if term.startswith("lag"))
    lines = [
        Line("coefficient", ("L.y", "L.y"), tuple(one[name] for one in held), subject="L.y"),
        *by_term(held, panel),
    ]
    count = [len(fit.instruments) for fit in fits]
    lines += [
        Line("nobs", N_WORDS, tuple(whole(fit.facts["nobs"]) for fit in fits)),
        Line("instruments", ("Instruments", "工具变量数"), tuple(map(whole, count))),
        Line(
            "hansen",
            ("Hansen test", "Hansen检验"),
            tuple(
                Number(float(fit.hansen.statistic), p=fit.hansen.p_value, digits=3, starred=False)
                for fit in fits
            ),
        ),
    ]
    musts: list[Must] = []
    test = len(lines) - 1
    for column, most in enumerate(count):
        places: list[Place] = [(test, column, "number"), (test, column, "bracket")]
        musts.append(
            equal(
                "p of Hansen's J",
                places,
                lambda c, most=most: np.concatenate(
                    [chi2.sf(np.maximum(c[:, 0], 0.0), k) - c[:, 1] for k in range(1, most)]
                ),
            )
        )
    for j, words in enumerate(panel.words):
        numbers = tuple(_long(fit, name, f"x{j}", column) for column, fit in enumerate(fits))
        for column in range(len(fits)):
            musts.append(
                equal(
                    "long-run coefficient",
                    at((0, column), (1 + j, column), (len(lines), column)),
                    lambda c: c[:, 1] - (1.0 - c[:, 0]) * c[:, 2],
                )
            )
        lines.append(Line("coefficient", words, numbers, subject=words[0], section=LONG))
    facts = {"provinces": panel.n, "years": panel.t, "lags": 1, "df": None}
    return TrueTable(
        "long run", ("Dynamic panel", "动态面板GMM估计"), numbered(2), tuple(lines), facts, musts=tuple(musts)
    )


def _long(fit, lag: str, term: str, column: int) -> Number:  # type: ignore[no-untyped-def]
    """Return a long-run coefficient with its error by the delta method."""
    table = fit.tidy()
    terms = list(table["term"])
    places = [terms.index(term), terms.index(lag)]
    b, alpha = table["estimate"].to_numpy()[places]
    value = b / (1.0 - alpha)
    slope = np.array([1.0, value]) / (1.0 - alpha)
    error = float(np.sqrt(slope @ np.asarray(fit.covariance)[np.ix_(places, places)] @ slope))
    return Number(float(value), error, float(two_sided(np.array([value / error]))[0]))


def threshold_tests(rng: np.random.Generator) -> TrueTable:
    """Return F of one and of two thresholds with stars, p and critical values of 99 resamples."""
    fit, _ = _two_thresholds(rng)
    lines: list[Line] = []
    musts: list[Must] = []
    words: tuple[Words, ...] = (("Single threshold", "单一门槛"), ("Double threshold", "双重门槛"))
    for row, (name, test) in enumerate(zip(words, fit.tests, strict=True)):
        ten, five, one = test.critical
        p = float(test.p_value)
        lines.append(
            Line(
                "f",
                name,
                (
                    Number(float(test.statistic), p=p, digits=3, bare=True),
                    plain(p, 3),
                    *(plain(float(value), 3) for value in (ten, five, one)),
                ),
            )
        )
        musts += [
            starred("stars of a threshold", (row, 0), lambda c: np.maximum(c[:, 1], 0.0), at((row, 1))),
            rising("critical values rise", at((row, 2), (row, 3), (row, 4))),
            least(
                "F and critical values give p", at((row, 0), (row, 1), (row, 2), (row, 3), (row, 4)), _agree
            ),
        ]
    columns: tuple[Words, ...] = (
        ("F", "F值"),
        ("p-value", "P值"),
        ("10%", "10%"),
        ("5%", "5%"),
        ("1%", "1%"),
    )
    return TrueTable(
        "threshold tests", ("Tests of thresholds", "门槛效应检验"), columns, tuple(lines),
        brackets=False, roles=("f", "p", "critical", "critical", "critical"), musts=tuple(musts),
    )  # fmt: skip


def _agree(c: np.ndarray) -> np.ndarray:
    """Return room between p and what F says beside its critical values, .01 of it for interpolation."""
    low, high = np.zeros(len(c)), np.ones(len(c))
    for column, level in ((2, 0.1), (3, 0.05), (4, 0.01)):
        high = np.where(c[:, 0] > c[:, column], np.minimum(high, level), high)
        low = np.where(c[:, 0] < c[:, column], np.maximum(low, level), low)
    return np.minimum(high + 0.01 - c[:, 1], c[:, 1] - low + 0.01)


def _two_thresholds(rng: np.random.Generator):  # type: ignore[no-untyped-def]
    panel = world(rng)
    q = rng.normal(size=len(panel.frame))
    y = (
        panel.frame["y"]
        + rng.uniform(0.0, 1.5)
        * panel.frame["y"].std()
        * (q > 0.3)
        * panel.frame["x0"]
        / panel.frame["x0"].std()
    )
    spec = pk.PanelThreshold("y ~ x1", threshold="q", regime=("x0",), trim=0.1, thresholds=2)
    return spec.fit(panel.frame.assign(q=q, y=y), reps=99, rng=int(rng.integers(1 << 30))), panel


def thresholds(rng: np.random.Generator) -> TrueTable:
    """Return two thresholds with intervals, the slopes of three regimes."""
    fit, panel = _two_thresholds(rng)
    rows = list(fit.threshold_table().itertuples())
    gamma = sorted(rows, key=lambda one: one.estimate)
    lines = [
        Line(
            "threshold",
            words,
            (Number(row.estimate, low=row.conf_low, high=row.conf_high, starred=False),),
            subject="q",
        )
        for words, row in zip(
            (("Threshold γ1", "门槛值γ1"), ("Threshold γ2", "门槛值γ2")), gamma, strict=True
        )
    ]
    name = panel.words[0]
    regimes = ("q<=γ1", "γ1<q<=γ2", "q>γ2")
    for term, number in estimates(fit).items():
        if "regime" in term:
            said = regimes[int(term[-1]) - 1]
            lines.append(
                Line(
                    "coefficient",
                    (f"{name[0]} ({said})", f"{name[1]}({said})"),
                    (number,),
                    subject=f"{name[0]}{term[-1]}",
                )
            )
        else:
            lines.append(Line("coefficient", panel.words[1], (number,), subject=panel.words[1][0]))
    lines.append(Line("nobs", N_WORDS, (whole(fit.facts["nobs"]),)))
    musts = [
        rising("thresholds rise", at((0, 0), (1, 0))),
    ]
    facts = {"provinces": panel.n, "years": panel.t, "df": float(fit.df)}
    return TrueTable(
        "thresholds",
        ("Threshold regression", "门槛回归结果"),
        numbered(1),
        tuple(lines),
        facts,
        musts=tuple(musts),
    )


def regimes(rng: np.random.Generator) -> TrueTable:
    """Return the regression of all rows beside the slopes and observations of three regimes."""
    fit, panel = _two_thresholds(rng)
    held = estimates(fit)
    whole_fit = estimates(pk.FixedEffects("y ~ x0 + x1").fit(panel.frame))
    parts = tuple(held[term] for term in held if "regime" in term)
    lines = (
        Line("coefficient", panel.words[0], (whole_fit["x0"], *parts), subject=panel.words[0][0]),
        Line("nobs", N_WORDS, tuple(map(whole, (fit.facts["nobs"], *fit.counts)))),
    )
    columns: tuple[Words, ...] = (
        ("All", "全样本"),
        *((said, said) for said in ("q<=γ1", "γ1<q<=γ2", "q>γ2")),
    )
    musts = (sum_of("observations of regimes", (1, 0), [(1, 1 + j) for j in range(3)]),)
    facts = {"provinces": panel.n, "years": panel.t}
    return TrueTable("regimes", ("Regimes", "分区制回归结果"), columns, lines, facts, musts=musts)


def mediation_words(rng: np.random.Generator) -> TrueTable:
    """Return total, direct and indirect effect with a simulated interval, shares, full or partial mediation."""
    panel = world(rng)
    x0 = panel.frame["x0"]
    m = rng.normal(0.4, 0.2) * x0 / x0.std() + rng.normal(size=len(x0))
    y = panel.frame["y"] + rng.normal(0.5, 0.2) * m * panel.frame["y"].std()
    y = y + (0.0 if rng.random() < 0.4 else 0.5) * y.std() * x0 / x0.std()
    frame = panel.frame.assign(m=m, y=y)
    a, c, both = (
        estimates(pk.FixedEffects(text, vcov=pk.Iid()).fit(frame))
        for text in ("m ~ x0 + x1", "y ~ x0 + x1", "y ~ x0 + m + x1")
    )
    drawn = rng.normal(a["x0"].value, a["x0"].se, 4000) * rng.normal(both["m"].value, both["m"].se, 4000)
    product = a["x0"].value * both["m"].value
    low, high = np.quantile(drawn, [0.025, 0.975])
    p = 2.0 * min(float((drawn <= 0.0).mean()), float((drawn >= 0.0).mean()))
    full = (both["x0"].p or 0.0) >= 0.1
    shares = [plain(100.0 * value / c["x0"].value, 2) for value in (both["x0"].value, product)]
    interval = Number(product, p=p, low=float(low), high=float(high))
    held: tuple[tuple[str, Words, Number, Number | None], ...] = (
        ("total_effect", ("Total effect", "总效应"), c["x0"], None),
        ("direct_effect", ("Direct effect", "直接效应"), both["x0"], shares[0]),
        ("indirect_effect", ("Indirect effect", "间接效应"), interval, shares[1]),
    )
    lines = tuple(Line(role, words, tuple(numbers)) for role, words, *numbers in held)
    ends: list[Place] = [(2, 0, "number"), (2, 0, "low"), (2, 0, "high")]

    def word(c: np.ndarray) -> np.ndarray:
        return np.asarray(np.full(len(c), 0.5 if full else 0.04))

    musts = [
        equal(
            "direct share = c' / c", at((1, 1), (1, 0), (0, 0)), lambda c: c[:, 0] * c[:, 2] - 100.0 * c[:, 1]
        ),
        equal("shares to 100 %", at((1, 1), (2, 1)), lambda c: c.sum(axis=1) - 100.0),
        least("indirect in its interval", ends, lambda c: np.minimum(c[:, 0] - c[:, 1], c[:, 2] - c[:, 0])),
    ]
    musts += [starred("full mediation: no star at c'", (1, 0), word)] if full else []
    said = ("full mediation", "完全中介效应") if full else ("partial mediation", "部分中介效应")
    title = (f"Mediation: {said[0]}", f"中介效应检验：{said[1]}")
    facts = {"provinces": panel.n, "years": panel.t}
    return TrueTable(
        "mediation words",
        title,
        (("Effect", "效应值"), ("Share of total effect (%)", "效应占比(%)")),
        lines,
        facts,
        musts=tuple(musts),
    )


def squares(rng: np.random.Generator) -> TrueTable:
    """Return pooled regressions of one sample with sums of squares and root mean squared errors."""
    panel = world(rng)
    k = len(panel.words)
    fits = [
        pk.PooledOLS("y ~ " + " + ".join(f"x{j}" for j in range(size)), vcov=pk.Iid()).fit(panel.frame)
        for size in range(max(1, k - 1), k + 1)
    ]
    lines = by_term([estimates(fit) for fit in fits], panel)
    n = len(panel.frame)
    rss = [float((np.asarray(fit.residuals) ** 2).sum()) for fit in fits]
    df = [n - len(fit.tidy()) for fit in fits]
    at_n = len(lines)
    lines += [
        Line("nobs", N_WORDS, tuple(whole(n) for _ in fits)),
        Line("df_resid", ("Residual df", "残差自由度"), tuple(map(whole, df))),
        Line("rss", ("Residual sum of squares", "残差平方和"), tuple(map(plain, rss))),
        Line(
            "root_mse",
            ("Root MSE", "Root MSE"),
            tuple(plain(float(np.sqrt(r / d))) for r, d in zip(rss, df, strict=True)),
        ),
    ]
    musts = [
        equal(
            "root mse",
            at((at_n + 1, j), (at_n + 2, j), (at_n + 3, j)),
            lambda c: c[:, 1] - c[:, 0] * c[:, 2] ** 2,
        )
        for j in range(len(fits))
    ] + [constant("one sample", (at_n, j, "number"), n) for j in range(len(fits))]
    facts = {"provinces": panel.n, "years": panel.t}
    note = ("All columns use the same sample", "各列使用相同样本")
    return TrueTable(
        "squares",
        ("Pooled regression", "混合回归结果"),
        numbered(len(fits)),
        tuple(lines),
        facts,
        note=note,
        musts=tuple(musts),
    )
