"""What `panelkit fit --json` prints: one mapping a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.cli._after import AfterFit
    from panelkit.results.fit import FitResult, TestResult
    from panelkit.studies.scrutiny.door import Scrutinised


def print_fits(
    formulas: list[str],
    fits: list[FitResult],
    found: list[tuple[int, TestResult]],
    borne: list[tuple[int, Scrutinised]],
    made: AfterFit,
    language: Language,
    *,
    sensitivity: bool,
) -> None:
    """Print one mapping a formula; a test stands with the fit that it is of."""
    from panelkit.cli._fit_instruments import identification_record
    from panelkit.cli._fit_scrutiny import scrutiny_record
    from panelkit.cli._fit_sensitivity import sensitivity_rows
    from panelkit.cli._printing import all_told, plain_values, print_json, records
    from panelkit.cli._records import test_record

    content = [
        {
            "formula": text,
            "estimates": records(one.tidy()),
            "facts": plain_values(dict(one.glance())),
            "notes": all_told(one.notes, language),
            **made.of(at),
            "tests": [*(test_record(test) for of, test in found if of == at), *made.of(at).get("tests", ())],
            **identification_record(one, language),
            **({"sensitivity": sensitivity_rows(one)} if sensitivity else {}),
            **(
                {"scrutiny": [scrutiny_record(it, language) for of, it in borne if of == at]} if borne else {}
            ),
        }
        for at, (text, one) in enumerate(zip(formulas, fits, strict=True), 1)
    ]
    print_json(content)
