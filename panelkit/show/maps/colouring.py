"""The paint and the words of each area of a map, and what its legend needs: numbers, classes or categories."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.maps.classes import Classes, breaks_of
from panelkit.show.maps.paint import BELOW_HATCH, MISSING, Paint, key_patch, told_apart
from panelkit.show.words import word

Values = Mapping[Hashable, Any]


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """The paint and the words of each area; patches of the legend, or a scale of colours."""

    paint: Mapping[Hashable, Paint]
    shown: Mapping[Hashable, str]
    handles: Sequence[Any] = ()
    scale: Any = None
    notes: Sequence[str] = ()


def by_number(values: Values, centre: float | None, decimals: int, language: Language) -> Colouring:
    """Colour numbers on a scale, a diverging one around `centre`, below which areas are hatched too."""
    import matplotlib as mpl
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize, to_hex

    numbers = _numbers(values)
    low, high = (min(numbers.values()), max(numbers.values())) if numbers else (0.0, 1.0)
    if centre is not None:
        reach = max(abs(low - centre), abs(high - centre)) or 1.0
        low, high = centre - reach, centre + reach
    if low == high:
        low, high = low - 0.5, high + 0.5
    name = style.SEQUENTIAL if centre is None else style.DIVERGING
    scale: Any = ScalarMappable(Normalize(low, high), mpl.colormaps[name])
    below = {code for code, value in numbers.items() if centre is not None and value < centre}
    told = message("hatched over their colour: below {centre:g}", centre=centre or 0.0).text(language)
    return Colouring(
        paint={
            code: Paint(to_hex(scale.to_rgba(value)), BELOW_HATCH if code in below else "")
            for code, value in numbers.items()
        },
        shown=_printed(numbers, decimals),
        scale=scale,
        notes=[told] if below else [],
    )


def by_class(values: Values, classes: Classes, count: int, decimals: int, language: Language) -> Colouring:
    """Colour classes of numbers, pale to dark; the legend counts the areas of each."""
    numbers = _numbers(values)
    held = np.array(list(numbers.values()))
    breaks = breaks_of(held, classes, count)
    tints = [Paint(tint) for tint in style.sequence_colours(breaks.count, low=0.05)]
    place = dict(zip(numbers, breaks.place(held).tolist(), strict=True))
    counts = np.bincount(list(place.values()), minlength=breaks.count)
    labels = [f"{label} ({n})" for label, n in zip(breaks.labels(decimals), counts, strict=True)]
    notes = [message("in brackets: how many areas; a class holds its lower end").text(language)]
    if isinstance(classes, str) and breaks.count < count:
        notes.append(
            message(
                "{count} classes were asked for; tied values leave {left}", count=count, left=breaks.count
            ).text(language)
        )
    return Colouring(
        paint={code: tints[at] for code, at in place.items()},
        shown=_printed(numbers, decimals),
        handles=[key_patch(tint, label) for tint, label in zip(tints, labels, strict=True)],
        notes=notes,
    )


def by_category(
    values: Values,
    categories: Sequence[str],
    paints: Sequence[Paint] | None,
    labels: Mapping[str, str],
) -> Colouring:
    """Colour categories; without paints of their own pale to dark."""
    unknown = sorted({str(value) for value in values.values()} - set(categories))
    if unknown:
        raise StyleError(message("values hold {unknown}, which `categories` does not name", unknown=unknown))
    chosen = paints or told_apart(style.sequence_colours(len(categories), low=0.1))
    paint = dict(zip(categories, chosen, strict=True))
    return Colouring(
        paint={code: paint[str(value)] for code, value in values.items()},
        shown={},
        handles=[key_patch(paint[name], labels.get(name, name)) for name in categories],
    )


def missing_key(language: Language) -> Any:
    """Return the patch of the legend for areas without a figure."""
    return key_patch(MISSING, word("no_value", language))


def _numbers(values: Values) -> dict[Hashable, float]:
    try:
        numbers = {code: float(value) for code, value in values.items()}
    except (TypeError, ValueError):
        kinds = [str(value) for value in values.values() if not isinstance(value, int | float)][:5]
        raise StyleError(
            message("a map of numbers, and values hold {kinds}: name them by `categories`", kinds=kinds)
        ) from None
    endless = [str(code) for code, value in numbers.items() if not np.isfinite(value)]
    if endless:
        raise StyleError(message("infinite values on a map: {endless}", endless=endless))
    return numbers


def _printed(numbers: Mapping[Hashable, float], decimals: int) -> dict[Hashable, str]:
    return {code: f"{value:,.{decimals}f}" for code, value in numbers.items()}
