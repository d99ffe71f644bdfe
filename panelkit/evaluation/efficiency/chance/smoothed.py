"""Smoothed draws of distances to a frontier that data envelopment estimates.

Distances are at least one: output efficiencies phi, or 1/theta of inputs. Data envelopment puts some exactly at one, so
that resampling them as they are is inconsistent; they are reflected about one and smoothed by a kernel (Simar and
Wilson 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.efficiency.programs import Orientation, Returns, radial
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief

ON_FRONTIER = 1e-6
_AT_ONCE = 400_000  # points times references of one batch of programs
_CORRECTING = 3.0  # squared bias over variance, above which a correction lowers the mean squared error


@dataclass(frozen=True, eq=False)
class Corrected(Brief):
    """Distances (n,) >= 1 with their bias and spread over draws (B, n) of the bootstrap.

    `bandwidth` is that of the kernel.
    """

    distances: FloatArray
    draws: FloatArray
    bandwidth: float

    @property
    def bias(self) -> FloatArray:
        """Return the bias (n,), negative: the estimated frontier lies inside the true one."""
        return np.asarray(self.draws.mean(axis=0) - self.distances)

    @property
    def corrected(self) -> FloatArray:
        """Return distances less their bias (n,)."""
        return self.distances - self.bias

    @property
    def std_errors(self) -> FloatArray:
        """Return the standard deviation (n,) over draws."""
        return np.asarray(self.draws.std(axis=0, ddof=1))

    @property
    def worth_correcting(self) -> FloatArray:
        """Return where (n,) the squared bias is more than three times the variance (Simar and Wilson 2000)."""
        return np.asarray(self.bias**2 > _CORRECTING * self.std_errors**2)

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return bounds (n,) of the distances: the estimate less quantiles of draw - estimate."""
        tail = (1 - level) / 2
        low, high = np.quantile(self.draws - self.distances, [tail, 1 - tail], axis=0)
        return self.distances - high, self.distances - low


def distances_of(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    returns: Returns,
    orientation: Orientation,
) -> FloatArray:
    """Return distances of points (P, m), (P, s) to the envelope of others: phi, or 1/theta; >= 1 inside."""
    scores = radial(
        inputs, outputs, reference_inputs, reference_outputs, returns=returns, orientation=orientation
    ).scores
    return scores if orientation == "output" else 1 / scores


def moved(
    inputs: FloatArray, outputs: FloatArray, factors: FloatArray, orientation: Orientation
) -> tuple[FloatArray, FloatArray]:
    """Return the points brought to distances d* from d by `factors` d/d* (..., n): outputs times, inputs by them."""
    if orientation == "output":
        return np.broadcast_to(inputs, (*factors.shape, inputs.shape[-1])), outputs * factors[..., None]
    return inputs / factors[..., None], np.broadcast_to(outputs, (*factors.shape, outputs.shape[-1]))


def bandwidth_of(distances: FloatArray) -> float:
    """Return the width of the kernel: Silverman's rule on reflected distances above one, brought to the number of all.

    Source: Silverman 1986, eqs. 3.28-3.31; Daraio and Simar 2007, eqs. 3.23-3.26.

    Raises
    ------
    DataError
        If fewer than three units lie off the frontier, which leaves no distribution to draw from.
    """
    off = distances[distances > 1 + ON_FRONTIER]
    if len(off) < 3:
        raise DataError(
            message(
                "{off} of {n} rows lie off the frontier: there is no distribution of inefficiency to draw from. More "
                "rows, fewer inputs and outputs, or constant returns",
                off=len(off),
                n=len(distances),
            )
        )
    both = np.r_[off, 2 - off]
    spread = float(both.std(ddof=1))
    quartiles = np.quantile(both, [0.25, 0.75])
    middle = float(quartiles[1] - quartiles[0]) / 1.349
    rule = 0.9 * min(spread, middle if middle > ON_FRONTIER else spread) * len(both) ** -0.2
    everything = np.r_[distances, 2 - distances]
    return rule * (len(both) / len(distances)) ** 0.2 * float(everything.std(ddof=1)) / spread


def drawn_distances(
    distances: FloatArray, width: float, reps: int, generator: np.random.Generator
) -> FloatArray:
    """Return smoothed distances (reps, n) >= 1, of the mean and variance of the reflected ones.

    Source: Simar and Wilson 1998, section 3, steps 1 to 3.
    """
    both = np.r_[distances, 2 - distances]
    chosen = generator.choice(both, size=(reps, len(distances)))
    shaken = chosen + width * generator.normal(size=chosen.shape)
    centre = chosen.mean(axis=1, keepdims=True)
    kept = centre + (shaken - centre) / np.sqrt(1 + width**2 / both.var())
    return np.asarray(np.where(kept < 1, 2 - kept, kept))


def smoothed_bootstrap(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    returns: Returns,
    orientation: Orientation,
    reps: int,
    generator: np.random.Generator,
) -> Corrected:
    """Return distances of n units to their own envelope with draws of a homogeneous smoothed bootstrap.

    Every draw moves the units to new distances from the estimated frontier and asks how far the units as they were lie
    from the frontier of those. Inefficiency is taken to have one distribution, whatever inputs and outputs are.

    Parameters
    ----------
    inputs, outputs
        (n, m) and (n, s).
    returns, orientation
        Those of `radial`.
    reps
        Number of draws.
    generator
        Of the draws.

    Raises
    ------
    DataError
        If too few units lie off the frontier.

    Source: Simar and Wilson 1998.
    """
    own = distances_of(inputs, outputs, inputs, outputs, returns, orientation)
    width = bandwidth_of(own)
    drawn = drawn_distances(own, width, reps, generator)
    return Corrected(own, redrawn(inputs, outputs, own, drawn, returns, orientation), width)


def redrawn(
    inputs: FloatArray,
    outputs: FloatArray,
    own: FloatArray,
    drawn: FloatArray,
    returns: Returns,
    orientation: Orientation,
) -> FloatArray:
    """Return distances (reps, n) of the units to the envelopes of units moved from `own` (n,) to `drawn` (reps, n)."""
    return distances_to_each(
        inputs, outputs, *moved(inputs, outputs, own / drawn, orientation), returns, orientation
    )


def distances_to_each(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    returns: Returns,
    orientation: Orientation,
) -> FloatArray:
    """Return distances (B, P) of points (P, m), (P, s) to B envelopes (B, R, m), (B, R, s)."""
    count, points = len(reference_inputs), len(inputs)
    at_once = max(1, _AT_ONCE // (points * reference_inputs.shape[1]))
    found = []
    for first in steps_of(range(0, count, at_once), -(-count // at_once)):
        X, Y = (
            np.repeat(one[first : first + at_once], points, axis=0)
            for one in (reference_inputs, reference_outputs)
        )
        times = len(X) // points
        found.append(
            distances_of(
                np.tile(inputs, (times, 1)), np.tile(outputs, (times, 1)), X, Y, returns, orientation
            )
        )
    return np.concatenate(found).reshape(count, points)
