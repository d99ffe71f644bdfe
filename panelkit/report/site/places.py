"""Where the pages of the site lie, and how they lead to each other."""

from __future__ import annotations

from panelkit.language.message import Language
from panelkit.report.drawn import file_name

STYLE, SCRIPT, CLAIMS = "site/style.css", "site/site.js", "site/claims.js"
WORD, LATEX, PAGE, VERDICTS = "tables.docx", "tables.tex", "check.html", "verdicts.json"
FIGURES = "figures"


def overview_file(language: Language) -> str:
    """Return the overview in one language; `index.html` is a copy of the one in the language of the run."""
    return f"index.{language}.html"


def claim_file(name: str) -> str:
    """Return the page of a claim, in the folder of a language."""
    return f"{file_name(name)}.html"


def beside(language: Language) -> Language:
    """Return the other language."""
    return "en" if language == "zh" else "zh"
