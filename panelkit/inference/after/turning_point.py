"""Where a curve turns, and whether it does so within the data: Lind and Mehlum's test of a U shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.inference.after.coefficients import contrast_degrees
from panelkit.inference.after.curves import CURVES, Curve, curved, is_log, moderated, spelled
from panelkit.inference.after.fieller import RatioSet, fieller
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile, t_upper
from panelkit.results.tests import TestResult


@dataclass(frozen=True, kw_only=True, eq=False)
class TurningPoint(TestResult):
    """A turning point with Lind and Mehlum's test of a (possibly inverse) U shape.

    `point` is where the slope is zero, in units of `term`; `data_range` what the sample holds of the term;
    `slopes` (2,) and `slope_statistics` (2,) are those at its two ends; `shape` is "U" or "inverse U"; `intervals` is
    Fieller's set of the point at `level`; `inside` says whether the point lies strictly within the range.
    `of_levels` is exp(point), where the term is a logarithm.
    """

    term: str
    beside: str
    form: str
    point: float
    std_error: float
    shape: str
    data_range: tuple[float, float]
    slopes: tuple[float, float]
    slope_statistics: tuple[float, float]
    intervals: RatioSet
    level: float
    of_levels: float | None = None

    @property
    def inside(self) -> bool:
        """Tell whether the turning point lies strictly within the data."""
        return self.data_range[0] < self.point < self.data_range[1]

    def _between(self, language: Language) -> tuple[str, ...]:
        shape = message("an inverse U") if self.shape == "inverse U" else message("a U")
        said = [
            message(
                "`{term}` with `{beside}`: {shape}, turning at {point:.6g} (delta-method standard error {error:.4g}); "
                "Fieller {level:.4g} % set {found}; the data reach from {low:.6g} to {high:.6g}",
                term=self.term,
                beside=self.beside,
                shape=shape,
                point=self.point,
                error=self.std_error,
                level=100.0 * self.level,
                found=self.intervals.said(),
                low=self.data_range[0],
                high=self.data_range[1],
            ),
            message(
                "slopes at the two ends: {first:.4g} (t = {t_first:.3g}) and {last:.4g} (t = {t_last:.3g})",
                first=self.slopes[0],
                last=self.slopes[1],
                t_first=self.slope_statistics[0],
                t_last=self.slope_statistics[1],
            ),
        ]
        if self.of_levels is not None:
            said.append(message("in levels, exp of it: {value:.6g}", value=self.of_levels))
        return tuple(line.text(language) for line in said)


@offered(
    "test",
    family="after the fit",
    result="TurningPoint",
    source="Lind and Mehlum 2010; Sasabuchi 1980; Stata's utest",
    public=True,
)
def turning_point(
    fit: FitResult, term: str, beside: str | None = None, *, level: float = 0.95
) -> TurningPoint:
    """Return where b x + c f(x) turns, with the test that it does so within the data.

    Parameters
    ----------
    fit
        A fit of one equation that holds the two terms, in levels.
    term
        The term x, such as `"log(gdp)"`.
    beside
        The term f(x): the square of x, its inverse 1/x, or its logarithm, however it is spelled (`I(x^2)`, `I(x*x)`, a
        column of one's own). None finds it among the terms by its values.
    level
        Level of Fieller's set of the turning point.

    Returns
    -------
    TurningPoint
        Null: the curve is monotone, or turns the other way, over the data. The statistic is the smaller of the two t
        statistics of the slopes at the ends of the data, each signed as the shape asks, and p its one-sided p-value
        (the intersection-union test of Sasabuchi 1980). Where the point lies outside the data the test does not apply.

    Raises
    ------
    SpecError
        If a term is not there, or none of them is a curve of the other.

    Notes
    -----
    The range of the data is that of the rows that enter. p < .05 is necessary for the claim of a U shape; a significant
    square alone is not sufficient.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(gdp) + I(log(gdp)^2)").fit(panel)
    >>> found = pk.turning_point(fit, "log(gdp)")
    >>> found.beside, found.shape
    ('I(log(gdp)^2)', 'inverse U')
    """
    check_fit(fit)
    check_confidence(level)
    design = fit.observed
    if design is None:
        raise SpecError(
            message("{title}: it kept no rows, whose range a turning point needs", title=fit.title)
        )
    term, asked = spelled(fit, design, term, beside)
    x, name, form = curved(fit, design, term, asked)
    at = [fit.terms.index(term), fit.terms.index(name)]
    b, c = (float(value) for value in fit.estimates[at])
    V = np.asarray(fit.covariance)[np.ix_(at, at)]
    if c == 0.0 or (b == 0.0 and form != "square"):
        zero = name if c == 0.0 else term
        raise SpecError(message("the coefficient of `{term}` is exactly zero: nothing turns", term=zero))
    low, high = float(x.min()), float(x.max())
    if form == "inverse" and low < 0.0 < high:
        raise SpecError(
            message(
                "`{beside}` has a pole at zero, inside the data, which reach from {low:.6g} to {high:.6g}: the slopes "
                "at their ends say nothing of the curve between",
                beside=name,
                low=low,
                high=high,
            )
        )
    curve = CURVES[form]
    rows = np.column_stack([np.ones(2), curve.slope(np.array([low, high]))])
    slopes = rows @ np.array([b, c])
    contrasts = np.zeros((2, len(fit.terms)))
    contrasts[:, at] = rows
    errors = np.sqrt(np.einsum("ij,jk,ik->i", rows, V, rows))
    degrees = contrast_degrees(fit, contrasts)
    t = slopes / errors
    shape = "U" if slopes[1] > slopes[0] else "inverse U"
    turned = t if shape == "U" else -t
    one_sided = [t_upper(-turned[0], float(degrees[0])), t_upper(turned[1], float(degrees[1]))]
    statistic = float(min(-turned[0], turned[1]))
    side = (
        -1.0 if form == "inverse" and high < 0.0 else 1.0
    )  # of its two turning points, that on the data's side
    point = side * float(curve.turns(-b / c))
    df = float(degrees.min())
    inside = low < point < high
    words = {
        "U": message("monotone or an inverse U over the data"),
        "inverse U": message("monotone or a U over the data"),
    }
    return TurningPoint(
        name=message("U test of Lind and Mehlum"),
        null=words[shape],
        statistic=statistic if inside else float("nan"),
        distribution="t",
        df=() if not np.isfinite(df) else (df,),
        p_value=float(max(one_sided)) if inside else float("nan"),
        reason=verbatim("") if inside else _outside(point, low, high),
        facts={"vcov": fit.facts.get("vcov")},
        term=term,
        beside=name,
        form=form,
        point=point,
        std_error=_delta(curve, b, c, V),
        shape=shape,
        data_range=(low, high),
        slopes=(float(slopes[0]), float(slopes[1])),
        slope_statistics=(float(t[0]), float(t[1])),
        notes=moderated(fit, design, term, name),
        intervals=_turned(_fieller_set(form, (b, c), V, float(t_quantile(level, df)), level), side),
        level=level,
        of_levels=float(np.exp(point)) if is_log(design, term) and np.isfinite(point) else None,
    )


def _outside(point: float, low: float, high: float) -> Message:
    if not np.isfinite(point):
        return message("the curve has no turning point: both slopes have one sign everywhere")
    return message(
        "the turning point, {point:.6g}, lies outside the data, which reach from {low:.6g} to {high:.6g}: over them "
        "the curve is monotone",
        point=point,
        low=low,
        high=high,
    )


def _delta(curve: Curve, b: float, c: float, V: FloatArray) -> float:
    """Return the delta-method standard error of the turning point, a function of -b/c alone."""
    gradient = curve.moves(-b / c) * np.array([-1.0 / c, b / (c * c)])
    return float(np.sqrt(gradient @ V @ gradient))


def _fieller_set(
    form: str, pair: tuple[float, float], V: FloatArray, critical: float, level: float
) -> RatioSet:
    b, c = pair
    if form == "square":
        spread = np.array([[V[0, 0], -2.0 * V[0, 1]], [-2.0 * V[0, 1], 4.0 * V[1, 1]]])
        return fieller((-b, 2.0 * c), spread, critical, level)
    turned = V[::-1, ::-1]
    if form == "log":  # -c/b
        return fieller((-c, b), turned * np.array([[1.0, -1.0], [-1.0, 1.0]]), critical, level)
    squares = fieller((c, b), turned, critical, level)  # x^2 = c/b
    held = [(max(low, 0.0), high) for low, high in squares.intervals if high >= 0.0]
    return RatioSet(tuple((float(np.sqrt(low)), float(np.sqrt(high))) for low, high in held), level)


def _turned(found: RatioSet, side: float) -> RatioSet:
    """Return a set of points, or of their negatives."""
    if side > 0.0:
        return found
    return RatioSet(tuple((-high, -low) for low, high in reversed(found.intervals)), found.level)
