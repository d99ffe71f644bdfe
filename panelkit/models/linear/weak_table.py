"""The statistics of identification of a fit as one short table, with what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd

from panelkit.covariance.iid import Iid
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.stock_yogo import stock_yogo
from panelkit.kernels.tf import tf_critical
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message, verbatim
from panelkit.models.linear.weak_identification import ANDERSON, CRAGG_DONALD, RK_F, RK_LM
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile
from panelkit.results.tabled import Named, Tabled
from panelkit.results.tests import TestResult

_LEVEL = 0.95
# The rule of thumb of Staiger and Stock (1997), which applies to the conditional F too.
_THUMB = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class WeakIdentification(Tabled):
    """How well the instruments identify: statistics by a key, their names and values; `notes` say what follows.

    Under `tidy()` the keys are `first_stage_f`, `effective_f`, `rk_lm` (or `anderson_lm`), `rk_f`, `cragg_donald_f`,
    `conditional_f_NAME`, `tf_critical`, `tf_std_error`, `tf_low`, `tf_high`, `kappa`, and `stock_yogo_KIND_SHARE`.
    """

    rows: tuple[tuple[str, Message, float | Message], ...]
    numbers: dict[str, float]

    def _named(self) -> list[Named]:
        return [(name, value) for _, name, value in self.rows]

    def tidy(self) -> pd.DataFrame:
        """Return the numbers as a frame of one row."""
        return pd.DataFrame([self.numbers])


class Identified(Protocol):
    """What the table reads of a fit with instruments."""

    @property
    def spec(self) -> Any: ...

    @property
    def linear(self) -> Any: ...

    @property
    def estimates(self) -> FloatArray: ...

    @property
    def tests(self) -> tuple[TestResult, ...]: ...

    @property
    def first_stages(self) -> tuple[FitResult, ...]: ...

    @property
    def excluded(self) -> tuple[str, ...]: ...

    @property
    def explained(self) -> tuple[tuple[float, float], ...]: ...

    @property
    def std_errors(self) -> pd.Series: ...


class _Lines:
    """Rows as they are found."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Message, float | Message]] = []
        self.numbers: dict[str, float] = {}

    def add(self, key: str, name: Message, value: float, shown: Message | None = None) -> None:
        self.rows.append((key, name, float(value) if shown is None else shown))
        self.numbers[key] = float(value)

    def test(self, key: str, test: TestResult) -> None:
        if not test.applicable:
            self.rows.append((key, test.name, message("not applicable")))
            self.numbers[key] = float("nan")
        elif np.isnan(test.p_value):
            self.add(key, test.name, test.statistic)
        else:
            self.add(
                key,
                test.name,
                test.statistic,
                message("{value:.4g} (p = {p:.3g})", value=test.statistic, p=test.p_value),
            )


def weak_identification(fit: Identified) -> WeakIdentification:
    """Return the table of a fit with instruments."""
    linear = cast(InstrumentedFit, fit.linear)
    lines, notes = _Lines(), []
    m, excluded = linear.k - linear.n_exogenous, len(fit.excluded)
    by_name = {test.name: test for test in fit.tests}
    for stage in fit.first_stages:
        key = "first_stage_f" if m == 1 else "first_stage_f_" + stage.outcome
        lines.test(key, by_name[message("first-stage F of {outcome}", outcome=stage.outcome)])
    for stage, (partial, shea) in zip(fit.first_stages, fit.explained, strict=True):
        lines.add(
            "partial_r2_" + stage.outcome,
            message("partial R2 of {outcome} (Shea)", outcome=stage.outcome),
            partial,
            message("{partial:.4f} ({shea:.4f})", partial=partial, shea=shea),
        )
    rank = by_name.get(RK_LM) or by_name[ANDERSON]
    lines.test("rk_lm" if rank.name == RK_LM else "anderson_lm", rank)
    lines.test("cragg_donald_f", by_name[CRAGG_DONALD])
    lines.test("rk_f", by_name[RK_F])
    notes += _said_of_rank(rank)
    notes += _stock_yogo(
        lines, fit, linear, by_name[CRAGG_DONALD if isinstance(fit.spec.vcov, Iid) else RK_F]
    )
    notes += _conditional(lines, fit, m, by_name)
    if m == 1:
        notes += _effective(lines, by_name)
    if m == 1 and excluded == 1:
        notes += _tf(lines, fit)
    if linear.member is not None:
        lines.add("kappa", message("kappa"), linear.kappa)
    return WeakIdentification(
        title=message("Weak identification"),
        rows=tuple(lines.rows),
        numbers=lines.numbers,
        notes=tuple(notes),
    )


def _said_of_rank(rank: TestResult) -> list[Message]:
    if rank.applicable and rank.p_value > 1.0 - _LEVEL:
        return [
            message(
                "identification is not shown at 5 %: that the instruments leave a coefficient unidentified is not "
                "rejected (p = {p:.3g}), and estimates and their intervals may then mean nothing: look at the "
                "Anderson-Rubin F",
                p=rank.p_value,
            )
        ]
    return []


