"""The bars of the rules that read no regression slope, or not one alone, beside what their evidence shows.

Reads the tables of the rules; those of R-MOD and R-JOINT have no bars of their own and stand against R-SIGN's.

    python -m benchmarks.evidence verdicts_more_bars
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from benchmarks.evidence.record import FOLDER, write
from benchmarks.verdict_tables import Bar, held_against
from benchmarks.worlds import COUNTING


@dataclass(frozen=True)
class Held:
    """A bar of a rule: the table it is read from, a regular expression on its worlds, the column of cell sizes."""

    rule: str
    table: str
    worlds: str
    bar: Bar
    of: str = "worlds"


def _held(
    rule: str, table: str, worlds: str, says: str, share: str, *, of: str = "worlds", **ends: float
) -> Held:
    return Held(rule, f"verdicts_{table}", worlds, Bar(says, (), share, **ends), of)


_SHOWN = "perfect|no link inside|shuffled|a link of .9, more"
_NULL, _TRENDS = "^null|^own trends", "^trends"

HELD = (
    _held("R-MED", "mediation", "^no second path", "no second path, all", "S", most=0.0),
    _held("R-MED", "mediation", "^no second path$", "no second path", "P", most=5.0),
    _held("R-MED", "mediation", "trends .6$", "no second path, trends .6", "P", most=6.0),
    _held("R-MED", "mediation", "errors .5$", "no second path, errors .5", "P"),
    _held("R-MED", "mediation", "^second path", "second path .3", "P"),
    _held("R-RANK", "rank", "", "another order is true", "S otherwise", of="otherwise", most=5.0),
    _held("R-RANK", "rank", "", "the claimed order is true", "C as claimed", of="as claimed", most=2.0),
    _held("R-DESC", "desc", f"^(?!.*(?:{_SHOWN}))", "the truth is the bound", "S", most=5.0),
    _held("R-INEQ", "inequality", "^no gap", "no gap", "S", most=5.0),
    _held("R-INEQ", "inequality", "^no trend", "no trend", "S", most=5.0),
    _held("R-INEQ", "inequality", "^gap", "gap, log-normal 1 against .6", "S"),
    _held("R-SPILL", "spillover", "^no spillover$", "no spillover", "S"),
    _held("R-SPILL", "spillover", "^no spillover$", "no spillover", "C"),
    _held("R-SPILL", "spillover", "^no spillover, own", "no spillover, own trends .6", "S"),
    _held("R-SPILL", "spillover", "^no spillover, n", "no spillover, neighbours' trends .6, .8", "S"),
    _held("R-SPILL", "spillover", "^no spillover, n", "no spillover, neighbours' trends .6, .8", "P"),
    _held("R-SPILL", "spillover", "^spillover", "spillover .38", "S"),
    _held("R-MOD", "moderation", _NULL, "null, own trends", "S", most=1.5),
    _held("R-MOD", "moderation", _NULL, "null, own trends", "C", most=1.5),
    _held("R-MOD", "moderation", _TRENDS, "trends correlated", "S", most=2.5),
    _held("R-MOD", "moderation", _TRENDS, "trends correlated", "P", most=10.0),
    _held("R-MOD", "moderation", "^slow", "slow movement", "S", most=5.0),
    _held("R-MOD", "moderation", "^effect .38", "effect .38", "S", least=95.0),
    _held("R-JOINT", "joint", _NULL, "null, own trends", "S", most=1.5),
    _held("R-JOINT", "joint", _TRENDS, "trends correlated", "S", most=2.5),
    _held("R-JOINT", "joint", _TRENDS, "trends correlated", "P", most=10.0),
    _held("R-JOINT", "joint", "^slow", "slow movement", "S", most=5.0),
    _held("R-JOINT", "joint", "^factor", "hidden factor", "S", most=6.0),
    _held("R-JOINT", "joint", "^effect .38", "effect .38", "S", least=95.0),
)


def main() -> str:
    """Write `docs/evidence/verdicts_more_bars.csv`, where the tables that it reads say something else than before."""
    table = pd.DataFrame([row(one) for one in HELD])
    path = FOLDER / "verdicts_more_bars.csv"
    if not path.exists() or not path.read_text(encoding="utf-8").endswith(f"\n{table.to_csv(index=False)}"):
        names = sorted({f"{one.table}.csv" for one in HELD})
        write("verdicts_more_bars", table, seed=COUNTING, facts={"made from": ", ".join(names)})
    return table.to_string(index=False)


def row(one: Held) -> dict[str, object]:
    """Return a bar beside the cells of its worlds that have the share."""
    cells = pd.read_csv(FOLDER / f"{one.table}.csv", comment="#", keep_default_na=False, na_values=[""])
    if "otherwise" in cells:
        cells["as claimed"] = cells["worlds"] - cells["otherwise"]
    mine = cells[cells["world"].str.contains(one.worlds) & cells[one.bar.share].notna()]
    return {"rule": one.rule, **held_against(one.bar, mine[one.bar.share], mine[one.of])}
