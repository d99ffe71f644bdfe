"""Claims shared out among processes by joblib: those of this computer, or of whatever backend it is told to use.

Every claim is computed alone, on one thread of the linear algebra, whoever computes it: the numbers are the same for
any number of workers.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.one_claim import Progress, Silence, check_claim
from panelkit.claims.packed import packed, unpacked
from panelkit.claims.source import Source
from panelkit.claims.verdict import Verdict
from panelkit.claims.versions import code_version
from panelkit.data.paths import figures_from, other_figures
from panelkit.language.errors import SpecError
from panelkit.language.message import message

LEAST = 2
"""Claims for each worker, below which "all cores" starts fewer of them: a process takes as long to start as a claim."""


Seen = Callable[[int, list[Verdict]], None]
"""Called with the place of a claim and its verdicts: after each of its designs, or once with all of them."""


@dataclass(frozen=True)
class Done:
    """The verdicts of one claim; `data` are they as a worker sent them, None where this process computed them."""

    at: int
    verdicts: list[Verdict]
    data: bytes | None = None


def on_one_thread() -> AbstractContextManager[Any]:
    """Hold the linear algebra to one thread: more of them add up in another order, and help no matrix of this size."""
    import scipy.linalg  # noqa: F401  its library of linear algebra must be there to be held
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def workers_for(asked: int | None, claims: int) -> int:
    """Return how many processes share so many claims.

    Parameters
    ----------
    asked
        A number; -1: the cores there are, and no more than claims keep busy; None: what `joblib.parallel_config` says,
        one without it.
    claims
        How many are to be computed.

    Raises
    ------
    SpecError
        If it is zero, or below -1.
    """
    if asked is not None and (asked == 0 or asked < -1):
        raise SpecError(message("workers={n}: write 1 or more, or -1 for all cores", n=asked))
    if claims < 2 or asked == 1:
        return 1
    from joblib import effective_n_jobs

    there: int = effective_n_jobs(asked)
    return max(1, min(there, claims // LEAST if asked == -1 else claims))


def here(
    at: int, registered: RegisteredClaim, source: Source, progress: Progress, seen: Seen | None = None
) -> Done:
    """Return the verdicts of one claim, computed in this process; `seen` is told of them after each design."""
    told = () if seen is None else (partial(seen, at),)
    with on_one_thread():
        return Done(at, check_claim(registered, progress, source, *told))


def shared_out(
    claims: Mapping[int, RegisteredClaim], source: Source, progress: Progress, workers: int
) -> Generator[Done]:
    """Yield the verdicts of claims as workers finish them.

    Raises
    ------
    SpecError
        If a worker runs another version of panelkit.
    """
    from joblib import Parallel, delayed

    code, folder = _this_version(), other_figures()
    share = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1)
    found = share(
        delayed(_at_work)(at, item, source, folder, code, os.getpid()) for at, item in claims.items()
    )
    try:
        for at, data in found:
            progress.start(claims[at].id, 1)
            progress.advance(1)
            yield Done(at, unpacked(data, claims[at], source), data)
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of claims that a run which is stopped leaves
            found.close()


def _this_version() -> str:
    found = code_version()
    if found is None:
        raise SpecError(
            message(
                "the source of panelkit has changed since this process read it, and workers would run another one: "
                "start Python again, or use one worker"
            )
        )
    return found


def _at_work(
    at: int, registered: RegisteredClaim, source: Source, folder: Path | None, code: str, asker: int
) -> tuple[int, bytes]:
    """Compute one claim in a worker."""
    _end_with(asker)
    if code_version() != code:
        raise SpecError(
            message(
                "a worker runs another version of panelkit, or of a library below it, than this process, or the source "
                "has changed meanwhile: start both again"
            )
        )
    with on_one_thread(), nullcontext() if folder is None else figures_from(folder):
        return at, packed(check_claim(registered, Silence(), source))


_WATCHED: set[int] = set()
_LOOK = 1.0  # seconds between two looks at the process that asked


def _end_with(asker: int) -> None:
    """End this worker when the process that started it is gone: killed, it tells nobody to stop.

    A worker that another process started (a cluster's) is left to that one.
    """
    if os.getppid() == asker and asker not in _WATCHED:
        _WATCHED.add(asker)
        Thread(target=_watch, args=(asker,), daemon=True).start()


def _watch(asker: int) -> None:
    pause = Event()
    while os.getppid() == asker:
        pause.wait(_LOOK)
    os._exit(1)
