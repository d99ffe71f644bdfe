"""The files of a run, held until all are made: a run that is stopped before then has touched nothing."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.report.site.record import (
    NAME,
    is_own,
    refuse_foreign,
    unfinished,
)
from panelkit.show.files import require_writable, write_whole


class Files:
    """What is to stand in a folder, by path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[Path, str | bytes] = {}
        self._names: set[str] = set()

    def add(self, path: Path, content: str | bytes) -> Path:
        """Hold a file and return its path.

        Raises
        ------
        SpecError
            If another file bears that name, in any case.
        """
        name = path.relative_to(self.folder).as_posix()
        if name.casefold() in self._names:
            raise SpecError(
                message(
                    "two tables or pages would be the file {name}: give a claim, a reading or a design another id",
                    name=name,
                )
            )
        self._names.add(name.casefold())
        self._held[path] = content
        return path

    def write(self) -> None:
        """Write all, the record last: in a folder without one, a record of an unfinished run is the first.

        Raises
        ------
        DataError
            If the folder is not of a run, and holds a file of one of these names; then nothing is written.
        OSError
            With the path, where one cannot be written; where that is so from the start, nothing is written.
        """
        record = self.folder / NAME
        if not is_own(self.folder):
            refuse_foreign(
                [path.relative_to(self.folder).as_posix() for path in self._held if path.exists()],
                self.folder,
            )
        for place in self._places():
            require_writable(place, folder=True)
        for path in self._held:
            if path.is_dir():
                raise IsADirectoryError(
                    errno.EISDIR, message("a folder, where a file is to be written"), str(path)
                )
        if not record.exists():
            write_whole(record, unfinished())
        for path in sorted(self._held, key=lambda path: path == record):
            write_whole(path, self._held[path])

    def _places(self) -> Iterator[Path]:
        yield from dict.fromkeys(path.parent for path in self._held)
