"""`panelkit check`: run claims on the figures and print, or write, what the figures say."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from typer.core import TyperCommand

from panelkit.cli._options import Lang, LangOption
from panelkit.cli._output import folder_out
from panelkit.language.errors import SpecError

app = typer.Typer()


class _OptionalStore(TyperCommand):
    """`--figures` takes a store's folder where one follows; before a claim, an option or nothing, the default store."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write the default store behind a lone `--figures`."""
        if "--figures" in args:
            spot = args.index("--figures") + 1
            if spot == len(args) or args[spot].startswith("-") or _is_claim(args[spot]):
                from panelkit.data.yearbook.store.store import default_store

                args = [*args[:spot], str(default_store()), *args[spot:]]
        return super().parse_args(ctx, args)


def _is_claim(text: str) -> bool:
    """Return whether a word behind `--figures` is a claim's id or a claim file, and no store's folder."""
    from panelkit.claims.check import find_claims

    if Path(text).is_dir():
        return False
    if text.endswith(".toml"):
        return True
    with suppress(SpecError):
        return bool(find_claims([text]))
    return False


def _store(path: Path | None) -> Path | None:
    """Refuse a store that is not there, and no claim either (callback of `--figures`)."""
    from panelkit.data.yearbook.store.store import default_store

    if path is not None and not path.is_dir() and path != default_store():
        raise SpecError(
            f"--figures {path}: no folder of a store is there, and no claim is called so: name the folder of a store, "
            "or leave it out for the store in the user's data folder"
        )
    return path


class _Bar:
    """Progress of a run, on the error stream, so that pipes stay clean."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def start(self, claim: str, steps: int) -> None:
        """Open the bar of one claim."""
        self._task = self._progress.add_task(claim, total=steps)

    def advance(self, steps: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.advance(self._task, steps)


@app.command(cls=_OptionalStore)
def check(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID|FILE]...", help="Claims by id or claim file; none: all registered."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=folder_out,
            help="Write a page a claim (HTML) and the tables (LaTeX, Word) there.",
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures",
            metavar="[STORE]",
            callback=_store,
            help="Run on the shipped figures and on a store's; say what moved and why.",
        ),
    ] = None,
    vintage: Annotated[
        list[str] | None,
        typer.Option("--vintage", help="With --figures: KEY=NAME, the vintage that is to stand; repeatable."),
    ] = None,
    lang: LangOption = Lang.en,
) -> None:
    """Say what public figures say about registered claims.

    Exit status 0 whatever the verdicts; 2 for a wrong id, file or option, or if a claim marked computed could
    not be computed (the others still run).
    """
    from panelkit.claims.check import check as run

    if figures is not None and out is not None:
        raise SpecError("--out writes the pages of a run on the shipped figures: leave it or --figures out")
    language, stand = lang.language, _vintages(vintage or [], figures)
    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        if figures is not None:
            _check_revised(what or [], figures, stand, lang, as_json, _Bar(progress))
            return
        result = run(*(what or []), progress=_Bar(progress))
    if as_json:
        typer.echo(json.dumps(result.to_list(language), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        from panelkit.report.terminal import overview

        Console().print(overview(result, language, full=bool(what)))
    if out is not None:
        from panelkit.report.write import write

        for path in write(result, out, language):
            errors.print(str(path), soft_wrap=True, highlight=False)
    for verdict in result.failures:
        where = " ".join(part.id for part in (verdict.reading, verdict.design) if part is not None)
        typer.echo(f"panelkit: {verdict.claim} {where}: {verdict.error}", err=True)
    if result.failures:
        raise typer.Exit(2)


def _vintages(items: list[str], figures: Path | None) -> dict[str, str]:
    if items and figures is None:
        raise SpecError("--vintage says which vintage of a store is to stand: it goes with --figures")
    pairs = [item.partition("=") for item in items]
    wrong = [
        item for item, (key, found, name) in zip(items, pairs, strict=True) if not (key and found and name)
    ]
    if wrong:
        raise SpecError(f"--vintage {wrong[0]!r}: write KEY=NAME, as in `--vintage gdp=census2028`")
    return {key: name for key, _, name in pairs}


def _check_revised(
    what: list[str], store: Path, stand: dict[str, str], lang: Lang, as_json: bool, bar: _Bar
) -> None:
    from panelkit.claims.revisions import compare_figures
    from panelkit.report.revised import revised_page

    found = compare_figures(what, store, vintages=stand, progress=bar)
    if as_json:
        typer.echo(json.dumps(found.to_dict(lang.language), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        Console().print(revised_page(found, lang.language))
    for verdict in found.failures:
        typer.echo(f"panelkit: {verdict.claim}: on the new figures: {verdict.error}", err=True)
    if found.failures:
        raise typer.Exit(2)
