"""The families of cointegration tests by key."""

from __future__ import annotations

from panelkit.language.message import message
from panelkit.models.dynamic.cointegration.kao import KAO
from panelkit.models.dynamic.cointegration.pedroni import PEDRONI
from panelkit.models.dynamic.cointegration.plan import Family
from panelkit.models.dynamic.cointegration.westerlund import VARIANCE_RATIO, WESTERLUND

FAMILIES: dict[str, Family] = {
    "pedroni": PEDRONI,
    "kao": KAO,
    "westerlund": WESTERLUND,
    "variance-ratio": VARIANCE_RATIO,
}
NAMES = {
    "pedroni": message("Pedroni"),
    "kao": message("Kao"),
    "westerlund": message("Westerlund (2007)"),
    "variance-ratio": message("Westerlund (2005)"),
}
