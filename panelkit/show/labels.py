"""What is printed for terms, outcomes, equations and facts: found however blanks and backticks stand in a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from panelkit.language.errors import StyleError
from panelkit.language.message import message


def tight(name: str) -> str:
    """Return a name without blanks and backticks: `log(a/b)` and `log(a / b)` are one term."""
    return re.sub(r"[\s`]+", "", name)


class AskedLabels(dict[str, str]):
    """Labels of which some, `asked`, were written one by one: each of these has to meet something in the table."""

    def __init__(self, held: Mapping[str, str], asked: Iterable[str] = ()) -> None:
        super().__init__(held)
        self.asked = tuple(asked)


class Labels(Mapping[str, str]):
    """Labels by name, which remember the names that were met."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        held = dict(given or {})
        self._texts = {**{tight(name): text for name, text in held.items()}, **held}
        self._names = tuple(held)
        self._asked = tuple(getattr(given, "asked", ()))
        self._met: set[str] = set()

    def __getitem__(self, name: str) -> str:
        for key in (name, tight(name)):
            if key in self._texts:
                self._met |= {name, tight(name)}
                return self._texts[key]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def refuse_unmet(self, known: Iterable[str]) -> None:
        """Refuse labels that were asked for and met nothing.

        Raises
        ------
        StyleError
            With those names, and what they could have met.
        """
        unmet = [name for name in self._asked if tight(name) not in self._met]
        if unmet:
            raise StyleError(
                message(
                    "labels of {unmet}: nothing of that name stands in the table; there are {known}",
                    unmet=unmet,
                    known=list(dict.fromkeys(known)),
                )
            )
