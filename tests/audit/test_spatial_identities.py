"""Identities of spatial tables on published numbers, and with one of them altered."""

from __future__ import annotations

import pytest

from panelkit.audit.entries import Table
from tests.audit.by_hand import entry, outcomes, states, table

# PMC12267521, table 7 (SDM, z in brackets): digital economy by four weights.
SDM = {
    "coefficient": ["0.1712315* (1.77)", "0.2014987** (2.08)", "0.1024931* (1.73)", "0.1019888* (1.80)"],
    "spatial_lag_x": ["0.2643043 (0.73)", "0.2033454 (0.53)", "−0.8493846 (−1.45)", "−1.391287** (−2.41)"],
    "direct": ["0.1790737* (1.80)", "0.2089333** (2.11)", "0.1131326* (1.83)", "0.1267718** (2.11)"],
    "indirect": ["0.3390757 (0.79)", "0.3020059 (0.63)", "−0.634601 (−1.59)", "−0.8057165** (−2.48)"],
    "total": ["0.5181494 (1.20)", "0.5109392 (1.05)", "−0.5214684 (−1.32)", "−0.6789447** (−2.13)"],
    "rho": ["0.1642804* (1.65)", "0.1755206* (1.77)", "−0.5396749* (−1.84)", "−0.9647608*** (−2.90)"],
}
# hanspub 29-1252385, table 6 (errors in brackets).
FOUR = {
    "coefficient": ["−0.422** (0.1909)", "−0.612*** (0.2031)", "−0.411** (0.1893)", "−0.531*** (0.1999)"],
    "spatial_lag_x": ["0.0573 (0.1981)", "0.968** (0.3938)", "1.031 (0.6882)", "1.060* (0.5744)"],
    "rho": ["−0.272*** (0.1043)", "−0.0200 (0.1382)", "−1.297*** (0.2930)", "−0.413* (0.2302)"],
    "direct": ["−0.425** (0.2031)", "−0.609*** (0.2082)", "−0.474** (0.2143)", "−0.557*** (0.2126)"],
    "indirect": ["0.146 (0.1813)", "0.969** (0.4047)", "0.746** (0.3753)", "0.942** (0.4676)"],
    "total": ["−0.279 (0.1883)", "0.360 (0.3803)", "0.272 (0.3109)", "0.386 (0.4068)"],
}
KEYS = ("effects-sum", "total-effect", "direct-effect", "effect-errors")


def printed(cells: dict[str, list[str]]) -> Table:
    """Return a published table: one row a role, one column a model."""
    return table(
        *(
            entry(role, text, column=column, row=row)
            for row, (role, texts) in enumerate(cells.items())
            for column, text in enumerate(texts, 1)
        )
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("cells", "brackets"), [(SDM, "t"), (FOUR, "se")])
def test_published_tables_satisfy_the_identities(
    key: str, cells: dict[str, list[str]], brackets: str
) -> None:
    found = states(key, printed(cells), brackets=brackets)
    assert len(found) >= 3
    assert set(found) == {"consistent"}


def test_rho_below_minus_one_names_the_eigenvalue_that_allows_it() -> None:
    found = outcomes("rho-range", printed(FOUR))
    assert [one.state for one in found] == ["consistent", "consistent", "inconsistent", "consistent"]
    assert "-0.771" in str(found[2].why)
