"""`panelkit couple`: coupling coordination of subsystems, and which formula a printed coupling degree came from."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("run", "which"),
    help="Coupling coordination, by the right formulas. 耦合协调度（正确的公式）。",
)
