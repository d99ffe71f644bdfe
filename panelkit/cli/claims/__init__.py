"""`panelkit claims`: what is registered, and how it is tested."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("list", "show", "waiting"),
    help="List and show registered claims. 列出和显示已登记的论断。",
)
