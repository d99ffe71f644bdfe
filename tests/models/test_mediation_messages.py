"""Mediation in both languages: results as data, functions found through the register, sentences as messages."""

from __future__ import annotations

import ast
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.message import Message
from panelkit.language.register import entries, find
from panelkit.models.mediation import result as result_module
from panelkit.models.mediation.findings import ConfounderSensitivity, Share
from panelkit.models.mediation.intervals import JOINT
from panelkit.models.mediation.procedures import NAMES
from panelkit.models.mediation.text import conditional_text
from panelkit.report.mediation_files import effects_table, inference_table, levels_table, procedures_text
from panelkit.show.words import in_language
from tests.mediation_panels import path_panel

ENGLISH = re.compile(r"\b(?!treatment_lag|outcome_lead)[a-z]{3,} [a-z]{3,} [a-z]{3,}\b")


@pytest.fixture(scope="module")
def result():
    return pk.Mediation("y", "x", ("m1", "m2"), controls="z").fit(path_panel(), reps=200)


def own_panel() -> pd.DataFrame:
    names = {"province": "firm", "year": "quarter"}
    return path_panel(units=12, periods=6).reset_index().rename(columns=names)


def test_the_result_imports_none_of_the_functions_above_it() -> None:
    tree = ast.parse(Path(result_module.__file__).read_text(encoding="utf-8"))
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    above = {
        f"panelkit.{entry.module}" for entry in entries("capability") if entry.key.startswith("mediation")
    }
    assert len(above) >= 7
    assert not taken & above


def test_methods_are_the_functions_that_the_register_holds(result) -> None:
    assert isinstance(find("capability", "mediation_share")(result), Share)
    assert isinstance(find("capability", "mediation_sensitivity")(result, "m1"), ConfounderSensitivity)
    assert result.share().reason == find("capability", "mediation_share")(result).reason
    pd.testing.assert_frame_equal(result.path_table(), find("capability", "mediation_paths")(result))
    assert result.summary() == find("capability", "mediation_summary")(result)


def test_a_result_travels_with_its_sentences(result) -> None:
    back = pickle.loads(pickle.dumps(result))
    assert back.notes == result.notes
    assert back.summary(language="zh") == result.summary(language="zh")
    assert all(isinstance(term, Message) for term in back.terms)


def test_every_word_of_the_tables_has_chinese(result) -> None:
    shown = [effects_table(result, "zh"), inference_table(result, "zh", reps=100)]
    for table in shown:
        text = table.to_string()
        assert not ENGLISH.search(text), text
        for word in ("indirect", "total", "via", "joint", "percentile", "estimate", "p_value"):
            assert word not in text
    assert list(inference_table(result, "en", reps=100).columns[:3]) == ["term", "method", "estimate"]
    assert JOINT in set(result.inference(wild=False)["method"])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"order": "serial"},
        {"treatment_lag": 1},
        {"outcome_lead": 1, "where": "z > -1"},
        {"interaction": True, "levels": (0.5, 99.0)},
    ],
)
def test_summaries_and_procedures_in_chinese_hold_no_english_sentence(options) -> None:
    found = pk.Mediation("y", "x", ("m1", "m2"), controls="z", **options).fit(path_panel(), reps=100)
    told = [found.summary(language="zh"), procedures_text(found, "zh")]
    told += [in_language(note, "zh") for note in found.notes]
    if found.interaction is not None:
        told += [levels_table(found, "zh").to_string(), found.at_levels().summary(language="zh")]
    for text in told:
        assert not ENGLISH.search(text), text


def test_a_moderated_model_in_chinese() -> None:
    stages = ("first", "second", "direct")
    found = pk.Mediation("y", "x", "m1", moderator="w", moderates=stages).fit(path_panel(), reps=100)
    for text in (conditional_text(found, "zh"), found.conditional().summary(language="zh")):
        assert "有调节的中介指数" in text
        assert not ENGLISH.search(text), text
    assert "调节前半路径、后半路径、直接路径" in conditional_text(found, "zh")
    assert "it moderates the first path, second path, direct path" in conditional_text(found, "en")


