"""Roots of a vector autoregression beside the unit circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet


def roots_plot(
    roots: Any, *, language: Language = "en", title: str | None = None, notes: Sequence[str] | str = ()
) -> Figure:
    """Draw roots, complex numbers (r,), those outside the unit circle in another colour."""
    values = np.asarray(roots, dtype=complex)
    head = message("Roots of the companion matrix").text(language)
    page = sheet(
        style.WIDTH * 0.62, style.WIDTH * 0.62, title=title, notes=notes, language=language, alt=head
    )
    with style.styled():
        axes = page.drawing.subplots()
        angle = np.linspace(0.0, 2.0 * np.pi, 361)
        axes.plot(np.cos(angle), np.sin(angle), color=style.SOFT, lw=1.0)
        axes.axhline(0.0, color=style.FAINT, lw=0.6, zorder=0)
        axes.axvline(0.0, color=style.FAINT, lw=0.6, zorder=0)
        out = np.abs(values) >= 1.0
        axes.plot(values.real[~out], values.imag[~out], "o", color=style.BLUE, ms=5)
        axes.plot(values.real[out], values.imag[out], "D", color=style.RED, ms=5.5)
        reach = 1.08 * max(1.0, float(np.abs(values).max()))
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-reach, reach)
        axes.set_aspect("equal")
        axes.set_xlabel(message("Real part").text(language))
        axes.set_ylabel(message("Imaginary part").text(language))
    return page.done()
