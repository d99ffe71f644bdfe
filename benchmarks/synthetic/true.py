"""A table before it is printed: numbers with all their digits, what each is, and the panels they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk

Words = tuple[str, str]
UNITS: ContextVar[tuple[int, int]] = ContextVar("units", default=(15, 32))
"""From how many units to how many less one worlds are drawn."""
PAPER: ContextVar[World | None] = ContextVar("paper", default=None)
"""The panel that all tables of a paper come from."""
VARIABLES: tuple[Words, ...] = (
    ("lnRD", "研发投入"), ("lnPGDP", "经济发展水平"), ("open", "对外开放"), ("gov", "政府干预"), ("urban", "城镇化率"),
    ("dig", "数字经济"), ("fin", "金融发展"), ("hum", "人力资本"), ("str", "产业结构"), ("infra", "基础设施"),
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number: what it is and, where it is an estimate or a test, its error, p-value and interval.

    `digits` are decimals that do not depend on the style; `starred` is False where no stars are printed; `bare` where
    stars stand without a bracket.
    """

    value: float
    se: float | None = None
    p: float | None = None
    low: float | None = None
    high: float | None = None
    digits: int | None = None
    starred: bool = True
    bare: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a table: its role and subject in the audit, its words in English and Chinese, a number a column.

    `lead` stands before its words, `tail` after its numbers, in tables with such columns.
    """

    role: str
    words: Words
    numbers: tuple[Number | None, ...]
    subject: str = ""
    section: Words = ("", "")
    other: str = ""
    lead: Words = ("", "")
    tail: Words = ("", "")


@dataclass(frozen=True)
class TrueTable:
    """A table: title, columns, lines; facts of the sample that its note may state; `roles` of columns that have one.

    `lead` and `tail` head columns of words before and after the others, `note` is said in any style, and `musts` are
    what holds in the table, each made for a printout.
    """

    kind: str
    title: Words
    columns: tuple[Words, ...]
    lines: tuple[Line, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    brackets: bool = True
    roles: tuple[str, ...] = ()
    lead: Words = ("", "")
    tail: Words = ("", "")
    note: Words = ("", "")
    musts: tuple[Any, ...] = ()

    def role_of(self, line: int, column: int) -> str:
        """Return the role of a number: that of its column where columns have roles, else of its line."""
        return self.roles[column] if self.roles else self.lines[line].role

    def find(self, role: str, subject: str | None = None, other: str | None = None) -> int | None:
        """Return the place of the line of a role, None where there is none."""
        for place, line in enumerate(self.lines):
            fits = subject in (None, line.subject) and other in (None, line.other)
            if line.role == role and fits:
                return place
        return None

    def every(self, role: str) -> list[int]:
        return [place for place, line in enumerate(self.lines) if line.role == role]


def numbered(count: int) -> tuple[Words, ...]:
    """Return the headings (1), (2), ..."""
    return tuple((f"({k})", f"({k})") for k in range(1, count + 1))


def whole(value: float) -> Number:
    """Return a number without decimals."""
    return Number(float(value), digits=0, starred=False)


def plain(value: float, digits: int | None = None) -> Number:
    """Return a number without stars."""
    return Number(float(value), digits=digits, starred=False)


def choice(rng: np.random.Generator, values: Sequence[Any]) -> Any:
    """Return one of the values."""
    return values[int(rng.integers(len(values)))]


@dataclass(frozen=True)
class World:
    """A panel with its names: variables `x` with their words, outcome y, and weights."""

    frame: pd.DataFrame
    words: tuple[Words, ...]
    n: int
    t: int
    weights: pk.Weights


def world(rng: np.random.Generator, *, most: int = 4, dynamic: bool = False) -> World:
    """Return a random panel: units, periods, scales and slopes drawn; that of the paper where tables share one."""
    shared = PAPER.get()
    if shared is not None:
        return shared
    n, t, k = int(rng.integers(*UNITS.get())), int(rng.integers(6, 14)), int(rng.integers(2, most + 1))
    names = [f"u{i:02d}" for i in range(n)]
    index = pd.MultiIndex.from_product([names, range(2006, 2006 + t)], names=["province", "year"])
    scales = 10.0 ** rng.uniform(-0.6, 0.6, size=k)
    x = rng.normal(size=(n * t, k)) + np.repeat(rng.normal(size=(n, k)), t, axis=0)
    slopes = rng.normal(scale=0.25, size=k) * (rng.random(k) < 0.7)
    noise = rng.normal(size=n * t) * rng.uniform(0.5, 1.5) + np.repeat(rng.normal(size=n), t)
    y = x @ slopes + noise
    if dynamic:
        y = _persistent(y.reshape(n, t)).ravel()
    frame = pd.DataFrame(x * scales + rng.normal(scale=2.0, size=k), index=index)
    frame.columns = pd.Index([f"x{j}" for j in range(k)])
    frame["y"] = y * 10.0 ** rng.uniform(-0.4, 0.4)
    chosen = rng.permutation(len(VARIABLES))[:k]
    return World(frame, tuple(VARIABLES[j] for j in chosen), n, t, neighbours(rng, names))


def _persistent(shocks: np.ndarray) -> np.ndarray:
    out = shocks.copy()
    for period in range(1, out.shape[1]):
        out[:, period] += 0.5 * out[:, period - 1]
    return out


def neighbours(rng: np.random.Generator, names: Sequence[str]) -> pk.Weights:
    """Return random symmetric links, a chain among them, divided by their row sums."""
    n = len(names)
    upper = np.triu((rng.random((n, n)) < 0.12) | np.eye(n, k=1, dtype=bool), 1)
    links = pd.DataFrame((upper | upper.T).astype(float), index=list(names), columns=list(names))
    return pk.as_weights(links)
