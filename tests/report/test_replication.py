"""The replication package of a claim: what is in it, that it gives the same digits elsewhere, what it refuses."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.source import Shipped
from panelkit.claims.windows import figures_of
from panelkit.data import catalogue
from panelkit.data.nation import product_years
from panelkit.data.paths import figures_from, shipped
from panelkit.data.reads import Reads, noting
from panelkit.language.errors import DataError, SpecError
from panelkit.report.replication import folder as package_folder
from panelkit.report.replication.claim_file import claim_texts
from panelkit.report.replication.extract import write_extract
from panelkit.report.replication.folder import digest_of, files_of
from panelkit.report.replication.lock import versions_in_use
from panelkit.report.replication.replicate import Replication
from panelkit.report.replication.script import script_text
from panelkit.report.replication.wheel import WHEEL, this_build, write_wheel
from tests.claims.small import SMALL

ROOT = Path(__file__).parents[2]
HEADINGS = [
    "Overview",
    "Data Availability and Provenance Statements",
    "Statement about Rights",
    "Summary of Availability",
    "Dataset list",
    "Computational requirements",
    "Software Requirements",
    "Controlled Randomness",
    "Memory, Runtime, and Storage Requirements",
    "Description of programs/code",
    "License for Code",
    "Instructions to Replicators",
    "List of tables and programs",
    "References",
]
QUICK, FIGURES = "B126", {"rd_basic_research", "rd_expenditure"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Replication:
    return pk.replicate(QUICK, tmp_path_factory.mktemp("made") / "package")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Replication:
    folder = tmp_path_factory.mktemp("own")
    path = folder / 'my "own" 论断.toml'
    marked = SMALL.replace("R&D by two thirds", "R&D <b>by</b> 2 | 3, in `mean` of $x$")
    path.write_text(marked, encoding="utf-8")
    columns = ["rd_expenditure", "rd_funds_government", "gdp", "population"]
    frame = pk.load_provinces(columns, (2015, 2023)).reset_index()
    frame.attrs = {}
    frame["area"] = frame["province"].str[0].map(ord).astype(str).str.zfill(4)  # 0065 is no number
    frame["code"] = [
        "0" + name[:3] for name in frame["province"]
    ]  # text that a reader of csv may take for a number
    options = {"data": frame, "unit": "province", "time": "year", "regions": "area"}
    return pk.replicate(path, folder / "package", **options)


@pytest.fixture
def copied(made: Replication, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.folder, tmp_path / "copy"))


def run_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run the script of a package in this process; return its status and what it printed."""
    capsys.readouterr()
    status = runpy.run_path(str(folder / "run.py"), run_name="package")["main"]()
    return status, capsys.readouterr().out


def test_the_package_holds_what_the_claim_reads_and_no_other_figure(made: Replication) -> None:
    held = {path.name.split(".")[0] for path in (made.folder / "data" / "figures").iterdir()}
    assert held == FIGURES
    about = pd.read_csv(made.folder / "codebook.csv")
    assert set(about["series"]) == FIGURES
    assert about[["unit", "source", "publisher", "publication", "through"]].notna().all().all()
    for name in FIGURES:
        file = f"figures/{name}.as_published.csv"
        mine = (made.folder / "data" / file).read_text(encoding="utf-8").splitlines()
        theirs = (shipped("data") / file).read_text(encoding="utf-8").splitlines()
        rows = [line for line in mine if not line.startswith("#")]
        assert set(rows) <= set(theirs)  # every cell as it stands there
        assert [row[:4] for row in rows[1:]] == [str(year) for year in range(2014, 2024)]
        assert any("2014-2023" in line for line in mine if line.startswith("# source"))


def test_the_claim_file_is_declared_as_it_is_registered(made: Replication) -> None:
    (again,) = pk.load_claims(made.folder / "claim" / f"{QUICK}.toml")
    (there,) = [item for item in pk.load_claims() if item.id == QUICK]
    assert again.claim == there.claim
    assert again.declaration == there.declaration


def test_every_file_is_listed_with_its_hash(made: Replication) -> None:
    lines = (made.folder / "sha256sums.txt").read_text("utf-8").splitlines()
    pairs = [line.split("  ", 1) for line in lines]
    assert sorted([name for _, name in pairs] + ["sha256sums.txt"]) == list(made.files)
    for digest, name in pairs:
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == digest


