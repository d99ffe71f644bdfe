"""Audit 1,000 true tables of synthetic papers as text, and as many with one error: recall and false alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.audited import Audited, audited, audited_paper
from benchmarks.evidence.record import percent, write
from benchmarks.synthetic.layouts import text_of
from benchmarks.synthetic.style import HABITS
from benchmarks.synthetic_tables import MORE_FROM, SEED, paper
from panelkit.audit.findings import says
from panelkit.language.register import entries

COUNT, HABIT_COUNT, PAPER_COUNT = 1_000, 204, 100
MORE_COUNT = 960
FACTS = {
    "tables": "random panels of 15-31 units and 6-13 periods and indices, 17 kinds in turn, 16 more, "
    "papers of six tables; 2-4 digits; errors, "
    "t or p in brackets, said in 70 %; two conventions of stars, said in 70 %; Chinese and English; csv, tabs, aligned "
    "text, markdown, tex, html",
    "errors": "one a table: a digit, two digits, a sign, the point, stars or a number of another column, so that no "
    "rounding and no degrees of freedom from 10 up explain what is printed",
}


def main(count: int = COUNT) -> Path:
    """Write false alarms by identity, recall by what was broken, and a summary by form and digits."""
    clean = _run(count, error=False) + _more(error=False)
    wrong = _run(count, error=True) + _more(error=True)
    write("audit_errors", _recall(wrong), seed=SEED, facts={**FACTS, "tables with an error": len(wrong)})
    write(
        "audit_habits",
        _habits(),
        seed=SEED,
        facts={"tables": f"{HABIT_COUNT} clean ones a habit that no note states"},
    )
    write("audit_forms", _forms(clean, wrong), seed=SEED, facts=FACTS)
    return write("audit", _identities(clean, wrong), seed=SEED, facts={**FACTS, "clean tables": len(clean)})


def _run(count: int, *, error: bool, habit: str = "") -> list[Audited]:
    return _all(delayed(audited)(number, error, habit=habit) for number in range(count))


def _all(jobs: Iterable[Any]) -> list[Audited]:
    """Return what jobs give, on all cores: each has a seed of its own."""
    return [one for one in Parallel(n_jobs=-1, batch_size=20)(jobs) if one is not None]


def _more(*, error: bool) -> list[Audited]:
    """Return the tables of the further kinds, and the papers of six tables with what holds between them."""
    tables = (delayed(audited)(MORE_FROM + number, error) for number in range(MORE_COUNT))
    papers = (delayed(audited_paper)(number, error) for number in range(PAPER_COUNT))
    return [*_all(tables), *_all(papers)]


def _habits() -> pd.DataFrame:
    """Return a row a habit of print: clean tables with a false alarm, and what raised most of them."""
    rows = []
    for habit in HABITS:
        clean = _run(HABIT_COUNT, error=False, habit=habit)
        alarms = Counter(
            key for one in clean for key in {key for key, state in one.checked if state != "consistent"}
        )
        rows.append(
            {
                "habit": habit,
                "with a false alarm %": percent([one.has("inconsistent", "decision") for one in clean]),
                "with a false decision %": percent([one.has("decision") for one in clean]),
                "raised by": " ".join(key for key, _ in alarms.most_common(3)),
            }
        )
    return pd.DataFrame(rows)


def _identities(clean: Sequence[Audited], wrong: Sequence[Audited]) -> pd.DataFrame:
    """Return a row an identity: what must hold, where it was checked, false alarms, errors that it found."""
    checked, tables, false, decided = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for one in clean:
        tables.update({identity for identity, _ in one.checked})
        checked.update(identity for identity, _ in one.checked)
        false.update({identity for identity, state in one.checked if state == "inconsistent"})
        decided.update({identity for identity, state in one.checked if state == "decision"})
    found = Counter(identity for one in wrong for identity in one.found)
    held = sorted(entries("identity"), key=lambda entry: (entry.family, entry.key))
    return pd.DataFrame(
        [
            {
                "identity": entry.key,
                "must hold": _said(str(says(entry.key))),
                "应成立": _said(says(entry.key).text("zh")),
                "source": entry.source,
                "clean tables": tables[entry.key],
                "checks": checked[entry.key],
                "false alarms %": _share(false[entry.key], tables[entry.key]),
                "false decisions %": _share(decided[entry.key], tables[entry.key]),
                "errors found": found[entry.key],
            }
            for entry in held
        ]
    )


def _said(text: str) -> str:
    return text.replace("|", "∣").replace("*", "∗")


def _recall(wrong: Sequence[Audited]) -> pd.DataFrame:
    """Return a row a broken truth: how many, found, named, and by which identities; then a row a slip, and all."""
    rows = [
        _recalled(name, [one for one in wrong if one.planted == name])
        for name in sorted({x.planted for x in wrong})
    ]
    rows += [
        _recalled(f"slip: {slip}", [one for one in wrong if one.slip == slip])
        for slip in sorted({x.slip for x in wrong})
    ]
    return pd.DataFrame([*rows, _recalled("all", wrong)])


def _recalled(name: str, some: Sequence[Audited]) -> dict[str, object]:
    keys = Counter(identity for one in some for identity in one.found)
    return {
        "broken": name,
        "tables": len(some),
        "found %": percent([bool(one.found) for one in some]),
        "decision %": percent([one.has("decision") for one in some]),
        "named %": percent([one.named for one in some]),
        "named first %": percent([one.first for one in some]),
        "found by": " ".join(key for key, _ in keys.most_common(4))
        if not name.startswith(("slip", "all"))
        else "",
    }


def _forms(clean: Sequence[Audited], wrong: Sequence[Audited]) -> pd.DataFrame:
    """Return a row a form of text, a number of digits, a kind of table, and all."""
    groups = [
        ("form", lambda one: one.form),
        ("digits", lambda one: str(one.digits)),
        ("kind", lambda one: one.kind),
    ]
    rows = []
    for title, of in groups:
        for value in sorted({of(one) for one in clean}):
            rows.append(
                _summary(
                    f"{title}: {value}",
                    [x for x in clean if of(x) == value],
                    [x for x in wrong if of(x) == value],
                )
            )
    return pd.DataFrame([*rows, _summary("all", clean, wrong), _papers()])


def _papers() -> dict[str, object]:
    """Return the row of papers of four tables of one panel, judged table by table and against each other."""
    found = [pk.audit(*map(text_of, paper(number))) for number in range(PAPER_COUNT)]
    return {
        "tables": "papers of 4 tables",
        "clean": PAPER_COUNT,
        "unread %": 0.0,
        "checks a table": round(float(np.mean([len(one.findings) for one in found])), 1),
        "with a false alarm %": percent([one.state != "consistent" for one in found]),
        "with a false decision %": percent([one.state == "decision" for one in found]),
    }


def _summary(name: str, clean: Sequence[Audited], wrong: Sequence[Audited]) -> dict[str, object]:
    return {
        "tables": name,
        "clean": len(clean),
        "unread %": percent([bool(one.refused) or not one.checked for one in clean]),
        "checks a table": round(float(np.mean([len(one.checked) for one in clean])), 1),
        "with a false alarm %": percent([one.has("inconsistent", "decision") for one in clean]),
        "with a false decision %": percent([one.has("decision") for one in clean]),
        "with an error": len(wrong),
        "found %": percent([bool(one.found) for one in wrong]),
        "named %": percent([one.named for one in wrong]),
    }


def _share(part: int, whole: int) -> float:
    return round(100.0 * part / whole, 2) if whole else float("nan")
