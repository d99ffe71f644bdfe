"""Every block of code in the README and the docs runs: Python page by page, commands one by one."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.cli import main
from panelkit.data.cities import city_labels
from tests.docs.site import HOME, blocks, english
from tests.every_result import city_panel, lattice
from tests.show.maps.drawn import own_map

# the code of a Chinese page is the English page's (test_chinese_pages.py), but for one that speaks Chinese
PAGES = [HOME / "README.md", HOME / "CONTRIBUTING.md", *english(), HOME / "docs" / "stata.zh.md"]
# what is shown and not run: output, files of claims (tests/claims reads such), commands of another program or system
SHOWN = {"text", "toml", "bat", "stata"}
# how to install and test is what .ci/run does
INSTALLS = ("python3 -m venv", ".venv/bin/", "mkdocs")
# a run over every claim takes minutes; tests/cli holds it on small claims, and here its options are read
WHOLE = ("panelkit check", "panelkit check --json", "panelkit check --figures")
# a page that builds a part of the package is run on a copy of it by test_how_to.py
BUILT = (
    "add_an_estimator.md",
    "add_a_covariance.md",
    "add_a_command.md",
    "add_a_layout.md",
    "add_a_rule.md",
    "add_an_identity.md",
)


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a block, a line each, without comments."""
    for line in text.replace("\\\n", " ").splitlines():
        command = " ".join(shlex.split(line, comments=True, posix=False))
        if command:
            yield command


def runs(page: Path) -> list[str]:
    """Return the commands of a page that run, in its order."""
    held = [command for kind, text in blocks(page) if kind == "sh" for command in commands(text)]
    return [command for command in held if not command.startswith(INSTALLS)]


# a tutorial runs from top to bottom in test_transcripts.py
ALONE = [page for page in PAGES if page.name not in BUILT and page.parent.name != "tutorials"]
SHELLS = [page for page in ALONE if runs(page)]
SCRIPTS = [page for page in ALONE if any(kind == "python" for kind, _ in blocks(page))]


def formulas() -> dict[str, Any]:
    frame = city_panel()
    frame = frame.assign(**{name: frame["x"].abs() + 1.0 for name in ("rd", "gdp", "gov", "rd_government")})
    return {"data": frame.assign(region="east")}


def indices() -> dict[str, Any]:
    panel = city_panel()[["x", "m"]].abs().set_axis(["rd", "energy"], axis=1)
    return {"my_panel": panel, "scores": [[0.6, 0.4], [0.5, 0.2]]}


def mediation() -> dict[str, Any]:
    return {"own": city_panel().rename(columns={"w": "z"}), "w": lattice()}


def tables() -> dict[str, Any]:
    data = city_panel()
    fits = [pk.FixedEffects(f"y ~ {x}").fit(data) for x in ("x", "x + w", "x + m")]
    curve = pk.SpecificationCurve(("y",), ("x",), pk.control_sets(("w", "m"))).fit(data)
    pooled = pk.PooledOLS("y ~ x").fit(data)
    return {
        **{f"fit_{number}": fit for number, fit in enumerate(fits, 1)},
        "frame": pk.describe_panel(data, ["x", "y"]).reset_index(),
        "hausman": pk.breusch_pagan_lm(pooled),
        "pesaran": pk.pesaran_cd(fits[0]),
        "curve": curve.frame,
    }


def yearbook() -> dict[str, Any]:
    own = city_panel()[["x", "m"]].abs().add(1.0).set_axis(["gdp", "population"], axis=1).reset_index()
    cities = dict(zip(own["city"].unique(), city_labels("zh").values(), strict=False))
    years = own["year"] - own["year"].min() + 2015
    own.assign(city=own["city"].map(cities), year=years).dropna().round(3).to_csv("own.csv", index=False)
    pk.ingest(["own.csv"], store="figures", level="city")
    return {}


def own_claim() -> dict[str, Any]:
    return {"panel": city_panel(), "w": lattice()}


def readme() -> dict[str, Any]:
    own = city_panel()[["y", "x", "m"]].abs().add(0.1).set_axis(["产出", "研发经费", "外资占比"], axis=1)
    own.rename_axis(index=["城市", "年份"]).reset_index().to_csv("panel.csv", index=False)
    return {}


def maps() -> dict[str, Any]:
    own_map(Path("own.geojson"))
    return {}


HELD = {
    "README.md": readme,
    "formulas.md": formulas,
    "indices.md": indices,
    "maps.md": maps,
    "mediation.md": mediation,
    "new_yearbook.md": yearbook,
    "own_claim.md": own_claim,
    "tables_and_figures.md": tables,
}


