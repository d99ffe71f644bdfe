"""What a run over files did: each file as read and judged, those that were refused, and what became of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit.data.cities import Level
from panelkit.data.yearbook.corrections import Applied
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead, JudgedEntry
from panelkit.data.yearbook.judge.judge import FileJudgement
from panelkit.language.errors import PanelkitError
from panelkit.show.brief import Brief


@dataclass(frozen=True)
class Ingested(Brief):
    """One file of a run: what was read, what it is, which corrections it met."""

    read: FileRead
    judgement: FileJudgement
    applied: tuple[Applied, ...]
    entries: tuple[JudgedEntry, ...]

    @property
    def vintages(self) -> Mapping[str, str]:
        """Indicator -> vintage, as judged."""
        return self.judgement.vintages

    def as_dict(self) -> dict[str, Any]:
        """Return the file's part of the report as JSON holds it."""
        return {
            "file": self.read.name,
            "sha256": self.read.sha256,
            "layout": self.read.layout,
            "cells": len(self.read.entries),
            "missing": self.read.missing,
            "rows_apart": [row.record() for row in self.read.rows_apart],
            **self.judgement.as_dict(),
            "corrections": [a.correction.model_dump(exclude_none=True) for a in self.applied],
            "footnotes": list(self.read.footnotes),
            "notes": list(self.read.notes),
        }


@dataclass(frozen=True)
class Refused(Brief):
    """One file that a dry run of several would have refused, and why."""

    name: str
    error: PanelkitError

    def as_dict(self) -> dict[str, Any]:
        """Return the refusal as JSON holds it."""
        found = self.error.problems if isinstance(self.error, YearbookError) else ()
        return {
            "file": self.name,
            "message": self.error.text("en"),
            "message_zh": self.error.text("zh"),
            "problems": [one.record() for one in found],
        }


@dataclass(frozen=True)
class IngestReport(Brief):
    """What a run did: its files, the store, and whether the store changed; `refused` is of a dry run of several."""

    store: Path
    changed: bool
    files: tuple[Ingested, ...]
    refused: tuple[Refused, ...] = ()
    level: Level = "province"

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        return {
            "store": str(self.store),
            "level": self.level,
            "changed": self.changed,
            "files": [file.as_dict() for file in self.files],
            "refused": [one.as_dict() for one in self.refused],
        }
