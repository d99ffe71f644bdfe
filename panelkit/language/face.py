"""Write the index of what panelkit offers, and its typed public face: `python -m panelkit.language.face`.

Both are made from what modules declare (`offers.offered`): `language/_index.py` is what `import panelkit` and the
register read, `panelkit/__init__.pyi` what editors and type checkers read. A test holds both equal to what this makes.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import panelkit
from panelkit.language.offers import MARK, Entry

PACKAGE = Path(panelkit.__file__).parent
STUB = PACKAGE / "__init__.pyi"
INDEX = PACKAGE / "language" / "_index.py"

_WIDEST = 110
_STUB_HEAD = '''"""The public names of panelkit, typed. Written by `python -m panelkit.language.face`: do not edit."""

__version__: str
__all__: list[str]
'''
_INDEX_HEAD = '''"""What panelkit offers, written by `python -m panelkit.language.face`: do not edit."""

# ruff: noqa: E501
# kind, key, module, name, family, can, result, source, public, also
# fmt: off
ENTRIES: tuple[tuple[str, str, str, str, str, tuple[str, ...], str, str, bool, tuple[str, ...]], ...] = (
'''


def found() -> tuple[Entry, ...]:
    """Return what every module of the package declares, ordered by kind and key.

    Raises
    ------
    ValueError
        If two things of one kind have one key, or two public things one name.
    """
    entries: list[Entry] = []
    for module in walk_packages(panelkit.__path__, "panelkit."):
        if module.name.endswith("__main__"):
            continue
        held = vars(import_module(module.name))
        entries += held.get(MARK, ())
        for thing in held.values():
            if getattr(thing, "__module__", "") == module.name and MARK in getattr(thing, "__dict__", ()):
                entries += vars(thing)[MARK]
    _refuse_twins([f"{entry.kind} {key}" for entry in entries for key in (entry.key, *entry.also)])
    _refuse_twins(
        sorted({(entry.name, entry.module): f"pk.{entry.name}" for entry in entries if entry.public}.values())
    )
    return tuple(sorted(entries, key=lambda entry: (entry.kind, entry.key)))


def _refuse_twins(names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"declared twice: {', '.join(twins)}")


def stub(entries: tuple[Entry, ...]) -> str:
    """Return the text of the stub: one import a public name, from the module that holds it."""
    held = {(f"panelkit.{entry.module}", entry.name) for entry in entries if entry.public}
    pairs = sorted(held, key=lambda pair: (pair[0], not pair[1].isupper(), pair[1]))
    return "\n".join([_STUB_HEAD, *(_import(module, name) for module, name in pairs), ""])


def _import(module: str, name: str) -> str:
    """Return the line that makes a name public, in brackets where it would be too long."""
    line = f"from {module} import {name} as {name}"
    return line if len(line) <= _WIDEST else f"from {module} import (\n    {name} as {name},\n)"


def index(entries: tuple[Entry, ...]) -> str:
    """Return the text of the index: one row an entry."""
    return _INDEX_HEAD + "".join(f"    {entry.row()!r},\n" for entry in entries) + ")\n"


if __name__ == "__main__":
    made = found()
    INDEX.write_text(index(made), encoding="utf-8")
    STUB.write_text(stub(made), encoding="utf-8")
