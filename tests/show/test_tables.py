"""Tables: what stands in them, in which format, under which language."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.language.message import message, term, verbatim
from panelkit.results.fit import Derived, FitResult, TestResult, Uncertainty
from panelkit.show import figures, tables
from panelkit.show.cells import correlation_map
from panelkit.show.diagram import path_diagram
from panelkit.show.foreign import foreign_fit
from panelkit.show.grid import number, significance
from panelkit.show.labels import AskedLabels
from panelkit.show.latex import escape
from tests.panels import random_panel
from tests.show.parsed import parsed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def fit(terms: list[str], estimates: list[float], errors: list[float], **facts: object) -> FitResult:
    held = {
        "nobs": 248,
        "n_units": 31,
        "n_periods": 8,
        "effects": "twoway",
        "vcov": "CRV3 by province",
        "convention": "reghdfe",
    }
    return FitResult(
        title=verbatim("FE"),
        terms=tuple(terms),
        estimates=np.array(estimates),
        covariance=np.diag(np.square(errors)),
        df=30.0,
        outcome="log(rd / gdp)",
        spec=None,
        facts={**held, **facts},
    )


def derived() -> Derived:
    return Derived(
        title=verbatim("Impacts"),
        terms=("gov", "gov"),
        equations=(term("effect", "direct"), term("effect", "indirect")),
        estimates=np.array([0.2, 0.4]),
        covariance=np.eye(2) * 0.01,
        uncertainty=Uncertainty(method="draws", reps=1000, seed=7, discarded=3),
        facts={"nobs": 248},
    )


@pytest.fixture
def pair() -> list[FitResult]:
    return [
        fit(["gov", "gdp_pc^2"], [0.1834, -1.5], [0.05, 0.8]),
        fit(["x$1:C(region)[T.west]", "gov"], [3.2, 0.2], [1.1, 0.11], nobs=434, vcov="Cluster by province"),
    ]


def test_terms_are_joined_in_first_seen_order(pair: list[FitResult]) -> None:
    lines = tables.to_markdown(pair).splitlines()
    labels = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert [label for label in labels if label][:3] == ["gov", "gdp\\_pc^2", "x\\$1:C(region)\\[T.west\\]"]
    assert "| gov | 0.183\\*\\*\\* | 0.200\\* |" in lines
    assert "|  | (0.050) | (0.110) |" in lines


def test_notes_say_what_differs_between_models(pair: list[FitResult]) -> None:
    text = tables.to_text(pair, width=400)
    assert "Covariance: (1) CRV3 by province; (2) Cluster by province." in text
    assert "Convention: reghdfe." in text
    assert "* p<0.1, ** p<0.05, *** p<0.01." in text
    assert "Observations" in text
    assert "434" in text


@pytest.mark.parametrize(
    ("below", "shown"),
    [("se", "(0.050)"), ("t", "(3.67)"), ("ci", "[0.081, 0.286]"), ("p", "[<0.001]")],
)
def test_second_line(pair: list[FitResult], below: str, shown: str) -> None:
    assert shown in tables.to_text(pair, below=below)


def test_second_line_and_stars_can_be_switched_off(pair: list[FitResult]) -> None:
    text = tables.to_text(pair, below=None, stars=None)
    assert "(0.050)" not in text
    assert "*" not in text


def test_equations_become_panels_and_uncertainty_a_note() -> None:
    text = tables.to_text(
        [fit(["gov"], [0.1], [0.1]), derived()],
        labels={"direct": "直接效应"},
        language="zh",
        equations="rows",
    )
    labels = [line.strip() for line in text.splitlines()]
    assert "直接效应" in labels
    assert "间接效应" in labels
    assert "模拟抽样 1000 次，随机种子 7，剔除 3 次" in text.replace("\n", "")


def test_chinese_words_and_labels(pair: list[FitResult]) -> None:
    text = tables.to_text(
        pair, language="zh", labels={"gov": "财政科技支出", "log(rd / gdp)": "研发强度"}, width=300
    )
    for wanted in ("财政科技支出", "研发强度", "观测值", "省份效应", "括号内为标准误", "注："):
        assert wanted in text


def test_a_convention_that_a_note_explains_is_named_once() -> None:
    told = replace(
        fit(["gov"], [0.1], [0.1]), notes=(message("{convention}: singletons dropped", convention="reghdfe"),)
    )
    text = tables.to_text([told], width=300)
    assert "Convention" not in text
    assert "reghdfe: singletons dropped." in text


def test_covariances_speak_chinese() -> None:
    held = fit(["gov"], [0.1], [0.1], vcov=message("CRV3 (jackknife) by {name}, t({df})", name="省份", df=30))
    assert "协方差估计：CRV3（刀切法），聚类于省份，t(30)。" in tables.to_text(
        [held], language="zh", width=300
    )


def test_names_and_chosen_statistics(pair: list[FitResult]) -> None:
    text = tables.to_text(pair, names=["base", "long"], stats={"nobs": "N"})
    assert "base" in text
    assert "Provinces" not in text
    assert any(line.split() == ["N", "248", "434"] for line in text.splitlines())


def test_statistics_of_the_model_are_rows_where_they_are_asked_for() -> None:
    held = pk.FixedEffects("y ~ x1", vcov=pk.Cluster()).fit(random_panel(3))
    found = held.model_statistics()
    rows = tables.to_csv([held], stats={"N": "N", "r2_a": "Adj. R2", "f_model": "F"}, decimals=6).splitlines()
    assert rows[-2:] == [f"Adj. R2,{found['r2_adjusted']:.6f}", f"F,{found['f_model']:.6f}"]
    assert "Adjusted R²" in tables.to_text([held], stats=["r2_a"])


def test_wrong_requests_are_refused(pair: list[FitResult]) -> None:
    with pytest.raises(ValueError, match="2 models but names for 1"):
        tables.to_text(pair, names=["one"])
    with pytest.raises(ValueError, match="at least one model"):
        tables.to_text([])
    with pytest.raises(ValueError, match="below is"):
        tables.to_text(pair, below="z")
    with pytest.raises(ValueError, match="language is 'en' or 'zh'"):
        tables.to_text(pair, language="de")


def test_latex_has_three_lines_and_escapes_names(pair: list[FitResult]) -> None:
    text = tables.to_latex(pair, caption="R&D, 50%", label="tab:rd")
    assert [text.count(rule) for rule in ("\\toprule", "\\midrule", "\\bottomrule", "\\cmidrule")] == [
        1,
        1,
        1,
        0,
    ]
    assert "gdp\\_pc\\textasciicircum{}2" in text
    assert "x\\$1:C(region){[}T.west{]}" in text
    assert "$-$1.500\\textsuperscript{*}" in text
    assert "\\caption{R\\&D, 50\\%}" in text
    assert "\\begingroup" not in text
    assert text.count("\\begin{") == text.count("\\end{")
    assert text.startswith("% pdflatex or xelatex")


def test_latex_names_the_chinese_engine(pair: list[FitResult]) -> None:
    assert "xelatex with \\usepackage{ctex}" in tables.to_latex(pair, language="zh").splitlines()[0]


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("a\\b{c}", "a\\textbackslash{}b\\{c\\}"),
        ("ρ≠0", "$\\rho \\neq$0"),
        ("R² of #1 ~ %", "R$^2$ of \\#1 \\textasciitilde{} \\%"),
        ("财政", "财政"),
    ],
)
def test_latex_escape(raw: str, safe: str) -> None:
    assert escape(raw) == safe


def test_html_is_steady_escaped_and_self_contained(pair: list[FitResult]) -> None:
    first = tables.to_html(pair, notes="a < b & <script>", caption="R&D")
    assert first == tables.to_html(pair, notes="a < b & <script>", caption="R&D")
    assert "<script>" not in first
    assert "a &lt; b &amp; &lt;script&gt;" in first
    assert 'lang="en"' in first
    assert "http://" not in first
    assert "https://" not in first
    assert 'lang="zh-CN"' in tables.to_html(pair, language="zh")


def test_word_table_has_three_lines_and_an_east_asian_font(pair: list[FitResult], tmp_path: Path) -> None:
    path = tables.to_docx(
        pair, tmp_path / "t.docx", language="zh", caption="财政补贴", names=["基准", "全部"]
    )
    body = ElementTree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    (frame,) = body.iter(f"{W}tblBorders")
    assert [side.tag.removeprefix(W) for side in frame] == ["top", "bottom"]
    rows = list(body.iter(f"{W}tr"))
    ruled = [row for row in rows if list(row.iter(f"{W}tcBorders"))]
    assert ruled == [rows[0]]
    sides = {side.tag.removeprefix(W) for borders in rows[0].iter(f"{W}tcBorders") for side in borders}
    assert sides == {"bottom"}
    runs = [run for run in body.iter(f"{W}r") if "".join(text.text or "" for text in run.iter(f"{W}t"))]
    fonts = {fonts.get(f"{W}eastAsia") for run in runs for fonts in run.iter(f"{W}rFonts")}
    assert fonts == {"宋体", "黑体"}
    assert all(list(run.iter(f"{W}rFonts")) for run in runs)
    shown = "".join(text.text or "" for text in body.iter(f"{W}t"))
    assert "表 1\u3000财政补贴" in shown
    assert "注：括号内为标准误。" in shown
    assert not list(tmp_path.glob(".*"))


def test_word_xml_keeps_the_order_of_the_schema(pair: list[FitResult], tmp_path: Path) -> None:
    path = tables.to_docx(pair, tmp_path / "t.docx", notes="n")
    body = ElementTree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    (properties,) = body.iter(f"{W}tblPr")
    order = ["tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    assert [child.tag.removeprefix(W) for child in properties] == order
    wanted = ["pStyle", "keepNext", "keepLines", "spacing", "jc"]
    for marks in body.iter(f"{W}pPr"):
        seen = [child.tag.removeprefix(W) for child in marks]
        assert seen == [name for name in wanted if name in seen]
    for cell in body.iter(f"{W}tcPr"):
        seen = [child.tag.removeprefix(W) for child in cell]
        assert seen == [name for name in ("tcW", "tcBorders", "vAlign") if name in seen]


def test_word_file_is_the_same_twice(pair: list[FitResult], tmp_path: Path) -> None:
    first = tables.to_docx(pair, tmp_path / "a.docx").read_bytes()
    assert first == tables.to_docx(pair, tmp_path / "b.docx").read_bytes()


def test_wide_word_table_turns_the_page(tmp_path: Path) -> None:
    path = tables.to_docx([fit(["gov"], [0.1], [0.1])] * 8, tmp_path / "t.docx")
    body = ElementTree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    (size,) = body.iter(f"{W}pgSz")
    assert size.get(f"{W}orient") == "landscape"


def test_results_write_themselves(tmp_path: Path) -> None:
    result = fit(["gov"], [0.1], [0.05])
    assert result.to_latex(tmp_path / "deep" / "t.tex") == (tmp_path / "deep" / "t.tex").read_text("utf-8")
    assert result.to_docx(tmp_path / "t.docx").exists()
    assert "省份数" in result.to_markdown(language="zh")


def test_an_external_maketables_table_reads_our_results(pair: list[FitResult]) -> None:
    from maketables import ETable

    frame = ETable([*pair, derived()]).df
    assert frame.loc[("coef", "gov")].iloc[0].startswith("0.183***")
    assert frame.loc[("stats", "Observations")].tolist() == ["248", "434", "248"]
    assert frame.loc[("fe", "province")].tolist() == ["x", "x", "-"]
    assert frame.loc[("coef", "direct · gov")].iloc[2].startswith("0.200")


def test_a_fit_of_another_program_stands_beside_ours() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(0)
    x = pd.DataFrame({"gov": rng.normal(size=40)})
    other = sm.OLS(pd.Series(rng.normal(size=40) + x["gov"], name="y"), x).fit()
    text = tables.to_text([fit(["gov"], [0.1], [0.05]), other])
    assert number(other.params["gov"]) in text
    assert any(line.split() == ["Observations", "248", "40"] for line in text.splitlines())


def test_fits_of_another_program_are_read_as_maketables_reads_them() -> None:
    import statsmodels.api as sm
    from linearmodels.iv import IV2SLS
    from linearmodels.panel import PanelOLS
    from maketables.extractors import get_extractor

    data = random_panel(3)
    fits = [
        sm.OLS(data["y"], sm.add_constant(data[["x1"]])).fit(),
        sm.GLM(data["y"], sm.add_constant(data[["x1"]])).fit(),
        PanelOLS(data["y"], data[["x1"]], entity_effects=True).fit(),
        IV2SLS(data["y"], data[["x1"]], None, None).fit(),
    ]
    for one in fits:
        ours, theirs = foreign_fit(one), get_extractor(one)
        wanted = theirs.coef_table(one)
        assert list(ours.table.index) == list(wanted.index)
        pd.testing.assert_frame_equal(ours.table, wanted[list(ours.table)], check_names=False, rtol=1e-12)
        assert ours.outcome == "y"
        for key, name in {
            "nobs": "N",
            "r2": "r2",
            "r2_within": "r2_within",
            "loglik": "ll",
            "aic": "aic",
        }.items():
            assert ours.facts.get(key) == theirs.stat(one, name)


def test_a_fit_on_bare_arrays_has_its_names_and_its_own_intervals() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    x = rng.normal(size=(9, 2))
    other = sm.OLS(x @ [1.0, 2.0] + rng.normal(size=9), x).fit()
    found = foreign_fit(other)
    assert list(found.table.index) == ["x1", "x2"]
    half = 2.364624 * other.bse  # t(7) at 95 %, from a printed table
    np.testing.assert_allclose(found.table["ci95u"], other.params + half, rtol=1e-6)


def test_what_is_no_column_of_a_table_is_refused() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    several = sm.MNLogit(rng.integers(0, 3, size=60), sm.add_constant(rng.normal(size=60))).fit(disp=0)
    with pytest.raises(SpecError, match="MultinomialResultsWrapper has several equations"):
        tables.to_text([several])
    for wrong in (object(), 5):
        with pytest.raises(SpecError, match=f"statsmodels or linearmodels, not {type(wrong).__name__}"):
            tables.to_text([wrong])


@pytest.mark.parametrize("kind", ["latex", "html"])
def test_lines_within_cells_stand_below_each_other(kind: str) -> None:
    frame = pd.DataFrame({"a\nb": ["x\ny"]}, index=pd.Index(["one\ntwo"], name="n"))
    text = tables.frame_table(frame, format=kind)
    wanted = {
        "latex": (r"\makecell{a\\b}", r"\makecell{x\\y}", r"\makecell[l]{one\\two}"),
        "html": ("a<br>b", "x<br>y", "one<br>two"),
    }
    for part in wanted[kind]:
        assert part in text


def test_latex_closes_what_it_opens(pair: list[FitResult]) -> None:
    text = tables.to_latex(pair, caption="{c_%", label="tab:x", notes=["a & b", "[z]"], align="decimal")
    opened = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    bare = re.sub(r"\\[{}\\]", "", text)
    assert bare.count("{") == bare.count("}")
    body = text.partition("\\midrule")[2].partition("\\bottomrule")[0]
    ends = [line for line in body.strip().splitlines() if not line.startswith("\\addlinespace")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in ends} == {2}  # a label and a cell a fit
    assert text == tables.to_latex(
        pair, caption="{c_%", label="tab:x", notes=["a & b", "[z]"], align="decimal"
    )


def test_two_html_tables_on_a_page_share_nothing(pair: list[FitResult]) -> None:
    both = tables.to_html(pair, caption="c") + tables.to_html(pair[:1], caption="c", language="zh")
    found = re.findall(r'id="([^"]+)"', both)
    assert len(found) == len(set(found)) == 2
    rules = re.findall(r"^[^\n{]*(?={)", both.partition("<style>")[2].partition("</style>")[0], flags=re.M)
    selectors = [one.strip() for rule in rules if rule.strip() for one in rule.split(",")]
    assert selectors
    assert all(one.startswith(f"#{found[0]}") for one in selectors)  # no style beyond the table


@pytest.mark.parametrize("ending", ["docx", "xlsx", "rtf", "tex", "html"])
def test_a_table_of_one_column_is_written(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{ending}"
    tables.frame_table(pd.DataFrame({"n": [1, 22]}), path, index=False)
    assert [row for row in parsed(path) if row[0] == "22"]


@pytest.mark.parametrize("ending", ["tex", "html", "md", "txt", "docx"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_plain_frames(tmp_path: Path, ending: str, language: str) -> None:
    frame = pd.DataFrame(
        {"N": [31, 30], "mean": [1.23456, np.nan], "test": ["a_b", "50%"]},
        index=pd.Index(["log(gdp)", "urban"], name="variable"),
    )
    path = tmp_path / f"t.{ending}"
    text = tables.frame_table(frame, path, language=language, labels={"mean": "Mean"}, caption="c", notes="n")
    if ending == "docx":
        assert Path(text) == path
        shown = zipfile.ZipFile(path).read("word/document.xml").decode("utf-8")
    else:
        assert path.read_text("utf-8") == text
        shown = text
    for wanted in ("variable", "Mean", "1.235", "log(gdp)", "31"):
        assert wanted in shown


def test_tests_become_a_frame() -> None:
    good = TestResult(
        name=verbatim("Hausman"),
        null=verbatim("no correlation"),
        statistic=12.345,
        distribution="chi2",
        df=(3.0,),
        p_value=0.006,
    )
    bad = TestResult.not_applicable(*map(verbatim, ("Pesaran CD", "independence", "there is one province")))
    text = tables.frame_table(tables.frame_of_tests([good, bad]), format="markdown")
    assert "| Hausman | 12.345 | chi2(3) | 0.006 | no correlation |" in text
    assert "not applicable: there is one province" in text
    assert "原假设" in tables.frame_of_tests([good], language="zh").columns


def test_one_result_needs_no_list(pair: list[FitResult]) -> None:
    assert tables.to_text(pair[0]) == tables.to_text([pair[0]])


def test_plain_frame_needs_a_format() -> None:
    with pytest.raises(ValueError, match="name the format"):
        tables.frame_table(pd.DataFrame({"a": [1]}))
    with pytest.raises(ValueError, match="needs a path"):
        tables.frame_table(pd.DataFrame({"a": [1]}), format="docx")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1234, "0.123"), (0.0, "0.000"), (-0.00012, "-0.00012"), (3e-9, "3.0e-09"), (float("nan"), "")],
)
def test_numbers(value: float, shown: str) -> None:
    assert number(value) == shown


def test_stars_count_levels() -> None:
    assert significance(0.04, (0.10, 0.05, 0.01)) == "**"
    assert significance(0.0004, (0.05, 0.01, 0.001)) == "***"
    assert significance(float("nan"), (0.10,)) == ""


@pytest.mark.parametrize(
    ("stars", "said"),
    [
        ((10, 5, 1), r"not \(10, 5, 1\): write shares, not percent"),
        ((0.1, 5, 0.01), "write shares, not percent"),
        ((0.05, 0.1, 0.01), "in falling order"),
        ((0.05, 0.05), "in falling order"),
        ((0.1, 0.0), "between 0 and 1"),
        ((0.1, -0.05), "between 0 and 1"),
        ((1.0, 0.05), "between 0 and 1"),
        ((float("nan"),), "between 0 and 1"),
        (("0.1", "0.05"), "between 0 and 1"),
        ((True,), "between 0 and 1"),
        ("***", "between 0 and 1"),
        (0.05, "between 0 and 1"),
    ],
)
def test_stars_are_shares_in_order(stars: object, said: str) -> None:
    held = fit(["gov"], [0.1], [0.1])
    for door in (
        held.to_text,
        held.to_latex,
        held.to_html,
        held.to_markdown,
        partial(held.to_docx, "t.docx"),
    ):
        with pytest.raises(SpecError, match=said):
            door(stars=stars)
    paths = pd.DataFrame({"source": ["x"], "target": ["m"], "estimate": [1.0], "p_value": [0.01]})
    with pytest.raises(SpecError, match=said):
        path_diagram(paths, treatment="x", mediators=["m"], outcome="y", stars=stars)
    with pytest.raises(SpecError, match=said):
        correlation_map(pd.DataFrame(np.eye(2)), stars=stars)


@pytest.mark.parametrize(
    "stars", [(0.1, 0.05, 0.01), (0.01, 0.05, 0.1), [0.1, 0.05, 0.01], np.array([0.1, 0.05, 0.01])]
)
def test_stars_count_the_levels_above_p(stars: object) -> None:
    text = fit(["gov"], [0.2], [0.1]).to_text(stars=stars)  # t(30) = 2: p = .055
    assert re.search(r"0\.200\*(?!\*)", text)
    assert "* p<0.1, ** p<0.05, *** p<0.01" in text


@pytest.mark.parametrize("none", [None, ()])
def test_no_stars(none: object) -> None:
    assert "*" not in fit(["gov"], [2.0], [0.1]).to_text(stars=none)


def test_unknown_statistics_are_refused_with_those_that_are_known(pair: list[FitResult]) -> None:
    for stats in (("nobs", "N_obs"), {"N_obs": "N"}, ["r2_whithin"]):
        with pytest.raises(
            SpecError,
            match=r"'(N_obs|r2_whithin)' is unknown: there are nobs, n_units, n_periods, effects, vcov, convention",
        ):
            tables.to_text(pair, stats=stats)
    with pytest.raises(SpecError, match="not one text"):
        tables.to_text(pair, stats="nobs")
    own = fit(["gov"], [0.2], [0.1], **{"effective F": 12.5, "my fact": 3})
    assert "12.500" in own.to_text(stats=("my fact", "effective_F"))


def test_frames_of_other_libraries_are_refused_by_name() -> None:
    import polars as pl

    for wrong, name in (
        (pl.DataFrame({"a": [1.0]}), r"polars\.DataFrame: give `\.to_pandas\(\)`"),
        ({"a": 1}, "dict"),
    ):
        with pytest.raises(SpecError, match=f"made from a pandas frame, not {name}"):
            tables.frame_table(wrong, format="text")
        for draw in (figures.heat_map, figures.missing_map, figures.trend_lines, figures.rank_chart,
                     figures.coefficient_plot, figures.province_map, figures.correlation_map):  # fmt: skip
            with pytest.raises(SpecError, match=f"made from a pandas frame, not {name}"):
                draw(wrong)


@pytest.mark.parametrize(
    "style",
    [
        {"stats": 5},
        {"stats": {"nobs": 5}},
        {"decimals": -1},
        {"decimals": "3"},
        {"decimals": True},
        {"decimals": 100},
        {"labels": "x"},
        {"labels": {"gov": 5}},
        {"names": 5},
        {"language": "fr"},
    ],
)
def test_options_of_the_wrong_kind_are_refused(pair: list[FitResult], style: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        tables.to_markdown(pair, **style)


def test_labels_reach_lags_interactions_and_what_i_holds() -> None:
    held = fit(["x", "W*log(a / b)", "x:C(region)[T.a:b]", "I(a / b)"], [1.0, 2.0, 3.0, 4.0], [0.1] * 4)
    text = tables.to_markdown([held], labels={"x": "研发", "log(a/b)": "强度", "a / b": "比率"})
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row][:4] == ["研发", "W × 强度", "研发 × C(region)\\[T.a:b\\]", "比率"]


def test_rows_without_numbers_stand_in_no_part_of_a_narrow_table() -> None:
    pair = [fit(["x"], [1.0], [0.1]), fit(["other"], [2.0], [0.1], r2_within=0.5)]
    assert "Within" not in tables.to_text(pair, width=30).partition("(2)")[0]
    assert "other" not in tables.to_text(pair, width=30).partition("(2)")[0]
    assert "other" in tables.to_text(pair, width=30)


def test_effects_are_columns_beside_a_fit_and_rows_where_asked() -> None:
    pair = [fit(["gov"], [0.1], [0.1]), derived()]
    lines = tables.to_csv(pair).splitlines()
    assert lines[1] == "gov,0.100,0.200**,0.400***"
    assert "direct,," in tables.to_csv(pair, equations="rows").splitlines()
    assert tables.to_csv(pair, equations="columns") == tables.to_csv(pair)
    with pytest.raises(ValueError, match="no model has such"):
        tables.to_csv(pair[:1], equations="columns")


def test_several_numbers_below_each_with_its_note() -> None:
    text = fit(["gov"], [0.1834], [0.05]).to_text(below=("t", "ci"), level=0.9, around="brackets", width=200)
    assert "[3.67]" in text
    assert "t statistics in brackets. 90% confidence intervals in brackets." in text
    half = 1.6972608943617378 * 0.05  # t(30) at 95 %, from a printed table
    assert f"[{0.1834 - half:.3f}, {0.1834 + half:.3f}]" in text


def test_exponentiated_coefficients() -> None:
    one = fit(["gov"], [0.5], [0.1])
    text = one.to_text(exponentiate=True, below=("se", "t"))
    assert f"{np.exp(0.5):.3f}***" in text
    assert f"({np.exp(0.5) * 0.1:.3f})" in text
    assert "(5.00)" in text
    assert "Exponentiated coefficients" in text


def test_panels_and_models_are_not_both_given() -> None:
    one = fit(["gov"], [0.5], [0.1])
    with pytest.raises(SpecError, match="not both"):
        one.to_text(panels={"A": [one]})
    with pytest.raises(SpecError, match="at least one model"):
        tables.to_text(panels={"A": []})
    text = tables.to_text(panels={"A: East": [one], "B：西": [one, one]}, width=300)
    assert "A: East" in text
    assert "Covariance: CRV3 by province" in text


def test_a_level_of_a_fit_of_another_program_is_refused() -> None:
    import statsmodels.api as sm

    x = pd.DataFrame({"gov": np.arange(9.0)})
    other = sm.OLS(pd.Series(np.arange(9.0) ** 2, name="y"), x).fit()
    with pytest.raises(SpecError, match="needs results of panelkit"):
        tables.to_text([other], level=0.9, below="ci")


def test_csv_opens_in_excel_as_it_is_printed() -> None:
    text = tables.to_csv([fit(["x", "y"], [0.5, -0.25], [0.05, 0.1])], labels={"x": "=1+1", "y": "-b"})
    lines = text.splitlines()
    assert lines[1:5] == ['"=""=1+1""",0.500***', ',"=""(0.050)"""', '"=""-b""",-0.250**', ',"=""(0.100)"""']


