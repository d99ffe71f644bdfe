"""The mean efficiency of a population with an interval: Kneip, Simar and Wilson (2015, Econometric Theory 31).

An envelope of few points lies inside the frontier, so that efficiencies are too high by n^-kappa. With several inputs
and outputs that is no smaller than the error of a mean, and an ordinary interval misses the truth however large the
panel. The bias is estimated by what halving the sample does (their generalised jackknife), and taken away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from panelkit.evaluation.efficiency.programs import Orientation, Returns, radial
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class MeanEfficiency(Brief):
    """`mean` of the scores as found, `bias` of it, and the interval about `mean - bias`."""

    mean: float
    bias: float
    low: float
    high: float

    @property
    def corrected(self) -> float:
        """Return the mean without its bias."""
        return self.mean - self.bias


def rate(dimensions: int, returns: Returns) -> float:
    """Return kappa: efficiencies come near the truth as n^-kappa (2 / (p + q + 1); 2 / (p + q) where returns are).

    Raises
    ------
    SpecError
        If returns are neither constant nor variable, or kappa is below 2/5, where the interval does not hold.
    """
    if returns not in ("constant", "variable"):
        raise SpecError(
            message(
                "the interval of a mean efficiency is known under constant and variable returns, not {returns}",
                returns=returns,
            )
        )
    found = 2.0 / (dimensions + (returns == "variable"))
    if found < 0.4:
        raise SpecError(
            message(
                "with {dimensions} inputs and outputs an envelope comes near the frontier too slowly for an interval "
                "of the mean efficiency: at most {most} under {returns} returns",
                dimensions=dimensions,
                most=4 if returns == "variable" else 5,
                returns=returns,
            )
        )
    return found


def mean_efficiency(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    returns: Returns = "variable",
    orientation: Orientation = "input",
    level: float = 0.95,
    splits: int = 100,
    rng: int | np.random.Generator = 0,
) -> MeanEfficiency:
    """Return the mean of radial efficiencies of one cross-section, its bias, and an interval of the population's mean.

    The units are a sample of independent draws from a population with one frontier, which a mean of 31 provinces that
    are all there are is not: the interval is about the process that made them.

    Parameters
    ----------
    inputs, outputs
        (n, m) and (n, s).
    returns
        "constant" or "variable".
    orientation
        As in `radial`.
    level
        Level of the interval.
    splits
        How often the units are parted into two halves at random.
    rng
        Seed or generator.

    Raises
    ------
    SpecError
        If inputs and outputs are too many for the rate at which an envelope comes near its frontier.
    DataError
        If a half has fewer units than inputs and outputs.
    """
    count, dimensions = len(inputs), inputs.shape[1] + outputs.shape[1]
    kappa = rate(dimensions, returns)
    small = count // 2
    if small <= dimensions:
        raise DataError(
            message(
                "half of {count} {units} are too few for {dimensions} inputs and outputs: no interval",
                count=count,
                dimensions=dimensions,
            )
        )
    whole = radial(inputs, outputs, inputs, outputs, returns=returns, orientation=orientation).scores
    of_halves = _of_halves(inputs, outputs, splits, rng, returns, orientation)
    bias = float((of_halves - whole.mean()).mean() / (2.0**kappa - 1.0))
    reach = float(norm.ppf(0.5 + level / 2.0) * whole.std(ddof=1) / np.sqrt(count))
    centre = float(whole.mean()) - bias
    return MeanEfficiency(float(whole.mean()), bias, centre - reach, centre + reach)


def _of_halves(
    inputs: FloatArray,
    outputs: FloatArray,
    splits: int,
    rng: int | np.random.Generator,
    returns: Returns,
    orientation: Orientation,
) -> FloatArray:
    """Return for every split the mean of what the units of each half are against their own half, (splits,)."""
    generator, count = as_generator(rng), len(inputs)
    orders = np.argsort(generator.random((splits, count)), axis=1)
    small = count // 2
    means = []
    for half in (orders[:, :small], orders[:, small : 2 * small]):
        X, Y = inputs[half], outputs[half]
        found = radial(
            X.reshape(-1, X.shape[2]),
            Y.reshape(-1, Y.shape[2]),
            np.repeat(X, small, axis=0),
            np.repeat(Y, small, axis=0),
            returns=returns,
            orientation=orientation,
        )
        means.append(found.scores.reshape(splits, small).mean(axis=1))
    return np.asarray((means[0] + means[1]) / 2.0)
