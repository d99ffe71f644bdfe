"""A claim file names data, formulas and options; whatever stands in it, no code runs, no other file is read."""

from __future__ import annotations

import csv
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.file.document import Claim
from panelkit.language.errors import DataError, PanelkitError, SpecError
from tests.claims.small import SMALL
from tests.cli.conftest import Run, panelkit  # noqa: F401

HOME = Path(pk.__file__).resolve().parents[1]
ONE = SMALL.split('[[claim]]\nid = "T2"', maxsplit=1)[0]

CODE = [
    "__import__('os').system('touch ran')",
    "().__class__.__bases__[0].__subclasses__()",
    "gdp.__class__",
    "gdp.values.tofile('ran')",
    "os.system('touch ran')",
    "open('ran', 'w')",
    "eval('1')",
    "exec('import os')",
    "lambda x: x",
    "[gdp for gdp in (1,)]",
    "f'{gdp}'",
    "{gdp.__init__}",
    "{rd!r}",
    "{rd:>999999999}",
    "gdp if gdp else rd",
    "(gdp := 1)",
    "gdp; population",
    "gdp\nimport os",
    "log(gdp)()",
    "log(gdp)[0]",
    "@gdp",
    "C(gdp, Treatment('x'))",
    "bs(gdp, df=10**9)",
    "gdp ** 'x'",
    "np.log(gdp)",
    "`__class__`",
    "Q('gdp')",
    "I(" * 99 + "gdp" + ")" * 99,
    "log(" * 99,
    "-" * 399 + "1",
    "(" * 199 + "1" + ")" * 199,
    "gdp^9^9^9^9^9^9^9",
    "9^9^9^9^9^9^9^9^9",
    "1e999 * gdp",
    "gdp^1e308",
    "lag(gdp, 10^9)",
    "lag(gdp, -99999999999)",
    "9" * 400,
]
PATHS = [
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\secret.toml",
    "..",
    "secret.toml",
    "file:///etc/passwd",
    "~/.ssh/id_rsa",
]
# fields that name something that is looked up, by how they are written in the small file
NAMED = [
    ('id = "T1"', 'id = "{}"'),
    ('key = "small"', 'key = "{}"'),
    ("years = [2018, 2021] }", 'years = [2018, 2021], vintage = {{ gdp = "{}" }} }}'),
    ("years = [2018, 2021] }", 'years = [2018, 2021], provinces = ["{}"] }}'),
    ('rd = "rd_expenditure"', 'rd = "{}"'),
    ('id = "gross"', 'id = "gross"\nestimator = "{}"'),
    ('id = "gross"', 'id = "gross"\nvcov = "{}"'),
    ('id = "gross"', 'id = "gross"\nkind = "{}"'),
    ('{ name = "R-MAG"', '{{ name = "{}"'),
    ('id = "years"', 'id = "{}"'),
]  # fmt: skip

WATCHED = """
import os, sys
from pathlib import Path
import panelkit as pk
from panelkit.cli import main
import panelkit.claims.check, panelkit.claims.lint.lint, panelkit.claims.new.new
import importlib, pkgutil
from panelkit.language.register import entries
for entry in entries():  # classes are made when they are imported: now
    entry.load()
home, here, ran = Path({home!r}), Path.cwd(), []
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "subprocess.Popen", "pickle.find_class",
             "socket.connect", "os.remove", "os.rename", "webbrowser.open")
def inside(path):
    place = os.path.realpath(path)
    return place.startswith((str(home), str(here), sys.prefix, sys.base_prefix, "/dev/null", "/proc/", "/sys/"))
def watch(event, arguments):
    if event in FORBIDDEN:
        ran.append((event, str(arguments)[:200]))
    if event == "open" and isinstance(arguments[0], str) and not inside(arguments[0]):
        ran.append((event, str(arguments)[:200]))
    if event == "compile" and arguments[0] is not None and arguments[1] == "<string>":
        ran.append((event, str(arguments[0])[:200]))
warm = here / "warm.toml"
pk.lint_claim(warm), pk.check(warm)  # what is imported late is imported now
sys.addaudithook(watch)
from panelkit.language.errors import PanelkitError
refused = 0
for path in sorted(here.glob("evil*.toml")):
    found = pk.lint_claim(path)
    try:
        result = pk.check(path)
        refused += not found.clean or bool(result.failures) or bool(result.verdicts[0].tested.grid.failed)
    except PanelkitError:
        refused += not found.clean
seen = len(ran)
os.system("true")
assert len(ran) == seen + 1  # the hook sees what it is there for
print(seen, ran[:seen][:5], refused)
"""


