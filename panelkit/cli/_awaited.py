"""What files that were read mean for pending claims: printed below the report of `panelkit ingest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.data.yearbook.folder_report import FolderReport
    from panelkit.data.yearbook.taken import IngestReport


def claims_record(report: IngestReport | FolderReport, language: Language) -> dict[str, Any]:
    """Return the pending claims for which files bring a figure, as `--json` prints them."""
    from panelkit.claims.awaited import concerned_by

    return {"claims": [one.to_dict(language) for one in concerned_by(report.store, report)]}


def print_claims(report: IngestReport | FolderReport, language: Language) -> None:
    """Print the pending claims for which files bring a figure; nothing where there is none."""
    from panelkit.claims.awaited import concerned_by

    claims = concerned_by(report.store, report)
    if not claims:
        return
    from panelkit.report.awaited_claims import claims_table
    from panelkit.show.console import open_console

    console = open_console(highlight=False)
    head = message("Pending claims for which this brings figures (`panelkit claims waiting` lists all)")
    console.print(head.text(language), style="bold", markup=False)
    console.print(claims_table(claims, language))