def own_files(folder: Path, page: str) -> None:
    """Write the files that the commands of a page name."""
    data = city_panel().rename_axis(index={"city": "province"})
    if page == "claims.md":
        examples = [text for kind, text in blocks(HOME / "docs" / page) if kind == "toml"]
        (folder / "my_claim.toml").write_text("\n".join(examples[:2]), encoding="utf-8")
        (folder / "own_claim.toml").write_text(examples[-2], encoding="utf-8")
        (folder / "totals.toml").write_text(examples[-1], encoding="utf-8")
        totals = {"place": "nation", "year": range(2019, 2024), "imports": range(30, 35), "exports": 10}
        pd.DataFrame(totals).to_csv(folder / "totals.csv", index=False)
        city_panel().reset_index().to_csv(folder / "panel.csv", index=False)
        city_panel().reset_index().to_excel(folder / "panel.xlsx", sheet_name="cities", index=False)
    elif page == "README.md":
        readme()
    elif page in ("maps.md", "network.md"):
        own_map(folder / "own.geojson")
    elif page == "conventions.md":
        paper = ",(1)\nln_rd,0.624**\n,(0.288)\nlngdp,-0.410\n,(0.298)\nN,300\n"
        (folder / "paper.csv").write_text(paper, encoding="utf-8")
        (folder / "own_paper.csv").write_text(",(1)\nln补贴,0.12*\n,(0.06)\n", encoding="utf-8")
        own = data[["x", "m", "y"]].abs().add(0.1).set_axis(["补贴", "投资", "产出"], axis=1)
        own.rename_axis(index=["城市", "年份"]).reset_index().to_csv(folder / "panel.csv", index=False)
    elif page == "indices.md":
        own = data[["x", "m", "y"]].abs().add(0.1).set_axis(["rd", "patents", "energy"], axis=1)
        own.rename_axis(index=["地区", "年份"]).reset_index().to_excel(folder / "own.xlsx", index=False)
        scores = pd.DataFrame(
            {"province": ["北京", "上海"], "year": 2020, "U1": [0.6, 0.5], "U2": [0.4, 0.2]}
        )
        scores.to_csv(folder / "scores.csv", index=False)
        scores.assign(C=["0.980", "0.904"]).to_csv(folder / "printed.csv", index=False)
    elif page == "mediation.md":
        data.rename(columns={"w": "z"}).reset_index().to_csv(folder / "panel.csv", index=False)
    elif page == "new_yearbook.md":
        text = "province,year,indicator,value,unit\n北京,2020,gdp,36000,亿元\n上海,2020,gdp,38000,亿元\n"
        (folder / "分省年度数据.csv").write_text(text, encoding="utf-8")
        cities = "城市,年份,gdp\n石家庄,2020,5935\n太原,2020,4153\n大连,2020,7030\n"
        (folder / "主要城市年度数据.csv").write_text(cities, encoding="utf-8")
        (folder / "中国科技统计年鉴2023").mkdir()
        (folder / "中国科技统计年鉴2023" / "01.csv").write_text(text, encoding="utf-8")
    elif page == "own_data.md":
        own = data[["x", "m", "y"]].abs().add(0.1).set_axis(["研发经费", "投资", "产出"], axis=1)
        own.rename_axis(index=["城市", "年份"]).reset_index().to_excel(folder / "panel.xlsx", index=False)
    elif page == "own_claim.md":
        city_panel()[["y", "x", "m"]].reset_index().to_csv(folder / "my_panel.csv", index=False)
        w = lattice()
        pd.DataFrame(w.matrix.toarray(), index=w.ids, columns=w.ids).to_csv(folder / "w.csv")
    elif page == "panel_regression.md":
        own = data.rename(columns={"x": "x1", "m": "x2", "z1": "z"}).reset_index()
        own.assign(region=own["province"].str[-1]).to_excel(folder / "own.xlsx", index=False)
    elif page in ("stata.md", "stata.zh.md"):
        held = pk.load_provinces(["patents_granted", "rd_expenditure", "gdp"], (2015, 2022)).reset_index()
        w = pk.contiguity()
        held["province"] = pd.Categorical(held["province"], categories=w.ids)
        held.to_stata(folder / "data.dta", write_index=False, variable_labels={"gdp": "GDP"}, version=118)
        bare = pd.DataFrame(w.matrix.toarray()).rename(columns=lambda at: f"W{at + 1}")
        bare.to_stata(folder / "W.dta", write_index=False)
    elif page == "verdicts.md":
        own = city_panel().reset_index().rename(columns={"m": "z"})
        own.assign(zone=own["city"].str[-1]).to_csv(folder / "cities.csv", index=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_say_what_they_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert {kind for kind, _ in blocks(page)} <= SHOWN | {"python", "sh"}
    assert not re.search(r"^    panelkit ", text, re.MULTILINE), "commands stand in blocks of `sh`"
    assert not re.search(r"(?<![\w.])/(home|tmp|work|root|Users)/", text), "no page says paths of one machine"


@pytest.mark.parametrize("page", SCRIPTS, ids=lambda page: page.name)
@pytest.mark.filterwarnings("ignore:.*[Ff]ont.*:UserWarning")
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    held = {"pk": pk, "np": np, "pd": pd, **HELD.get(page.name, dict)()}
    for number, (kind, text) in enumerate(blocks(page)):
        if kind == "python":
            exec(compile(text, f"{page.name} block {number}", "exec"), held)


@pytest.mark.usefixtures("kept_verdicts")  # many pages check A9
@pytest.mark.parametrize("page", SHELLS, ids=lambda page: page.name)
def test_commands_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    own_files(tmp_path, page.name)
    for command in runs(page):
        words = shlex.split(command)
        assert words[0] == "panelkit"
        monkeypatch.setattr(sys, "argv", words + (["--help"] if command in WHOLE else []))
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code in (0, None), f"{command}\n{capsys.readouterr().err}"
