"""Files of a mediation: effects, paths, equations, inference, procedures, path diagram, sensitivity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.message import in_language, message, term
from panelkit.models.mediation.procedures import NAMES, applies_to
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.text import named, with_heads
from panelkit.results.fit import Derived, Language
from panelkit.show import tables
from panelkit.show.files import csv_text, write_whole

_TITLES = {
    "effects": message("Mediation: effects"),
    "inference": message("Inference on the indirect effect"),
    "levels": message("Effects at levels of the treatment"),
    "sensitivity": term("part of a mediation", "Sensitivity"),
}


def effects_table(result: MediationResult, language: Language) -> pd.DataFrame:
    """Return effects with errors, p-values and percentile intervals under readable heads."""
    return _readable(result, language)


def levels_table(result: MediationResult, language: Language) -> pd.DataFrame:
    """Return the effects at levels of the treatment under readable heads."""
    return _readable(result.at_levels(), language)


def inference_table(result: MediationResult, language: Language, *, reps: int = 5_000) -> pd.DataFrame:
    """Return every kind of inference on each route."""
    table = result.inference(reps=reps)
    for name in ("term", "method"):
        table[name] = [in_language(value, language) for value in table[name]]
    return with_heads(table, language)


def write_mediation(
    result: MediationResult,
    folder: Path,
    language: Language = "en",
    labels: Mapping[str, str] | None = None,
    origin: Sequence[str] = (),
    *,
    style: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write tables (CSV, Markdown, LaTeX, Word), texts of the procedures and figures (SVG); return the paths.

    `labels` names variables in figures; `origin` says where the figures come from; `style` are options of the table of
    the equations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = [*(remark.text(language) for remark in result.remarks), *origin]
    written = [write_whole(folder / "summary.txt", result.summary(language=language) + "\n")]
    for name, table in (
        ("effects", effects_table(result, language)),
        ("inference", inference_table(result, language)),
        *([("levels", levels_table(result, language))] if result.interaction is not None else []),
    ):
        written.append(_csv(table, folder / f"{name}.csv"))
        for ending in (".md", ".tex", ".docx"):
            path = folder / f"{name}{ending}"
            tables.frame_table(
                table, path, language=language, notes=notes, caption=_TITLES[name].text(language), index=False
            )
            written.append(path)
    fits = list(result.fits.values())
    tables.to_latex(fits, folder / "equations.tex", language=language, **(style or {}))
    written += [
        folder / "equations.tex",
        tables.to_docx(fits, folder / "equations.docx", language=language, **(style or {})),
    ]
    written.append(_procedures(result, folder, language))
    written.append(result.plot(language=language, labels=labels).save(folder / "paths.svg"))
    for k, name in enumerate(result.mediator_labels):
        found = result.sensitivity(name)
        title = f"{_TITLES['sensitivity'].text(language)}: {(labels or {}).get(name, name)}"
        written.append(found.plot(language=language, title=title).save(folder / f"sensitivity_{k + 1}.svg"))
        written.append(_csv(found.curve(), folder / f"sensitivity_{k + 1}.csv"))
    return written


def procedures_text(result: MediationResult, language: Language) -> str:
    """Return the named procedures on every mediator, or why they do not apply."""
    if not applies_to(result):
        return message(
            "the named procedures are for mediators side by side without a moderator or an interaction"
        ).text(language)
    blocks = []
    for mediator in result.mediator_labels:
        head = [mediator] if len(result.mediators) > 1 else []
        blocks += [*head, *(result.procedure(name, mediator).summary(language) for name in NAMES)]
    return "\n\n".join(blocks)


def _procedures(result: MediationResult, folder: Path, language: Language) -> Path:
    return write_whole(folder / "procedures.txt", procedures_text(result, language) + "\n")


def _readable(result: Derived, language: Language) -> pd.DataFrame:
    table = named(result, result.tidy().drop(columns="statistic"), language)
    return with_heads(table.rename(columns={"equation": "kind"}), language)


def _csv(table: pd.DataFrame, path: Path) -> Path:
    return write_whole(path, ("\ufeff" + csv_text(table, float_format="%.10g")).encode("utf-8"))
