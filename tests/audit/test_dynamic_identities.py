"""Identities of GMM, panel VAR and threshold tables on published numbers, and with one of them altered."""

from __future__ import annotations

import pytest

from panelkit.audit.entries import Table
from tests.audit.by_hand import entry, outcomes, put, states, table


def decomposition(first: str = "0.813") -> Table:
    cells = [(("y", "1"), ("1.000", "0.000", "0.000")), (("y", "10"), (first, "0.120", "0.067"))]
    return table(
        *(
            entry("fevd", text, horizon, panel=response, row=row, column=column, other=f"x{column}")
            for row, ((response, horizon), texts) in enumerate(cells)
            for column, text in enumerate(texts)
        )
    )


def test_shares_of_variance_add_up() -> None:
    assert states("fevd-sum", decomposition()) == ["consistent"] * 2
    assert states("fevd-sum", decomposition("0.831")) == ["consistent", "inconsistent"]


def test_a_table_of_some_shocks_alone_is_left_alone() -> None:
    some = table(
        *(
            entry("fevd", text, str(row), row=row, column=column)
            for row, texts in enumerate([("0.40", "0.12"), ("0.38", "0.13")])
            for column, text in enumerate(texts)
        )
    )
    assert states("fevd-sum", some) == []


def gmm(**change: str) -> Table:
    """Return the tests of xtabond2 on Arellano and Bond's data: Hansen 47.86 (32 df), 36 instruments, 140 firms."""
    said = {
        "ar1": "-1.19", "ar1_p": "0.234", "ar2": "-0.81", "ar2_p": "0.417", "hansen": "47.86", "hansen_p": "0.035",
        "df": "32", "instruments": "36", "parameters": "4", "units": "140",
    } | change  # fmt: skip
    return table(
        entry("ar1", said["ar1"], p=said["ar1_p"], row=1),
        entry("ar2", said["ar2"], p=said["ar2_p"], row=2),
        entry("hansen", said["hansen"], p=said["hansen_p"], row=3),
        entry("df", said["df"], "hansen", row=4),
        *(
            entry(role, said[role], "", row=row)
            for row, role in enumerate(("instruments", "parameters", "units"), 5)
        ),
        notes=["AR(2)表明不存在二阶序列相关"],
    )


@pytest.mark.parametrize("key", ["serial-correlation", "test-p", "instrument-count"])
def test_a_published_gmm_table_comes_out(key: str) -> None:
    assert set(states(key, gmm())) == {"consistent"}


def test_slips_of_a_gmm_table_are_seen() -> None:
    assert states("serial-correlation", gmm(ar2="-2.81", ar2_p="0.005"))[1] == "decision"
    assert states("test-p", gmm(ar1_p="0.324"))[0] == "inconsistent"
    assert states("serial-correlation", gmm(ar1="2.19", ar1_p="0.029"))[0] == "inconsistent"
    without = table(*(one for one in gmm(hansen_p="0.350").entries if one.role != "df"))
    assert states("overidentification", without) == ["decision"]
    assert states("overidentification", put(without, "hansen", "34.49")) == ["consistent"]
    assert states("instrument-count", gmm(df="30")) == ["inconsistent"]


def test_many_instruments_are_a_remark_and_p_near_one_is_not_a_test() -> None:
    (many,) = outcomes("instrument-count", gmm(units="30"))
    assert many.state == "consistent"
    assert many.why is not None
    (full,) = outcomes("instrument-count", gmm(units="30", hansen="12.00", hansen_p="1.000"))
    assert full.state == "inconsistent"


def test_stars_on_a_test_that_finds_nothing() -> None:
    held = table(
        entry("ar1", "-3.19***", label="AR(1)", p="0.001", row=1),
        entry("ar2", "-0.81*", label="AR(2)", p="0.417", row=2),
    )
    assert states("serial-correlation", held) == ["consistent", "decision"]


def test_a_lone_number_is_a_p_only_where_its_label_says_so() -> None:
    assert states("serial-correlation", table(entry("ar2", "0.345", label="AR(2)"))) == []
    rows = [entry("p", "0.015", "ar2", label="AR(2) P值"), entry("p", "0.300", "hansen", row=2)]
    assert states("serial-correlation", table(*rows, notes=["无二阶序列相关"])) == ["decision"]
    said = table(entry("ar2", "0.015", label="AR(2) p值"), notes=["no second-order correlation"])
    assert states("serial-correlation", said) == ["decision"]


