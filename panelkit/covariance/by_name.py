"""Covariances by name, as a claim file or the command line writes them. What there is stands in the register."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Collection
from typing import Any

from panelkit.covariance.base import Covariance, VcovSpec
from panelkit.kernels.capabilities import CAPABILITIES
from panelkit.language.errors import SpecError
from panelkit.language.message import Joined, Message, message, sentences
from panelkit.language.register import entries

_CALL = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*(?:\(([^()]*)\))?\s*$")
_STATA = re.compile(r"^\s*(?:vce)?\s*\(?\s*(?:cl|cluster)\s+([^\W\d]\w*(?:\s+[^\W\d]\w*)?)\s*\)?\s*$")


def spellings(can: Collection[str] = CAPABILITIES) -> tuple[Message, ...]:
    """Return how the covariances are written that something of these capabilities carries."""
    found: list[type[Covariance]] = [
        entry.load() for entry in entries("covariance") if set(entry.can) & set(can)
    ]
    return tuple(Joined(kind.spellings, {"en": " or ", "zh": " 或 "}) for kind in found)


def vcov_named(text: str, can: Collection[str] = CAPABILITIES) -> VcovSpec:
    """Return the covariance spec that a text names: `CRV3`, `Cluster(year)`, `DriscollKraay(2)`, `Conley(800)`.

    Capitals, hyphens and underscores do not matter, and other names of a covariance mean it too (`dk`, `CRV1`,
    `cluster-scores`). `can`: what it is to stand on, so that a refusal names no other.

    Raises
    ------
    SpecError
        If there is none of that name, or its arguments are wrong.
    """
    stata = _STATA.match(text)
    if stata is not None:
        raise SpecError(_of_stata(stata[1].split()))
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
        stacklevel=_frames_inside() + 1,
    )
    return spec


def _frames_inside() -> int:
    """Return how many calls, from the caller of this on, lie inside panelkit and the dataclasses that it makes."""
    frame, count = sys._getframe(1), 0
    while frame is not None and _is_ours(frame.f_globals.get("__name__", ""), frame.f_code.co_filename):
        frame, count = frame.f_back, count + 1  # type: ignore[assignment]
    return count


def _is_ours(module: str, file: str) -> bool:
    return (
        module.split(".")[0] in ("panelkit", "dataclasses", "functools", "contextlib") or file == "<string>"
    )


def _of_stata(columns: list[str]) -> Message:
    """Return what to write for `vce(cluster a)` and `vce(cluster a b)`."""
    written = f"Cluster({columns[0]})" if len(columns) == 1 else f"TwoWayCluster({', '.join(columns)})"
    return message("clusters are written `{written}`, not as in Stata's vce()", written=written)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _unknown(text: str, can: Collection[str]) -> SpecError:
    return SpecError(
        message("no covariance {text!r}: there are {names}", text=text, names=sentences(spellings(can)))
    )
