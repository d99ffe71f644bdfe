"""Random tables whose numbers are true before they are printed, and misprints planted in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from panelkit.audit.entries import Attached, Document, Entry, Facts, Table
from panelkit.audit.printed import read_number
from panelkit.audit.relations import Outcome, Reading
from panelkit.language.register import entries

LEVELS = ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001))
Print = Callable[[float, int], str]
PRINTED = (("coefficient", "x1"), ("coefficient", "x2"), ("coefficient", "x3"), ("spatial_lag_x", "x1"))


def rounded(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"


def truncated(value: float, decimals: int) -> str:
    return f"{np.trunc(value * 10**decimals) / 10**decimals:.{decimals}f}"


def cell(
    role: str, text: str, subject: str, stars: int = 0, place: tuple[int, int] = (0, 0), **more: object
) -> Entry:
    number = read_number(text)
    assert number is not None, text
    attached = tuple(Attached(kind, read_number(said)) for kind, said in more.pop("attached", ()))  # type: ignore
    standing = {"label": subject, "heading": f"({place[1]})", "panel": "", **more}
    return Entry(
        table=0, row=place[0], column=place[1], role=role, subject=subject, number=number, stars=stars,
        attached=attached, **standing,
    )  # fmt: skip


def stars_of(p: float, levels: tuple[float, ...]) -> int:
    return sum(p < level for level in levels)


def regressions(
    rng: np.random.Generator, law: str = "any", how: Print = rounded, resampled: bool = False
) -> tuple[Table, Reading]:
    """Return a table of regressions: 2 to 5 columns, 3 to 7 variables, b over se, t or p, stars at either levels."""
    columns, rows, decimals = rng.integers(2, 6), rng.integers(3, 8), int(rng.integers(2, 5))
    levels = LEVELS[rng.integers(2)] if rng.random() < 0.8 else LEVELS[0]
    kind = str(rng.choice(["se", "t", "p"], p=[0.5, 0.35, 0.15]))
    found = []
    for column in range(1, columns + 1):
        df = {"normal": np.inf, "cluster": 29.0}.get(law, rng.choice([np.inf, 20, 25, 29, 30, 60, 200, 500]))
        for row in range(rows):
            error = 10 ** rng.uniform(-1.5, 0.3)
            ratio = rng.normal(rng.choice([0.0, 2.0, -2.0, 4.0]), 1.2)
            p = 2 * student.sf(abs(ratio), df) if np.isfinite(df) else 2 * norm.sf(abs(ratio))
            if resampled:
                p = max(rng.binomial(999, p), 1) / 999
            said = {"se": (error, decimals), "t": (ratio, 2 + int(rng.random() < 0.4)), "p": (p, 3)}[kind]
            role = "constant" if row == rows - 1 else "coefficient"
            found.append(
                cell(
                    role, how(ratio * error, decimals), f"x{row}", stars_of(p, levels), (row, column),
                    attached=[("bracket", how(*said))],
                )
            )  # fmt: skip
    return Table("", tuple(found)), Reading(kind, levels)  # type: ignore[arg-type]


def wide_rows(rng: np.random.Generator, how: Print = rounded) -> tuple[Table, Reading]:
    """Return a table with b, se, t, p and an interval in columns of their own."""
    decimals, levels = int(rng.integers(2, 5)), LEVELS[rng.integers(2)]
    df = rng.choice([np.inf, 20, 25, 29, 30, 60, 200, 500])
    q = student.ppf(rng.choice([0.95, 0.975, 0.995]), df) if np.isfinite(df) else norm.ppf(0.975)
    found = []
    for row in range(int(rng.integers(4, 10))):
        error, ratio = 10 ** rng.uniform(-1.5, 0.3), rng.normal(1.0, 2.0)
        p = 2 * student.sf(abs(ratio), df) if np.isfinite(df) else 2 * norm.sf(abs(ratio))
        b = ratio * error
        attached = [
            ("se", how(error, decimals)), ("t", how(ratio, 2)), ("p", how(p, 3)),
            ("low", how(b - q * error, decimals)), ("high", how(b + q * error, decimals)),
        ]  # fmt: skip
        found.append(
            cell("coefficient", how(b, decimals), f"x{row}", stars_of(p, levels), (row, 1), attached=attached)
        )
    return Table("", tuple(found)), Reading(None, levels)


def fits(rng: np.random.Generator, how: Print = rounded) -> tuple[Table, Reading]:
    """Return statistics of pooled least squares on drawn data: R2, F, likelihood, criteria, variances, df, N, LM."""
    n, k, decimals = int(rng.integers(60, 500)), int(rng.integers(2, 7)), int(rng.integers(2, 5))
    x = np.column_stack([np.ones(n), rng.normal(size=(n, k))])
    y = x @ rng.normal(0.0, 0.4, k + 1) + rng.normal(size=n) * 10 ** rng.uniform(-1, 1)
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    rss, tss = float(residual @ residual), float(((y - y.mean()) ** 2).sum())
    r2, df = 1 - rss / tss, n - k - 1
    ll = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1)
    free = ll + 0.5 * rng.chisquare(k)
    lag, error = rng.chisquare(1, 2) * 20
    robust_lag = max(0.0, lag - error) + rng.chisquare(1)
    sarma = error + robust_lag
    said = {
        "nobs": n, "df_resid": df, "r2": r2, "r2_adjusted": 1 - (1 - r2) * (n - 1) / df,
        "f": (r2 / k) / ((1 - r2) / df), "loglik": ll, "aic": 2 * (k + 1) - 2 * ll,
        "bic": (k + 1) * np.log(n) - 2 * ll, "rss": rss, "root_mse": np.sqrt(rss / df),
        "sigma2": rss / n if rng.random() < 0.5 else rss / df,
        "lm_lag": lag, "lm_error": error, "robust_lm_lag": robust_lag, "robust_lm_error": sarma - lag,
        "lm_sarma": sarma,
    }  # fmt: skip
    found = [cell("coefficient", how(rng.normal(), decimals), f"x{row}", 0, (row, 1)) for row in range(k)]
    for row, (role, value) in enumerate(said.items(), k):
        found.append(
            cell(role, str(value) if isinstance(value, int) else how(value, decimals), "", 0, (row, 1))
        )
    other = [
        cell("loglik", how(free, decimals), "", 0, (k + 5, 2), heading="SDM"),
        cell("lr", how(2 * (free - ll), decimals), "", 0, (k + 20, 2), other="sar", heading="SDM"),
    ]
    found = [replace(one, heading="SAR OLS") for one in found]
    return Table("OLS", (*found, *other)), Reading(None, LEVELS[0])


def summaries(rng: np.random.Generator, how: Print = rounded) -> tuple[Table, Reading]:
    """Return descriptive statistics of drawn variables: normal, lognormal, uniform, dummies, counts."""
    n, decimals, divisor = (
        int(rng.choice([31, 62, 150, 248, 310, 600])),
        int(rng.integers(2, 5)),
        int(rng.integers(2)),
    )
    found = []
    for row in range(int(rng.integers(4, 9))):
        kind = rng.choice(["normal", "lognormal", "uniform", "dummy", "count", "index"])
        x = {
            "normal": rng.normal(5, 2, n), "lognormal": rng.lognormal(1, 1.0, n), "uniform": rng.uniform(0, 1, n),
            "dummy": (rng.random(n) < rng.uniform(0.1, 0.9)) * 1.0, "count": rng.poisson(4, n) * 1.0,
            "index": rng.beta(2, 5, n),
        }[kind]  # fmt: skip
        if kind == "index":
            x = (x - x.min()) / (x.max() - x.min())
        name = {"dummy": f"dummy{row} dummy", "count": f"number of patents {row}"}.get(kind, f"x{row}")
        sd = float(x.std(ddof=divisor))
        said = {
            "mean": x.mean(), "sd": sd, "median": np.median(x), "minimum": x.min(), "maximum": x.max(),
            "variance": sd**2, "cv": sd / x.mean(),
        }  # fmt: skip
        places = 0 if kind in ("dummy", "count") and rng.random() < 0.5 else decimals
        for column, (role, value) in enumerate(said.items(), 1):
            ends = role in ("minimum", "maximum", "median") and not (
                role == "median" and value != round(value)
            )
            found.append(cell(role, how(value, places if ends else decimals), name, 0, (row, column)))
        found.append(cell("count", str(n), name, 0, (row, 9)))
    return Table("", tuple(found)), Reading(None, LEVELS[0])


def correlations(rng: np.random.Generator, how: Print = rounded) -> tuple[Table, Reading]:
    """Return a correlation matrix of drawn data, some nearly collinear, with stars at one of several sets of levels."""
    n, k, decimals = int(rng.choice([31, 150, 310, 600])), int(rng.integers(3, 10)), int(rng.integers(2, 5))
    x = rng.normal(size=(n, k)) @ rng.normal(size=(k, k))
    if rng.random() < 0.4:
        x[:, -1] = x[:, 0] - x[:, 1] + rng.normal(size=n) * rng.choice([0.0, 0.001, 0.1])
    r = np.corrcoef(x.T)
    levels = [LEVELS[0], LEVELS[1], (0.05, 0.01), (0.05,), (0.01,)][rng.integers(5)]
    whole = rng.random() < 0.3
    found = []
    for i in range(k):
        for j in range(k if whole else i + 1):
            with np.errstate(divide="ignore", invalid="ignore"):
                p = (
                    0.0
                    if i == j
                    else 2 * student.sf(abs(r[i, j]) * np.sqrt((n - 2) / max(1 - r[i, j] ** 2, 1e-15)), n - 2)
                )
            stars = 0 if i == j else stars_of(float(p), levels)
            found.append(cell("correlation", how(r[i, j], decimals), f"x{i}", stars, (i, j), other=f"x{j}"))
    found.append(cell("nobs", str(n), "", 0, (k, 0)))
    return Table("", tuple(found)), Reading(None, levels)


def papers(rng: np.random.Generator) -> tuple[Document, list[Reading]]:
    """Return a paper of four tables whose columns estimate one thing: coefficients share their first digits; the
    baseline column is printed again, as it is.
    """
    k, decimals = int(rng.integers(4, 8)), int(rng.integers(2, 5))
    truth, errors = rng.normal(0, 1, k), 10 ** rng.uniform(-2, -0.5, k)
    base = None
    tables = []
    for _ in range(4):
        found = []
        for column in range(1, 5):
            b = truth + 0.3 * errors * rng.normal(size=k)
            se = errors * (1 + 0.02 * rng.normal(size=k))
            n = 310 - int(rng.integers(0, 3)) * 31
            if column == 1:
                base = base or (b, se, n)
                b, se, n = base
            for row in range(k):
                text, below = rounded(b[row], decimals), rounded(se[row], decimals)
                stars = stars_of(2 * norm.sf(abs(b[row] / se[row])), LEVELS[0])
                found.append(
                    cell("coefficient", text, f"x{row}", stars, (row, column), attached=[("se", below)])
                )
            found.append(cell("nobs", str(n), "", 0, (k, column)))
        tables.append(Table("", tuple(found)))
    return Document(tuple(tables)), [Reading(None, LEVELS[0])] * 4


def outcomes_of(table: Table | Document, reading: object) -> Iterator[tuple[str, Outcome]]:
    """Yield the outcomes of the identities of regression, descriptive and document tables under a reading."""
    families = ("document",) if isinstance(table, Document) else ("regression", "descriptives")
    for one in entries("identity"):
        if one.family in families:
            for relation in one.load()(table, reading):
                outcome = relation.outcome()
                if outcome is not None:
                    yield relation.identity, outcome


def misprint(rng: np.random.Generator, text: str) -> str:
    """Return a number with one digit changed, two neighbours exchanged, its sign changed, or its point moved."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    while True:
        kind = rng.choice(["digit", "swap", "sign", "point"], p=[0.5, 0.25, 0.15, 0.1])
        made = list(text)
        if kind == "digit":
            at = int(rng.choice(places))
            made[at] = str(rng.integers(10))
        elif kind == "swap" and len(places) > 1:
            at = int(rng.integers(len(places) - 1))
            one, other = places[at], places[at + 1]
            made[one], made[other] = made[other], made[one]
        elif kind == "sign":
            made = made[1:] if made[0] == "-" else ["-", *made]
        elif kind == "point" and "." in text:
            number = float(text) * rng.choice([0.1, 10.0])
            made = list(f"{number:.{len(text) - text.index('.') - 1}f}")
        if read_number("".join(made)) and float("".join(made)) != float(text):
            return "".join(made)


def planted(rng: np.random.Generator, table: Table, roles: tuple[str, ...] = ()) -> tuple[Table, Entry]:
    """Return the table with one number (or its stars, or an attached number) misprinted, and the entry as it was."""
    held = list(table.entries)
    at = int(rng.choice([i for i, one in enumerate(held) if not roles or one.role in roles]))
    was = held[at]
    part = rng.integers(3 if was.attached else 1)
    if part == 2:
        stars = int(rng.choice([s for s in range(4) if s != was.stars]))
        held[at] = replace(was, stars=stars)
    elif part == 1:
        place = int(rng.integers(len(was.attached)))
        one = was.attached[place]
        number = read_number(misprint(rng, one.number.text))
        assert number is not None
        attached = list(was.attached)
        attached[place] = replace(one, number=number)
        held[at] = replace(was, attached=tuple(attached))
    else:
        number = read_number(misprint(rng, was.number.text))
        assert number is not None
        held[at] = replace(was, number=number)
    return replace(table, entries=tuple(held)), was


FACTS = Facts()
