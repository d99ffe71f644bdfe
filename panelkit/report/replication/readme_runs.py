"""What a README says of the run: software, seeds, needs, programs, and what a replicator types."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit import __version__
from panelkit.claims.file.load import RegisteredClaim
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.report.replication.readme_facts import Facts, numbers_in, time_said
from panelkit.report.replication.script import RESULTS, SCRIPT, SUMS


def software(facts: Facts) -> Sequence[Message]:
    """Return the versions, and why archives have no hashes."""
    return (
        message(
            "- Python {python}; the package was made on {machine}\n"
            "- panelkit {version}, from `{wheel}` beside this file: it is on no index\n"
            "- {n} other packages in the versions of `requirements.txt`",
            python=facts.python,
            machine=facts.machine,
            version=__version__,
            wheel=facts.wheel,
            n=facts.packages,
        ),
        message(
            "The archives of the other packages have no hashes in `requirements.txt`: an installed "
            "environment does not keep them. `{sums}` has the SHA-256 of every file of this package, the "
            "wheel among them.",
            sums=SUMS,
        ),
    )


def seeds(claims: Sequence[RegisteredClaim]) -> Message:
    """Return every seed that the claim file declares."""
    found: list[str] = []
    for one in claims:
        test = one.claim.test
        found += [] if test is None else [f"{one.id}: `test.seed = {test.seed}`"]
        for reading in one.claim.reading:
            for design in reading.design:
                seed = getattr(design, "seed", None)
                found += [] if seed is None else [f"{one.id}, {reading.id}, {design.id}: `seed = {seed}`"]
    if not found:
        return message("The claim file declares no seed: nothing is drawn at random.")
    return message(
        "Every draw follows from the seeds of the claim file: the same seed gives the same numbers, "
        "whatever the number of processes.\n\n{seeds}",
        seeds=verbatim("\n".join(f"- {text}" for text in found)),
    )


def needs(facts: Facts) -> Sequence[Message]:
    """Return time, memory and storage, as the run that made the package took them."""
    memory = (
        message("not measured on this system")
        if facts.megabytes is None
        else message("at most {n} MB in the process that made the package", n=facts.megabytes)
    )
    return (
        message(
            "- Runtime: {time}, on one core of the machine above\n- Memory: {memory}\n- Storage: "
            "{size:.1f} MB, and the installed packages",
            time=time_said(facts.seconds),
            memory=memory,
            size=facts.size / 1e6,
        ),
    )


def programs(facts: Facts) -> Sequence[Message]:
    """Return what each part of the package does."""
    kinds = dict.fromkeys(
        item.kind for one in facts.claims for reading in one.claim.reading for item in reading.design
    )
    modules = listed(f"`panelkit/claims/designs/{kind}.py`" for kind in kinds)
    return (
        message(
            "- `{script}`: opens `data/`, runs the claim, prints and compares\n- `claim/{file}`: what is "
            "claimed, how it is tested, which rule turns a result into a word; `claim/DECLARED.toml`, "
            "where it is there, holds its declaration, a hash of its content with the date\n- the wheel: "
            "panelkit as it ran; this claim is computed by {modules}",
            script=SCRIPT,
            file=facts.claim_file,
            modules=modules,
        ),
    )


def instructions(facts: Facts) -> Sequence[Message]:
    """Return what a replicator types, and what then stands on the last line."""
    commands = "\n".join(
        (
            "```sh",
            "python -m venv env",
            "env/bin/python -m pip install -r requirements.txt",
            f"env/bin/python {SCRIPT}",
            "```",
        )
    )
    return (
        message("In this folder:"),
        verbatim(commands),
        message(
            "The last line says `{line}`, and the exit status is 0. A value that differs is named with "
            "what it is here and what it was; a file that was changed since is named first. On Windows the "
            "interpreter is `env\\Scripts\\python`.",
            line=_last_line(facts),
        ),
    )


def _last_line(facts: Facts) -> str:
    return f"{numbers_in(facts.results)} numbers: all as in {RESULTS}"
