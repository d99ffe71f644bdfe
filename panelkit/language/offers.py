"""Offers: a mark on what panelkit offers, made where it is written. The register reads the index made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")
MARK = "__offered__"


@dataclass(frozen=True)
class Entry:
    """One thing that panelkit offers.

    `kind` and `key` name it; `module` (below `panelkit.`) and `name` say where it stands. `family` orders tables,
    `can` names what it is able to do, `result` the kind of its result, `source` the paper and equation that it
    follows. `public`: it is `pk.NAME`. `also`: other keys that mean it.
    """

    kind: str
    key: str
    module: str
    name: str
    family: str = ""
    can: tuple[str, ...] = ()
    result: str = ""
    source: str = ""
    public: bool = False
    also: tuple[str, ...] = ()

    def load(self) -> Any:
        """Return the thing itself."""
        return getattr(import_module(f"panelkit.{self.module}"), self.name)

    def row(self) -> tuple[Any, ...]:
        """Return the entry as a row of the index."""
        return tuple(getattr(self, field.name) for field in fields(self))


def offered(
    kind: str,
    key: str = "",
    *,
    family: str = "",
    can: Iterable[str] = (),
    result: str = "",
    source: str = "",
    public: bool = False,
    also: Iterable[str] = (),
) -> Callable[[T], T]:
    """Mark a class or function as something that panelkit offers; without a key, its name is the key."""

    def mark(thing: T) -> T:
        name, module = thing.__name__, thing.__module__.removeprefix("panelkit.")  # type: ignore[attr-defined]
        entry = Entry(
            kind=kind,
            key=key or name,
            module=module,
            name=name,
            family=family,
            can=tuple(can),
            result=result,
            source=source,
            public=public,
            also=tuple(also),
        )
        setattr(thing, MARK, (*vars(thing).get(MARK, ()), entry))
        return thing

    return mark


def capabilities_of(kind: type) -> frozenset[str] | None:
    """Return what a class that is offered declares it can do; None where it is not offered."""
    marks: tuple[Entry, ...] = getattr(kind, MARK, ())
    return frozenset(marks[0].can) if marks else None


def estimator(
    key: str,
    *,
    family: str,
    can: Iterable[str] = (),
    result: str = "FitResult",
    source: str,
    also: Iterable[str] = (),
) -> Callable[[T], T]:
    """Mark the spec class of an estimator, a public name."""
    return offered(
        "estimator", key, family=family, can=can, result=result, source=source, public=True, also=also
    )