def test_the_readme_has_the_headings_of_the_template_in_both_languages(
    made: Replication, own: Replication
) -> None:
    for package in (made, own):
        english = (package.folder / "README.md").read_text(encoding="utf-8")
        chinese = (package.folder / "README.zh.md").read_text(encoding="utf-8")
        found = re.findall(r"^#{2,} (.*)$", english, re.MULTILINE)
        assert found == HEADINGS
        levels = [re.findall(r"^#+", text, re.MULTILINE) for text in (english, chinese)]
        assert levels[0] == levels[1]
        assert all(
            re.search("[\u4e00-\u9fff]", one) for one in re.findall(r"^#+ (.*)$", chinese, re.MULTILINE)
        )
        assert f"{package.numbers} numbers: all as in results.json" in english
        assert "```sh" in chinese
        assert re.search(r"\| Source \| Provided \|\n.*\n.* \| yes \|", english)
        assert re.search(r"\| 随附 \|\n.*\n.* \| 是 \|", chinese)
    assert "panelkit does not know who gathered them" in english
    assert "seed = 7" in english
    assert r"R&D \<b\>by\</b\> 2 \| 3, in \`mean\` of \$x\$" in english
    assert "publishers stand" not in english
    assert "publishers stand" in (made.folder / "README.md").read_text(encoding="utf-8")


