"""Covariances by name, as a claim file or the command line writes them. What there is stands in the register."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection
from typing import Any

from panelkit.covariance.base import Covariance, VcovSpec
from panelkit.kernels.capabilities import CAPABILITIES
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.register import entries

_CALL = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*(?:\(([^()]*)\))?\s*$")


def spellings(can: Collection[str] = CAPABILITIES) -> tuple[str, ...]:
    """Return how the covariances are written that something of these capabilities carries."""
    found: list[type[Covariance]] = [
        entry.load() for entry in entries("covariance") if set(entry.can) & set(can)
    ]
    return tuple(" or ".join(kind.spellings) for kind in found)


def vcov_named(text: str, can: Collection[str] = CAPABILITIES) -> VcovSpec:
    """Return the covariance spec that a text names: `CRV3`, `Cluster(year)`, `DriscollKraay(2)`, `Conley(800)`.

    Capitals, hyphens and underscores do not matter, and other names of a covariance mean it too (`dk`, `CRV1`,
    `cluster-scores`). `can`: what it is to stand on, so that a refusal names no other.

    Raises
    ------
    SpecError
        If there is none of that name, or its arguments are wrong.
    """
    match = _CALL.match(text)
    if match is None:
        raise _unknown(text, can)
    name = _plain(match[1])
    arguments = [part.strip() for part in (match[2] or "").split(",") if part.strip()]
    for entry in entries("covariance"):
        if name in map(_plain, (entry.key, *entry.also)):
            try:
                made: VcovSpec = entry.load().from_text(arguments)
            except (TypeError, ValueError) as error:
                raise _unknown(text, can) from error
            return made
    raise _unknown(text, can)


def vcov_from(value: Any) -> Any:
    """Return the covariance that a text names, with a warning; anything else as it is.

    For the estimators that took names; they are taken for one release more.
    """
    if not isinstance(value, str):
        return value
    spec = vcov_named(value)
    warnings.warn(
        f"vcov={value!r} is written vcov={spec!r} now; names are taken for one release more",
        DeprecationWarning,
        stacklevel=5,
    )
    return spec


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _unknown(text: str, can: Collection[str]) -> SpecError:
    return SpecError(
        message("no covariance {text!r}: there are {names}", text=text, names="; ".join(spellings(can)))
    )