def evil_formulas() -> list[str]:
    """Return files with code in the place of a formula, each in another field."""
    found = []
    for number, code in enumerate(CODE):
        text = json.dumps(code)
        spots = [
            ONE.replace('"log({rd} / gdp)"', text),
            ONE.replace('"log({subsidy})"', text, 1),
            ONE.replace('id = "gross"', f'id = "gross"\ncontrols = [{text}]'),
            ONE.replace("years = [2019, 2022] }]", f"controls = [{text}] }}]"),
        ]
        found.append(spots[number % len(spots)])
    return found


def evil_names() -> list[str]:
    """Return files with a path in the place of a name, the last one with the name of a file that is there."""
    found = [
        ONE.replace(old, new.format(json.dumps(name)[1:-1]), 1)
        for old, new in NAMED
        for name in PATHS
        # an id may be called like a file: it is an id like any other
        if not (name == "secret.toml" and old in ('id = "T1"', 'key = "small"', 'id = "years"'))
    ]
    trend = ONE.replace('id = "gross"', 'id = "gross"\nkind = "trend"\nindex = "secret.toml"')
    return [*found, trend.replace('{ name = "R-MAG", value = "0.67" }', '{ name = "R-INEQ", sign = "+" }')]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Lint and check evil files under an audit hook: their folder, what the hook saw and how many were refused."""
    where = tmp_path_factory.mktemp("watched")
    for number, text in enumerate([*evil_formulas(), *evil_names()]):
        (where / f"evil{number:03d}.toml").write_text(text, encoding="utf-8")
    (where / "secret.toml").write_text('id = "secret"\n', encoding="utf-8")
    (where / "warm.toml").write_text(ONE, encoding="utf-8")
    script = WATCHED.format(home=str(HOME))
    environment = os.environ | {"PYTHONPATH": str(HOME), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return where, done.stdout.strip()


def test_formulas_and_names_run_nothing_and_open_nothing(watched: tuple[Path, str]) -> None:
    """Python, attributes, braces, recursion, huge powers, paths: every one refused, and nothing but figures opened."""
    where, seen = watched
    assert seen == f"0 [] {len(evil_formulas()) + len(evil_names())}"
    assert not (where / "ran").exists()


def test_an_index_in_a_file_of_ones_own_is_no_name(watched: tuple[Path, str]) -> None:
    last = max(watched[0].glob("evil*.toml"))
    assert any("composite indices that ship, and no file" in item.said for item in pk.lint_claim(last))


class Bomb:
    """What a pickle of it would do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch ran",)


@pytest.mark.parametrize(
    "name", ["evil.pkl", "evil.npz", "evil.npy", "evil.py", "evil.csv", "evil.json", "evil.parquet"]
)
def test_pickles_and_scripts_are_no_data_and_no_weights(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    panelkit: Callable[..., Run],  # noqa: F811
) -> None:
    monkeypatch.chdir(tmp_path)
    if name.endswith(".npz"):
        np.savez(tmp_path / name, x=np.array([Bomb()], dtype=object), allow_pickle=True)
    elif name.endswith(".py"):
        Path(name).write_text("import os\nos.system('touch ran')\n", encoding="utf-8")
    else:
        Path(name).write_bytes(pickle.dumps(Bomb()))
    (tmp_path / "small.toml").write_text(ONE, encoding="utf-8")
    pk.load_provinces(["gdp"], (2017, 2023)).reset_index().to_csv("p.csv", index=False)
    for words in (
        ("claims", "lint", "small.toml"),
        ("check", "small.toml"),
        ("claims", "new", "new.toml", "--yes"),
    ):
        for options in (("--data", name), ("--data", "p.csv", "--w", name)):
            run = panelkit(*words, *options)
            assert run.status == 2, (words, options, run.out)
            assert "Traceback" not in run.err
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "new.toml").exists()