def test_long_run_coefficients_follow_from_short_run_ones() -> None:
    held = table(
        entry("coefficient", "0.600***", "L.y", label="L.y", row=1),
        entry("coefficient", "0.120**", "x", label="x", row=2),
        entry("coefficient", "0.300**", "x", label="x", panel="Long-run", row=3),
    )
    assert states("long-run", held) == ["consistent"]
    far = [*held.entries[:2], entry("coefficient", "0.200**", "x", label="x", panel="Long-run", row=3)]
    assert states("long-run", table(*far)) == ["inconsistent"]
    turned = [*held.entries[:2], entry("coefficient", "-0.300**", "x", label="x", panel="Long-run", row=3)]
    assert states("long-run", table(*turned)) == ["decision"]


def test_the_long_run_total_of_a_dynamic_durbin_model() -> None:
    # SDPDmod vignette, cigarettes: point -1.0805, printed mean of draws -1.01783 (error as if .2)
    cells = [
        ("coefficient", "0.864412", "L.y"), ("spatial_lag_x", "-0.096270", "L.y"), ("coefficient", "-0.270872", "p"),
        ("spatial_lag_x", "0.195595", "p"), ("rho", "0.162189", "rho"),
    ]  # fmt: skip
    rest = [entry(role, text, subject, row=row) for row, (role, text, subject) in enumerate(cells)]
    total = entry("total", "-1.01783 (0.2)", "p", row=9, panel="Long-run effects")
    assert states("long-run-total", table(*rest, total)) == ["consistent"]
    assert states(
        "long-run-total", table(*rest, entry("total", "1.01783 (0.2)", "p", row=9, panel="长期效应"))
    ) == ["inconsistent"]
    assert states("total-effect", table(*rest, total)) == []
    # the only regressor beside the lag is meant where an effect is laid to the lag
    laid = entry("total", "-1.01783 (0.2)", "L.y", row=9, panel="Long-run effects")
    assert states("long-run-total", table(*rest, laid)) == ["consistent"]


def hansen(**change: str) -> Table:
    said = {"f": "32.65***", "p": "0.003", "c10": "13.0", "c5": "16.1", "c1": "24.3"} | change
    return table(
        entry("f", said["f"], label="单一门槛", p=said["p"], row=1, column=1),
        entry("critical", said["c10"], other="0.1", row=1, column=3),
        entry("critical", said["c5"], other="0.05", row=1, column=4),
        entry("unknown", said["c1"], heading="1%", row=1, column=5),
    )


def test_f_and_critical_values_agree_with_p_and_stars() -> None:
    assert states("threshold-test", hansen()) == ["consistent"]
    assert states("threshold-test", hansen(p="0.300")) == ["decision"]
    assert states("threshold-test", hansen(f="11.65***", p="0.003")) == ["decision"]
    assert states("threshold-test", hansen(f="14.65*", p="0.080")) == ["consistent"]
    assert states("threshold-test", hansen(f="14.65***", p="0.080")) == ["inconsistent"]
    assert states("threshold-test", hansen(c5="12.1")) == ["inconsistent"]


def test_thresholds_lie_in_their_intervals_in_order_and_in_the_sample() -> None:
    held = table(
        entry("threshold", "0.0157", "d", label="γ1", row=1, low="0.0145", high="0.0181"),
        entry("threshold", "0.5407", "d", label="γ2", row=2, low="0.5247", high="1.0059"),
        entry("minimum", "0.000", "d", row=3),
        entry("maximum", "2.340", "d", row=4),
    )
    for key in ("threshold-interval", "threshold-order", "threshold-range"):
        assert set(states(key, held)) == {"consistent"}
    assert states("threshold-interval", put(held, "threshold", "0.1570"))[0] == "inconsistent"
    assert states("threshold-order", put(held, "threshold", "0.6157")) == ["inconsistent"]
    assert states("threshold-range", put(held, "threshold", "3.0157"))[0] == "decision"


def test_observations_of_regimes_add_up() -> None:
    def counted(whole: str) -> list[str]:
        cells = [("100", "q ≤ γ"), ("148", "q > γ"), (whole, "N")]
        entries = [entry("nobs", text, "", label=label, row=k) for k, (text, label) in enumerate(cells)]
        return states("regime-counts", table(*entries))

    assert counted("248") == ["consistent"]
    assert counted("284") == ["inconsistent"]
