"""Every estimator, covariance and study of panelkit fitted to one small panel: what tests of wording walk through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.spatial.weights import Weights, as_weights

ROWS, COLUMNS, PERIODS = 4, 5, 8
CITIES = [f"c{number:02d}" for number in range(ROWS * COLUMNS)]


def city_panel(unit: str = "city", time: str = "year", *, gaps: bool = False) -> pd.DataFrame:
    """Return a panel of twenty units; with `gaps` two rows lack and one unit has one row only."""
    rng = np.random.default_rng(11)
    index = pd.MultiIndex.from_product([CITIES, range(2010, 2010 + PERIODS)], names=[unit, time])
    n, frame = len(index), pd.DataFrame(index=index)
    effect = rng.normal(size=len(CITIES))[index.codes[0]]
    frame["z1"], frame["z2"], frame["w"] = rng.normal(size=(3, n))
    frame["x"] = 0.7 * frame["z1"] + 0.5 * frame["z2"] + effect + rng.normal(size=n)
    frame["m"] = 0.6 * frame["x"] + rng.normal(size=n)
    frame["y"] = 0.4 * frame["x"] + 0.5 * frame["m"] + 0.3 * frame["w"] + effect + rng.normal(size=n)
    number, year = np.array([int(name[1:]) for name in CITIES])[index.codes[0]], index.get_level_values(1)
    frame["pilot"] = ((number < 3) & (year >= 2014) | (number == 3) & (year >= 2015)) * 1.0
    if not gaps:
        return frame
    frame.iloc[[3, 20], frame.columns.get_loc("w")] = np.nan
    kept = [CITIES[-1] != name or year == 2012 for name, year in index]
    return frame[kept]


def lattice() -> Weights:
    """Return the rook neighbours of the twenty units, row-standardised."""
    matrix = np.zeros((len(CITIES), len(CITIES)))
    for a in range(len(CITIES)):
        for b in range(len(CITIES)):
            matrix[a, b] = abs(a // COLUMNS - b // COLUMNS) + abs(a % COLUMNS - b % COLUMNS) == 1
    return as_weights(matrix, CITIES, name="lattice").normalised("row")


VCOVS: dict[str, Any] = {
    "iid": pk.Iid(),
    "HC0": pk.Robust("HC0"),
    "HC1": pk.Robust("HC1"),
    "cluster": pk.Cluster(),
    "cluster time": pk.Cluster("time"),
    "two-way": pk.TwoWayCluster(),
    "CRV3": pk.CRV3(),
    "CR2": pk.CR2(),
    "DK": pk.DriscollKraay(2),
}
SPATIAL_VCOVS: dict[str, Any] = {
    "information": pk.Information(),
    "hessian": pk.Hessian(),
    "qml": pk.QML(),
    "cluster": pk.Cluster(),
    "cluster-scores": pk.ScoreCluster(),
    "driscoll-kraay": pk.DriscollKraay(),
}
CONVENTIONS = ("reghdfe", "fixest", "xtreg", "plm", "plm-sss", "linearmodels", "lsdv")


def _specs() -> Iterator[tuple[str, Any]]:
    for effects in ("none", "unit", "time", "twoway"):
        yield f"fixed effects {effects}", pk.FixedEffects("y ~ x + w", effects=effects)
    for name, vcov in VCOVS.items():
        yield f"fixed effects {name}", pk.FixedEffects("y ~ x + w", vcov=vcov)
    yield "pooled", pk.PooledOLS("y ~ x + w")
    yield "between", pk.BetweenEffects("y ~ x + w")
    yield "random effects", pk.RandomEffects("y ~ x + w")
    for effects in ("none", "time", "drift"):
        yield f"first differences {effects}", pk.FirstDifference("y ~ x + w", effects=effects)
    yield "instruments", pk.InstrumentalFE("y ~ w + [x ~ z1 + z2]")
    yield "instruments HC", pk.InstrumentalFE("y ~ w + [x ~ z1]", vcov=pk.Robust())


def _conventions() -> Iterator[tuple[str, Any]]:
    for name in CONVENTIONS:
        yield f"convention {name}", pk.FixedEffects("y ~ x + w", convention=name, vcov=pk.Cluster())


def estimates(data: pd.DataFrame | None = None) -> Iterator[tuple[str, Any]]:
    """Yield (name, result) of every estimator without neighbours, on whole data and on data with gaps."""
    whole = city_panel() if data is None else data
    for name, spec in (*_specs(), *_conventions()):
        yield name, spec.fit(whole)
    if data is None:
        for name, spec in _specs():
            yield f"{name}, gaps", spec.fit(city_panel(gaps=True))


def spatial(data: pd.DataFrame | None = None, w: Weights | None = None) -> Iterator[tuple[str, Any]]:
    """Yield (name, result) of every spatial estimator."""
    data, w = (city_panel(), lattice()) if data is None or w is None else (data, w)
    for model in ("sar", "sem", "sdm", "slx", "sdem", "sac"):
        yield f"spatial {model}", pk.SpatialPanel("y ~ x + w", model).fit(data, w)
    for convention in ("lee-yu", "lsdv", "splm", "elhorst"):
        yield f"spatial {convention}", pk.SpatialPanel("y ~ x", "sar", convention=convention).fit(data, w)
    for name, vcov in SPATIAL_VCOVS.items():
        yield f"spatial {name}", pk.SpatialPanel("y ~ x", "sar", vcov=vcov).fit(data, w)
    for effects in ("none", "unit", "time"):
        yield f"spatial effects {effects}", pk.SpatialPanel("y ~ x", "sar", effects).fit(data, w)
    yield "spatial asymptotic", pk.SpatialPanel("y ~ x", "sar", small_sample=False).fit(data, w)
    fit = pk.SpatialPanel("y ~ x", "sdm").fit(data, w)
    yield "impacts", fit.impacts()
    yield "impacts draws", fit.impacts("draws", reps=199)
    for time_effects in (False, True):
        for means in (False, True):
            model = pk.SpatialRandomEffects("y ~ x", "sdm", time_effects=time_effects, means=means)
            yield f"spatial random {time_effects} {means}", model.fit(data, w)
    for errors in ("kkp", "baltagi"):
        fit = pk.SpatialRandomEffects("y ~ x", "sac", errors=errors).fit(data, w)
        yield f"spatial random errors {errors}", fit
        yield f"components {errors}", fit.components()
    for error in (1, 2, 3, 4):
        yield f"gspre {error}", pk.GeneralisedRandomEffects("y ~ x", error).fit(data, w)
    yield "dynamic", pk.DynamicSpatialPanel("y ~ x").fit(data, w)
    yield "dynamic lsdv", pk.DynamicSpatialPanel("y ~ x", convention="lsdv").fit(data, w)
    for model in ("sar", "slx", "sac"):
        yield f"cross-section {model}", pk.SpatialCrossSection("y ~ x", model).fit(data, w, year=2012)


def studies(data: pd.DataFrame | None = None, w: Weights | None = None) -> Iterator[tuple[str, Any]]:
    """Yield (name, result) of mediation, tests and bootstraps."""
    data, w = (city_panel(), lattice()) if data is None or w is None else (data, w)
    yield "mediation", pk.Mediation("y", "x", "m", "w").fit(data, reps=199)
    yield "mediation serial", pk.Mediation("y", "x", ("m", "z1"), order="serial").fit(data, reps=199)
    yield "mediation moderated", pk.Mediation("y", "x", "m", moderator="w").fit(data, reps=199)
    yield "spatial mediation", pk.SpatialMediation("y", "x", "m").fit(data, w, reps=199)
    fit = pk.FixedEffects("y ~ x + w").fit(data)
    unit_fit = pk.FixedEffects("y ~ x + w", effects="unit").fit(data)
    random, pooled = pk.RandomEffects("y ~ x + w").fit(data), pk.PooledOLS("y ~ x + w").fit(data)
    yield "wild", pk.wild_cluster_bootstrap(fit, "x", reps=199)
    yield "curve", pk.SpecificationCurve(("y",), ("x",), pk.control_sets(("w", "z1"))).fit(data)
    instrumented = pk.InstrumentalFE("y ~ w + [x ~ z1 + z2]").fit(data)
    yield "anderson-rubin", pk.anderson_rubin(instrumented, reps=199)
    yield "randomisation", pk.randomisation_inference(fit, "x", reps=99)
    tests: dict[str, Callable[[], Any]] = {
        "hausman": lambda: pk.hausman(unit_fit, random),
        "mundlak": lambda: pk.mundlak(random),
        "effects": lambda: pk.effects_f(fit),
        "breusch-pagan": lambda: pk.breusch_pagan_lm(pooled),
        "poolability": lambda: pk.poolability(unit_fit),
        "spatial lm": lambda: pk.spatial_lm_tests("y ~ x", data, w),
        "spatial hausman": lambda: pk.spatial_hausman(pk.SpatialRandomEffects("y ~ x", "sar"), data, w),
        "unit effects": lambda: pk.GeneralisedRandomEffects("y ~ x", 3).fit(data, w).no_effects_test(),
        "reduction": lambda: pk.SpatialPanel("y ~ x", "sdm").fit(data, w).reduction_tests(),
        "serial": lambda: pk.serial_correlation(fit),
        "groupwise": lambda: pk.groupwise_heteroskedasticity(fit),
        "dependence": lambda: pk.pesaran_cd(fit),
    }
    for name, test in tests.items():
        found = test()
        for number, one in enumerate(found if isinstance(found, tuple | list) else [found]):
            yield f"test {name} {number}", one
