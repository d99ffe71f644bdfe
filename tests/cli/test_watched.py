"""A bar on the terminal for what takes its time: how far a loop is, and nothing where nobody looks on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import StringIO

import numpy as np
import pytest

import panelkit as pk
from panelkit.cli._progress import Bars, FileProgress
from panelkit.cli._runs import progress
from panelkit.cli._watched import watched
from panelkit.evaluation.dynamics import trajectory_fit
from panelkit.kernels.steps import heard_by, steps_of
from panelkit.models.dynamic.cointegration import chance
from panelkit.models.dynamic.vector import products


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Terminal]]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("panelkit.cli._watched.PATIENCE", 0.0)

    def opened() -> Terminal:  # in the test itself: pytest puts its own stream there before it
        shown = Terminal()
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    yield opened
    assert Bars._drawn is None


def test_a_hearer_is_told_of_the_outermost_loop() -> None:
    told: list[tuple[int, int]] = []
    with heard_by(lambda done, total: told.append((done, total))):
        for _ in steps_of(range(2), 2):
            assert list(steps_of("abc", 3)) == ["a", "b", "c"]
        assert list(steps_of([7], 1)) == [7]
    assert told == [(1, 2), (2, 2), (1, 1)]
    assert list(steps_of(range(3), 3)) == [0, 1, 2]
    assert len(told) == 3


def test_a_loop_that_breaks_leaves_the_hearer_there() -> None:
    told: list[tuple[int, int]] = []
    with heard_by(lambda done, total: told.append((done, total))):
        for _ in steps_of("ab", 2):
            break
        list(steps_of([1], 1))
    assert told == [(1, 1)]


def test_a_bar_is_taken_away_by_the_first_print(
    terminal: Callable[[], Terminal], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = terminal()
    with watched("en", quiet=False):
        for _ in steps_of(range(4), 4):
            pass
        print("the result")
        assert Bars._drawn is None
        print("and more")
    assert capsys.readouterr().out == "the result\nand more\n"
    assert "━" in shown.getvalue()


@pytest.mark.parametrize(("language", "words"), [("en", " left"), ("zh", "剩余 ")])
def test_the_time_left_is_said_in_the_language(
    terminal: Callable[[], Terminal], language: str, words: str
) -> None:
    stream = terminal()
    bars = Bars(language)  # type: ignore[arg-type]
    task = bars.tasks.add_task("a [bold]name", total=3)
    with bars:
        bars.tasks.advance(task)
        bars.tasks.advance(task)
        bars.beside(lambda text: stream.write(f"<{text}>"))("between")
    shown = stream.getvalue()
    assert "<between>" in shown
    assert "a [bold]name" in shown
    assert words in shown


def test_bars_of_files_take_the_place_of_those_of_the_command(terminal: Callable[[], Terminal]) -> None:
    terminal()
    with watched("en", quiet=False):
        watching = Bars._drawn
        with FileProgress("en") as files:
            assert Bars._drawn is files
            assert watching is not None
            assert watching.shown is False
            files.advance(1, "one.csv")


def test_nothing_is_shown_before_patience_ends(
    monkeypatch: pytest.MonkeyPatch, terminal: Callable[[], Terminal]
) -> None:
    monkeypatch.setattr("panelkit.cli._watched.PATIENCE", 1e9)
    shown = terminal()
    with watched("en", quiet=False):
        list(steps_of(range(9), 9))
    assert "━" not in shown.getvalue()


def test_nothing_is_shown_in_a_pipe_or_beside_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sys.stdout
    with watched("en", quiet=False):
        assert sys.stdout is held
        list(steps_of(range(9), 9))
    assert capsys.readouterr().err == ""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with watched("en", quiet=True):
        list(steps_of(range(9), 9))
    assert shown.getvalue() == ""


def test_a_run_of_claims_says_that_it_reads_before_it_computes(terminal: Callable[[], Terminal]) -> None:
    shown = terminal()
    with progress(None, "en") as bar:
        bar.close()  # which draws what stands there for the last time
        assert "reading" in shown.getvalue()


def test_draws_in_blocks_and_starts_of_a_search_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn all at once is drawn in blocks where there is much of it: here one draw is one block."""
    told: list[tuple[int, int]] = []
    panel = pk.load_provinces(["gdp", "rd_expenditure"], (2010, 2020))
    logs = np.log(panel).set_axis(["y", "x"], axis=1)
    var = pk.PanelVAR(("y", "x"), lags=1).fit(logs)
    monkeypatch.setattr(products, "_BLOCK", 1)
    monkeypatch.setattr(chance, "_CELLS", 1)
    with heard_by(lambda done, total: told.append((done, total))):
        var.resample(5)
        assert told == [(at, 5) for at in range(1, 6)]
        told.clear()
        assert list(chance.batches(3, 10)) == [1, 1, 1]
        assert told == [(1, 3), (2, 3), (3, 3)]
        told.clear()
        stocks = (panel / panel.groupby(level=0).transform("mean")).to_numpy().reshape(31, 11, 2)
        first = np.tile([[0.2, -0.1, 0.0]], (2, 1))[None].repeat(31, axis=0)
        trajectory_fit.trajectory_fit(stocks, first, np.random.default_rng(1), starts=2)
        assert told == [(1, 2), (2, 2)]
