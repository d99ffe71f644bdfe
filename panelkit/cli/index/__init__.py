"""`panelkit index`: composite indices of the provinces, from shipped designs or a panel of one's own."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("list", "show", "run"),
    help="Composite indices: designs, scores, ranks and how sure they are. 综合指数：设计、得分、位次及其不确定性。",
)
