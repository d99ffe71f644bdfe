"""At 40 columns every number of a command is printed whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.report.narrow import prose
from panelkit.report.terminal_conditions import Marked
from panelkit.show.plain import columns_of_terminal, folded, frame_text
from panelkit.show.tables import to_text
from tests.panels import random_panel

run = CliRunner().invoke
NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[0-9][0-9.,e+]*[0-9]")
SHIPPED = ["log(gdp/population) ~ log(rd_expenditure/gdp) + urbanisation_rate", "--years", "2016-2022"]


def printed(arguments: list[str], width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    done = run(app, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


COMMANDS = [
    ["fit", SHIPPED[0], "log(patents_granted) ~ log(rd_expenditure/gdp)", *SHIPPED[1:], "--tests"],
    ["fit", *SHIPPED, "--below", "ci"],
    ["spatial", "moran", "log(gdp/population)", "--years", "2018-2020", "--permutations", "199"],
    ["spatial", "lm", *SHIPPED],
    ["spatial", "fit", *SHIPPED],
    ["spatial", "impacts", *SHIPPED, "--method", "delta", "--orders", "2"],
    ["spatial", "sensitivity", *SHIPPED],
    ["mediate", "gdp/population", "rd_expenditure/gdp", "log(patents_granted/population)", "--reps", "100"],
    ["threshold", *SHIPPED, "--threshold", "log(gdp)", "--regime", "log(population)", "--reps", "19"],
    ["index", "run", "tech_innovation", "--draws", "20"],
    ["couple", "run", "tech_innovation", "industrial_innovation"],
    ["claims", "list"],
    ["claims", "show", "A1"],
    ["data", "list"],
    ["data", "show", "gdp"],
    ["index", "list"],
    ["index", "show", "tech_innovation"],
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("arguments", COMMANDS, ids=[" ".join(words[:2])[:20] for words in COMMANDS])
def test_no_number_is_cut_in_forty_columns(
    arguments: list[str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = printed([*arguments, "--lang", lang], 40, monkeypatch)
    assert "…" not in narrow
    assert max(cell_len(line) for line in narrow.splitlines()) <= 40
    if arguments[0] in ("fit", "mediate"):  # the others leave columns out, by design, where there is no room
        wide = printed([*arguments, "--lang", lang], 140, monkeypatch)
        assert not set(NUMBER.findall(wide)) - set(NUMBER.findall(narrow))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_verdicts_in_forty_columns(
    small: Path, lang: str, panelkit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = printed(["check", str(small), "--lang", lang], 40, monkeypatch)
    wide = printed(["check", str(small), "--lang", lang], 100, monkeypatch)
    assert "…" not in narrow
    table = [line for line in wide.splitlines() if re.search(r"[0-9]\.[0-9]+ +[-−]?[0-9.]+ (to|至) ", line)]
    assert table
    for line in table:
        for value in NUMBER.findall(line):
            assert value in narrow


def test_columns_that_do_not_fit_stand_below_each_other() -> None:
    frame = random_panel(3, 12, 7, regressors=2)
    fits = [pk.FixedEffects(f"y ~ {terms}").fit(frame) for terms in ("x1", "x2", "x1 + x2")] * 3
    wide, narrow = to_text(fits, width=400), to_text(fits, width=40)
    assert set(NUMBER.findall(wide)) == set(NUMBER.findall(narrow))
    assert [f"({at})" in narrow for at in range(1, 10)] == [True] * 9
    heads = [
        text.partition("\nNotes")[0] for text in (to_text(fits[:2], width=100), to_text(fits[:2], width=400))
    ]
    assert heads[0] == heads[1]
    assert "…" not in to_text(fits, width=100)


def test_frames_and_lines_of_text() -> None:
    frame = pd.DataFrame({"term": ["log(研发经费 / 人口)"], "estimate": ["−0.1371"], "p_value": ["0.0792"]})
    assert "−0.1371" in frame_text(frame).splitlines()[1]
    with columns_of_terminal(20):
        lines = frame_text(frame).splitlines()
        assert "  estimate −0.1371" in lines
        assert "  p_value 0.0792" in lines
        long = folded("the interval runs from -12.2831 to 3.3335 and holds zero\n" + "=" * 50)
    assert max(map(len, long.splitlines())) <= 20
    assert {"-12.2831", "3.3335"} <= set(long.split())
    assert np.all([len(line) == 50 for line in folded("=" * 50).splitlines()])


def test_cells_of_conditions_keep_their_numbers_and_brackets() -> None:
    found = "、".join(f"{year}年：-0.03{year}（-0.0314至-0.0314）" for year in range(2019, 2025))
    row = {"mark": "✓", "style": "passes", "asks": "最近5个年份各自的区间均符合", "found": found}
    for width in range(68, 130):
        console = Console(width=width)
        with console.capture() as caught:
            console.print(Marked((row,), "zh"))
        shown = caught.get()
        assert set(NUMBER.findall(found)) == set(NUMBER.findall(shown.replace("最近5个", "")))
        assert not any(line.rstrip().endswith("（") for line in shown.splitlines())


@pytest.mark.parametrize("width", [20, 40, 61, 80])
def test_sentences_keep_their_numbers_words_and_styles(width: int) -> None:
    said = Text.assemble(
        ("A9  ", "bold"),
        "估计值0.00537，95%置信区间0.00273至0.00931（p10至p90为0.831至4.07）；R&D 不含所称的0.38。",
    )
    console = Console(width=width, force_terminal=True, color_system="standard")
    with console.capture() as caught:
        console.print(prose(said, Text()))
    shown = Text.from_ansi(caught.get())
    assert max(cell_len(line) for line in shown.plain.splitlines()) <= width
    assert set(NUMBER.findall(said.plain)) <= set(NUMBER.findall(shown.plain))
    assert re.sub(r"\s", "", shown.plain) == re.sub(r"\s", "", said.plain)
    assert "R&D" in shown.plain
    assert "\x1b[1mA9" in caught.get()
