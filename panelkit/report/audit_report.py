"""`audit_report`: the report of an audit that a reviewer can send, as a page or a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from panelkit.audit.convention.of_table import ColumnSearch
from panelkit.audit.result import Audit
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.offers import offered
from panelkit.report import audit_page, audit_word
from panelkit.show.files import write_whole
from panelkit.show.words import check_language

ENDINGS = (".html", ".htm", ".docx")


@offered("audit", family="report", result="Path", public=True)
def audit_report(
    found: Audit, path: str | Path, *, searches: Sequence[ColumnSearch] = (), language: Language = "en"
) -> Path:
    """Write the report of an audit and return its path.

    Parameters
    ----------
    found
        What `audit` returned.
    path
        Where to: `.html` is one page that needs no other file, `.docx` a Word file.
    searches
        What `search_table` found of its columns on figures: the report says it too.
    language
        "en" or "zh".

    Returns
    -------
    Path
        Where the report stands.

    Raises
    ------
    SpecError
        If the ending is neither.
    OSError
        If the file cannot be written; what stood there before still does.

    Examples
    --------
    >>> found = pk.audit("variable,(1)\\nx,0.12*** (0.08)", brackets="se")
    >>> pk.audit_report(found, "report.docx", language="zh").name
    'report.docx'
    """
    check_language(language)
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise SpecError(
            message("{path}: the report of an audit is written as .html or .docx", path=str(path))
        )
    writer = audit_word.docx if ending == ".docx" else audit_page.html
    made = writer(found, language, searches)
    return write_whole(path, made)
