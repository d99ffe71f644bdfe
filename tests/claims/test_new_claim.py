"""`pk.new_claim`: a file of any kind and rule whose blanks alone are missing; filled by options it lints and runs."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.problems import BLANK, blanks_in
from panelkit.claims.new.answers import usual_rule
from panelkit.language.errors import DataError, SpecError
from panelkit.language.register import find, keys

COLUMNS = ["rd_expenditure", "rd_funds_government", "gdp", "population"]
SAID = {
    "says": {"en": "More money, more output.", "zh": "经费越多，产出越高。"},
    "title": "A study",
    "authors": ["Someone"],
    "section": "3.2",
    "phrase": "more money",
}
REASON = {"smallest": "0.1", "why": "a tenth is what a plan would notice"}
Y, X, Z = "log(gdp / population)", "log(rd_expenditure)", "log(rd_funds_government)"
# what every kind that reads columns needs beside the sentences
NEEDS: dict[str, dict[str, Any]] = {
    "panel": {"outcome": Y, "treatment": X, "controls": Z, "sign": "+", **REASON},
    "moderated": {"outcome": Y, "treatment": X, "moderator": Z, "sign": "+", **REASON},
    "spatial_moderated": {
        "outcome": Y, "treatment": X, "moderator": Z, "sign": "+", "draws": 999, "permutations": 199,
        "weights": ["own"], **REASON,
    },
    "joint": {"outcome": Y, "tested": [X, Z], "given": "log(population)", "smallest": "0.04", "why": "a share of .04"},
    "mediation": {"outcome": Y, "treatment": X, "mediators": Z, "sign": "+", "draws": "999", **REASON},
    "spatial": {
        "outcome": Y, "treatment": X, "sign": "+", "draws": 999, "permutations": 199, "weights": ["own"],
        **REASON,
    },
    "threshold": {"outcome": Y, "treatment": X, "threshold": Z, "draws": "299", "smallest": "none"},
    "granger": {"outcome": Y, "cause": X, "sign": "+", "smallest": None},
    "persistence": {"figure": Y, "sign": "+", **REASON},
    "contest": {"figure": Y, "companions": X, "sign": "+", **REASON},
    "policy": {"outcome": Y, "cohort": "begun", "sign": "+", "draws": 999, **REASON},
    "frontier": {
        "inputs": "rd_expenditure", "intermediate": "rd_funds_government", "output": "gdp", "sign": "+",
        "draws": "299", **REASON,
    },
    "gap": {"figure": "rd_expenditure", "against": "gdp", "sign": "+", "draws": 999, **REASON},
    "link": {"figure": X, "against": Y, "given": "log(population)", "relation": ">", "value": "0.1", **REASON},
    "yearly": {"measure": "spearman", "figure": X, "against": Y, "relation": ">", "value": "0.5", **REASON},
    "level": {"figure": "rd_expenditure / gdp", "relation": ">", "value": "0.01", **REASON},
    "life_cycle": {"asks": "stages", "figure": "rd_expenditure / gdp", "relation": ">", "value": "0.5", **REASON},
    "tightening": {"measure": "moran", "outcome": Y, "sign": "+", **REASON},
    "leading": {"outcome": Y, "group.money": X, "group.state": Z, "leader": "money"},
}  # fmt: skip
INDEXED = {"order", "agreement", "trend"}  # of shipped figures alone


@pytest.fixture(scope="module")
def cities() -> pd.DataFrame:
    frame = pk.load_provinces(COLUMNS, (2011, 2022))
    frame = frame.rename(lambda name: f"town {name}", level=0).rename_axis(index=["city", "year"])
    frame.attrs = {}
    towns = frame.index.get_level_values(0).unique()
    begun = pd.Series(np.where(np.arange(len(towns)) % 3 == 0, 2016, 0), towns)
    return frame.assign(begun=begun.reindex(frame.index.get_level_values(0)).to_numpy())


@pytest.fixture(scope="module")
def near() -> Any:
    w = pk.contiguity()
    return w.relabelled({name: f"town {name}" for name in w.ids})


def weights_for(kind: str, near: Any) -> dict[str, Any]:
    return {"w": near} if kind in ("spatial", "spatial_moderated", "tightening") else {}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", keys("design"))
def test_a_fresh_template_lacks_its_blanks_and_nothing_else(kind: str, language: Any, tmp_path: Path) -> None:
    path = tmp_path / f"{kind}.toml"
    new = pk.new_claim(path, kind=kind, language=language)
    assert path.read_text("utf-8") == new.text
    raw = tomllib.loads(new.text)
    assert len(list(blanks_in(raw))) == len(new.blanks) == len(pk.lint_claim(path))
    lines = new.text.splitlines()
    for blank in new.blanks:
        assert BLANK in lines[blank.line - 1]
        assert blank.blank
    assert raw["claim"][0]["reading"][0]["rule"]["name"] == usual_rule(kind)
    with pytest.raises(SpecError, match="still a blank"):
        load_claims(path)


def test_every_kind_is_known_here() -> None:
    assert set(NEEDS) | INDEXED == set(keys("design"))


@pytest.mark.parametrize("kind", NEEDS)
def test_filled_by_options_it_lints_and_runs_on_a_panel_of_ones_own(
    kind: str, cities: pd.DataFrame, near: Any, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    own: dict[str, Any] = {"data": cities, **weights_for(kind, near)}
    new = pk.new_claim(path, kind=kind, fields=SAID | NEEDS[kind], **own)
    assert [str(item.said) for item in new.lint] == []
    assert new.follow.startswith("panelkit check")
    assert pk.lint_claim(path, **own).clean
    text = path.read_text("utf-8").replace("test = { seed = 1 }", "test = { seed = 1, reps = 199 }")
    path.write_text(text, encoding="utf-8")
    result = pk.check(path, **own)
    assert [str(item.error) for item in result.failures] == []
    (verdict,) = result.verdicts
    assert verdict.word is not None
    assert verdict.claim == "C1"


def test_a_contest_takes_weights_of_ones_own(cities: pd.DataFrame, near: Any, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    fields = SAID | {"figure": Y, "models": ["drift", "network"], "sign": "+", **REASON}
    new = pk.new_claim(path, kind="contest", fields=fields, data=cities, w=near)
    assert [str(item.said) for item in new.lint] == []
    assert 'weights = ["own"]' in new.text
    (verdict,) = pk.check(path, data=cities, w=near).verdicts
    assert (verdict.error, verdict.word is None) == (None, False)
    (without,) = pk.check(path, data=cities).verdicts
    assert without.word is None
    assert "weights own are not given" in str(without.error)


@pytest.mark.parametrize("rule", keys("rule"))
def test_every_rule_is_written_for_a_kind_that_it_reads(rule: str, cities: pd.DataFrame, near: Any) -> None:
    kind = next(
        name
        for name in NEEDS
        if find("rule", rule).reads(name, find("design", name).YIELDS)
        and (rule != "R-MAG" or name == "panel")
    )
    known = {name: value for name, value in NEEDS[kind].items() if name not in ("sign", "value", "relation")}
    needs = {"sign": "+", "value": "0.5", "relation": ">"}
    known |= {name: needs[name] for name in find("rule", rule).NEEDS}
    if "smallest" in find("rule", rule).IDLE:
        known.pop("smallest", None)
    new = pk.new_claim(kind=kind, rule=rule, data=cities, fields=SAID | known, **weights_for(kind, near))
    assert [str(item.said) for item in new.lint] == []
    assert (new.path, tomllib.loads(new.text)["claim"][0]["reading"][0]["rule"]["name"]) == (None, rule)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "panell"}, "no kind of design `panell`"),
        ({"rule": "R-SIN"}, "no rule `R-SIN`"),
        ({"kind": "yearly", "rule": "R-MAG"}, "rule R-MAG reads no result of a design of the kind `yearly`"),
        ({"outcom": "log(gdp)"}, "did you mean `outcome`"),
        ({"outcome": "__import__('os').system('true')"}, "starts with two underscores"),
        ({"outcome": "log(gdpp)"}, "did you mean gdp"),
        ({"rule": "R-MAG", "value": 0.67}, 'write it in quotes, as it is printed, for example "0.67"'),
        ({"years": "last year"}, "write 2011-2020"),
        ({"years": "2020-2011"}, "write the earlier year first"),
        ({"title": "a\x1b[31mb"}, r"control character U\+001B"),
        ({"title": "a\x7fb"}, r"control character U\+007F"),
        ({"title": "a\u202eb"}, r"control character U\+202E"),
        ({"title": "a\udcffb"}, "bytes that are no UTF-8"),
        ({"title": object()}, "is no value of a claim file"),
        ({"phrase": "x" * 41}, "at most 40 characters"),
        ({"unit": "city"}, "describe a panel of your own"),
    ],
)
def test_what_the_lint_refuses_is_not_written(given: dict[str, Any], told: str, tmp_path: Path) -> None:
    path = tmp_path / "no.toml"
    with pytest.raises(SpecError, match=told):
        pk.new_claim(path, **given)
    assert list(tmp_path.iterdir()) == []


def test_columns_that_the_panel_lacks_and_weights_that_nobody_reads(
    cities: pd.DataFrame, near: Any, tmp_path: Path
) -> None:
    with pytest.raises(SpecError, match="no column `gdpp` \\(near: gdp\\)"):
        pk.new_claim(tmp_path / "no.toml", data=cities, outcome="log(gdpp)")
    filled = SAID | NEEDS["panel"]
    with pytest.raises(SpecError, match="no design reads the weights"):
        pk.new_claim(tmp_path / "no.toml", data=cities, w=near, fields=filled)
    with pytest.raises(SpecError, match="give weights of your own"):
        pk.new_claim(tmp_path / "no.toml", data=cities, kind="spatial")
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine", encoding="utf-8")
    aside = tmp_path / "aside.toml"
    aside.symlink_to(tmp_path / "nowhere.toml")
    for taken in (path, aside, tmp_path):
        with pytest.raises(SpecError, match="is there already"):
            pk.new_claim(taken)
    assert path.read_text("utf-8") == "mine"
    assert not (tmp_path / "nowhere.toml").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["aside.toml", "mine.toml"]


def test_a_file_that_came_to_be_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the writing another program makes the file: it stays, and no trial file is left."""
    path = tmp_path / "mine.toml"
    monkeypatch.setattr("panelkit.claims.new.new.refuse_present", lambda target: None)
    path.write_text("theirs", encoding="utf-8")
    with pytest.raises(FileExistsError):
        pk.new_claim(path)
    assert path.read_text("utf-8") == "theirs"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights bind nobody here")
