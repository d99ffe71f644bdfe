"""Write `panelkit/__init__.pyi`, the typed public face, from the names that `panelkit/__init__.py` loads lazily.

`python -m panelkit.language.face` writes it; a test holds the file equal to what this makes.
"""

from __future__ import annotations

from pathlib import Path

import panelkit

STUB = Path(panelkit.__file__).with_name("__init__.pyi")

_HEAD = '''"""The public names of panelkit, typed. Written by `python -m panelkit.language.face`: do not edit."""

__version__: str
__all__: list[str]
'''


def stub() -> str:
    """Return the text of the stub: one import a public name, from the module that holds it."""
    pairs = sorted((f"panelkit.{module}", name) for name, module in vars(panelkit)["_PUBLIC"].items())
    return "\n".join([_HEAD, *(f"from {module} import {name} as {name}" for module, name in pairs), ""])


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
