"""A policy beside the figures of a panel of provinces, in one call: `add_policy`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.data.facts import Facts
from panelkit.data.policies import LEFT_OUT, Coding, Shift, load_policy_pilots
from panelkit.data.provinces import lookup_many
from panelkit.data.user.places import provincial_rows
from panelkit.data.wording import first_of
from panelkit.kernels.frames import as_pandas
from panelkit.kernels.index import SHOWN, read_panel_index
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.panel.provenance import with_place_notes

FIRST = "_first"
"""What is put behind the key of a policy for the column of first years."""


@offered("data", family="policies", result="DataFrame", public=True)
def add_policy(
    data: Any,
    policy: str,
    coding: Coding = "any-zone",
    year_shift: Shift = 0,
    *,
    unit: str | None = None,
    time: str | None = None,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Return a panel of provinces with a policy's two columns, without the rows that are no controls.

    `POLICY_first` is the first treated year (0: never), for `cohort=`; `POLICY` is 1 from that year on and 0 before,
    for `treatment=`. Rows of provinces of which a part takes part (coding "whole-province"), and of doubtful controls
    from the year of the doubt on, leave; what left is named under every table that uses the columns.

    Parameters
    ----------
    data
        Frame of pandas, polars or Arrow with one row a province and year, as of `load_provinces`: provinces in any
        spelling, in its index or in columns.
    policy, coding, year_shift
        As in `load_policy_pilots`.
    unit, time
        Columns of the province and of the year; None: the two levels of the index.
    folder
        Folder of the tables of policies; None: those that ship.

    Returns
    -------
    DataFrame
        The rows that stay, in their own order, all columns of `data` and the two of the policy (float64).

    Raises
    ------
    SpecError
        As `load_policy_pilots`.
    DataError
        Units that are no provinces, a panel without a year, or a column of that name already.

    Examples
    --------
    >>> panel = pk.load_provinces(["patents_granted", "rd_expenditure"], (2011, 2022))
    >>> panel = pk.add_policy(panel, "ftz")
    >>> panel.loc[("Shanghai", 2013), ["ftz", "ftz_first"]].to_list()
    [1.0, 2013.0]
    """
    coded = load_policy_pilots(policy, coding, year_shift, labels="adcode", folder=folder)
    key = str(coded.attrs["panelkit"]["policy"])
    frame, notes = provincial_rows(as_pandas(data), unit, time)
    _refuse_taken(frame, (key, key + FIRST))
    adcode, years = _cells(frame, unit, time)
    first = coded["first"].reindex(adcode).to_numpy(dtype=float)
    columns = {key: ((first > 0) & (years >= first)).astype(float), key + FIRST: first}
    out = frame.assign(**columns)[_stays(coded, adcode, years)]
    out.attrs = {**frame.attrs, "panelkit": _facts(frame, coded, (key, key + FIRST))}
    return with_place_notes(out, notes)


def _refuse_taken(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    taken = [name for name in names if name in frame.columns]
    if taken:
        raise DataError(
            message("the data hold columns {names} already: rename or drop them first", names=taken)
        )


def _cells(frame: pd.DataFrame, unit: str | None, time: str | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the code of the province and the year of every row.

    Raises
    ------
    DataError
        If a unit is no province: all are named.
    """
    index = read_panel_index(frame, unit, time)
    places = lookup_many(index.unit_labels)
    unknown = [
        f"{label}"
        for label, place in zip(index.unit_labels, places, strict=True)
        if place is None or place.kind != "province"
    ]
    if unknown:
        raise DataError(
            message(
                "policies are recorded by province, and these units are none: {units_found}",
                units_found=first_of(unknown, SHOWN),
            )
        )
    codes = np.array([place.adcode for place in places if place is not None])
    return codes[index.unit], index.time_labels[index.time]


def _stays(coded: pd.DataFrame, adcode: NDArray[Any], years: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows stay: treated, or controls without a doubt in that year."""
    rows = coded.reindex(adcode)
    doubtful = rows["doubtful_from"].to_numpy()
    stays: NDArray[np.bool_] = (rows["role"] != LEFT_OUT).to_numpy() & ~((doubtful > 0) & (years >= doubtful))
    return stays


def _facts(frame: pd.DataFrame, coded: pd.DataFrame, names: tuple[str, ...]) -> Facts:
    """Return the facts of the panel with the policy's, whose sentence stands under tables that use its columns."""
    held = dict(frame.attrs.get("panelkit", {}))
    mine = dict(coded.attrs["panelkit"])
    said = {language: f"{names[0]}: {text}" for language, text in mine["said"].items()}
    return Facts(
        {
            **held,
            "names": {**held.get("names", {}), **dict.fromkeys(names, mine["name"])},
            "origins": {**held.get("origins", {}), **dict.fromkeys(names, said)},
            "policies": {**held.get("policies", {}), names[0]: mine},
        }
    )
