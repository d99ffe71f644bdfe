"""Predictions of the rows that entered, where nothing is known of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from panelkit.language.errors import SpecError
from panelkit.language.message import Message
from panelkit.results.fit import FitResult


def of_entered_rows(
    fit: FitResult, data: Any, kind: str, options: Mapping[str, Any], refusal: Message
) -> pd.Series:
    """Return fitted values ("xbu") or residuals ("e") of the rows that entered.

    Raises
    ------
    SpecError
        With the refusal, if new rows or another kind are asked for.
    """
    assert fit.design is not None
    if data is not None or options or kind not in ("xbu", "e"):
        raise SpecError(refusal)
    values = fit.residuals if kind == "e" else fit.design.y - fit.residuals
    index = fit.design.labels().set_names(list(fit.level_names))
    return pd.Series(values, index=index, name=kind)
