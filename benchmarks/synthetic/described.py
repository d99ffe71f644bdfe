"""True tables of descriptives with all moments, correlations with stars, inflation factors, Moran's I by year."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

import panelkit as pk
from benchmarks.synthetic.musts import at, equal, mean_of, rising, starred, two_sided
from benchmarks.synthetic.true import VARIABLES, Line, Number, TrueTable, Words, plain, whole, world


def starred_correlations(rng: np.random.Generator) -> TrueTable:
    """Return a correlation matrix with stars, its lower or both triangles, and the number of rows."""
    k, n = int(rng.integers(3, 7)), int(rng.integers(60, 400))
    values = rng.normal(size=(n, 2)) @ rng.normal(scale=0.4, size=(2, k)) + rng.normal(size=(n, k))
    matrix = np.corrcoef(values, rowvar=False)
    both = bool(rng.random() < 0.5)

    def p(r: np.ndarray) -> np.ndarray:
        r = np.clip(r, -0.9999, 0.9999)
        return np.asarray(2.0 * student.sf(np.abs(r) * np.sqrt((n - 2.0) / (1.0 - r * r)), n - 2.0))

    def number(j: int, i: int) -> Number | None:
        if i == j:
            return plain(1.0)
        r = float(matrix[j, i])
        return Number(r, p=float(p(np.array([r]))[0]), bare=True) if both or i < j else None

    lines = [
        Line("correlations", VARIABLES[j], tuple(number(j, i) for i in range(k)), subject=VARIABLES[j][0])
        for j in range(k)
    ]
    lines.append(Line("nobs", ("N", "样本量"), (whole(n), *[None] * (k - 1))))
    pairs = [(j, i) for j in range(k) for i in range(j)]
    musts = [starred("stars of r", pair, lambda c: p(c[:, 0])) for pair in pairs]
    if both:
        musts += [equal("r both ways", at((j, i), (i, j)), lambda c: c[:, 0] - c[:, 1]) for j, i in pairs]
    return TrueTable(
        "starred correlations",
        ("Correlation matrix", "相关系数矩阵"),
        tuple(VARIABLES[:k]),
        tuple(lines),
        {"nobs": n},
        brackets=False,
        musts=tuple(musts),
    )


MOMENTS: tuple[Words, ...] = (
    ("N", "样本量"), ("Mean", "均值"), ("Std. dev.", "标准差"), ("Variance", "方差"), ("CV", "变异系数"),
    ("Min", "最小值"), ("P25", "P25"), ("Median", "中位数"), ("P75", "P75"), ("Max", "最大值"),
)  # fmt: skip


def moments(rng: np.random.Generator) -> TrueTable:
    """Return number, mean, deviation, variance, variation and quantiles, a dummy among the variables."""
    panel = world(rng)
    frame = panel.frame.drop(columns="y").assign(
        dummy=(rng.random(len(panel.frame)) < rng.uniform(0.2, 0.8)).astype(float)
    )
    words = (*panel.words, ("Pilot dummy", "试点虚拟变量"))
    lines, musts = [], []
    for row, (word, name) in enumerate(zip(words, frame, strict=True)):
        x = frame[name]
        held = [x.mean(), x.std(), x.var(), x.std() / x.mean(), *x.quantile([0.0, 0.25, 0.5, 0.75, 1.0])]
        lines.append(
            Line("descriptives", word, (whole(len(x)), *(plain(float(one)) for one in held)), subject=word[0])
        )
        musts += [
            equal(
                "variance = sd2", at((row, 2), (row, 3)), lambda c: np.maximum(c[:, 0], 0.0) ** 2 - c[:, 1]
            ),
            equal("cv = sd / mean", at((row, 1), (row, 2), (row, 4)), lambda c: c[:, 0] * c[:, 2] - c[:, 1]),
            rising("quantiles rise", at(*((row, column) for column in range(5, 10)))),
        ]
    last, n = len(lines) - 1, len(frame)
    musts.append(
        equal(
            "sd of a dummy",
            at((last, 1), (last, 2)),
            lambda c: np.concatenate(
                [c[:, 0] * (1.0 - c[:, 0]) * f - c[:, 1] ** 2 for f in (1.0, n / (n - 1.0))]
            ),
        )
    )
    return TrueTable(
        "moments",
        ("Descriptive statistics", "描述性统计"),
        MOMENTS,
        tuple(lines),
        {"provinces": panel.n, "years": panel.t},
        brackets=False,
        roles=(
            "count",
            "mean",
            "sd",
            "variance",
            "cv",
            "minimum",
            "quantile",
            "median",
            "quantile",
            "maximum",
        ),
        musts=tuple(musts),
    )


def factors(rng: np.random.Generator) -> TrueTable:
    """Return variance inflation factors, their inverses and their mean."""
    k, n = int(rng.integers(3, 8)), int(rng.integers(150, 400))
    values = rng.normal(size=(n, 2)) @ rng.normal(size=(2, k)) + rng.normal(scale=0.7, size=(n, k))
    vif = np.diag(np.linalg.inv(np.corrcoef(values, rowvar=False)))
    lines = [
        Line("vif", VARIABLES[j], (plain(float(vif[j])), plain(float(1.0 / vif[j]))), subject=VARIABLES[j][0])
        for j in range(k)
    ]
    lines.append(Line("vif", ("Mean VIF", "VIF均值"), (plain(float(vif.mean())), None)))
    musts = [equal("1 / VIF", at((j, 0), (j, 1)), lambda c: c[:, 0] * c[:, 1] - 1.0) for j in range(k)]
    musts.append(mean_of("mean of VIF", (k, 0), [(j, 0) for j in range(k)]))
    return TrueTable(
        "factors",
        ("Variance inflation factors", "方差膨胀因子检验"),
        (("VIF", "VIF"), ("1/VIF", "1/VIF")),
        tuple(lines),
        brackets=False,
        roles=("vif", "tolerance"),
        musts=tuple(musts),
    )


def morans(rng: np.random.Generator) -> TrueTable:
    """Return Moran's I by year with its expectation, deviation, z and p; stars at I."""
    panel = world(rng)
    effect = panel.weights.matrix @ rng.normal(size=(panel.n, panel.t)) * 3.0 * rng.random()
    series = panel.frame["y"] + pd.Series(np.asarray(effect).ravel(), index=panel.frame.index)
    found = pk.moran(series, panel.weights, permutations=99)
    lines, musts = [], []
    for row, (year, one) in enumerate(found.iterrows()):
        sd, p = float(np.sqrt(one["variance"])), float(two_sided(np.array([one["z"]]))[0])
        held = (
            Number(one["I"], p=p, bare=True),
            plain(one["expected"]),
            plain(sd),
            plain(one["z"], 3),
            plain(p, 3),
        )
        lines.append(Line("moran", (str(year), str(year)), held, subject=str(year)))
        musts += [
            equal(
                "z = (I - E) / sd",
                at(*((row, j) for j in range(4))),
                lambda c: c[:, 0] - c[:, 1] - c[:, 2] * c[:, 3],
            ),
            equal(
                "p of z",
                at((row, 3), (row, 4)),
                lambda c: np.concatenate([two_sided(c[:, 0]) * f - c[:, 1] for f in (1.0, 0.5)]),
            ),
            lambda out, row=row: _stars_of(out, row),
        ]
    columns: tuple[Words, ...] = (
        ("Moran's I", "Moran's I"),
        ("E(I)", "E(I)"),
        ("sd(I)", "sd(I)"),
        ("z", "z值"),
        ("p-value", "P值"),
    )
    return TrueTable(
        "morans",
        ("Global Moran's I", "全局莫兰指数"),
        columns,
        tuple(lines),
        brackets=False,
        roles=("moran_i", "moran_expected", "sd", "z", "p"),
        musts=tuple(musts),
    )


def _stars_of(printout, row):  # type: ignore[no-untyped-def]
    """Return that stars are those of the p printed."""
    return starred("stars of Moran's I", (row, 0), lambda c: np.maximum(c[:, 1], 0.0), at((row, 4)))(printout)
