"""Moderated designs against dummy-variable least squares, their printed slopes and conditions, and R-MOD's words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.evidence import verdicts_moderation as moderation
from benchmarks.worlds import TRYING
from panelkit.claims.check import check
from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import load_claims, read_claims
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Condition, Judgement, Outcome
from panelkit.claims.specify import refuse_same
from panelkit.claims.verdict import Verdict
from panelkit.data.provinces import labels_of
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.studies.scrutiny.wild import Lots
from tests.claims.estimates import result_of, scrutiny

FIRST, LAST = 2010, 2019
SAID = verbatim("")
CLAIM = """
[document]
key = "mine"
authors = ["Someone"]
title = "A study"

[[claim]]
id = "M1"
place = { section = "1", phrase = "it depends" }
status = "computed"
says = { en = "m raises what x does.", zh = "m 增强 x 的作用。" }
sample = { years = [2011, 2019] }
test = { seed = 3, reps = 999 }

[[claim.reading]]
id = "slope"
main = true
rule = { name = "R-MOD", sign = "SIGN" }
label = { en = "slope", zh = "斜率" }
says = { en = "The slope rises.", zh = "斜率上升。" }

[[claim.reading.design]]
id = "d"
kind = "moderated"
label = { en = "design", zh = "设计" }
outcome = "y"
treatment = "x"
moderator = "m"
controls = ["z"]
lag = LAG

