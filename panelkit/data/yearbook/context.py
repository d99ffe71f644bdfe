"""What reading many files shares."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.judge.held import Held
from panelkit.data.yearbook.layouts.told import CallerSays as CallerSays
from panelkit.data.yearbook.vocabulary.indicator_names import Names
from panelkit.show.brief import Brief


@dataclass
class Context(Brief):
    """What reading many files shares: the catalogue's names, the held figures, one child process."""

    held: Held
    names: Names
    workbooks: WorkbookReader
