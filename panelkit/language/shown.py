"""The language in which results show themselves, in a notebook and by `print`."""

from __future__ import annotations

import os
from typing import get_args

from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.offers import offered

VARIABLE = "PANELKIT_LANG"
"""The environment variable that names the language where nothing else does."""

_shown: Language | None = None


@offered("description", family="panel", result="None", public=True)
def set_language(language: Language) -> None:
    """Set the language in which results show themselves: as tables of a notebook, and by `print`.

    It holds until it is set anew, in this process, and goes before the environment variable PANELKIT_LANG; without
    either it is English. What is asked for a `language` by name (`summary`, `to_docx`, `plot`, `--lang` of the command
    line) takes that one; warnings and errors stay English.

    Parameters
    ----------
    language
        "en" or "zh".

    Raises
    ------
    SpecError
        If it is neither.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> pk.set_language("zh")
    >>> "固定效应（双向）" in str(fit)
    True
    >>> pk.set_language("en")
    """
    global _shown
    if language not in get_args(Language):
        raise SpecError(message("language={language!r}: choose 'en' or 'zh'", language=language))
    _shown = language


def shown_language() -> Language:
    """Return the language in which results show themselves."""
    return _shown or environment_language()


def environment_language() -> Language:
    """Return the language that PANELKIT_LANG names, English where it is not there or empty.

    Raises
    ------
    SpecError
        If it names another.
    """
    named = os.environ.get(VARIABLE, "")
    for language in get_args(Language):
        if named == language:
            return language
    if named:
        raise SpecError(message("{variable}={named!r}: choose 'en' or 'zh'", variable=VARIABLE, named=named))
    return "en"
