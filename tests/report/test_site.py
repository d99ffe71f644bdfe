"""The site of a run as files: complete, the same bytes each time, links that lead somewhere, what moved, documents."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import load_claims
from panelkit.claims.findings import Finding
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.report.claim_tables import reading_tables
from panelkit.report.drawn import ROWS, Drawn
from panelkit.report.filled import filled
from panelkit.report.site.files import Files
from panelkit.report.site.overview import overview
from panelkit.report.site.record import NAME, read_run, run_of, written_run
from panelkit.report.write import write
from panelkit.show.files import write_whole
from panelkit.show.grid import frame_grid
from panelkit.show.widths import column_widths
from panelkit.show.word_pages import Said
from panelkit.show.word_pages import pages as word_pages
from tests.claims.small import SMALL


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    path = tmp_path_factory.mktemp("claims") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return pk.check(path)


@pytest.fixture(scope="module")
def site(result: CheckResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write(result, folder, "en")
    return folder


@pytest.fixture(scope="module")
def waiting(result: CheckResult) -> CheckResult:
    """Return the run without the claim that has pictures to draw."""
    return CheckResult(tuple(item for item in result if item.claim != "T1"), result.facts)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Read(HTMLParser):
    """What a screen reader and a link checker look at."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.landmarks: list[str] = []
        self.unnamed: list[str] = []
        self.labelled: list[str] = []
        self.fields: list[str] = []
        self.language = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "html":
            self.language = held["lang"]
        if tag in ("header", "nav", "main"):
            self.landmarks.append(tag)
        if tag == "img" and not held.get("alt"):
            self.unnamed.append(self.get_starttag_text() or tag)
        if tag == "label":
            self.labelled.append(held["for"])
        if tag == "input":
            self.fields.append(held["id"])
        self.links += [held[name] for name in ("href", "src") if name in held]
        self.ids += [held["id"]] if "id" in held else []


def pages(folder: Path) -> list[Path]:
    return [*folder.glob("index*.html"), *folder.glob("en/*.html"), *folder.glob("zh/*.html")]


def test_every_claim_has_a_page_in_both_languages(site: Path) -> None:
    for language, tag in (("en", "en"), ("zh", "zh-CN")):
        names = sorted(path.name for path in (site / language).iterdir())
        assert names == ["T1.html", "T2.html", "T3.html"]
        assert Read(site / language / "T2.html").language == tag
    assert (site / "index.html").read_bytes() == (site / "index.en.html").read_bytes()
    assert "需要模型。" in (site / "zh" / "T2.html").read_text("utf-8")
    assert "write it" in (site / "en" / "T2.html").read_text("utf-8")


def test_every_link_leads_to_a_file_of_the_folder(site: Path) -> None:
    seen = set()
    for page in pages(site):
        ids = Read(page).ids
        assert len(ids) == len(set(ids))
        for link in Read(page).links:
            place, part = urldefrag(link)
            if place.startswith("data:"):
                continue
            target = (page.parent / unquote(place)).resolve() if place else page
            assert target.is_relative_to(site.resolve()), link
            assert target.is_file(), f"{page.name}: {link}"
            assert not part or part in Read(target).ids, link
            if place:
                seen.add(target.relative_to(site.resolve()).as_posix())
    # what nothing links to is what is opened by hand
    assert set(files(site)) - seen == {"index.html"}


def test_headings_landmarks_labels_and_pictures_are_told(site: Path) -> None:
    for page in pages(site):
        read = Read(page)
        assert read.headings[0] == 1
        assert read.headings.count(1) == 1
        assert all(b - a <= 1 for a, b in zip(read.headings, read.headings[1:], strict=False)), page
        assert read.landmarks.count("main") == read.landmarks.count("header") == 1
        assert "nav" in read.landmarks
        assert read.unnamed == []
        assert read.fields == read.labelled


def test_nothing_names_an_address(site: Path) -> None:
    for name, content in files(site).items():
        if (
            name.endswith((".html", ".css", ".js")) and name != "check.html"
        ):  # its drawings name their own grammar
            assert b"http:" not in content, name
            assert b"https:" not in content, name


