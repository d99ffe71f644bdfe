"""What verdicts, flags, documents and declarations are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.parts import Document, Need, Status, Text
from panelkit.claims.findings import WORD_TEXTS, Spread, Word
from panelkit.claims.verdict import Verdict
from panelkit.claims.waiting import OWN_STORE
from panelkit.language.levels import PROVINCIAL
from panelkit.language.message import Joined, Language, Message, in_language, listed, message, verbatim
from panelkit.report.awaited import CAPABILITIES, FIGURES
from panelkit.report.years import years_lines
from panelkit.show.words import result_value

_STATUSES: dict[Status, Message] = {
    "computed": message("computed"),
    "pending": message("pending"),
    "not_testable": message("not testable"),
}
_FLAGS: Mapping[str, Message] = {
    "association_only": message("association only: nothing here is exogenous"),
    "provincial_analogue": message("provincial analogue of a firm-level claim"),
    "proxy_only": message("proxy only"),
    "far_proxy": message("far proxy: another concept than the sentence's, never SUPPORTED or CONTRADICTED"),
    "province_for_city": message("provinces in the place of cities"),
    "capped": message("the word is capped: without the cap it would say more"),
    "uninformative": message("uninformative: the interval holds zero and the claimed number"),
    "implausible_number": message("the claimed number is implausible under this reading"),
    "disconnected_interval": message("the values not rejected are no single interval"),
    "unbounded_interval": message("the interval is unbounded"),
    "overlapping_figures": message(
        "treatment, mediator and outcome share figures: part of their correlation is arithmetic"
    ),
    "not_declared": message("not declared: the claim was not fixed before it was computed"),
    OWN_STORE: message("on figures of the user's own store beside the shipped ones"),
    "revised": message("revised after its declaration"),
}
_COMMA: dict[Language, str] = {"en": ", ", "zh": "，"}
_WILD_WEIGHTS = {"rademacher": message("Rademacher"), "webb": message("Webb")}


def say(text: str | Text, language: Language) -> str:
    """Return a message, or a text of a claim file, in one language."""
    if isinstance(text, Text):
        return text.zh if language == "zh" else text.en
    return in_language(text, language)


def verdict_text(verdict: Word | None, status: Status) -> Message:
    """Return the verdict, or the status of a claim that has none."""
    return WORD_TEXTS[verdict] if verdict is not None else _STATUSES[status]


def verdict_word(verdict: Word | None, status: Status, language: Language) -> str:
    """Return the verdict, or the status of a claim that has none, in one language."""
    return say(verdict_text(verdict, status), language)


def claim_text(verdict: Word | None, status: Status) -> Message:
    """Return the verdict of a claim, that it could not be computed, or the status of one that has none to compute."""
    return design_text(verdict) if status == "computed" else verdict_text(verdict, status)


def design_text(verdict: Word | None) -> Message:
    """Return the verdict of a computed claim or design, or that it could not be computed."""
    return message("could not be computed") if verdict is None else verdict_text(verdict, "computed")


def design_word(verdict: Word | None, language: Language) -> str:
    """Return the verdict of a computed claim or design, or that it could not be computed, in one language."""
    return say(design_text(verdict), language)


def flag_text(flag: str, language: Language) -> str:
    """Return what a flag means."""
    return say(_FLAGS.get(flag, flag), language)


def need_names(need: Need, language: Language) -> list[str]:
    """Return what is missing, each capability by its name."""
    if need.kind == "figure":
        return [say(FIGURES.get(need.name, verbatim(need.name)), language)]
    return [say(CAPABILITIES.get(name, verbatim(name)), language) for name in need.name.split("; ")]


def level_text(verdicts: Sequence[Verdict], language: Language) -> str:
    """Return the head of a column of intervals, with the level, or levels, that they have."""
    held = sorted({item.tested.shown.level for item in verdicts if item.tested is not None}) or [0.95]
    levels = Joined((f"{100.0 * level:.4g}" for level in held), {"en": " and ", "zh": "、"})
    return say(message("{level} % interval", level=levels), language)


def lost_line(verdicts: Sequence[Verdict], language: Language) -> str:
    """Return how many specifications of these designs could not be computed, and where; nothing where all were."""
    pairs = [(item, item.tested.tally) for item in verdicts if item.tested is not None and item.tested.tally]
    lost = [(item, tally) for item, tally in pairs if tally is not None and tally.failed]
    if not lost:
        return ""
    said = message(
        "{failed} of {declared} specifications could not be computed and count in these shares ({where}).",
        failed=sum(len(tally.failed) for _, tally in lost),
        declared=sum(tally.declared for _, tally in lost),
        where=[verdict_name(item) for item, _ in lost],
    )
    return say(said, language)


def verdict_name(item: Verdict) -> str:
    """Return the ids of claim, reading and design."""
    return " ".join([item.claim, *(part.id for part in (item.reading, item.design) if part is not None)])


def interval_note(weights: str, reps: int, seed: Message, vcov: str, language: Language) -> str:
    """Return what the intervals and p-values of a table are.

    Parameters
    ----------
    weights
        Weights of the wild bootstrap: "rademacher" or "webb".
    reps
        Its draws.
    seed
        What is said of its seed.
    vcov
        The covariance behind the second interval.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    said = message(
        "Interval and p: restricted wild cluster bootstrap ({weights}, {reps:,} draws, {seed}), which decides; below "
        "it {vcov}.",
        weights=_WILD_WEIGHTS[weights],
        reps=reps,
        seed=seed,
        vcov=_covariance(vcov, language),
    )
    return say(said, language)


