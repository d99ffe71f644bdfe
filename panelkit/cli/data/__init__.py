"""`panelkit data`: what figures ship with the package, where they are from, and what a store changes."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("coverage", "define", "diff", "export", "list", "show"),
    help="The figures that ship with the package. 随附数据。",
)
