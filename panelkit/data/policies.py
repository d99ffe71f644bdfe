"""Which provinces a policy treats, from which year, and which are no controls: `load_policy_pilots`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from panelkit.data.facts import Facts
from panelkit.data.policy_tables import WHOLE, Pilots, doubts, pilots, policies, policy_named, sources_of
from panelkit.data.provinces import Labels, labels_of, place_name
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, Told, counted, listed, message, sentences, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import is_whole

Coding = Literal["any-zone", "whole-province"]
Shift = int | Literal["late"]

LATE = 7
"""A start in this month or later leaves at most half of the year: `year_shift="late"` counts it from the next."""

TREATED, CONTROL, LEFT_OUT = "treated", "control", "left out"
_PARTLY = message("only a city or zone of it takes part: neither treated nor a control")
_LARGEST_SHIFT = 10
_COLUMNS = (
    *("adcode", "policy", "first", "role", "doubtful_from", "why", "why_zh"),
    *("year", "month", "batch", "coverage", "inside", "checked", "source"),
)


@offered("data", family="policies", result="DataFrame", public=True)
def load_policy_pilots(
    policy: str | None = None,
    coding: Coding = "any-zone",
    year_shift: Shift = 0,
    *,
    labels: Labels = "en",
    folder: Path | None = None,
) -> pd.DataFrame:
    """Load the first year in which a policy treats each province, with what is doubtful about it.

    Parameters
    ----------
    policy
        Key or name of a policy (`pk.load_policies()`); None: every recorded adoption of every policy, incomplete
        lists among them, which is a listing and no design.
    coding
        "any-zone": a province is treated where any city or zone of it takes part. "whole-province": only where it
        takes part as a whole; provinces of which a part takes part are left out, being neither treated nor controls.
    year_shift
        Years added to every start (-1: papers that code a year earlier); "late": one year where the month of the
        start is July or later. Run a claim with 0 and with 1: the convention matters more than the estimator.
    labels
        Provinces as English names, short Chinese names or adcodes.
    folder
        Folder of the tables; None: those that ship.

    Returns
    -------
    DataFrame
        One row a province, indexed by `province`: `adcode, policy, first` (the first treated year as coded, 0: never),
        `role` ("treated", "control", "left out"), `doubtful_from` (no control from that year on, 0: none), `why`
        and `why_zh` (the reason of either), `year, month, batch` (as recorded, 0: not known or never), `coverage`,
        `inside`, `checked` (independent pages that agree) and `source`. `frame.attrs["panelkit"]` holds it in
        words.
        With `policy=None`: one row an adoption, indexed by `policy, province`, and `complete`.

    Raises
    ------
    SpecError
        An unknown policy, an incomplete list (with the reason), a coding under which nobody is treated, or an option
        outside the lists.
    DataError
        If the tables fail their checks.

    Examples
    --------
    >>> pilots = pk.load_policy_pilots("carbon_market")
    >>> pilots["role"].value_counts().to_dict()
    {'control': 25, 'treated': 6}
    >>> int(pilots.loc["Fujian", "doubtful_from"])
    2016
    """
    names = labels_of(_checked_labels(labels))
    check_coding(coding, year_shift)
    if policy is None:
        return _listing(names, year_shift, folder)
    about = policy_named(policy, folder)
    table = _roles(about, coding, year_shift, folder)
    if not (table["role"] == TREATED).any():
        raise SpecError(
            message(
                "policy `{key}` treats no province as a whole: take coding='any-zone', which is an intention to treat",
                key=about.key,
            )
        )
    out = table.set_index(pd.Index([names[code] for code in table["adcode"]], name="province"))
    out.attrs["panelkit"] = Facts(_facts(about, table, coding, year_shift, folder))
    return out


@offered("data", family="policies", result="DataFrame", public=True)
def load_policies(*, folder: Path | None = None) -> pd.DataFrame:
    """Load what is known of each policy: names, whether its list of provinces is complete, starts, counts, notes.

    Parameters
    ----------
    folder
        Folder of the tables; None: those that ship.

    Returns
    -------
    DataFrame
        Indexed by `policy`: `name_en, name_zh, complete` (bool), `starts` (year and month of each), `treated` and
        `whole` (provinces in which any part, and all of it, takes part), `never` (provinces without a row; no controls
        where the list is not complete), `doubtful` (doubtful controls), `until` (the last year that the list holds, 0:
        no later batch is known), `about_en, about_zh`.

    Examples
    --------
    >>> pk.load_policies().loc["ftz", ["treated", "whole", "never"]].to_list()
    [22, 1, 9]
    """
    recorded, everybody = pilots(folder), len(labels_of("adcode"))
    rows = []
    for key, one in policies(folder).items():
        mine = recorded[recorded["policy"] == key]
        rows.append(
            {
                "policy": key,
                "name_en": str(one.name),
                "name_zh": one.name.text("zh"),
                "complete": one.complete,
                "starts": one.starts,
                "treated": len(mine),
                "whole": int((mine["coverage"] == WHOLE).sum()),
                "never": everybody - len(mine),
                "doubtful": len(doubts(key, folder)),
                "until": one.until or 0,
                "about_en": str(one.about),
                "about_zh": one.about.text("zh"),
            }
        )
    return pd.DataFrame(rows).set_index("policy")


def check_coding(coding: str, year_shift: Shift) -> None:
    """Refuse a coding or a shift that is none.

    Raises
    ------
    SpecError
        With those that there are.
    """
    if coding not in ("any-zone", "whole-province"):
        raise SpecError(message("coding={coding!r}: choose 'any-zone' or 'whole-province'", coding=coding))
    whole = is_whole(year_shift)
    if year_shift != "late" and not (whole and abs(int(year_shift)) <= _LARGEST_SHIFT):
        raise SpecError(
            message(
                "year_shift={shift!r}: a whole number of years ({most} at most), or 'late' for one year where the "
                "start is in July or later",
                shift=year_shift,
                most=_LARGEST_SHIFT,
            )
        )


def _checked_labels(labels: Labels) -> Labels:
    if labels not in ("en", "zh", "adcode"):
        raise SpecError(message("labels={labels!r}: choose 'en', 'zh' or 'adcode'", labels=labels))
    return labels


def _listing(names: dict[int, str | int], year_shift: Shift, folder: Path | None) -> pd.DataFrame:
    table = pilots(folder)
    known = policies(folder)
    table["first"] = _first(table, year_shift)
    table["complete"] = [known[key].complete for key in table["policy"]]
    table["province"] = [names[code] for code in table["adcode"]]
    return table.set_index(["policy", "province"])


def _first(table: pd.DataFrame, year_shift: Shift) -> pd.Series:
    """Return the first treated year of every row under a shift; 0 where there is none."""
    moved = (table["month"] >= LATE).astype("int64") if year_shift == "late" else int(year_shift)
    return (table["year"] + moved).where(table["year"] > 0, 0)


def _roles(about: Pilots, coding: Coding, year_shift: Shift, folder: Path | None) -> pd.DataFrame:
    """Return a row for every province: recorded where it takes part, its role, and why it is left out."""
    recorded = pilots(folder)
    mine = recorded[recorded["policy"] == about.key].set_index("adcode")
    table = mine.reindex(sorted(labels_of("adcode")))
    numbers, texts = ["year", "month", "batch", "checked"], ["coverage", "inside", "source"]
    table[numbers] = table[numbers].fillna(0).astype("int64")
    table[texts] = table[texts].fillna("")
    taking = table["year"] > 0
    partly = taking & (table["coverage"] != WHOLE) & (coding == "whole-province")
    doubted = {one.adcode: one for one in doubts(about.key, folder)}
    table["policy"] = about.key
    table["first"] = _first(table, year_shift).where(~partly, 0)
    table["role"] = np.where(partly, LEFT_OUT, np.where(taking, TREATED, CONTROL))
    table["doubtful_from"] = [doubted[code].year if code in doubted else 0 for code in table.index]
    why = [
        _PARTLY if part else doubted[code].why if code in doubted else verbatim("")
        for code, part in zip(table.index, partly, strict=True)
    ]
    table["why"], table["why_zh"] = [str(one) for one in why], [one.text("zh") for one in why]
    return table.reset_index(names="adcode")[list(_COLUMNS)]


def _facts(
    about: Pilots, table: pd.DataFrame, coding: Coding, year_shift: Shift, folder: Path | None
) -> dict[str, object]:
    said = told_of(about, table, coding, year_shift, folder)
    pages = sources_of((key for keys in table["source"] for key in keys.split()), folder)
    return {
        "policy": about.key,
        "name": _both(about.name),
        "coding": coding,
        "year_shift": year_shift,
        "said": _both(said),
        "about": _both(about.about),
        "pages": str(pages),
    }


def told_of(
    about: Pilots, table: pd.DataFrame, coding: Coding, year_shift: Shift, folder: Path | None
) -> Message:
    """Return a policy as coded in words: who is treated and how many are never, and who is left out with the reason."""
    roles = table["role"]
    parts: list[Message] = [
        message(
            "{name}, coding {coding}, {shift}: {treated} treated, {control} never",
            name=about.name,
            coding=coding,
            shift=_shift_said(year_shift),
            treated=int((roles == TREATED).sum()),
            control=int((roles == CONTROL).sum()),
        )
    ]
    out = [place_name(int(code)) for code in table.loc[roles == LEFT_OUT, "adcode"]]
    if out:
        parts.append(
            counted(
                "left out, as only a part of it takes part: {names}",
                "{n} left out, as only a part of each takes part: {names}",
                n=len(out),
                names=listed(out),
            )
        )
    parts += [
        message(
            "{name} left out from {year} on, a doubtful control: {why}",
            name=place_name(one.adcode),
            year=one.year,
            why=one.why,
        )
        for one in doubts(about.key, folder)
    ]
    single = int((table["checked"] == 1).sum())
    if single:
        parts.append(
            counted("{n} start rests on a single source", "{n} starts rest on a single source", n=single)
        )
    return sentences(parts)


def _shift_said(year_shift: Shift) -> Message:
    if year_shift == "late":
        return message("starts of July or later counted from the next year")
    if year_shift == 0:
        return message("years as recorded")
    return message("years shifted by {shift:+d}", shift=int(year_shift))


def _both(said: Message | Told) -> dict[str, str]:
    return {"en": said.text("en"), "zh": said.text("zh")}
