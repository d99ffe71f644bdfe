"""`panelkit evaluate`: efficiency, life cycles, networks, allocation and forecasts of provinces."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("efficiency", "lifecycle", "network", "allocate", "forecast"),
    help="Efficiency, life cycles, networks, allocation, forecasts. 效率、生命周期、网络、资源配置与预测评价。",
)
