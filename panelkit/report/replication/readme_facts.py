"""What a README says of a package: its facts, and tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from panelkit.claims.file.load import RegisteredClaim
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.show.brief import Brief

_MARKS = re.compile(r"[\\`*<>\[\]$|~]|(?<!\w)_|_(?!\w)")


@dataclass(frozen=True, kw_only=True)
class OwnSource:
    """The file that a panel of the user's own came from; None of a frame in memory."""

    name: str | None
    sha256: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts(Brief):
    """What a README says: of the claims, the figures, the machine, and the run that made the package.

    `seconds` is what the script took, `megabytes` the most memory that the process held (None: not measured), `size`
    the bytes of the package.
    """

    claims: Sequence[RegisteredClaim]
    results: Sequence[dict[str, Any]]
    codebook: pd.DataFrame
    claim_file: str
    wheel: str
    python: str
    machine: str
    packages: int
    seconds: float
    megabytes: int | None
    size: int
    own: OwnSource | None = None


def numbers_in(value: Any) -> int:
    """Return how many numbers a result holds."""
    if isinstance(value, dict):
        return sum(map(numbers_in, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(numbers_in, value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))


def time_said(seconds: float) -> Message:
    """Return how long the script ran, in the classes of the template."""
    classes = (
        (60, message("less than a minute")),
        (600, message("less than 10 minutes")),
        (3600, message("10 to 60 minutes")),
    )
    for most, said in classes:
        if seconds < most:
            return said
    return message("more than an hour")


def markdown(heads: Sequence[Message], rows: Sequence[Sequence[str]], language: Language) -> Message:
    """Return a table in Markdown."""
    spoken = [head.text(language) for head in heads]
    shown = [[str(cell).replace("|", "\\|") for cell in row] for row in (spoken, ["---"] * len(heads), *rows)]
    return verbatim("\n".join(f"| {' | '.join(row)} |" for row in shown))


def plain_text(text: str) -> str:
    """Return a text of somebody's on one line, in which Markdown reads no mark of its own."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
