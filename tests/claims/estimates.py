"""Estimates with their conditions as designs yield them, for tests of rules and of what is printed of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from panelkit.claims.findings import Finding, Headline
from panelkit.language.message import verbatim
from panelkit.studies.scrutiny.door import Scrutinised
from panelkit.studies.scrutiny.trial import DECIDING
from panelkit.studies.scrutiny.trial import Condition as Found

SIGN = {"name": "R-SIGN", "sign": "+"}
NUMBER = {"name": "R-MAG", "value": "0.38"}


def found(name: Any, outcome: str = "passes", *, decides: bool = True) -> Found:
    """Return what a condition found, by what comes of it."""
    reason = verbatim("too short") if outcome == "not computed" else None
    return Found(
        name, 0.3, 0.01, 0.5, outcome == "passes", outcome == "takes away", 100, decides, reason, None
    )


def scrutiny(*, inside: bool | None = None, detectable: float = 0.4, **outcomes: str) -> Scrutinised:
    """Return the conditions of a regression, all passed but those named."""
    main: Any = SimpleNamespace(
        smallest=np.array([0.05]), detectable=np.array([detectable]), error=np.array([detectable / 2.9])
    )
    conditions = tuple(found(name, outcomes.get(name, "passes")) for name in DECIDING)
    printed = (found("income", "printed", decides=False),)
    return Scrutinised(
        title=verbatim("conditions"),
        word="SUPPORTED",
        term="x",
        main=main,
        conditions=(*conditions, *printed),
        mirrored=False,
        units=("Anhui",),
        smallest=0.05,
        inside=inside,
        detectable_beside=0.5,
    )


def result_of(low: float, high: float, conditions: Scrutinised | None = None, **more: Any) -> Finding:
    """Return an estimate in the middle of its interval; the 90 % one is a sixth narrower."""
    middle, half = (low + high) / 2, (high - low) / 2
    head = Headline(
        term="x",
        estimate=middle,
        std_error=1.0,
        conf_low=-9.0,
        conf_high=9.0,
        p_value=0.9,
        wild_p=0.01 if low > 0.0 or high < 0.0 else 0.3,
        wild_low=low,
        wild_high=high,
        nobs=10,
        n_units=5,
        years="2016-2017",
        vcov="CRV3",
        convention="reghdfe",
        inner_low=middle - half / 1.2,
        inner_high=middle + half / 1.2,
    )
    return Finding(headline=head, scrutiny=conditions, **more)
