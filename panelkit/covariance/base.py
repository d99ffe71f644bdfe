"""What a covariance is: a frozen spec that a claim file can name, computed on what an estimation problem can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, cast, runtime_checkable

import numpy as np

from panelkit.covariance.conventions import Convention
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import capabilities_of
from panelkit.language.options import is_whole
from panelkit.language.register import entries
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    from panelkit.panel.design import Design


@dataclass(frozen=True, eq=False)
class Vcov(Brief):
    """A covariance matrix, the degrees of freedom of its t statistics, and what a table says of it.

    `matrix` is (p, p): the k terms first, then what stands in no table (the variance of the errors, say).
    """

    matrix: FloatArray
    df: float | FloatArray
    name: Message
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


@runtime_checkable
class Problem(Protocol):
    """What an estimation problem offers to a covariance; `can` says which parts (`kernels/capabilities.py`).

    Least squares offer scores, bread and estimates without groups of rows (`LinearFit`), likelihoods what
    `LikelihoodProblem` lists.
    """

    @property
    def can(self) -> frozenset[str]: ...


class LikelihoodProblem(Problem, Protocol):
    """What a likelihood offers at its maximum; matrices are (p, p), all parameters in them.

    `scale` multiplies every variance and `df` is that of its t statistics, as the problem counts both.
    """

    @property
    def scale(self) -> float: ...

    @property
    def df(self) -> float: ...

    def inverse_information(self) -> FloatArray:
        """Return the inverse of the expected information."""
        ...

    def inverse_hessian(self) -> FloatArray:
        """Return the inverse of the observed Hessian."""
        ...

    def bread(self) -> FloatArray:
        """Return what stands on both sides of a sandwich: the inverse of the information, or of the Hessian."""
        ...

    def moments_meat(self) -> FloatArray:
        """Return the variance of the score under independent, identical errors that need not be normal."""
        ...

    def unit_meat(self) -> FloatArray:
        """Return the variance of the score under any serial form, units independent, pairs of units included."""
        ...

    def cell_scores(self) -> FloatArray:
        """Return the scores of every unit and period, (N, T, p), which sum to zero."""
        ...

    def said(self, sentence: Message, df: float | None = None) -> tuple[Message, ...]:
        """Return the notes under a table: what the covariance assumes, and how the problem scales it.

        `df`: the degrees of freedom of the covariance, where they are others than the problem's.
        """
        ...


class VcovSpec(Protocol):
    """What every covariance spec offers."""

    def columns(self) -> tuple[str, ...]:
        """Return the columns beside unit and time that the design must carry."""
        ...

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a problem; a likelihood counts for itself and takes no convention."""
        ...


class Covariance:
    """What covariance specs share: no column beside unit and time, and arguments that are texts."""

    spellings: ClassVar[tuple[str, ...]] = ()
    needs_coordinates: ClassVar[bool] = False

    def columns(self) -> tuple[str, ...]:
        """Return the columns beside unit and time that the design must carry."""
        return ()

    @classmethod
    def from_text(cls, arguments: Sequence[str]) -> Self:
        """Return the spec that a claim file or the command line writes with these arguments."""
        return cls(*arguments)


def check_names(vcov: Covariance, *names: object) -> None:
    """Refuse what names no column: a list, a number.

    Raises
    ------
    SpecError
        Which shows the covariance as it was written.
    """
    for name in names:
        if name is not None and not (isinstance(name, str) and name):
            raise SpecError(
                message(
                    "{kind} names a column or a level of the panel by its name, not {name!r}",
                    kind=type(vcov).__name__,
                    name=name,
                )
            )


@dataclass(frozen=True)
class OneClustering(Covariance):
    """What covariances of one clustering share: `by` names a column or level, None is the unit."""

    by: str | None = None

    def __post_init__(self) -> None:
        check_names(self, self.by)

    def columns(self) -> tuple[str, ...]:
        """Return the column that names the clusters."""
        return named_columns(self.by)


def check_lags(vcov: Covariance, lags: object) -> None:
    """Refuse lags that are neither None nor a whole number from 0.

    Raises
    ------
    SpecError
        Which shows the covariance as it was written.
    """
    if lags is not None and not (is_whole(lags) and cast(int, lags) >= 0):
        raise SpecError(message("{vcov}: lags is None or a whole number from 0", vcov=repr(vcov)))


def named_columns(*names: str | None) -> tuple[str, ...]:
    """Return the names given; the design knows which of them are its unit or time."""
    return tuple(name for name in names if name is not None)


def check_vcov(vcov: object) -> None:
    """Refuse what is no covariance spec.

    Raises
    ------
    SpecError
        With the right spelling: a spec is an object, `CRV3()`, neither a class nor a word.
    """
    if isinstance(vcov, type):
        shown: object = message("{name} without parentheses", name=vcov.__name__)
    elif hasattr(vcov, "compute"):
        return
    else:
        shown = repr(vcov)
    raise SpecError(
        message(
            "vcov is a covariance such as CRV3(), Cluster('region') or Robust(), not {shown}", shown=shown
        )
    )


def carried(can: Collection[str]) -> tuple[str, ...]:
    """Return the names of the covariances that something of these capabilities carries."""
    return tuple(entry.key for entry in entries("covariance") if set(entry.can) & set(can))


def refuse_uncarried(vcov: VcovSpec, can: Collection[str], what: Message) -> None:
    """Refuse a covariance that an estimator or a problem cannot carry.

    Parameters
    ----------
    can
        Its capabilities.
    what
        Its name, such as "SpatialPanel".

    Raises
    ------
    SpecError
        Which names the covariances that it carries.
    """
    grounds = capabilities_of(type(vcov))
    if grounds is not None and not grounds & set(can):
        raise SpecError(
            message(
                "{what} has no covariance {vcov!r}: take one of {names}",
                what=what,
                vcov=vcov,
                names=carried(can),
            )
        )


def computed(
    vcov: VcovSpec, problem: Problem, design: Design, convention: Convention | None, what: Message
) -> Vcov:
    """Return the covariance of a problem: the one road that every fit takes.

    Parameters
    ----------
    problem
        A least-squares fit, or a likelihood at its maximum.
    design
        Its rows, with the columns that the covariance asks for.
    convention
        How degrees of freedom are counted; None for a likelihood, which counts for itself.
    what
        The title of the fit, for a refusal.

    Returns
    -------
    The covariance (p, p), the k terms of the fit first.

    Raises
    ------
    SpecError
        If the problem cannot carry the covariance.
    """
    refuse_uncarried(vcov, problem.can, what)
    return vcov.compute(problem, design, convention)


def of_terms(vcov: Vcov, terms: int) -> FloatArray:
    """Return the covariance of the terms, (k, k)."""
    return np.asarray(vcov.matrix[:terms, :terms])


def least_squares(problem: Problem, convention: Convention | None) -> tuple[LinearFit, Convention]:
    """Return a least-squares problem with its convention, for a covariance that stands on scores."""
    return cast(LinearFit, problem), cast(Convention, convention)
