"""Small examples worked by plain loops from the formulas, to check against: python tests/oracles/scripts/by_hand.py

Writes tests/oracles/by_hand.json. Nothing of the package is imported.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

W3 = [[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]


def durbin_impacts() -> tuple[Any, Any]:
    """LeSage and Pace 2009, 2.7: averages of (I - rho W)^-1 (beta I + theta W), by order, and long-run ones."""
    w, rho, beta, theta = np.array(W3), 0.4, 1.0, 0.5
    seen = np.linalg.inv(np.eye(3) - rho * w) @ (beta * np.eye(3) + theta * w)
    direct, total = np.trace(seen) / 3, seen.sum() / 3
    step, orders = beta * np.eye(3) + theta * w, []
    for _ in range(4):
        orders.append((np.trace(step) / 3, step.sum() / 3))
        step = rho * w @ step
    long = np.linalg.inv((1 - 0.5) * np.eye(3) - (rho - 0.1) * w) @ (beta * np.eye(3) + theta * w)
    return {"W": W3, "rho": rho, "beta": beta, "theta": theta}, {
        "direct": direct,
        "indirect": total - direct,
        "total": total,
        "orders_direct": [order[0] for order in orders],
        "orders_total": [order[1] for order in orders],
        "dyn_tau.5_eta-.1": [np.trace(long) / 3, long.sum() / 3],
    }


def moran() -> tuple[Any, Any]:
    """Anselin 1995: I, its local parts, and Geary's c, with z over its mean square."""
    w, x = np.array(W3), np.array([1.0, 2.0, 4.0])
    z, s0 = x - x.mean(), np.array(W3).sum()
    local = [z[i] * sum(w[i, j] * z[j] for j in range(3)) / (z @ z / 3) for i in range(3)]
    squares = sum(w[i, j] * (x[i] - x[j]) ** 2 for i in range(3) for j in range(3))
    return {"W": W3, "x": list(x)}, {
        "I": sum(local) / s0,
        "local": local,
        "geary": (3 - 1) * squares / (2 * s0 * (z @ z)),
    }


def sobel() -> tuple[Any, Any]:
    """Sobel 1982, Aroian 1947, Goodman 1960: z of a product."""
    a, sa, b, sb = 0.3, 0.08, 0.5, 0.12
    first = b * b * sa * sa + a * a * sb * sb
    tests = {"sobel": first, "aroian": first + (sa * sb) ** 2, "goodman": first - (sa * sb) ** 2}
    given = {"a": a, "sa": sa, "b": b, "sb": sb}
    return given, {name: a * b / math.sqrt(value) for name, value in tests.items()}


