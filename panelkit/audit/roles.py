"""What a number in a table can be: the roles that identities ask for."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.language.message import Message, message


@dataclass(frozen=True)
class Role:
    """A role: its key, its name in words, and whether a column holds it once (a statistic) or once a subject."""

    key: str
    name: Message
    once: bool = False


_STATISTICS = (
    ("nobs", message("observations")),
    ("units", message("number of units")),
    ("periods", message("number of periods")),
    ("clusters", message("number of clusters")),
    ("parameters", message("number of parameters")),
    ("r2", message("R2")),
    ("r2_adjusted", message("adjusted R2")),
    ("r2_within", message("within R2")),
    ("r2_between", message("between R2")),
    ("r2_overall", message("overall R2")),
    ("r2_pseudo", message("pseudo R2")),
    ("f", message("F statistic")),
    ("weak_f", message("F statistic of weak instruments")),
    ("underidentified", message("LM test of underidentification")),
    ("loglik", message("log-likelihood")),
    ("aic", message("AIC")),
    ("bic", message("BIC")),
    ("df_resid", message("residual degrees of freedom")),
    ("rss", message("residual sum of squares")),
    ("root_mse", message("root mean squared error")),
    ("rho", message("spatial lag coefficient rho")),
    ("lambda", message("spatial error coefficient lambda")),
    ("sigma2", message("error variance sigma2")),
    ("constant", message("constant")),
    ("lm_lag", message("LM test, lag")),
    ("lm_error", message("LM test, error")),
    ("robust_lm_lag", message("robust LM test, lag")),
    ("robust_lm_error", message("robust LM test, error")),
    ("lm_sarma", message("LM test, lag and error together")),
    ("moran_i", message("Moran's I")),
    ("moran_expected", message("expected Moran's I")),
    ("hausman", message("Hausman test")),
    ("ar1", message("Arellano-Bond test, order 1")),
    ("ar2", message("Arellano-Bond test, order 2")),
    ("hansen", message("Hansen test")),
    ("sargan", message("Sargan test")),
    ("instruments", message("number of instruments")),
    ("path_a", message("path a")),
    ("path_b", message("path b")),
    ("total_effect", message("total effect c")),
    ("direct_effect", message("direct effect c'")),
    ("indirect_effect", message("indirect effect a·b")),
    ("mediated_share", message("mediated share")),
    ("direct_share", message("share of the direct effect")),
    ("sobel", message("Sobel z")),
    ("draws", message("number of draws")),
    ("lm", message("LM test of a model not named")),
    ("robust_lm", message("robust LM test of a model not named")),
)
_BY_SUBJECT = (
    ("coefficient", message("coefficient")),
    ("spatial_lag_x", message("coefficient of a spatially lagged regressor")),
    ("lr", message("likelihood-ratio test")),
    ("wald", message("Wald test")),
    ("direct", message("spatial direct effect")),
    ("indirect", message("spatial indirect effect")),
    ("total", message("spatial total effect")),
    ("p", message("p-value of a test")),
    ("threshold", message("threshold")),
    ("critical", message("critical value")),
    ("mean", message("mean")),
    ("sd", message("standard deviation")),
    ("minimum", message("minimum")),
    ("maximum", message("maximum")),
    ("median", message("median")),
    ("variance", message("variance")),
    ("cv", message("coefficient of variation")),
    ("count", message("number of values")),
    ("quantile", message("quantile")),
    ("range", message("range")),
    ("skewness", message("skewness")),
    ("kurtosis", message("kurtosis")),
    ("vif", message("variance inflation factor")),
    ("tolerance", message("tolerance, 1/VIF")),
    ("correlation", message("correlation")),
    ("weight", message("weight")),
    ("entropy", message("entropy")),
    ("redundancy", message("utility of an indicator, one less its entropy")),
    ("coupling_c", message("coupling degree C")),
    ("coordination_d", message("coupling coordination degree D")),
    ("development_t", message("development T")),
    ("system_u", message("index of a system, U")),
    ("theil_total", message("Theil index")),
    ("theil_within", message("Theil index within groups")),
    ("theil_between", message("Theil index between groups")),
    ("gini", message("Dagum Gini")),
    ("gini_within", message("Gini within groups")),
    ("gini_between", message("net Gini between groups")),
    ("gini_transvariation", message("Gini of transvariation")),
    ("inequality_of_group", message("inequality of one group or pair of groups")),
    ("share_within", message("contribution within, %")),
    ("share_between", message("contribution between, %")),
    ("share_transvariation", message("contribution of transvariation, %")),
    ("fevd", message("share of the forecast error variance")),
    ("unknown", message("a number of unknown role")),
)

ROLES = {key: Role(key, name, True) for key, name in _STATISTICS} | {
    key: Role(key, name) for key, name in _BY_SUBJECT
}
"""Roles by key. The `subject` of a coefficient is its variable as printed. `other`: of a correlation its second
variable, of LR and Wald the restricted model ("sar", "sem"), of the U of systems which one (1, 2, ...). Of FEVD,
`subject` is the horizon, `panel` the response and `other` the impulse. The p of a test is attached to it; its degrees
of freedom are an entry of role `df` whose `subject` is the role of the test. Where only the p of a test is printed, it
is an entry of role `p` whose `subject` is the role of the test. `other` of a quantile or a critical value is its level.
`panel` of a weight holds the levels above its indicator."""
ROLES["df"] = Role("df", message("degrees of freedom"))
