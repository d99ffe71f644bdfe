"""Whether a frontier has constant returns to scale: the door of the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency.chance.returns_test import returns_test
from panelkit.evaluation.efficiency.problem import frontier_sets
from panelkit.evaluation.efficiency.programs import ORIENTATIONS, Orientation
from panelkit.evaluation.efficiency.sample import check_rows, names_of, read_sample
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_choice, check_count
from panelkit.language.spelt import option
from panelkit.results.tests import TestResult


@offered("evaluation", family="efficiency", result="TestResult", source="Simar and Wilson 2002", public=True)
def returns_to_scale_test(
    data: pd.DataFrame,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    orientation: Orientation = "input",
    lag: int = 0,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> TestResult:
    """Return the test that the frontier of one year has constant returns to scale, against variable ones.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    inputs, outputs
        Columns that are used and made.
    orientation
        "input" or "output".
    lag
        Years by which inputs precede outputs.
    reps
        Draws under constant returns.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    where
        A condition that leaves one year.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    TestResult
        The mean scale efficiency and its p-value: small where constant returns do not hold.

    Raises
    ------
    SpecError
        If several years are left: their frontiers move, and rows of one unit are no independent points.
    DataError
        If figures are missing or negative, or too few units lie off the frontier.

    Examples
    --------
    >>> found = pk.returns_to_scale_test(
    ...     panel, ["rd_expenditure"], ["patents_granted"], where="year == 2020", reps=49
    ... )
    >>> 0 < found.p_value <= 1
    True
    """
    check_choice("orientation", orientation, ORIENTATIONS)
    check_count("reps", reps, 2)
    with own_words(data, unit, time) as levels:
        sample = read_sample(
            data,
            (names_of("inputs", inputs), (), names_of("outputs", outputs), ()),
            lag,
            where=where,
            unit=unit,
            time=time,
        )
        years = sample.index.get_level_values(1).to_numpy()
        if len(np.unique(years)) > 1:
            raise SpecError(
                message(
                    "returns to scale are tested on the frontier of one {period}, and {count} are held: "
                    "{where}",
                    count=len(np.unique(years)),
                    where=option("where", f"{time or 'year'} == {years.max()}", exact=True),
                )
            )
        said = check_rows(sample, frontier_sets(years, "year", 1), "bcc")
        found = returns_test(
            sample.inputs.to_numpy(),
            sample.outputs.to_numpy(),
            orientation=orientation,
            reps=reps,
            generator=as_generator(rng),
        )
    notes = (
        message("{reps} draws of the smoothed bootstrap under constant returns", reps=reps),
        *said,
        *sample.notes,
    )
    return TestResult(
        name=message("Simar-Wilson test of returns to scale"),
        null=message("the frontier has constant returns to scale everywhere"),
        statistic=found.statistic,
        distribution=term("distribution of a test", "mean scale efficiency"),
        p_value=found.p_value,
        facts={"nobs": len(years), "reps": reps},
        notes=tuple(note.spoken(*levels) for note in notes),
    )
