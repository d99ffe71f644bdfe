"""The main job: run registered claims on the figures and say what the figures say."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from panelkit.claims.cache import Cache
from panelkit.claims.cache_folder import cache_folder
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import RegisteredClaim, claimed_twice, load_claims, read_claims, select_claims
from panelkit.claims.one_claim import Progress, Silence, waiting_claim, without_design
from panelkit.claims.own_panel import open_panel
from panelkit.claims.source import Own, Shipped, Source
from panelkit.claims.verdict import Verdict
from panelkit.claims.workers import Done, Seen, here, shared_out, workers_for
from panelkit.data.paths import figures_from
from panelkit.data.yearbook.store.store import default_store
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import lines, message
from panelkit.language.offers import offered


@offered("claim", family="check", result="CheckResult", public=True)
def check(
    *what: str | Path,
    data: Any = None,
    unit: str | None = None,
    time: str | None = None,
    w: Any = None,
    regions: str | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    cache: bool = False,
) -> CheckResult:
    """Check claims: all that ship with panelkit, or those named by id or by claim file.

    A claim marked computed that cannot be computed does not stop the others: its verdict is None and
    `CheckResult.failures` names it. A pending claim whose designs are declared is computed where the store in the
    user's data folder (`ingest`) holds what it waits for; no other claim reads that store.

    Parameters
    ----------
    what
        Ids of registered claims, or claim files; none: all registered claims.
    data
        A panel of your own (pandas, polars, ...) on which the claims named are tested in the place of the shipped
        figures: formulas name its columns, years select among its own, no shipped figure is read.
    unit, time
        Its columns of units and periods; None: the levels of its index.
    w
        Weights between its units for spatial designs, aligned by id, or a list of up to three: what `as_weights`
        takes. A claim file calls them `own`, `own_2`, `own_3`.
    regions
        A column of `data` with the region of each unit, for the condition on shocks that regions share; provinces have
        theirs without it. Without regions that condition cannot be computed, and no verdict is SUPPORTED.
    folder
        Figures laid out as those that ship, in their place, as the extract of `replicate` is: nothing else is read,
        a store neither. None: those that ship.
    progress
        Follows a long run.
    workers
        How many processes share the claims, -1 for as many as there are cores; None: what `joblib.parallel_config`
        says, its backend too, one without it. The numbers are the same for any.
    cache
        Keep the verdicts in the user's cache folder, and read those that neither claim, figures nor code has changed;
        `panelkit check` does. Those of a panel of your own are not kept.

    Returns
    -------
    CheckResult

    Raises
    ------
    SpecError
        If an id is unknown, a claim file is wrong, or an option belongs to `data` and there is none.
    DataError
        If `data` is no panel, or `folder` holds no figures.

    Examples
    --------
    >>> result = pk.check("A10")
    >>> len(result.verdicts), len(result.failures)
    (1, 0)
    """
    if data is None:
        refuse_without_data(unit=unit, time=time, w=w, regions=regions)
        if folder is not None:
            with _copy_of_figures(folder) as copy, figures_from(copy):
                return _run(find_claims(what), Shipped(), progress, workers, cache)
        return _run(find_claims(what), Shipped(store=default_store()), progress, workers, cache)
    if folder is not None:
        raise SpecError(
            message(
                "`folder` names figures that stand for the shipped ones, and `data` a panel: give one of them"
            )
        )
    if not what:
        raise SpecError(message("name the claim file that is to be tested on the data"))
    source = Own(open_panel(data, unit=unit, time=time, w=w, regions=regions))
    return _run(find_claims(what, own=True), source, progress, workers, cache)


def run(
    claims: Sequence[RegisteredClaim],
    source: Source,
    progress: Progress | None = None,
    *,
    workers: int | None = None,
    cache: Cache | None = None,
    seen: Seen | None = None,
    order: Sequence[int] | None = None,
) -> CheckResult:
    """Check these claims on the shipped figures or on a panel of the user's own.

    What is found is kept claim by claim: a run that is stopped has kept what it finished.

    Parameters
    ----------
    claims
        Claims as their files state them.
    source
        What they are tested on.
    progress
        Follows a long run.
    workers
        As `check`.
    cache
        Where verdicts are kept; None: nowhere.
    seen
        Told of the verdicts of every claim as they are found, of some of them after each design; the first claim is
        then computed before workers are started.
    order
        The places of the claims as they are to be computed; None: as they stand.

    Returns
    -------
    CheckResult
        In the order of the claims.

    Raises
    ------
    SpecError
        If weights are given that no claim reads, or `workers` is no number of processes.
    """
    source.refuse_idle_weights(claims)
    found = each(claims, source, progress, workers=workers, cache=cache, seen=seen, order=order)
    return CheckResult(tuple(verdict for verdicts in found for verdict in verdicts))


def each(
    claims: Sequence[RegisteredClaim],
    source: Source,
    progress: Progress | None = None,
    *,
    workers: int | None = None,
    cache: Cache | None = None,
    seen: Seen | None = None,
    order: Sequence[int] | None = None,
) -> list[list[Verdict]]:
    """Return the verdicts of every claim, as `run`."""
    watcher = progress if progress is not None else Silence()
    tell = seen if seen is not None else _unseen
    found: dict[int, list[Verdict]] = {}

    def take(at: int, verdicts: list[Verdict]) -> None:
        found[at] = verdicts
        tell(at, verdicts)

    places = {at: claims[at] for at in (range(len(claims)) if order is None else order)}
    for at, item in places.items():
        if item.claim.status != "computed" and not item.claim.waits:
            take(at, without_design(item))
    if cache is not None:
        cache.begin(source)
        for at, item in places.items():
            held = cache.find(item, source) if item.claim.status == "computed" else None
            if held is not None:
                take(at, held)
    rest = {at: item for at, item in places.items() if at not in found}
    with closing(_computed(rest, source, watcher, workers, seen)) as share:
        for done in share:
            take(done.at, done.verdicts)
            if cache is not None and rest[done.at].claim.status == "computed":
                cache.keep(rest[done.at], done.verdicts, source, done.data)
    if cache is not None:
        cache.end()
    return [found[at] for at in range(len(claims))]


def _computed(
    claims: Mapping[int, RegisteredClaim],
    source: Source,
    watcher: Progress,
    workers: int | None,
    seen: Seen | None,
) -> Generator[Done]:
    """Yield the verdicts of claims as they are computed, here or by workers; those that wait for figures here.

    Where somebody looks on, all up to the first that is computed come here, before any worker is started.
    """
    shared = {at: item for at, item in claims.items() if item.claim.status == "computed"}
    n, left = workers_for(workers, len(shared)), list(claims)
    if seen is not None and n > 1:
        first = left.index(next(iter(shared))) + 1
        for at in left[:first]:
            yield _here(at, claims[at], source, watcher, seen)
        shared.pop(left[first - 1])
        n, left = workers_for(workers, len(shared)), left[first:]
    for at in left:
        if n == 1 or at not in shared:
            yield _here(at, claims[at], source, watcher, seen)
    if n > 1:
        with closing(shared_out(shared, source, watcher, n)) as share:
            yield from share


def _here(at: int, registered: RegisteredClaim, source: Source, watcher: Progress, seen: Seen | None) -> Done:
    if registered.claim.status == "computed":
        return here(at, registered, source, watcher, seen)
    return Done(at, waiting_claim(registered, watcher, source))


def _unseen(at: int, verdicts: list[Verdict]) -> None:
    """Tell nobody of verdicts."""


def _run(
    claims: Sequence[RegisteredClaim],
    source: Source,
    progress: Progress | None,
    workers: int | None,
    cache: bool,
) -> CheckResult:
    """Run as from Python: a folder that cannot be used is a warning."""
    folder = cache_folder() if cache else None
    kept = None if folder is None else Cache(folder)
    result = run(claims, source, progress, workers=workers, cache=kept)
    for note in kept.notes if kept is not None else ():
        warnings.warn(str(note), UserWarning, stacklevel=3)
    return result


@contextmanager
def _copy_of_figures(folder: str | Path) -> Iterator[Path]:
    """Yield a copy of a folder of figures: what this process remembers of the folder may be of an earlier state."""
    path = Path(folder)
    if not (path / "indicators.csv").is_file() or not (path / "figures").is_dir():
        raise DataError(
            message(
                "{folder} is not laid out as the shipped figures: `indicators.csv` and `figures/` are not in it",
                folder=str(folder),
            )
        )
    with TemporaryDirectory() as place:
        copy = Path(place).resolve() / "data"
        shutil.copytree(path, copy)
        yield copy


def refuse_without_data(**options: Any) -> None:
    """Refuse options of a panel of the user's own where there is none."""
    idle = [name for name, value in options.items() if value is not None]
    if idle:
        raise SpecError(
            message(
                "{options} describe a panel of your own: give it by `data`, or leave them out", options=idle
            )
        )


def find_claims(what: Sequence[str | Path], *, own: bool = False) -> tuple[RegisteredClaim, ...]:
    """Return the claims that ids and files name; all shipped claims where nothing is named.

    `own`: claim files are read for a panel of the user's own.

    Raises
    ------
    SpecError
        If an id is unknown, a claim file is wrong, or two claims bear one id.
    """
    if not what:
        return load_claims()
    files = dict.fromkeys(Path(item) for item in what if _is_file(item))
    ids = [str(item) for item in what if not _is_file(item)]
    found = [claim for file in files for claim in read_claims(file, own=own)]
    if ids:
        found += select_claims(load_claims(), ids)
    twice = claimed_twice(found)
    if twice:
        raise SpecError(lines(twice))
    return tuple(found)


def _is_file(item: str | Path) -> bool:
    return isinstance(item, Path) or item.endswith(".toml") or "/" in item or Path(item).is_dir()
