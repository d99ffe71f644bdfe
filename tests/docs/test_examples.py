"""Every public name shows a runnable example, and tells of every parameter where it has four or more."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language import register
from panelkit.language.offers import Entry

PUBLIC = [entry for entry in register.entries() if entry.public]
INDICATORS = ["patents_granted", "rd_expenditure", "rd_funds_government", "gdp", "population"]
MANY = 4  # parameters from which on each has to be told of


@pytest.fixture(scope="module")
def shared() -> dict[str, Any]:
    """Return the names that examples use without saying where they come from."""
    panel = pk.load_provinces(INDICATORS, (2015, 2020))
    return {"pk": pk, "np": np, "pd": pd, "panel": panel, "w": pk.contiguity()}


def sections(thing: Any) -> dict[str, str]:
    """Return the sections of a numpydoc docstring by name; the text before them by ''."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.getdoc(thing) or "", flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def told(text: str) -> set[str]:
    """Return the parameters that a section tells of; one line may name several."""
    lines = [line for line in text.splitlines() if line and not line.startswith(" ")]
    return {name.strip(" *") for line in lines for name in line.split(",")}


def parameters(thing: Any) -> list[str]:
    if inspect.ismodule(thing) or (inspect.isclass(thing) and not dataclasses.is_dataclass(thing)):
        return []
    return [name for name in inspect.signature(thing).parameters if not name.startswith("_")]


@pytest.mark.parametrize("entry", PUBLIC, ids=lambda entry: entry.name)
def test_example_runs(
    entry: Entry, shared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example = sections(entry.load()).get("Examples", "")
    test = doctest.DocTestParser().get_doctest(example, dict(shared), entry.name, entry.module, 0)
    assert test.examples, f"pk.{entry.name} shows no example"
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("entry", PUBLIC, ids=lambda entry: entry.name)
def test_parameters_are_told(entry: Entry) -> None:
    thing = entry.load()
    names, held = parameters(thing), sections(thing)
    if len(names) < MANY:
        return
    assert set(names) == told(held.get("Parameters", "")), f"pk.{entry.name}"
    if inspect.isfunction(thing):
        assert {"Returns", "Raises"} <= set(held), f"pk.{entry.name}"


def test_a_missing_parameter_is_found() -> None:
    assert told("unit, time\n    Columns.\n*what\n    Ids.") == {"unit", "time", "what"}


def test_every_public_name_says_what_kind_of_thing_it_is() -> None:
    vague = [entry.name for entry in PUBLIC if entry.kind in ("function", "class", "module")]
    assert vague == []
    homeless = [
        entry.name for entry in PUBLIC if not entry.family and entry.kind not in ("covariance", "error")
    ]
    assert homeless == []