def _covariance(vcov: str, language: Language) -> str:
    return vcov.text(language) if isinstance(vcov, Message) else result_value("vcov", vcov, language)


def seed_text(seed: int) -> Message:
    """Return the seed of a test."""
    return message("seed {seed}", seed=seed)


def citation(document: Document, language: Language) -> str:
    """Return the document as its own text shows it: authors, title, venue, year."""
    authors = listed(document.authors) if document.authors else message("(no author shown)")
    said = message("{authors}: {title}", authors=authors, title=verbatim(document.title))
    venue = document.venue or Joined(document.affiliation, _COMMA)
    doi = f"doi:{document.doi}" if document.doi else ""
    return say(Joined([part for part in (said, venue, doi) if part], _COMMA), language)


def short_citation(registered: RegisteredClaim, language: Language) -> str:
    """Return author and section, enough to find the place."""
    document = registered.document
    first = listed(document.authors[:2] or (document.title,))
    authors = message("{authors} et al.", authors=first) if len(document.authors) > 2 else first
    return say(Joined((authors, registered.claim.place.section), _COMMA), language)


def cited(registered: RegisteredClaim, language: Language) -> str:
    """Return the document, and the section and the phrase in it."""
    said = message(
        "{citation} ({section}: “{phrase}”)",
        citation=citation(registered.document, language),
        section=registered.claim.place.section,
        phrase=verbatim(registered.claim.place.phrase),
    )
    return say(said, language)


def declaration_lines(registered: RegisteredClaim) -> list[Message]:
    """Return when the claim was declared, and every revision with its reason."""
    entry = registered.declaration
    if entry is None:
        return [_FLAGS["not_declared"]]
    return [
        message("declared {date}", date=entry.declared),
        *(
            message("revised {date}: {reason}", date=item.date, reason=item.reason.said)
            for item in entry.revision
        ),
    ]


def read_lines(verdicts: Sequence[Verdict]) -> list[Message]:
    """Return what is said of a panel of the user's own, and of years that roll or are stated; else nothing."""
    panel = verdicts[0].panel
    said: list[Message] = [] if panel is None else [panel.sentence(), *panel.notes]
    levels = PROVINCIAL if panel is None else panel.levels
    return said + [line.spoken(*levels) for line in years_lines(verdicts[0].registered)]


def whole(verdicts: Sequence[Verdict]) -> Message:
    """Return what the sum over all units is called: the nation, or all units of a panel of the user's own."""
    panel = verdicts[0].panel if verdicts else None
    return message("nation") if panel is None else message("all {units}").spoken(*panel.levels)


def spreads(verdicts: Sequence[Verdict], language: Language) -> list[tuple[str, Spread]]:
    """Return the ratios beside a reading with their labels; those that its designs share stand once."""
    found: list[tuple[str, Spread]] = []
    seen: set[tuple[str, float, float, float]] = set()
    pairs = [(item, ratio) for item in verdicts if item.tested for ratio in item.tested.beside]
    for verdict, ratio in pairs:
        key = (str(ratio.label), ratio.aggregate, ratio.p10, ratio.p90)
        if key in seen:
            continue
        seen.add(key)
        shared = all(ratio.aggregate == other.aggregate for _, other in pairs if other.label == ratio.label)
        label = ratio.label
        if not shared and verdict.design is not None:
            label = message("{label} ({design})", label=label, design=verdict.design.label.said)
        found.append((say(label, language), ratio))
    return found