def mediation() -> tuple[Any, Any]:
    """Baron and Kenny's three regressions; the error correlation of Imai, Keele and Yamamoto 2010."""
    x = np.arange(1.0, 11.0)
    m = np.array([2.0, 1, 4, 3, 6, 5, 8, 9, 7, 11])
    y = np.array([1.0, 3, 2, 5, 4, 7, 8, 6, 10, 9])

    def regress(target: np.ndarray, *columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        design = np.column_stack([np.ones(len(target)), *columns])
        slopes = np.linalg.solve(design.T @ design, design.T @ target)
        left = target - design @ slopes
        spread = left @ left / (len(target) - design.shape[1])
        return slopes, np.sqrt(np.diag(spread * np.linalg.inv(design.T @ design))), left

    total, _, e1 = regress(y, x)
    path, path_error, e2 = regress(m, x)
    both, both_error, _ = regress(y, x, m)
    a, b = path[1], both[2]
    variance = b * b * path_error[1] ** 2 + a * a * both_error[2] ** 2
    return {"x": list(x), "m": list(m), "y": list(y)}, {
        "c": total[1], "a": a, "b": b, "cp": both[1], "ab": a * b,
        "sobel": a * b / math.sqrt(variance), "rho0": float(np.corrcoef(e1, e2)[0, 1]),
    }  # fmt: skip


def coupling() -> tuple[Any, Any]:
    """C = 2 sqrt(u1 u2) / (u1 + u2), D = sqrt(C T); and the corrected C of Wang Shujia et al. 2021."""
    pairs = [[0.6, 0.4], [0.9, 0.1], [0.05, 0.05]]
    c = [2 * math.sqrt(u * v) / (u + v) for u, v in pairs]
    wang = [math.sqrt((1 - abs(u - v)) * min(u, v) / max(u, v)) for u, v in pairs]
    d = [math.sqrt(one * (u + v) / 2) for one, (u, v) in zip(c, pairs, strict=True)]
    return pairs, {"C": c, "Cwang": wang, "D": d}


def entropy() -> tuple[Any, Any]:
    """Entropy weights on min-max values without a shift, CRITIC, variation, TOPSIS with weights squared."""
    raw = np.array([[10, 0.2, 5], [20, 0.4, 3], [40, 0.1, 8], [30, 0.3, 6]])
    z = (raw - raw.min(axis=0)) / (raw.max(axis=0) - raw.min(axis=0))
    z[:, 2] = 1 - z[:, 2]
    n, k = z.shape
    e = []
    for j in range(k):
        p = z[:, j] / z[:, j].sum()
        e.append(-sum(share * math.log(share) for share in p if share > 0) / math.log(n))
    w = (1 - np.array(e)) / (k - sum(e))
    spread = z.std(axis=0, ddof=1)
    information = [
        spread[j] * sum(1 - np.corrcoef(z[:, j], z[:, i])[0, 1] for i in range(k)) for j in range(k)
    ]
    variation = raw.std(axis=0, ddof=1) / raw.mean(axis=0)
    best, worst = z.max(axis=0), z.min(axis=0)
    far = np.sqrt((w * w * (z - best) ** 2).sum(axis=1)), np.sqrt((w * w * (z - worst) ** 2).sum(axis=1))
    return {"X": raw.tolist(), "neg": [2]}, {
        "e": e, "w": list(w), "score": list(z @ w), "critic": list(np.array(information) / sum(information)),
        "cv": list(variation / variation.sum()), "topsis": list(far[1] / (far[0] + far[1])),
    }  # fmt: skip


def structure() -> tuple[Any, Any]:
    """Upgrading: tertiary over secondary, sum of i s_i, Theil's deviation, Fu Linghui's angles, Moore's index."""
    s1, labour, s0 = [0.1, 0.4, 0.5], [0.3, 0.3, 0.4], [0.2, 0.45, 0.35]

    def angle(u: list[float], v: list[float]) -> float:
        return math.acos(sum(a * b for a, b in zip(u, v, strict=True)) / math.hypot(*u) / math.hypot(*v))

    def fu(s: list[float]) -> float:
        axes = [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]
        angles = [angle(s, axis) for axis in axes]
        return sum(sum(angles[: stop + 1]) for stop in range(3))

    turned = angle(s0, s1)
    return {"s1": s1, "L": labour, "s0": s0}, {
        "TS": s1[2] / s1[1],
        "H": sum((i + 1) * share for i, share in enumerate(s1)),
        "TL": sum(share * math.log(share / work) for share, work in zip(s1, labour, strict=True)),
        "fu": fu(s1), "fu_s0": fu(s0), "moore": math.cos(turned), "moore_deg": math.degrees(turned),
    }  # fmt: skip


def krugman() -> tuple[Any, Any]:
    """Krugman 1991: sum of |own share - others' share|, against the pooled total and against the rest."""
    rows = [[20, 30, 50], [40, 40, 20], [10, 60, 30]]
    shares = [[cell / sum(row) for cell in row] for row in rows]
    sums = [sum(row[j] for row in rows) for j in range(3)]
    pooled = [each / sum(sums) for each in sums]
    rest = []
    for i, row in enumerate(rows):
        others = [sums[j] - row[j] for j in range(3)]
        rest.append(sum(abs(shares[i][j] - others[j] / sum(others)) for j in range(3)))
    return rows, {
        "pooled": [sum(abs(shares[i][j] - pooled[j]) for j in range(3)) for i in range(3)],
        "rest": rest,
        "pair01": sum(abs(shares[0][j] - shares[1][j]) for j in range(3)),
        "LQ0": [shares[0][j] / pooled[j] for j in range(3)],
    }


def theil() -> tuple[Any, Any]:
    """Theil's T and L with their parts within and between groups."""
    y, g = [1, 2, 3, 4, 6, 8, 10, 14], [0, 0, 0, 1, 1, 1, 2, 2]
    n, mean = len(y), sum(y) / len(y)
    groups = [[v for v, h in zip(y, g, strict=True) if h == k] for k in range(3)]

    def one(values: list[int], kind: str) -> float:
        middle = sum(values) / len(values)
        if kind == "T":
            return sum(v / middle * math.log(v / middle) for v in values) / len(values)
        return sum(math.log(middle / v) for v in values) / len(values)

    found = {}
    for kind in ("T", "L"):
        shares = [sum(part) / sum(y) if kind == "T" else len(part) / n for part in groups]
        means = [sum(part) / len(part) / mean for part in groups]
        within = sum(share * one(part, kind) for share, part in zip(shares, groups, strict=True))
        logs = [math.log(m) if kind == "T" else -math.log(m) for m in means]
        between = sum(share * log for share, log in zip(shares, logs, strict=True))
        found[kind] = [one(y, kind), within, between]
    return {"y": y, "g": g}, found


def dagum() -> tuple[Any, Any]:
    """Dagum 1997: Gini within, net between, and transvariation, by pairs of values."""
    y, g = [1, 5, 9, 2, 4, 12, 3, 7], [0, 0, 0, 1, 1, 1, 2, 2]
    n, mean = len(y), sum(y) / len(y)
    groups = [[v for v, h in zip(y, g, strict=True) if h == k] for k in range(3)]
    scale = 2 * n * n * mean
    within = sum(abs(a - b) for part in groups for a in part for b in part) / scale
    net = over = 0.0
    for i in range(3):
        for j in range(i):
            high, low = sorted((groups[i], groups[j]), key=lambda part: -sum(part) / len(part))
            gains = sum(max(a - b, 0) for a in high for b in low)
            losses = sum(max(b - a, 0) for a in high for b in low)
            net += 2 * (gains - losses) / scale
            over += 4 * losses / scale
    total = sum(abs(a - b) for a in y for b in y) / scale
    return {"y": y, "g": g}, {"G": total, "Gw": within, "Gnb": net, "Gt": over}


def synergy() -> tuple[Any, Any]:
    """Meng Qingsong and Han Wenxiu 2000: the geometric mean of the moves, signed."""
    before, after = [0.4, 0.3], [0.55, 0.42]
    moves = [b - a for a, b in zip(before, after, strict=True)]
    return {"u0": before, "u1": after}, math.sqrt(moves[0] * moves[1])


EXAMPLES = {
    "sdm3": durbin_impacts, "moran3": moran, "sobel": sobel, "mediation10": mediation, "coupling2": coupling,
    "entropy4x3": entropy, "structure": structure, "krugman": krugman, "theil": theil, "dagum": dagum,
    "synergy": synergy,
}  # fmt: skip

if __name__ == "__main__":
    made = {name: example() for name, example in EXAMPLES.items()}
    stored = {
        "kind": "brute force",
        "source": "the formulas named in each function of the script",
        "made_by": "python tests/oracles/scripts/by_hand.py",
        "input": {"file": "in `spec`"},
        "spec": {name: given for name, (given, _) in made.items()},
        "expect": {name: found for name, (_, found) in made.items()},
        "printed_digits": 15,
        "rtol": 1e-9,
        "why_rtol": "sums of at most ten terms, and one solve of a 3 x 3 system",
    }
    home = Path(__file__).parents[1] / "by_hand.json"
    text = json.dumps(stored, indent=1, default=lambda value: value.item())
    home.write_text(text + "\n", encoding="utf-8")
