"""What options take: whole numbers from some number on, shares between 0 and 1; and options without work.

A truth value is no number here: `reps=True` is a slip, not one draw. Numbers of numpy are numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option

# 1 / (1 + 19) = 0.05: with fewer permutations no p-value comes down to it
FEWEST_PERMUTATIONS = 19

# 1 / (1 + 100) < 0.01, which a verdict asks of next year's treatment: with fewer draws it could take nothing away
FEWEST_DRAWS = 100


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number, of Python or numpy, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_real(value: object) -> bool:
    """Tell whether a value is a number, of Python or numpy, and no truth value."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_count(name: str, value: Any, least: int = 1) -> int:
    """Return a number of draws, lags or classes, which is whole and `least` or more.

    Raises
    ------
    SpecError
        Which names the option and the value.
    """
    if not is_whole(value) or value < least:
        raise SpecError(
            message(
                "{name} is a whole number and at least {least}, not {value!r}",
                name=name,
                least=least,
                value=value,
            )
        )
    return int(value)


def check_choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return the value of an option that knows a few words.

    Raises
    ------
    SpecError
        If it is none of them.
    """
    if value not in allowed:
        raise SpecError(
            message(
                "{what} is one of {allowed}, not {value!r}", what=name, allowed=tuple(allowed), value=value
            )
        )
    return str(value)


def check_flag(name: str, value: Any) -> bool:
    """Return a truth value; words such as "no" would count as true.

    Raises
    ------
    SpecError
        Which names the option and the value.
    """
    if not isinstance(value, bool):
        raise SpecError(message("{name} is True or False, not {value!r}", name=name, value=value))
    return value


def check_permutations(name: str, value: Any) -> int:
    """Return a number of permutations that can reach p = 0.05.

    Raises
    ------
    SpecError
        If it is none, or too small.
    """
    if is_whole(value) and value < FEWEST_PERMUTATIONS:
        raise SpecError(
            message(
                "{name}={value} cannot reach p = 0.05: take {least} or more",
                name=name,
                value=value,
                least=FEWEST_PERMUTATIONS,
            )
        )
    return check_count(name, value, FEWEST_PERMUTATIONS)


def check_draws(name: str, value: Any) -> int:
    """Return a number of draws by which every condition of a verdict can be decided.

    Raises
    ------
    SpecError
        If it is none, or too small.
    """
    if is_whole(value) and value < FEWEST_DRAWS:
        raise SpecError(
            message(
                "{name}={value} cannot reach p < 0.01, which a condition asks for: take {least} or more, 9,999 by "
                "default",
                name=name,
                value=value,
                least=FEWEST_DRAWS,
            )
        )
    return check_count(name, value, FEWEST_DRAWS)


def check_confidence(level: Any) -> float:
    """Return the level of an interval, between 0 and 1.

    Raises
    ------
    SpecError
        If it is none: a percentage, say.
    """
    if not is_real(level) or not 0.0 < level < 1.0:
        raise SpecError(
            message(
                "a confidence level lies between 0 and 1, not {level!r}: write 0.95 for 95 %", level=level
            )
        )
    return float(level)


def check_significance(name: str, level: Any) -> float:
    """Return the level of a test or a rate of false discoveries, between 0 and 1.

    Raises
    ------
    SpecError
        If it is none: a percentage, say.
    """
    if not is_real(level) or not 0.0 < level < 1.0:
        raise SpecError(
            message("{name} lies between 0 and 1, not {level!r}: write 0.05 for 5 %", name=name, level=level)
        )
    return float(level)


def check_number(name: str, value: Any, what: Message | None = None, *, positive: bool = False) -> float:
    """Return a finite number (above zero with `positive`).

    Raises
    ------
    SpecError
        If it is none.
    """
    finite = is_real(value) and abs(value) <= sys.float_info.max  # a whole number may lie beyond
    if finite and not (positive and value <= 0):
        return float(value)
    if positive:
        said = message("{name} is a finite number above 0, not {value!r}", name=what or name, value=value)
    else:
        said = message("{name} is a finite number, not {value!r}", name=what or name, value=value)
    raise SpecError(said)


def refuse_idle(given: dict[str, bool], where: Message) -> None:
    """Refuse options that do not apply where they are given, so that none is ignored in silence.

    Parameters
    ----------
    given
        Option -> whether it was given.
    where
        Where they do not apply, and what they belong to: the rest of the sentence.

    Raises
    ------
    SpecError
        Which names the options.
    """
    idle = [option(name) for name, there in given.items() if there]
    if idle:
        raise SpecError(message("{options} {where}", options=idle, where=where))
