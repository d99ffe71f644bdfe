"""What stands below the tables of a terminal: intervals, grids, flags, declarations, many tests."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.claims.checked import CheckResult
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message, sentences
from panelkit.report.flags import flag_lines
from panelkit.report.words import declaration_lines, flag_text, interval_note, lost_line, say, seed_text


def claim_notes(verdicts: tuple[Verdict, ...], language: Language) -> Iterator[str]:
    """Yield what holds for the tables of one claim, and when it was declared."""
    registered = verdicts[0].registered
    tested = next((verdict.tested for verdict in verdicts if verdict.tested is not None), None)
    if tested is not None and tested.headline is not None and registered.claim.test is not None:
        test = registered.claim.test
        yield interval_note(test.weights, test.reps, seed_text(test.seed), tested.headline.vcov, language)
    yield from _grid_notes(verdicts, language)
    yield from flag_lines(verdicts, language, without=("revised",))
    if registered.declaration is not None:
        yield from (say(line, language) for line in declaration_lines(registered))


def run_notes(result: CheckResult, language: Language) -> Iterator[str]:
    """Yield what holds for all tables of a run."""
    verdicts = result.verdicts
    heads = [item for item in verdicts if item.tested is not None and item.tested.headline is not None]
    if heads and heads[0].tested and heads[0].tested.headline and heads[0].registered.claim.test:
        test, vcov = heads[0].registered.claim.test, heads[0].tested.headline.vcov
        yield interval_note(test.weights, test.reps, message("declared seeds"), vcov, language)
    yield from _grid_notes(verdicts, language)
    yield from _flag_line(verdicts, language)


def families(result: CheckResult, language: Language) -> Iterator[str]:
    """Yield, for each family of more than one test, how many p and how many q stay below .05."""
    for family in dict.fromkeys(verdict.family for verdict in result):
        pairs = [
            (verdict.main_p, q)
            for verdict, q in zip(result, result.q_values, strict=True)
            if verdict.family == family and q == q
        ]
        if len(pairs) > 1:
            counts = [sum(pair[i] <= 0.05 for pair in pairs) for i in range(2)]
            said = message(
                "Many tests: of {n} main ones under {rule}, {p} have p ≤ .05 and {q} Benjamini-Hochberg q ≤ .05",
                n=len(pairs),
                rule=family,
                p=counts[0],
                q=counts[1],
            )
            yield say(said, language)


def _grid_notes(verdicts: tuple[Verdict, ...], language: Language) -> Iterator[str]:
    """Yield what the shares of grids are of, and how many of the specifications could not be computed."""
    sizes = sorted({item.tested.grid.declared for item in verdicts if item.tested and item.tested.grid})
    if sizes:
        yield _grid_note(sizes, verdicts, language)
    lost = lost_line(verdicts, language)
    if lost:
        yield lost


def _grid_note(sizes: list[int], verdicts: tuple[Verdict, ...], language: Language) -> str:
    n = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]}–{sizes[-1]}"
    if any(item.reading is not None and item.reading.claimed for item in verdicts):
        said = message(
            "Grid: of {n} specifications, the share with the claimed sign, and the share whose interval holds the "
            "claimed number.",
            n=n,
        )
    else:
        said = message("Grid: of {n} specifications, the share with the claimed sign.", n=n)
    return say(said, language)


def _flag_line(verdicts: tuple[Verdict, ...], language: Language) -> Iterator[str]:
    computed = [item for item in verdicts if item.registered.claim.status == "computed"]
    flags = dict.fromkeys(flag for item in computed for flag in item.registered.claim.flags)
    names = [str(flag) for flag in flags]
    if any(item.registered.declaration is None for item in computed):
        names.append("not_declared")
    if names:
        yield say(sentences(flag_text(flag, language) for flag in names), language)
