"""What options of an efficiency are called where a result prints them."""

from __future__ import annotations

from panelkit.language.message import term

RETURNS_WORDS = {
    "constant": term("returns to scale", "constant"),
    "variable": term("returns to scale", "variable"),
    "decreasing": term("returns to scale", "decreasing"),
    "increasing": term("returns to scale", "increasing"),
}
ORIENTATION_WORDS = {
    "input": term("orientation of an efficiency", "input"),
    "output": term("orientation of an efficiency", "output"),
    "none": term("orientation of an efficiency", "none"),
}
FRONTIER_WORDS = {
    "year": term("points of a frontier", "year"),
    "global": term("points of a frontier", "global"),
    "pooled": term("points of a frontier", "pooled"),
    "window": term("points of a frontier", "window"),
    "adjacent": term("points of a frontier", "adjacent"),
}
