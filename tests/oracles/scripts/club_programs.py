"""Make tests/oracles/convergence_clubs.json: the 152 countries of Phillips and Sul (2009) and what programs find.

    pip install convergence-clubs==0.1.2      # a port of R's ConvergenceClubs 2.2.5; it holds the data
    python tests/oracles/scripts/club_programs.py

The printed table, on the data of Phillips and Sul (2009), is that of the package's documentation, to three digits; R's
sandwich gives the error of the log t regression of all countries.
"""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path

import convergence_clubs as cc  # type: ignore[import-not-found]
import numpy as np

HOME = Path(__file__).resolve().parents[1]
DIGITS = 6
R = """
y <- scan("{path}", quiet = TRUE); z <- log(12:34); m <- lm(y ~ z)
cat(format(c(coef(m)[2], sqrt(diag(sandwich::vcovHAC(m)))[2]), digits = 12))
"""


def by_sandwich(x: np.ndarray) -> list[float]:
    """Return slope and error of R's lm and sandwich::vcovHAC on the regression of all countries, r = 1/3."""
    h = ((x / x.mean(axis=0) - 1) ** 2).mean(axis=0)
    t = np.arange(12, 35)
    path = HOME / "y.txt"
    path.write_text(" ".join(map(repr, (np.log(h[0] / h[11:]) - 2 * np.log(np.log(t))).tolist())))
    done = subprocess.run(["Rscript", "-e", R.format(path=path)], capture_output=True, text=True, check=True)
    path.unlink()
    return [float(value) for value in done.stdout.split()]


def main() -> None:
    """Write the file."""
    warnings.simplefilter("ignore")
    data = cc.load_filtered_gdp().round(DIGITS)
    programs = {}
    for convention in ("R", "Stata"):
        for hac in ("FQSB", "AQSB"):
            found = cc.find_clubs(data, convention=convention, hac_method=hac)
            programs[f"{convention} {hac}"] = {
                "clubs": [sorted(int(at) for at in club.ids) for club in found.clubs],
                "t": [round(club.model.t_value, 8) for club in found.clubs],
                "divergent": sorted(int(at) for at in found.divergent_ids),
                "merged": [len(club.ids) for club in found.merge("PS").clubs],
                "von Lyncker": [len(club.ids) for club in found.merge("vLT").clubs],
            }
    oracle = {
        "kind": "published, and other programs",
        "source": "data of Phillips and Sul 2009; convergence-clubs 0.1.2 and its documentation; R sandwich 3.0.2",
        "made_by": "python tests/oracles/scripts/club_programs.py",
        "input": "filtered log GDP a head of 152 countries, 1970-2003 (Penn World Table 6.2), six digits",
        "spec": {"values": data.to_numpy().tolist()},
        "expect": {
            "published": {
                "whole": [-0.875, -159.55],
                "clubs": [
                    [50, 0.382, 9.282],
                    [30, 0.240, 6.904],
                    [21, 0.110, 3.402],
                    [24, 0.131, 2.055],
                    [14, 0.190, 1.701],
                    [11, 1.003, 6.024],
                    [2, -0.470, -0.559],
                ],
            },
            "programs": programs,
            "sandwich": by_sandwich(data.to_numpy()),
        },
        "printed_digits": 3,
        "rtol": 1e-6,
        "why_rtol": "programs run on the stored digits; published t to three digits, on data of full precision",
    }
    (HOME / "convergence_clubs.json").write_text(json.dumps(oracle) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
