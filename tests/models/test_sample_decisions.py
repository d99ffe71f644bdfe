"""Means, quantiles, levels and knots come from the rows of the estimation: every estimator, every reason to leave.

The reference is the same fit on a frame from which the leaving rows were taken out by hand, with lags and the functions
of the sample worked out beforehand by numpy on the rows that stay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.spatial.sensitivity import rolling
from panelkit.studies.specification_curve import Sample

N, T = 9, 9
KEYS = {"unit": "id", "time": "year"}
SAME = 1e-9  # two roads to one least-squares problem; spatial likelihoods stop at about 1e-8
SEARCH = 1e-6


def data() -> pd.DataFrame:
    """Return 9 units x 9 years, lags of x worked out on all of them, two rows of z and one cluster missing."""
    r = np.random.default_rng(7)
    frame = pd.DataFrame([(f"u{i}", 2009 + t) for i in range(N) for t in range(T)], columns=["id", "year"])
    n = len(frame)
    own = r.normal(size=N).repeat(T)
    frame["x"] = r.normal(size=n) ** 3 + own
    frame["z"], frame["w"], frame["q"] = r.normal(size=(3, n))
    frame["m"] = 0.5 * frame.x + r.normal(size=n)
    frame["y"] = 0.7 * frame.x + 0.4 * frame.m + own + 0.5 * r.normal(size=n)
    frame["grp"] = frame.id.str[1].astype(int) % 5
    frame["kind"] = np.array(list("abc"))[(np.arange(n) * 7 + np.arange(n) // 5) % 3]
    frame["lx"] = frame.groupby("id").x.shift(1)
    return frame


RING = pk.as_weights(
    np.roll(np.eye(N), 1, 0) + np.roll(np.eye(N), -1, 0), [f"u{i}" for i in range(N)]
).normalised("row")


def weights(frame: pd.DataFrame) -> Any:
    """Return the ring of all units, without those that the frame does not hold."""
    return RING.subset(sorted(set(frame.id)))


def winsorized(x: pd.Series, p: float) -> pd.Series:
    low, high = np.quantile(x, [p, 1 - p])
    return x.clip(low, high)


TRANSFORMS: dict[str, tuple[str, Callable[[pd.DataFrame], Any]]] = {
    "scale": ("scale(x)", lambda d: (d.x - d.x.mean()) / d.x.std(ddof=1)),
    "standardize": ("standardize(x)", lambda d: (d.x - d.x.mean()) / d.x.std(ddof=1)),
    "center": ("I(center(x)^2)", lambda d: (d.x - d.x.mean()) ** 2),
    "winsorize": ("winsorize(x, p=0.1)", lambda d: winsorized(d.x, 0.1)),
    "scaled lag": ("scale(lag(x, 1))", lambda d: (d.lx - d.lx.mean()) / d.lx.std(ddof=1)),
}
MADE = {"spline": "bs(x, df=4)", "polynomial": "poly(x, degree=2)", "levels": "C(kind)"}


def leaving(reason: str) -> tuple[pd.DataFrame, np.ndarray, dict[str, Any]]:
    """Return the data, the rows that stay by hand, and the options of the estimator."""
    frame = data()
    options: dict[str, Any] = {}
    if reason == "singleton":
        solo = frame.iloc[[3]].assign(id="solo", year=2012, x=40.0, lx=-35.0, kind="solo")
        frame = pd.concat([frame, solo], ignore_index=True)
        stay = (frame.id != "solo").to_numpy()
    elif reason == "missing":
        gone = [5, 22, 40]
        frame.loc[gone, "x"], frame.loc[gone, "lx"] = [30.0, -25.0, 28.0], [25.0, 31.0, -40.0]
        frame.loc[gone, "z"], frame.loc[gone, "kind"] = np.nan, "gone"
        stay = frame.z.notna().to_numpy()
    elif reason == "cluster":
        frame["grp"] = frame.grp.astype(float)
        frame.loc[[7, 30], "grp"], frame.loc[[7, 30], "x"], frame.loc[[7, 30], "kind"] = np.nan, 33.0, "gone"
        options = {"vcov": pk.Cluster("grp")}
        stay = frame.grp.notna().to_numpy()
    elif reason == "where":
        frame.loc[frame.year < 2011, "kind"] = "early"
        frame.loc[frame.year < 2011, "x"] *= 9.0
        frame["lx"] = frame.groupby("id").x.shift(1)
        options = {"where": "year >= 2011 & id != 'u3'"}
        stay = ((frame.year >= 2011) & (frame.id != "u3")).to_numpy()
    elif reason == "drop-unit":
        frame.loc[frame.id == "u4", "x"] *= 9.0
        frame.loc[(frame.id == "u4") & (frame.year == 2013), "z"] = np.nan
        frame.loc[frame.id == "u4", "kind"] = "gone"
        options, stay = {"missing": "drop-unit"}, (frame.id != "u4").to_numpy()
    else:
        frame.loc[frame.year == 2012, "x"] *= 9.0
        frame.loc[(frame.id == "u4") & (frame.year == 2012), "z"] = np.nan
        frame.loc[frame.year == 2012, "kind"] = "gone"
        options, stay = {"missing": "drop-year"}, (frame.year != 2012).to_numpy()
    return frame, stay, options


def linear(kind: type, **always: Any) -> Callable[..., Any]:
    def fit(frame: pd.DataFrame, term: str, **options: Any) -> Any:
        vcov = options.pop("vcov", pk.Cluster())
        made = kind(f"y ~ {term} + z", vcov=vcov, **always, **options)
        return made.fit(frame, unit="id", time="year").params.to_numpy()

    return fit


def instrumental(frame: pd.DataFrame, term: str, **options: Any) -> Any:
    vcov = options.pop("vcov", pk.Cluster())
    spec = pk.InstrumentalFE(f"y ~ {term} + [m ~ q + w]", vcov=vcov, **options)
    design = frame if "z" not in frame else frame.assign(q=frame.q + 0 * frame.z)
    return spec.fit(design, unit="id", time="year").params.to_numpy()


def mediation(frame: pd.DataFrame, term: str, **options: Any) -> Any:
    vcov = options.pop("vcov", pk.Cluster())
    if getattr(vcov, "by", None):
        vcov = pk.Cluster()
        frame = frame.assign(w=frame.w + 0 * frame.grp)
    spec = pk.Mediation("y", term, "m", "z + w", vcov=vcov, **options)
    return spec.fit(frame, reps=100, unit="id", time="year").params.to_numpy()


def spatial(kind: type, **always: Any) -> Callable[..., Any]:
    def fit(frame: pd.DataFrame, term: str, **options: Any) -> Any:
        spec = kind(f"y ~ {term} + z", **always, **options)
        return spec.fit(frame, weights(frame), unit="id", time="year").params.to_numpy()

    return fit


def spatial_mediation(frame: pd.DataFrame, term: str, **options: Any) -> Any:
    spec = pk.SpatialMediation("y", term, "m", "z", model="slx", **options)
    made = spec.fit(frame.set_index(["id", "year"]), weights(frame), reps=100)
    return made.params.to_numpy()


def cross_section(frame: pd.DataFrame, term: str, **options: Any) -> Any:
    spec = pk.SpatialCrossSection(f"y ~ {term} + z", model="slx", durbin=("z",), **options)
    indexed = frame.set_index(["id", "year"])
    return spec.fit(indexed, weights(frame), year=2015).params.to_numpy()


def curve(frame: pd.DataFrame, term: str, **options: Any) -> Any:
    options.pop("vcov", None)
    spec = pk.SpecificationCurve(("y",), (term,), (("z", ("z",)),), **options)
    return spec.fit(frame, unit="id", time="year").frame[["estimate", "std_error"]].to_numpy()[0]


LINEAR = {
    "fixed effects": linear(pk.FixedEffects),
    "unit effects": linear(pk.FixedEffects, effects="unit"),
    "pooled": linear(pk.PooledOLS),
    "random effects": linear(pk.RandomEffects),
    "between": linear(pk.BetweenEffects),
    "instruments": instrumental,
    "mediation": mediation,
}
SWEPT = ("fixed effects", "unit effects", "instruments", "mediation")
SPATIAL = {
    "sdm": spatial(pk.SpatialPanel, model="sdm"),
    "sem": spatial(pk.SpatialPanel, model="sem"),
    "random": spatial(pk.SpatialRandomEffects, model="sar"),
    "spatial mediation": spatial_mediation,
}


def cells(transforms: dict[str, Any]) -> list[tuple[str, str, str]]:
    """List estimator, reason and transform: singletons leave with effects only, clusters do not vary within units."""
    return [
        (name, reason, transform)
        for name in LINEAR
        for reason in ("singleton", "missing", "cluster", "where")
        for transform in transforms
        if (reason != "singleton" or name in SWEPT)
        and (reason != "cluster" or name != "between")
        and (
            reason == "where" or "lag" not in transform
        )  # a lag of a changed cell would leave no row to compare
    ]


@pytest.mark.parametrize(("name", "reason", "transform"), cells(TRANSFORMS))
def test_functions_of_the_sample_read_the_rows_that_stay(name: str, reason: str, transform: str) -> None:
    frame, stay, options = leaving(reason)
    term, by_hand = TRANSFORMS[transform]
    kept = frame[stay]
    if "lag" in term:
        kept = kept[kept.lx.notna()]
    clean = kept.assign(t=by_hand(kept))
    plain = {key: value for key, value in options.items() if key != "where"}
    got, right = LINEAR[name](frame, term, **options), LINEAR[name](clean, "t", **plain)
    assert got == pytest.approx(right, rel=SAME, abs=SAME)


@pytest.mark.parametrize(("name", "reason", "made"), [cell for cell in cells(MADE) if cell[0] != "mediation"])
def test_bases_and_levels_are_those_of_the_rows_that_stay(name: str, reason: str, made: str) -> None:
    frame, stay, options = leaving(reason)
    plain = {key: value for key, value in options.items() if key != "where"}
    got, right = LINEAR[name](frame, MADE[made], **options), LINEAR[name](frame[stay], MADE[made], **plain)
    assert len(got) == len(right)
    assert got == pytest.approx(right, rel=1e-7, abs=1e-7)  # splines of outlying data are ill-conditioned


@pytest.mark.parametrize(
    ("reason", "transform"),
    [(reason, t) for reason in ("where", "drop-unit", "drop-year") for t in ("scale", "center", "winsorize")]
    + [("where", "scaled lag"), ("drop-unit", "scaled lag")],
)
@pytest.mark.parametrize("name", list(SPATIAL))
def test_spatial_samples_decide_after_the_balance(name: str, reason: str, transform: str) -> None:
    frame, stay, options = leaving(reason)
    term, by_hand = TRANSFORMS[transform]
    kept = frame[stay]
    kept = kept[kept.lx.notna()] if "lag" in term else kept
    clean = kept.assign(t=by_hand(kept))
    if "lag" in term and reason == "drop-unit":
        options = {**options, "where": "year >= 2010"}
    got, right = SPATIAL[name](frame, term, **options), SPATIAL[name](clean, "t")
    assert got == pytest.approx(right, rel=SEARCH, abs=SEARCH)


def test_a_cross_section_reads_its_lags_from_the_other_years() -> None:
    frame = data()
    kept = frame[frame.year == 2015]
    clean = kept.assign(t=(kept.lx - kept.lx.mean()) / kept.lx.std(ddof=1))
    got = cross_section(frame, "scale(lag(x, 1))")
    assert got == pytest.approx(cross_section(clean, "t"), rel=SEARCH)


@pytest.mark.parametrize(
    ("reason", "transform"),
    [(reason, t) for reason in ("singleton", "missing", "where") for t in TRANSFORMS if "lag" not in t]
    + [("where", "scaled lag")],
)
def test_the_curve_decides_in_each_sample(reason: str, transform: str) -> None:
    frame, stay, options = leaving(reason)
    term, by_hand = TRANSFORMS[transform]
    clean = frame[stay].assign(t=by_hand(frame[stay]))
    got, right = curve(frame, term, **options), curve(clean, "t")
    assert got == pytest.approx(right, rel=SAME)


def test_every_sample_of_a_curve_has_its_own_means() -> None:
    frame = data()
    late = Sample("late", years=(2013, 2017))
    small = Sample("small", without_units=("u1", "u2"))
    spec = pk.SpecificationCurve(("y",), ("scale(x)",), samples=(Sample(), late, small))
    found = spec.fit(frame, unit="id", time="year").frame.set_index("sample")["estimate"]
    for name, rows in {
        "all": frame.year > 0,
        "late": frame.year >= 2013,
        "small": ~frame.id.isin(["u1", "u2"]),
    }.items():
        part = frame[rows]
        clean = part.assign(t=(part.x - part.x.mean()) / part.x.std(ddof=1))
        right = pk.FixedEffects("y ~ t").fit(clean, unit="id", time="year").params["t"]
        assert found[name] == pytest.approx(right, rel=SAME)


def test_blocks_of_instruments_have_the_levels_of_the_sample() -> None:
    """Levels, interactions and bases stand in the right block, whatever leaves by the other blocks' missing cells."""
    frame, stay, _ = leaving("missing")
    formula = "y ~ z + C(kind) + [m ~ q + q:w + bs(w, df=4)]"
    got = pk.InstrumentalFE(formula, vcov=pk.Cluster()).fit(frame, unit="id", time="year")
    right = pk.InstrumentalFE(formula, vcov=pk.Cluster()).fit(frame[stay], unit="id", time="year")
    assert got.facts["instruments"] == right.facts["instruments"]
    assert "q:w" in got.facts["instruments"]
    assert got.terms == right.terms == ("z", "C(kind)[b]", "C(kind)[c]", "m")
    assert got.params.to_numpy() == pytest.approx(right.params.to_numpy(), rel=SAME)


