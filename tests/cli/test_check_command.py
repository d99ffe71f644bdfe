"""`panelkit check` and `panelkit claims`: layouts, exit statuses, languages, laziness."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from panelkit.claims import workers
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.verdict import Verdict
from panelkit.cli._printing import print_trimmed
from panelkit.report.terminal import overview
from tests.cli.conftest import Run

Command = Callable[..., Run]

KEYS = [
    "claim",
    "reading",
    "design",
    "seed",
    "status",
    "verdict",
    "standing",
    "conditions",
    "sizes",
    "flags",
    "claimed",
    "headline",
    "grid",
    "reason",
]
HEADLINE = [
    "term",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "p_value",
    "wild_p",
    "wild_low",
    "wild_high",
    "nobs",
    "n_units",
    "years",
    "vcov",
    "convention",
    "level",
    "inner_low",
    "inner_high",
]
GRID = ["n", "share_same_sign", "share_claim_inside", "estimates"]


def test_json_is_one_array_with_one_object_a_claim_reading_and_design(panelkit: Command, small: Path) -> None:
    run = panelkit("check", small, "--json")
    assert run.status == 0
    objects = json.loads(run.out)
    assert [(item["claim"], item["reading"], item["design"]) for item in objects] == [
        ("T1", "elasticity", "gross"),
        ("T1", "elasticity", "net"),
        ("T2", None, None),
        ("T3", None, None),
    ]
    assert all(list(item) == KEYS for item in objects)
    computed, pending, untestable = objects[0], objects[2], objects[3]
    assert list(computed["headline"]) == HEADLINE
    assert list(computed["grid"]) == GRID
    assert computed["grid"]["n"] == len(computed["grid"]["estimates"]) == 2
    assert computed["claimed"] == "0.67"
    assert computed["seed"] == "small"
    assert (pending["status"], pending["verdict"], pending["headline"]) == ("pending", None, None)
    assert (untestable["status"], untestable["verdict"]) == ("not_testable", "NOT TESTABLE")


def test_every_registered_claim_is_checked_without_arguments(
    panelkit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def light(registered: RegisteredClaim, *how: object) -> list[Verdict]:
        asked.append(registered.id)
        return []

    monkeypatch.setattr("panelkit.claims.workers.check_claim", light)
    for waiting in ("without_design", "waiting_claim"):
        monkeypatch.setattr(f"panelkit.claims.check.{waiting}", light)
    run = panelkit("check", "--json", "--workers", 1)
    assert (run.status, json.loads(run.out)) == (0, [])
    assert sorted(asked) == sorted(item.id for item in pk.load_claims())


def test_claims_are_named_by_id(panelkit: Command) -> None:
    run = panelkit("check", "a10", "A15", "--json")
    assert [item["verdict"] for item in json.loads(run.out)] == ["NOT TESTABLE", "NOT TESTABLE"]


def test_the_terminal_tells_the_verdict_in_words(panelkit: Command, small: Path) -> None:
    run = panelkit("check", small)
    assert run.status == 0
    assert "wild cluster bootstrap" in run.out
    assert "not declared" in run.out
    assert "a model" in run.out


def test_progress_is_plain_lines_where_there_is_no_terminal(panelkit: Command, small: Path) -> None:
    run = panelkit("check", small, "--no-cache")
    assert run.err == "1: claim T1\n"
    assert "claim T1" not in run.out
    run = panelkit("check", small, "--no-cache", "--lang", "zh")
    assert run.err == "1：论断T1\n"
    assert "\r" not in run.err


def test_chinese_is_spoken(panelkit: Command, small: Path) -> None:
    run = panelkit("check", small, "--lang", "zh")
    assert run.status == 0
    assert "受约束的野生聚类自助法" in run.out
    assert "无法检验" in run.out
    assert json.loads(panelkit("check", small, "--lang", "zh", "--json").out)[2]["reason"].startswith(
        "需要模型"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("check", "A99"), "no claim A99"),
        (("check", "nowhere.toml"), "there is no file nowhere.toml"),
        (("check", "--lang", "fr"), "fr"),
        (("check", "--nonsense"), "nonsense"),
        (("nonsense",), "nonsense"),
        (("claims", "show", "A99"), "no claim A99"),
    ],
)
def test_wrong_requests_end_with_status_2_and_one_clear_line(
    panelkit: Command, arguments: tuple[str, ...], told: str
) -> None:
    run = panelkit(*arguments)
    assert run.status == 2
    assert told in run.err
    assert "Traceback" not in run.err


def test_a_wrong_file_is_status_2(panelkit: Command, small: Path) -> None:
    small.write_text(small.read_text("utf-8").replace('claimed = "0.67"', "claimed = 0.67"), "utf-8")
    run = panelkit("check", small)
    assert run.status == 2
    assert "small.toml, claim T1, reading elasticity.claimed" in run.err


def test_a_claim_that_raises_is_named_with_status_2_and_the_others_run(
    panelkit: Command, small: Path
) -> None:
    small.write_text(small.read_text("utf-8").replace("log({rd} / gdp)", "log({rd} / gdpp)", 1), "utf-8")
    run = panelkit("check", small, "--json")
    assert run.status == 2
    gross, net, *_ = json.loads(run.out)
    assert gross["verdict"] is None
    assert "gdpp" in gross["reason"]
    assert net["verdict"] is not None
    assert "T1 elasticity gross" in run.err


def test_out_writes_the_page_the_tables_and_the_grid(panelkit: Command, small: Path, tmp_path: Path) -> None:
    run = panelkit("check", small, "--out", tmp_path / "out")
    assert run.status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "T1_conditions.csv",
        "T1_elasticity.docx",
        "T1_elasticity.tex",
        "T1_elasticity_conditions.docx",
        "T1_elasticity_conditions.tex",
        "T1_grid.csv",
        "T1_verdicts.csv",
        "check.html",
        "en",
        "figures",
        "index.en.html",
        "index.html",
        "index.zh.html",
        "last_run.json",
        "site",
        "tables.docx",
        "tables.tex",
        "verdicts.json",
        "zh",
    ]
    assert str(tmp_path / "out" / "index.html") in run.err


@pytest.mark.parametrize("name", ["index.html", "index.zh.html", "last_run.json"])
def test_a_folder_with_an_overview_that_is_not_ours_is_refused_before_the_run(
    panelkit: Command, small: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("[1]", encoding="utf-8")
    run = panelkit("check", small, "--out", tmp_path)
    assert run.status == 2
    assert f"{name} in {tmp_path} is not of `panelkit check`" in run.err
    assert "claim T1" not in run.err
    assert (tmp_path / name).read_text("utf-8") == "[1]"
    assert "不是 `panelkit check` 所写" in panelkit("check", small, "--out", tmp_path, "--lang", "zh").err


def test_out_that_cannot_be_written_is_status_2(panelkit: Command, small: Path) -> None:
    run = panelkit("check", small, "--out", small / "below")
    assert run.status == 2
    assert "cannot be written" in run.err


def test_the_register_is_listed_and_shown(panelkit: Command, small: Path) -> None:
    listed = panelkit("claims", "list")
    assert listed.status == 0
    assert all(f"A{number} " in listed.out for number in range(1, 18))
    shown = panelkit("claims", "show", "A9")
    assert shown.status == 0
    assert "log(rd_expenditure / gdp) ~ log(rd_funds_government)" in shown.out
    assert "declared 2026" in shown.out
    assert "T1" in panelkit("claims", "list", small).out
    assert "无法检验" in panelkit("claims", "show", "A10", "--lang", "zh").out


def test_the_version_is_the_packages(panelkit: Command) -> None:
    run = panelkit("--version")
    assert (run.status, run.out.strip()) == (0, f"panelkit {pk.__version__}")


def test_help_names_the_commands(panelkit: Command) -> None:
    run = panelkit("--help")
    assert run.status == 0
    assert "check" in run.out
    assert "claims" in run.out


def test_a_fixed_effects_claim_imports_no_other_estimator(small: Path) -> None:
    code = (
        "import sys; sys.argv = ['panelkit', 'check', sys.argv[1]]\n"
        "from panelkit.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = ('statsmodels', 'linearmodels', 'spreg', 'libpysal', 'esda', 'matplotlib', 'jinja2')\n"
        "print('LOADED', *(name for name in heavy if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(small)], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stdout.splitlines()[-1].split() == ["LOADED"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PANELKIT_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_what_is_kept_is_shown_and_deleted(panelkit: Command, small: Path, kept: Path) -> None:
    first = panelkit("check", small, "--json")
    again = panelkit("check", small, "--json")
    assert (again.out, again.err) == (first.out, "")  # nothing is computed a second time
    (held,) = json.loads(panelkit("check", "--cache", "--json").out)["kept"]
    assert (held["claim"], held["document"], held["current"]) == ("T1", "small", True)
    assert held["words"] == [item["verdict"] for item in json.loads(first.out)[:2]]
    shown = panelkit("check", "--cache")
    assert f"{kept}: 1 claim, " in shown.out.replace("\n", "")
    assert "T1" in shown.out
    assert "1个论断" in panelkit("check", "--cache", "--lang", "zh").out
    cleared = panelkit("check", "--clear-cache")
    assert "1 file of verdicts deleted" in cleared.out
    assert not kept.exists()
    assert "0 claims" in panelkit("check", "--cache").out


def test_the_language_is_that_of_the_call(panelkit: Command, small: Path, kept: Path) -> None:
    english = panelkit("check", small)
    chinese = panelkit("check", small, "--lang", "zh")
    assert panelkit("check", small, "--no-cache", "--lang", "zh").out == chinese.out
    assert panelkit("check", small, "--no-cache").out == english.out
    assert len(list(kept.glob("*.verdicts"))) == 1


def test_nothing_is_kept_unless_it_may_be(
    panelkit: Command, small: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert panelkit("check", small, "--no-cache", "--json").status == 0
    assert not kept.exists()
    monkeypatch.setenv("PANELKIT_CACHE", "off")
    assert panelkit("check", small, "--json").status == 0
    assert "PANELKIT_CACHE says off" in panelkit("check", "--cache").out


def test_a_folder_that_cannot_be_used_is_a_note(panelkit: Command, small: Path, kept: Path) -> None:
    kept.write_text("a file", "utf-8")
    run = panelkit("check", small, "--json")
    assert run.status == 0
    assert run.err.splitlines()[-1].startswith("note: no verdict is kept in")
    assert len(json.loads(run.out)) == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--cache", "A9"), "--cache and --clear-cache stand alone"),
        (("--cache", "--clear-cache"), "--cache and --clear-cache stand alone"),
        (("--workers", "0"), "write 1 or more, or -1 for all cores"),
        (("--workers", "-3"), "write 1 or more, or -1 for all cores"),
    ],
)
def test_wrong_ways_to_run_are_status_2(panelkit: Command, arguments: tuple[str, ...], told: str) -> None:
    run = panelkit("check", *arguments)
    assert run.status == 2
    assert told in run.err


def test_a_run_that_is_stopped_says_what_is_kept(
    panelkit: Command, small: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = small.read_text("utf-8")
    claim = text.split("[[claim]]\n")[1]
    small.write_text(text + "\n[[claim]]\n" + claim.replace('id = "T1"', 'id = "T4"'), "utf-8")
    whole = workers.check_claim

    def stopped(registered: RegisteredClaim, *rest: Any) -> list[Verdict]:
        if registered.id == "T4":
            raise KeyboardInterrupt
        return whole(registered, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(workers, "check_claim", stopped)
        run = panelkit("check", small, "--json", "--workers", 1)
        assert (run.status, run.out) == (130, "")
        assert "the verdicts of 1 claim are kept, and the same call goes on from there" in run.err
        assert (
            panelkit("check", small, "--no-cache", "--workers", 1).err.splitlines()[-1]
            == "stopped; nothing is kept"
        )
    assert panelkit("check", small, "--json").status == 0
    assert len(list(kept.glob("*.verdicts"))) == 2


def test_no_line_ends_in_blanks(panelkit: Callable[..., Any]) -> None:
    run = panelkit("check", "B47", "--lang", "zh")
    assert run.status == 0
    assert [line for line in run.out.splitlines() if line != line.rstrip(" ")] == []


def test_what_is_printed_is_the_overview_of_the_run(
    panelkit: Command, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = pk.check(small)
    for language in ("en", "zh"):
        run = panelkit("check", small, "--lang", language)
        print_trimmed(overview(result, language, full=True))  # type: ignore[arg-type]
        assert capsys.readouterr().out == run.out


def test_a_verdict_is_printed_before_the_next_claim_is_computed(
    panelkit: Command, small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = small.read_text("utf-8")
    claim = text.split("[[claim]]\n")[1]
    small.write_text(text + "\n[[claim]]\n" + claim.replace('id = "T1"', 'id = "T4"'), "utf-8")
    whole, printed = workers.check_claim, []

    def slow(registered: RegisteredClaim, *rest: Any) -> list[Verdict]:
        printed.append(capsys.readouterr().out)
        return whole(registered, *rest)

    monkeypatch.setattr(workers, "check_claim", slow)
    assert panelkit("check", small, "--workers", 1).status == 0
    before, between = printed
    assert before == ""
    assert "T1  " in between
    assert "T4  " not in between
