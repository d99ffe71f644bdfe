"""What printouts put beside or over a regression: an analysis of variance, stars in their own cells, a df column."""

from __future__ import annotations

from tests.audit.layout.sheets import table


def test_an_analysis_of_variance_is_statistics_of_the_model_below() -> None:
    held = table(
        "Source | SS | df | MS | Number of obs | 300\n"
        "Model | 1452.66 | 4 | 363.165 | F(4, 295) | 89.73\n"
        "Residual | 1193.93 | 295 | 4.04722 | Prob > F | 0.0000\n"
        "Total | 2646.59 | 299 | 8.85147 | R-squared | 0.5489\n"
        " | | | | Adj R-squared | 0.5428\n"
        "y | Coef. | Std. Err. | t | P>|t| | [95% Conf. Interval]\n".replace("P>|t|", "P>t")
        + "rd | .4123 | .0521 | 7.91 | 0.000 | .3098"
    )
    read = {one.role: one.number.text for one in held.entries if one.role != "unknown"}
    assert read == {
        "coefficient": ".4123",
        "nobs": "300",
        "f": "89.73",
        "r2": "0.5489",
        "r2_adjusted": "0.5428",
        "rss": "1193.93",
        "df_resid": "295",
    }
    assert sorted(one.number.text for one in held.entries if one.role == "unknown") == sorted(
        ["1452.66", "4", "363.165", "4.04722", "2646.59", "299", "8.85147"]
    )


def test_stars_in_a_cell_of_their_own_belong_to_the_number_left_of_them() -> None:
    held = table("变量 | 系数 | | t值\nrd | 0.412 | *** | 5.21\nhc | 0.05 | | 0.72")
    assert [(one.number.text, one.stars) for one in held.entries] == [("0.412", 3), ("0.05", 0)]


def test_degrees_of_freedom_are_of_the_test_left_of_them() -> None:
    held = table(
        "Equation | Excluded | chi2 | df | Prob > chi2\ny | fin | 8.412 | 2 | 0.015\ny | hc | 3.211 | 2 | 0.201"
    )
    assert [(one.role, one.subject) for one in held.of("df")] == [("df", "wald")] * 2
    assert [one.attached[0].kind for one in held.of("wald")] == ["p", "p"]


def test_a_second_threshold_is_a_threshold() -> None:
    held = table(
        "模型 | 门槛值 | F值 | P值\n单一门槛 | 0.85 | 12.8 | 0.01\n双重门槛 | 0.86 | 20.1 | 0.09\n | 0.91 | |"
    )
    assert [one.number.text for one in held.of("threshold")] == ["0.85", "0.86", "0.91"]


def test_a_share_is_of_the_part_left_of_it_and_regions_are_groups() -> None:
    heads = "年份 | 泰尔指数 | 东部 | 区域内差异 | 贡献率 | 区域间差异 | 贡献率"
    held = table(f"{heads}\n2010 | 0.21 | 0.1 | 0.08 | 38.1 | 0.13 | 61.9")
    roles = [one.role for one in held.entries]
    assert roles[1:] == [
        "inequality_of_group",
        "theil_within",
        "share_within",
        "theil_between",
        "share_between",
    ]
