"""The text of a paragraph of a Word file: raised parts, symbols, formulas, without what is deleted or hidden."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from panelkit.audit.glyphs import raised

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PICTURE = "[picture]"

_LEFT_OUT = {
    f"{W}{name}"
    for name in ("del", "moveFrom", "instrText", "pPr", "tblPr", "footnoteReference", "commentReference")
}
_PICTURES = {f"{W}drawing", f"{W}pict", f"{W}object"}
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}softHyphen": ""}
_SYMBOLS = {0x2D: "−", 0x2A: "*", 0xB1: "±", 0xB4: "×", 0xA3: "≤", 0xB3: "≥"} | {
    0x72: "ρ", 0x6C: "λ", 0x62: "β", 0x73: "σ", 0x61: "α", 0x67: "γ", 0x64: "δ", 0x71: "θ"
}  # fmt: skip
"""Signs of the font Symbol, by the last byte of their code."""


def text_of(paragraph: Element) -> str:
    """Return the text of a paragraph, or of any part of one; a picture in it is "[picture]"."""
    return "".join(_pieces(paragraph)).strip(" \t\xa0\u3000\n")


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in _LEFT_OUT:
            continue
        if tag == f"{W}r":
            yield _run(child)
        elif tag == f"{MC}AlternateContent":
            chosen = child.find(f"{MC}Fallback")
            yield from _pieces(child if chosen is None else chosen)
        elif tag in (f"{M}sSup", f"{M}sSubSup"):
            yield _formula(child)
        elif tag == f"{M}t":
            yield child.text or ""
        elif tag in _PICTURES:
            yield PICTURE
        elif tag != f"{W}p":
            yield from _pieces(child)


def _formula(element: Element) -> str:
    """Return a base with its raised part."""
    up = element.find(f"{M}sup")
    base = "".join("".join(_pieces(part)) for part in element if part.tag in (f"{M}e", f"{M}sub"))
    return base + ("" if up is None else raised("".join(_pieces(up))))


def _run(run: Element) -> str:
    """Return the text of a run, raised where its font is."""
    about = run.find(f"{W}rPr")
    if about is not None and _said(about.find(f"{W}vanish")):
        return ""
    text = "".join(_signs(run))
    upright = None if about is None else about.find(f"{W}vertAlign")
    if upright is not None and upright.get(f"{W}val") == "superscript":
        return raised(text) if text.strip() else text
    return text


def _signs(run: Element) -> Iterator[str]:
    for child in run:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == f"{W}sym":
            code = int(child.get(f"{W}char") or "0", 16) & 0xFF
            yield _SYMBOLS.get(code, "□")
        elif child.tag in _PICTURES:
            yield PICTURE
        elif child.tag == f"{MC}AlternateContent":
            chosen = child.find(f"{MC}Fallback")
            yield from _signs(child if chosen is None else chosen)


def _said(switch: Element | None) -> bool:
    """Return whether a switch is there and on."""
    return switch is not None and switch.get(f"{W}val", "1") not in ("0", "false", "off")
