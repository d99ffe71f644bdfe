"""Results as the objects that `--json` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from panelkit.claims.findings import Condition, Finding, Sizes
from panelkit.language.message import Language
from panelkit.studies.grid import GridResult


def headline_object(tested: Finding) -> dict[str, Any] | None:
    """Return the main estimate or the measured quantity as JSON shows it; None where there is neither."""
    if tested.headline is not None:
        return _plain(
            {key: value for key, value in vars(tested.headline).items() if key not in ("wild_set", "at_95")}
        )
    if tested.measured is None:
        return None
    found = tested.measured
    numbers = {
        "quantity": found.quantity,
        "estimate": float(found.value),
        "conf_low": float(found.low),
        "conf_high": float(found.high),
        "p_value": float(found.p_value),
        "inner_low": float(found.inner_low),
        "inner_high": float(found.inner_high),
    }
    by_year = {str(year): finite(float(value)) for year, value in found.by_year.items()}
    intervals = {
        str(year): [finite(float(end)) for end in ends] for year, ends in found.by_year_interval.items()
    }
    lost = found.tally.facts() if found.tally is not None else {}
    return {
        **_plain(numbers),
        "by_year": by_year,
        **({"by_year_interval": intervals} if intervals else {}),
        "facts": _plain({**found.facts, **lost}),
    }


def condition_object(item: Condition, language: Language) -> dict[str, Any]:
    """Return a condition as JSON shows it."""
    return {
        "condition": item.key,
        "asks": item.asks.text(language),
        "outcome": item.outcome,
        "decides": item.decides,
        "found": item.found.text(language),
        "numbers": _plain(item.numbers),
    }


def sizes_object(sizes: Sizes, language: Language) -> dict[str, Any]:
    """Return the sizes that a test can tell apart as JSON shows them."""
    said = {key: value for key, value in vars(sizes).items() if not isinstance(value, float)}
    texts = {key: None if text is None else text.text(language) for key, text in said.items()}
    return {**_plain({key: value for key, value in vars(sizes).items() if key not in said}), **texts}


def grid_object(grid: GridResult) -> dict[str, Any]:
    """Return the grid as JSON shows it; where specifications failed, how many of how many, and why."""
    return _plain(
        {
            "n": grid.n,
            "share_same_sign": grid.share_same_sign,
            "share_claim_inside": grid.share_claim_inside,
            "estimates": [finite(value) for value in grid.table["estimate"]],
            **grid.tally.facts(),
        }
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: finite(value) if isinstance(value, float) else value for key, value in values.items()}


def finite(value: float) -> float | None:
    """Return a number, None where it is none: JSON knows neither NaN nor infinity."""
    return float(value) if math.isfinite(value) else None
