"""The reviewer's bench: printed tables without data, and which convention or mistake reproduces printed numbers.

The room bears the name of its first function: `pk.audit(table)` calls `bench.audit`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Bench(ModuleType):
    """The room, called as the function that it is named after."""

    def __call__(self, *tables: Any, **facts: Any) -> Any:
        from panelkit.audit.bench import audit

        return audit(*tables, **facts)


sys.modules[__name__].__class__ = _Bench