def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        pk.new_claim(tmp_path / "mine.toml")
    tmp_path.chmod(0o700)


def test_without_hard_links_a_file_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*paths: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    new = pk.new_claim(tmp_path / "mine.toml")
    assert (tmp_path / "mine.toml").read_text("utf-8") == new.text
    assert [one.name for one in tmp_path.iterdir()] == ["mine.toml"]


def test_columns_in_comments_cannot_end_them(cities: pd.DataFrame, tmp_path: Path) -> None:
    """A column that is called like a line of TOML stays inside its comment."""
    frame = cities.assign(**{"x\n[document]\ntitle = 'theirs'": 1.0})
    new = pk.new_claim(tmp_path / "mine.toml", data=frame)
    assert tomllib.loads(new.text)["document"]["title"] == BLANK
    assert "x\\x0a[document]" in new.text


def test_words_in_one_language_stand_in_both_and_the_grid_fits_what_is_known(cities: pd.DataFrame) -> None:
    new = pk.new_claim(data=cities, says="More.", controls="log(population)", lag=1)
    claim = tomllib.loads(new.text)["claim"][0]
    assert claim["says"] == {"en": "More.", "zh": "More."}
    assert claim["reading"][0]["says"] == claim["says"]
    assert [axis["id"] for axis in claim["grid"]["axis"]] == ["lag", "controls", "years"]
    assert claim["grid"]["axis"][0]["option"][0]["lag"] == 2
    assert claim["grid"]["axis"][0]["label"]["zh"] == "处理变量的滞后"
    assert claim["grid"]["leave_one_out"] == "unit"
    assert claim["sample"]["years"] == [2011, "newest"]
    shipped = tomllib.loads(pk.new_claim(years="2012-2020").text)["claim"][0]
    assert (shipped["grid"]["leave_one_out"], shipped["sample"]["years"]) == ("province", [2012, 2020])
    both = pk.new_claim(fields={"says.en": "More.", "says.zh": "越多。", "rule.at_most": "PARTLY"})
    claim = tomllib.loads(both.text)["claim"][0]
    assert claim["says"] == {"en": "More.", "zh": "越多。"}
    assert claim["reading"][0]["rule"]["at_most"] == "PARTLY"


def test_a_bound_of_the_claimed_number_waits_commented_out(cities: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    known = {"outcome": Y, "treatment": X, "value": "0.5", "smallest": "none"}
    new = pk.new_claim(path, rule="R-MAG", data=cities, fields=SAID | known)
    assert new.lint.clean
    assert "plausibility" not in tomllib.loads(new.text)["claim"][0]["reading"][0]
    lines = new.text.splitlines()
    at = lines.index("# [claim.reading.plausibility]")
    lines[at : at + 4] = [line.removeprefix("# ") for line in lines[at : at + 4]]
    path.write_text(
        "\n".join(lines).replace("...", "a tenth more is what a budget can move"), encoding="utf-8"
    )
    assert pk.lint_claim(path, data=cities).clean
    (verdict,) = pk.check(path, data=cities)
    assert verdict.tested is not None
    assert verdict.tested.plausible is not None