def test_the_index_of_the_search_is_data(site: Path) -> None:
    script = (site / "site" / "claims.js").read_text("utf-8")
    start, end = "window.panelkitClaims = ", ";\n"
    assert script.startswith(start)
    claims = json.loads(script.removeprefix(start).removesuffix(end))
    assert [claim["id"] for claim in claims] == ["T1", "T2", "T3"]
    assert "r-mag" in claims[0]["words"]
    assert "rd_funds_government" in claims[0]["words"]
    assert "政府资金使研发提高三分之二。" in claims[0]["words"]
    assert "government money raises r&d by two thirds." in claims[0]["words"]


def test_what_a_claim_file_says_is_no_script(tmp_path: Path) -> None:
    path = tmp_path / "sharp.toml"
    path.write_text(SMALL.replace("Something for later", "<script>x</script> later"), encoding="utf-8")
    found = pk.check(path)
    write(CheckResult(found.of("T2")), tmp_path / "out", "en")
    for page in pages(tmp_path / "out"):
        assert "<script>x" not in page.read_text("utf-8")


def test_figures_come_with_their_numbers(site: Path) -> None:
    page = (site / "en" / "T1.html").read_text("utf-8")
    drawn = re.findall(r'<img src="\.\./(figures/[^"]+\.svg)"', page)
    assert (
        len(drawn) == 4
    )  # of the principal: residuals, curve, provinces left out; of the alternative: its curve
    for name in drawn:
        assert (site / name).read_text("utf-8").startswith("<svg ")
        table = pd.read_csv(site / name.replace(".svg", ".csv"))
        assert len(table) > 1
    within = pd.read_csv(site / "figures" / "T1_elasticity_gross_within.zh.csv")
    assert "北京" in set(within["unit"])
    assert len(within) == 2 * 124  # both panels hold every observation


def test_a_page_shows_the_first_rows_of_many() -> None:
    many = Drawn("x", "", "", pd.DataFrame({"estimate": [0.5] * (ROWS + 1)}), ("province", "year"))
    assert len(many.rows()) == ROWS
    assert many.more("en") == "The first 200 of 201 rows; the CSV holds all."
    assert many.heads("zh") == ["估计值"]
    few = Drawn("x", "", "", many.data.head(ROWS), ("province", "year"))
    assert few.more("en") == ""


def test_the_same_run_writes_the_same_bytes(result: CheckResult, site: Path, tmp_path: Path) -> None:
    write(result, tmp_path, "en")
    assert files(tmp_path) == files(site)


def test_a_second_run_says_that_nothing_moved(waiting: CheckResult, tmp_path: Path) -> None:
    mine = tmp_path / "notes.txt"
    mine.write_text("mine", encoding="utf-8")
    write(waiting, tmp_path, "zh")
    first = (tmp_path / "index.en.html").read_text("utf-8")
    assert "This is the first run in this folder" in first
    write(waiting, tmp_path, "zh")
    second = files(tmp_path)
    assert "Nothing moved: 2 claims" in second["index.en.html"].decode("utf-8")
    assert "没有变动：2个论断" in second["index.html"].decode("utf-8")
    assert mine.read_text("utf-8") == "mine"
    write(waiting, tmp_path, "zh")
    assert files(tmp_path) == second