def test_labels_that_were_asked_for_meet_something() -> None:
    one = fit(["log(a / b)", "人均 GDP（元）", "z"], [0.5, 0.2, 0.1], [0.1, 0.1, 0.1])
    names = ["log(a/b)", "`人均 GDP（元）`", "z", "nobs", "log(rd/gdp)"]
    asked = AskedLabels(dict.fromkeys(names, "label"), names)
    assert tables.to_text([one], labels=asked, drop=["z"], stats=["n_units"]).count("label") == 3
    assert "人均" in tables.to_text([one], keep="`人均 GDP（元）`")
    with pytest.raises(SpecError, match=r"labels of zz: nothing of that name .*there are log\(a / b\)"):
        tables.to_text([one], labels=AskedLabels({"zz": "Z", "z": "z"}, ["zz", "z"]))
    tables.to_text([one], labels={"zz": "of another table of the paper"})


IDLE = [
    ({"level": 0.9}, "level= is that of intervals"),
    ({"below": None, "around": "brackets"}, "around= is about the numbers below"),
    ({"below": ("t", "t")}, "names a number twice"),
    ({"groups": {"Controls": []}}, "name the terms"),
    ({"names": [1]}, "names= lists texts"),
    ({"notes": [1]}, "notes= lists texts"),
    ({"caption": 5}, "caption= is a text"),
    ({"width": 20}, "30 columns at least"),
    ({"exponentiate": True}, r"exp\(800\) of `x` is beyond"),
]


@pytest.mark.parametrize(("style", "told"), IDLE)
def test_what_has_no_effect_or_is_no_text_is_refused(style: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        tables.to_text([fit(["x"], [800.0], [1.0])], **style)


def test_names_of_panels_of_different_width() -> None:
    one = fit(["x"], [0.5], [0.1])
    text = tables.to_text(panels={"A": [one, one], "B": [one]}, names=["OLS", "FE"])
    assert text.count("OLS") == text.count("FE") == 1


@pytest.mark.parametrize("name", ["t.xls", "t.doc", "t.tex", "t.csv"])
def test_a_workbook_is_no_file_of_another_kind(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match="end the name in .xlsx"):
        tables.to_excel([fit(["x"], [0.5], [0.1])], tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_exponents_stand_whole_in_maths() -> None:
    text = tables.to_latex([fit(["x"], [3.6e-13], [9e-14])], align="decimal")
    assert r"3.6\mathrm{e}{-}13^{***}" in text
