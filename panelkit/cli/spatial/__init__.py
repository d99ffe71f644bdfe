"""`panelkit spatial`: Moran's I, LM tests, spatial panels, their impacts, and how much hangs on the weights."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("moran", "lisa", "map", "lm", "fit", "impacts", "sensitivity"),
    help="Spatial dependence and spatial panels. 空间自相关与空间面板模型。",
)
