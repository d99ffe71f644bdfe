"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from panelkit.core.results import Language


class Lang(StrEnum):
    """The languages that panelkit speaks."""

    en = "en"
    zh = "zh"

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.value


LangOption = Annotated[Lang, typer.Option("--lang", help="Language: en or zh. 语言：en 或 zh。")]
