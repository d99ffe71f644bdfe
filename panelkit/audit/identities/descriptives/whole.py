"""Dummies and counts, as a table calls them."""

from __future__ import annotations

import re

from panelkit.audit.entries import Entry

DUMMY = re.compile(r"dummy|dummies|虚拟变量|哑变量|是否|0\s*[/-]\s*1|=\s*1\b|\bdid\b", re.IGNORECASE)


def named(group: dict[str, Entry]) -> str:
    """Return the headings of a variable."""
    one = group["mean"]
    return f"{one.label} {one.subject} {one.heading}"


def is_dummy(group: dict[str, Entry]) -> bool:
    """Return whether a variable is called a dummy and runs from 0 to 1; an index from 0 to 1 is none."""
    ends = group.get("minimum"), group.get("maximum")
    if (
        ends[0] is not None
        and ends[1] is not None
        and (ends[0].number.value, ends[1].number.value) != (0.0, 1.0)
    ):
        return False
    return bool(DUMMY.search(named(group)))
