"""No identity breaks on numbers that no table should print: zeros, bounds, huge and tiny ones, anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from panelkit.audit.entries import Document, Table
from panelkit.audit.printed import Printed, read_number
from panelkit.audit.relations import STATES, Reading
from panelkit.language.register import entries
from tests.audit.by_hand import CHINESE
from tests.audit.test_dynamic_identities import decomposition, gmm, hansen
from tests.audit.test_index_identities import C, D, T, coupling, dagum, weights
from tests.audit.test_mediation_identities import listed, stepwise
from tests.audit.test_spatial_identities import sdm

ODD = (
    "0",
    "0.000",
    "-0.000",
    "<0.001",
    ">10",
    "≥0.1",
    "1e10",
    "1e-12",
    "99999999999",
    "-99999",
    "1.000",
    "5%",
)
TABLES = [
    sdm(),
    listed(),
    stepwise(),
    coupling(C, T, D),
    coupling(C, T, D, leave="coupling_c development_t"),
    dagum(),
    weights("0.3388", "0.3388", "0.3223", entropies=("0.7296", "0.7296", "0.7427")),
    decomposition(),
    gmm(),
    hansen(),
]


def odd(rng: np.random.Generator) -> Printed:
    held = read_number(str(rng.choice(ODD)))
    assert held is not None
    return held


def spoiled(table: Table, rng: np.random.Generator) -> Table:
    """Return a table with up to three of its numbers, or what is attached to them, odd."""
    cells = list(table.entries)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(cells)))
        one = cells[at]
        if one.attached and rng.random() < 0.5:
            place = int(rng.integers(len(one.attached)))
            attached = [replace(a, number=odd(rng)) if k == place else a for k, a in enumerate(one.attached)]
            cells[at] = replace(one, attached=tuple(attached))
        else:
            cells[at] = replace(one, number=odd(rng))
    return replace(table, entries=tuple(cells))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("brackets", ["se", "t", "p", None])
def test_odd_numbers_break_no_identity(brackets: str | None) -> None:
    rng = np.random.default_rng(21)
    reading = Reading(brackets, CHINESE)  # type: ignore[arg-type]
    for table in TABLES * 4:
        held = spoiled(table, rng)
        document = Document((held, sdm()))
        for entry in entries("identity"):
            across = entry.family == "document"
            found = entry.load()(document, [reading] * 2) if across else entry.load()(held, reading)
            for relation in found:
                outcome = relation.outcome()
                assert outcome is None or outcome.state in STATES
