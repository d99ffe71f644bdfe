"""`panelkit claims waiting`: which pending claims the store lets compute, and what the others wait for."""

from __future__ import annotations

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json
from panelkit.cli.store._options import StoreOption

app = typer.Typer(add_completion=False)


@command(app, example="claims waiting --store figures")
def waiting(printed: Printed, store: StoreOption = None) -> None:
    """Say which pending claims the store lets compute, and what the others lack. 待计算论断：何者可算，何者尚缺数据。

    `panelkit ingest FILE --dry-run` says the same of a file before it goes in.
    `panelkit ingest FILE --dry-run` 在导入之前对文件给出同样的说明。
    """
    from panelkit.claims.awaited import waiting_claims
    from panelkit.report.awaited_claims import waiting_page
    from panelkit.show.console import open_console

    found = waiting_claims(store)
    if printed.as_json:
        print_json(found.to_list(printed.language))
        return
    open_console().print(waiting_page(found, printed.language))