def test_a_moderator_is_centred_on_the_rows_that_stay() -> None:
    frame, stay, _ = leaving("singleton")
    spec = pk.Mediation("y", "x", "m", moderator="w", vcov=pk.Cluster())
    got = spec.fit(frame.assign(w=frame.w.where(frame.id != "solo", 50.0)), reps=100, unit="id", time="year")
    right = spec.fit(frame[stay], reps=100, unit="id", time="year")
    assert got.moderation == right.moderation
    assert got.params.to_numpy() == pytest.approx(right.params.to_numpy(), rel=SAME)


@pytest.mark.parametrize("effects", ["time", "none", "drift"])
def test_changes_scale_by_the_rows_that_take_part(effects: str) -> None:
    """A unit with one row, and a row between two gaps, take part in no change."""
    frame = data()
    solo = frame.iloc[[3]].assign(id="solo", x=60.0)
    gaps = frame.drop(frame[(frame.id == "u2") & frame.year.isin([2011, 2013])].index)
    gaps.loc[(gaps.id == "u2") & (gaps.year == 2012), "x"] = -50.0
    whole = pd.concat([gaps, solo])
    kept = gaps[~((gaps.id == "u2") & (gaps.year == 2012))]
    clean = kept.assign(t=(kept.x - kept.x.mean()) / kept.x.std(ddof=1))
    got = pk.FirstDifference("y ~ scale(x)", effects=effects).fit(whole, unit="id", time="year")
    right = pk.FirstDifference("y ~ t", effects=effects).fit(clean, unit="id", time="year")
    assert got.params.to_numpy() == pytest.approx(right.params.to_numpy(), rel=SAME)
    assert got.std_errors.to_numpy() == pytest.approx(right.std_errors.to_numpy(), rel=SAME)


