"""Formulas in print for the coupling degree, over all scores that round to what is printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from panelkit.indices.arrays.coupling import FORMS, degree
from panelkit.kernels.intervals import Interval
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief

_SMALLEST = 1e-9


@dataclass(frozen=True, repr=False)
class CouplingForm(Brief):
    """A formula for C: its name and text, whether it is the coupling degree, and its values (n,) of U (n, k)."""

    name: str
    text: str
    right: bool
    symptom: Message | None
    compute: Callable[[NDArray[np.float64]], NDArray[np.float64]]

    def over(self, systems: Sequence[Interval]) -> Interval | None:
        """Return the values over a box of scores, None where the formula does not take them."""
        return _over(self.name, tuple((one.low, one.high) for one in systems))

    @property
    def said(self) -> Message | None:
        """Return which formula it is; None for the coupling degree itself."""
        if self.name == "standard":
            return None
        if self.symptom is None:
            return message("it follows the form {form}: {text}", form=self.name, text=self.text)
        return message(
            "it follows the form {form}: {text} ({symptom})",
            form=self.name,
            text=self.text,
            symptom=self.symptom,
        )


def _powered(power: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda u: np.asarray(degree(u) ** power)


def _forms() -> dict[str, CouplingForm]:
    found = {
        name: CouplingForm(
            name,
            form.text,
            form.right,
            form.symptom,
            lambda u, form=form: form.compute(u, np.full(u.shape[1], 1.0 / u.shape[1])),  # type: ignore[misc]
        )
        for name, form in FORMS.items()
        if name != "weighted"
    }
    for power in (2.0, 0.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0):
        text = f"C^{power:g}"
        found[text] = CouplingForm(
            text, text, False, message("a power of the coupling degree"), _powered(power)
        )
    return found


COUPLING_FORMS = _forms()


@lru_cache(maxsize=20_000)
def _over(name: str, box: tuple[tuple[float, float], ...]) -> Interval | None:
    """Return the values of a form over a box: at its corners, middles, and where scores may be equal."""
    ends = [(max(low, _SMALLEST), max(high, _SMALLEST)) for low, high in box]
    points = [list(point) for point in product(*((low, 0.5 * (low + high), high) for low, high in ends))]
    shared = max(low for low, _ in ends), min(high for _, high in ends)
    if shared[0] <= shared[1]:
        points += [[value] * len(ends) for value in shared]
    try:
        with np.errstate(all="ignore"):
            values = COUPLING_FORMS[name].compute(np.array(points, dtype=float))
    except DataError:
        return None
    if not np.isfinite(values).all():
        return None
    low, high = float(values.min()), float(values.max())
    return Interval(low, high).widened(0.02 * (high - low))
