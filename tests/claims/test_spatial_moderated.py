"""Spatial interactions: the product inside units, against columns made beforehand; conditions, words, refusals."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from benchmarks.evidence import verdicts_spatial_moderation as moderation
from benchmarks.worlds import TRYING
from panelkit.claims.findings import Condition
from panelkit.claims.verdict import Verdict
from panelkit.data.provinces import labels_of
from panelkit.language.errors import PanelkitError
from panelkit.models.spatial.panel import fit_sample
from panelkit.models.spatial.sample import SpatialSample, align_weights, read_sample
from panelkit.spatial import provincial
from panelkit.studies.spatial_interaction import impact_at, share_inside, with_product

FIRST, LAST = 2010, 2019
CLAIM = """
[document]
key = "mine"
authors = ["Someone"]
title = "A study"

[[claim]]
id = "M1"
place = { section = "1", phrase = "it depends" }
status = "computed"
says = { en = "m raises what the neighbours' x does.", zh = "m 增强邻近 x 的作用。" }
sample = { years = [2011, 2019] }

[[claim.reading]]
id = "slope"
main = true
rule = { name = "R-MOD", sign = "SIGN" }
label = { en = "slope", zh = "斜率" }
says = { en = "The spillover rises.", zh = "溢出上升。" }

[[claim.reading.design]]
id = "d"
kind = "spatial_moderated"
label = { en = "design", zh = "设计" }
outcome = "y"
treatment = "x"
moderator = "m"
controls = ["z"]
draws = 999
permutations = 199
seed = 3
"""


@cache
def panel(change: float, *, seed: int = 1, moves: float = 1.0) -> pd.DataFrame:
    """Return y = x + W(x (0.4 + change (m - its mean))) + z and noise on the provinces."""
    rng = np.random.default_rng(seed)
    names = sorted(labels_of("zh").values())
    index = pd.MultiIndex.from_product([names, range(FIRST, LAST + 1)], names=["province", "year"])
    shape = (len(names), LAST - FIRST + 1)
    x, z, noise = rng.normal(size=(3, *shape))
    m = 3.0 + rng.normal(size=(shape[0], 1)) + moves * rng.normal(size=shape)
    frame = pd.DataFrame({"x": x.ravel(), "m": m.ravel(), "z": z.ravel()}, index=index)
    w = align_weights(provincial.contiguity(), read_sample("x ~ m", frame)).matrix.toarray()
    inside = m - m[:, 1:].mean(axis=1, keepdims=True)
    y = x + w @ (x * (0.4 + change * inside)) + 0.3 * z + 0.7 * noise + rng.normal(size=(shape[0], 1))
    return frame.assign(y=y.ravel())


def later(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame.index.get_level_values("year") > FIRST]


def product(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with both parts less their province's mean, made beforehand."""
    inside = frame[["x", "m"]] - frame[["x", "m"]].groupby(level=0).transform("mean")
    return frame.assign(xd=inside["x"], md=inside["m"], p=inside["x"] * inside["m"])


def verdict(
    folder: Path, frame: pd.DataFrame, sign: str = "+", text: str = CLAIM, **options: object
) -> Verdict:
    path = folder / "claim.toml"
    path.write_text(text.replace("SIGN", sign), encoding="utf-8")
    (found,) = pk.check(path, data=frame, **options).verdicts
    assert found.error is None, found.error
    return found


def refused(folder: Path, frame: pd.DataFrame, text: str = CLAIM) -> str:
    path = folder / "claim.toml"
    path.write_text(text.replace("SIGN", "+"), encoding="utf-8")
    (found,) = pk.check(path, data=frame).verdicts
    assert found.word is None
    return str(found.error)


def held(found: Verdict, key: str) -> Condition:
    return next(item for item in found.conditions if item.key == key)


