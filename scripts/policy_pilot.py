"""What a policy did that began in some provinces first: its dates, the effect by several codings, an event study."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import panelkit as pk

OUTCOME = "log(rd_expenditure / gdp)"
CODINGS = (("any-zone", 0), ("any-zone", 1), ("whole-province", 0), ("whole-province", 1))


def main(folder: Path, policy: str = "innov_reform") -> None:
    """Print who is treated and the effect by every coding; draw the event study and write its table."""
    pilots = pk.load_policy_pilots(policy)
    print(pilots.attrs["panelkit"]["said"]["en"])
    print(pilots["first"].value_counts().sort_index().to_string())
    data = pk.load_provinces(["rd_expenditure", "gdp"], (2010, 2019))
    rows = []
    for coding, shift in CODINGS:
        panel = pk.add_policy(data, policy, coding, shift)
        fit = pk.StaggeredDiD(f"{OUTCOME} ~ 1", cohort=f"{policy}_first").fit(panel, by="overall")
        rows.append(fit.tidy().assign(coding=coding, shift=shift, treated=fit.facts["n_treated"]))
    print(pd.concat(rows).to_string(index=False))
    panel = pk.add_policy(data, policy, year_shift="late")
    study = pk.EventStudy(f"{OUTCOME} ~ 1", cohort=f"{policy}_first", window=(-4, 2)).fit(panel)
    print(study.summary())
    for found in (study.pretrend_test(), study.honest_did()):
        print(found.summary())
    folder.mkdir(parents=True, exist_ok=True)
    print(study.plot().save(folder / f"{policy}.svg"))
    print(study.to_docx(folder / f"{policy}.docx"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), *sys.argv[2:3])
