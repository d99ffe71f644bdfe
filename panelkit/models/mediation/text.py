"""A mediation result as plain text, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from panelkit.language.message import Message, in_language, message, term
from panelkit.language.offers import offered
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import number, p_text
from panelkit.results.fit import Derived, Language
from panelkit.show.plain import frame_text
from panelkit.show.words import result_value, result_word

# The heads of the tables; what stands nowhere here is a name of the caller's own.
HEADS = {
    "kind": term("head of a table", "kind"),
    "equation": term("head of a mediation table", "equation"),
    "term": term("head of a mediation table", "term"),
    "method": term("head of a table", "method"),
    "source": term("head of a mediation table", "source"),
    "target": term("head of a mediation table", "target"),
    "estimate": term("head of a table", "estimate"),
    "std_error": term("head of a table", "std_error"),
    "statistic": term("head of a table", "statistic"),
    "p_value": term("head of a table", "p_value"),
    "conf_low": term("head of a mediation table", "conf_low"),
    "conf_high": term("head of a mediation table", "conf_high"),
}


@offered("capability", "mediation_summary")
def summary(result: MediationResult, level: float = 0.95, language: Language = "en") -> str:
    """Return effects, paths, share, joint significance, sensitivity and notes as plain text."""
    effects = named(result, result.tidy(level).drop(columns="statistic"), language)
    paths = result.path_table().drop(columns="statistic")
    told = [result.sensitivity(name, level=level).said() for name in result.mediator_labels]
    levels = result.level_names
    facts = (
        f"{result_word(key, language, levels)}={result_value(key, value, language, levels)}"
        for key, value in result.facts.items()
    )
    title = result.title.text(language)
    blocks: list[tuple[Message, Sequence[str]]] = [
        (message("Effects ({units} resampled whole; percentile intervals)"), [_text(effects, language)]),
        (term("part of a mediation", "Paths"), [_text(paths, language)]),
    ]
    if result.interaction is not None:
        blocks.append((message("Effects at levels of the treatment"), levels_lines(result, level, language)))
    blocks += [
        (message("Joint significance (largest p along the route)"), _joint(result, language)),
        (term("part of a mediation", "Share"), [f"  {result.share(level).reason.text(language)}"]),
        (
            term("part of a mediation", "Sensitivity to a confounder of mediator and outcome"),
            [f"  {sentence.text(language)}" for sentence in told],
        ),
        (term("part of a mediation", "Notes"), [f"  - {note.text(language)}" for note in result.notes]),
    ]
    whole = [
        f"{title}\n{'=' * len(title)}",
        *("\n".join([head.spoken(*levels).text(language), *lines]) for head, lines in blocks),
        "  ".join(facts),
    ]
    return "\n\n".join(whole)


def levels_lines(result: MediationResult, level: float, language: Language) -> list[str]:
    """Return the effects at levels of the treatment and what they are, as lines of text."""
    found = result.at_levels()
    told = [f"  {note.text(language)}" for note in found.notes[:-1]]
    return [_text(named(found, found.tidy(level).drop(columns="statistic"), language), language), *told]


def conditional_text(result: MediationResult, language: Language) -> str:
    """Return indirect and direct effects along the moderator, and the index of moderated mediation, as text."""
    held = result.moderation
    if held is None:
        return ""
    found = result.conditional()
    stages = [message("{stage} path", stage=stage) for stage in held.paths_changed]
    head = message(
        "Conditional effects by {name} (centred at its mean {mean}; it moderates the {stages})",
        name=held.name,
        mean=number(held.mean),
        stages=stages,
    )
    table = named(found, found.tidy().drop(columns="statistic"), language)
    return f"{head.text(language)}\n{_text(table, language)}"


def named(result: Derived, table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table of a result's rows with the names of effects and terms in a language."""
    names = {"equation": result.equations, "term": result.terms}
    return table.assign(
        **{column: [in_language(name, language) for name in held] for column, held in names.items()}
    )


def with_heads(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table under heads in a language."""
    heads = [in_language(HEADS[name], language) for name in table.columns]
    return table.set_axis(pd.Index(heads), axis="columns")


def _joint(result: MediationResult, language: Language) -> list[str]:
    pairs = zip(result.path_terms, result.joint_significance(), strict=True)
    return [f"  {in_language(name, language)}: {p_text(float(p))}" for name, p in pairs]


def _text(frame: pd.DataFrame, language: Language) -> str:
    shown = frame.copy()
    for name in shown.columns:
        if name == "p_value":
            shown[name] = ["<0.0001" if value < 1e-4 else f"{value:.4f}" for value in shown[name]]
        elif pd.api.types.is_numeric_dtype(shown[name]):
            shown[name] = [number(value) for value in shown[name]]
    return frame_text(with_heads(shown, language))
