"""The stars of a test against the p printed beside or below it; degrees of freedom in brackets are no p."""

from __future__ import annotations

import pytest

import panelkit as pk


@pytest.mark.parametrize(
    "text",
    [
        "检验,统计量,p值\nF,38.52***,0.213\nLM_lag,12.31***,0.0005\n",
        "检验,(1)\nF,38.52***\n,(0.213)\nN,300\n",
    ],
)
def test_stars_over_a_large_p_change_a_conclusion(text: str) -> None:
    (found,) = pk.audit(text).failing
    assert (found.identity, found.state) == ("test-stars-p", "decision")


@pytest.mark.parametrize(
    "text",
    [
        "检验,统计量,p值\nF,38.52***,0.000\nHausman,12.31**,0.031\n",
        "检验,(1)\nHausman,38.52***\n,(1)\nN,300\n",
        "检验,统计量,p值\nF,38.52,0.000\n",
    ],
)
def test_stars_that_agree_raise_no_alarm(text: str) -> None:
    assert pk.audit(text).state == "consistent"