def moved(result: CheckResult, folder: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """Return the part of the overview on what moved, after a last run that was otherwise."""
    held = json.loads(written_run(run_of(result)))
    change(held)
    (folder / NAME).write_text(json.dumps(held), encoding="utf-8")
    text = overview(result, read_run(folder), "en")
    part = text[text.index("What moved since") : text.index("Verdicts by document")]
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


def test_what_moved_is_told_by_claim_and_design(result: CheckResult, tmp_path: Path) -> None:
    def change(held: dict[str, Any]) -> None:
        held["version"] = "0.1.0"
        claim = held["claims"]["T1"]
        claim["verdict"] = "CONTRADICTED"
        claim["designs"]["elasticity gross"] |= {"estimate": 0.25, "p": 0.5}
        claim["designs"]["elasticity old"] = claim["designs"].pop("elasticity net")
        held["claims"]["T9"] = held["claims"].pop("T2")

    told = moved(result, tmp_path, change)
    assert f"The last run was made by panelkit 0.1.0, this one by {pk.__version__}." in told
    assert "1 of 2 claims of both runs moved." in told
    assert "T1 CONTRADICTED" in told
    assert "the verdict" in told
    assert "elasticity gross: estimate 0.25" in told
    assert "elasticity gross: p 0.500 →" in told
    assert "elasticity net: a new design" in told
    assert "elasticity old: no longer there" in told
    assert "T2 pending not in the last run" in told
    assert "T9 pending not in this run" in told


def test_digits_that_differ_between_machines_are_no_move(result: CheckResult, tmp_path: Path) -> None:
    def change(held: dict[str, Any]) -> None:
        for design in held["claims"]["T1"]["designs"].values():
            design["estimate"] *= 1 + 1e-7

    assert "Nothing moved: 3 claims" in moved(result, tmp_path, change)


def test_pages_of_claims_that_are_not_run_again_stay(
    result: CheckResult, waiting: CheckResult, tmp_path: Path
) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "T1.html").write_text("an earlier page", encoding="utf-8")
    (tmp_path / NAME).write_text(written_run(run_of(result)), encoding="utf-8")
    write(waiting, tmp_path, "en")
    assert (tmp_path / "en" / "T1.html").read_text("utf-8") == "an earlier page"
    assert 'href="en/T1.html"' in (tmp_path / "index.html").read_text("utf-8")
    assert '"T1"' not in (tmp_path / "site" / "claims.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("index.html", "<html>mine</html>"),
        ("index.en.html", ""),
        ("tables.tex", "a table of mine"),
        ("site/style.css", "a style of mine"),
        ("zh/T2.html", "a page of mine"),
        ("last_run.json", "{}"),
        ("last_run.json", "no json"),
        ("last_run.json", '{"made_by": "panelkit check", "version": "1", "data": "", "claims": []}'),
        (
            "last_run.json",
            '{"made_by": "panelkit check", "version": "1", "data": "", '
            '"claims": {"T1": {"status": "computed", "verdict": "GOOD", "designs": {}}}}',
        ),
    ],
)
def test_a_folder_of_something_else_is_refused_and_left_alone(
    waiting: CheckResult, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"{re.escape(name)} in .* is not of `panelkit check`"):
        write(waiting, tmp_path, "en")
    assert files(tmp_path) == {name: content.encode("utf-8")}


def test_what_cannot_be_replaced_is_named_and_nothing_is_written(
    waiting: CheckResult, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.mkdir()
    (held / "figures").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match=r"held/figures cannot be written to: a file, where a folder"):
        write(waiting, held, "en")
    assert files(held) == {"figures": b"mine"}
    write(waiting, tmp_path / "out", "en")
    (tmp_path / "out" / "tables.tex").unlink()
    (tmp_path / "out" / "tables.tex").mkdir()
    before = files(tmp_path / "out")
    with pytest.raises(DataError, match=r"out/tables\.tex cannot be written to: a folder, where a file"):
        write(waiting, tmp_path / "out", "zh")
    assert files(tmp_path / "out") == before


