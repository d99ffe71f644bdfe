"""Regressors that nearly repeat each other: right to 1e-6 or refused by name, in every estimator.

The reference is the same model on x1 and the difference x3 - x1, which float64 subtracts exactly, brought to the size
of x1: it is well conditioned. The coefficient of x3 is that of the difference; so is its standard error.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.spatial.weights import Weights, as_weights

UNITS, PERIODS = 20, 8
NOISES = (1e-3, 1e-5, 1e-6, 1e-7, 3e-8, 1e-8, 3e-9, 1e-9, 1e-10, 1e-12)
# what is asked for: six digits
SIX = 1e-6


def panel(noise: float, seed: int, share: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(UNITS), range(2000, 2000 + PERIODS)], names=["id", "year"])
    frame = pd.DataFrame(
        rng.normal(size=(len(index), 6)), columns=["x1", "x2", "u", "e", "z", "v"], index=index
    )
    unit = rng.normal(size=UNITS)[index.codes[0]]
    frame["x3"] = frame["x1"] + noise * frame["u"]
    frame["difference"] = (frame["x3"] - frame["x1"]) * 2.0 ** -round(np.log2(noise))
    frame["m"] = 0.5 * frame["x2"] + frame["v"]
    frame["w"] = frame["z"] + 0.3 * frame["e"] + frame["v"]
    frame["y"] = frame["x1"] + 0.5 * frame["x2"] + 0.3 * frame["m"] + unit + frame["e"]
    frame["block"] = index.codes[0] % 7
    frame["cut"] = rng.integers(0, 9, len(index))
    return frame[rng.random(len(index)) < share]


@cache
def ring() -> Weights:
    matrix = np.roll(np.eye(UNITS), 1, 0) + np.roll(np.eye(UNITS), -1, 0)
    return as_weights(matrix, list(range(UNITS))).normalised("row")


def quiet(call: Callable[[], Any]) -> Any | None:
    """Return the call's value, or None where it refuses and names x3; a numpy warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return call()
        except pk.PanelkitError as error:
            refusal = str(error)
    assert "x3" in refusal
    return None


VCOVS = (
    pk.Iid(),
    pk.Robust(),
    pk.Cluster(),
    pk.Cluster("cut"),
    pk.TwoWayCluster("id", "year"),
    pk.CRV3(),
    pk.CRV3("block"),
    pk.CRV3("cut"),
    pk.CRV3("year"),
    pk.CR2(),
    pk.CR2("cut"),
    pk.DriscollKraay(2),
)
SPECS = {
    "twoway": pk.FixedEffects("y ~ x1 + x2 + x3"),
    "unit": pk.FixedEffects("y ~ x1 + x2 + x3", effects="unit"),
    "time": pk.FixedEffects("y ~ x1 + x2 + x3", effects="time"),
    "none": pk.FixedEffects("y ~ x1 + x2 + x3", effects="none"),
    "pooled": pk.PooledOLS("y ~ x1 + x2 + x3"),
    "between": pk.BetweenEffects("y ~ x1 + x2 + x3"),
    "random": pk.RandomEffects("y ~ x1 + x2 + x3"),
    "differences": pk.FirstDifference("y ~ x1 + x2 + x3"),
    "instruments": pk.InstrumentalFE("y ~ x1 + x2 + x3 + [w ~ z]"),
}


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize("name", SPECS)
def test_every_estimator_and_covariance(name: str, share: float) -> None:
    """Six digits of coefficient and standard error, or a refusal; from 1e-3 to 1e-7 least squares answers."""
    spec = SPECS[name]
    answered = []
    for seed, noise in enumerate(NOISES):
        data = panel(noise, seed, share)
        scale = 2.0 ** -round(np.log2(noise))
        for vcov in VCOVS if name in ("twoway", "instruments") else VCOVS[:3]:
            if name == "between" and isinstance(vcov, pk.Cluster):
                continue
            own = replace(spec, vcov=vcov)
            fit = quiet(lambda own=own, data=data: own.fit(data))
            if fit is None:
                continue
            other = replace(own, formula=own.formula.replace("x3", "difference")).fit(data)
            if any("not positive definite" in note for note in (*fit.notes, *other.notes)):
                continue  # setting eigenvalues to zero depends on the units of the regressors
            answered.append(noise)
            error = other.std_errors["difference"] * scale
            gap = fit.params["x3"] - other.params["difference"] * scale
            assert abs(gap) <= SIX * max(abs(fit.params["x3"]), error)
            assert fit.std_errors["x3"] == pytest.approx(error, rel=SIX)
            assert fit.params["x2"] == pytest.approx(other.params["x2"], rel=SIX)
            assert fit.std_errors["x2"] == pytest.approx(other.std_errors["x2"], rel=SIX)
    assert set(answered) >= ({1e-3} if name == "instruments" else {1e-3, 1e-5, 1e-6, 1e-7})
    assert not {1e-10, 1e-12} & set(answered)