EVIL = (
    "<script>alert(1)</script> {{7*7}} {% for x in y %} [bold]b[/bold] [/nope] [link=http://x]y[/link] :smile: "
    '$\\frac{1}{$ \\input{/etc/passwd} & % _ # ^ ~ </td></svg> " onload="x\' <img src=x onerror=y>'
)


def hostile() -> str:
    """Return the small file with that in every sentence and name that is free."""
    text = ONE
    evil = json.dumps(EVIL)[1:-1]
    for said in (
        "A small document",
        "Someone",
        "Government money raises R&D by two thirds.",
        "1 % more, 0.67 % more.",
    ):
        text = text.replace(said, evil)
    for label in ("elasticity", "gross", "years", "2018-2021", "2019-2022"):
        text = text.replace(f'{{ en = "{label}"', f'{{ en = "{evil}"')
    note = f'{{ en = "={evil}", zh = "={evil}" }}'
    text = text.replace(
        "[document]", f'[document]\ndoi = "javascript:{evil}"\nvenue = "{evil}"\nnote = {note}'
    )
    text = text.replace('value = "0.67" }', f'value = "0.67", smallest = "0.1", why = {note} }}')
    text = text.replace('phrase = "two thirds"', 'phrase = "</p>[/x]{{7}}$\\\\x{"')
    return text.replace("flags =", f"notes = {note}\nflags =")


