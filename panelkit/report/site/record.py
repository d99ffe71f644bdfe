"""The record of a run in its folder: what the next run there is compared with, and whose the folder is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import panelkit
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.parts import Status
from panelkit.claims.file.toml_file import shown_path
from panelkit.claims.findings import WORDS, Word
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.report.claim_content import claim_word
from panelkit.report.site.places import (
    CLAIMS,
    FIGURES,
    LATEX,
    PAGE,
    SCRIPT,
    STYLE,
    VERDICTS,
    WORD,
    overview_file,
)
from panelkit.show.files import reason_of, require_writable

NAME = "last_run.json"
MARK = "panelkit check"
"""What our pages and our record name as their maker."""
_HEAD = 2000  # characters of a page in which its maker stands
_OVERVIEWS = ("index.html", overview_file("en"), overview_file("zh"))
_FOLDERS = ("en", "zh", FIGURES, "site")
_ALWAYS = (WORD, LATEX, PAGE, VERDICTS, STYLE, SCRIPT, CLAIMS)
"""What every run writes, beside its overviews and its record."""


@dataclass(frozen=True)
class Design:
    """What a run found of one design: its word, its estimate and its p (None: there is none)."""

    word: Word | None
    estimate: float | None
    p: float | None


@dataclass(frozen=True)
class Recorded:
    """What a run found of one claim: its word (None: pending, or it could not be computed) and its designs.

    `version` and `data` are those of that run, as of `Run`.
    """

    status: Status
    word: Word | None
    designs: Mapping[str, Design]
    version: str
    data: str


@dataclass(frozen=True)
class Run:
    """One run: the version that made it, the panel that it read ("" for the shipped figures), and its claims.

    What is read from a folder also holds the claims that only earlier runs there computed.
    """

    version: str
    data: str
    claims: Mapping[str, Recorded]


def run_of(result: CheckResult) -> Run:
    """Return what is kept of a run."""
    names = dict.fromkeys(verdict.claim for verdict in result)
    panel = next((verdict.panel for verdict in result if verdict.panel is not None), None)
    version, data = panelkit.__version__, "" if panel is None else str(panel.name)
    return Run(version, data, {name: _recorded(result, name, version, data) for name in names})


def added(run: Run, last: Run | None) -> Run:
    """Return a run with the claims that only earlier runs in its folder computed."""
    earlier = {} if last is None else last.claims
    left = {name: claim for name, claim in earlier.items() if name not in run.claims}
    return replace(run, claims={**run.claims, **left})


def read_run(folder: Path) -> Run | None:
    """Return the last run that was written to a folder; None where there is none, or the first was not finished.

    Raises
    ------
    DataError
        If a file of that name is there that no run has written.
    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        run = _parsed(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(_foreign([path.name], folder)) from error
    return run if run.claims else None


def written_run(run: Run) -> str:
    """Return the record as JSON."""
    claims = {
        name: {
            "status": claim.status,
            "verdict": claim.word,
            "designs": {place: vars(design) for place, design in claim.designs.items()},
            **({} if _made(claim) == _made(run) else _made(claim)),
        }
        for name, claim in run.claims.items()
    }
    whole = {"made_by": MARK, **_made(run), "claims": claims}
    return json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def unfinished() -> str:
    """Return the record that says whose a folder is before the first run there is written."""
    return written_run(Run(panelkit.__version__, "", {}))


def _made(of: Run | Recorded) -> dict[str, str]:
    return {"version": of.version, "data": of.data}


def require_own(folder: Path) -> None:
    """Refuse a folder in which a run would replace what no run has written.

    Raises
    ------
    DataError
        Naming the files, or the file that stands where a folder of the site is to be.
    """
    refuse_foreign([name for name in _OVERVIEWS if _is_foreign(folder / name)], folder)
    read_run(folder)
    if not is_own(folder):
        refuse_foreign([name for name in _ALWAYS if (folder / name).exists()], folder)
    try:
        for name in _FOLDERS:
            require_writable(folder / name, folder=True)
    except OSError as error:
        raise DataError(unwritable(folder, error)) from error


def is_own(folder: Path) -> bool:
    """Return whether a run has written to a folder: it holds a record or an overview."""
    return any((folder / name).exists() for name in (NAME, *_OVERVIEWS))


def refuse_foreign(names: list[str], folder: Path) -> None:
    """Refuse files of a folder that are not of a run.

    Raises
    ------
    DataError
        Naming them, if there are any.
    """
    if names:
        raise DataError(_foreign(names, folder))


def _is_foreign(page: Path) -> bool:
    if not page.is_file():
        return page.exists()
    with page.open(encoding="utf-8", errors="replace") as file:
        return f'<meta name="generator" content="{MARK}">' not in file.read(_HEAD)


def unwritable(folder: Path, error: OSError) -> Message:
    """Return that a folder, or what is named in it, cannot be written to, and why."""
    place = shown_path(Path(error.filename or folder))
    return message("{folder} cannot be written to: {why}", folder=place, why=reason_of(error))


def _foreign(names: list[str], folder: Path) -> Message:
    return message(
        "{files} in {folder} is not of `panelkit check` and would be replaced: name another folder, or move it",
        files=names,
        folder=shown_path(folder),
    )


def _recorded(result: CheckResult, name: str, version: str, data: str) -> Recorded:
    verdicts = result.of(name)
    return Recorded(
        verdicts[0].registered.claim.status,
        claim_word(result, name),
        {_place(item): _design(item) for item in verdicts if item.reading is not None},
        version,
        data,
    )


def _place(verdict: Verdict) -> str:
    return " ".join(part.id for part in (verdict.reading, verdict.design) if part is not None)


def _design(verdict: Verdict) -> Design:
    shown = None if verdict.tested is None else verdict.tested.shown
    return Design(
        verdict.word,
        None if shown is None else _kept(shown.estimate),
        None if shown is None else _kept(shown.p_value),
    )


def _kept(value: float) -> float | None:
    """Return a number to eight digits: more differ between machines."""
    return float(f"{value:.8g}") if math.isfinite(value) else None


def _parsed(whole: Any) -> Run:
    if whole["made_by"] != MARK:
        raise ValueError(MARK)
    version, data = str(whole["version"]), str(whole["data"])
    claims = {
        str(name): Recorded(
            _known(one["status"], get_args(Status)),
            _known(one["verdict"], (*WORDS, None)),
            {str(place): _parsed_design(design) for place, design in one["designs"].items()},
            str(one.get("version", version)),
            str(one.get("data", data)),
        )
        for name, one in whole["claims"].items()
    }
    return Run(version, data, claims)


def _parsed_design(design: Any) -> Design:
    estimate, p = (None if design[key] is None else float(design[key]) for key in ("estimate", "p"))
    return Design(_known(design["word"], (*WORDS, None)), estimate, p)


def _known(value: Any, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise ValueError(value)
    return value
