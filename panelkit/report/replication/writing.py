"""Everything that stands in a package, written below a new folder and run once."""

from __future__ import annotations

import json
import platform
import runpy
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit import __version__
from panelkit.claims.check import run
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import Word
from panelkit.claims.one_claim import Progress
from panelkit.claims.source import Own, Shipped
from panelkit.data.paths import figures_from, shipped
from panelkit.data.reads import noting
from panelkit.language.errors import DataError
from panelkit.language.message import listed, message
from panelkit.report.replication.claim_file import claim_texts
from panelkit.report.replication.codebook import codebook, own_codebook
from panelkit.report.replication.extract import write_extract
from panelkit.report.replication.folder import digest_of, files_of, write_sums
from panelkit.report.replication.lock import requirements_text, versions_in_use
from panelkit.report.replication.own import PANEL, OwnFiles, write_own
from panelkit.report.replication.readme import readme
from panelkit.report.replication.readme_facts import Facts, OwnSource, numbers_in
from panelkit.report.replication.script import RESULTS, SCRIPT, script_text
from panelkit.report.replication.wheel import WHEEL, Build, write_wheel
from panelkit.show.files import csv_text


@dataclass(frozen=True)
class OwnData:
    """A panel of the user's own, its column of regions, and the file that it came from."""

    source: Own
    regions: str | None = None
    file: Path | None = None


def written(
    claims: Sequence[RegisteredClaim],
    folder: Path,
    own: OwnData | None,
    build: Build,
    progress: Progress | None,
) -> tuple[dict[str, Word | None], tuple[str, ...], int]:
    """Write everything below a new folder, and return the words, the files and how many numbers there are."""
    data = folder / "data"
    if own is None:
        result, held = _shipped(claims, data, progress)
        about, opened = codebook(held, data), None
    else:
        result, opened = _own(claims, own, data, progress)
        about = own_codebook(own.source.panel.frame.loc[:, list(opened.columns)], f"data/{PANEL}")
    (folder / "codebook.csv").write_text(csv_text(about), encoding="utf-8", newline="")
    claim_file = _claim(claims, folder / "claim")
    (folder / SCRIPT).write_text(script_text(claim_file, opened), encoding="utf-8", newline="")
    found, seconds = _run_again(folder)
    _refuse_other(folder, result.to_list("en"), found)
    made_with = {"panelkit": __version__, "python": platform.python_version()}
    text = json.dumps(
        {"made_with": made_with, "results": found}, ensure_ascii=False, indent=1, allow_nan=False
    )
    (folder / RESULTS).write_text(text + "\n", encoding="utf-8", newline="")
    write_wheel(build, folder / WHEEL)
    versions = versions_in_use(build.requires)
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    lock = requirements_text(versions, WHEEL, digest_of(folder / WHEEL), machine)
    (folder / "requirements.txt").write_text(lock, encoding="utf-8", newline="")
    facts = Facts(
        claims=claims,
        results=found,
        codebook=about,
        claim_file=claim_file,
        wheel=WHEEL,
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
        packages=len(versions),
        seconds=seconds,
        megabytes=_megabytes(),
        size=sum((folder / name).stat().st_size for name in files_of(folder)),
        own=None if own is None else _origin(own),
    )
    (folder / "README.md").write_text(readme(facts, "en"), encoding="utf-8", newline="")
    (folder / "README.zh.md").write_text(readme(facts, "zh"), encoding="utf-8", newline="")
    write_sums(folder)
    words = {item.id: _word(result, item) for item in claims}
    return words, tuple(files_of(folder)), numbers_in(found)


def _shipped(
    claims: Sequence[RegisteredClaim], data: Path, progress: Progress | None
) -> tuple[CheckResult, list[Any]]:
    """Run claims on a copy of the shipped figures, and write what was read of it."""
    with tempfile.TemporaryDirectory() as place:
        full = Path(place).resolve() / "data"
        shutil.copytree(shipped("data"), full)
        with figures_from(full), noting() as reads:
            result = run(claims, Shipped(), progress, workers=1)
        _refuse_failed(result)
        prepared = _prepared(result)
        return result, write_extract(full, reads, prepared, data)


def _own(
    claims: Sequence[RegisteredClaim], own: OwnData, data: Path, progress: Progress | None
) -> tuple[CheckResult, OwnFiles]:
    """Run claims on the user's panel, and write what was read of it."""
    with noting() as reads:
        result = run(claims, own.source, progress, workers=1)
    _refuse_failed(result)
    return result, write_own(own.source.panel, own.regions, reads, _prepared(result), data)


def _prepared(result: CheckResult) -> list[RegisteredClaim]:
    """Return the claims as they were run, with the years that they read."""
    return list({id(item.registered): item.registered for item in result}.values())


def _refuse_failed(result: CheckResult) -> None:
    failed = [
        message(
            "{claim} {design}: {error}",
            claim=one.claim,
            design=one.design.id if one.design else "",
            error=one.error,
        )
        for one in result.failures
    ]
    if failed:
        raise DataError(
            message("what cannot be computed cannot be replicated: {failed}", failed=listed(failed))
        )


def _claim(claims: Sequence[RegisteredClaim], folder: Path) -> str:
    """Write the claim file and its declaration, and return the name of the first."""
    folder.mkdir()
    texts = claim_texts(claims)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return next(iter(texts))


def _run_again(folder: Path) -> tuple[list[dict[str, Any]], float]:
    """Return what the package's own script computes, and in how many seconds."""
    computed = runpy.run_path(str(folder / SCRIPT), run_name="package")["computed"]
    start = time.perf_counter()
    found: list[dict[str, Any]] = computed()
    return found, time.perf_counter() - start


def _refuse_other(folder: Path, here: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    """Refuse a package whose figures do not give what the claim gave: it would replicate something else."""
    script = runpy.run_path(str(folder / SCRIPT), run_name="package")
    one, other = (script["placed"](_without_name(results)) for results in (here, found))
    differ = [key for key in {**one, **other} if not script["agree"](one.get(key), other.get(key))]
    if differ:
        raise DataError(
            message(
                "the extract gives {other!r} where the claim gave {one!r} ({place}), and {n} other values differ: no "
                "package was written",
                one=one.get(differ[0]),
                other=other.get(differ[0]),
                place=differ[0],
                n=len(differ) - 1,
            )
        )


def _without_name(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results without what the user's panel is called and how many rows it has: the extract is another file."""
    return [{key: value for key, value in one.items() if key != "data"} for one in results]


def _word(result: CheckResult, item: RegisteredClaim) -> Word | None:
    return result.word_of(item.id)


def _origin(own: OwnData) -> OwnSource:
    if own.file is None:
        return OwnSource(name=None, sha256=None)
    return OwnSource(name=own.file.name, sha256=digest_of(own.file))


def _megabytes() -> int | None:
    """Return the most memory that this process held, in hundreds of MB; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = used if platform.system() == "Darwin" else used * 1024
    return -(-int(size) // 100_000_000) * 100
