"""Files that the hooks write into a folder of the docs which git ignores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_folder(folder: Path, wanted: Mapping[str, str]) -> None:
    """Write files, name -> text, where they differ from what stands; others of the folder go."""
    folder.mkdir(exist_ok=True)
    for name, text in wanted.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    for file in folder.iterdir():
        if file.name not in wanted:
            file.unlink()
