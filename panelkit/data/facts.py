"""What a panel knows of its figures, as it travels with every frame made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Facts(dict[str, Any]):
    """The facts of a panel: plain JSON, whose deep copy is two levels deep.

    pandas makes a deep copy of what stands in `attrs` for every column that is taken out of a frame. The entries below
    (flags, sources) are written once, when a panel is built, and shared.
    """

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Facts:
        """Return a copy whose dictionaries and lists are its own, and their entries those of this one."""
        return Facts(
            {key: value.copy() if isinstance(value, (dict, list)) else value for key, value in self.items()}
        )