def test_a_run_that_is_stopped_while_it_draws_touches_nothing(
    waiting: CheckResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("panelkit.report.write.all_latex", stopped)
    with pytest.raises(KeyboardInterrupt):
        write(waiting, tmp_path / "out", "en")
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_stopped_while_it_writes_is_written_again(
    waiting: CheckResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def until_the_documents(path: Path, content: str | bytes) -> Path:
        if path.suffix == ".docx":
            raise KeyboardInterrupt
        return write_whole(path, content)

    monkeypatch.setattr("panelkit.report.site.files.write_whole", until_the_documents)
    with pytest.raises(KeyboardInterrupt):
        write(waiting, tmp_path, "en")
    monkeypatch.undo()
    assert (tmp_path / "verdicts.json").exists()
    write(waiting, tmp_path, "en")
    assert "This is the first run in this folder" in (tmp_path / "index.html").read_text("utf-8")


def test_a_run_of_some_claims_leaves_the_others_to_be_compared_with(
    result: CheckResult, waiting: CheckResult, tmp_path: Path
) -> None:
    whole = run_of(result)
    (tmp_path / NAME).write_text(
        written_run(
            replace(
                whole,
                version="0.1.0",
                claims={name: replace(claim, version="0.1.0") for name, claim in whole.claims.items()},
            )
        ),
        encoding="utf-8",
    )
    write(waiting, tmp_path, "en")
    last = read_run(tmp_path)
    assert last is not None
    assert {name: claim.version for name, claim in last.claims.items()} == {
        "T2": pk.__version__,
        "T3": pk.__version__,
        "T1": "0.1.0",
    }
    text = overview(result, last, "en")
    assert "Nothing moved: 3 claims" in text
    assert "The last run was made by panelkit 0.1.0" in text


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    held = Files(tmp_path)
    held.add(tmp_path / "T1_a.tex", "")
    with pytest.raises(
        SpecError, match=r"the file t1_A\.tex: give a claim, a reading or a design another id"
    ):
        held.add(tmp_path / "t1_A.tex", "")


def test_one_word_and_one_latex_document_hold_all_tables(site: Path) -> None:
    text = (site / "tables.tex").read_text("utf-8")
    alone = [path for path in site.glob("*.tex") if path.name != "tables.tex"]
    assert text.count(r"\begin{tabular}") == 1 + len(alone)  # the verdicts, then the tables of the claims
    for path in alone:
        body = path.read_text("utf-8")
        rows = body[body.index(r"\toprule") : body.index(r"\bottomrule")]
        assert rows in text
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    with zipfile.ZipFile(site / "tables.docx") as archive:
        document = archive.read("word/document.xml").decode("utf-8")
    assert document.count("<w:tbl>") == 1 + len(alone)
    shown = re.findall(r'fldCharType="separate"/></w:r><w:r>.*?<w:t>(\d+)</w:t>', document)
    assert shown == [str(n + 1) for n in range(1 + len(alone))]


def test_a_long_table_of_a_wide_document_runs_over_pages_and_breaks_no_word() -> None:
    frame = pd.DataFrame(
        {"Claim": ["B1"] * 30, "Verdict": ["NOT SUPPORTED"] * 30, "Design": ["long " * 25] * 30}
    )
    grid = frame_grid(frame, index=False, caption="Verdicts")
    for wide, room in ((False, 450.0), (True, 700.0)):
        widths = column_widths(grid, size=10.5, wide=wide)
        assert sum(widths) == pytest.approx(room)  # points between the margins of A4
        assert widths[1] > 6.6 * 10.5  # SUPPORTED in Times is 5.7 em wide
    made = word_pages("Title", [Said("The claim"), grid], "en", wide=True)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        document = archive.read("word/document.xml").decode("utf-8")
    kept = [row.count("<w:keepNext/>") > 0 for row in document.split("<w:tr>")[1:]]
    assert kept == [True] * 3 + [False] * 28  # the head with two rows
    assert (
        document[: document.index("<w:tbl>")].count("<w:keepNext/>") == 2
    )  # the text above it, and the caption


def test_families_have_no_column_for_claims_without_a_verdict(site: Path) -> None:
    text = (site / "index.en.html").read_text("utf-8")
    table = text[text.index("Verdicts by family") : text.index("The claims")]
    assert "PARTLY" in table
    assert "pending" not in table
    assert "NOT TESTABLE" not in table


def test_every_reading_of_the_register_has_tables_of_its_own() -> None:
    """Readings are told apart by their ids: some hold parameters that have no hash."""
    claims = [item for item in load_claims() if item.claim.status == "computed"]
    for item in claims:
        for reading in item.claim.reading:
            verdict = Verdict(
                registered=item,
                reading=reading,
                design=reading.design[0],
                reason=message("computed"),
                tested=Finding(),
            )
            (tables,) = reading_tables(CheckResult((verdict,)), item.id, "en")
            assert tables.stem == f"{item.id}_{reading.id}"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_stand_out_in_both_themes() -> None:
    """Every ink has the 4.5 that WCAG 2.1 (1.4.3) asks for on every ground it is printed on, the focus 3 (1.4.11)."""
    css = filled("site.css.j2", {}, "en")
    blocks = re.findall(r"color-scheme: (light|dark);(.*?)\}", css, flags=re.DOTALL)
    assert [theme for theme, _ in blocks] == [
        "light",
        "dark",
        "dark",
        "light",
    ]  # screen, system, chosen, paper
    assert blocks[1] == blocks[2]
    assert blocks[0] == blocks[3]
    for _, block in blocks:
        held = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        badges = [name.removeprefix("on-") for name in held if name.startswith("on-")]
        assert len(badges) == 7
        pairs = [(name, f"on-{name}") for name in badges]
        pairs += [(ink, ground) for ink in ("ink", "soft", "blue") for ground in ("paper", "tint")]
        pairs += [(ink, "paper") for ink in ("passes", "fails", "takes-away", "not-computed")]
        weak = {pair: contrast(held[pair[0]], held[pair[1]]) for pair in pairs}
        assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
        assert contrast(held["focus"], held["paper"]) >= 3
