"""True tables without regressions: coupling, Theil, Dagum, weights, descriptives, correlations, FEVD."""

from __future__ import annotations

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.synthetic.true import VARIABLES, Line, TrueTable, Words, plain, whole, world

PROVINCES: tuple[Words, ...] = (
    ("Beijing", "北京"),
    ("Tianjin", "天津"),
    ("Hebei", "河北"),
    ("Shanxi", "山西"),
    ("Liaoning", "辽宁"),
    ("Jilin", "吉林"),
    ("Shanghai", "上海"),
    ("Jiangsu", "江苏"),
    ("Zhejiang", "浙江"),
    ("Anhui", "安徽"),
    ("Fujian", "福建"),
    ("Henan", "河南"),
)


def coupling(rng: np.random.Generator) -> TrueTable:
    """Return U1, U2, C, T and D by province."""
    n = int(rng.integers(6, len(PROVINCES) + 1))
    scores = pd.DataFrame(rng.uniform(0.05, 0.9, size=(n, 2)), columns=["U1", "U2"])
    scores.index = pd.MultiIndex.from_product(
        [[words[0] for words in PROVINCES[:n]], [2020]], names=["province", "year"]
    )
    found = pk.coupling_coordination(scores).values
    columns: tuple[Words, ...] = (
        ("U1", "U1"),
        ("U2", "U2"),
        ("Coupling degree C", "耦合度C"),
        ("T", "综合协调指数T"),
        ("Coordination D", "耦合协调度D"),
    )
    rows = found[["U1", "U2", "C", "T", "D"]].to_numpy()
    lines = tuple(
        Line("coupling", words, tuple(plain(value) for value in row), subject=words[0])
        for words, row in zip(PROVINCES, rows, strict=False)
    )
    return TrueTable(
        "coupling",
        ("Coupling coordination, 2020", "2020年耦合协调度"),
        columns,
        lines,
        {},
        brackets=False,
        roles=("system_u", "system_u", "coupling_c", "development_t", "coordination_d"),
    )


def inequality(rng: np.random.Generator) -> TrueTable:
    """Return Theil's index by year with its parts and their shares."""
    return _by_year(
        rng,
        "theil",
        ("Theil index and its parts", "泰尔指数及其分解"),
        (
            ("theil_total", ("Theil", "泰尔指数")),
            ("theil_within", ("Within", "区域内")),
            ("theil_between", ("Between", "区域间")),
            ("share_within", ("Contribution within (%)", "区域内贡献率(%)")),
            ("share_between", ("Contribution between (%)", "区域间贡献率(%)")),
        ),
    )


def dagum(rng: np.random.Generator) -> TrueTable:
    """Return Dagum's Gini by year with its three parts and their contributions."""
    return _by_year(
        rng,
        "dagum",
        ("Dagum Gini and its parts", "Dagum基尼系数及其分解"),
        (
            ("gini", ("Gini", "总体基尼系数")),
            ("gini_within", ("Gw", "区域内差异")),
            ("gini_between", ("Gnb", "区域间差异")),
            ("gini_transvariation", ("Gt", "超变密度")),
            ("share_within", ("Contribution of Gw (%)", "区域内贡献率(%)")),
            ("share_between", ("Contribution of Gnb (%)", "区域间贡献率(%)")),
            ("share_transvariation", ("Contribution of Gt (%)", "超变密度贡献率(%)")),
        ),
    )


def _by_year(
    rng: np.random.Generator, kind: str, title: Words, parts: tuple[tuple[str, Words], ...]
) -> TrueTable:
    groups = pd.Series(["east", "middle", "west"] * 10)
    first, count = int(rng.integers(2008, 2014)), int(rng.integers(5, 10))
    rows = []
    for _ in range(count):
        y = pd.Series(rng.lognormal(sigma=0.6, size=30) * np.where(groups == "east", 1.6, 1.0))
        found = pk.theil(y, groups) if kind == "theil" else pk.dagum_gini(y, groups)
        values = [found.total, *found.parts.values()]
        rows.append([*values, *(100.0 * value / found.total for value in found.parts.values())])
    lines = tuple(
        Line(
            kind,
            (str(first + year), str(first + year)),
            tuple(
                plain(value, 2 if role.startswith("share") else None)
                for (role, _), value in zip(parts, row, strict=True)
            ),
            subject=str(first + year),
        )
        for year, row in enumerate(rows)
    )
    return TrueTable(
        kind,
        title,
        tuple(words for _, words in parts),
        lines,
        {},
        brackets=False,
        roles=tuple(role for role, _ in parts),
    )


