"""What is asked of responses: order of the shocks, horizon, bands; refused where it means nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast, get_args

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import message

Bands = Literal["bootstrap", "monte-carlo", "none"]
Interval = Literal["percentile", "basic", "normal"]
LEAST_REPS = 99
FARTHEST = 200


def check_fit(fit: Any) -> None:
    """Refuse what is no fitted panel VAR.

    Raises
    ------
    SpecError
        With its kind.
    """
    if not all(hasattr(fit, part) for part in ("names", "coefficients", "sigma")):
        raise SpecError(
            message("responses are those of a fitted panel VAR, not of {kind}", kind=type(fit).__name__)
        )


def check_flags(**flags: Any) -> None:
    """Refuse flags that are neither True nor False.

    Raises
    ------
    SpecError
        With the name of the first.
    """
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise SpecError(message("{name} is True or False, not {value!r}", name=name, value=value))


def check_horizon(horizon: Any) -> int:
    """Return the horizon if it is a whole number from 1 to 200.

    Raises
    ------
    SpecError
        If it is not.
    """
    whole = isinstance(horizon, int | np.integer) and not isinstance(horizon, bool)
    if not whole or not 1 <= horizon <= FARTHEST:
        raise SpecError(
            message(
                "horizon is a whole number from 1 to {most}, not {horizon!r}",
                most=FARTHEST,
                horizon=horizon,
            )
        )
    return int(horizon)


def check_bands(bands: Any, reps: Any, interval: Any) -> Bands:
    """Return how bands are made.

    Raises
    ------
    SpecError
        If that, the number of draws or the kind of interval is none that is known.
    """
    if bands is None:
        return "none"
    if bands not in get_args(Bands):
        raise SpecError(
            message("bands is one of {known}, not {bands!r}", known=get_args(Bands), bands=str(bands))
        )
    if interval not in get_args(Interval):
        raise SpecError(
            message(
                "interval is one of {known}, not {interval!r}",
                known=get_args(Interval),
                interval=str(interval),
            )
        )
    whole = isinstance(reps, int | np.integer) and not isinstance(reps, bool)
    if bands != "none" and (not whole or reps < LEAST_REPS):
        raise SpecError(
            message(
                "reps is a whole number of draws, {least} at least: the ends of a band are quantiles far out, "
                "which {reps!r} do not hold",
                least=LEAST_REPS,
                reps=reps,
            )
        )
    return cast(Bands, bands)


def positions(order: Sequence[str | int] | None, names: Sequence[str]) -> tuple[int, ...]:
    """Return an order of variables, by name or by number from 1, as positions; None is the order of the model.

    Raises
    ------
    SpecError
        If it is no permutation of the variables.
    """
    if order is None:
        return tuple(range(len(names)))
    known = {_bare(name): at for at, name in enumerate(names)}
    asked = [order] if isinstance(order, str | int) else list(order)
    found = [_position(one, known, len(names)) for one in asked]
    if sorted(at for at in found if at is not None) != list(range(len(names))) or len(found) != len(names):
        raise SpecError(
            message(
                "an order names every variable once: {names} (or their numbers, 1 to {count}), not {order}",
                names=[f"`{name}`" for name in names],
                count=len(names),
                order=[str(one) for one in asked],
            )
        )
    return tuple(at for at in found if at is not None)


def _position(one: Any, known: dict[str, int], count: int) -> int | None:
    """Return where a variable stands; None where there is none of that name or number."""
    if isinstance(one, str) and _bare(one) in known:
        return known[_bare(one)]
    text = str(one).strip()
    number = int(text) if text.isascii() and text.isdigit() and not isinstance(one, bool) else 0
    return number - 1 if 1 <= number <= count else None


def _bare(name: str) -> str:
    """Return a name without blanks and backticks, so that `log( gdp )` is `log(gdp)`."""
    return "".join(name.split()).replace("`", "")


def check_joint(joint: Any, bands: Bands, interval: Interval) -> None:
    """Check whether bands are to hold whole paths.

    Raises
    ------
    SpecError
        If that is no yes or no, or there are no percentiles of draws to make such bands of.
    """
    if not isinstance(joint, bool):
        raise SpecError(message("joint is True or False, not {joint!r}", joint=joint))
    if joint and (bands == "none" or interval != "percentile"):
        raise SpecError(
            message("joint bands are percentiles of draws: leave interval as it is, and bands not at 'none'")
        )
