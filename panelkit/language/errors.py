"""One root for every error that panelkit raises on purpose. It stands before all rooms, so that each may raise it."""

from __future__ import annotations

from panelkit.language.message import Language, Message
from panelkit.language.offers import offered


@offered("error", public=True)
class PanelkitError(Exception):
    """Say what was seen, where (province, year, column), and what to do about it.

    `said` is the message; `str(error)` is its English text and `error.text("zh")` the Chinese one.

    Examples
    --------
    >>> try:
    ...     pk.load_provinces("no_such_indicator")
    ... except pk.PanelkitError as error:
    ...     chinese = error.text("zh")
    """

    def __init__(self, said: Message) -> None:
        if not isinstance(said, Message):
            raise TypeError(
                f"{type(self).__name__} says a message, not plain text: message({said!r}), or verbatim() of a text "
                "that is not ours"
            )
        super().__init__(said)
        self.said = said

    def __str__(self) -> str:
        return str(self.said)

    def text(self, language: Language = "en") -> str:
        """Return what the error says in a language."""
        return self.said.text(language)


@offered("error", public=True)
class DataError(PanelkitError):
    """The data cannot carry what was asked: a missing column, a duplicated province-year, a damaged file.

    Examples
    --------
    >>> try:
    ...     pk.FixedEffects("no_such_column ~ log(gdp)").fit(panel)
    ... except pk.PanelkitError as error:
    ...     said = str(error)
    """


@offered("error", public=True)
class SpecError(PanelkitError):
    """The request itself is wrong: a formula, an option, a claim file.

    Examples
    --------
    >>> try:
    ...     fit = pk.FixedEffects("gdp ~ population", effects="units").fit(panel)
    ... except pk.SpecError as error:
    ...     said = str(error)
    """


class StyleError(SpecError, ValueError):
    """An option of a table or figure is wrong."""


@offered("error", public=True)
class ConvergenceError(PanelkitError):
    """A numerical search did not reach an answer that may be printed.

    Examples
    --------
    >>> issubclass(pk.ConvergenceError, pk.PanelkitError)
    True
    """
