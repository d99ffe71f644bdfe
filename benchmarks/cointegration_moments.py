"""Means and variances of the limits of panel cointegration tests, simulated; writes the constants of the package.

Random walks of 1,000 steps (`STEPS`), 60,000 draws (`DRAWS`), seed 20261: W1 of y and W2..W(k+1) of x are independent.
Q is what is left of W1 after deterministic terms d and W2: Pedroni 1999 (appendix), Westerlund 2005 and 2007.

    python -m benchmarks.cointegration_moments > panelkit/models/dynamic/cointegration/moments.py
"""

from __future__ import annotations

import sys

import numpy as np

STEPS, DRAWS, SEED, BATCH, MOST = 1_000, 60_000, 20261, 500, 5
TRENDS = ("none", "constant", "trend")


def functionals(walks: np.ndarray, changes: np.ndarray, trend: str) -> np.ndarray:
    """Return (draws, 5): int Q^2, int Q dQ, b'b, int Q dW1, int (int Q)^2 of walks (draws, n, 1 + k)."""
    draws, n, width = walks.shape
    degree = TRENDS.index(trend)
    r = (np.arange(n) + 0.5) / n
    terms = np.broadcast_to(np.column_stack([np.ones(n), r])[:, :degree], (draws, n, degree))
    levels = np.concatenate([walks, terms], axis=2)
    steps = np.concatenate([changes, np.zeros((draws, n, degree))], axis=2)
    gram = np.swapaxes(levels, 1, 2) @ levels
    ahead = np.swapaxes(levels, 1, 2) @ steps
    sums = np.cumsum(levels, axis=1)
    summed = np.swapaxes(sums, 1, 2) @ sums
    b = np.linalg.solve(gram[:, 1:, 1:], gram[:, 1:, :1])[..., 0]
    c = np.concatenate([np.ones((draws, 1)), -b], axis=1)
    first = np.einsum("di,dij,dj->d", c, gram, c) / n**2
    inner = np.einsum("di,dij,dj->d", c, ahead, c) / n
    own = np.einsum("di,di->d", c, ahead[:, :, 0]) / n
    cumulated = np.einsum("di,dij,dj->d", c, summed, c) / n**4
    return np.column_stack([first, inner, (b[:, : width - 1] ** 2).sum(1), own, cumulated])


def ratio(parts: np.ndarray, value, gradient) -> tuple[float, float]:
    """Return a function of means of parts (draws, q) and the variance of it by its gradient."""
    means = parts.mean(0)
    slope = np.asarray(gradient(*means))
    return float(value(*means)), float(slope @ np.cov(parts.T).reshape(len(slope), -1) @ slope)


def of_draws(values: np.ndarray) -> tuple[float, float]:
    """Return mean and variance."""
    return float(values.mean()), float(values.var())


def moments(f: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return mean and variance of every statistic from functionals (draws, 5)."""
    one, two, three, own, cumulated = f.T
    three_and = 1.0 + three
    return {
        "panel-v": ratio(one[:, None], lambda a: 1 / a, lambda a: [-1 / a**2]),
        "panel-rho": ratio(np.column_stack([one, two]), lambda a, b: b / a, lambda a, b: [-b / a**2, 1 / a]),
        "panel-t": ratio(
            np.column_stack([one, two, three_and]),
            lambda a, b, c: b / np.sqrt(a * c),
            lambda a, b, c: [
                -0.5 * b * a**-1.5 * c**-0.5,
                (a * c) ** -0.5,
                -0.5 * b * a**-0.5 * c**-1.5,
            ],
        ),
        "group-rho": of_draws(two / one),
        "group-t": of_draws(two / np.sqrt(one * three_and)),
        "g-tau": of_draws(own / np.sqrt(one)),
        "g-alpha": of_draws(own / one),
        "p-tau": ratio(
            np.column_stack([one, own]),
            lambda a, b: b / np.sqrt(a),
            lambda a, b: [-0.5 * b * a**-1.5, a**-0.5],
        ),
        "p-alpha": ratio(np.column_stack([one, own]), lambda a, b: b / a, lambda a, b: [-b / a**2, 1 / a]),
        "vr-group": of_draws(cumulated / one),
        "vr-panel": ratio(
            np.column_stack([one, cumulated]), lambda a, b: b / a, lambda a, b: [-b / a**2, 1 / a]
        ),
    }


def main() -> None:
    """Simulate and print the module of constants."""
    found: dict[tuple[str, int], dict[str, tuple[float, float]]] = {}
    for k in range(1, MOST + 1):
        rng = np.random.default_rng([SEED, k])
        parts: dict[str, list[np.ndarray]] = {trend: [] for trend in TRENDS}
        for _ in range(DRAWS // BATCH):
            changes = rng.standard_normal((BATCH, STEPS, 1 + k)) / np.sqrt(STEPS)
            walks = np.cumsum(changes, axis=1) - changes
            for trend in TRENDS:
                parts[trend].append(functionals(walks * np.sqrt(STEPS), changes * np.sqrt(STEPS), trend))
        for trend in TRENDS:
            found[trend, k] = moments(np.concatenate(parts[trend]))
        print(k, file=sys.stderr)
    print(
        '"""Means and variances of the limits of panel cointegration tests by trend and number of regressors.'
    )
    print(
        f"\nWritten by `benchmarks/cointegration_moments.py`: {STEPS:,} steps, {DRAWS:,} draws, seed {SEED}."
    )
    print('"""\n\nfrom __future__ import annotations\n')
    print("MOMENTS: dict[tuple[str, int], dict[str, tuple[float, float]]] = {")
    for key, values in found.items():
        print(f"    {key!r}: {{".replace("'", '"'))
        for name, (mean, variance) in values.items():
            print(f'        "{name}": ({mean:.6g}, {variance:.6g}),')
        print("    },")
    print("}")


if __name__ == "__main__":
    main()