[[claim.grid.axis]]
id = "lag"
label = { en = "lag", zh = "滞后" }
main = { en = "main", zh = "主" }
option = [{ id = "other", label = { en = "other", zh = "另" }, lag = 1 }]
"""


def panel(slope: float, seed: int = 1, m_moves: float = 1.0, lag: int = 0) -> pd.DataFrame:
    """y = x (1 + slope m) + z and noise, on the provinces; x and m are of `lag` years before."""
    rng = np.random.default_rng(seed)
    names = list(labels_of("zh").values())
    index = pd.MultiIndex.from_product([names, range(FIRST, LAST + 1)], names=["province", "year"])
    n, t = len(names), LAST - FIRST + 1
    x = rng.normal(size=(n, t)) + 2.0
    m = 3.0 + rng.normal(size=(n, 1)) + m_moves * rng.normal(size=(n, t))
    z = rng.normal(size=(n, t))
    past = [np.roll(part, lag, axis=1) for part in (x, m)]
    y = past[0] * (1.0 + slope * past[1]) + z + rng.normal(size=(n, 1)) + rng.normal(size=(n, t))
    return pd.DataFrame({name: part.ravel() for name, part in zip("yxmz", (y, x, m, z), strict=True)}, index)


def verdict(folder: Path, frame: pd.DataFrame, sign: str = "+", lag: int = 0, text: str = CLAIM) -> Verdict:
    path = folder / "claim.toml"
    path.write_text(text.replace("SIGN", sign).replace("LAG", str(lag)), encoding="utf-8")
    (found,) = check(path, data=frame).verdicts
    assert found.error is None, found.error
    return found


def printed(found: Verdict, key: str) -> Condition:
    return next(item for item in found.conditions if item.key == key)


def lsdv(frame: pd.DataFrame, lag: int, centre: float, drop: int | None = None) -> np.ndarray:
    """Slopes of product (less `centre` of m), x, m, z by dummies, without one province."""
    wide = {name: frame[name].unstack().to_numpy() for name in "yxmz"}
    now = slice(1, None)  # 2011 on
    then = slice(1 - lag, wide["y"].shape[1] - lag)
    y, z, x, m = wide["y"][:, now], wide["z"][:, now], wide["x"][:, then], wide["m"][:, then]
    keep = np.arange(len(y)) != (-1 if drop is None else drop)
    unit, time = np.indices(y[keep].shape)
    columns = [part[keep].ravel() for part in (x * (m - centre), x, m, z)]
    effects = [
        unit.ravel()[:, None] == np.arange(keep.sum()),
        time.ravel()[:, None] == np.arange(1, y.shape[1]),
    ]
    design = np.column_stack([*columns, *effects]).astype(float)
    return np.linalg.lstsq(design, y[keep].ravel(), rcond=None)[0][:4]


@pytest.mark.parametrize("lag", [0, 1])
def test_the_interaction_is_least_squares_and_needs_no_centring(tmp_path: Path, lag: int) -> None:
    frame = panel(0.3, lag=lag)
    found = verdict(tmp_path, frame, lag=lag)
    assert found.tested is not None
    # three hundred rows of order one: 1e-8 is the conditioning of the dummies with room
    for centre in (0.0, 3.0):
        assert found.tested.shown.estimate == pytest.approx(lsdv(frame, lag, centre)[0], rel=1e-8)
    grid = found.tested.grid
    assert grid is not None
    at_lag = {str(row.lag): row.estimate for row in grid.table.itertuples()}
    assert at_lag["other" if lag == 0 else ""] == pytest.approx(lsdv(frame, 1, 1.7)[0], rel=1e-8)


def test_slopes_at_levels_hold_jointly(tmp_path: Path) -> None:
    frame = panel(0.3)
    shown = printed(verdict(tmp_path, frame), "marginal")
    m = frame["m"].unstack().to_numpy()[:, 1:]
    units = len(m)
    for level in (10, 50, 90):
        at = np.quantile(m, level / 100)
        whole = lsdv(frame, 0, at)[1]  # centred there, the slope of x is the slope at that level
        without = np.array([lsdv(frame, 0, at, drop)[1] for drop in range(units)])
        error = np.sqrt((units - 1) / units * ((without - whole) ** 2).sum())
        half = np.sqrt(2.0 * stats.f.ppf(0.95, 2, units - 1)) * error
        assert shown.numbers[f"slope_p{level}"] == pytest.approx(whole, rel=1e-8)
        # the same jackknife by downdating: seven digits are left of a difference of fits
        assert shown.numbers[f"low_p{level}"] == pytest.approx(whole - half, rel=1e-6)
        assert shown.numbers[f"high_p{level}"] == pytest.approx(whole + half, rel=1e-6)
    assert not shown.decides


def test_the_share_of_the_moderator_inside_units(tmp_path: Path) -> None:
    frame = panel(0.3)
    m = frame["m"].unstack().to_numpy()[:, 1:]
    apart = m - m.mean(axis=0)
    inside = apart - apart.mean(axis=1, keepdims=True)
    share = (inside**2).sum() / (apart**2).sum()
    shown = printed(verdict(tmp_path, frame), "moderator")
    assert shown.numbers["share"] == pytest.approx(share, rel=1e-10)
    assert "barely moves" not in shown.found
    still = printed(verdict(tmp_path, panel(0.3, m_moves=0.05)), "moderator")
    assert still.numbers["share"] < 0.05
    assert "barely moves inside the provinces" in still.found
    assert "几乎不变" in still.found.text("zh")


def test_the_conditions_are_on_the_product(tmp_path: Path) -> None:
    frame = panel(0.3)
    found = verdict(tmp_path, frame)
    wide = {name: frame[name].unstack().to_numpy()[:, 1:] for name in "yxmz"}
    unit, time = np.indices(wide["y"].shape)
    units = unit.ravel()[:, None] == np.arange(len(wide["y"]))
    columns = [(wide["x"] * wide["m"]).ravel(), *(wide[name].ravel() for name in "xmz")]
    effects = [
        units,
        units * time.ravel()[:, None],
        time.ravel()[:, None] == np.arange(1, wide["y"].shape[1]),
    ]
    design = np.column_stack([*columns, *effects]).astype(float)
    slope = np.linalg.lstsq(design, wide["y"].ravel(), rcond=None)[0][0]
    # least squares of a design with redundant trends: 1e-7 is its conditioning with room
    assert printed(found, "trends").numbers["slope"] == pytest.approx(slope, rel=1e-7)
    assert {"path", "differences", "trends", "regions", "leads"} <= {item.key for item in found.conditions}


@pytest.mark.parametrize(
    ("slope", "sign", "word"),
    [
        (0.5, "+", "SUPPORTED"),
        (-0.5, "+", "CONTRADICTED"),
        (-0.5, "-", "SUPPORTED"),
    ],
)
def test_words(tmp_path: Path, slope: float, sign: str, word: str) -> None:
    found = verdict(tmp_path, panel(slope, seed=4), sign)
    assert found.word == word
    assert "at p10" in found.reason
    assert found.sizes is not None
    assert found.sizes.detectable > 0.0


def test_second_differences_are_least_squares(tmp_path: Path) -> None:
    frame = panel(0.3)
    wide = {name: frame[name].unstack().to_numpy()[:, 1:] for name in "yxmz"}
    columns = {"p": wide["x"] * wide["m"], **wide}
    twice = {name: np.diff(part, n=2, axis=1) for name, part in columns.items()}
    unit, time = np.indices(twice["y"].shape)
    effects = [
        unit.ravel()[:, None] == np.arange(len(wide["y"])),
        time.ravel()[:, None] == np.arange(1, twice["y"].shape[1]),
    ]
    design = np.column_stack([*(twice[name].ravel() for name in "pxmz"), *effects]).astype(float)
    slope = np.linalg.lstsq(design, twice["y"].ravel(), rcond=None)[0][0]
    found = verdict(tmp_path, frame)
    shown = printed(found, "second_differences")
    # differences of order one: 1e-8 is the conditioning of the dummies with room
    assert shown.numbers["slope"] == pytest.approx(slope, rel=1e-8)
    assert shown.numbers["statistic"] == pytest.approx(slope / lsdv(frame, 0, 0.0)[0], rel=1e-8)
    assert shown.numbers["rows"] == 31 * 7
    assert shown.decides


@pytest.mark.parametrize(
    ("share", "p", "outcome", "word"),
    [
        (0.4, 0.3, "passes", "UNDECIDED"),
        (0.4, 0.3, "takes away", "NOT SUPPORTED"),
        (0.4, 0.09, "passes", "SUPPORTED"),
        (0.6, 0.3, "passes", "SUPPORTED"),
        (-0.4, 0.09, "passes", "UNDECIDED"),
        (math.nan, math.nan, "not computed", "UNDECIDED"),
    ],
)
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_an_interaction_stands_beside_trends_by_p_or_by_half(
    share: float, p: float, outcome: str, word: str, side: float
) -> None:
    judged = _judged(side, share=share, p=p, outcome=outcome)
    assert judged.word == word
    told = "growth of the two figures" in str(judged.sentence)
    assert told == (word == "UNDECIDED")
    mirrored = _judged(side, share=share, p=p, outcome=outcome, sign="-" if side > 0.0 else "+")
    assert mirrored.word == ("CONTRADICTED" if word == "SUPPORTED" else "NOT SUPPORTED")


@pytest.mark.parametrize("outcome", ["fails", "not computed"])
def test_without_second_differences_an_interaction_is_partly(outcome: Outcome) -> None:
    judged = _judged(1.0, second=outcome)
    assert judged.word == "PARTLY"
    said = {"fails": "second differences give less than half", "not computed": "cannot be computed"}
    assert said[outcome] in str(judged.sentence)


def _judged(
    side: float,
    *,
    share: float = 1.0,
    p: float = 0.01,
    outcome: str = "passes",
    second: Outcome = "passes",
    sign: str = "",
) -> Judgement:
    """Return R-MOD's judgement of an interaction of .3 on a side, by its slope beside trends."""
    known = scrutiny(trends=outcome)
    at = [item.name for item in known.conditions].index("trends")
    trends = replace(known.conditions[at], slope=side * share * 0.3, p=p)
    conditions = (*known.conditions[:at], trends, *known.conditions[at + 1 :])
    beside = (
        Condition(key="marginal", asks=SAID, outcome="printed", found=SAID, decides=False),
        Condition(key="second_differences", asks=SAID, outcome=second, found=SAID),
    )
    ends = sorted((side * 0.1, side * 0.5))
    claimed = sign or ("+" if side > 0.0 else "-")
    known = replace(known, conditions=conditions, mirrored=(claimed == "+") != (side > 0.0))
    tested = result_of(ends[0], ends[1], known, printed=beside)
    return rule_of({"name": "R-MOD", "sign": claimed}).judge(tested)


