"""What a README says of the figures: where they are from, by what right, and which they are."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.language.message import Language, Message, message
from panelkit.report.replication.readme_facts import Facts, markdown


def availability(facts: Facts) -> Sequence[Message]:
    """Return where the figures come from, as far as it is known."""
    if facts.own is None:
        return (
            message(
                "The figures are official statistics of the People's Republic of China, printed by those "
                "whom the list below names. `data/` holds the rows that the claim reads and no others, "
                "every cell as it stands there; `codebook.csv` says unit, vintage, years and source of "
                "each series, `data/sources.csv` how a source was copied and checked, `data/flags.csv` "
                "which cells and series are flagged."
            ),
            message(
                "The publishers' yearbooks and portal are public; the figures came through public "
                "repositories of people who copied them, under the licences that `codebook.csv` names."
            ),
        )
    named = facts.own.name is not None
    origin = (
        message("the file `{name}` (SHA-256 {digest})", name=facts.own.name, digest=facts.own.sha256)
        if named
        else message("a table in memory")
    )
    return (
        message(
            "The figures were supplied by whoever made this package, from {origin}. `data/panel.csv` holds "
            "the columns and years that the claim reads and no others.",
            origin=origin,
        ),
        message(
            "panelkit does not know who gathered them, in which units they stand and how they can be had. "
            "Before the package is published, its maker writes that here and in `codebook.csv`: provider, "
            "way of access, date, citation."
        ),
    )


def rights(facts: Facts) -> Sequence[Message]:
    """Return by what right the figures may be used; what only the package's maker can certify is left to them."""
    if facts.own is None:
        return (
            message(
                "The numbers are facts; the tables that they stand in belong to their publishers, and no "
                "licence of the code covers them. `data/LICENCE.md` names publishers, compilers and "
                "licences. Whoever publishes this package certifies that they may use and redistribute it."
            ),
        )
    return (
        message(
            "Whoever publishes this package certifies here that they had access to the figures by right "
            "and may redistribute them. panelkit cannot know it."
        ),
    )


def datasets(facts: Facts, language: Language) -> Message:
    """Return one row a series and source."""
    heads = (
        message("File"),
        message("Series"),
        message("Unit of measurement"),
        message("Vintage"),
        message("Years held"),
        message("Source"),
        message("Provided"),
    )
    zh, provided = language == "zh", message("yes").text(language)
    rows = []
    for row in facts.codebook.to_dict("records"):
        name = row["name_zh" if zh else "name_en"]
        series = f"`{row['series']}` {name}".strip()
        source = [row["publisher_zh" if zh else "publisher"], row["publication_zh" if zh else "publication"]]
        shown = ("，" if zh else ", ").join(part for part in source if part)
        rows.append((f"`{row['file']}`", series, row["unit"], row["vintage"], row["years"], shown, provided))
    return markdown(heads, rows, language)
