"""What the caller says of all files of a folder: each file takes what it holds of it, and what none holds is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from panelkit.data.cities import Level
from panelkit.data.yearbook.errors import ToldError
from panelkit.data.yearbook.layouts.told import CallerSays, check_told
from panelkit.data.yearbook.store.head import RawFile
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.language.message import Message, message


def said_of_many(
    unit: Mapping[str, str] | None,
    rows: Sequence[str],
    places: Mapping[str, str] | None,
    remembered: Mapping[str, str],
    *,
    level: Level = "province",
) -> CallerSays:
    """Return what is said of all files of a folder.

    Raises
    ------
    ToldError
        A unit for no column by name, rows that are provinces, places that are known.
    """
    if isinstance(unit, str):
        raise ToldError(
            message(
                "`--unit {unit}` says it of one file: of a folder name the column, `--unit NAME={unit}`",
                unit=unit,
            )
        )
    told = CallerSays(
        unit=unit or None,
        rows=tuple(rows),
        places=places or {},
        remembered=remembered,
        many=True,
        level=level,
    )
    check_told(told)
    return told


def taken_before(file: RawFile, told: CallerSays) -> bool:
    """Return whether a stored file need not be read again: nothing that is said of the folder says otherwise of it.

    Rows and misspelt names that were not said of it then it does not hold, or it would have been refused; a column
    without a unit it may hold.
    """
    said = {name: value for name, value in file.told.items() if value}
    places, unit = said.pop("places", {}), said.pop("unit", {})
    said.pop("rows", None)
    said.pop("level", None)
    meant = {_label(key): province for key, province in told.places.items()}
    contradicted = any(meant.get(label, province) != province for label, province in places.items())
    named = told.unit.items() if isinstance(told.unit, Mapping) else ()
    known = not named or (isinstance(unit, Mapping) and named <= unit.items())
    return known and not contradicted and not said


def met_places(told: CallerSays, used: Iterable[CallerSays]) -> dict[str, str]:
    """Return those of the misspelt names that some file holds; `used` is what was found in each."""
    found = {label for one in used for label in one.places}
    return {key: province for key, province in told.places.items() if _label(key) in found}


def unmet(told: CallerSays, used: Sequence[CallerSays], stored: Iterable[RawFile]) -> Iterator[Message]:
    """Yield what was said and no file holds, neither one that was read nor one that the store took in before."""
    before = [file.told for file in stored]
    found = {
        "--place": {
            *(label for one in used for label in one.places),
            *(label for said in before for label in said.get("places") or {}),
        },
        "--rows": {
            *(label for one in used for label in one.rows),
            *(label for said in before for label in said.get("rows") or ()),
        },
        "--unit": {
            *(label for one in used if isinstance(one.unit, Mapping) for label in one.unit),
            *(label for said in before if isinstance(said.get("unit"), Mapping) for label in said["unit"]),
        },
    }
    asked = [("--place", key, _label(key)) for key in told.places]
    asked += [("--rows", name, plain_label(name)) for name in told.rows]
    asked += [("--unit", name, name) for name in (told.unit if isinstance(told.unit, Mapping) else ())]
    for option, name, label in asked:
        if label not in found[option]:
            yield message(
                "`{option} {name}`: none of the files that were read holds it", option=option, name=name
            )


def _label(key: str) -> str:
    """Return the label of a misspelt name, which may stand behind the file that it is said of."""
    return plain_label(key.rpartition(":")[2])
