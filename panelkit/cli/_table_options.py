"""What tables of a command look like, and where they go: the options, and the table that they describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from panelkit.cli._chosen import flag, refuse
from panelkit.cli._options import JsonOption, Lang, LangOption
from panelkit.cli._output import file_out
from panelkit.cli._printing import terminal_width
from panelkit.cli._written import columns_named, groups_of, labels_of, listed_in, parts_of, stars_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.show.checks import require_ending
from panelkit.show.formats import ENDINGS, FILES, FORMATS, Format

_BELOW = ("se", "t", "ci", "p")

DecimalsOption = Annotated[
    int | None, typer.Option("--decimals", help="Decimals of the estimates, 3 if absent. 小数位数。")
]
LabelsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--labels",
        help="term=label, or a file: variable labels of a .dta, names and labels of a .csv or .xlsx; repeatable. "
        "变量名称：变量=名称，或 .dta（变量标签）、.csv、.xlsx 文件，可重复。",
    ),
]
StarsOption = Annotated[
    str | None,
    typer.Option(
        "--stars", help='Levels: "0.1 0.05 0.01" if absent, or none. 显著性星号的水平，none 为不标。'
    ),
]
CaptionOption = Annotated[str | None, typer.Option("--caption", help="Title of the table. 表题。")]
NotesOption = Annotated[
    list[str] | None, typer.Option("--notes", help="A note of your own, repeatable. 附注，可重复。")
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="text, latex, html, markdown, csv, docx, rtf or xlsx; by the ending of --out if absent. 格式。",
    ),
]
FileOption = Annotated[
    Path | None, typer.Option("--out", callback=file_out, help="Write the table there. 输出文件。")
]


TableFile = Annotated[
    Path | None,
    typer.Option(
        "--table",
        callback=file_out,
        help="Write the table to this file: .tex, .docx, .xlsx, .rtf, .html, .md, .csv or .txt. 表格文件。",
    ),
]


@dataclass(frozen=True)
class FrameLook:
    """What a table of numbers looks like."""

    decimals: DecimalsOption = None
    labels: LabelsOption = None
    caption: CaptionOption = None
    notes: NotesOption = None

    def style(self) -> dict[str, Any]:
        """Return the options as the tables of Python take them, only those that were given.

        Raises
        ------
        SpecError
            If one of them is written wrongly.
        """
        refuse_empty(self)
        found: dict[str, Any] = {} if self.decimals is None else {"decimals": self.decimals}
        found |= {"labels": labels_of(self.labels)} if self.labels else {}
        found |= {} if self.caption is None else {"caption": self.caption}
        return found | ({"notes": tuple(self.notes)} if self.notes else {})


@dataclass(frozen=True)
class FrameToFile(FrameLook):
    """What a table of numbers looks like, and the file that it is written to beside what is printed."""

    table: TableFile = None

    def check(self) -> None:
        """Refuse what is written wrongly, before anything is fitted."""
        self.style()
        format_named(self.table, None, "--table")


@dataclass(frozen=True)
class FrameOptions(FrameLook):
    """What a table of numbers looks like, and where it goes."""

    format: FormatOption = None
    out: FileOption = None
    as_json: JsonOption = False
    lang: LangOption = Lang.en

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.lang.language

    def chosen(self) -> Format:
        """Return the format of the table."""
        return format_of(self.out, self.format)


@dataclass(frozen=True)
class TableLook:
    """What a table of estimates looks like."""

    below: Annotated[
        str | None,
        typer.Option(
            "--below", help="se (if absent), t, ci, p, several by commas, or none. 估计值下方显示。"
        ),
    ] = None
    around: Annotated[
        str | None,
        typer.Option("--around", help="parentheses, brackets or none around them. 圆括号、方括号或不加。"),
    ] = None
    level: Annotated[
        float | None, typer.Option("--level", help="Level of ci, 0.95 if absent. 置信水平。")
    ] = None
    stars: StarsOption = None
    decimals: DecimalsOption = None
    align: Annotated[
        str | None, typer.Option("--align", help="centre (if absent) or decimal. 居中或按小数点对齐。")
    ] = None
    labels: LabelsOption = None
    names: Annotated[
        list[str] | None,
        typer.Option("--names", help='Heads of the columns: "OLS; FE". 各列名称，以分号分隔。'),
    ] = None
    stats: Annotated[
        list[str] | None,
        typer.Option(
            "--stats",
            help='Facts below the estimates: "N r2_within", or N=label. 表下统计量。',
        ),
    ] = None
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help='Terms to show, * for any letters: "log*; x". 保留的变量，* 为通配符。'),
    ] = None
    drop: Annotated[list[str] | None, typer.Option("--drop", help="Terms to leave out. 不显示的变量。")] = (
        None
    )
    order: Annotated[
        list[str] | None, typer.Option("--order", help="Terms that come first. 排在前面的变量。")
    ] = None
    group: Annotated[
        list[str] | None,
        typer.Option(
            "--group",
            help='One row of yes and no for terms: "Controls=x1 x2", repeatable. 以“是/否”一行表示的变量，可重复。',
        ),
    ] = None
    column_group: Annotated[
        list[str] | None,
        typer.Option("--column-group", help='A head over columns: "OLS=1-2", repeatable. 跨列标题，可重复。'),
    ] = None
    equations: Annotated[
        str | None,
        typer.Option(
            "--equations", help="rows, columns or auto: where several equations stand. 多方程按行或按列排列。"
        ),
    ] = None
    eform: Annotated[
        bool, typer.Option("--eform", help="Print exp(b), errors by the delta method. 系数取指数。")
    ] = False
    caption: CaptionOption = None
    notes: NotesOption = None
    tex_label: Annotated[
        str | None, typer.Option("--tex-label", help="Label of a LaTeX table: tab:main. LaTeX 标签。")
    ] = None

    def style(self) -> dict[str, Any]:
        """Return the options as the tables of Python take them, only those that were given.

        Raises
        ------
        SpecError
            If one of them is written wrongly.
        """
        from panelkit.show.table_style import TableStyle

        refuse_empty(self)
        given: dict[str, Any] = {
            "below": _below(self.below),
            "around": self.around,
            "level": self.level,
            "align": self.align,
            "names": parts_of(self.names),
            "stats": _stats(self.stats),
            "keep": listed_in(self.keep),
            "drop": listed_in(self.drop),
            "order": listed_in(self.order),
            "groups": groups_of(self.group, "--group"),
            "column_groups": columns_named(self.column_group, "--column-group"),
            "equations": self.equations,
            "exponentiate": self.eform,
            "caption": self.caption,
            "notes": tuple(self.notes or ()),
            "label": self.tex_label,
        }
        found = {name: value for name, value in given.items() if value}
        found |= {"decimals": self.decimals} if self.decimals is not None else {}
        found |= {"labels": labels_of(self.labels)} if self.labels else {}
        found |= {"stars": stars_of(self.stars)} if self.stars is not None else {}
        found |= {"below": None} if found.get("below") == ("none",) else {}
        TableStyle(**found)
        return found


@dataclass(frozen=True)
class TableToFile(TableLook):
    """What a table looks like, and the file that it is written to beside the folder of a command."""

    table: TableFile = None

    def chosen(self) -> Format:
        """Return the format that the ending of the file means."""
        return format_named(self.table, None, "--table")

    def check(self) -> None:
        """Refuse what is written wrongly, before anything is fitted."""
        self.style()
        refuse_tex_label(self, self.chosen())


@dataclass(frozen=True)
class TableOptions(TableLook):
    """What the table looks like, and where it goes."""

    panel: Annotated[
        list[str] | None,
        typer.Option(
            "--panel",
            help='Formulas under a heading: "A: Patents=1-2", repeatable. 各公式归入分面板，可重复。',
        ),
    ] = None
    first_stage: Annotated[
        bool, typer.Option("--first-stage", help="First stages as columns. 第一阶段作为列显示。")
    ] = False
    format: FormatOption = None
    out: FileOption = None
    as_json: JsonOption = False
    lang: LangOption = Lang.en

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.lang.language

    def style(self) -> dict[str, Any]:
        """Return the options as the tables of Python take them, only those that were given."""
        return {**super().style(), **({"first_stages": True} if self.first_stage else {})}

    def panels(self, models: Sequence[Any]) -> Mapping[str, Sequence[Any]] | None:
        """Return the models under their headings; None where there is none.

        Raises
        ------
        SpecError
            If a heading names a formula that is not there, or a formula stands under none or two.
        """
        named = columns_named(self.panel, "--panel")
        if not named:
            return None
        held = sorted(number for numbers in named.values() for number in numbers)
        if held != list(range(1, len(models) + 1)):
            raise SpecError(
                message(
                    "--panel names the formulas {held}: name each of 1 to {count} once",
                    held=held,
                    count=len(models),
                )
            )
        return {head: [models[number - 1] for number in numbers] for head, numbers in named.items()}


def refuse_empty(look: FrameLook | TableLook) -> None:
    """Refuse options of a table that hold nothing.

    Raises
    ------
    SpecError
        With the option.
    """
    for field in fields(look):
        value = getattr(look, field.name)
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if not all(text.strip(" \t,;，；、") for text in texts):
            raise SpecError(
                message("{option} is empty: write what is meant, or leave it out", option=flag(field.name))
            )


def refuse_tex_label(look: TableLook, chosen: Format) -> None:
    """Refuse the label of a LaTeX table where the table is none.

    Raises
    ------
    SpecError
        If it was given.
    """
    if look.tex_label is not None and chosen != "latex":
        raise SpecError(
            message(
                "--tex-label is for LaTeX, and the table is {format}: end the file in .tex, or leave it out",
                format=chosen,
            )
        )


def refuse_without_table(ctx: typer.Context, look: TableToFile) -> None:
    """Refuse what only a table of estimates shows where none is written: stars, numbers below, terms kept."""
    held = {field.name for field in fields(FrameLook)}
    for field in fields(look):
        if look.table is None and field.name not in held and field.name != "table":
            said = message(
                "{option} is about the table of --table FILE: name one, or leave it out",
                option=flag(field.name),
            )
            refuse(ctx, field.name, said)


def refuse_look(
    ctx: typer.Context,
    look: TableLook | FrameLook,
    *,
    printed: bool,
    why: Callable[[str], Message] = lambda option: message(
        "{option} is about a table, and --json prints none: leave it out, or write the table to a file",
        option=option,
    ),
) -> None:
    """Refuse what a table looks like where none is made: neither printed nor written to a file."""
    if printed:
        return
    for field in fields(look):
        if field.name not in ("out", "as_json", "lang", "table"):
            refuse(ctx, field.name, why(flag(field.name)))


def format_of(out: Path | None, named: str | None) -> Format:
    """Return the format of a table, before anything is fitted."""
    chosen = format_named(out, named, "--out")
    if chosen in FILES and out is None:
        raise SpecError(message("a table as {format} needs --out file.{format}", format=chosen))
    return chosen


def format_named(out: Path | None, named: str | None, option: str) -> Format:
    """Return the format that a name or the ending of a file means; text where there is neither.

    Raises
    ------
    SpecError
        If the ending means no format and none is named, or the name is none of a format.
    """
    ending = "" if out is None else out.suffix.lower()
    if named is None and out is not None and ending and ending not in ENDINGS:
        raise SpecError(
            message(
                "{option} {file}: no table is written as {ending}: end the name in one of {endings}",
                option=option,
                file=out,
                ending=out.suffix,
                endings=list(ENDINGS),
            )
        )
    chosen = named or ENDINGS.get(ending, "text")
    if chosen not in FORMATS:
        raise SpecError(
            message("--format is one of {formats}, not {format!r}", formats=FORMATS, format=chosen)
        )
    if out is not None:
        require_ending(out, chosen)
    return chosen


def write_table(fits: Sequence[Any], chosen: Format, table: TableOptions) -> None:
    """Print the table, or write it to the file that `--out` names and print the name."""
    from panelkit.show.tables import to_format

    style: dict[str, Any] = {**table.style(), "language": table.language}
    if chosen == "text" and table.out is None:
        style["width"] = terminal_width()
    panels = table.panels(fits)
    models = fits if panels is None else ()
    made = to_format(models, chosen, table.out, panels=panels, **style)
    typer.echo(str(table.out) if table.out is not None else made, err=table.as_json)


def print_models(models: Sequence[Any], look: TableToFile, language: Language, *, quiet: bool) -> None:
    """Print a table of results unless it is quiet, and write it to the file that `--table` names."""
    from panelkit.show.tables import to_format, to_text

    style = look.style()
    if not quiet:
        typer.echo(to_text(models, language=language, width=terminal_width(), **style))
    if look.table is not None:
        to_format(models, look.chosen(), look.table, language=language, **style)
        typer.echo(str(look.table), err=quiet)


def _below(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    kinds = tuple(listed_in([text]))
    unknown = [kind for kind in kinds if kind not in _BELOW]
    if kinds != ("none",) and (unknown or not kinds):
        raise SpecError(message("--below is se, t, ci or p, not {below!r}", below=text))
    return kinds


def _stats(given: Sequence[str] | None) -> dict[str, str]:
    return {name: label for name, _, label in (part.partition("=") for part in listed_in(given))}
