"""Coupling of technological and industrial innovation, step by step: score, couple, judge the formulas, write."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk
from panelkit.indices.panels.designs import load_design
from panelkit.report.index_files import write_coordination

SUBSYSTEMS = ("tech_innovation", "industrial_innovation")


def main(folder: Path) -> None:
    """Print the coupling of the two shipped subsystems under three weightings; write the one by entropy."""
    found = {}
    for rule in ("entropy", "equal", "critic"):
        designs = [load_design(name).with_(weights=rule) for name in SUBSYSTEMS]
        found[rule], _ = pk.couple(*designs)
        d = found[rule].values["D"].groupby(level="year").median()
        print(
            f"weights by {rule}: median D {d.iloc[0]:.3f} in {d.index[0]}, {d.iloc[-1]:.3f} in {d.index[-1]}"
        )
    main_run = found["entropy"]
    print(*main_run.notes, sep="\n")
    scores = main_run.values[list(main_run.systems)].to_numpy()
    print(pk.which_coupling_formula(scores, [f"{value:.4f}" for value in main_run.values["C"]]).sentence())
    print(*write_coordination(main_run, folder), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