def weights(rng: np.random.Generator) -> TrueTable:
    """Return entropies and entropy weights of indicators."""
    k = int(rng.integers(4, len(VARIABLES) + 1))
    raw = rng.lognormal(sigma=rng.uniform(0.3, 1.2, size=k), size=(30, k))
    table = pd.DataFrame((raw - raw.min(axis=0)) / (raw.max(axis=0) - raw.min(axis=0)))
    share = table / table.sum()
    logs = np.log(share.where(share > 0.0, 1.0))
    entropy = -(share * logs).sum() / np.log(len(table))
    weight = pk.entropy_weights(table)
    lines = tuple(
        Line(
            "weights",
            VARIABLES[j],
            (plain(float(entropy.iloc[j])), plain(float(weight.iloc[j]))),
            subject=VARIABLES[j][0],
        )
        for j in range(k)
    )
    columns: tuple[Words, ...] = (("Entropy", "信息熵"), ("Weight", "权重"))
    return TrueTable(
        "weights",
        ("Entropy weights", "指标权重"),
        columns,
        lines,
        {},
        brackets=False,
        roles=("entropy", "weight"),
    )


def descriptives(rng: np.random.Generator) -> TrueTable:
    """Return number, mean, standard deviation, smallest and largest value of the variables, a count among them."""
    panel = world(rng)
    frame = panel.frame.drop(columns="y")
    frame["count"] = rng.poisson(3.0, size=len(frame)).astype(float)
    words = (*panel.words, ("Number of patents", "专利件数"))
    found = pk.describe_panel(frame).xs("overall", level="part")
    lines = tuple(
        Line(
            "descriptives",
            word,
            (whole(row["count"]), plain(row["mean"]), plain(row["sd"]), plain(row["min"]), plain(row["max"])),
            subject=word[0],
        )
        for word, (_, row) in zip(words, found.iterrows(), strict=True)
    )
    columns: tuple[Words, ...] = (
        ("N", "样本量"),
        ("Mean", "均值"),
        ("Std. dev.", "标准差"),
        ("Min", "最小值"),
        ("Max", "最大值"),
    )
    facts = {"provinces": panel.n, "years": panel.t}
    return TrueTable(
        "descriptives",
        ("Descriptive statistics", "描述性统计"),
        columns,
        lines,
        facts,
        brackets=False,
        roles=("count", "mean", "sd", "minimum", "maximum"),
    )


def correlations(rng: np.random.Generator) -> TrueTable:
    """Return the lower triangle of a correlation matrix of related variables."""
    k, n = int(rng.integers(3, 7)), int(rng.integers(150, 400))
    common = rng.normal(size=(n, 2))
    values = common @ rng.normal(size=(2, k)) + rng.normal(scale=0.6, size=(n, k))
    matrix = np.corrcoef(values, rowvar=False)
    lines = tuple(
        Line(
            "correlations",
            VARIABLES[j],
            tuple(plain(matrix[j, i]) if i <= j else None for i in range(k)),
            subject=VARIABLES[j][0],
        )
        for j in range(k)
    )
    return TrueTable(
        "correlations",
        ("Correlation matrix", "相关系数矩阵"),
        tuple(VARIABLES[:k]),
        lines,
        {"nobs": n},
        brackets=False,
        roles=("correlation",) * k,
    )


def decomposition(rng: np.random.Generator) -> TrueTable:
    """Return the shares of the forecast error variance of one response by horizon."""
    panel = world(rng, most=3, dynamic=True)
    names = tuple(f"x{j}" for j in range(len(panel.words)))
    fit = pk.PanelVAR(names).fit(panel.frame)
    table = fit.fevd(8, reps=99, rng=1).tidy()
    response = names[int(rng.integers(len(names)))]
    held = table[table["response"] == response].pivot(index="horizon", columns="impulse", values="estimate")
    word = panel.words[names.index(response)]
    lines = tuple(
        Line(
            "fevd",
            (str(horizon), str(horizon)),
            tuple(plain(float(row[name])) for name in names),
            subject=str(horizon),
            section=word,
        )
        for horizon, row in held.iterrows()
    )
    title = ("Variance decomposition of " + word[0], word[1] + "的方差分解")
    return TrueTable("fevd", title, tuple(panel.words), lines, {"response": word[0]}, brackets=False)
