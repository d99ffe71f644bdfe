"""Which event times an event study shows, what stands at its ends, and what all of them are measured from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import is_real
from panelkit.models.policy.rows.panel import PolicyPanel

ENDS = ("bin", "trim", "show")


@dataclass(frozen=True)
class EventWindow:
    """The event times of a study.

    `window`: first and last event time; None is all there are. `ends`: what becomes of event times outside: "bin" puts
    them together with the end, "trim" leaves their rows out, "show" estimates them and does not show them. `base`: the
    event times that all are measured from; several are so by their mean, which is zero; None is the last before the
    policy may move the outcome. `second`: a second event time that is zero where one is not enough.
    """

    window: tuple[float, float] | None = None
    ends: str = "bin"
    base: tuple[float, ...] | None = None
    second: float | None = None

    def placed(self, event: FloatArray) -> FloatArray:
        """Return the event time under which rows stand, (n,), missing for those of no event time."""
        held = np.where(np.isfinite(event), event, np.nan)
        if self.window is None or self.ends == "show":
            return held
        first, last = self.window
        if self.ends == "bin":
            return np.clip(held, first, last)
        return np.where((held >= first) & (held <= last), held, np.nan)

    def outside(self, event: FloatArray) -> Array:
        """Mark the rows that leave, (n,) bool: those of adopting units outside a window that is trimmed."""
        if self.window is None or self.ends != "trim":
            return np.zeros(len(event), dtype=bool)
        return np.isfinite(event) & ((event < self.window[0]) | (event > self.window[1]))

    def shown(self, labels: FloatArray) -> Array:
        """Mark the event times that are shown, (k,) bool; the mean of all (missing) is."""
        if self.window is None:
            return np.ones(len(labels), dtype=bool)
        return np.asarray(np.isnan(labels) | ((labels >= self.window[0]) & (labels <= self.window[1])))

    def bases(self, panel: PolicyPanel, held: FloatArray) -> tuple[float, ...]:
        """Return the event times that all are measured from.

        Parameters
        ----------
        panel
            The rows.
        held
            The event times that there are, (k,), in order.

        Raises
        ------
        SpecError
            If the policy may have moved one of them, or no row stands there.
        """
        first = 0.0 - panel.anticipated
        before = held[held < first]
        if self.base is None:
            return (float(before.max() if len(before) else held[0]),)
        late = [each for each in self.base if each >= first]
        if late:
            raise SpecError(
                message(
                    "base is an event time before the policy may move the outcome: {late} is not before {first:g}",
                    late=spelled(late),
                    first=first,
                )
            )
        absent = [each for each in self.base if each not in held]
        if absent:
            raise SpecError(
                message(
                    "no row stands at the base {absent}: before the policy there are {before}",
                    absent=spelled(absent),
                    before=spelled(before),
                )
            )
        return self.base

    def bins(self, panel: PolicyPanel, used: Array) -> tuple[dict[float, str], tuple[Message, ...]]:
        """Return the ends that hold several event times, by their names, and a note on what they hold.

        `used` (n,) marks the rows that are behind the estimates.
        """
        if self.window is None or self.ends != "bin":
            return {}, ()
        event = np.where(used, panel.adoption.event(panel.unit, panel.time), np.nan)
        first, last = self.window
        ends = (
            (first, "<=", np.isfinite(event) & (event <= first)),
            (last, ">=", np.isfinite(event) & (event >= last)),
        )
        names, parts = {}, []
        for label, sign, inside in ends:
            if len(np.unique(event[inside])) < 2:
                continue
            names[label] = f"{sign}{label:.0f}"
            parts.append(
                message(
                    "{term} event times {first:.0f} to {last:.0f} ({n} rows of {units_held} {units})",
                    term=names[label],
                    first=float(event[inside].min()),
                    last=float(event[inside].max()),
                    n=int(inside.sum()),
                    units_held=len(np.unique(panel.unit[inside])),
                ).spoken(*panel.design.level_names)
            )
        return names, (message("bins hold: {parts}", parts=parts),) if parts else ()


def event_window(window: Any, ends: Any, base: Any, second: Any) -> EventWindow:
    """Return the event times of a study, checked.

    Raises
    ------
    SpecError
        If the window does not reach from before adoption to after it, or an option is no event time.
    """
    if ends not in ENDS:
        raise SpecError(message("ends is one of {known}, not {ends!r}", known=ENDS, ends=ends))
    if window is not None and not _is_window(window):
        raise SpecError(
            message(
                "window is (first, last) event time, such as (-5, 4), the first below zero and the last not; not "
                "{window!r}",
                window=window,
            )
        )
    several = (
        tuple(base)
        if isinstance(base, Sequence) and not isinstance(base, str)
        else ()
        if base is None
        else (base,)
    )
    given = (*several, *(() if second is None else (second,)))
    if (base is not None and not several) or not all(map(_is_time, given)) or len(set(given)) < len(given):
        raise SpecError(
            message(
                "base is an event time such as -1, or several different ones, not {base!r} and {second!r}",
                base=base,
                second=second,
            )
        )
    if window is not None and any(not window[0] <= each <= window[1] for each in given):
        raise SpecError(
            message("base {base} lies outside the window {window}", base=spelled(given), window=window)
        )
    found = None if window is None else (float(window[0]), float(window[1]))
    zeros = tuple(sorted(float(each) for each in several)) or None
    return EventWindow(found, ends, zeros, None if second is None else float(second))


def spelled(events: Any) -> str:
    """Return event times as a text, `-1` or `-2, -1`."""
    return ", ".join(f"{float(each):g}" for each in events)


def measured(k: int, zeros: Sequence[int], bases: Sequence[int]) -> FloatArray:
    """Return the map (k, j) from j coefficients to k event times: those at `zeros` have none, bases have mean zero."""
    made = np.delete(np.eye(k), list(zeros), axis=1)
    return np.asarray(made - made[list(bases)].mean(axis=0))


def _is_time(value: Any) -> bool:
    return is_real(value) and float(value) == round(float(value))


def _is_window(window: Any) -> bool:
    return (
        isinstance(window, Sequence)
        and not isinstance(window, str)
        and len(window) == 2
        and all(map(_is_time, window))
        and window[0] < 0.0 <= window[1]
    )
