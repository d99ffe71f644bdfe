"""The pages that say how to add something are true: what they show is added to a copy of the package and used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import panelkit

PACKAGE = Path(panelkit.__file__).parent
HOME = PACKAGE.parent
FILE = re.compile(r'^```(?:python|toml) title="([\w/.]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder that holds a copy of the package, compiled modules with it, its data beside it."""
    shutil.copytree(PACKAGE, tmp_path / "panelkit")
    for name in ("data", "seeds"):
        if (HOME / name).is_dir():
            (tmp_path / name).symlink_to(HOME / name)
    return tmp_path


def page(name: str) -> str:
    return (HOME / "docs" / f"{name}.md").read_text(encoding="utf-8")


def add(copy: Path, text: str) -> None:
    """Write the files that a page shows."""
    found = FILE.findall(text)
    assert found
    for path, source in found:
        assert not (copy / path).exists()
        (copy / path).write_text(source, encoding="utf-8")


def run(copy: Path, *arguments: str) -> str:
    """Run Python on the copy and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands(text: str) -> list[str]:
    return [line for block in SHELL.findall(text) for line in block.splitlines() if line]


PANEL = "import panelkit as pk\npanel = pk.load_provinces(['patents_granted', 'gdp'], (2012, 2020))\n"


def test_an_estimator_is_one_file(copy: Path) -> None:
    text = page("add_an_estimator")
    add(copy, text)
    for command in commands(text):
        run(copy, *command.split()[1:])
    (used,) = PYTHON.findall(text)
    check = (
        "\nprint(fit.with_vcov(pk.Robust()).facts['vcov'].split()[0])\n"
        "import numpy as np\nlogs = np.log(panel.dropna()).groupby('year').mean()\n"
        "slope = np.polyfit(logs['gdp'], logs['patents_granted'], 1)[0]\n"
        "print(bool(abs(fit.params['log(gdp)'] / slope - 1) < 1e-9))\n"
        "print(fit.facts['nobs'], fit.summary(language='zh') != fit.summary(), len(fit.tidy()))\n"
        "print('MeanOfPeriods' in pk.__all__)\n"
        "from panelkit.language import register\n"
        "print(register.find('estimator', 'mean_of_periods') is pk.MeanOfPeriods)\n"
    )
    assert run(copy, "-c", PANEL + used + check).split() == [
        "robust,",
        "True",
        "9",
        "True",
        "2",
        "True",
        "True",
    ]
    assert "MeanOfPeriods as MeanOfPeriods" in (copy / "panelkit/__init__.pyi").read_text(encoding="utf-8")


def test_a_covariance_is_one_file(copy: Path) -> None:
    text = page("add_a_covariance")
    add(copy, text)
    for command in commands(text):
        run(copy, *command.split()[1:])
    (used,) = PYTHON.findall(text)
    check = (
        "\nmoved = fit.with_vcov(pk.HC3())\n"
        "print(moved.facts['vcov'], 'n_clusters' in moved.facts)\n"
        "from panelkit.covariance.by_name import vcov_named\n"
        "print(vcov_named('jackknife') == pk.HC3())\n"
        "try:\n    pk.SpatialPanel('y ~ x', vcov=pk.HC3())\n"
        "except pk.SpecError as error:\n    print('Hessian' in str(error))\n"
    )
    assert run(copy, "-c", PANEL + used + check).split() == ["robust,", "HC3", "False", "True", "True"]


def test_a_command_is_one_file(copy: Path) -> None:
    text = page("add_a_command")
    add(copy, text)
    (command,) = commands(text)
    told = run(copy, "-c", "from panelkit.cli import main; main()", *command.split()[1:])
    assert "within" in told
    assert "spread" in run(copy, "-c", "from panelkit.cli import main; main()", "--help")


def test_a_layout_is_one_file(copy: Path) -> None:
    text = page("add_a_layout")
    add(copy, text)
    for command in commands(text):
        run(copy, *command.split()[1:])
    (copy / "ledger.csv").write_text("LEDGER,,,,\n北京,2020,gdp,36000.5,亿元\n", encoding="utf-8")
    (used,) = PYTHON.findall(text)
    check = "print(figures['adcode'].item(), figures['value'].item(), figures.attrs['panelkit']['layout'])"
    assert run(copy, "-c", f"{PANEL}{used}{check}").split() == ["110000", "36000.5", "ledger"]
    (copy / "ledger.csv").write_text("LEDGER,,,,\n火星,2020,gdp,1,亿元\n", encoding="utf-8")
    refused = f"{PANEL}try:\n    {used}except pk.DataError as error:\n    print(error)"
    assert "火星" in run(copy, "-c", refused)


def test_a_rule_is_one_file(copy: Path) -> None:
    text = page("add_a_rule")
    add(copy, text)
    for command in commands(text):
        run(copy, *command.split()[1:])
    (used,) = PYTHON.findall(text)
    check = (
        "print(verdict.word, verdict.family, 'At least 0.01 is claimed.' in verdict.reason)\n"
        "from panelkit.claims.rules.at_least import at_least\n"
        "print(at_least(1.0, 2.0, 1.0, 3.0), at_least(1.0, 2.0, 0.5, 3.0), at_least(1.0, 0.9, 0.5, 1.1))\n"
        "print(at_least(1.0, 0.5, 0.1, 0.9), [item.outcome for item in verdict.conditions])\n"
    )
    told = run(copy, "-c", f"import panelkit as pk\n{used}{check}").split(maxsplit=6)
    assert told[:6] == ["SUPPORTED", "R-LEAST", "True", "SUPPORTED", "PARTLY", "UNDECIDED"]
    assert told[6].strip() == "NOT SUPPORTED ['passes', 'passes', 'passes']"
    claim = copy / "concentration.toml"
    claim.write_text(
        claim.read_text(encoding="utf-8").replace('least = "0.01"', 'sign = "+"'), encoding="utf-8"
    )
    refused = f"import panelkit as pk\ntry:\n    {used}except pk.SpecError as error:\n    print(error)"
    assert "R-LEAST needs least" in run(copy, "-c", refused)


def test_an_identity_is_one_file(copy: Path) -> None:
    text = page("add_an_identity")
    add(copy, text)
    for command in commands(text):
        run(copy, *command.split()[1:])
    (used,) = PYTHON.findall(text)
    told = run(copy, "-c", f"import panelkit as pk\n{used}")
    assert "('range-width', 'inconsistent', '8.550 … 8.570')" in told


@pytest.mark.parametrize(
    "name",
    [
        "add_an_estimator",
        "add_a_covariance",
        "add_a_layout",
        "add_a_rule",
        "add_a_command",
        "add_an_identity",
    ],
)
def test_what_a_page_shows_passes_the_linter(copy: Path, name: str) -> None:
    shown = [(path, source) for path, source in FILE.findall(page(name)) if path.endswith(".py")]
    add(copy, page(name))
    shutil.copy(HOME / "pyproject.toml", copy)
    paths = [path for path, _ in shown]
    for check in (["ruff", "check"], ["ruff", "format", "--check"]):
        run(copy, "-m", *check, *paths)
