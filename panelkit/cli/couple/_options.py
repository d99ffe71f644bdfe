"""Options of the commands on coupling."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.language.errors import SpecError
from panelkit.language.message import message

SharesOption = Annotated[
    str | None,
    typer.Option("--weights", help="Weights of the subsystems in T: 0.5,0.5. 综合指数 T 中各子系统的权重。"),
]


def numbers_of(text: str | None) -> list[float] | None:
    """Return `0.6,0.4` as numbers.

    Raises
    ------
    SpecError
        If a part is no number.
    """
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise SpecError(
            message("--weights {text!r}: write numbers with commas, 0.5,0.5", text=text)
        ) from None