def test_the_change_is_the_impact_of_the_product(tmp_path: Path) -> None:
    frame = panel(0.5)
    found = verdict(tmp_path, frame).tested.measured
    fit = pk.SpatialPanel("y ~ p + x + m + z", vcov=pk.Cluster()).fit(
        product(later(frame)), provincial.contiguity()
    )
    row = fit.impacts("draws", reps=999, rng=3).tidy().iloc[4]  # four terms: direct, then indirect impacts
    # the same likelihood and the same draws; columns differ by rounding
    assert found.value == pytest.approx(row["estimate"], rel=1e-7)
    assert (found.low, found.high) == pytest.approx((row["conf_low"], row["conf_high"]), rel=1e-6)


def test_it_is_a_unit_more_of_the_moderator_in_a_model_with_their_interaction() -> None:
    """With unit effects x less its mean is x, in the lag of the neighbours too."""
    data = product(later(panel(0.5)))
    whole = pk.SpatialPanel("y ~ xd*md + z", vcov=pk.Cluster()).fit(data, provincial.contiguity())
    levels = np.quantile(data["md"], (0.1, 0.5, 0.9))
    theirs = whole.moderated_impacts("xd", by="md", values=list(levels)).effect("indirect")
    sample = with_product(read_sample("y ~ x + m + z", data))
    w = align_weights(provincial.contiguity(), sample)
    fit = fit_sample(pk.SpatialPanel("y ~ x + m + z", vcov=pk.Cluster()), sample, w, w, w)
    mine = impact_at(fit, "indirect", levels)
    assert mine.value == pytest.approx(theirs["estimate"].iloc[:3].to_numpy(), rel=1e-6)
    joint = np.sqrt(2.0 * stats.f.ppf(0.95, 2, 30))
    # both take numerical derivatives: five digits
    assert mine.half == pytest.approx(joint * theirs["std_error"].iloc[:3].to_numpy(), rel=1e-5)
    unit = theirs["estimate"].iloc[-1]
    assert (mine.value[2] - mine.value[0]) / (levels[2] - levels[0]) == pytest.approx(unit, rel=1e-6)


def test_by_hand_the_change_is_a_mean_of_matrices() -> None:
    data = later(panel(0.5))
    sample = with_product(read_sample("y ~ x + m + z", data))
    w = align_weights(provincial.contiguity(), sample)
    fit = fit_sample(pk.SpatialPanel("y ~ x + m + z"), sample, w, w, w)
    W, own, behind = w.matrix.toarray(), fit.estimates[:2], fit.estimates[4:6]
    inverse = np.linalg.inv(np.eye(31) - fit.rho * W)

    def indirect(level: float) -> float:
        effect = inverse @ ((own[1] + own[0] * level) * np.eye(31) + (behind[1] + behind[0] * level) * W)
        return float(effect.sum() / 31 - np.trace(effect) / 31)

    levels = np.array([-1.0, 0.0, 2.0])
    by_hand = [indirect(level) for level in levels]
    assert impact_at(fit, "indirect", levels).value == pytest.approx(by_hand, rel=1e-8)


def test_what_tells_provinces_apart_under_the_moderator_changes_nothing(tmp_path: Path) -> None:
    """Whether a network is held against an area or not: logarithms differ by what stays."""
    frame = panel(0.5)
    area = np.random.default_rng(9).normal(5.0, 3.0, size=31)
    moved = frame.assign(m=frame["m"] - np.repeat(area, LAST - FIRST + 1))
    one, other = (verdict(tmp_path, part).tested.measured for part in (frame, moved))
    assert other.value == pytest.approx(one.value, rel=1e-8)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), rel=1e-7)


@pytest.mark.parametrize(("change", "sign", "word"), [(0.6, "+", "SUPPORTED"), (0.6, "-", "CONTRADICTED")])
def test_words(tmp_path: Path, change: float, sign: str, word: str) -> None:
    found = verdict(tmp_path, panel(change), sign)
    assert found.word == word
    assert "at p10" in found.reason
    assert found.sizes is not None
    assert found.sizes.detectable > 0.0
    assert [item.key for item in found.conditions] == [
        "main", "weights", "placebo", "trends", "differences", "second_differences", "marginal", "moderator",
    ]  # fmt: skip


