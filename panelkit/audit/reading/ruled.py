"""Lines that are drawn and not written."""

from __future__ import annotations

import re

_RULER = re.compile(r"[\s\-=_~+:|─━═┄┈│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪┏┓┗┛┣┫┳┻╋┡┩╇╭╮╰╯—–]+")


def is_ruler(line: str) -> bool:
    """Return whether a line is a ruler: dashes, equal signs, boxes, at least three."""
    held = line.strip()
    return len(held) > 2 and bool(_RULER.fullmatch(held)) and not re.fullmatch(r"[—–\s]{1,6}", held)