@pytest.mark.parametrize("effects", ["time", "none", "drift"])
def test_changes_into_the_rows_of_a_condition(effects: str) -> None:
    """Every change into a row with z > 0, whoever the row before is, and no other change."""
    frame = data()
    fit = pk.FirstDifference("y ~ x", effects=effects, where="z > 0").fit(frame, unit="id", time="year")
    change = frame[["y", "x"]] - frame.groupby("id")[["y", "x"]].shift(1)
    rows = (frame.z > 0) & change.y.notna()
    columns = [change.x[rows]]
    if effects == "drift":
        columns.insert(0, pd.Series(1.0, index=columns[0].index))
    if effects == "time":
        columns += [(frame.year[rows] == year) * 1.0 for year in sorted(set(frame.year[rows]))]
    beta = np.linalg.lstsq(np.column_stack(columns), change.y[rows], rcond=None)[0]
    assert fit.nobs == int(rows.sum())
    assert fit.params.to_numpy() == pytest.approx(beta[: len(fit.terms)], rel=SAME)


@pytest.mark.parametrize("effects", ["time", "none", "drift"])
def test_the_first_change_is_taken_from_the_year_before_the_sample(effects: str) -> None:
    frame = data()
    spec = pk.FirstDifference("y ~ x + lag(z, 2)", effects=effects, where="year >= 2012")
    fit = spec.fit(frame, unit="id", time="year")
    lag = frame.groupby("id").z.shift(2)
    parts = {"y": frame.y, "x": frame.x, "z": lag}
    change = pd.DataFrame({key: value - value.groupby(frame.id).shift(1) for key, value in parts.items()})
    rows = frame.year >= 2012
    columns = [change.x[rows], change.z[rows]]
    if effects == "drift":
        columns.insert(0, pd.Series(1.0, index=columns[0].index))
    if effects == "time":
        columns += [(frame.year[rows] == year) * 1.0 for year in range(2012, 2018)]
    beta = np.linalg.lstsq(np.column_stack(columns), change.y[rows], rcond=None)[0]
    assert fit.nobs == int(rows.sum())
    assert fit.params.to_numpy() == pytest.approx(beta[: len(fit.terms)], rel=SAME)


