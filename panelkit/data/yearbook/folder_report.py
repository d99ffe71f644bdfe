"""What became of the files of a folder: one outcome each, with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from panelkit.data.cities import Level
from panelkit.language.message import Language, Message, term
from panelkit.show.brief import Brief

Word = Literal["read", "held", "apart", "refused"]
OUTCOMES: Mapping[Word, Message] = {
    "read": term("outcome of a file", "read"),
    "held": term("outcome of a file", "held already"),
    "apart": term("outcome of a file", "set apart"),
    "refused": term("outcome of a file", "refused"),
}
_HEADS = (
    term("column of files", "file"),
    term("column of files", "outcome"),
    term("column of files", "cells"),
    term("column of files", "indicators"),
    term("column of files", "years"),
    term("column of files", "vintages"),
    term("column of files", "reason"),
)


@dataclass(frozen=True)
class FileOutcome(Brief):
    """What became of one file: `file` is its path below the folder, `said` the reason in one sentence or more.

    `word` is "read", "held" (the store holds it already), "apart" (no table) or "refused"; `problems` are those of a
    refused file, one by one.
    """

    file: str
    word: Word
    said: Message
    cells: int = 0
    indicators: tuple[str, ...] = ()
    years: str = ""
    vintages: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    problems: tuple[Message, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON holds it."""
        return {
            "file": self.file,
            "outcome": self.word,
            "cells": self.cells,
            "indicators": list(self.indicators),
            "years": self.years,
            "vintages": list(self.vintages),
            "message": self.said.text("en"),
            "message_zh": self.said.text("zh"),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class FolderReport(Brief):
    """What a run over a folder did: the store, whether it changed, and every file in the order of its path.

    `unmet` names what was said of its files and none of them holds.
    """

    folder: Path
    store: Path
    changed: bool
    files: tuple[FileOutcome, ...]
    unmet: tuple[Message, ...] = ()
    level: Level = "province"

    def counts(self) -> dict[Word, int]:
        """Return how many files were read, held already, set apart and refused."""
        found = Counter(file.word for file in self.files)
        return {word: found[word] for word in OUTCOMES}

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        return {
            "folder": str(self.folder),
            "store": str(self.store),
            "level": self.level,
            "changed": self.changed,
            "counts": self.counts(),
            "unmet": list(self.unmet),
            "files": [file.as_dict() for file in self.files],
        }

    def to_frame(self, language: Language = "en") -> pd.DataFrame:
        """Return one row a file, with headings and reasons in a language."""
        rows = [
            (
                file.file,
                OUTCOMES[file.word].text(language),
                file.cells,
                ", ".join(file.indicators),
                file.years,
                ", ".join(file.vintages),
                file.said.text(language),
            )
            for file in self.files
        ]
        return pd.DataFrame(rows, columns=[head.text(language) for head in _HEADS])
