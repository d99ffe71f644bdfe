"""How spatial panels sweep effects and count: conventions of the field, their notes, and what they refuse.

- ``lee-yu``: orthonormal transformations F_T (unit effects) and F_N (time effects; needs W with unit row sums);
- ``lsdv``: the likelihood with dummies, lag Q(Wy), N T observations;
- ``elhorst``: ``lsdv``, then what Elhorst's programs correct: all parameters with two-way effects, else sigma2;
- ``splm``: lag W(Qy), N T observations;
- ``xsmle``: ``splm``, with the observed Hessian as bread, sigma2 in the table, and the normal distribution.
"""

from __future__ import annotations

from typing import Literal, get_args

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.likelihood import Hessian, Information
from panelkit.kernels.within import Effects
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.effects import effects_word
from panelkit.spatial.weights import Weights

SpatialConvention = Literal["lee-yu", "lsdv", "splm", "elhorst", "xsmle"]
SPATIAL_CONVENTIONS: tuple[str, ...] = get_args(SpatialConvention)

_SENTENCES: dict[str, Message] = {
    "lee-yu": message(
        "convention {convention}: orthonormal transformation, no incidental-parameter bias (Lee and Yu 2010)",
        convention="lee-yu",
    ),
    "lsdv": message(
        "convention {convention}: likelihood with dummies, lag Q(Wy), not corrected: rho is biased down with few "
        "units",
        convention="lsdv",
    ),
    "splm": message(
        "convention {convention}: lag W(Qy) of the demeaned outcome, not corrected (R splm)",
        convention="splm",
    ),
    "xsmle": message(
        "convention {convention}: lag W(Qy) of the demeaned outcome, not corrected; covariances about the observed "
        "Hessian, z (Stata xsmle)",
        convention="xsmle",
    ),
}

_ELHORST: dict[str, Message] = {
    "unit": message(
        "convention {convention}: likelihood with dummies, sigma2 times T/(T - 1)", convention="elhorst"
    ),
    "time": message(
        "convention {convention}: likelihood with dummies, sigma2 times N/(N - 1); the spatial coefficients are left "
        "as they are, and are biased down with few units (lee-yu is not)",
        convention="elhorst",
    ),
    "twoway": message(
        "convention {convention}: likelihood with dummies, then the direct bias correction",
        convention="elhorst",
    ),
}


_SHORT_OF_THE_TOP = message(
    "with two-way effects and a spatial lag, Stata's xsmle 1.4.5 was seen to stop short of this maximum, near that of "
    "the convention lsdv: its rho can differ in the third digit"
)


def convention_note(
    convention: SpatialConvention, effects: Effects, *, lagged: bool = False
) -> tuple[Message, ...]:
    """Return what a table says of a convention; nothing where no effect is swept."""
    if effects == "none":
        return ()
    if convention == "elhorst":
        return (_ELHORST[effects],)
    short = convention == "xsmle" and effects == "twoway" and lagged
    return (_SENTENCES[convention], *(_SHORT_OF_THE_TOP,) * short)


def default_covariance(convention: SpatialConvention) -> VcovSpec:
    """Return the covariance that a convention's program prints unless told: xsmle's `oim` is the observed Hessian."""
    return Hessian() if convention == "xsmle" else Information()


def scales_small_samples(convention: SpatialConvention, chosen: bool | None) -> bool:
    """Return whether variances are scaled and t is used: what was chosen, else all conventions but xsmle."""
    return convention != "xsmle" if chosen is None else chosen


def refuse_convention(
    convention: SpatialConvention, effects: Effects, w: Weights | None, w_error: Weights | None
) -> None:
    """Refuse what a convention cannot do with weights whose rows do not sum to one.

    Parameters
    ----------
    convention, effects
        Those of the model.
    w, w_error
        The weights of its lag and of its error, None where it has no such term.

    Raises
    ------
    SpecError
        Which names the weights and what to take instead.
    """
    if effects not in ("time", "twoway"):
        return
    for weights, is_error in ((w, False), (w_error, True)):
        if weights is None or weights.row_standardised:
            continue
        if weights.islands:
            _refuse_zero_rows(convention, effects, weights, is_error=is_error)
        if convention == "lee-yu" or (convention == "elhorst" and effects == "twoway"):
            raise SpecError(
                message(
                    "{convention} with {effects} effects needs row-standardised weights, and {weights} "
                    "is normalised by {normalisation}: take {convention_option}, or row-standardise",
                    convention_option=option("convention", "lsdv"),
                    convention=convention,
                    effects=effects_word(effects),
                    weights=weights.name,
                    normalisation=weights.normalised_by,
                )
            )
        if is_error and convention in ("lsdv", "elhorst"):
            raise SpecError(
                message(
                    "a spatial error with time effects and {weights} (normalised by {normalisation}) "
                    "mixes the time effects with lambda: row-standardise, or take {effects}",
                    effects=option("effects", "unit"),
                    weights=weights.name,
                    normalisation=weights.normalised_by,
                )
            )


def _refuse_zero_rows(
    convention: SpatialConvention, effects: Effects, weights: Weights, *, is_error: bool
) -> None:
    """Refuse what cannot be done beside time effects where units have no neighbour: no normalisation mends it."""
    told = {"weights": weights.name, "normalisation": weights.normalised_by}
    if convention == "lee-yu" or (convention == "elhorst" and effects == "twoway"):
        raise SpecError(
            message(
                "{convention} with {effects} effects needs row-standardised weights, and {weights} is normalised by "
                "{normalisation}: link these or leave them out, or take effects='unit' or convention='xsmle' (command "
                "line: --effects unit, --convention xsmle)",
                convention=convention,
                effects=effects_word(effects),
                **told,
            )
        )
    if is_error and convention in ("lsdv", "elhorst"):
        raise SpecError(
            message(
                "a spatial error with time effects and {weights} (normalised by {normalisation}) mixes the time "
                "effects with lambda: link these or leave them out, or take effects='unit' or convention='xsmle' "
                "(command line: --effects unit, --convention xsmle)",
                **told,
            )
        )
