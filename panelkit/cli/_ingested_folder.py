"""`panelkit ingest FOLDER`: the run, its progress, and what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._awaited import claims_record, print_claims
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json
from panelkit.cli._progress import FileProgress
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.data.yearbook.folder_report import FolderReport

_KINDS = 12
_SAID = ("vintage", "corrections", "unit", "rows", "place", "level")
_OF_MANY = ("vintage", "corrections", "unit", "skip_rows", "places", "level")


def take_folder(
    paths: Sequence[Path],
    named: Any,
    printed: Printed,
    store: Path | None,
    out: Path | None,
    *,
    dry_run: bool,
    workers: int,
) -> None:
    """Ingest one folder, print and write what became of its files; end with status 2 where none could be read."""
    from panelkit.data.yearbook.tree import ingest_folder

    if len(paths) > 1:
        raise SpecError(message("a folder is taken in alone: give one folder, or files"))
    _refuse_said(named)
    with FileProgress(printed.language, quiet=printed.as_json) as progress:
        report = ingest_folder(
            paths[0],
            store=store,
            **{name: value for name, value in named.arguments().items() if name in _OF_MANY},
            dry_run=dry_run,
            workers=workers,
            advance=lambda file, total: progress.advance(total, Path(file.file).name),
        )
    if out is not None:
        from panelkit.report.ingested import write_report

        write_report(report, out, printed.language)
    if printed.as_json:
        print_json(report.as_dict() | claims_record(report, printed.language))
    else:
        _print(report, printed.language, dry_run=dry_run, out=out)
        print_claims(report, printed.language)
    found = report.counts()
    if not (found["read"] or found["held"]) or (dry_run and found["refused"]):
        raise typer.Exit(2)


def _refuse_said(named: Any) -> None:
    """Refuse what can be said of one file only."""
    said = [
        name for name in (field.name for field in fields(named)) if name not in _SAID and getattr(named, name)
    ]
    if said:
        raise SpecError(
            message(
                "{options}: said of one file, and a folder holds many; give that file alone",
                options=[f"--{name}" for name in said],
            )
        )


def _print(report: FolderReport, language: Language, *, dry_run: bool, out: Path | None) -> None:
    from panelkit.report.ingested import counts_line, grouped
    from panelkit.show.console import open_console

    console = open_console(soft_wrap=True, highlight=False)
    console.print(counts_line(report).text(language), style="bold", markup=False)
    kinds = grouped(report.files, language)
    for count, _, said in kinds[:_KINDS]:
        console.print(f"  {count:>4}  {said}", markup=False)
    if len(kinds) > _KINDS:
        more = message(
            "... and {n} more kinds (`--out FOLDER` or `--json` lists every file)", n=len(kinds) - _KINDS
        )
        console.print(f"        {more.text(language)}", markup=False)
    for said in report.unmet:
        console.print(said.text(language), markup=False)
    if dry_run:
        done = message("dry run: nothing was written")
    elif report.changed:
        done = message("written to {store}", store=report.store)
    else:
        done = message("nothing changed in {store}", store=report.store)
    console.print(done.text(language), markup=False)
    if out is not None:
        written = message("every file with its reason: {page}", page=out / "ingested.html")
        console.print(written.text(language), markup=False)