def test_words_of_claims_are_those_that_are_measured(tmp_path: Path) -> None:
    (world,) = (item for item in moderation.PRODUCTS if item.name == "trends .6 1/3")
    text = CLAIM.replace("[2011, 2019]", "[2012, 2019]").replace('controls = ["z"]\n', "")
    index = pd.MultiIndex.from_product(
        [labels_of("zh").values(), range(2012, 2020)], names=["province", "year"]
    )
    words = []
    for worlds in moderation.drawn(world, 8, 0.8, 15, TRYING):
        x, m = worlds.controls
        found = moderation.judged(worlds, Lots(999, rng=3))
        for at, word in enumerate(found.word):
            columns = {"y": worlds.y[at], "x": x, "m": m}
            frame = pd.DataFrame({name: part.ravel() for name, part in columns.items()}, index)
            one = verdict(tmp_path, frame, text=text)
            assert one.word == word
            outcomes = {name: trial.passes[at] for name, trial in found.trials.items()}
            assert {name: printed(one, name).passes for name in outcomes} == outcomes
            words.append((word, bool(found.main.low[at] > 0.0)))
    assert ("UNDECIDED", True) in words


def test_no_interaction_is_not_supported_or_undecided(tmp_path: Path) -> None:
    words = {verdict(tmp_path, panel(0.0, seed=seed)).word for seed in range(3)}
    assert words <= {"UNDECIDED", "NOT SUPPORTED"}


