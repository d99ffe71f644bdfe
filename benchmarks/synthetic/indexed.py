"""True tables of indices: levels and ranks of coordination, an index by year with means, weights in two levels."""

from __future__ import annotations

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.synthetic.musts import at, equal, mean_of, ranked, sum_of
from benchmarks.synthetic.numbers import PROVINCES
from benchmarks.synthetic.true import VARIABLES, Line, TrueTable, Words, plain, whole

LEVELS: tuple[Words, ...] = (
    ("Extreme disorder", "极度失调"), ("Severe disorder", "严重失调"), ("Moderate disorder", "中度失调"),
    ("Mild disorder", "轻度失调"), ("Near disorder", "濒临失调"), ("Barely coordinated", "勉强协调"),
    ("Primary coordination", "初级协调"), ("Intermediate coordination", "中级协调"), ("Good coordination", "良好协调"),
    ("Superior coordination", "优质协调"),
)  # fmt: skip


def levels(rng: np.random.Generator) -> TrueTable:
    """Return U1, U2, D, rank and level by province."""
    n = int(rng.integers(6, len(PROVINCES) + 1))
    scores = pd.DataFrame(rng.uniform(0.02, 0.98, size=(n, 2)), columns=["U1", "U2"])
    scores.index = pd.MultiIndex.from_product(
        [[w[0] for w in PROVINCES[:n]], [2020]], names=["province", "year"]
    )
    d = pk.coupling_coordination(scores).values["D"].to_numpy()
    rank = (-d).argsort().argsort() + 1
    lines, musts = [], []
    for row in range(n):
        level = min(int(d[row] * 10.0), 9)
        numbers = (*(plain(float(u)) for u in scores.iloc[row]), plain(float(d[row])), whole(rank[row]))
        lines.append(Line("levels", PROVINCES[row], numbers, subject=PROVINCES[row][0], tail=LEVELS[level]))
        musts += [
            equal(
                "D from U",
                at((row, 0), (row, 1), (row, 2)),
                lambda c: np.maximum(c[:, 0] * c[:, 1], 0.0) ** 0.25 - c[:, 2],
            ),
            equal(
                "level of D",
                at((row, 2)),
                lambda c, k=level: np.append(np.minimum(c[:, 0] - k / 10.0, (k + 1) / 10.0 - c[:, 0]), -1.0),
            ),
        ]
    musts.append(ranked("ranks of D", [(row, 3) for row in range(n)], [(row, 2) for row in range(n)]))
    columns: tuple[Words, ...] = (
        ("U1", "U1"),
        ("U2", "U2"),
        ("Coordination D", "耦合协调度D"),
        ("Rank", "排名"),
    )
    return TrueTable(
        "levels",
        ("Coupling coordination, 2020", "2020年耦合协调度"),
        columns,
        tuple(lines),
        brackets=False,
        roles=("system_u", "system_u", "coordination_d", "unknown"),
        tail=("Level", "协调等级"),
        musts=tuple(musts),
    )


def scores(rng: np.random.Generator) -> TrueTable:
    """Return an index by province and year with means of both and ranks of the means."""
    n, t = int(rng.integers(6, len(PROVINCES) + 1)), int(rng.integers(4, 8))
    held = np.clip(
        rng.uniform(0.1, 0.7, size=(n, 1)) + 0.02 * np.arange(t) + rng.normal(scale=0.02, size=(n, t)),
        0.01,
        0.99,
    )
    mean = held.mean(axis=1)
    rank = (-mean).argsort().argsort() + 1
    lines = [
        Line(
            "scores",
            PROVINCES[row],
            (*map(plain, held[row]), plain(mean[row]), whole(rank[row])),
            subject=PROVINCES[row][0],
        )
        for row in range(n)
    ]
    lines.append(Line("scores", ("Mean", "均值"), (*map(plain, held.mean(axis=0)), plain(held.mean()), None)))
    musts = [mean_of("mean over years", (row, t), [(row, j) for j in range(t)]) for row in range(n)]
    musts += [mean_of("mean over provinces", (n, j), [(row, j) for row in range(n)]) for j in range(t + 1)]
    musts.append(ranked("ranks of means", [(row, t + 1) for row in range(n)], [(row, t) for row in range(n)]))
    years = tuple((str(2015 + j), str(2015 + j)) for j in range(t))
    return TrueTable(
        "scores",
        ("Digital economy index", "数字经济发展指数"),
        (*years, ("Mean", "均值"), ("Rank", "排名")),
        tuple(lines),
        brackets=False,
        roles=(*("unknown",) * (t + 2),),
        musts=tuple(musts),
    )


DIMENSIONS: tuple[Words, ...] = (
    ("Infrastructure", "基础设施"),
    ("Industry", "产业发展"),
    ("Innovation", "创新能力"),
)


def hierarchy(rng: np.random.Generator) -> TrueTable:
    """Return entropies, utilities and entropy weights of indicators, and the weights of their dimensions."""
    sizes = [int(rng.integers(2, 4)) for _ in DIMENSIONS]
    k = sum(sizes)
    raw = rng.lognormal(sigma=rng.uniform(0.3, 1.2, size=k), size=(30, k))
    table = pd.DataFrame((raw - raw.min(axis=0)) / (raw.max(axis=0) - raw.min(axis=0)))
    share = table / table.sum()
    entropy = -(share * np.log(share.where(share > 0.0, 1.0))).sum() / np.log(len(table))
    weight = pk.entropy_weights(table)
    lines, musts, row = [], [], 0
    for words, size in zip(DIMENSIONS, sizes, strict=True):
        rows = range(row, row + size)
        for j in rows:
            top = plain(float(weight.iloc[list(rows)].sum())) if j == row else None
            e, w = float(entropy.iloc[j]), float(weight.iloc[j])
            lines.append(
                Line(
                    "weights",
                    VARIABLES[j],
                    (top, plain(e), plain(1.0 - e), plain(w)),
                    subject=VARIABLES[j][0],
                    lead=words if j == row else ("", ""),
                )
            )
            musts.append(equal("d = 1 - e", at((j, 1), (j, 2)), lambda c: 1.0 - c[:, 0] - c[:, 1]))
        musts.append(sum_of("weight of a dimension", (row, 0), [(j, 3) for j in rows]))
        row += size
    columns: tuple[Words, ...] = (
        ("Weight", "权重"), ("Entropy", "信息熵"), ("Utility value", "信息效用值"), ("Weight", "权重"),
    )  # fmt: skip
    return TrueTable(
        "hierarchy",
        ("Entropy weights of the index", "指标体系及权重"),
        columns,
        tuple(lines),
        brackets=False,
        roles=("weight", "entropy", "redundancy", "weight"),
        lead=("Dimension", "一级指标"),
        musts=tuple(musts),
    )
