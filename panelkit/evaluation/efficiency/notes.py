"""What has to be said of efficiencies: what a score means, against what it is measured, what it leaves open."""

from __future__ import annotations

import numpy as np

from panelkit.data.wording import first_of
from panelkit.evaluation.efficiency.judged import Judged
from panelkit.evaluation.efficiency.problem import EfficiencyProblem, Frontier, Model
from panelkit.evaluation.efficiency.words import RETURNS_WORDS
from panelkit.language.message import Message, message

_MOST = 6
# ends of a decomposition that are nearer than this are one
_ONE = 1e-6

_TITLES: dict[Model, Message] = {
    "ccr": message("Efficiency under constant returns (CCR)"),
    "bcc": message("Efficiency under variable returns (BCC)"),
    "radial": message("Radial efficiency"),
    "super": message("Super-efficiency"),
    "sbm": message("Slacks-based efficiency (SBM)"),
    "super_sbm": message("Slacks-based super-efficiency"),
    "ddf": message("Directional distances"),
    "network": message("Efficiency of two stages"),
}


def title_of(model: Model) -> Message:
    """Return what a table of the model is called."""
    return _TITLES[model]


def notes_of(
    problem: EfficiencyProblem, found: Judged, frontier: Frontier, window: int
) -> tuple[Message, ...]:
    """Return the notes of a result, the meaning of its score first."""
    return (
        _meaning(problem),
        message(
            "inputs: {inputs}; outputs: {outputs}",
            inputs=list(problem.columns[0]),
            outputs=list(problem.columns[2]),
        ),
        *_further_columns(problem),
        _against(problem, frontier, window),
        *_of_model(problem, found),
        *_unreached(problem, found),
        *_solved(found),
    )


def _meaning(problem: EfficiencyProblem) -> Message:
    if problem.model == "ddf":
        return message(
            "score = 1 / (1 + distance); the distance is the share by which outputs could grow while undesirable "
            "outputs shrink by the same share"
        )
    if problem.model == "network":
        return message(
            "score = efficiency of stage 1 times efficiency of stage 2, one value of intermediates in both; "
            "its two ends are given: one stage as efficient as can be, or the other"
        )
    if problem.model in ("sbm", "super_sbm"):
        return message(
            "score: mean share of inputs that is needed over mean growth of outputs that is possible; free of units "
            "of measurement, not of a number added to a column"
        )
    if problem.orientation == "output":
        return message(
            "score: the factor by which all outputs could grow with the same inputs (1 on the frontier); free of units "
            "of measurement"
        )
    return message(
        "score: the share of its inputs with which the frontier makes the same outputs (1 on the frontier); free of "
        "units of measurement"
    )


def _further_columns(problem: EfficiencyProblem) -> tuple[Message, ...]:
    if problem.columns[1]:
        return (message("intermediates: {columns}", columns=list(problem.columns[1])),)
    if problem.columns[3]:
        return (message("undesirable outputs: {columns}", columns=list(problem.columns[3])),)
    return ()


def _against(problem: EfficiencyProblem, frontier: Frontier, window: int) -> Message:
    returns = RETURNS_WORDS[problem.returns]
    if frontier == "year":
        return message(
            "each {period} has a frontier of its own, of {returns} returns: scores of different {periods} do not tell "
            "whether a {unit} came forward",
            returns=returns,
        )
    if frontier == "window":
        return message(
            "frontiers of {returns} returns over windows of {window} {periods}; a score is the mean over its windows",
            returns=returns,
            window=window,
        )
    return message(
        "one frontier of {returns} returns of all {periods}: what was possible in any of them counts as possible in "
        "all",
        returns=returns,
    )


def _of_model(problem: EfficiencyProblem, found: Judged) -> tuple[Message, ...]:
    if problem.is_radial:
        return (
            message(
                "slacks: those of the largest sum in means of each column, after the radial step; other points of the "
                "frontier can have the same sum"
            ),
        )
    if problem.model == "ddf":
        weak = message("undesirable outputs are weakly disposable: less of them costs outputs")
        strong = message("undesirable outputs are strongly disposable: less of them costs nothing")
        return (weak if problem.disposability == "weak" else strong,) if problem.columns[3] else ()
    if problem.model == "sbm" and problem.columns[3]:
        return (message("undesirable outputs are strongly disposable: less of them costs nothing"),)
    if problem.model == "network":
        wide = np.abs(found.scores["first_most"] - found.scores["first_least"]) > _ONE
        return (
            message(
                "the two ends of the decomposition differ for {count} of {rows} rows",
                count=int(wide.sum()),
                rows=len(wide),
            ),
        )
    if problem.model == "super" and problem.orientation == "output":
        return (
            message(
                "super-efficiency: a {unit} on the frontier is measured against the frontier of the others, and beyond "
                "it is below 1; the size of a lead hangs on few points"
            ),
        )
    if problem.model in ("super", "super_sbm"):
        return (
            message(
                "super-efficiency: a {unit} on the frontier is measured against the frontier of the others, and beyond "
                "it is above 1; the size of a lead hangs on few points"
            ),
        )
    return ()


def _unreached(problem: EfficiencyProblem, found: Judged) -> tuple[Message, ...]:
    rows = np.flatnonzero(np.isnan(found.scores["score"]))
    if not len(rows):
        return ()
    places = [f"{problem.units[i]} {problem.years[i]}" for i in rows]
    return (
        message(
            "no score: {places}; no point of the frontier of the others reaches these rows in this direction",
            places=first_of(places, _MOST),
        ),
    )


def _solved(found: Judged) -> tuple[Message, ...]:
    if not found.by_highs:
        return ()
    return (message("{count} linear programs were left to HiGHS", count=found.by_highs),)