def test_r_mod_reads_moderated_designs_only(tmp_path: Path) -> None:
    plain = CLAIM.replace('kind = "moderated"', 'kind = "panel"').replace('moderator = "m"\n', "")
    path = tmp_path / "claim.toml"
    path.write_text(plain.replace("SIGN", "+").replace("LAG", "0"), encoding="utf-8")
    (found,) = check(path, data=panel(0.3)).verdicts
    assert found.error is not None
    assert "kind `moderated`" in found.error


def test_a_moderated_design_needs_its_moderator(tmp_path: Path) -> None:
    path = tmp_path / "claim.toml"
    text = CLAIM.replace('moderator = "m"\n', "").replace("SIGN", "+").replace("LAG", "0")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match="moderator"):
        read_claims(path)


@pytest.mark.parametrize("where", ["design", "grid"])
def test_an_effect_over_years_is_refused(tmp_path: Path, where: str) -> None:
    text = CLAIM.replace("SIGN", "+").replace("LAG", "0")
    path = tmp_path / "claim.toml"
    if where == "design":
        path.write_text(
            text.replace('controls = ["z"]', 'controls = ["z"]\nlags = 1\nspread = "sum"'), "utf-8"
        )
        with pytest.raises(SpecError, match="no lags and no spread"):
            read_claims(path)
    else:
        path.write_text(text.replace("lag = 1 }]", 'lags = 1, spread = "mean" }]'), "utf-8")
        (found,) = check(path, data=panel(0.3)).verdicts
        assert found.error is not None
        assert "does not have" in found.error


def test_what_is_awaited_is_named_once() -> None:
    claims: list[Claim] = [item.claim for item in load_claims()]
    pending = [claim for claim in claims if claim.status == "pending"]
    promised = [
        claim.id for claim in pending if not claim.waits for need in claim.needs if "ingest" in need.supply.en
    ]
    mine = {"B14", "B15", "B40", "B55", "B64", "B71", "B83", "B96", "B101", "B113"}
    assert not mine & set(promised)


@pytest.mark.parametrize("moderator", ["log(x/z)", "log( x / z )"])
def test_a_moderator_that_is_the_treatment_is_refused(moderator: str) -> None:
    """One column for both: the next control had stood in the moderator's place."""
    refuse_same("log(x/z)", "log(z)")
    with pytest.raises(SpecError, match="the treatment itself"):
        refuse_same("log(x/z)", moderator)


def test_no_claim_waits_for_frontiers_that_are_there() -> None:
    claims = {item.claim.id: item.claim for item in load_claims()}
    lacks = {
        key: [need for need in claims[key].needs if need.kind == "capability"]
        for key in ("B93", "B108", "B109")
    }
    assert (lacks["B93"], lacks["B108"]) == ([], [])
    (need,) = lacks["B109"]
    assert need.name == "a kind of design that holds inputs against a dated stage"
    assert need.supply.en.startswith("no province's stage can be dated")
