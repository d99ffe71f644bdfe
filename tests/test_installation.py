"""What an installation brings along: what is declared, what it draws in, what is loaded when, how it is cited."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from datetime import date
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from panelkit.language.extras import EXTRAS, FIGURES, LOCKED

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OPTIONAL = PROJECT["optional-dependencies"]
HEAVY = {
    "maketables",
    "great-tables",
    "ipython",
    "babel",
    "jedi",
    "matplotlib",
    "msoffcrypto-tool",
    "networkx",
    "pandera",
    "pyarrow",
    "polars",
    "distributed",
}
WHERE_INSTALLED = {"maketables", "pyfixest", "polars"}  # read where a user has them, never asked for
PARTS = {"mpl_toolkits": "matplotlib", "markupsafe": "jinja2", "pydantic_core": "pydantic"}
TOOLS = {"extract.py": "babel"}  # makes the catalogue, runs in a checkout


def drawn_in(wanted: list[str]) -> set[str]:
    """Return the distributions that requirements draw in, as the installed ones declare theirs."""
    found: set[str] = set()
    open_ones = [(Requirement(text), frozenset[str]()) for text in wanted]
    seen = set()
    while open_ones:
        requirement, extras = open_ones.pop()
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate({"extra": one}) for one in (*extras, "")):
            continue
        name, asked = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, asked) not in seen:
            seen.add((name, asked))
            found.add(name)
            open_ones += [(Requirement(text), asked) for text in metadata.requires(name) or ()]
    return found


def test_the_base_installation_draws_in_no_notebook_and_no_second_table_maker() -> None:
    found = drawn_in(PROJECT["dependencies"])
    assert {"pandas", "scipy", "geopandas"} <= found  # the search goes below what is declared
    assert found & HEAVY == set()


def test_the_extras_are_those_that_errors_name() -> None:
    for extra in EXTRAS:
        (wanted,) = OPTIONAL[extra.name]
        assert Requirement(wanted).name == extra.library
    assert OPTIONAL["all"] == [f"panelkit-regional[{','.join(extra.name for extra in EXTRAS)}]"]
    assert "panelkit-regional[all]" in OPTIONAL["test"]


def test_what_is_imported_is_declared() -> None:
    wanted = [*PROJECT["dependencies"], *(one for extra in EXTRAS for one in OPTIONAL[extra.name])]
    declared = {canonicalize_name(Requirement(text).name) for text in wanted} | WHERE_INSTALLED
    owners = metadata.packages_distributions()
    undeclared = {}
    for path in sorted((ROOT / "panelkit").rglob("*.py")):
        for name in imported(path) - sys.stdlib_module_names - {"panelkit"}:
            of = {canonicalize_name(one) for one in owners.get(name, ())} | {PARTS.get(name, name)}
            if not of & declared and TOOLS.get(path.name) != name:
                undeclared.setdefault(name, path.name)
    assert undeclared == {}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def loaded_by(code: str) -> set[str]:
    code += "\nprint('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return set(done.stdout.splitlines()[-1].split())


def test_a_claim_is_checked_without_maps_and_notebooks() -> None:
    code = (
        "import sys; sys.argv = ['panelkit', 'check', 'A9', '--no-cache', '--workers', '1']\n"
        "from panelkit.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    found = loaded_by(code)
    assert {"pandas", "panelkit"} <= found
    unwanted = {"geopandas", "shapely", "pyproj", "IPython", "great_tables", "maketables"}
    assert found & (unwanted | {FIGURES.module, LOCKED.module}) == set()


def test_tables_are_written_without_maps_and_notebooks(tmp_path: Path) -> None:
    code = (
        "import sys, pandas as pd; from panelkit.show import tables\n"
        "frame = pd.DataFrame({'a': [1.5]}, index=pd.Index(['x'], name='n'))\n"
        f"for end in ('tex', 'html', 'docx', 'xlsx'): tables.frame_table(frame, {str(tmp_path / 't')!r} + '.' + end)"
    )
    found = loaded_by(code)
    assert {"docx", "openpyxl"} <= found
    unwanted = {"geopandas", "IPython", "great_tables", "maketables", "babel"}
    assert found & (unwanted | {FIGURES.module, LOCKED.module}) == set()


def test_the_citation_is_of_this_version() -> None:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    fields = dict(re.findall(r'^([a-z-]+): *"?(.*?)"?$', text, flags=re.MULTILINE))
    # what the schema of the Citation File Format asks for, and how it writes dates
    assert {"cff-version", "message", "title", "authors", "version", "date-released"} <= fields.keys()
    assert fields["cff-version"] == "1.2.0"
    assert re.search(r'^authors:\n  - name: ".+"$', text, flags=re.MULTILINE)
    assert fields["version"] == PROJECT["version"]
    assert fields["license"] == PROJECT["license"]
    assert date.fromisoformat(fields["date-released"]) > date(2026, 1, 1)
