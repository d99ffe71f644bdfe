"""The sense of a stated effect: what "one per cent more of x, .38 per cent more of y" asks of the sample at hand."""

from __future__ import annotations

from collections.abc import Iterable

from panelkit.audit.elasticity_result import ElasticitySense
from panelkit.audit.printed import Printed, read_number
from panelkit.audit.senses import READINGS, Spread, sense_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_number


@offered(
    "audit",
    family="tables",
    result="ElasticitySense",
    source="Wooldridge 2019, section 6.2; own",
    public=True,
)
def elasticity_sense(
    value: str | float,
    *,
    x_mean: float,
    y_mean: float,
    step: float = 1.0,
    x_sd: float | None = None,
    y_sd: float | None = None,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    readings: Iterable[str] = tuple(READINGS),
    plus_one: Iterable[str] = (),
    limit: float | None = None,
) -> ElasticitySense:
    """Return what a stated effect means in units of the sample, under each model that its sentence may come from.

    "1 % more subsidy raises R&D intensity by .38 %" may be an elasticity (5 % becomes 5.019 %), .38 points (5 %
    becomes 5.38 %, an elasticity of 7.6), or either for one unit of x. What each asks of the sample tells them apart.

    Parameters
    ----------
    value
        The effect as stated, in per cent or in units of y. A text ("0.38") stands for all numbers that round to it.
    x_mean, y_mean
        Means of cause and outcome in the units of the sentence, before logarithms; a share in per cent has its mean in
        per cent.
    step
        The change of x that the effect is stated for: per cent of x where x is in logarithms, units of x else.
    x_sd, y_sd, x_range, y_range
        Standard deviations, and smallest and largest values, where they are printed.
    readings
        "elasticity" (ln y on ln x), "points" (y on ln x), "semi" (ln y on x), "level" (y on x).
    plus_one
        "x", "y" or both where the logarithm is ln(1 + ·).
    limit
        How many units of y for one of x are still plausible, such as yuan of R&D for a yuan of subsidy.

    Returns
    -------
    ElasticitySense

    Raises
    ------
    SpecError
        If the value is no number, a reading is unknown, a mean of what enters in logarithms is not positive, or a
        range is empty.

    Examples
    --------
    >>> sense = pk.elasticity_sense("0.38", x_mean=10, y_mean=100, readings=["elasticity"], limit=2)
    >>> round(sense["elasticity"].marginal.middle, 2)
    3.8
    """
    chosen, added = list(readings), set(plus_one)
    unknown = [one for one in chosen if one not in READINGS] + sorted(added - {"x", "y"})
    if unknown or not chosen:
        raise SpecError(
            message(
                "readings are {known}, and plus_one is x or y; not {given}",
                known=list(READINGS),
                given=unknown,
            )
        )
    x = _spread("x", x_mean, x_sd, x_range, "x" in added)
    y = _spread("y", y_mean, y_sd, y_range, "y" in added)
    for name, spread, logged in (("x", x, ("elasticity", "points")), ("y", y, ("elasticity", "semi"))):
        if spread.mean + spread.shift <= 0.0 and set(chosen) & set(logged):
            raise SpecError(
                message(
                    "{name} enters in logarithms, and its mean {mean:g} is not positive: give it before logarithms",
                    name=name,
                    mean=spread.mean,
                )
            )
    if limit is not None:
        check_number("limit", limit, positive=True)
    printed = _printed(value)
    check_number("step", step, positive=True)
    senses = tuple(sense_of(one, printed.interval, float(step), x, y) for one in chosen)
    return ElasticitySense(printed, float(step), senses, x, y, limit)


def _printed(value: str | float) -> Printed:
    """Return a stated number; a text with a per-cent sign is a number in per cent."""
    if isinstance(value, str):
        held = read_number(value.replace("%", "").replace("％", ""))
        if held is None:
            raise SpecError(message("the effect is a number such as 0.38, not {value!r}", value=value))
        return held
    number = check_number("value", value)
    return Printed(f"{number:g}", number, number, number, 0)


def _spread(
    name: str, mean: float, sd: float | None, ends: tuple[float, float] | None, plus_one: bool
) -> Spread:
    """Return a variable in its sample, checked."""
    held = None if sd is None else check_number(f"{name}_sd", sd, positive=True)
    low, high = (None, None) if ends is None else (check_number(f"{name}_range", one) for one in ends)
    if low is not None and high is not None and not low < high:
        raise SpecError(message("{name}_range is empty: {low:g} to {high:g}", name=name, low=low, high=high))
    return Spread(check_number(f"{name}_mean", mean), held, low, high, plus_one)