@pytest.mark.parametrize("effects", ["twoway", "unit", "time", "none"])
def test_two_way_clusters_that_are_not_positive_definite(effects: str) -> None:
    """Eigenvalues of size 1e14 leave a variance of .03 no digits: right as it is, or refused by name."""
    refused = 0
    for seed in range(30):
        noise = NOISES[2 + seed % 5]
        vcov = pk.TwoWayCluster("block", "year")
        spec = pk.FixedEffects("y ~ x1 + x2 + x3", effects=effects, vcov=vcov)
        fit = quiet(lambda spec=spec, noise=noise, seed=seed: spec.fit(panel(noise, seed)))
        refused += fit is None
        if fit is not None:
            assert not any("not positive definite" in note for note in fit.notes)
    assert 0 < refused < 30


def test_mending_in_any_units() -> None:
    """A regressor in units of 1e-12 has a standard error of its own in them, and is never without one."""
    mended = 0
    for seed in range(20):
        data = panel(1.0, seed)
        data["small"], data["large"] = data["x2"] * 2.0**-40, data["x1"] * 2.0**40
        spec = pk.FixedEffects("y ~ large + small + z", vcov=pk.TwoWayCluster("block", "year"))
        fit = quiet(lambda spec=spec, data=data: spec.fit(data))
        assert fit is not None
        if any("not positive definite" in note for note in fit.notes):
            mended += 1
            again = replace(spec, formula="y ~ I(large * 4) + small + z").fit(data)
            np.testing.assert_allclose(
                again.std_errors.to_numpy() * [4.0, 1.0, 1.0], fit.std_errors, rtol=SIX
            )
        assert (fit.std_errors > 0.0).all()
    assert mended > 0


def test_near_instruments_are_refused_or_right() -> None:
    for seed, noise in enumerate(NOISES):
        data = panel(noise, seed)
        spec = pk.InstrumentalFE("y ~ x2 + [w ~ x1 + x3 + z]")
        fit = quiet(lambda spec=spec, data=data: spec.fit(data))
        assert (fit is None) == (noise < 3e-5)
        if fit is not None:
            other = replace(spec, formula="y ~ x2 + [w ~ x1 + difference + z]").fit(data)
            np.testing.assert_allclose(fit.std_errors, other.std_errors, rtol=SIX)
            np.testing.assert_allclose(
                [test.statistic for test in fit.tests], [test.statistic for test in other.tests], rtol=SIX
            )


@pytest.mark.parametrize("noise", [1e-5, 1e-7, 1e-8])
@pytest.mark.parametrize("share", [1.0, 0.8])
def test_what_stands_on_a_fit(noise: float, share: float) -> None:
    """Bootstrap, randomisation and influence of x2 do not see how its controls are written."""
    data = panel(noise, 11, share)
    near, plain = (
        pk.FixedEffects(f"y ~ x1 + x2 + {other}", vcov=pk.Cluster()).fit(data)
        for other in ("x3", "difference")
    )
    for call in (
        lambda fit: pk.wild_cluster_bootstrap(fit, "x2", reps=999).conf_low,
        lambda fit: pk.wild_cluster_bootstrap(fit, "x2", reps=999, cluster="year").conf_high,
        lambda fit: (
            pk.influence(fit, "x2").table.sort_values("left_out")[["estimate", "conf_low"]].to_numpy()
        ),
        lambda fit: pk.influence(fit, "x2", by="cell").table.sort_values("left_out")["estimate"].to_numpy(),
    ):
        np.testing.assert_allclose(call(near), call(plain), rtol=SIX, atol=1e-8)
    scale = 2.0 ** -round(np.log2(noise))
    np.testing.assert_allclose(
        pk.wild_cluster_bootstrap(near, "x3", reps=999).conf_low,
        pk.wild_cluster_bootstrap(plain, "difference", reps=999).conf_low * scale,
        rtol=SIX,
    )
    if share == 1.0:
        draws = [pk.randomisation_inference(fit, "x2", reps=99, statistic="t").draws for fit in (near, plain)]
        np.testing.assert_allclose(*draws, rtol=SIX, atol=1e-8)


