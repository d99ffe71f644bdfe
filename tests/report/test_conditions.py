"""Conditions, sizes and standings in every output and both languages."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.findings import Condition, Sizes
from panelkit.language.message import verbatim
from panelkit.report.charts import _residuals, left_out, trend_picture
from panelkit.report.conditions import (
    MARKS,
    OUTCOMES,
    _cell,
    condition_rows,
    conditions_table,
    effect_of,
    sizes_lines,
)
from panelkit.report.lay import three_sentences
from panelkit.report.page import page
from panelkit.report.terminal import overview
from panelkit.report.write import write
from panelkit.results.fit import Language
from panelkit.show.latex import escape
from panelkit.studies.scrutiny.designs import main_slopes, trend_slopes
from panelkit.studies.scrutiny.sample import cube_of
from tests.claims.small import SMALL

# sweeping against least squares with dummies: two dozen operations on numbers of order one
SAME = 1e-8


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    path = tmp_path_factory.mktemp("claims") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return pk.check(path)


def printed(result: CheckResult, language: Language, width: int = 120, *, full: bool = True) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(overview(result, language, full=full))
    return console.export_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_output_shows_every_condition_and_the_sizes(
    result: CheckResult, language: Language, tmp_path: Path
) -> None:
    write(result, tmp_path, language)
    with zipfile.ZipFile(tmp_path / "T1_elasticity_conditions.docx") as archive:
        word = archive.read("word/document.xml").decode("utf-8").replace("&amp;", "&")
    outputs = {
        "page": page(result, language).replace("&#39;", "'"),
        "terminal": "".join(printed(result, language, 400).split()),
        "word": word,
        "latex": (tmp_path / "T1_elasticity_conditions.tex").read_text("utf-8"),
        "csv": (tmp_path / "T1_conditions.csv").read_text("utf-8"),
        "json": (tmp_path / "verdicts.json").read_text("utf-8"),
    }
    verdicts = [item for item in result if item.tested is not None]
    assert len(verdicts) == 2
    for name, text in outputs.items():
        for verdict in verdicts:
            for item in verdict.conditions:
                asks = item.asks.text(language)
                asks = escape(asks) if name == "latex" else asks
                assert ("".join(asks.split()) if name == "terminal" else asks) in text, (name, asks)
    sizes = pd.read_csv(tmp_path / "T1_verdicts.csv").set_index("design")
    for verdict in verdicts:
        assert verdict.sizes is not None
        assert verdict.design is not None
        row = sizes.loc[verdict.design.id]
        assert row["detectable"] == pytest.approx(verdict.sizes.detectable, rel=1e-12)  # digits of a CSV
        assert row["smallest"] == pytest.approx(0.335)  # half of .67
        assert (row["verdict"], row["standing"]) == (verdict.word, verdict.standing)
    marks = {MARKS[item.outcome] for verdict in verdicts for item in verdict.conditions}
    assert {"✓", "−", "·"} <= marks
    assert all(mark in outputs["page"] and mark in outputs["word"] for mark in marks)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_output_says_the_flags_and_of_which_design(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace('id = "net"', 'id = "net"\nflags = ["far_proxy"]'), encoding="utf-8")
    found = pk.check(path)
    write(found, tmp_path / "out", language)
    far = {"en": "net: far proxy", "zh": "净额：较远的代理变量"}[language]
    alone = {"en": "association only", "zh": "仅为相关"}[language]
    with zipfile.ZipFile(tmp_path / "out" / "T1_elasticity_conditions.docx") as archive:
        word = archive.read("word/document.xml").decode("utf-8")
    outputs = {
        "page": page(found, language),
        "terminal": printed(found, language, 400),
        "word": word,
        "latex": (tmp_path / "out" / "T1_elasticity_conditions.tex").read_text("utf-8"),
    }
    assert {name: text.count(far) for name, text in outputs.items()} == dict.fromkeys(outputs, 1)
    assert all(alone in text for text in outputs.values())
    flags = pd.read_csv(tmp_path / "out" / "T1_verdicts.csv").set_index("design")["flags"]
    objects = json.loads((tmp_path / "out" / "verdicts.json").read_text("utf-8"))
    held = {item["design"]: item["flags"] for item in objects if item["design"] is not None}
    assert {name: text.split() for name, text in flags.items()} == held
    assert ("far_proxy" in held["net"], "far_proxy" in held["gross"]) == (True, False)


def test_json_holds_the_same_conditions_as_the_csv(result: CheckResult, tmp_path: Path) -> None:
    write(result, tmp_path, "en")
    held = json.loads((tmp_path / "verdicts.json").read_text("utf-8"))
    frame = pd.read_csv(tmp_path / "T1_conditions.csv")
    rows = [
        (item["design"], each["condition"], each["outcome"])
        for item in held
        if item["design"] is not None
        for each in item["conditions"]
    ]
    assert rows == list(frame[["design", "condition", "outcome"]].itertuples(index=False, name=None))


def test_a_brief_block_says_in_a_line_what_was_not_passed(result: CheckResult) -> None:
    text = " ".join(printed(result, "en", 100, full=False).split())
    principal = result.round_of("T1").principal
    missing = [item for item in principal.conditions if item.decides and item.outcome == "not computed"]
    assert [item.key for item in missing] == ["path"]
    assert "− cannot be computed: province trends and a common path" in text
    assert "alternatives: 1" in text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_nothing_is_cut_on_any_terminal(result: CheckResult, language: Language, width: int) -> None:
    from rich.cells import cell_len

    text = printed(result, language, width)
    assert "…" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_the_detectable_effect_is_shown_with_what_it_is() -> None:
    assert not any("etectable" in str(line) for line in sizes_lines(Sizes(smallest=0.1)))
    known = [str(line) for line in sizes_lines(Sizes(detectable=0.25, detectable_beside=0.5, excluded=0.3))]
    assert known == [
        "Detectable with 80 % power at 5 %: 0.250 by the main test, 0.500 beside a common path.",
        "The 90 % interval excludes every effect larger than 0.300, on both sides.",
    ]
    share = Sizes(detectable=0.25, detectable_is=verbatim("a share"))
    assert [str(line) for line in sizes_lines(share)] == ["Detectable: 0.250 (a share)."]
    assert list(sizes_lines(None)) == []


@pytest.mark.parametrize(
    ("outcome", "numbers", "cell"),
    [
        ("passes", {"slope": 0.2, "p": 0.0301}, "✓ 0.200 (p = 0.0301)"),
        ("takes away", {"slope": -0.05, "p": 0.55}, "✗✗ -0.0500 (p = 0.55)"),
        ("takes away", {"slope": 0.4, "excess": 0.1, "p": 0.2}, "✗✗ 0.100 (p = 0.2)"),
        ("printed", {"share": 0.81, "n": 10}, "· 81%"),
        ("fails", {}, "✗"),
        ("not computed", {}, "−"),
        ("passes", {"slope": 0.2, "p": 1e-9}, "✓ 0.200 (p < 0.001)"),
    ],
)
def test_a_cell_of_a_table_holds_mark_and_number(outcome: str, numbers: dict[str, float], cell: str) -> None:
    item = Condition(key="x", asks=verbatim("x"), outcome=outcome, found=verbatim("x"), numbers=numbers)  # type: ignore[arg-type]
    assert _cell(item).replace("\u00a0", " ") == cell


def test_what_decides_nothing_never_looks_like_a_condition_that_was_not_passed(result: CheckResult) -> None:
    """The legend says of − that it counts as not passed, which income of firms that nobody knows does not."""
    item = Condition(
        key="income", asks=verbatim("x"), outcome="not computed", found=verbatim("x"), decides=False
    )
    assert effect_of(item) == "printed"
    assert _cell(item) == "·"
    shown = replace(result.verdicts[0], conditions=(item,))
    assert [row["mark"] for row in condition_rows(shown, "en")] == ["·"]


def test_marks_and_words_are_there_for_every_outcome() -> None:
    assert set(MARKS) == set(OUTCOMES)
    assert len(set(MARKS.values())) == len(MARKS)  # the colour is never the only difference


def test_a_table_has_a_column_a_design_and_the_sizes_below(result: CheckResult) -> None:
    verdicts = [item for item in result if item.tested is not None]
    table = conditions_table(verdicts, "en")
    assert table.shape[1] == 2
    assert table.index[0] == "Verdict"
    # four years are too few for a common path, so that it has no detectable effect
    assert list(table.index[-3:]) == [
        "smallest effect of interest",
        "detectable effect (80 % power, 5 %)",
        "excluded by the 90 % interval: larger than",
    ]


def test_the_trend_picture_holds_the_residuals_of_both_designs(result: CheckResult) -> None:
    verdict = result.round_of("T1").principal
    assert verdict.tested is not None
    assert verdict.tested.fit is not None
    assert verdict.tested.fit.design is not None
    assert verdict.tested.scrutiny is not None
    panel = cube_of(verdict.tested.fit.design, verdict.tested.scrutiny.term)
    data = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2018, 2021)).sort_index()
    x = np.log(data["rd_funds_government"])
    y = np.log(data["rd_expenditure"] / data["gdp"])
    units = pd.get_dummies(data.index.get_level_values("province"), dtype=float).to_numpy()
    years = pd.get_dummies(data.index.get_level_values("year"), dtype=float).to_numpy()
    trend = data.index.get_level_values("year").to_numpy(float)[:, None] - 2019.5
    for fit, nuisance in (
        (main_slopes(panel), [units, years]),
        (trend_slopes(panel), [units, years, units * trend]),
    ):
        columns = np.column_stack(nuisance)
        left = [
            v - columns @ np.linalg.lstsq(columns, v, rcond=None)[0] for v in (x.to_numpy(), y.to_numpy())
        ]
        found = _residuals(fit, verdict).set_index(["unit", "when"]).sort_index()
        assert list(found.index) == [(str(a), int(b)) for a, b in data.index]
        assert found["x"].to_numpy() == pytest.approx(left[0], abs=SAME)
        assert found["y"].to_numpy() == pytest.approx(left[1], abs=SAME)
        slope = float(left[0] @ left[1] / (left[0] @ left[0]))
        assert float(fit.slope[0]) == pytest.approx(slope, rel=SAME)
    drawn = trend_picture(verdict, "en")
    assert drawn is not None
    assert "net of province and year effects" in drawn.svg
    assert f"slope: {float(main_slopes(panel).slope[0]):.3g}" in drawn.svg


def test_the_worst_province_of_the_plot_is_that_of_the_condition(result: CheckResult) -> None:
    verdict = result.round_of("T1").principal
    (condition,) = [item for item in verdict.conditions if item.key == "provinces"]
    drawn = left_out(verdict, "en")
    assert drawn is not None
    name = condition.found.split("worst without ")[1].split(":")[0]
    assert f"the absence of {name} costs most" in drawn.svg


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_opens_with_three_sentences(result: CheckResult, language: Language) -> None:
    said = three_sentences(result, "T1", language)
    assert len(said) == 3
    assert all(head and text for head, text in said)
    text = page(result, language)
    places = [text.index(head) for head, _ in said]
    assert places == sorted(places)
    assert places[-1] < text.index('<table class="plain conditions">')
    limit = "random walks" if language == "en" else "随机游走"
    assert limit in text


@pytest.mark.usefixtures("kept_verdicts")
def test_the_story_of_the_flagship_is_told_in_order() -> None:
    result = pk.check("A9", cache=True)
    text = page(result, "en")
    order = [
        "The story in numbers",
        "R&amp;D with government money</td>",
        "of this the money itself",
        "R&amp;D without government money</td>",
        "beside a trend in every province",
        "on the money of the next year",
        "Together: ",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "数字里的来龙去脉" in page(result, "zh")
