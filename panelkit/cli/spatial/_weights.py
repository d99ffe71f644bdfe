"""Spatial weights as a command line names them: matrices of provinces, or a file."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.cli._printing import shortened
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.spatial.weights import Weights

_FILES = (".csv", ".txt", ".gal", ".gwt", ".xlsx", ".xls", ".dta")
_SHOWN = 5


def units_of(frame: pd.DataFrame) -> list[Hashable]:
    """Return the units, each province once, without totals and regions: those that weights stand for."""
    from panelkit.data.user.places import provincial_rows

    return list(provincial_rows(frame)[0].index.get_level_values(0).unique())


def all_provinces(units: Sequence[Hashable]) -> bool:
    """Tell whether every unit is a province."""
    return not _strangers(units)


def refuse_strangers(units: Sequence[Hashable], what: Message) -> None:
    """Refuse units that are no provinces where weights of provinces are asked for by `what`.

    Raises
    ------
    SpecError
        With the units, if there are any.
    """
    strangers = _strangers(units)
    if strangers:
        raise SpecError(
            message(
                "{what}, and units of the panel are no provinces ({names}): name the file of your own weights, "
                "--w FILE.csv (.txt, .xlsx, .dta, .gal, .gwt), in fit, impacts, lm or moran",
                what=what,
                names=shortened(strangers, _SHOWN),
            )
        )


def weights_of(
    text: str,
    units: Sequence[Hashable],
    *,
    ids: Sequence[Hashable] | None = None,
    islands: str = "refuse",
    option: str = "--w",
) -> Weights:
    """Return the weights that an option names, row-normalised where a file does not say otherwise.

    `ids`: the units in the order of the rows of a file without names. `islands`: "zero" keeps units without a
    neighbour as rows of zeros.

    Raises
    ------
    SpecError
        If the text names none, or weights of provinces and the units are others.
    """
    from panelkit.spatial import provincial
    from panelkit.spatial.weights import as_weights

    name, _, number = text.partition("-")
    power = text.removeprefix("inverse-distance-")
    is_power = power != text and power.replace(".", "", 1).isdigit()
    is_nearest = name == "nearest" and number.isdigit()
    if text in ("contiguity", "inverse-distance") or is_power or is_nearest:
        refuse_strangers(units, message("{option} {text} is a matrix of provinces", option=option, text=text))
    raw: Weights | None = None
    if text == "contiguity":
        raw = provincial.contiguity(list(units), normalisation="none")
    elif text == "inverse-distance":
        raw = provincial.inverse_distance(provinces=list(units), normalisation="none")
    elif is_power:
        raw = provincial.inverse_distance(float(power), provinces=list(units), normalisation="none")
    elif is_nearest:
        raw = provincial.nearest(int(number), provinces=list(units), normalisation="none")
    from_file = raw is None and is_file(text)
    if raw is not None or from_file:
        given = text if from_file else raw
        weights = as_weights(given, ids if from_file else None, islands=islands)  # type: ignore[arg-type]
        return weights if weights.normalisation != "none" else weights.normalised("row")
    raise SpecError(
        message(
            "{option} {text!r}: write contiguity, inverse-distance, inverse-distance-2, nearest-4, "
            "or name a file (.csv, .txt, .xlsx, .dta, .gal, .gwt)",
            option=option,
            text=text,
        )
    )


def is_file(text: str) -> bool:
    """Tell whether a text names a file of weights, by its ending or because it is there."""
    return Path(text).suffix.lower() in _FILES or Path(text).is_file()


def _strangers(units: Sequence[Hashable]) -> list[str]:
    from panelkit.data.provinces import lookup_many

    return [
        str(unit)
        for unit, place in zip(units, lookup_many(units), strict=True)
        if place is None or place.kind != "province"
    ]
