"""Everything on which an index can depart from what is stated, and what each choice changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

import numpy as np

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.index.figures import METHODS, Figures, Stated
from panelkit.audit.convention.naming import said_units
from panelkit.indices.arrays.coupling import FORMS
from panelkit.language.message import Message, message, verbatim

SHIFTS = (0.0, 0.0001, 0.001, 0.01, 0.1, 1.0)
_FEWEST = 3


@dataclass(frozen=True)
class Recipe:
    """One index.

    `window` first and last period, `without` codes of units that leave; `turned` the indicators whose direction is
    taken the other way; `norm` and `shift` how indicators are made comparable; `method`, `divisor` ("rows", "units")
    and `scope` ("system", "all", "all, rescaled") how they are weighted; `mean_t`: T without the weights of systems;
    `form` of C and `root` of D.
    """

    window: tuple[int, int] | None = None
    without: tuple[int, ...] = ()
    turned: tuple[int, ...] = ()
    norm: str = "minmax"
    shift: float = 0.0
    shift_scores: bool = False
    method: str = "entropy"
    divisor: str = "rows"
    scope: str = "system"
    mean_t: bool = False
    form: str = "standard"
    root: bool = True
    options: tuple[Option, ...] = field(default=(), compare=False)

    @property
    def departures(self) -> int:
        """Return how many steps lie between it and what was stated."""
        return sum(one.departure for one in self.options)

    @property
    def mistaken(self) -> bool:
        """Return whether nobody would choose it knowingly."""
        return any(one.mistake for one in self.options)


@dataclass(frozen=True)
class Choice:
    """One option of an axis, and the fields that it changes."""

    option: Option
    changes: tuple[tuple[str, Any], ...]


def base_of(stated: Stated) -> Recipe:
    """Return the index as it is stated."""
    norm = "scored" if stated.scored else "minmax"
    return Recipe(norm=norm, shift=stated.shift, method=stated.method, form=stated.form)


def recipes(figures: Figures, stated: Stated, depth: int) -> Iterator[Recipe]:
    """Yield the indices at most `depth` steps from what is stated, near ones first."""
    base = base_of(stated)
    axes = [axis for axis in _axes(figures, stated, base) if axis]
    yield base
    for size in range(1, depth + 1):
        for chosen in combinations(axes, size):
            for choices in product(*chosen):
                if sum(one.option.mistake for one in choices) > 1:
                    continue
                changes = {name: value for one in choices for name, value in one.changes}
                yield replace(base, **changes, options=tuple(one.option for one in choices))


def _axes(figures: Figures, stated: Stated, base: Recipe) -> list[tuple[Choice, ...]]:
    coupled = len(stated.systems) > 1
    made = () if stated.scored else (_norms, _shifts, _methods, _divisors, _turns)
    found = [tuple(axis(stated, base)) for axis in made]
    found += [tuple(_windows(figures)), tuple(_units(figures))] if not stated.scored else []
    if coupled:
        found += [tuple(_forms(base)), tuple(_developments(stated)), tuple(_roots())]
        found += [] if stated.scored else [tuple(_scopes())]
    return found


def _choice(axis: str, key: str, said: Message, *, mistake: bool = False, **changes: Any) -> Choice:
    return Choice(Option("mistake" if mistake else axis, key, said, 1, mistake), tuple(changes.items()))


def _norms(stated: Stated, base: Recipe) -> Iterator[Choice]:
    said = message("extremes of each period in the place of those of all rows")
    yield _choice("norm", "per-year extremes", said, mistake=True, norm="by year")
    yield _choice("norm", "z", message("z-scores (n - 1) from their minimum"), norm="z")
    said = message("z-scores with the population's deviation (n)")
    yield _choice("norm", "population deviation", said, mistake=True, norm="z0")
    yield _choice("norm", "z + 3", message("z-scores (n - 1) moved by 3"), norm="z3")
    said = message("z-scores moved by 3, with the population's deviation (n)")
    yield _choice("norm", "population deviation, 3", said, mistake=True, norm="z03")
    yield _choice("norm", "maximum", message("shares of the maximum"), norm="max")
    if (stated.sign > 0.0).all():
        yield _choice("norm", "raw", message("raw figures in the entropies"), norm="raw")


def _shifts(stated: Stated, base: Recipe) -> Iterator[Choice]:
    for shift in dict.fromkeys((*SHIFTS, stated.shift)):
        if shift != base.shift:
            said = message("{shift:g} added before the entropies", shift=shift)
            if shift == 0.0:
                said = message("nothing added before the entropies")
            yield _choice("shift", f"shift {shift:g}", said, mistake=stated.shift > 0.0, shift=shift)
        if shift > 0.0:
            said = message("{shift:g} added before the entropies and to the scores", shift=shift)
            wrong = stated.shift > 0.0 and shift != stated.shift
            yield _choice(
                "shift", f"shift all {shift:g}", said, mistake=wrong, shift=shift, shift_scores=True
            )


def _methods(stated: Stated, base: Recipe) -> Iterator[Choice]:
    words = {
        "entropy": message("entropy weights"),
        "equal": message("equal weights of indicators"),
        "critic": message("CRITIC weights"),
        "variation": message("weights by coefficients of variation"),
        "pca": message("weights by the first principal component"),
    }
    for method in METHODS:
        if method != base.method:
            yield _choice("weights", method, words[method], method=method)
    if base.method == "entropy":
        said = message("entropy weights of each period, not of all rows")
        yield _choice("weights", "entropy by period", said, mistake=True, method="entropy by year")


def _divisors(stated: Stated, base: Recipe) -> Iterator[Choice]:
    if base.method == "entropy":
        said = message("entropies over all rows divided by the logarithm of the number of units")
        yield _choice("divisor", "ln of units", said, mistake=True, divisor="units")


def _turns(stated: Stated, base: Recipe) -> Iterator[Choice]:
    for at in np.flatnonzero(stated.sign < 0.0).tolist():
        name = verbatim(stated.indicators[at])
        said = message("{name} taken for an indicator of which more is better", name=name)
        yield _choice("direction", f"direction {name}", said, mistake=True, turned=(at,))


def _scopes() -> Iterator[Choice]:
    yield _choice("scope", "all", message("indicators of all systems weighted together"), scope="all")
    said = message("indicators of all systems weighted together, rescaled in each")
    yield _choice("scope", "all, rescaled", said, scope="all, rescaled")


def _forms(base: Recipe) -> Iterator[Choice]:
    for key, form in FORMS.items():
        if key != base.form:
            said = message("C = {formula}", formula=verbatim(form.text))
            yield _choice("C", f"C {key}", said, mistake=not form.right, form=key)


def _developments(stated: Stated) -> Iterator[Choice]:
    if not np.allclose(stated.system_weights, stated.system_weights[0]):
        said = message("T as the mean of the systems, without their weights")
        yield _choice("T", "mean T", said, mistake=True, mean_t=True)


def _roots() -> Iterator[Choice]:
    yield _choice("D", "no root", message("D = C T, without the root"), mistake=True, root=False)


def _windows(figures: Figures) -> Iterator[Choice]:
    times: Sequence[int] = np.unique(figures.time).tolist()
    for first, last in combinations(range(len(times)), 2):
        if _FEWEST <= last - first + 1 < len(times):
            ends = (times[first], times[last])
            labels = [str(figures.time_labels[at]) for at in ends]
            said = message("{first} to {last}", first=labels[0], last=labels[1])
            yield _choice("window", "-".join(labels), said, window=ends)


def _units(figures: Figures) -> Iterator[Choice]:
    names = said_units(figures.unit_labels)
    for at in np.unique(figures.unit).tolist():
        name = names[at]
        yield _choice("units", f"without {name}", message("without {names}", names=[name]), without=(at,))
