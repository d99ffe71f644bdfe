"""Refusals of yearbook files in both languages, and the words in which the reading process says why."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest

from panelkit.data.yearbook.errors import SHOWN, CellProblem, ToldError, Where, YearbookError
from panelkit.data.yearbook.files import _child, _formats, _tables, cells, sheets
from panelkit.data.yearbook.store.head import DamagedError
from panelkit.language.message import message


def test_a_spot_is_said_in_both_languages() -> None:
    spot = Where("a.xlsx", "表", 3, 28).said()
    assert spot == "a.xlsx, sheet '表', row 3, column 28 (AB)"
    assert spot.text("zh") == "a.xlsx，工作表“表”，第3行第28列（AB）"


def test_many_problems_are_counted_and_nothing_unprintable_is_said() -> None:
    one = CellProblem(Where("a.csv", row=1), message("no province is known as {name!s}", name="a\x00b"))
    error = YearbookError([one] * (SHOWN + 2))
    assert str(error).endswith("\nand 2 more")
    assert error.text("zh").endswith("\n另有2处同类问题")
    assert all("\x00" not in error.text(language) for language in ("en", "zh"))
    assert one.record()["message"] == "no province is known as a\\x00b"


@pytest.mark.parametrize(
    "error",
    [
        YearbookError([CellProblem(Where("a.csv"), message("the file is empty"))]),
        ToldError(message("the file is empty")),
        DamagedError(Path("store"), message("it lacks {head}", head="head.json")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling_in_both_languages(error: YearbookError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.text("zh") == error.text("zh") != str(error)


def _words_of_open_documents() -> set[str]:
    cell = b"<table:table-cell table:formula='of:=1'>"
    bodies = [
        b'office:value-type="percentage"',
        b'number:display-factor="1000"',
        b'calcext:value-type="error"',
        cell,
    ]
    return {_tables.odd_in_ods(body) for body in bodies} - {""}


def test_every_word_of_the_reading_process_has_a_sentence() -> None:
    """It runs without the package, so that its words meet the sentences here only."""
    tree = ast.parse(Path(str(_child.__file__)).read_text(encoding="utf-8"))
    refused = [
        node.args
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedError"
    ]
    kinds = {args[0].value for args in refused if isinstance(args[0], ast.Constant)}
    details = [args[1] for args in refused if len(args) > 1 and isinstance(args[1], ast.Dict)]
    whats = {one.values[0].value for one in details if isinstance(one.values[0], ast.Constant)}
    whats |= _words_of_open_documents()
    assert len(kinds) > 6
    assert kinds | {"memory", "damaged", "died", "slow"} <= sheets._REASONS.keys()
    assert whats | {"signal", "status"} == sheets._DETAILS.keys()


def test_every_odd_cell_and_number_format_has_a_name() -> None:
    said = {why for code in ("[>1]0", '"a"', '0"7"') for _, _, why in _formats.effects_of(code)} - {""}
    assert len(said) == 3
    assert {f"number behind {why}" for why in said} < cells._KINDS.keys()
    odd = {"date", "truth value", "error", "formula", "odd cell"}
    assert odd < cells._KINDS.keys()