@pytest.mark.parametrize("where", ["year >= 2012", "id != 'u0' & year >= 2012"])
def test_a_dynamic_panel_starts_from_the_year_before_the_sample(where: str) -> None:
    """The frame cut by hand to one year more has that year as its start: the same model."""
    frame = data()
    kept = frame[(frame.year >= 2011) & ((frame.id != "u0") | ("u0" not in where))]
    spec = pk.DynamicSpatialPanel("scale(y) ~ z", model="sar", where=where)
    fit = spec.fit(frame, RING, unit="id", time="year")
    inside = kept[kept.year >= 2012].y
    clean = kept.assign(t=(kept.y - inside.mean()) / inside.std(ddof=1))
    right = pk.DynamicSpatialPanel("t ~ z", model="sar").fit(clean, weights(clean), unit="id", time="year")
    assert fit.params.to_numpy() == pytest.approx(right.params.to_numpy(), rel=SEARCH)
    assert fit.facts["years"] == right.facts["years"] == "2012-2017"
    assert len(fit.residuals) == len(right.residuals)


STUDIES: dict[str, Callable[..., Any]] = {
    "lm": lambda f, d, w, **o: [test.statistic for test in pk.spatial_lm_tests(f, d, w, **o, **KEYS)],
    "selection": lambda f, d, w, **o: pk.select_model(pk.SpatialPanel(f, "sdm", **o), d, w, **KEYS).table()[
        "statistic"
    ],
    "sensitivity": lambda f, d, w, **o: pk.weights_sensitivity(
        pk.SpatialPanel(f, "sdm", **o), d, {"w": w}, **KEYS
    ).table["rho"],
    "placebo": lambda f, d, w, **o: (
        pk.placebo(pk.SpatialPanel(f, "sdm", **o), d, w, permutations=19, **KEYS).observed
    ),
    "hausman": lambda f, d, w, **o: [
        test.statistic for test in pk.spatial_hausman(pk.SpatialRandomEffects(f, "sar", **o), d, w, **KEYS)
    ],
}


