"""Sections of a table: parts of it (Panel A, 东部地区), and headings that say what the numbers below are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.audit.vocabulary.marks import divides
from panelkit.audit.vocabulary.spatial import section_of
from panelkit.audit.vocabulary.squeezed import squeezed
from panelkit.audit.vocabulary.statistics import statistic_of

_CONTROLS = re.compile(
    r".*控制变量|.*controls?(?:variables?)?|(?:核心)?解释变量|(?:core|key|main)?(?:explanatory|independent)variables?|变量|covariates"
)


@dataclass(frozen=True)
class Section:
    """Where a row stands: the part of the table, the role that a heading gives, the test that it is about."""

    panel: str = ""
    role: str = ""
    length: str = ""
    heading: str = ""

    def entered(self, text: str) -> Section:
        """Return the section that a heading begins."""
        role, length = section_of(text)
        if role:
            return Section(self.panel, role, length, text)
        if divides(text):
            return Section(text, heading=text)
        if statistic_of(text)[0] or re.search(r"spatial|空间", text, re.I):
            return Section(self.panel, "tests", heading=text)
        if _CONTROLS.fullmatch(squeezed(text)):
            return Section(self.panel, self.role, self.length, self.heading)
        return Section(text, heading=text)

    @property
    def effect(self) -> bool:
        return self.role in ("direct", "indirect", "total")