def test_a_panel_of_firms_is_told_as_one() -> None:
    spec = pk.Mediation("y", "x", ("m1", "m2"))
    found = spec.fit(own_panel(), reps=100, unit="firm", time="quarter")
    english, chinese = found.summary(), found.summary(language="zh")
    assert "Effects (firms resampled whole" in english
    assert "of the same quarter" in english
    assert "整个企业重抽样" in chinese
    assert "取自同一季度" in chinese
    for text in (english, chinese, *found.remarks):
        assert "province" not in text
        assert "省" not in text
    steps = "\n".join(found.procedure(name, "m2").summary() for name in NAMES)
    assert "provinces" not in steps


REFUSED = [
    ({"mediators": ()}, "至少需要一个中介变量"),
    ({"order": "x"}, "order 为 parallel"),
    ({"treatment_lag": -1}, "treatment_lag 是年数"),
    ({"moderator": "w", "moderates": ("a",)}, "moderates 从"),
    ({"interaction": True, "order": "serial"}, "仅适用于无调节变量的并列中介"),
    ({"levels": (1,)}, "只与 interaction=True 同用"),
    ({"controls": "x:m1"}, "`x:m1` 由中介变量 `m1` 构成"),
    ({"controls": "I(x^2)"}, "`I(x^2)` 由解释变量 `x` 构成"),
    ({"mediators": "x"}, "出现在两处"),
]


@pytest.mark.parametrize(("options", "chinese"), REFUSED)
def test_refusals_speak_chinese(options, chinese) -> None:
    with pytest.raises(pk.SpecError) as told:
        pk.Mediation(**{"outcome": "y", "treatment": "x", "mediators": "m1", **options})
    assert chinese in told.value.text("zh")
    assert not ENGLISH.search(told.value.text("zh"))


def test_both_models_refuse_the_same_variables_in_the_same_words() -> None:
    for options in (
        {"mediators": ()},
        {"outcome_lead": 1.5},
        {"controls": "x:m1"},
        {"mediators": ("m1", "x")},
    ):
        given = {"outcome": "y", "treatment": "x", "mediators": "m1", **options}
        told = []
        for model in (pk.Mediation, pk.SpatialMediation):
            with pytest.raises(pk.SpecError) as error:
                model(**given)
            told.append(error.value.said)
        assert told[0] == told[1]


def test_clusters_that_cut_firms_are_refused_in_their_words() -> None:
    spec = pk.Mediation("y", "x", "m1", vcov=pk.Cluster("quarter"))
    with pytest.raises(
        pk.SpecError, match="cut through firms, and the bootstrap resamples whole firms"
    ) as told:
        spec.fit(own_panel(), reps=100, unit="firm", time="quarter")
    assert "以整个企业为单位重抽样" in told.value.text("zh")


def test_whole_units_leave_for_what_all_their_rows_lack() -> None:
    data = path_panel(units=12, periods=6)
    first = data.index.get_level_values(0) == data.index[0][0]
    data.loc[first, "m1"] = np.nan
    data.loc[data.index[:2], "z"] = np.nan
    found = pk.Mediation("y", "x", "m1", controls="z").fit(data, reps=100)
    name = data.index[0][0]
    note = next(note for note in found.notes if "whole province" in note)
    assert note == (
        f"{name}: no complete row (missing: m1), so the whole province left the sample of every equation"
    )
    assert note.text("zh") == f"{name}：没有完整的观测行（缺失 m1），整个省份退出全部方程的样本"


def test_an_equation_without_residuals_is_said(result) -> None:
    same = path_panel().assign(y=lambda frame: 2.0 * frame["x"])
    found = pk.Mediation("y", "x", "m1", controls="z").fit(same, reps=200)
    said = [str(note) for note in found.notes if "reproduce `y` exactly" in str(note)]
    assert len(said) == 1
    assert not [note for note in result.notes if "exactly" in str(note)]
