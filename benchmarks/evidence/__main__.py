"""Run `python -m benchmarks.evidence NAME...`; without a name, list what there is."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

TOOLS = {"record", "__main__"}


def names() -> list[str]:
    """Return the evidence modules."""
    return sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name not in TOOLS)


def main(wanted: list[str]) -> None:
    """Run the named evidence; each module offers `main()`."""
    known = names()
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise SystemExit(f"usage: python -m benchmarks.evidence NAME...; there are {', '.join(known)}")
    for name in wanted:
        print(importlib.import_module(f"benchmarks.evidence.{name}").main())


if __name__ == "__main__":
    main(sys.argv[1:])
