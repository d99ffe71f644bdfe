"""The Munnell data as linearmodels ships them, under the names that the stored oracles use."""

from __future__ import annotations

import numpy as np
import pandas as pd

FORMULA = "lgsp ~ lpcap + lpc + lemp + unemp"


def munnell(gappy: bool = False) -> pd.DataFrame:
    """Return 48 states, 1970-1986; `gappy` leaves out the rows that the stored R script leaves out."""
    from linearmodels.datasets import munnell as shipped

    table = shipped.load()
    frame = pd.DataFrame(
        {
            "lgsp": np.log(table["GSP"]),
            "lpcap": np.log(table["P_CAP"]),
            "lpc": np.log(table["PC"]),
            "lemp": np.log(table["EMP"]),
            "unemp": table["UNEMP"],
            "state": table["STATE"],
            "year": table["YR"],
        }
    )
    row = np.arange(len(frame))
    kept = ~((row % 7 == 3) | (row % 11 == 5)) if gappy else np.ones(len(frame), dtype=bool)
    return frame[kept].set_index(["state", "year"])
