"""Covariances by name, as a claim file or the command line writes them."""

from __future__ import annotations

import re
from typing import Any

from panelkit.covariance.cluster import CRV3, Cluster, Iid, Robust, TwoWayCluster, VcovSpec
from panelkit.covariance.cr2 import CR2
from panelkit.covariance.hac import Conley, DriscollKraay
from panelkit.language.errors import SpecError

_CALL = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*(?:\(([^()]*)\))?\s*$")
KNOWN = (
    "Iid",
    "Robust or Robust(HC0)",
    "Cluster or Cluster(column)",
    "TwoWayCluster or TwoWayCluster(a, b)",
    "CR2 or CR2(column)",
    "CRV3 or CRV3(column)",
    "DriscollKraay or DriscollKraay(lags)",
    "Conley(km) or Conley(km, lags) or Conley(km, lags, uniform)",
)


def vcov_named(text: str) -> VcovSpec:
    """Return the covariance spec that a text names: `CRV3`, `Cluster(year)`, `DriscollKraay(2)`, `Conley(800)`.

    Raises
    ------
    SpecError
        If there is none of that name, or its arguments are wrong.
    """
    match = _CALL.match(text)
    if match is None:
        raise _unknown(text)
    name = match[1].lower().replace("-", "").replace("_", "")
    arguments = [part.strip() for part in (match[2] or "").split(",") if part.strip()]
    makers = {
        "iid": _plain(Iid),
        "robust": _plain(Robust),
        "cluster": _plain(Cluster),
        "crv1": _plain(Cluster),
        "twowaycluster": _plain(TwoWayCluster),
        "twoway": _plain(TwoWayCluster),
        "cr2": _plain(CR2),
        "crv3": _plain(CRV3),
        "driscollkraay": _numbers(DriscollKraay),
        "dk": _numbers(DriscollKraay),
        "conley": _numbers(Conley),
    }
    if name not in makers:
        raise _unknown(text)
    try:
        made: VcovSpec = makers[name](arguments)
    except (TypeError, ValueError) as error:
        raise _unknown(text) from error
    return made


def _plain(kind: Any) -> Any:
    return lambda arguments: kind(*arguments)


def _numbers(kind: Any) -> Any:
    def make(arguments: list[str]) -> Any:
        return kind(*(_number(argument) for argument in arguments))

    return make


def _number(text: str) -> float | int | str:
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[0-9]*\.[0-9]+", text):
        return float(text)
    return text


def _unknown(text: str) -> SpecError:
    return SpecError(f"no covariance {text!r}: there are {'; '.join(KNOWN)}")
