"""What holds in tables of regressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import chi2, norm
from scipy.stats import t as student

from benchmarks.synthetic.corners import FEWEST, Gap, Truth, columns_of, zero
from benchmarks.synthetic.style import Place, Printout


def sample(printout: Printout) -> Iterator[Truth]:
    """Yield N <= provinces x years where the note states them: rows may be missing."""
    true, place = printout.true, printout.true.find("nobs")
    if place is None or not printout.style.facts_said or "lags" in true.facts:
        return
    size = true.facts["provinces"] * true.facts["years"]
    for column in columns_of(printout):
        yield zero(
            "N <= provinces x years", [(place, column, "number")], lambda c: np.append(size - c[:, 0], -1.0)
        )


def pooled(printout: Printout) -> Iterator[Truth]:
    yield from sample(printout)
    true = printout.true
    at = {role: true.find(role) for role in ("nobs", "r2", "r2_adjusted", "f", "loglik", "aic", "bic")}
    for column in columns_of(printout):
        k = sum(
            line.numbers[column] is not None
            for line in true.lines
            if line.role in ("coefficient", "constant")
        )

        def here(*roles: str, column: int = column) -> list[Place]:
            return [(at[role] if at[role] is not None else -1, column, "number") for role in roles]  # type: ignore[misc]

        yield zero(
            "adjusted R2",
            here("r2", "r2_adjusted", "nobs"),
            lambda c, k=k: 1.0 - (1.0 - c[:, 0]) * (c[:, 2] - 1.0) / (c[:, 2] - k) - c[:, 1],
        )
        yield zero(
            "F of R2",
            here("r2", "f", "nobs"),
            lambda c, k=k: c[:, 0] / (k - 1) / ((1.0 - c[:, 0]) / (c[:, 2] - k)) - c[:, 1],
        )
        yield zero("AIC", here("aic", "loglik"), lambda c, k=k: 2.0 * k - 2.0 * c[:, 1] - c[:, 0])
        yield zero(
            "BIC", here("bic", "loglik", "nobs"), lambda c, k=k: k * np.log(c[:, 2]) - 2.0 * c[:, 1] - c[:, 0]
        )


def one_fit(printout: Printout) -> Iterator[Truth]:
    for row in range(len(printout.true.lines)):
        b, se, t, p, low, high = ((row, 0, part) for part in ("number", "se", "t", "p", "low", "high"))
        yield zero("t = b / se", [b, se, t], lambda c: c[:, 0] - c[:, 1] * c[:, 2])
        yield zero("interval around b", [b, low, high], lambda c: c[:, 1] + c[:, 2] - 2.0 * c[:, 0])
        yield zero("interval of se", [se, low, high], _interval_gap())
        yield zero("p of t", [t, p], _p_gap())


def _interval_gap() -> Gap:
    bars = (1.959963984540054, float(student.isf(0.025, FEWEST)))
    return lambda c: np.concatenate([c[:, 2] - c[:, 1] - 2.0 * bar * c[:, 0] for bar in bars])


def _p_gap() -> Gap:
    return lambda c: np.concatenate(
        [2.0 * norm.sf(abs(c[:, 0])) - c[:, 1], 2.0 * student.sf(abs(c[:, 0]), FEWEST) - c[:, 1]]
    )


def _effects_at(rows: Sequence[int], columns: Sequence[int]) -> Truth:
    places = [(row, column, "number") for row, column in zip(rows, columns, strict=True)]
    return zero("direct + indirect = total", places, lambda c: c[:, 0] + c[:, 1] - c[:, 2])


def durbin(printout: Printout) -> Iterator[Truth]:
    yield from sample(printout)
    true = printout.true
    for place in true.every("direct"):
        subject = true.lines[place].subject
        rows = [true.find(role, subject) for role in ("direct", "indirect", "total")]
        parts = [true.find(role, subject) for role in ("coefficient", "spatial_lag_x")]
        for column in columns_of(printout):
            yield _effects_at(rows, [column] * 3)  # type: ignore[arg-type]
            if not true.facts["simulated"]:
                places = [(row, column, "number") for row in (*parts, true.find("rho"), rows[2])]
                yield zero(
                    "total = (b + theta) / (1 - rho)",
                    places,  # type: ignore[arg-type]
                    lambda c: (c[:, 0] + c[:, 1]) - (1.0 - c[:, 2]) * c[:, 3],
                )


def models(printout: Printout) -> Iterator[Truth]:
    yield from sample(printout)
    true = printout.true
    for place in true.every("lr"):
        other = ("sar", "sem").index(true.lines[place].other)
        log = true.find("loglik")
        places = [(place, 2, "number"), (log, 2, "number"), (log, other, "number")]
        yield zero("LR = 2 (l1 - l0)", places, lambda c: 2.0 * (c[:, 1] - c[:, 2]) - c[:, 0])  # type: ignore[arg-type]
        yield _test_p(place, 2, (1.0, 40.0))
    for column in columns_of(printout):
        roles = ("coefficient", "spatial_lag_x", "rho", "lambda")
        k = 1 + sum(line.numbers[column] is not None for line in true.lines if line.role in roles)
        aic, bic, log, n = ((true.find(role), column, "number") for role in ("aic", "bic", "loglik", "nobs"))
        yield zero("AIC", [aic, log], lambda c, k=k: 2.0 * k - 2.0 * c[:, 1] - c[:, 0])  # type: ignore[list-item]
        yield zero("BIC", [bic, log, n], lambda c, k=k: k * np.log(c[:, 2]) - 2.0 * c[:, 1] - c[:, 0])  # type: ignore[list-item]


def _test_p(row: int, column: int, df: tuple[float, ...]) -> Truth:
    places: list[Place] = [(row, column, "number"), (row, column, "bracket")]
    return zero(
        "p of chi2",
        places,
        lambda c: np.concatenate(
            [chi2.sf(np.maximum(c[:, 0], 0.0), k) - np.maximum(c[:, 1], 0.0) for k in df]
        ),
    )


def tests(printout: Printout) -> Iterator[Truth]:
    true = printout.true
    rows = [true.find(role) for role in ("lm_lag", "robust_lm_error", "lm_error", "robust_lm_lag")]
    for column in columns_of(printout):
        places = [(row, column, "number") for row in rows]
        yield zero("LM identity", places, lambda c: c[:, 0] + c[:, 1] - c[:, 2] - c[:, 3])  # type: ignore[arg-type]
        for row in rows:
            yield _test_p(row, column, (1.0,))  # type: ignore[arg-type]


def effects(printout: Printout) -> Iterator[Truth]:
    for row in range(len(printout.true.lines)):
        yield _effects_at([row] * 3, range(3))


def mediation(printout: Printout) -> Iterator[Truth]:
    at = {line.role: (row, 0, "number") for row, line in enumerate(printout.true.lines)}
    a, b, c0, c1, ab = (
        at[role] for role in ("path_a", "path_b", "total_effect", "direct_effect", "indirect_effect")
    )
    yield zero("ab = c - c'", [ab, c0, c1], lambda c: c[:, 1] - c[:, 2] - c[:, 0])
    yield zero("ab = a x b", [ab, a, b], lambda c: c[:, 1] * c[:, 2] - c[:, 0])
    yield zero("share = ab / c", [at["mediated_share"], ab, c0], lambda c: c[:, 0] * c[:, 2] - c[:, 1])
    if printout.style.bracket == "se":
        sa, sb = ((place[0], 0, "bracket") for place in (a, b))
        yield zero(
            "Sobel's z",
            [at["sobel"], a, b, sa, sb],
            lambda c: c[:, 1] * c[:, 2] / np.hypot(c[:, 1] * c[:, 4], c[:, 2] * c[:, 3]) - c[:, 0],
        )


def threshold(printout: Printout) -> Iterator[Truth]:
    yield from sample(printout)
    places: list[Place] = [(0, 0, part) for part in ("number", "low", "high")]
    yield zero(
        "threshold in its interval",
        places,
        lambda c: np.append(np.minimum(c[:, 0] - c[:, 1], c[:, 2] - c[:, 0]), -1.0),
    )
