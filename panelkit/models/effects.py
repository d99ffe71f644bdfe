"""What the effects of a model are called in the titles of its tables."""

from __future__ import annotations

from panelkit.kernels.within import Effects
from panelkit.language.message import Message, term

_WORDS: dict[Effects, Message] = {
    "unit": term("effects in a title", "unit"),
    "time": term("effects in a title", "time"),
    "twoway": term("effects in a title", "twoway"),
    "none": term("effects in a title", "none"),
}


def effects_word(effects: Effects) -> Message:
    """Return what stands in the brackets of a title: `Fixed effects (twoway): y`; 固定效应（双向）：y."""
    return _WORDS[effects]
