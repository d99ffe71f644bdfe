"""The test of constant returns beside efficiencies: of the year whose table is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from panelkit.cli._data import ChosenRows
from panelkit.cli._printing import all_told
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.evaluation.efficiency.result import Efficiency
    from panelkit.results.tests import TestResult


def test_of_returns(
    found: Efficiency, rows: ChosenRows, year: int | None, *, lag: int, reps: int, seed: int
) -> TestResult:
    """Return the test that the frontier of a year has constant returns, in the orientation of the scores.

    Raises
    ------
    SpecError
        Under a model whose scores are not those that the test draws, or for a year that is not held.
    """
    from panelkit.evaluation.efficiency.chance.returns_to_scale import returns_to_scale_test
    from panelkit.formula.tokens import spelled

    problem = found.problem
    if not problem.is_radial:
        raise SpecError(
            message(
                "--returns-test draws radial efficiencies: take --model ccr, bcc or radial, or leave it out"
            )
        )
    chosen = found.years[-1] if year is None else year
    one = f"{spelled(str(rows.frame.index.names[1]))} == {chosen}"
    orientation: Any = problem.orientation
    inputs, _, outputs, _ = problem.columns
    return returns_to_scale_test(
        rows.frame,
        inputs,
        outputs,
        orientation=orientation,
        lag=lag,
        reps=reps,
        rng=seed,
        where=one if rows.where is None else f"({rows.where}) & {one}",
    )


def told_of(tested: TestResult | None, language: Language) -> dict[str, Any]:
    """Return the test as it stands in JSON, nothing where there is none."""
    if tested is None:
        return {}
    return {
        "returns_test": {
            "name": tested.name.text(language),
            "null": tested.null.text(language),
            "statistic": tested.statistic,
            "p_value": tested.p_value,
            "notes": all_told(tested.notes, language),
        }
    }
