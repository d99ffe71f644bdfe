"""Names of estimators of staggered adoption in Stata and R, for who types them."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.language.errors import SpecError
from panelkit.language.message import message

ELSEWHERE = {
    "csdid": "callaway-santanna",
    "att_gt": "callaway-santanna",
    "did_imputation": "imputation",
    "didimputation": "imputation",
    "eventstudyinteract": "sun-abraham",
    "sunab": "sun-abraham",
    "stackedev": "stacked",
    "lpdid": "local-projections",
    "reghdfe": "twfe",
    "xtreg": "twfe",
}


def refuse_unknown(named: Sequence[str], known: Sequence[str]) -> None:
    """Refuse names that are no estimator, and say what those of other programs are called here.

    Raises
    ------
    SpecError
        With the names that there are.
    """
    unknown = [name for name in named if name not in known]
    if not unknown:
        return
    here = {name: ELSEWHERE.get(name.lower()) or _respelt(name, known) for name in unknown}
    meant = [f"{name} -> {own}" for name, own in here.items() if own is not None]
    if meant:
        raise SpecError(
            message(
                "--estimator is one of {known}, not {unknown} ({meant})",
                known=list(known),
                unknown=unknown,
                meant=meant,
            )
        )
    raise SpecError(
        message("--estimator is one of {known}, not {unknown}", known=list(known), unknown=unknown)
    )


def _respelt(name: str, known: Sequence[str]) -> str | None:
    """Return the estimator whose name differs in case, dashes or blanks only."""
    plain = name.lower().replace("_", "-").replace(" ", "-")
    return plain if plain in known else None
