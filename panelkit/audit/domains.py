"""Which numbers can stand at a place of a table at all: counts are whole, errors positive, probabilities below one."""

from __future__ import annotations

from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand
from panelkit.kernels.intervals import Interval

_ANY = Interval(float("-inf"), float("inf"))
_POSITIVE = Interval(0.0, float("inf"))
_SHARE = Interval(0.0, 1.0)
_PERCENT = Interval(0.0, 100.0)
_COUNTS = (
    *(
        "nobs",
        "units",
        "periods",
        "clusters",
        "parameters",
        "instruments",
        "draws",
        "count",
        "df",
        "df_resid",
    ),
)
_NOT_NEGATIVE = (
    *(
        "f",
        "weak_f",
        "underidentified",
        "hausman",
        "lr",
        "wald",
        "hansen",
        "sargan",
        "rss",
        "root_mse",
        "sigma2",
    ),
    *("lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error", "lm_sarma", "lm", "robust_lm", "critical"),
    *("sd", "variance", "range", "vif", "kurtosis", "theil_total", "theil_within", "theil_between"),
)
_PERCENTS = (
    *("weight", "fevd", "system_u", "development_t", "share_within", "share_between", "share_transvariation"),
)
_SHARES = (
    *("r2", "r2_within", "r2_between", "r2_overall", "r2_pseudo", "p", "entropy", "redundancy", "tolerance"),
    *("coupling_c", "coordination_d", "gini", "gini_within", "gini_between", "gini_transvariation"),
)
_DOMAINS: dict[str, Interval] = {
    **dict.fromkeys(_COUNTS, Interval(1.0, float("inf"))),
    **dict.fromkeys(_NOT_NEGATIVE, _POSITIVE),
    **dict.fromkeys(_PERCENTS, _PERCENT),
    **dict.fromkeys(_SHARES, _SHARE),
    "correlation": Interval(-1.0, 1.0),
    "r2_adjusted": Interval(float("-inf"), 1.0),
}
_PARTS = {"se": _POSITIVE, "p": _SHARE}


def domain_of(operand: Operand) -> Interval:
    """Return the interval in which the number of an operand has to lie, by its role or what it is attached as."""
    if operand.part == "stars":
        return _POSITIVE
    if operand.part == "number":
        return _DOMAINS.get(operand.entry.role, _ANY)
    return _PARTS.get(operand.entry.attached[operand.part].kind, _ANY)


def possible(operand: Operand, number: Printed) -> bool:
    """Return whether a number can stand at a place: in its domain, of a count whole, in the unit that is printed.

    A place whose printed number is outside already (an R2 of 54.8 %) has whatever sign it has.
    """
    domain, printed = domain_of(operand), operand.printed
    fits = number.high >= domain.low and number.low <= domain.high
    if operand.part == "number" and operand.entry.role in _COUNTS:
        fits = fits and (number.decimals <= 0 or printed.decimals > 0)
    scaled = "%" in printed.text or "%" in operand.entry.label or printed.value > domain.high
    return fits or (scaled and domain.low <= number.value <= 100.0 * max(domain.high, 1.0))
