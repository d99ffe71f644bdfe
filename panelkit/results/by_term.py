"""A column of estimates by equation and term, which a term alone reads too."""

from __future__ import annotations

from typing import Any

import pandas as pd

from panelkit.language.message import message


class ByTerm(pd.Series):
    """A series on (equation, term): `params["W*x"]` is the one estimate of that name, `params["main"]` an equation."""

    def __getitem__(self, key: Any) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            held = [equation for equation, term in self.index if term == key]
            if len(held) == 1:
                return super().__getitem__((held[0], key))
            if not held:
                raise
            raise KeyError(
                message(
                    "`{term}` stands in the equations {equations}: ask for one, [{first!r}, {term!r}]",
                    term=key,
                    equations=held,
                    first=held[0],
                )
            ) from None

    @property
    def _constructor(self) -> Any:
        """What is made of it is a plain series."""
        return pd.Series