def fresh(folder: Path, wheel: Path) -> Path:
    """Return the interpreter of a new environment with this wheel; other packages are those of the running one."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    place = next(folder.glob("lib/python*/site-packages"))
    (place / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--ignore-installed",  # the running environment holds the same version, and pip sees it
    ]
    subprocess.run([*install, "--disable-pip-version-check", str(wheel)], check=True)
    return python


def test_a_fresh_environment_gives_the_same_digits(
    made: Replication, own: Replication, tmp_path: Path
) -> None:
    python = fresh(tmp_path / "env", made.folder / WHEEL)

    def said(*arguments: str) -> str:
        plain = {"PATH": "", "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [str(python), *arguments],
            cwd=tmp_path,
            env=plain,
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        return done.stdout

    assert str(tmp_path) in said("-c", "import panelkit; print(panelkit.__file__)")
    for package in (made, own):
        lines = said(str(package.folder / "run.py")).splitlines()
        assert lines[-1] == f"{package.numbers} numbers: all as in results.json"
        stored = json.loads((package.folder / "results.json").read_text("utf-8"))["results"]
        for one in [item for item in stored if item["headline"] is not None]:
            assert f"  estimate: {one['headline']['estimate']:.6g}" in lines
    # packed again from the installed files, the wheel is the same one
    code = "from pathlib import Path; from panelkit.report.replication.wheel import this_build, write_wheel\n"
    code += f"write_wheel(this_build(), Path({str(tmp_path / WHEEL)!r}))"
    said("-c", code)
    assert (tmp_path / WHEEL).read_bytes() == (made.folder / WHEEL).read_bytes()


def test_figures_that_were_changed_make_it_say_which_number_differs(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = run_in(copied, capsys)
    assert (status, said.splitlines()[-1]) == (0, said.splitlines()[-1])
    path = copied / "data" / "figures" / "rd_basic_research.as_published.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[-1].split(",")
    cells[3] = repr(float(cells[3]) * 1.001)
    path.write_text("\n".join([*lines[:-1], ",".join(cells)]) + "\n", encoding="utf-8")
    status, said = run_in(copied, capsys)
    assert status == 1
    assert "changed since the package was made: data/figures/rd_basic_research.as_published.csv" in said
    found = re.search(
        r"differs: B126 basic share: headline by_year 2023 is (\S+) here, (\S+) in results", said
    )
    assert found is not None
    assert float(found[1]) > float(found[2])
    assert "headline by_year 2022 is" not in said


def test_a_result_that_was_changed_is_named(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied / "results.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["results"][0]["headline"]["estimate"] *= (
        1 + 2e-6
    )  # the seventh digit; the sixth is what is compared
    path.write_text(json.dumps(stored), encoding="utf-8")
    status, said = run_in(copied, capsys)
    assert status == 1
    assert re.findall(r"^differs: (.*) is ", said, re.MULTILINE) == ["B126 basic share: headline estimate"]
    (copied / "README.zh.md").unlink()
    assert "not here any more: README.zh.md" in run_in(copied, capsys)[1]


def test_a_panel_of_ones_own_is_cut_to_what_the_claim_names(
    own: Replication, capsys: pytest.CaptureFixture[str]
) -> None:
    with (own.folder / "data" / "panel.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["province", "year", "rd_expenditure", "rd_funds_government", "gdp", "area"]
    assert {row[1] for row in rows} == {str(year) for year in range(2018, 2023)}
    assert not (own.folder / "data" / "figures").exists()
    assert "dtype={'province': str, 'area': str}" in (own.folder / "run.py").read_text(encoding="utf-8")
    assert run_in(own.folder, capsys)[0] == 0


def test_weights_of_ones_own_are_packed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(5)
    units = ["NA", *(f"{n:03d}" for n in range(1, 20))]
    index = pd.MultiIndex.from_product([units, range(2001, 2009)], names=["firm", "year"])
    frame = pd.DataFrame({"x": rng.normal(size=160), "y": rng.normal(size=160), "idle": 1.0}, index=index)
    ring = np.zeros((20, 20))
    for n in range(20):
        ring[n, (n + 1) % 20] = ring[n, n - 1] = rng.uniform(0.5, 1.5)
    w = pk.as_weights(ring, units, name="ring")
    path = tmp_path / "spill.toml"
    pk.new_claim(path, kind="spatial", data=frame, w=w, **WORDS)
    made = pk.replicate(path, tmp_path / "package", data=frame, w=w)
    header = (made.folder / "data" / "panel.csv").read_text("utf-8").splitlines()[0]
    assert header == "firm,year,x,y"
    script = (made.folder / "run.py").read_text(encoding="utf-8")
    assert "name='ring'" in script
    assert "dtype={'firm': str}" in script  # 007 is no number
    assert run_in(made.folder, capsys)[0] == 0


WORDS = {
    "outcome": "y",
    "treatment": "x",
    "sign": "+",
    "says": {"en": "x of neighbours raises y.", "zh": "邻居的 x 提高 y。"},
    "title": "A study",
    "authors": ["Someone"],
    "section": "1",
    "phrase": "neighbours",
    "smallest": "0.2",
    "why": {"en": "below it nothing matters", "zh": "更小则无意义"},
}


def kinds() -> dict[str, RegisteredClaim]:
    """Return a computed claim of every kind of design."""
    found: dict[str, RegisteredClaim] = {}
    for item in pk.load_claims():
        for reading in item.claim.reading if item.claim.status == "computed" else ():
            for design in reading.design:
                found.setdefault(design.kind, item)
    return found


@pytest.mark.parametrize(("kind", "item"), kinds().items(), ids=kinds())
def test_an_extract_of_every_kind_is_complete(kind: str, item: RegisteredClaim, tmp_path: Path) -> None:
    """Every figure that the claim names is in it, the window is the same, and the claim file is what was declared."""
    about = catalogue.facts()
    full = shipped("data").resolve()
    with noting() as reads:
        ready = Shipped().prepared(item)
        named = dict(figures_of(item.claim))
    for column, vintage in named.items():
        if column in about:
            reads.files.add(full / "figures" / f"{column}.{vintage or about[column].default_vintage}.csv")
        else:
            reads.years[column, "as_published"] = set(product_years(column))
    series = write_extract(full, reads, [ready], tmp_path / "data")
    assert {one.key for one in series} == set(named)
    for name, text in claim_texts([item]).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (again,) = pk.load_claims(tmp_path / f"{item.id}.toml")
    with figures_from(tmp_path / "data"):
        there = Shipped().prepared(again)
        for reading in there.claim.reading:
            for design in reading.design:
                Shipped().check(there.claim, design)
    assert there.window == ready.window
    assert there.claim == ready.claim
    compile(script_text(f"{item.id}.toml", None), "run.py", "exec")
    assert kind in {design.kind for reading in again.claim.reading for design in reading.design}


def test_the_wheel_is_the_same_twice_and_as_its_record_says(tmp_path: Path) -> None:
    build = this_build()
    write_wheel(build, tmp_path / "a.whl")
    write_wheel(build, tmp_path / "b.whl")
    assert (tmp_path / "a.whl").read_bytes() == (tmp_path / "b.whl").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.whl") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    (record,) = [name for name in held if name.endswith(".dist-info/RECORD")]
    for row in csv.reader(held[record].decode().splitlines()):
        if row[0] != record:
            digest = base64.urlsafe_b64encode(hashlib.sha256(held[row[0]]).digest()).rstrip(b"=").decode()
            assert row[1:] == [f"sha256={digest}", str(len(held[row[0]]))]
    assert {"panelkit/__init__.py", "panelkit/_data/sources.csv", "panelkit/_seeds/DECLARED.toml"} <= set(
        held
    )
    assert not [name for name in held if "__pycache__" in name]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    about = held[record.replace("RECORD", "METADATA")].decode()
    asked = re.findall(r"^Requires-Dist: ([^;\n]+)$", about, re.MULTILINE)
    assert asked == project["dependencies"]
    assert set(versions_in_use(build.requires)) >= {"numpy", "pandas", "scipy", "statsmodels", "packaging"}


def test_a_folder_with_anything_else_is_refused_and_left(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(DataError, match="thesis.txt"):
        pk.replicate(QUICK, tmp_path / "full")
    (copied / "README.md").write_text("mine now", encoding="utf-8")
    with pytest.raises(DataError, match=r"README\.md"):
        pk.replicate(QUICK, copied)
    assert (copied / "README.md").read_text(encoding="utf-8") == "mine now"
    assert (tmp_path / "full" / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "full"]


def test_a_package_as_it_was_written_is_replaced(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (copied / "results.json").read_bytes()
    monkeypatch.chdir(copied)  # the folder that one stands in keeps its place
    again = pk.replicate(QUICK, ".")
    assert Path.cwd().samefile(copied)
    assert files_of(copied) == list(again.files)
    assert (copied / "results.json").read_bytes() == before
    assert sorted(again.files) == list(again.files)
    assert [path.name for path in copied.parent.iterdir()] == ["copy"]


def test_a_file_is_read_once_to_see_whether_it_was_changed(
    made: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr(package_folder, "digest_of", lambda path: read.append(path) or digest_of(path))
    package_folder.refuse_foreign(made.folder)
    assert len(read) == len(set(read)) == len(made.files) - 1


def test_what_cannot_be_moved_is_moved_back(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: (copied / name).read_bytes() for name in files_of(copied)}
    real, calls = os.replace, iter(range(99))

    def short(path: Path, place: Path) -> None:
        if next(calls) == 11:  # all of the old package is away, and two entries of the new one are there
            raise PermissionError(13, "Permission denied")
        real(path, place)

    monkeypatch.setattr(os, "replace", short)
    new = package_folder.whole_folder(copied)
    part = new.__enter__()
    for name in ("README.md", "claim", "new"):
        (part / name).write_text("new", encoding="utf-8")
    with pytest.raises(DataError, match="Permission denied"):
        new.__exit__(None, None, None)
    assert {name: (copied / name).read_bytes() for name in files_of(copied)} == before


def test_what_breaks_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("panelkit.report.replication.writing.write_wheel", broken)
    with pytest.raises(DataError, match="No space left"):
        pk.replicate(QUICK, tmp_path / "new" / "package")
    assert list(tmp_path.iterdir()) == []


def test_figures_that_give_other_numbers_are_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., object] = write_extract

    def short(full: Path, reads: Reads, claims: list[RegisteredClaim], folder: Path) -> object:
        for years in reads.years.values():
            years -= {min(years)}
        return real(full, reads, claims, folder)

    monkeypatch.setattr("panelkit.report.replication.writing.write_extract", short)
    with pytest.raises(DataError, match="no package was written"):
        pk.replicate(QUICK, tmp_path / "package")
    assert list(tmp_path.iterdir()) == []


def test_a_claim_without_numbers_is_refused(tmp_path: Path) -> None:
    waiting = next(item.id for item in pk.load_claims() if item.claim.status != "computed")
    with pytest.raises(SpecError, match="nothing to replicate"):
        pk.replicate(waiting, tmp_path / "package")
    with pytest.raises(SpecError, match="describe a panel of your own"):
        pk.replicate(QUICK, tmp_path / "package", unit="province")
    with pytest.raises(DataError, match="not laid out"):
        pk.check(QUICK, folder=tmp_path)