def test_nothing_is_found_where_nothing_changes(tmp_path: Path) -> None:
    assert verdict(tmp_path, panel(0.0)).word in ("UNDECIDED", "NOT SUPPORTED")


def test_differences_are_those_of_a_frame_of_changes(tmp_path: Path) -> None:
    frame = panel(0.6)
    found = verdict(tmp_path, frame)
    data = product(later(frame))[["y", "p", "x", "m", "z"]]
    for name in ("differences", "second_differences"):
        data = data.groupby(level=0).diff().dropna()
        fit = pk.SpatialPanel("y ~ p + x + m + z").fit(data, provincial.contiguity())
        by_hand = fit.impacts("none").tidy()["estimate"].iloc[4]
        assert held(found, name).numbers["value"] == pytest.approx(by_hand, rel=1e-6)


def test_the_share_inside(tmp_path: Path) -> None:
    m = panel(0.5)["m"].unstack().to_numpy()[:, 1:]
    apart = m - m.mean(axis=0)
    inside = apart - apart.mean(axis=1, keepdims=True)
    share = (inside**2).sum() / (apart**2).sum()
    found = verdict(tmp_path, panel(0.5))
    assert held(found, "moderator").numbers["share"] == pytest.approx(share, rel=1e-10)
    assert share_inside(_sample(panel(0.5)), 1) == pytest.approx(share, rel=1e-10)


def test_a_lag_moves_treatment_and_moderator(tmp_path: Path) -> None:
    frame = panel(0.5)
    shifted = frame.assign(**{name: frame[name].groupby(level=0).shift(-1).fillna(0.0) for name in "xm"})
    one = verdict(tmp_path, frame).tested.measured
    lagged = verdict(tmp_path, shifted, text=CLAIM.replace("seed = 3", "seed = 3\nlag = 1")).tested.measured
    assert lagged.value == pytest.approx(one.value, rel=1e-8)


def test_own_units_need_own_weights(tmp_path: Path) -> None:
    frame = panel(0.6).rename_axis(["city", "year"])
    codes = {name: f"u{at}" for at, name in enumerate(frame.index.levels[0])}
    frame.index = frame.index.set_levels([codes[name] for name in frame.index.levels[0]], level=0)
    units = sorted(set(frame.index.get_level_values(0)))
    near = pd.DataFrame(np.roll(np.eye(31), 1, 1) + np.roll(np.eye(31), -1, 1), index=units, columns=units)
    assert verdict(tmp_path, frame, w=near).tested.measured.facts["n_units"] == 31
    assert "weights of your own" in refused(tmp_path, frame)


def test_refusals(tmp_path: Path) -> None:
    assert "does not move inside any province" in refused(tmp_path, panel(0.5, moves=0.0))
    with pytest.raises(PanelkitError, match="model"):
        verdict(tmp_path, panel(0.5), text=CLAIM.replace('moderator = "m"', 'moderator = "m"\nmodel = "sar"'))
    with pytest.raises(PanelkitError, match="rings"):
        verdict(tmp_path, panel(0.5), text=CLAIM.replace('moderator = "m"', 'moderator = "m"\nrings = [500]'))
    assert "R-SPILL reads a design of the kind `spatial`" in refused(
        tmp_path, panel(0.5), CLAIM.replace("R-MOD", "R-SPILL")
    )


def test_worlds_without_an_interaction_are_seldom_told_as_one() -> None:
    row = moderation.run(moderation.MOVED[4], 8, 0.5, 12, TRYING)
    assert row["S"] <= 100 / 12
    assert row["excludes zero"] >= 25.0  # trends that follow the neighbours' product pass for one


def _sample(frame: pd.DataFrame) -> SpatialSample:
    return read_sample("y ~ x + m", later(frame))
