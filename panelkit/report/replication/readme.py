"""The README of a package, under the headings of the Social Science Data Editors' template, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit import __version__
from panelkit.language.message import Language, Message, Told, lines, listed, message, sentences, verbatim
from panelkit.report.replication.readme_data import availability, datasets, rights
from panelkit.report.replication.readme_facts import Facts, markdown, plain_text, time_said
from panelkit.report.replication.readme_runs import instructions, needs, programs, seeds, software
from panelkit.report.replication.script import RESULTS, SCRIPT
from panelkit.report.words import citation, design_word

TEMPLATE = "https://social-science-data-editors.github.io/template_README/"


def readme(facts: Facts, language: Language) -> str:
    """Return the README in a language."""
    parts: list[str] = []
    for level, heading, body in _sections(facts, language):
        parts.append(f"{'#' * level} {heading.text(language)}")
        parts += [item.text(language) for item in body]
    return "\n\n".join(parts) + "\n"


def _sections(facts: Facts, language: Language) -> Iterator[tuple[int, Message, Sequence[Message]]]:
    """Yield level, heading and paragraphs in the order of the template."""
    names = listed(one.id for one in facts.claims)
    yield 1, message("Replication package: claim {names}", names=names), ()
    yield 2, message("Overview"), _overview(facts, language)
    yield 2, message("Data Availability and Provenance Statements"), availability(facts)
    yield 3, message("Statement about Rights"), rights(facts)
    yield (
        3,
        message("Summary of Availability"),
        (message("All figures that the claim reads are in this package."),),
    )
    yield 2, message("Dataset list"), (datasets(facts, language),)
    yield 2, message("Computational requirements"), ()
    yield 3, message("Software Requirements"), software(facts)
    yield 3, message("Controlled Randomness"), (seeds(facts.claims),)
    yield 3, message("Memory, Runtime, and Storage Requirements"), needs(facts)
    yield 2, message("Description of programs/code"), programs(facts)
    yield (
        3,
        message("License for Code"),
        (
            message(
                "panelkit is under BSD-3-Clause; the wheel holds the licence. {script} may be used alike.",
                script=f"`{SCRIPT}`",
            ),
        ),
    )
    yield 2, message("Instructions to Replicators"), instructions(facts)
    yield 2, message("List of tables and programs"), (_tables(facts, language),)
    yield 2, message("References"), (_references(facts, language),)


def _overview(facts: Facts, language: Language) -> Sequence[Message]:
    said = [
        Told(f"> {one.id}: {plain_text(one.claim.says.en)}", f"> {one.id}：{plain_text(one.claim.says.zh)}")
        for one in facts.claims
    ]
    return (
        lines(said),
        message(
            "The claim is read from: {document}",
            document=plain_text(citation(facts.claims[0].document, language)),
        ),
        message(
            "The script {script} runs the claim on the figures in `data/`, prints the numbers and holds "
            "them against {results}, which was written when the package was made. It needs {time} on one "
            "core. The headings of this file are those of the template of the Social Science Data Editors "
            "({template}).",
            script=f"`{SCRIPT}`",
            results=f"`{RESULTS}`",
            time=time_said(facts.seconds),
            template=TEMPLATE,
        ),
    )


def _tables(facts: Facts, language: Language) -> Message:
    heads = (
        message("Claim"),
        message("Reading"),
        message("Design"),
        message("Verdict"),
        message("Estimate"),
        message("Program"),
        message("Output"),
    )
    rows = []
    for at, one in enumerate(facts.results):
        shown = one["headline"] or {}
        value = shown.get("estimate")
        number = "" if value is None else f"{value:.6g}"
        word = "" if one["reading"] is None else design_word(one["verdict"], language)
        place = f"`{RESULTS}`, `results[{at}]`"
        rows.append(
            (one["claim"], one["reading"] or "", one["design"] or "", word, number, f"`{SCRIPT}`", place)
        )
    return markdown(heads, rows, language)


def _references(facts: Facts, language: Language) -> Message:
    mine = [message("The panelkit developers: panelkit {version}.", version=__version__)]
    mine += [message("The figures' publishers stand in the dataset list.")] if facts.own is None else []
    cited = dict.fromkeys(plain_text(citation(one.document, language)) for one in facts.claims)
    return lines([*(verbatim(f"- {text}") for text in cited), message("- {text}", text=sentences(mine))])
