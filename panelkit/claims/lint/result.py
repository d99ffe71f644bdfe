"""What a lint found: problems with their lines, as text, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from panelkit.language.message import Language, Message, in_language
from panelkit.show.brief import Brief


@dataclass(frozen=True)
class ClaimProblem(Brief):
    """A problem of a claim file: the line, the claim and field, what is wrong and the remedy.

    `blank`: the line waits to be filled, as a new template leaves it.
    """

    file: str
    line: int
    claim: str
    field: str
    said: Message
    blank: bool = False

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return what JSON says of the problem."""
        return {
            "file": self.file,
            "line": self.line,
            "claim": self.claim or None,
            "field": in_language(self.field, language) or None,
            "kind": "blank" if self.blank else "problem",
            "problem": self.said.text(language),
        }


@dataclass(frozen=True)
class ClaimLint(Brief):
    """The problems of one claim file, in the order of its lines, with how many claims it holds.

    Examples
    --------
    >>> found = pk.lint_claim("my_claim.toml")  # doctest: +SKIP
    >>> found.clean
    True
    """

    file: str
    claims: int
    problems: tuple[ClaimProblem, ...]

    def __iter__(self) -> Iterator[ClaimProblem]:
        """Return the problems one by one."""
        return iter(self.problems)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.problems)

    def _brief(self) -> str:
        return f"{self.file}, {len(self.problems)} problems, {len(self.blanks)} of them blanks"

    @property
    def clean(self) -> bool:
        """Return whether there is no problem: `check` takes the file."""
        return not self.problems

    @property
    def blanks(self) -> tuple[ClaimProblem, ...]:
        """Return the blanks of a template that still wait to be filled."""
        return tuple(item for item in self.problems if item.blank)

    def to_list(self, language: Language = "en") -> list[dict[str, Any]]:
        """Return what JSON says of every problem."""
        return [item.to_dict(language) for item in self.problems]

    def table(self, language: Language = "en") -> pd.DataFrame:
        """Return one row a problem: line, claim, field, kind, problem."""
        columns = ["line", "claim", "field", "kind", "problem"]
        return pd.DataFrame(self.to_list(language), columns=columns)