class Tags(HTMLParser):
    """Gathers tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_markup_of_any_kind_in_sentences_is_printed_as_it_is(
    lang: str,
    tmp_path: Path,
    panelkit: Callable[..., Run],  # noqa: F811
) -> None:
    path = tmp_path / "evil.toml"
    path.write_text(hostile(), encoding="utf-8")
    out = tmp_path / "out"
    language = ("--lang", lang)
    assert panelkit("claims", "lint", path, *language).status == 0
    for words in (("claims", "list", path), ("claims", "show", path), ("check", path, "--out", out)):
        run = panelkit(*words, *language)
        assert run.status == 0, run.err
        shown = "".join(run.out.split())
        assert "\x1b" not in run.out
        if lang == "en":
            assert "[bold]b[/bold][/nope][link=http://x]y[/link]:smile:" in shown
            assert "{{7*7}}{%forxiny%}" in shown
    page = (out / "check.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form"} & tags.tags
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    places = [value for name, value in tags.attributes if name in ("href", "src", "xlink:href", "action")]
    assert all(value.startswith("#") for value in places)
    assert "{{7*7}}" in page
    for tex in out.glob("*.tex"):
        held = tex.read_text(encoding="utf-8")
        assert "\\input{" not in held
        assert "\\frac{" not in held
    for table in out.glob("*.csv"):
        with table.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]
    verdicts = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))
    assert verdicts


@pytest.mark.parametrize(
    "mark", ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\x00", "\x7f", "\u202e", "\u2066", "\r", "\x08"]
)
def test_terminal_sequences_and_turned_text_are_refused_wherever_they_stand(
    mark: str,
    tmp_path: Path,
    panelkit: Callable[..., Run],  # noqa: F811
) -> None:
    escaped = "".join(f"\\u{ord(sign):04X}" for sign in mark)
    path = tmp_path / "evil.toml"
    for old, new in (
        ("A small document", f"A{escaped}document"),
        ('{ en = "gross"', f'{{ en = "gro{escaped}ss"'),
        ('id = "gross"', f'id = "gross"\n"k{escaped}ey" = 1'),
        ('id = "T1"', f'id = "T{escaped}1"'),
    ):
        path.write_text(ONE.replace(old, new, 1), encoding="utf-8")
        for words, status in ((("check",), 2), (("claims", "lint"), 1), (("claims", "list"), 2)):
            run = panelkit(*words, path)
            assert run.status == status
            assert "control character" in " ".join((run.out + run.err).split())
            assert not any(sign in run.out + run.err for sign in mark if sign not in "[]0;31mownedJ2")


def test_a_panel_with_terminal_sequences_in_its_names_is_refused(tmp_path: Path) -> None:
    frame = pk.load_provinces(["gdp"], (2017, 2023))
    (path := tmp_path / "small.toml").write_text(ONE, encoding="utf-8")
    with pytest.raises(
        DataError, match=r"name of a column holds the control character U\+001B \(gdp\\x1b\[2J\)"
    ):
        pk.lint_claim(path, data=frame.rename(columns={"gdp": "gdp\x1b[2J"}))
    towns = frame.rename(lambda name: f"{name}\x1b[2J", level=0).rename_axis(index=["city", "year"])
    with pytest.raises(DataError, match=r"name of a unit holds the control character U\+001B"):
        pk.check(path, data=towns)


def bombs() -> Iterator[tuple[str, str]]:
    """Yield files that would take hours, or all the memory, with a part of what is said of them."""
    head = '[document]\nkey = "a"\nauthors = []\ntitle = "t"\n'
    yield "a." * 50_000 + "b = 1", "more than 32 deep"
    yield "'a' . \"b\" . " * 50_000 + "b = 1", "more than 32 deep"
    yield head + f"[claim.{'.'.join('a' * 3000)}]\nx = 1\n", "more than 32 deep"
    yield f"a = {'[' * 900}{']' * 900}", "TOML"
    yield f"a = {'[' * 90}{']' * 90}", "more than 32 deep"
    yield "a = " + "9" * 10_000, "TOML"
    yield "".join(f"[[claim]]\nid = 'a{number}'\n" for number in range(40_000)), "more than 2,000 entries"
    yield head.replace("[]", f"[{','.join(['0'] * 200_000)}]"), "more than 2,000 entries"
    yield "#" * 2_000_000, "more than 1,000,000 bytes"


def said_by_lint(path: Path) -> str:
    """Return what the lint finds in a file, or why it does not read it."""
    try:
        return " ".join(str(item.said) for item in pk.lint_claim(path))
    except SpecError as error:
        return str(error)


@pytest.mark.parametrize(
    ("content", "told"), list(bombs()), ids=[f"bomb{at}" for at, _ in enumerate(bombs())]
)
def test_bombs_are_one_message_in_no_time(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SpecError, match=told):
        pk.check(path)
    assert told in said_by_lint(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
def test_a_device_without_end_is_read_no_further_than_a_claim_can_be_long() -> None:
    with pytest.raises(SpecError, match="more than 1,000,000 bytes"):
        pk.lint_claim("/dev/zero")


def test_there_is_no_field_that_names_a_file() -> None:
    """A claim names no data file: what it is tested on is said by who runs it. A new field of that kind fails here."""
    assert not {"data", "path", "file", "include", "import", "w", "script"} & set(Claim.model_fields)
    for word in ("include", "import", "extends", "data", "w"):
        with pytest.raises(PanelkitError, match="no such field"):
            pk.check(_written(f'{word} = "/etc/passwd"\n' + ONE))


def _written(text: str) -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "evil.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_pandas_is_not_asked_to_evaluate() -> None:
    """No expression goes to pandas' own evaluator, which knows attributes and `@` names."""
    held = [path for path in (HOME / "panelkit").rglob("*.py") if ".eval(" in path.read_text("utf-8")]
    assert held == []
    assert pd.DataFrame({"x": [1]}).eval("x").tolist() == [1]  # what is looked for is there
