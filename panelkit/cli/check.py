"""`panelkit check`: run claims on the figures and print, or write, what the figures say."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from panelkit.cli import _complete
from panelkit.cli._chosen import refuse_idle_file
from panelkit.cli._commands import command
from panelkit.cli._options import Lang, LangOption, OwnFile, OwnWeightsOption
from panelkit.cli._output import folder_with_figures
from panelkit.cli._own_claims import own_source, refuse_idle
from panelkit.cli._printing import echo, print_json, print_trimmed
from panelkit.cli._runs import Keeping, progress, say_notes, show_cache
from panelkit.cli._spoken import Spoken
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, verbatim

if TYPE_CHECKING:
    from panelkit.claims.checked import CheckResult
    from panelkit.claims.source import Source

app = typer.Typer(add_completion=False)


class _OptionalStore(Spoken, TyperCommand):
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
            message(
                "--figures {path}: no folder of a store is there, and no claim is called so: name the folder of a "
                "store, or leave it out for the store in the user's data folder",
                path=path,
            )
        )
    return path


@command(app, example="check claim.toml", cls=_OptionalStore)
def check(
    ctx: typer.Context,
    own: OwnFile,
    keeping: Keeping,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID|FILE]...",
            autocompletion=_complete.claims,
            help="Claims by id or claim file; none: all registered. 论断的编号或论断文件；省略则为全部已登记论断。",
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON array, nothing else. 仅输出一个 JSON 数组。"),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=folder_with_figures,
            help="Write a site there (index.html: overview, search, a page a claim, figures) and the tables "
            "(LaTeX, Word). 输出文件夹：网页报告（index.html：总览、检索、每个论断一页、图）及 LaTeX 和 Word 表格。",
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures",
            metavar="[STORE]",
            callback=_store,
            help="Run on the shipped figures and on a store's; say what moved and why. "
            "分别以随附数据和数据库中的数据运行，说明何处改变及其原因。",
        ),
    ] = None,
    vintage: Annotated[
        list[str] | None,
        typer.Option(
            "--vintage",
            help="With --figures: KEY=NAME, the vintage that is to stand; repeatable. "
            "与 --figures 合用：指标=版本，可重复。",
        ),
    ] = None,
    w: OwnWeightsOption = None,
    regions: Annotated[
        str | None,
        typer.Option(
            "--regions",
            help="With --data: a column with the region of each unit, for the condition on shocks of regions. "
            "与 --data 合用：各个体所属区域的列。",
        ),
    ] = None,
    lang: LangOption = Lang.en,
) -> None:
    """Say what public figures say about registered claims. 用公开数据检验已登记的论断。

    Exit status 0 whatever the verdicts; 2 for a wrong id, file or option, or if a claim marked computed could
    not be computed (the others still run).
    With --data the claims named are tested on a panel of your own: formulas name its columns.
    Verdicts that neither claim, figures nor code has changed are read from the cache; a run that is stopped goes on
    where it was.
    无论结论如何，退出码均为 0；编号、文件或选项有误，或标为可计算的论断未能计算时为 2（其余论断照常运行）。
    使用 --data 时，以自备面板检验所列论断，公式所用为其列名。
    论断、数据和程序均未改变的结论从缓存读取；中断的运行可从中断处继续。
    """
    if figures is not None and out is not None:
        raise SpecError(
            message("--out writes the pages of a run on the shipped figures: leave it or --figures out")
        )
    refuse_idle_file(ctx, own)
    if keeping.cache or keeping.clear_cache:
        show_cache(keeping, what or [], lang.language, as_json=as_json)
        return
    refuse_idle(own, figures, w or [], regions, what or [])
    if out is not None:
        from panelkit.report.site.record import require_own

        require_own(out)
    stand = _vintages(vintage or [], figures)
    if figures is not None:
        failures = _check_revised(what or [], figures, stand, keeping, lang.language, as_json=as_json)
    else:
        source = None if own.data is None else own_source(own, w or [], regions)
        failures = _check(what or [], source, out, keeping, lang.language, as_json=as_json)
    for said in failures:
        typer.echo(f"panelkit: {said.text(lang.language)}", err=True)
    if failures:
        raise typer.Exit(2)


def _check(
    what: list[str],
    source: Source | None,
    out: Path | None,
    keeping: Keeping,
    language: Language,
    *,
    as_json: bool,
) -> list[Message]:
    """Run claims, print or write what the figures say, and return what could not be computed.

    Parameters
    ----------
    what
        Ids or files of claims; none for all.
    source
        The user's panel; None: the shipped figures.
    out
        The folder of pages and tables, or None.
    keeping
        Where verdicts are kept, and how many processes share the claims.
    language
        The language of the output.
    as_json
        Whether JSON is printed in place of the page.

    Returns
    -------
    list of Message
        One a design that could not be computed.
    """
    cache, page = keeping.opened(), None
    with progress(cache, language) as bar:
        from panelkit.claims.check import find_claims, run
        from panelkit.claims.source import Shipped
        from panelkit.data.yearbook.store.store import default_store

        claims = find_claims(what, own=source is not None)
        bar.expect(claims)
        if not as_json:
            from panelkit.report.streamed import Streamed

            page = Streamed(claims, language, bar.beside(print_trimmed), full=bool(what))
        result = run(
            claims,
            Shipped(store=default_store()) if source is None else source,
            bar,
            workers=keeping.workers,
            cache=cache,
            seen=None if page is None else page.take,
            order=None if page is None else page.order,
        )
    say_notes(cache, language)
    if page is None:
        print_json(result.to_list(language))
    else:
        page.finish(result)
    if out is not None:
        _write(result, out, language)
    return [_failed(verdict, language) for verdict in result.failures]


def _write(result: CheckResult, out: Path, language: Language) -> None:
    """Write the site and the tables, and say on the error stream where the overview is."""
    from panelkit.claims.file.toml_file import shown_path
    from panelkit.cli._progress import FileProgress
    from panelkit.report.write import write

    with FileProgress(language) as shown:
        overview, *others = write(result, out, language, shown.advance)
    said = message(
        "{page}: the overview; {n} more files stand beside it",
        page=verbatim(shown_path(overview)),
        n=len(others),
    )
    echo(said, language, error=True)


def _failed(verdict: Any, language: Language) -> Message:
    where = " ".join(part.id for part in (verdict.reading, verdict.design) if part is not None)
    return message("{claim} {where}: {error}", claim=verdict.claim, where=where, error=verdict.error)


def _check_revised(
    what: list[str],
    store: Path,
    stand: dict[str, str],
    keeping: Keeping,
    language: Language,
    *,
    as_json: bool,
) -> list[Message]:
    """Run claims on the shipped figures and on a store's, print what moved, and return what could not be computed.

    Parameters
    ----------
    what
        Ids or files of claims; none for all.
    store
        The folder of the store.
    stand
        Which vintage is to stand, by indicator.
    keeping
        Where verdicts are kept, and how many processes share the claims.
    language
        The language of the page.
    as_json
        Whether JSON is printed in place of the page.

    Returns
    -------
    list of Message
        One a claim that could not be computed on the new figures.
    """
    cache = keeping.opened()
    with progress(cache, language) as bar:
        from panelkit.claims.revisions import compare_figures

        found = compare_figures(
            what, store, vintages=stand, progress=bar, workers=keeping.workers, cache=cache
        )
    say_notes(cache, language)
    if as_json:
        print_json(found.to_dict(language))
    else:
        from panelkit.report.revised import revised_page

        print_trimmed(revised_page(found, language))
    return [
        message(
            "{claim}: on the new figures: {error}",
            claim=verdict.claim,
            error=verdict.error,
        )
        for verdict in found.failures
    ]


def _vintages(items: list[str], figures: Path | None) -> dict[str, str]:
    if items and figures is None:
        raise SpecError(
            message("--vintage says which vintage of a store is to stand: it goes with --figures")
        )
    pairs = [item.partition("=") for item in items]
    for item, (key, found, name) in zip(items, pairs, strict=True):
        if not (key and found and name):
            raise SpecError(
                message("--vintage {item!r}: write KEY=NAME, as in `--vintage gdp=census2028`", item=item)
            )
    return {key: name for key, _, name in pairs}
