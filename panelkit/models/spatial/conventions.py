"""How spatial panels sweep effects and count: conventions of the field, their notes, and what they refuse.

- ``lee-yu``: orthonormal transformations F_T (unit effects) and F_N (time effects; needs W with unit row sums);
- ``lsdv``: the likelihood with dummies, lag Q(Wy), N T observations;
- ``elhorst``: ``lsdv``, then what Elhorst's programs correct: all parameters with two-way effects, else sigma2;
- ``splm``: lag W(Qy), N T observations.
"""

from __future__ import annotations

from typing import Literal, get_args

from panelkit.kernels.within import Effects
from panelkit.language.errors import SpecError
from panelkit.panel.provenance import Note
from panelkit.spatial.weights import Weights

SpatialConvention = Literal["lee-yu", "lsdv", "splm", "elhorst"]
SPATIAL_CONVENTIONS: tuple[str, ...] = get_args(SpatialConvention)

_SENTENCES: dict[str, Note] = {
    "lee-yu": Note(
        "convention lee-yu: orthonormal transformation, no incidental-parameter bias (Lee and Yu 2010)",
        "估计口径 lee-yu：正交变换，无附带参数偏误（Lee 和 Yu，2010）",
    ),
    "lsdv": Note(
        "convention lsdv: likelihood with dummies, lag Q(Wy), not corrected: rho is biased down with few units",
        "估计口径 lsdv：虚拟变量似然，滞后项为 Q(Wy)，未作校正，截面单位少时 rho 偏低",
    ),
    "splm": Note(
        "convention splm: lag W(Qy) of the demeaned outcome, not corrected (splm; it is believed, xsmle)",
        "估计口径 splm：对去均值后的被解释变量取滞后 W(Qy)，未作校正（splm，据信 xsmle 亦然）",
    ),
}

_ELHORST: dict[str, Note] = {
    "unit": Note(
        "convention elhorst: likelihood with dummies, sigma2 times T/(T - 1)",
        "估计口径 elhorst：虚拟变量似然，sigma2 乘以 T/(T - 1)",
    ),
    "time": Note(
        "convention elhorst: likelihood with dummies, sigma2 times N/(N - 1); the spatial coefficients are left as "
        "they are, and are biased down with few units (lee-yu is not)",
        "估计口径 elhorst：虚拟变量似然，sigma2 乘以 N/(N - 1)；空间系数不作校正，截面单位少时偏低（lee-yu 无此偏误）",
    ),
    "twoway": Note(
        "convention elhorst: likelihood with dummies, then the direct bias correction",
        "估计口径 elhorst：虚拟变量似然，再作直接偏误校正",
    ),
}


def convention_note(convention: SpatialConvention, effects: Effects) -> tuple[Note, ...]:
    """Return what a table says of a convention; nothing where no effect is swept."""
    if effects == "none":
        return ()
    return (_ELHORST[effects] if convention == "elhorst" else _SENTENCES[convention],)


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
        if convention == "lee-yu" or (convention == "elhorst" and effects == "twoway"):
            raise SpecError(
                f"{convention} with {effects} effects needs row-standardised weights, and {weights.name} is "
                f"normalised by {weights.normalisation}: take convention='lsdv', or row-standardise"
            )
        if is_error and convention in ("lsdv", "elhorst"):
            raise SpecError(
                f"a spatial error with time effects and {weights.name} (normalised by {weights.normalisation}) mixes "
                "the time effects with lambda: row-standardise, or take effects='unit'"
            )
