"""`panelkit claims`: what is registered, how it is tested, and files of your own."""

from __future__ import annotations

from panelkit.cli._commands import group

app = group(
    __name__,
    first=("list", "show", "new", "lint", "waiting"),
    help="List, show, write and check claim files. 列出、显示、新建和核对论断文件。",
)