def _stock_yogo(
    lines: _Lines, fit: Identified, linear: InstrumentedFit, strength: TestResult
) -> list[Message]:
    """Add the critical values and return what the F says among them."""
    m, excluded = linear.k - linear.n_exogenous, len(fit.excluded)
    if linear.member is not None and linear.member.fuller is not None:
        return []
    liml = linear.member is not None
    sizes = stock_yogo("liml size" if liml else "size", m, excluded)
    biases = {} if liml else stock_yogo("bias", m, excluded)
    if not sizes and not biases:
        return [
            message(
                "Stock and Yogo (2005) give no critical value for {m} endogenous regressors and {excluded} instruments "
                "here (up to three and ten)",
                m=m,
                excluded=excluded,
            )
        ]
    for kind, values, name in (
        ("size", sizes, message("Stock-Yogo: size of a 5 % test at most 10, 15, 20, 25 %")),
        ("bias", biases, message("Stock-Yogo: bias at most 5, 10, 20, 30 % of least squares")),
    ):
        if values:
            shown = message("{values}", values=[_two(value) for value in values.values()])
            lines.rows.append(("stock_yogo_" + kind, name, shown))
            lines.numbers |= {
                "stock_yogo_" + kind + "_" + str(round(100 * share)): value for share, value in values.items()
            }
    return [] if not sizes or not strength.applicable else [_among(sizes, strength, fit)]


def _two(value: float) -> Message:
    return message("{value:.2f}", value=value)


def _among(sizes: dict[float, float], strength: TestResult, fit: Identified) -> Message:
    """Say which size the F rules out; under other errors than the values assume, none."""
    held = [share for share, value in sizes.items() if strength.statistic > value]
    independent = isinstance(fit.spec.vcov, Iid)
    numbers = {
        "f": strength.statistic,
        "value": sizes[held[0]] if held else list(sizes.values())[-1],
        "share": 100.0 * (held[0] if held else max(sizes)),
    }
    if held and independent:
        return message(
            "F = {f:.1f} is above the critical value {value:.2f} of Stock and Yogo: rejected (at 5 %) that a nominal 5 "
            "% Wald test has a size above {share:.0f} %, if errors are independent with one variance",
            **numbers,
        )
    if held:
        return message(
            "the Kleibergen-Paap F = {f:.1f} is above {value:.2f}, the value of Stock and Yogo for a size of "
            "{share:.0f} %; that value is for the Cragg-Donald F under independent errors of one variance, and bounds "
            "no size under these",
            **numbers,
        )
    if independent:
        return message(
            "F = {f:.1f} is below every critical value of Stock and Yogo ({value:.2f} for a size of {share:.0f} %): a "
            "nominal 5 % Wald test may reject a true null in more than a quarter of samples",
            **numbers,
        )
    return message(
        "the Kleibergen-Paap F = {f:.1f} is below every value of Stock and Yogo ({value:.2f} for a size of "
        "{share:.0f} %), which are for independent errors of one variance: the instruments look weak by them too",
        **numbers,
    )


def _conditional(lines: _Lines, fit: Identified, m: int, by_name: dict[Message, TestResult]) -> list[Message]:
    if m == 1:
        return []
    low = []
    for stage in fit.first_stages:
        test = by_name[message("Sanderson-Windmeijer conditional F of {term}", term=stage.outcome)]
        lines.test("conditional_f_" + stage.outcome, test)
        if test.applicable and test.statistic < _THUMB:
            low.append(stage.outcome)
    if not low:
        return []
    return [
        message(
            "the conditional F of {terms} is below 10, a rule of thumb: the instruments may be too weak to tell this "
            "effect from that of the other endogenous regressors",
            terms=[verbatim("`" + term + "`") for term in low],
        )
    ]


def _effective(lines: _Lines, by_name: dict[Message, TestResult]) -> list[Message]:
    test = by_name[message("effective F")]
    if not test.applicable:
        lines.test("effective_f", test)
        return []
    lines.add(
        "effective_f",
        test.name,
        test.statistic,
        message(
            "{value:.4g} (critical {critical:.3g})",
            value=test.statistic,
            critical=test.facts["critical_value"],
        ),
    )
    if test.statistic < test.facts["critical_value"]:
        return [
            message(
                "the effective F of {value:.1f} is below {critical:.1f}, the critical value for a bias of 10 % of the "
                "worst case (Montiel Olea and Pflueger 2013)",
                value=test.statistic,
                critical=test.facts["critical_value"],
            )
        ]
    return []


def _tf(lines: _Lines, fit: Identified) -> list[Message]:
    """Add what the first-stage F makes of the t statistic of one endogenous regressor with one instrument."""
    stage = next(test for test in fit.tests if test.name.startswith("first-stage F"))
    if not stage.applicable:
        return []
    f = stage.statistic
    critical = tf_critical(f, _LEVEL)
    estimate, error = float(fit.estimates[-1]), float(fit.std_errors.iloc[-1])
    if not np.isfinite(critical):
        lines.add(
            "tf_critical",
            message("tF critical value of |t|"),
            critical,
            message("none: F is not significant"),
        )
        return [
            message(
                "the first-stage F of {f:.2f} is below 3.84: after Lee, McCrary, Moreira and Porter (2022) no t "
                "statistic is significant",
                f=f,
            )
        ]
    adjusted = error * critical / float(t_quantile(_LEVEL, float("inf")))
    low, high = estimate - critical * error, estimate + critical * error
    lines.add("tf_critical", message("tF critical value of |t|"), critical)
    lines.add("tf_std_error", message("tF standard error"), adjusted)
    lines.numbers |= {"tf_low": low, "tf_high": high}
    lines.rows.append(
        ("tf_interval", message("tF 95 % interval"), message("{low:.4g} to {high:.4g}", low=low, high=high))
    )
    return [
        message(
            "with one instrument and a first-stage F of {f:.1f}, |t| = {t:.2f} is held against {critical:.2f} (Lee, "
            "McCrary, Moreira and Porter 2022)",
            f=f,
            t=abs(estimate / error),
            critical=critical,
        )
    ]
