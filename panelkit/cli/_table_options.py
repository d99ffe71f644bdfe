"""What tables of a command look like, and where they go: the options, and the table that they describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._options import JsonOption, Lang, LangOption
from panelkit.cli._output import file_out
from panelkit.cli._printing import terminal_width
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

_OTHER_PROGRAMS = (".pdf", ".doc", ".rtf", ".odt", ".xls", ".xlsx", ".csv", ".dta", ".png", ".svg")
_FORMATS = ("text", "latex", "html", "markdown", "docx")
_ENDINGS = {
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".docx": "docx",
    ".txt": "text",
}

_BELOW = ("se", "t", "ci", "p")


@dataclass(frozen=True)
class TableOptions:
    """What the table looks like, and where it goes."""

    below: Annotated[
        str, typer.Option("--below", help="se, t, ci or p below the estimates. 估计值下方显示。")
    ] = "se"
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="text, latex, html, markdown or docx; by the ending of --out if absent. 格式。",
        ),
    ] = None
    out: Annotated[
        Path | None, typer.Option("--out", callback=file_out, help="Write the table there. 输出文件。")
    ] = None
    as_json: JsonOption = False
    lang: LangOption = Lang.en

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.lang.language


def refuse_look(ctx: typer.Context, table: TableOptions) -> None:
    """Refuse what a table looks like where none is made."""
    if table.as_json and table.out is None:
        for name in ("below", "format"):
            said = message(
                "--{option} is about a table, and --json prints none: leave it out, or write the table by --out",
                option=name,
            )
            refuse(ctx, name, said)


def format_of(table: TableOptions) -> str:
    """Return the format of the table, before anything is fitted."""
    out = table.out
    ending = "" if out is None else out.suffix.lower()
    if table.format is None and out is not None and ending in _OTHER_PROGRAMS:
        raise SpecError(
            message(
                "--out {file}: no table is written as {ending}: end the name in one of {endings}",
                file=out,
                ending=out.suffix,
                endings=list(_ENDINGS),
            )
        )
    chosen = table.format or _ENDINGS.get(ending, "text")
    if chosen not in _FORMATS:
        raise SpecError(
            message("--format is one of {formats}, not {format!r}", formats=_FORMATS, format=chosen)
        )
    if table.below not in _BELOW:
        raise SpecError(message("--below is se, t, ci or p, not {below!r}", below=table.below))
    if chosen == "docx" and out is None:
        raise SpecError(message("a Word table needs --out file.docx"))
    return chosen


def write_table(fits: Sequence[Any], chosen: str, table: TableOptions) -> None:
    """Print the table, or write it to the file that `--out` names and print the name."""
    from panelkit.show import tables

    style: dict[str, Any] = {"language": table.lang.language, "below": table.below}
    if chosen == "text" and table.out is None:
        style["width"] = terminal_width()
    made = getattr(tables, f"to_{chosen}")(fits, table.out, **style)
    typer.echo(str(table.out) if table.out is not None else made, err=table.as_json)
