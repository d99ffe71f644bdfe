"""The signs of printed numbers: one minus, one star, one kind of bracket for all that papers and programs print."""

from __future__ import annotations

import re
import unicodedata

_MINUS = "-−–—‐‑‒―﹣－⁻﹘˗\u00ad"
_STARS = "*∗＊⁎★☆﹡٭⋆✱✶"
_SEVERAL_STARS = {"⁑": "**", "⁂": "***"}
_BRACKETS = str.maketrans("【】〔〕〖〗〈〉〘〙", "[][][]<>[]")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_LOWERED = "0123456789+-"
_RAISED_LETTERS = {
    "a": "ᵃ", "b": "ᵇ", "c": "ᶜ", "d": "ᵈ", "e": "ᵉ", "f": "ᶠ", "g": "ᵍ", "h": "ʰ", "i": "ⁱ", "j": "ʲ", "k": "ᵏ",
    "l": "ˡ", "m": "ᵐ", "n": "ⁿ", "o": "ᵒ", "p": "ᵖ", "r": "ʳ", "s": "ˢ", "t": "ᵗ", "u": "ᵘ", "v": "ᵛ", "w": "ʷ",
    "x": "ˣ", "y": "ʸ", "z": "ᶻ",
}  # fmt: skip
_UP = str.maketrans(dict(zip(_LOWERED, RAISED, strict=True)) | _RAISED_LETTERS)
_DOWN = str.maketrans(
    {up: low for low, up in [*zip(_LOWERED, RAISED, strict=True), *_RAISED_LETTERS.items()]}
)
_POWER = re.compile(rf"\s*[×xX·⋅∙*]\s*10\s*(?:\^\s*[{{(]?\s*([+{_MINUS}]?\s*[0-9]+)\s*[}})]?|([{RAISED}]+))")
_WRITTEN_UP = re.compile(r"(?:\^\s*\{\s*([^{}]{1,8}?)\s*\}|\^(\*+|[a-z†‡])|\\sym\{(\*+)\})")
_MARK = re.compile(
    rf"[{RAISED[:10]}{''.join(_RAISED_LETTERS.values())}†‡§¶]"
    r"|(?<=[0-9.)*\]])⁺|(?<=[0-9.)*\]])\s*\+(?=\s*$|\s*[(\[])"
)


def raised(text: str) -> str:
    """Return a superscript as signs of its own, so that it is not read as digits; stars stay stars.

    Letters and signs that have no superscript sign are kept as they are.
    """
    held = plain(text) if set(plain(text)) <= {*"*+-0123456789"} else text.strip()
    return held.translate(_UP)


def plain(text: str) -> str:
    """Return a text with full-width signs, the kinds of minus and the kinds of stars as one."""
    narrow = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).translate(_BRACKETS)
    return _one_sign(narrow).strip()


def figures(text: str) -> tuple[str, str]:
    """Return a printed number as `plain` does, powers of ten as "e-5", and the marks that stand raised beside it.

    A raised digit or letter is a mark of a footnote or of a level, never part of the number. Digits in circles,
    fractions and lowered digits stay what they are, so that nothing reads them as digits.
    """
    said = _POWER.sub(lambda found: "e" + _exponent(found), text.translate(_UNSEEN))
    said = _WRITTEN_UP.sub(lambda found: raised(next(part for part in found.groups() if part)), said)
    marks = "".join(found.group().strip().translate(_DOWN) for found in _MARK.finditer(said))
    narrow = "".join(
        letter if unicodedata.category(letter) == "No" else unicodedata.normalize("NFKC", letter)
        for letter in _MARK.sub("", said)
    )
    return _one_sign(narrow.translate(_BRACKETS)).strip(), marks


def _exponent(found: re.Match[str]) -> str:
    return _one_sign((found[1] or found[2].translate(_DOWN)).replace(" ", ""))


def _one_sign(text: str) -> str:
    for sign in _MINUS:
        text = text.replace(sign, "-")
    for star in _STARS:
        text = text.replace(star, "*")
    for star, several in _SEVERAL_STARS.items():
        text = text.replace(star, several)
    return text
