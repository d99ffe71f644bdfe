"""What a test of non-causality refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.causality.dumitrescu_hurlin import most_lags
from panelkit.models.dynamic.causality.half_panel import VARIANCES, fewest_periods
from panelkit.models.dynamic.wide import Wide
from panelkit.panel.design import Design

TESTS = ("dumitrescu-hurlin", "juodis-karavias-sarafidis")
_FEWEST_DRAWS = 19
_SHOWN = 5


def checked_options(test: str, lags: Any, both: Any, max_lags: Any, variance: str, bootstrap: Any) -> None:
    """Refuse options that do not apply.

    Raises
    ------
    SpecError
        Naming the option.
    """
    if test not in TESTS:
        raise SpecError(message("test is one of {known}, not {test!r}", known=TESTS, test=test))
    if lags != "bic" and (isinstance(lags, bool) or not isinstance(lags, int | np.integer) or lags < 1):
        raise SpecError(message("lags is a whole number from 1 on, or 'bic', not {lags!r}", lags=lags))
    if max_lags is not None:
        if lags != "bic":
            raise SpecError(
                message(
                    "{max_lags} belongs to {lags}",
                    max_lags=option("max_lags", flag="--max-order"),
                    lags=option("lags", "bic", flag="--order"),
                )
            )
        if isinstance(max_lags, bool) or not isinstance(max_lags, int | np.integer) or max_lags < 1:
            raise SpecError(message("max_lags is a whole number from 1 on, not {lags!r}", lags=max_lags))
    if not isinstance(both, bool):
        raise SpecError(message("both is True or False, not {both!r}", both=both))
    if variance not in VARIANCES:
        raise SpecError(
            message("variance is one of {known}, not {variance!r}", known=VARIANCES, variance=variance)
        )
    if test == "dumitrescu-hurlin" and variance != "jackknife":
        raise SpecError(
            message("{variance} belongs to the test juodis-karavias-sarafidis", variance=option("variance"))
        )
    if isinstance(bootstrap, bool) or not isinstance(bootstrap, int | np.integer) or bootstrap < 0:
        raise SpecError(
            message("{name} is a whole number from 0 on, not {value!r}", name="bootstrap", value=bootstrap)
        )
    if 0 < bootstrap < _FEWEST_DRAWS:
        raise SpecError(
            message(
                "{name}={value}: with fewer than {least} draws no p reaches 5 %",
                name="bootstrap",
                value=bootstrap,
                least=_FEWEST_DRAWS,
            )
        )


def refuse_too_short(test: str, blocks: Sequence[Wide], lags: int, design: Design) -> int:
    """Return the most lags that all units bear; refuse more, with what fits.

    Raises
    ------
    SpecError
        Naming the units that are too short.
    """
    k = blocks[0].size[2]

    def bears(block: Wide) -> int:
        periods = block.size[1]
        return most_lags(periods, k) if test == "dumitrescu-hurlin" else max(0, (periods - 4) // 4)

    least = min(bears(block) for block in blocks)
    if lags <= least:
        return least
    short = [str(name) for block in blocks if bears(block) < lags for name in block.units]
    need = 6 + (2 + k) * lags if test == "dumitrescu-hurlin" else fewest_periods(lags)
    shown = short if len(short) <= _SHOWN else [*short[:_SHOWN], "..."]
    fits = message("lags={least} fits", least=least) if least else message("no number of lags fits")
    raise SpecError(
        design.spoken(
            message(
                "lags={lags} (regressors: {k}) need at least {need} {periods} held of each {unit}; {n} {units} hold "
                "fewer ({shown}, from {held} on): {fits}",
                lags=lags,
                k=k,
                need=need,
                n=len(short),
                shown=shown,
                held=min(block.size[1] for block in blocks),
                fits=fits,
            )
        )
    )


def refuse_ragged(blocks: Sequence[Wide], design: Design, test: str) -> None:
    """Refuse units of different periods to what moves whole periods.

    Raises
    ------
    DataError
        Naming units that hold fewer.
    """
    total = len(design.time_labels)
    if len(blocks) == 1 and blocks[0].size[1] == total:
        return
    counts = np.bincount(design.unit)
    short = [str(design.unit_labels[i]) for i in np.flatnonzero(counts < total)]
    shown: list[str] | Message = short if len(short) <= _SHOWN else [*short[:_SHOWN], "..."]
    raise DataError(
        design.spoken(
            message(
                "the halves of Juodis, Karavias and Sarafidis, and the bootstrap, need the same "
                "{periods} of every {unit}; {n} hold fewer than {total}: {shown}. Choose {periods} or "
                "{units} by {where}, or take dumitrescu-hurlin without a bootstrap",
                where=option("where"),
                n=len(short),
                total=total,
                shown=shown,
            )
        )
    )
