"""Options of a search that are numbers or lists, checked before anything is read."""

from __future__ import annotations

from typing import Any

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import is_whole
from panelkit.studies.specification_curve.choices import Sample


def check_numbers(*, closest: Any, depth: Any, rng: Any, lags: Any) -> None:
    """Check how many are listed, how many steps are taken, the seed, and the lags.

    Raises
    ------
    SpecError
        If one is no whole number, or too small.
    """
    counts = [("closest", closest, 1), ("depth", 0 if depth is None else depth, 0), ("rng", rng, 0)]
    for name, count, least in counts:
        if not is_whole(count) or count < least:
            raise SpecError(
                message(
                    "{name} is a whole number from {least}, not {got!r}", name=name, least=least, got=count
                )
            )
    if lags is None:
        return
    if not isinstance(lags, (list, tuple, range)) or not all(is_whole(one) and one >= 0 for one in lags):
        raise SpecError(
            message("lags is a list of whole numbers from 0, such as [1, 2], not {got!r}", got=lags)
        )


def check_samples(samples: Any) -> None:
    """Check that samples are a list of `pk.Sample`.

    Raises
    ------
    SpecError
        If they are something else.
    """
    if samples is None:
        return
    if not isinstance(samples, (list, tuple)) or not all(isinstance(one, Sample) for one in samples):
        raise SpecError(
            message(
                "samples is a list of pk.Sample, such as {example}, not {got!r}",
                example='[pk.Sample("since 2012", years=(2012, 2020))]',
                got=samples,
            )
        )
