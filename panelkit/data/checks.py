"""What every table of figures must satisfy before a number of it is used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from panelkit.data import catalogue
from panelkit.data.provinces import NATION, labels_of
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError

if TYPE_CHECKING:
    import pandera.pandas as pa

_KEY = ["adcode", "period", "indicator", "vintage"]
_SHOWN = 12
_PERIOD = r"^(19|20)\d\d(-Q[1-4]|-(0[1-9]|1[0-2]))?$"
_EXEMPT = ("checked", "absent", "suspect")


def check_figures(figures: pd.DataFrame, *, folder: Path | None = None, strict: bool = True) -> None:
    """Check a long table: one value a cell, known places, units and sources, believable values, sums.

    `strict=False` lets indicators, vintages and sources through that the catalogue does not hold (a user's own
    figures); what the catalogue does hold is checked all the same. Sums are checked where the total and every part
    are in the table, in one vintage; cells flagged as checked, absent or suspect are exempt.

    Raises
    ------
    DataError
        One message that names province, year and column of every failure (the first dozen of a kind).
    """
    figures = as_pandas(figures, "the figures")
    problems = [*_schema_problems(figures, folder, strict=strict)]
    if not problems:
        problems = [*sum_problems(figures, folder=folder)]
    if problems:
        raise DataError("the figures fail their checks: " + "; ".join(problems))


def sum_problems(figures: pd.DataFrame, *, folder: Path | None = None) -> list[str]:
    """Return a sentence for every sum of `data/sums.csv` that does not hold in the table."""
    held = set(figures["indicator"])
    rules = [r for r in catalogue.sums(folder) if {r.total, *r.parts} <= held]
    if not rules:
        return []
    wide = figures.pivot(index=["vintage", "adcode", "period"], columns="indicator", values="value")
    exempt = _exempt_cells(folder)
    found = []
    for rule in rules:
        total, parts = wide[rule.total], wide[list(rule.parts)].sum(axis=1, skipna=False)
        gap = (parts - total) / total.where(total != 0)
        bad = (gap.abs() if rule.relation == "equal" else gap) > rule.rtol
        cells = [key for key in wide.index[bad.to_numpy()] if not _is_exempt(key, rule, exempt)]
        sign = "+".join(rule.parts) + (" = " if rule.relation == "equal" else " <= ") + rule.total
        found += _listed(
            [f"{_cell(c[1], c[2])} ({c[0]}) by {100 * gap[c]:.3g} %" for c in cells], f"{sign} fails in"
        )
    return found


def columns(*, strict: bool = True) -> pa.DataFrameSchema:
    """Return the pandera schema of the columns of the long table."""
    import pandera.pandas as pa

    text = {name: pa.Column(nullable=False) for name in ("period", "indicator", "vintage", "unit")}
    numbers = {"adcode": pa.Column(np.int64), "value": pa.Column(np.float64, nullable=False)}
    return pa.DataFrameSchema({**numbers, **text, "source": pa.Column(required=strict, nullable=not strict)})


def schema(folder: Path | None = None, *, strict: bool = True) -> pa.DataFrameSchema:
    """Return the pandera schema of the cells; the name of each check is the sentence that it prints."""
    import pandera.pandas as pa

    table = catalogue.indicators(folder)
    unit, low, high = (table[c].to_dict() for c in ("unit", "lowest", "highest"))
    pairs = {(str(key), str(name)) for key, names in table["vintages"].items() for name in names}
    known = (
        [
            pa.Check(lambda d: d["indicator"].isin(table.index), name="is no indicator of the catalogue"),
            pa.Check(lambda d: _pairs_in(d, pairs), name="has a vintage that the catalogue does not list"),
            pa.Check(
                lambda d: d["source"].isin(catalogue.sources(folder).index), name="has an unknown source"
            ),
        ]
        if strict
        else []
    )
    return pa.DataFrameSchema(
        checks=[
            pa.Check(lambda d: ~d.duplicated(_KEY, keep=False), name="has more than one value"),
            pa.Check(
                lambda d: d["adcode"].isin([*labels_of("adcode"), NATION]), name="is not one of the provinces"
            ),
            pa.Check(
                lambda d: d["period"].astype(str).str.match(_PERIOD),
                name="has a period that is no year, quarter or month",
            ),
            pa.Check(lambda d: np.isfinite(d["value"]), name="is not a finite number"),
            pa.Check(
                lambda d: d["unit"] == d["indicator"].map(unit).fillna(d["unit"]),
                name="is not in the unit of the catalogue",
            ),
            pa.Check(
                lambda d: ~((d["value"] < d["indicator"].map(low)) | (d["value"] > d["indicator"].map(high))),
                name="lies outside the bounds of the catalogue",
            ),
            *known,
        ],
    )


def _schema_problems(figures: pd.DataFrame, folder: Path | None, *, strict: bool) -> Iterable[str]:
    rows = figures.reset_index(drop=True)
    cases = _failures(columns(strict=strict), rows)
    if cases is None:
        cases = _failures(schema(folder, strict=strict), rows)
    if cases is None:
        return
    whole = cases[cases["index"].isna()]
    if len(whole):
        named = zip(whole["check"], whole["column"], whole["failure_case"], strict=True)
        yield from dict.fromkeys(_structural(str(check), column, case) for check, column, case in named)
        return
    for check, found in cases.groupby("check", sort=False):
        index = rows.loc[sorted(set(found["index"].astype(int)))].sort_values(_KEY, kind="stable").index
        sentence = f"column {found['column'].iloc[0]} is empty" if check == "not_nullable" else str(check)
        yield from _listed([_row(rows, i) for i in index], sentence + ":")


def _failures(rules: pa.DataFrameSchema, rows: pd.DataFrame) -> pd.DataFrame | None:
    import pandera.errors

    try:
        rules.validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases: pd.DataFrame = error.failure_cases
        return cases
    return None


def _structural(check: str, column: object, case: object) -> str:
    if check == "column_in_dataframe":
        return f"column {case} is missing"
    if check.startswith("dtype"):
        return f"column {column} holds {case}, not {check.removeprefix('dtype(').strip(')').strip(chr(39))}"
    return f"{check} ({case})"


def _row(rows: pd.DataFrame, i: int) -> str:
    row = {name: str(value) for name, value in rows.loc[i].items()}
    cell = _cell(row["adcode"], row["period"])
    return f"{cell} {row['indicator']} ({row['vintage']}) = {row['value']} {row['unit']}"


def _cell(adcode: object, period: object) -> str:
    code = int(str(adcode))
    names = {**labels_of("en"), NATION: "the nation"}
    return f"{names.get(code, code)} {period}"


def _listed(items: list[str], sentence: str) -> list[str]:
    if not items:
        return []
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return [f"{sentence} {', '.join(items[:_SHOWN])}{more}"]


def _pairs_in(figures: pd.DataFrame, pairs: set[tuple[str, str]]) -> pd.Series[bool]:
    held = [pair in pairs for pair in zip(figures["indicator"], figures["vintage"], strict=True)]
    return pd.Series(held, index=figures.index)


def _exempt_cells(folder: Path | None) -> set[tuple[int, str, str, str]]:
    rows = [row for row in catalogue.flag_rows(folder=folder) if row.flag in _EXEMPT]
    return {(row.adcode, str(row.year), row.indicator, row.vintage) for row in rows}


def _is_exempt(
    key: tuple[str, int, str], rule: catalogue.SumRule, exempt: set[tuple[int, str, str, str]]
) -> bool:
    vintage, adcode, period = key
    names = (rule.total, *rule.parts)
    return any((adcode, period, name, vintage) in exempt for name in names)
