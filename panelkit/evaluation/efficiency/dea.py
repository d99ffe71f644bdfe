"""Efficiency of the units of a panel by data envelopment: the door to every model of this folder but productivity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency.directional import DISPOSABILITIES, Disposability
from panelkit.evaluation.efficiency.judged import Judged, judge
from panelkit.evaluation.efficiency.notes import notes_of, title_of
from panelkit.evaluation.efficiency.problem import (
    FRONTIERS,
    MODELS,
    EfficiencyProblem,
    Frontier,
    Model,
    frontier_sets,
    settled,
)
from panelkit.evaluation.efficiency.programs import Returns
from panelkit.evaluation.efficiency.result import Efficiency
from panelkit.evaluation.efficiency.sample import Sample, check_rows, names_of, read_sample
from panelkit.evaluation.efficiency.scale import KINDS
from panelkit.evaluation.efficiency.slacks_based import Slanted
from panelkit.evaluation.efficiency.words import FRONTIER_WORDS, ORIENTATION_WORDS, RETURNS_WORDS
from panelkit.indices.panels.panel_frame import own_words
from panelkit.language.errors import SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_choice, check_count, refuse_idle

_WINDOW = 3


@offered(
    "evaluation",
    "dea",
    family="efficiency",
    result="Efficiency",
    source="Charnes, Cooper and Rhodes 1978; Banker, Charnes and Cooper 1984; Tone 2001; Kao and Hwang 2008",
    public=True,
)
def dea(
    data: pd.DataFrame,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    intermediates: Sequence[str] = (),
    undesirable: Sequence[str] = (),
    model: Model = "ccr",
    orientation: Slanted | None = None,
    returns: Returns | None = None,
    frontier: Frontier = "year",
    window: int = _WINDOW,
    lag: int | tuple[int, int] = 0,
    disposability: Disposability = "weak",
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> Efficiency:
    """Return how far every unit is from the best practice of the others, by data envelopment.

    An envelope of the observed points stands for the technology. It holds no noise: an error of measurement in one
    efficient unit moves the scores of all that have it as a peer. See `Efficiency.means` and the bootstrap for how
    sure scores are, and docs/efficiency.md for what they do not show.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    inputs, outputs
        Columns that are used and made. Ratios (shares, figures a head) do not add up as an envelope asks of them:
        take totals.
    intermediates
        Columns that stage 1 makes and stage 2 uses: for model "network" alone.
    undesirable
        Outputs of which less is better: for models "sbm" and "ddf".
    model
        "ccr" (radial, constant returns), "bcc" (variable returns), "radial" (`returns` as asked), "super" (radial,
        each unit outside its own envelope), "sbm" (slacks-based, Tone 2001), "super_sbm" (Tone 2002), "ddf"
        (directional distance), "network" (two stages, Kao and Hwang 2008).
    orientation
        "input" (as much with less), "output" (more with as much) or, of slacks-based models, "none" (both). None:
        "input"; slacks-based "none". Output-oriented radial scores are phi >= 1.
    returns
        "constant", "variable", "decreasing" (not increasing) or "increasing" (not decreasing). None: the model's own.
    frontier
        What a row is measured against: "year" (units of the same year), "global" or "pooled" (all rows, one frontier:
        scores of different years can be compared), "window" (each `window` years; scores are means over windows).
    window
        Years of a window.
    lag
        Years by which inputs precede outputs; with intermediates two numbers, one a stage (one number: both).
    disposability
        Of undesirable outputs under "ddf": "weak" (less of them costs outputs) or "strong". Slacks-based models
        dispose of them strongly.
    where
        A condition on the rows that are judged and span frontiers, by the year of the outputs:
        "province != 'Tibet'".
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Efficiency
        Scores by unit and year, slacks, targets, peers, multipliers, scale.

    Raises
    ------
    DataError
        If figures are missing or negative, a row is zero in all inputs or outputs, or too few rows span a frontier.
    SpecError
        If an option is unknown, has nothing to act on, or a model is not defined for it.

    Examples
    --------
    >>> found = pk.dea(panel, ["rd_expenditure"], ["patents_granted", "gdp"], model="bcc")
    >>> found.by_year().shape
    (6, 5)
    """
    given = (names_of("inputs", inputs), names_of("intermediates", intermediates))
    columns = (*given, names_of("outputs", outputs), names_of("undesirable", undesirable))
    check_choice("model", model, MODELS)
    check_choice("frontier", frontier, FRONTIERS)
    check_choice("disposability", disposability, DISPOSABILITIES)
    check_count("window", window, 2)
    _check_kinds(model, columns)
    _refuse_idle(model, frontier, window, disposability)
    way, scale = settled(model, orientation, returns)
    with own_words(data, unit, time) as levels:
        sample = read_sample(data, columns, lag, where=where, unit=unit, time=time)
        units, years = (sample.index.get_level_values(level).to_numpy() for level in (0, 1))
        sets = frontier_sets(years, frontier, window)
        said = check_rows(sample, sets, model)
        problem = EfficiencyProblem(
            model,
            scale,
            way,
            disposability,
            sample.inputs.to_numpy(),
            sample.intermediates.to_numpy(),
            sample.outputs.to_numpy(),
            sample.undesirable.to_numpy(),
            units,
            years,
            sets,
            columns,
        )
        found = judge(problem)
    notes = (*notes_of(problem, found, frontier, window), *said, *sample.notes)
    return Efficiency(
        title=title_of(model),
        scores=_scores(found, sample.index),
        problem=problem,
        peers=_peers(found, problem),
        slacks=_slacks(found, problem, sample),
        targets=_targets(found, problem, sample),
        multipliers=_multipliers(found, problem, sample),
        facts={
            "n_units": len(np.unique(units)),
            "years": f"{years.min()}-{years.max()}",
            term("fact", "returns"): RETURNS_WORDS[scale],
            term("fact", "orientation"): ORIENTATION_WORDS[way],
            term("fact", "frontier"): FRONTIER_WORDS[frontier],
        },
        notes=tuple(note.spoken(*levels) for note in notes),
        levels=levels,
    )


def _check_kinds(model: Model, columns: tuple[tuple[str, ...], ...]) -> None:
    _, intermediates, _, undesirable = columns
    if bool(intermediates) != (model == "network"):
        raise SpecError(
            message("intermediates belong to model 'network', which needs at least one, and to no other")
        )
    if undesirable and model not in ("sbm", "ddf"):
        raise SpecError(
            message(
                "undesirable outputs are judged by the models 'sbm' and 'ddf', not {model!r}", model=model
            )
        )


def _refuse_idle(model: Model, frontier: Frontier, window: int, disposability: Disposability) -> None:
    if frontier != "window":
        refuse_idle(
            {"window": window != _WINDOW},
            message("has no work where frontier is {name!r}, only where it is 'window'", name=frontier),
        )
    if model != "ddf":
        refuse_idle(
            {"disposability": disposability != "weak"},
            message("has no work under model {name!r}, only under 'ddf'", name=model),
        )


def _scores(found: Judged, index: pd.MultiIndex) -> pd.DataFrame:
    table = pd.DataFrame(
        {name: values for name, values in found.scores.items() if name != "kind"}, index=index
    )
    if "kind" in found.scores:
        table["returns"] = [KINDS[int(kind)] for kind in found.scores["kind"]]
    return table


def _peers(found: Judged, problem: EfficiencyProblem) -> pd.DataFrame:
    row, peer = (found.links[:, place].astype(int) for place in (0, 1))
    return pd.DataFrame(
        {
            "unit": problem.units[row],
            "year": problem.years[row],
            "peer": problem.units[peer],
            "peer_year": problem.years[peer],
            "intensity": found.links[:, 2],
        }
    )


def _figures(sample: Sample) -> pd.DataFrame:
    return pd.concat([sample.inputs, sample.outputs, sample.undesirable], axis=1)


def _slacks(found: Judged, problem: EfficiencyProblem, sample: Sample) -> pd.DataFrame | None:
    if found.slacks is None:
        return None
    names = [*problem.columns[0], *problem.columns[2], *problem.columns[3]]
    return pd.DataFrame(found.slacks, index=sample.index, columns=names[: found.slacks.shape[1]])


def _targets(found: Judged, problem: EfficiencyProblem, sample: Sample) -> pd.DataFrame | None:
    """Return the point that a row is led to: shrunk or grown by its radial score, then by its slacks."""
    slacks = _slacks(found, problem, sample)
    if slacks is None or problem.model == "super_sbm":
        return None
    figures, m, s = _figures(sample), len(problem.columns[0]), len(problem.columns[2])
    signs = np.concatenate([-np.ones(m), np.ones(s), -np.ones(len(problem.columns[3]))])
    factor = np.ones(figures.shape)
    if problem.is_radial:
        moved = slice(0, m) if problem.orientation == "input" else slice(m, m + s)
        factor[:, moved] = found.scores["score"][:, None]
    return figures * factor + slacks * signs


def _multipliers(found: Judged, problem: EfficiencyProblem, sample: Sample) -> pd.DataFrame | None:
    if found.multipliers is None:
        return None
    names = [*problem.columns[0], *problem.columns[2], "intercept"]
    return pd.DataFrame(found.multipliers, index=sample.index, columns=names)
