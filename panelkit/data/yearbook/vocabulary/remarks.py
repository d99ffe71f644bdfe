"""Lines around a table that are about it and no part of it: footnotes, sources, continuations."""

from __future__ import annotations

import re

FOOTNOTE = re.compile(
    r"(注|附注|说明|备注|数据来源|资料来源|来源|本表|note|remarks?|data\s*sources?|sources?)\s*\d*\s*[:：.、]|本表",
    re.I,
)
SOURCE = re.compile(r"(数据来源|资料来源|data\s*sources?)\s*[:：]", re.I)
CONTINUED = re.compile(r"续\s*表\s*\d*|[（(]\s*续\s*表?\s*\d*\s*[)）]|continued", re.I)
NUMBERED = re.compile(
    r"^\s*(?:续)?(?:表|附表|table)?\s*\d{1,3}(?!\d)\s*[-－–—.]\s*\d{1,3}(?!\d)(?:\s*[-－–—.]\s*\d{1,3}(?!\d))*\s*",
    re.I,
)
_SENTENCE = re.compile(r".*[。；;！!]\s*$", re.S)
_SINCE = re.compile(r"(?:19|20)\d{2}\s*年?(?:及其?)?(?:起|以来|以前|之前|以后|之后|开始)")
_ABOUT_DATA = re.compile(r"(?:数据|数字)\s*(?:均|系|为|是|未|来自|根据|已|取自|不含|包括)|^\s*[*＊①-⑳⑴-⑽]")
_LISTED = re.compile(
    r"^\s*(?:\d{1,2}\s*[.、．)）](?!\d)|[a-z]\s*\)|[（(]\s*[\d一二三四五六七八九十]{1,2}\s*[)）])", re.I
)


def is_remark(text: str) -> bool:
    """Return whether a line says by itself that it is a footnote, a source or a sentence about the data."""
    line = text.strip()
    if FOOTNOTE.match(line) or _SENTENCE.match(line):
        return True
    return not NUMBERED.match(line) and bool(_SINCE.search(line) or _ABOUT_DATA.search(line))


def dated(text: str) -> str:
    """Return a line without the years since or before which something holds."""
    return _SINCE.sub("", text)


def goes_on(text: str) -> bool:
    """Return whether a line that stands right below a footnote can only be a further one."""
    return is_remark(text) or bool(_LISTED.match(text))


def opens_table(text: str) -> bool:
    """Return whether a line says by itself that a table begins or goes on below it."""
    return not is_remark(text) and bool(NUMBERED.match(text) or CONTINUED.search(text))