OTHERS: dict[str, Callable[[str, pd.DataFrame], Any]] = {
    "mediation": lambda x, d: (
        pk.Mediation("y", "x2", "m", controls=f"x1 + {x}").fit(d, reps=199).params.filter(like="direct")
    ),
    "sar": lambda x, d: (
        pk.SpatialPanel(f"y ~ x2 + x1 + {x}", model="sar").fit(d, ring()).params.xs("x2", level="term")
    ),
    "sdm": lambda x, d: (
        pk.SpatialPanel(f"y ~ x2 + x1 + {x}", model="sdm").fit(d, ring()).std_errors.xs("x2", level="term")
    ),
    "dynamic": lambda x, d: (
        pk.DynamicSpatialPanel(f"y ~ x2 + x1 + {x}", model="sar")
        .fit(d, ring())
        .std_errors.xs("x2", level="term")
    ),
    "spatial random": lambda x, d: (
        pk.SpatialRandomEffects(f"y ~ x2 + x1 + {x}", model="sar")
        .fit(d, ring())
        .std_errors.xs("x2", level="term")
    ),
    "cross section": lambda x, d: (
        pk.SpatialCrossSection(f"y ~ x2 + x1 + {x}", model="sar")
        .fit(d.xs(2003, level="year"), ring())
        .std_errors.xs("x2", level="term")
    ),
    "hausman": lambda x, d: [
        pk.hausman(
            pk.FixedEffects(f"y ~ x2 + x1 + {x}", effects="unit").fit(d),
            pk.RandomEffects(f"y ~ x2 + x1 + {x}").fit(d),
            kind=kind,
        ).statistic
        for kind in ("sigmamore", "auxiliary")
    ],
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_stands_on_squares(name: str) -> None:
    """Estimators on cross-products and information matrices answer to six digits or refuse by name."""
    answered = []
    for seed, noise in enumerate(NOISES):
        data = panel(noise, seed)
        found = quiet(lambda data=data: OTHERS[name]("x3", data))
        if found is not None:
            answered.append(noise)
            # likelihoods are maximised to 1e-8 of their parameters, not to the last digit
            np.testing.assert_allclose(found, OTHERS[name]("difference", data), rtol=5e-6)
    assert 1e-3 in answered
    assert not {noise for noise in answered if noise < 1e-5}


def test_a_curve_answers_to_six_digits_or_says_what_repeats() -> None:
    """Whether the treatment nearly repeats a control, or two controls each other."""
    for seed, noise in enumerate(NOISES):
        data, scale = panel(noise, seed), 2.0 ** -round(np.log2(noise))
        for treatment, controls, size in (("x2", ("x1", "{}"), 1.0), ("{}", ("x1", "x2"), scale)):
            near, plain = (
                pk.SpecificationCurve(
                    ("y",),
                    (treatment.format(x),),
                    (("all", tuple(c.format(x) for c in controls)),),
                    failures="count",
                )
                for x in ("x3", "difference")
            )
            right = plain.fit(data).frame.iloc[0]
            if noise < 3e-5:
                with pytest.raises(pk.SpecError, match="nearly repeats others there: .*`x3`"):
                    near.fit(data)
                continue
            found = near.fit(data).frame.iloc[0]
            assert found["estimate"] == pytest.approx(right["estimate"] * size, rel=SIX)
            assert found["std_error"] == pytest.approx(right["std_error"] * size, rel=SIX)
