"""The record of a run in its folder: what the next run there is compared with, and whose the folder is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import panelkit
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.parts import Status
from panelkit.claims.findings import WORDS, Word
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.report.claim_content import claim_word

NAME = "last_run.json"
MARK = "panelkit check"
"""What our pages and our record name as their maker."""
_HEAD = 2000  # characters of a page in which its maker stands


@dataclass(frozen=True)
class Design:
    """What a run found of one design: its word, its estimate and its p (None: there is none)."""

    word: Word | None
    estimate: float | None
    p: float | None


@dataclass(frozen=True)
class Recorded:
    """What a run found of one claim: its word (None: pending, or it could not be computed) and its designs."""

    status: Status
    word: Word | None
    designs: Mapping[str, Design] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run: the version that made it, the panel that it read ("" for the shipped figures), and its claims."""

    version: str
    data: str
    claims: Mapping[str, Recorded]


def run_of(result: CheckResult) -> Run:
    """Return what is kept of a run."""
    names = dict.fromkeys(verdict.claim for verdict in result)
    panel = next((verdict.panel for verdict in result if verdict.panel is not None), None)
    return Run(
        panelkit.__version__,
        "" if panel is None else str(panel.name),
        {name: _recorded(result, name) for name in names},
    )


def read_run(folder: Path) -> Run | None:
    """Return the last run that was written to a folder; None where there is none.

    Raises
    ------
    DataError
        If a file of that name is there that no run has written.
    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(_foreign([path.name], folder)) from error


def written_run(run: Run) -> str:
    """Return the record as JSON."""
    claims = {
        name: {
            "status": claim.status,
            "verdict": claim.word,
            "designs": {place: vars(design) for place, design in claim.designs.items()},
        }
        for name, claim in run.claims.items()
    }
    whole = {"made_by": MARK, "version": run.version, "data": run.data, "claims": claims}
    return json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def require_own(folder: Path) -> None:
    """Refuse a folder whose overview or record something else has written: a run would replace it.

    Raises
    ------
    DataError
        Naming the files.
    """
    foreign = [
        name for name in ("index.html", "index.en.html", "index.zh.html") if _is_foreign(folder / name)
    ]
    if foreign:
        raise DataError(_foreign(foreign, folder))
    read_run(folder)


def _is_foreign(page: Path) -> bool:
    if not page.is_file():
        return page.exists()
    with page.open(encoding="utf-8", errors="replace") as file:
        return f'<meta name="generator" content="{MARK}">' not in file.read(_HEAD)


def _foreign(names: list[str], folder: Path) -> Message:
    return message(
        "{files} in {folder} is not of `panelkit check` and would be replaced: name another folder, or move it",
        files=names,
        folder=str(folder),
    )


def _recorded(result: CheckResult, name: str) -> Recorded:
    verdicts = result.of(name)
    return Recorded(
        verdicts[0].registered.claim.status,
        claim_word(result, name),
        {_place(item): _design(item) for item in verdicts if item.reading is not None},
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
    claims = {
        str(name): Recorded(
            _known(one["status"], get_args(Status)),
            _known(one["verdict"], (*WORDS, None)),
            {str(place): _parsed_design(design) for place, design in one["designs"].items()},
        )
        for name, one in whole["claims"].items()
    }
    return Run(str(whole["version"]), str(whole["data"]), claims)


def _parsed_design(design: Any) -> Design:
    estimate, p = (None if design[key] is None else float(design[key]) for key in ("estimate", "p"))
    return Design(_known(design["word"], (*WORDS, None)), estimate, p)


def _known(value: Any, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise ValueError(value)
    return value
