"""`panelkit doctor`, completion of a shell: what is there, what is absent, what is broken, and the remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from panelkit.cli import _complete
from panelkit.data import catalogue
from panelkit.report import installation
from panelkit.report.installation import OPTIONAL, Part, broken, parts, requirements
from tests.cli.conftest import Run

Command = Callable[..., Run]


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    return tmp_path / "no store"


def states(store: Path) -> dict[str, Part]:
    return {part.name.text("en"): part for part in parts(store)}


def test_an_installation_as_it_must_be(panelkit: Command, nowhere: Path) -> None:
    run = panelkit("doctor", "--store", nowhere, "--json")
    assert run.status == 0
    found = {item["part"]: item for item in json.loads(run.out)}
    for name in ("panelkit", "packages", "shipped figures", "registered claims"):
        assert found[name]["state"] == "ok"
        assert found[name]["remedy"] is None
    assert f"{len(pk.load_claims())} claims" in found["registered claims"]["said"]
    assert "pandas" in found["packages"]["said"]
    assert found["store of figures"]["state"] == "absent"
    assert "panelkit ingest" in found["store of figures"]["remedy"]
    assert found["kept verdicts"]["state"] == "absent"  # the tests keep none
    assert set(OPTIONAL) <= set(found)
    shown = panelkit("doctor", "--store", nowhere).out
    assert shown.startswith("ok      panelkit: panelkit ")
    assert "absent  store of figures: none in" in shown
    assert "        remedy: `panelkit ingest FILE...` makes one" in shown


def test_every_part_speaks_chinese(panelkit: Command, nowhere: Path) -> None:
    run = panelkit("doctor", "--store", nowhere, "--lang", "zh")
    assert run.status == 0
    assert run.out.startswith("正常    panelkit")
    assert "缺少    数据库：" in run.out
    assert "办法：" in run.out


def test_packages_that_are_missing_or_old_are_broken(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    asked = ["numpy>=2.0", "pandas>=1000", "no-such-package>=3", "tomli; python_version < '3'"]
    monkeypatch.setattr(installation, "requirements", lambda: (">=3.1", asked))
    found = states(nowhere)
    assert found["packages"].said.text("en").startswith("as new as they must be: numpy ")
    assert found["pandas"].state == found["no-such-package"].state == "broken"
    assert found["pandas"].remedy is not None
    assert found["pandas"].remedy.text("en") == "`pip install -U 'pandas>=1000'`"
    assert "1000 is needed" in found["pandas"].said.text("en")
    assert found["no-such-package"].said.text("en") == "not installed"
    assert "tomli" not in found
    assert broken(list(found.values()))


def test_another_python_is_broken(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    monkeypatch.setattr(installation, "requirements", lambda: (">=99", []))
    assert states(nowhere)["panelkit"].state == "broken"


def test_requirements_are_those_of_the_checkout_or_of_the_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python, packages = requirements()
    assert python == ">=3.11"
    assert any(item.startswith("pandas") for item in packages)
    monkeypatch.setattr(installation, "PACKAGE", tmp_path / "panelkit")
    monkeypatch.setattr(metadata, "metadata", lambda name: {"Requires-Python": ">=3.11"})
    monkeypatch.setattr(metadata, "requires", lambda name: ["numpy>=2", "mypy; extra == 'test'"])
    assert requirements() == (">=3.11", ["numpy>=2"])

    def lost(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", lost)
    assert requirements() == ("", [])


def test_figures_and_claims_that_cannot_be_read_are_broken(
    panelkit: Command, monkeypatch: pytest.MonkeyPatch, nowhere: Path
) -> None:
    def damaged(*_: object) -> Any:
        raise OSError("no such device")

    monkeypatch.setattr("panelkit.data.figures.read_figures", damaged)
    monkeypatch.setattr("panelkit.claims.file.load.load_claims", damaged)
    monkeypatch.setattr("panelkit.show.style.chinese_font", lambda: None)
    found = states(nowhere)
    assert found["shipped figures"].state == found["registered claims"].state == "broken"
    assert found["Chinese font"].state == "absent"
    run = panelkit("doctor", "--store", nowhere)
    assert run.status == 1
    assert "BROKEN  shipped figures: OSError: no such device" in run.out
    assert "apt install fonts-noto-cjk" in run.out.replace("\n        ", " ")


def test_a_store_is_read_and_what_is_wrong_with_it_is_told(tmp_path: Path, nowhere: Path) -> None:
    text = "province,year,indicator,value,unit\n北京,2020,gdp,36000,亿元\n"
    (tmp_path / "figures.csv").write_text(text, encoding="utf-8")
    store = tmp_path / "store"
    pk.ingest([tmp_path / "figures.csv"], store=store, vintage="own")
    assert states(store)["store of figures"].state == "ok"
    for raw in (store / "raw").rglob("*"):
        if raw.is_file():
            raw.write_bytes(b"something else")
    found = states(store)["store of figures"]
    assert found.state == "broken"
    assert found.remedy is not None
    assert "panelkit store repair" in found.remedy.text("en")
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("no store", encoding="utf-8")
    assert states(other)["store of figures"].state == "broken"


def test_the_folder_of_verdicts_is_looked_at(
    tmp_path: Path, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANELKIT_CACHE", str(tmp_path / "kept"))
    assert states(nowhere)["kept verdicts"].state == "ok"
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    assert states(nowhere)["kept verdicts"].state == "broken"
    monkeypatch.setenv("PANELKIT_CACHE", str(tmp_path))
    (tmp_path / "letter.txt").write_text("no cache", encoding="utf-8")
    assert states(nowhere)["kept verdicts"].state == "broken"


def test_a_shell_completes_claims_and_indicators(panelkit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(_complete.claims("")) == sorted(item.id for item in pk.load_claims())
    assert _complete.claims("a1")[:3] == ["A1", "A10", "A11"]
    assert [key for key, _ in _complete.indicators("")] == list(catalogue.facts())
    monkeypatch.setenv("_PANELKIT_COMPLETE", "complete_bash")
    for words, told in (
        ("panelkit check A1", "A10"),
        ("panelkit data show rd_exp", "rd_expenditure"),
        ("panelkit spat", "spatial"),
        ("panelkit fit --mod", "--model"),
    ):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        assert told in panelkit().out.split()


def test_the_script_of_a_shell_is_printed(panelkit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash", raising=False)
    run = panelkit("--show-completion")
    assert run.status == 0
    assert "_PANELKIT_COMPLETE=complete_bash" in run.out
