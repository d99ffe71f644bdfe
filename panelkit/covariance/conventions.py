"""Small-sample conventions by the name of the program that prints them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from panelkit.kernels.capabilities import AS_OBSERVED, ENDOGENOUS
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message


@dataclass(frozen=True)
class Convention:
    """How a program counts degrees of freedom.

    `drop_singletons`: units or periods with one row leave the sample first.
    `group_factor`: whether clustered variances carry G/(G-1).
    `nested_effects`: whether effects nested in the clusters count as parameters of a clustered variance ("unless
    single": they do, unless the model has one effect and it is nested in every clustering; "periods": those of the
    periods do, units never; "absorbed": as "never" less the constant that reghdfe adds, one at least).
    `cluster_df`: the degrees of freedom of t under clustering: groups less one, or observations less parameters; under
    "normal" all statistics are z.
    `small_sample`: whether clustered and serially robust variances carry any factor at all.
    `counts_components`: whether an effect is redundant in every group of units that shares no period with the
    others, or once, however the panel falls apart.
    `mends`: whether a two-way clustered covariance that is not positive definite is mended.
    `calendar`: whether lags of a serially robust variance are counted in calendar time, or in periods that are held.
    `constant_weights`: whether weights of rows must not change within a unit whose effect is swept out.
    `whole_table`: whether a table states what the program prints around the coefficients (`model_statistics`).
    `divisor`: what divides the sum of squares of independent errors: observations less all parameters, observations, or
    observations less units.
    `of_stages`: the convention of first stages and reduced form, where a program counts theirs otherwise.
    `instruments`: whether it is of programs for instrumental variables alone.
    `random_normal`: whether statistics of random effects are z.
    `sentence`: what a table prints; the value `convention` in it is the name that it explains.
    """

    name: str
    drop_singletons: bool
    group_factor: bool
    nested_effects: Literal["never", "unless single", "refuse", "all", "none", "periods", "absorbed"]
    cluster_df: Literal["groups", "residual", "normal"]
    sentence: Message
    small_sample: bool = True
    counts_components: bool = True
    mends: bool = True
    calendar: bool = True
    constant_weights: bool = False
    whole_table: bool = False
    divisor: Literal["residual", "rows", "rows less units"] = "residual"
    of_stages: str = ""
    instruments: bool = False
    random_normal: bool = False


CONVENTIONS = {
    "reghdfe": Convention(
        "reghdfe",
        drop_singletons=True,
        group_factor=True,
        nested_effects="never",
        cluster_df="groups",
        sentence=message(
            "{convention}: singletons dropped, effects nested in the clusters not counted, t(G-1)",
            convention="reghdfe",
        ),
    ),
    "xtreg": Convention(
        "xtreg",
        drop_singletons=False,
        group_factor=True,
        nested_effects="refuse",
        cluster_df="groups",
        sentence=message(
            "{convention}, fe: singletons kept, unit effects not counted, clusters must hold whole units, t(G-1)",
            convention="xtreg",
        ),
        constant_weights=True,
        whole_table=True,
        random_normal=True,
    ),
    "linearmodels": Convention(
        "linearmodels",
        drop_singletons=False,
        group_factor=False,
        nested_effects="unless single",
        cluster_df="residual",
        sentence=message(
            "{convention}.PanelOLS defaults: no G/(G-1), effects counted unless there is one and it is nested in "
            "the clusters, t(n-K)",
            convention="linearmodels",
        ),
        counts_components=False,
        mends=False,
        calendar=False,
    ),
    "fixest": Convention(
        "fixest",
        drop_singletons=False,
        group_factor=True,
        nested_effects="never",
        cluster_df="groups",
        sentence=message(
            "{convention} and pyfixest: singletons kept, effects nested in the clusters not counted, t(G-1)",
            convention="fixest",
        ),
    ),
    "plm": Convention(
        "plm",
        drop_singletons=False,
        group_factor=False,
        nested_effects="never",
        cluster_df="residual",
        sentence=message(
            "{convention}: clustered and serially robust variances without a small-sample factor (HC0), t(n-K)",
            convention="plm",
        ),
        small_sample=False,
    ),
    "plm-sss": Convention(
        "plm-sss",
        drop_singletons=False,
        group_factor=True,
        nested_effects="none",
        cluster_df="residual",
        sentence=message(
            "plm type sss (linearmodels group_debias with one nested effect): G/(G-1) (n-1)/(n-k), no effect "
            "counted, t(n-K)"
        ),
    ),
    "lsdv": Convention(
        "lsdv",
        drop_singletons=False,
        group_factor=True,
        nested_effects="all",
        cluster_df="groups",
        sentence=message(
            "least squares on dummies (statsmodels OLS, Stata regress): every effect counted, t(G-1)"
        ),
    ),
    "ivregress": Convention(
        "ivregress",
        drop_singletons=False,
        group_factor=False,
        nested_effects="none",
        cluster_df="normal",
        sentence=message(
            "{convention}: no small-sample factor (sums of squares over n), z; first stages as regress prints them",
            convention="ivregress",
        ),
        small_sample=False,
        divisor="rows",
        of_stages="lsdv",
        instruments=True,
    ),
    "ivreg2": Convention(
        "ivreg2",
        drop_singletons=False,
        group_factor=False,
        nested_effects="none",
        cluster_df="normal",
        sentence=message(
            "{convention}: no small-sample factor (sums of squares over n), z; first stages as regress prints them",
            convention="ivreg2",
        ),
        small_sample=False,
        divisor="rows",
        of_stages="lsdv",
        instruments=True,
    ),
    "ivreghdfe": Convention(
        "ivreghdfe",
        drop_singletons=True,
        group_factor=True,
        nested_effects="absorbed",
        cluster_df="groups",
        sentence=message(
            "{convention}: singletons dropped, absorbed effects counted save those nested in the clusters (one at "
            "least), G/(G-1) (n-1)/(n-k), t(G-1)",
            convention="ivreghdfe",
        ),
        instruments=True,
    ),
    "xtivreg2": Convention(
        "xtivreg2",
        drop_singletons=True,
        group_factor=False,
        nested_effects="periods",
        cluster_df="normal",
        sentence=message(
            "{convention}, fe: singletons dropped, sums of squares over n less the units, clustered variances without "
            "a factor, z",
            convention="xtivreg2",
        ),
        small_sample=False,
        divisor="rows less units",
        of_stages="xtivreg2-small",
        instruments=True,
    ),
    "xtivreg2-small": Convention(
        "xtivreg2-small",
        drop_singletons=True,
        group_factor=True,
        nested_effects="periods",
        cluster_df="groups",
        sentence=message(
            "xtivreg2, fe small: singletons dropped, unit effects counted without clusters only, "
            "G/(G-1) (n-1)/(n-k), t(G-1)"
        ),
        instruments=True,
    ),
}


def convention_named(name: str) -> Convention:
    """Return the convention.

    Raises
    ------
    SpecError
        If no convention has that name.
    """
    if not isinstance(name, str) or name not in CONVENTIONS:
        raise SpecError(
            message("convention is one of {names}, not {name!r}", names=tuple(CONVENTIONS), name=name)
        )
    return CONVENTIONS[name]


def convention_of_problem(convention: Convention, can: Collection[str]) -> Convention:
    """Return the convention as it counts for a problem of these capabilities: random effects have z in Stata."""
    if convention.random_normal and AS_OBSERVED not in can:
        return replace(convention, cluster_df="normal")
    return convention


def convention_of_stages(convention: Convention) -> Convention:
    """Return the convention of first stages and reduced form, whose F has a denominator in every program."""
    return convention_named(convention.of_stages) if convention.of_stages else convention


def refuse_convention(name: str, can: Collection[str], what: Message) -> None:
    """Refuse a convention of programs for instruments to an estimator without.

    Parameters
    ----------
    can
        Its capabilities.
    what
        Its name, such as "FixedEffects".

    Raises
    ------
    SpecError
        Which names the conventions that it can take.
    """
    if convention_named(name).instruments and ENDOGENOUS not in can:
        raise SpecError(
            message(
                "convention {name!r} is of a program for instrumental variables, and {what} has no instruments: take "
                "one of {names}",
                name=name,
                what=what,
                names=tuple(key for key, each in CONVENTIONS.items() if not each.instruments),
            )
        )
