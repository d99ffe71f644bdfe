"""A message is its English text and says the same, with the same values, in Chinese."""

from __future__ import annotations

import copy
import pickle
from typing import ClassVar

import numpy as np
import pytest

from panelkit.language import message as module
from panelkit.language.errors import DataError
from panelkit.language.message import (
    Message,
    counted,
    in_language,
    lines,
    listed,
    message,
    sentences,
    term,
    verbatim,
)


class _Catalogue:
    """A catalogue of a few sentences, in place of the compiled one."""

    zh: ClassVar[dict[str, str]] = {
        "no column `{column}`: there are {held}": "没有列 `{column}`：现有 {held}",
        "{n} row left": "剩 {n} 行",
        "take more {units} or {periods}": "请增加{units}或{periods}",
        "{share:.1%} of the sum": "占总和的 {share:.1%}",
        "bad: {why}": "有误：{why}",
    }

    def gettext(self, id: str) -> str:
        return self.zh.get(id, id)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.zh.get(one, one)

    def pgettext(self, context: str, id: str) -> str:
        return {("axis", "year"): "年份", ("unit of time", "year"): "年"}.get((context, id), id)


@pytest.fixture(autouse=True)
def _few_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "translations", lambda language: _Catalogue())


def test_english_is_the_text_itself() -> None:
    said = message("no column `{column}`: there are {held}", column="rd", held=["a", "b"])
    assert said == "no column `rd`: there are a, b"
    assert isinstance(said, str)
    assert said.text("zh") == "没有列 `rd`：现有 a、b"


def test_endless_numbers_are_signs() -> None:
    said = message("{low:.3g} to {high:.3g}", low=float("-inf"), high=np.float64("inf"))
    assert (str(said), said.text("zh")) == ("-∞ to ∞", "-∞ to ∞")


def test_counts_choose_the_english_form() -> None:
    assert counted("{n} row left", "{n} rows left", n=1) == "1 row left"
    assert counted("{n} row left", "{n} rows left", n=3) == "3 rows left"
    assert counted("{n} row left", "{n} rows left", n=3).text("zh") == "剩 3 行"


def test_one_word_with_two_meanings() -> None:
    assert term("axis", "year") == term("unit of time", "year") == "year"
    assert term("axis", "year").text("zh") == "年份"
    assert term("unit of time", "year").text("zh") == "年"


def test_words_for_unit_and_time_are_those_of_the_panel() -> None:
    said = message("take more {units} or {periods}")
    assert said == "take more provinces or years"
    assert said.text("zh") == "请增加省份或年份"
    cities = said.spoken("city", "quarter")
    assert cities == "take more cities or quarters"
    assert cities.text("zh") == "请增加城市或季度"
    assert message("bad: {why}", why=said).spoken("firm", "year") == "bad: take more firms or years"


def test_messages_and_lists_inside_a_message_are_translated_too() -> None:
    inner = message("{share:.1%} of the sum", share=0.25)
    assert message("bad: {why}", why=inner).text("zh") == "有误：占总和的 25.0%"
    assert message("bad: {why}", why=[inner, "x"]).text("zh") == "有误：占总和的 25.0%、x"
    assert sentences([inner, "x"]).text("zh") == "占总和的 25.0%；x"
    assert sentences([inner, "x"]) == "25.0% of the sum; x"
    assert listed(["a", "b"]).text("zh") == "a、b"
    assert lines(["a", inner]).text("zh") == "a\n占总和的 25.0%"


def test_braces_in_values_stay() -> None:
    assert message("bad: {why}", why="{x}").text("zh") == "有误：{x}"
    assert verbatim("{not a value}").text("zh") == "{not a value}"


def test_what_the_catalogue_lacks_stays_english() -> None:
    assert message("unheard of {x}", x=1).text("zh") == "unheard of 1"
    assert in_language("no message", "zh") == "no message"


def test_a_value_that_is_not_given_is_an_error_where_the_message_is_made() -> None:
    with pytest.raises(KeyError, match="column"):
        message("no column `{column}`")


@pytest.mark.parametrize(
    "said",
    [
        message("bad: {why}", why=message("{share:.1%} of the sum", share=0.5)),
        counted("{n} row left", "{n} rows left", n=2),
        verbatim("x"),
        sentences([message("bad: {why}", why="a"), "b"]),
        message("take more {units} or {periods}").spoken("city", "month"),
    ],
)
def test_messages_travel(said: Message) -> None:
    for other in (pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert type(other) is type(said)
        assert other == said
        assert other.text("zh") == said.text("zh")


def test_errors_speak_both_languages() -> None:
    error = DataError(message("bad: {why}", why="x"))
    assert str(error) == "bad: x"
    assert error.text("zh") == "有误：x"
    assert pickle.loads(pickle.dumps(error)).text("zh") == "有误：x"