@pytest.mark.parametrize("name", STUDIES)
def test_spatial_studies_decide_in_the_sample_of_their_condition(name: str) -> None:
    """Studies that read a sample of their own: lags first, then `where`, then means."""
    frame, stay, options = leaving("where")
    clean = frame[stay].assign(t=lambda d: (d.lx - d.lx.mean()) / d.lx.std(ddof=1))
    got = STUDIES[name]("y ~ scale(lag(x, 1)) + z", frame, weights(frame), **options)
    right = STUDIES[name]("y ~ t + z", clean, weights(clean))
    assert np.asarray(got, dtype=float) == pytest.approx(
        np.asarray(right, dtype=float), rel=SEARCH, abs=SEARCH, nan_ok=True
    )


def test_rolling_windows_scale_by_their_own_years() -> None:
    frame = data()
    spec = pk.SpatialPanel("y ~ winsorize(x, p=0.1) + z", model="sar")
    table = rolling(spec, frame, RING, 5, unit="id", time="year").set_index("first")
    part = frame[frame.year.between(2010, 2014)]
    right = spec.fit(part, RING, unit="id", time="year")
    assert table.loc[2010, "rho"] == pytest.approx(right.rho, rel=SEARCH)


@pytest.mark.parametrize("name", [*LINEAR, *SPATIAL, "first differences", "curve", "cross-section"])
def test_lags_read_the_years_before_the_sample(name: str) -> None:
    """`where` keeps its first years: their lags stand in the rows that it leaves out."""
    frame = data()
    kept = frame[frame.year >= 2012].copy()
    kept["t"] = frame.groupby("id").x.shift(3)[kept.index]
    roads = {**LINEAR, **SPATIAL, "curve": curve, "cross-section": cross_section}
    roads["first differences"] = linear(pk.FirstDifference)
    if name == "first differences":
        kept = frame[frame.year >= 2011].assign(t=frame.groupby("id").x.shift(3))
        kept.loc[kept.year == 2011, "t"] = np.nan
        rows = pk.FirstDifference("y ~ lag(x, 3) + z", where="year >= 2012")
        fit = rows.fit(frame, unit="id", time="year")
        assert fit.facts["years"] == "2013-2017"  # 2011 has no lag of three years, so 2012 has no change
        return
    got, right = roads[name](frame, "lag(x, 3)", where="year >= 2012"), roads[name](kept, "t")
    assert got == pytest.approx(right, rel=SEARCH, abs=SEARCH)
