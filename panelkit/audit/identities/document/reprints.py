"""What is said of a column that is printed twice."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.audit.printed import Printed
from panelkit.audit.relations import Outcome
from panelkit.audit.significance import state_of
from panelkit.language.message import message


def same(numbers: Sequence[Printed]) -> Outcome:
    """Return whether two numbers (and their stars, where given) are the same; stars, or a sign with stars, decide."""
    one, other, *stars = numbers
    met = one.interval.meets(other.interval) and (not stars or stars[0].value == stars[1].value)
    signs = one.low > 0.0 > other.high or other.low > 0.0 > one.high
    any_star = bool(stars) and (stars[0].value > 0.0) != (stars[1].value > 0.0)
    starred = bool(stars) and max(stars[0].value, stars[1].value) > 0.0
    why = None if met else message("a column printed twice holds two numbers in one place")
    texts = (
        [f"{one.text}{stars[0].text}", f"{other.text}{stars[1].text}"] if stars else [one.text, other.text]
    )
    return Outcome(state_of(met, any_star or (signs and starred)), texts[0], texts[1], why)
