"""Identities of spatial tables on published numbers, and with one of them altered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.spatial.direct_effect import _feedback
from panelkit.kernels.intervals import Interval
from tests.audit.by_hand import entry, outcomes, put, states, table

# PMC12267521, table 7 (SDM, z in brackets): digital economy by four weights.
SDM = {
    "coefficient": ["0.1712315* (1.77)", "0.2014987** (2.08)", "0.1024931* (1.73)", "0.1019888* (1.80)"],
    "spatial_lag_x": ["0.2643043 (0.73)", "0.2033454 (0.53)", "−0.8493846 (−1.45)", "−1.391287** (−2.41)"],
    "direct": ["0.1790737* (1.80)", "0.2089333** (2.11)", "0.1131326* (1.83)", "0.1267718** (2.11)"],
    "indirect": ["0.3390757 (0.79)", "0.3020059 (0.63)", "−0.634601 (−1.59)", "−0.8057165** (−2.48)"],
    "total": ["0.5181494 (1.20)", "0.5109392 (1.05)", "−0.5214684 (−1.32)", "−0.6789447** (−2.13)"],
    "rho": ["0.1642804* (1.65)", "0.1755206* (1.77)", "−0.5396749* (−1.84)", "−0.9647608*** (−2.90)"],
}
# hanspub 29-1252385, table 6 (errors in brackets).
FOUR = {
    "coefficient": ["−0.422** (0.1909)", "−0.612*** (0.2031)", "−0.411** (0.1893)", "−0.531*** (0.1999)"],
    "spatial_lag_x": ["0.0573 (0.1981)", "0.968** (0.3938)", "1.031 (0.6882)", "1.060* (0.5744)"],
    "rho": ["−0.272*** (0.1043)", "−0.0200 (0.1382)", "−1.297*** (0.2930)", "−0.413* (0.2302)"],
    "direct": ["−0.425** (0.2031)", "−0.609*** (0.2082)", "−0.474** (0.2143)", "−0.557*** (0.2126)"],
    "indirect": ["0.146 (0.1813)", "0.969** (0.4047)", "0.746** (0.3753)", "0.942** (0.4676)"],
    "total": ["−0.279 (0.1883)", "0.360 (0.3803)", "0.272 (0.3109)", "0.386 (0.4068)"],
}
KEYS = ("effects-sum", "total-effect", "direct-effect", "effect-errors")


def printed(cells: dict[str, list[str]]) -> Table:
    """Return a published table: one row a role, one column a model."""
    return table(
        *(
            entry(role, text, column=column, row=row)
            for row, (role, texts) in enumerate(cells.items())
            for column, text in enumerate(texts, 1)
        )
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("cells", "brackets"), [(SDM, "t"), (FOUR, "se")])
def test_published_tables_satisfy_the_identities(
    key: str, cells: dict[str, list[str]], brackets: str
) -> None:
    found = states(key, printed(cells), brackets=brackets)
    assert len(found) >= 3
    assert set(found) == {"consistent"}


def test_rho_below_minus_one_names_the_eigenvalue_that_allows_it() -> None:
    found = outcomes("rho-range", printed(FOUR))
    assert [one.state for one in found] == ["consistent"] * 4
    assert "-0.771" in str(found[2].why)
    assert [one.why for one in found[:2]] == [None, None]


def sdm(**facts: Any) -> Table:
    """Return one model: (.300 + .200) / (1 - .375) = .800, direct .320 and indirect .480."""
    return table(
        entry("coefficient", "0.300*** (0.050)", row=1),
        entry("spatial_lag_x", "0.200** (0.080)", row=2),
        entry("rho", "0.375*** (0.060)", "rho", row=3, label="rho"),
        entry("direct", "0.320*** (0.050)", row=4),
        entry("indirect", "0.480*** (0.120)", row=5),
        entry("total", "0.800*** (0.150)", row=6),
        title="SDM",
        **facts,
    )


@pytest.mark.parametrize("key", [*KEYS, "rho-range"])
def test_a_model_worked_by_hand_comes_out(key: str) -> None:
    assert states(key, sdm()) == ["consistent"]


def test_a_digit_and_a_sign_are_told_apart() -> None:
    assert states("effects-sum", put(sdm(), "indirect", "0.430***")) == ["inconsistent"]
    assert states("effects-sum", put(sdm(), "indirect", "-0.480***")) == ["decision"]
    assert states("effects-sum", put(sdm(), "total", "-0.800***")) == ["decision"]
    assert states("total-effect", put(sdm(), "total", "-0.800***")) == ["decision"]
    assert states("total-effect", put(sdm(), "total", "0.300***")) == ["inconsistent"]
    assert states("direct-effect", put(sdm(), "direct", "-0.320***")) == ["decision"]
    assert states("direct-effect", put(sdm(), "direct", "0.920***")) == ["inconsistent"]


def test_sums_hold_to_the_last_digit_whatever_was_simulated() -> None:
    assert states("effects-sum", put(sdm(), "total", "0.801***")) == ["consistent"]
    (found,) = outcomes("effects-sum", put(sdm(), "total", "0.802***"))
    assert found.state == "inconsistent"
    assert "cut off" in str(found.why)
    (found,) = outcomes("effects-sum", put(sdm(), "total", "0.805***"))
    assert found.why is None


def test_effects_by_the_delta_method_leave_no_room_for_draws() -> None:
    near = put(sdm(), "total", "0.850***")
    assert states("total-effect", near) == ["consistent"]
    exact = put(sdm(simulated=False), "total", "0.850***")
    assert states("total-effect", exact) == ["inconsistent"]
    many = put(sdm(simulated=True, draws=100_000), "total", "0.850***")
    assert states("total-effect", many) == ["inconsistent"]


def test_what_is_not_known_is_not_judged() -> None:
    def less(*roles: str, title: str = "", **facts: Any) -> Table:
        return table(*(one for one in sdm().entries if one.role not in roles), title=title, **facts)

    # no theta: an SDM that does not print it, an SAR that cannot have this total, or nobody says
    assert states("total-effect", less("spatial_lag_x", title="空间杜宾模型")) == []
    assert states("total-effect", less("spatial_lag_x", title="SAR模型")) == ["inconsistent"]
    assert states("total-effect", less("spatial_lag_x")) == []
    assert states("total-effect", sdm(row_standardised=False)) == []
    assert states("total-effect", less("rho", title="SDM")) == []
    excused = outcomes("total-effect", put(sdm(), "total", "0.300***"))[0].why
    assert "rows of W" in str(excused)
    assert outcomes("total-effect", put(sdm(row_standardised=True), "total", "0.300***"))[0].why is None


def test_effects_in_columns_are_put_together() -> None:
    heads = ("coefficient", "spatial_lag_x", "direct", "indirect", "total")
    rows = [
        ("0.300 (0.050)", "0.200 (0.080)", "0.320 (0.050)", "0.480 (0.120)", "0.800 (0.150)"),
        ("-0.100 (0.040)", "0.050 (0.060)", "-0.099 (0.040)", "0.019 (0.080)", "-0.080 (0.100)"),
    ]
    cells = [
        entry(role, text, name, row=row, column=column)
        for row, (name, texts) in enumerate(zip(("x", "z"), rows, strict=True))
        for column, (role, text) in enumerate(zip(heads, texts, strict=True), 1)
    ]
    held = table(*cells, entry("rho", "0.375 (0.060)", "rho", row=3, column=1))
    for key in KEYS:
        assert states(key, held) == ["consistent"] * 2


def test_rho_of_one_or_more_decides_where_rows_sum_to_one() -> None:
    assert states("rho-range", put(sdm(row_standardised=True), "rho", "1.375***")) == ["decision"]
    assert states("rho-range", put(sdm(), "rho", "1.375***")) == ["inconsistent"]


def test_the_error_of_a_total_obeys_the_triangle() -> None:
    def errors(direct: str, indirect: str, total: str) -> list[str]:
        cells = [("direct", direct), ("indirect", indirect), ("total", total)]
        return states("effect-errors", table(*(entry(role, f"1.0 ({se})") for role, se in cells)))

    assert errors("0.050", "0.120", "0.170") == ["consistent"]
    assert errors("0.050", "0.120", "0.190") == ["inconsistent"]
    assert errors("0.050", "0.120", "0.060") == ["inconsistent"]


def test_feedback_lies_in_its_bound_for_any_w_with_rows_of_sum_one() -> None:
    rng = np.random.default_rng(8)
    for rho in (-0.95, -0.4, -0.05, 0.05, 0.4, 0.95):
        bound = _feedback(Interval.at(rho))
        for n, density in ((2, 1.0), (3, 0.4), (8, 0.2), (8, 1.0)):
            for _ in range(20):
                w = rng.random((n, n)) * (rng.random((n, n)) < density)
                w[np.arange(n), (np.arange(n) + 1) % n] += 0.1
                np.fill_diagonal(w, 0.0)
                w /= w.sum(axis=1, keepdims=True)
                inverse = np.linalg.inv(np.eye(n) - rho * w)
                feedback = (np.trace(inverse) / n - 1.0) / rho
                assert bound.widened(1e-12).has(feedback)


def stars_of(z: float) -> str:
    return "*" * sum(abs(z) > bound for bound in (1.645, 1.96, 2.576))


def fitted(seed: int, decimals: int) -> Table:
    """Return a fit of a small panel as xsmle prints it: effects are means over 500 draws, errors their deviations."""
    rng = np.random.default_rng(seed)
    n, periods = 25, 10
    near = rng.random((n, n)) < 0.2
    near[np.arange(n), (np.arange(n) + 1) % n] = True
    np.fill_diagonal(near, False)
    w = near / near.sum(axis=1, keepdims=True)
    names = [f"c{k:02d}" for k in range(n)]
    x, u = rng.normal(size=(2, periods, n))
    y = np.linalg.solve(np.eye(n) - rng.uniform(-0.3, 0.7) * w, (0.4 * x + 0.3 * x @ w.T + u).T).T
    index = pd.MultiIndex.from_product([range(periods), names], names=["year", "province"])
    data = (
        pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index)
        .reorder_levels(["province", "year"])
        .sort_index()
    )
    fit = pk.SpatialPanel("y ~ x", "sdm", effects="unit").fit(data, pd.DataFrame(w, names, names))
    theta, covariance = fit.params.to_numpy()[:3], np.asarray(fit.vcov)[:3, :3]
    draws = rng.multivariate_normal(theta, covariance, 500)
    roots = np.linalg.eigvals(w)
    spread = 1.0 / (1.0 - draws[:, [2]] * roots)
    direct = np.real(draws[:, 0] * spread.mean(1) + draws[:, 1] * (roots * spread).mean(1))
    total = (draws[:, 0] + draws[:, 1]) / (1.0 - draws[:, 2])
    made = {"direct": direct, "indirect": total - direct, "total": total}
    numbers = dict(
        zip(
            ("coefficient", "spatial_lag_x", "rho"),
            zip(theta, covariance.diagonal() ** 0.5, strict=True),
            strict=True,
        )
    )
    numbers |= {role: (values.mean(), values.std()) for role, values in made.items()}
    cells: list[Entry] = []
    for row, (role, (value, error)) in enumerate(numbers.items()):
        text = f"{value:.{decimals}f}{stars_of(value / error)} ({error:.{decimals}f})"
        cells.append(entry(role, text, "rho" if role == "rho" else "x", row=row))
    return table(*cells)


def test_fits_printed_with_simulated_effects_raise_no_alarm() -> None:
    for seed in range(40):
        held = fitted(seed, 2 + seed % 3)
        for key in (*KEYS, "rho-range"):
            assert states(key, held) == ["consistent"], (seed, key)


def test_a_sign_lost_in_an_effect_is_seen_in_every_fit() -> None:
    for seed in range(20):
        held = fitted(seed, 3)
        total = next(one for one in held.entries if one.role == "total")
        text = total.number.text
        turned = put(held, "total", (text[1:] if text[0] in "-−" else "-" + text) + "*" * total.stars)
        assert states("effects-sum", turned) == ["decision" if total.stars else "inconsistent"]


def test_reductions() -> None:
    def tested(text: str, notes: str = "", **more: str) -> Table:
        return table(
            entry("lr", text, "", other="sar", **more), entry("wald", "39.14***", "", row=1), notes=[notes]
        )

    # lm_and_wald.csv: all of 39 to 83 are starred thrice
    assert set(states("reduction-tests", tested("47.30***"))) == {"consistent"}
    assert states("reduction-tests", tested("2.10***"))[0] == "decision"
    assert states("reduction-tests", tested("9.10", p="0.001"))[0] == "inconsistent"
    with_df = table(entry("lr", "10.10", "", p="0.850"), entry("df", "4", "lr"))
    assert states("reduction-tests", with_df) == ["decision"]
    assert states("reduction-choice", tested("1.30", "SDM cannot be simplified to SAR"))[0] == "decision"
    assert states("reduction-choice", tested("47.30***", "不能退化为SAR")) == ["consistent"] * 2
    assert states("reduction-choice", tested("1.30")) == []
