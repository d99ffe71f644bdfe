"""What a threshold model says beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.threshold.regions import ThresholdRegion
from panelkit.models.threshold.searched import Searched

_FAR = 2
_LISTED = 3
"""Parts of a region that a note lists; more of them stand with the thresholds alone."""
_SEARCHED = {
    "exact": message("every value of the threshold variable was searched"),
    "quantiles-393": message("the 393 quantiles of Hansen's program were searched, not every value"),
    "xthreg": message("400 values, equidistant in order, were searched, not every value"),
}


def threshold_notes(spec: Any, found: Searched, regions: Sequence[ThresholdRegion]) -> tuple[Message, ...]:
    """Return what search, regions and errors stand on."""
    return (
        message(
            "{searched} ({count:,} of them leave {least:,} rows in each regime)",
            searched=_SEARCHED[spec.search],
            count=len(found.candidates.values),
            least=found.candidates.least,
        ),
        message("standard errors take the thresholds as known"),
        message(
            "regions of thresholds: likelihood ratio up to {critical:.4g}, for errors that are independent and of one "
            "variance (Hansen 1999)",
            critical=regions[0].critical,
        ),
        *_far(found),
        *_lost(found),
        *_transform(spec),
        *(
            note
            for number, region in enumerate(regions)
            for note in _of_region(message("threshold {number}", number=number + 1), region)
        ),
    )


def kink_notes(found: Any, region: ThresholdRegion) -> tuple[Message, ...]:
    """Return what a kink, its errors and its region stand on."""
    return (
        message(
            "every place between the {count:,} values that leave {least:,} rows on each side was searched",
            count=len(found.candidates.values),
            least=found.candidates.least,
        ),
        message(
            "standard errors of slopes and kink are joint: the line does not jump, so that the kink is as uncertain as "
            "they are (Hansen 2017)"
        ),
        message(
            "region of the kink: likelihood ratio up to {critical:.4g}, chi2(1), for errors that are independent and "
            "of one variance",
            critical=region.critical,
        ),
        *_of_region(message("the kink"), region),
    )


def _of_region(what: Message, region: ThresholdRegion) -> tuple[Message, ...]:
    said: list[Message] = []
    parts = len(region.intervals)
    if region.disjoint and parts <= _LISTED:
        said.append(
            message(
                "the region of {what} has {parts} parts: {region}",
                what=what,
                parts=parts,
                region=region.said(),
            )
        )
    elif region.disjoint:
        low, high = region.bounds
        said.append(
            message(
                "the region of {what} has {parts} parts between {low:.6g} and {high:.6g}",
                what=what,
                parts=parts,
                low=low,
                high=high,
            )
        )
    if any(region.edges):
        said.append(
            message(
                "the region of {what} reaches the end of the values searched: the data do not bound it there",
                what=what,
            )
        )
    return tuple(said)


def _far(found: Searched) -> tuple[Message, ...]:
    """Say where a difference of slopes is above all a jump: the regressor never comes near zero."""
    columns = found.columns
    if columns.intercept:
        return ()
    spread, mean = columns.regime.std(axis=0), np.abs(columns.regime.mean(axis=0))
    names = [f"`{name}`" for name, far in zip(columns.regime_terms, mean > _FAR * spread, strict=True) if far]
    if not names:
        return ()
    return (
        message(
            "{names}: the mean lies more than {times} standard deviations from zero, so that a "
            "difference of slopes is above all a jump of the level, and another unit of a logarithm "
            "would find another threshold: compare {intercept}, where every regime has a level of its own",
            intercept=option("intercept", True),
            names=names,
            times=_FAR,
        ),
    )


def _lost(found: Searched) -> tuple[Message, ...]:
    lost = int(np.sum(~found.search.roots[1]))
    if not lost:
        return ()
    return (
        message(
            "{lost:,} values do not identify the slopes of both regimes and were not searched",
            lost=lost,
        ),
    )


def _transform(spec: Any) -> tuple[Message, ...]:
    if spec.transform == "within":
        return ()
    return (
        message(
            "hansen-1999: deviations from means of the {unit} without the last {period}, lower regime "
            "strictly below the threshold; the exact regression is {transform}",
            transform=option("transform", "within"),
        ),
    )
