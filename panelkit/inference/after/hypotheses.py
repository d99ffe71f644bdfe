"""Joint tests of hypotheses about coefficients: Wald tests under the covariance of the fit, or a wild bootstrap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from panelkit.formula.coefficients import Equation, read_equations
from panelkit.formula.derivative import is_linear, parts_of
from panelkit.formula.tree import Chain, Node, Number
from panelkit.inference.after.coefficients import at_estimates, contrast_degrees, names_of, spread_of
from panelkit.inference.quadratic_form import quadratic_form
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.language.register import find
from panelkit.language.spelt import option
from panelkit.results.estimates import Estimates
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief

# Rows of restrictions are scaled to length one; what the others leave of a row below this is rounding.
_REPEATED = 1e-9
# What sums of the numbers that a text holds may round by, as a share of the largest.
_ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Restrictions(Brief):
    """q restrictions: what each leaves, `gap` (q,), at the estimates, its gradient `rows` (q, k), and its text."""

    gap: FloatArray
    rows: FloatArray
    texts: tuple[str, ...]
    linear: bool
    redundant: tuple[str, ...] = ()


@offered(
    "inference",
    family="after the fit",
    result="TestResult",
    source="Wald 1943; Stata's test and testnl",
    public=True,
)
def joint_test(
    fit: Estimates,
    hypotheses: str | Sequence[str],
    *,
    bootstrap: bool = False,
    reps: int | None = None,
    rng: int | np.random.Generator | None = None,
    cluster: str | None = None,
) -> TestResult:
    """Test hypotheses about coefficients jointly: `fit.test("x = z = 0")`.

    Parameters
    ----------
    fit
        A result with estimates and a covariance: a fit of one equation, a spatial fit, a mediation, impacts.
    hypotheses
        One text or several: `"x = 0"`, `"x = 2*z"`, `"x = z = 0"`, `["x = 0", "z = 1"]`, or `"x"` for `"x = 0"`. A term
        is named as the table names it (`log(gdp)`, `x:z`, `W*x`, `rho`), an odd name in backticks; where a term stands
        in several equations, `equation:term`. Products of coefficients make a nonlinear hypothesis.
    bootstrap
        True tests by the restricted wild cluster bootstrap (least squares in one equation, linear hypotheses).
    reps, rng, cluster
        Of the bootstrap: 9999 draws, seed 0, and the clustering of the fit's covariance, unless given.

    Returns
    -------
    TestResult
        F(q, df) = W / q where the fit has t statistics, chi2(q) = W where they are normal, with
        W = (R b - r)' (R V R')^-1 (R b - r). `facts` names the restrictions.

    Raises
    ------
    SpecError
        If a term is not there (those there are named), or restrictions contradict each other.

    Notes
    -----
    A restriction that follows from the others is left out and named in a note. Under CR2 one restriction has the
    Satterthwaite degrees of freedom of its own combination, several the smallest among those of each.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> found = fit.test("log(rd_expenditure) = log(gdp) = 0")
    >>> found.df
    (2.0, 30.0)
    >>> fit.test("log(rd_expenditure) = 2*log(gdp)").p_value > 0.05
    True
    """
    names = names_of(fit)
    texts = listed_texts(hypotheses)
    if not texts:
        raise SpecError(message("no hypothesis is given: write one, such as `x = 0`"))
    equations = tuple(equation for text in texts for equation in read_equations(text, names))
    found = restrictions_at(equations, names, np.asarray(fit.estimates))
    if bootstrap:
        return _by_draws(fit, found, reps=reps, rng=rng, cluster=cluster)
    drawn = {"reps": reps is not None, "rng": rng is not None, "cluster": cluster is not None}
    refuse_idle(
        drawn,
        message(
            "is an option of the bootstrap: give {bootstrap} too, or leave it out",
            bootstrap=option("bootstrap", True),
        ),
    )
    return wald_test(fit, found)


def listed_texts(given: Any) -> list[Any]:
    """Return one text, or several, as a list.

    Raises
    ------
    SpecError
        If they are neither.
    """
    if isinstance(given, str):
        return [given]
    if isinstance(given, Mapping) or not isinstance(given, Iterable):
        raise SpecError(
            message(
                "hypotheses are a text, or a list of texts, such as `x = 0`, not {kind}",
                kind=type(given).__name__,
            )
        )
    return list(given)


def _by_draws(fit: Estimates, found: Restrictions, **options: Any) -> TestResult:
    if not found.linear:
        raise SpecError(
            message(
                "the wild bootstrap tests linear hypotheses: leave out {bootstrap}",
                bootstrap=option("bootstrap", True),
            )
        )
    given = {key: value for key, value in options.items() if value is not None}
    result: TestResult = find("inference", "wild_joint")(fit, found.rows, found.gap, found.texts, **given)
    return result


def restrictions_at(
    equations: Sequence[Equation], names: tuple[str, ...], estimates: FloatArray
) -> Restrictions:
    """Return the restrictions at the estimates, without those that follow from others.

    Raises
    ------
    SpecError
        If restrictions contradict each other, or a nonlinear one has no derivative at the estimates.
    """
    trees = [Chain(each.left, (("-", each.right),)) for each in equations]
    here = [at_estimates(tree, names, estimates) for tree in trees]
    nowhere = [at_estimates(tree, names, np.zeros(len(names))) for tree in trees]
    texts = [each.text for each in equations]
    linear = [is_linear(tree) for tree in trees]
    lost = [text for text, slope in zip(texts, here, strict=True) if not _finite(slope.value, slope.by)]
    if lost:
        raise SpecError(
            message(
                "{texts}: at the estimates it has no value or no derivative (a zero below a stroke, a logarithm of "
                "what is not positive)",
                texts=[f"`{text}`" for text in lost],
            )
        )
    rows = np.array([slope.by for slope in here])
    gap = np.array([float(slope.value) for slope in here])
    constant = np.array([float(slope.value) for slope in nowhere])
    left = constant if all(linear) else gap
    written = np.array([_largest_number(tree) for tree in trees])
    kept, redundant = _independent(rows, left, written, texts, all(linear))
    return Restrictions(
        gap[kept],
        rows[kept],
        tuple(texts[at] for at in kept),
        all(linear),
        tuple(texts[at] for at in redundant),
    )


def _finite(*values: FloatArray) -> bool:
    return all(bool(np.isfinite(value).all()) for value in values)


def _largest_number(tree: Node) -> float:
    return max((abs(part.value) for part in parts_of(tree) if isinstance(part, Number)), default=0.0)


def _independent(
    rows: FloatArray, left: FloatArray, written: FloatArray, texts: list[str], linear: bool
) -> tuple[list[int], list[int]]:
    """Return which restrictions stand by themselves and which follow from those before; refuse contradictions.

    `rows` (m, k) are gradients, `left` (m,) what restrictions leave where all coefficients are zero (of nonlinear ones:
    at the estimates), `written` (m,) the largest number in each text, which its sums round by.
    """
    kept: list[int] = []
    redundant: list[int] = []
    for at, row in enumerate(rows):
        size = float(np.linalg.norm(row))
        before = rows[kept]
        lengths = np.linalg.norm(before, axis=1)
        scaled = before / lengths[:, None]
        weights = np.linalg.lstsq(scaled.T, row, rcond=None)[0] if kept else np.zeros(0)
        if size > 0.0 and np.linalg.norm(row - scaled.T @ weights) > _REPEATED * size:
            kept.append(at)
            continue
        implied = weights * left[kept] / lengths
        rounding = _ROUNDING * (written[at] + float(np.abs(weights * written[kept] / lengths).sum()))
        scale = max(abs(left[at]), float(np.abs(implied).sum()))
        if abs(left[at] - implied.sum()) > max(_REPEATED * scale, rounding):
            involved = [
                texts[other] for other, w in zip(kept, weights, strict=True) if abs(w) > _REPEATED * size
            ]
            raise _contradiction(texts[at], involved) if linear else _dependent(texts[at], involved)
        redundant.append(at)
    if not kept:
        raise SpecError(
            message(
                "{texts}: it holds whatever the coefficients are, and tests nothing",
                texts=[f"`{t}`" for t in texts],
            )
        )
    return kept, redundant


def _dependent(text: str, others: list[str]) -> SpecError:
    """Refuse a nonlinear restriction whose gradient others span, and which does not follow from them."""
    if not others:
        return SpecError(
            message(
                "`{text}`: its derivative by the coefficients is zero at the estimates, and nothing can be tested",
                text=text,
            )
        )
    return SpecError(
        message(
            "`{text}` moves with the coefficients as {others} does at the estimates, and they cannot be tested "
            "together: test them one by one",
            text=text,
            others=listed([f"`{other}`" for other in others]),
        )
    )


def _contradiction(text: str, others: list[str]) -> SpecError:
    if not others:
        return SpecError(message("`{text}` is false whatever the coefficients are", text=text))
    return SpecError(
        message(
            "`{text}` contradicts {others}: no coefficients satisfy both",
            text=text,
            others=listed([f"`{other}`" for other in others]),
        )
    )


def wald_test(fit: Estimates, found: Restrictions) -> TestResult:
    """Return the Wald test of restrictions under the covariance of a result."""
    q = len(found.gap)
    name, null = message("Wald test"), listed(found.texts)
    spread = spread_of(found.rows, np.asarray(fit.covariance))
    facts: dict[str, Any] = {"restrictions": found.texts, "vcov": fit.facts.get("vcov")}
    wald, because = quadratic_form(found.gap, spread)
    if because is not None:
        return TestResult.not_applicable(name, null, because)
    degrees = contrast_degrees(fit, found.rows)
    df = float(degrees.min())
    notes = (*_redundant_note(found), *_nonlinear_note(found), *_degrees_note(degrees))
    shown: tuple[float, ...]
    if not np.isfinite(df):
        p = float(special.chdtrc(q, wald))
        kind, shown, statistic = "chi2", (float(q),), wald
    else:
        p = float(special.fdtrc(q, df, wald / q))
        kind, shown, statistic = "F", (float(q), df), wald / q
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution=kind,
        df=shown,
        p_value=p,
        facts=facts,
        notes=notes,
    )


def _redundant_note(found: Restrictions) -> tuple[Message, ...]:
    if not found.redundant:
        return ()
    return (
        message(
            "left out, because the others imply it: {texts}", texts=[f"`{text}`" for text in found.redundant]
        ),
    )


def _nonlinear_note(found: Restrictions) -> tuple[Message, ...]:
    if found.linear:
        return ()
    return (message("nonlinear in the coefficients: the delta method at the estimates"),)


def _degrees_note(degrees: FloatArray) -> tuple[Message, ...]:
    if degrees.min() == degrees.max() or not np.isfinite(degrees).all():
        return ()
    return (
        message(
            "each restriction has degrees of freedom of its own ({least:.3g} to {most:.3g}); the test takes the "
            "smallest",
            least=float(degrees.min()),
            most=float(degrees.max()),
        ),
    )
