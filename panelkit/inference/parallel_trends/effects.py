"""Which effect of an event study is asked about, and how few clusters widen what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from panelkit.inference.parallel_trends.path import EventPath
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import is_real

Effect = str | float | Mapping[float, float]

# with fewer clusters than this, normal critical values are a matter to be said
_MANY_CLUSTERS = 50


def effect_weights(effect: Any, posts: EventPath) -> tuple[FloatArray, Message]:
    """Return the weights (T,) of an effect on the estimates after treatment, and what it is called.

    Parameters
    ----------
    effect
        "first", "average", an event time, or weights by event time.
    posts
        The estimates after treatment.

    Raises
    ------
    SpecError
        If it is none of these, or names an event time without estimate.
    """
    event = posts.event
    if isinstance(effect, str) and effect == "first":
        return np.eye(len(event))[0], message("effect at event time {event:g}", event=event[0])
    if isinstance(effect, str) and effect == "average":
        named = message("average effect at event times {first:g} to {last:g}", first=event[0], last=event[-1])
        return np.full(len(event), 1.0 / len(event)), named
    if is_real(effect):
        posts.at(np.array([effect], dtype=float))
        return (event == effect).astype(float), message("effect at event time {event:g}", event=float(effect))
    if isinstance(effect, Mapping) and effect and all(map(is_real, [*effect, *effect.values()])):
        posts.at(np.array(list(effect), dtype=float))
        weights = np.array([float(effect.get(one, 0.0)) for one in event.tolist()])
        if weights.any() and np.isfinite(weights).all():
            some = weights.nonzero()[0]
            told = [message("{weight:g} × {event:g}", weight=weights[at], event=event[at]) for at in some]
            return weights, message("effects by event time: {weights}", weights=told)
    raise SpecError(
        message(
            "effect is 'first', 'average', an event time, or weights by event time (not all zero), not {effect!r}",
            effect=effect,
        )
    )


def degrees_of(df: float | str | None, path: EventPath) -> float:
    """Return the degrees of freedom: those asked for, else those of the result.

    Raises
    ------
    SpecError
        If they are not above 0, or "welch" is asked for where the numbers of clusters are not known.
    """
    if df is None:
        return path.df
    if df == "welch":
        found = path.welch
        if found is None:
            raise SpecError(
                message(
                    "df='welch' needs the number of clusters and of those treated, two or more on either side"
                )
            )
        return found
    if not isinstance(df, float | int) or not is_real(df) or not df > 0.0:
        raise SpecError(message("df is a number above 0 or 'welch', not {df!r}", df=df))
    return float(df)


def few_clusters(path: EventPath, df: float) -> tuple[Message, ...]:
    """Return what is to be said of the degrees of freedom where clusters, or those treated, are few."""
    if path.clusters is None or path.clusters >= _MANY_CLUSTERS:
        return ()
    safe = path.welch
    if safe is not None and df > 1.2 * safe:
        said = message(
            "{treated} of {clusters} clusters are treated: intervals are too short and tests too ready to reject; "
            "df='welch' takes {safe:.1f} degrees of freedom",
            treated=path.treated,
            clusters=path.clusters,
            safe=safe,
        )
        return (said,)
    if np.isfinite(df):
        return ()
    said = message(
        "{clusters} clusters: normal critical values are optimistic, intervals too short and tests too ready to "
        "reject; df={less} takes those of t",
        clusters=path.clusters,
        less=path.clusters - 1,
    )
    return (said,)
