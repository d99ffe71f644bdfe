"""The structure of a network by period and by unit, and how far it hangs on choices."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.network.centrality import Closeness, centralities
from panelkit.evaluation.network.measures_result import NetworkMeasures
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.structure import whole_measures
from panelkit.evaluation.network.varied import ranges, rank_ranges
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_number
from panelkit.language.spelt import option


@offered(
    "evaluation",
    family="networks",
    result="NetworkMeasures",
    source="Krackhardt 1994; Freeman 1979; Fagiolo 2007",
    public=True,
)
def network_measures(
    network: Network,
    *,
    year: int | None = None,
    closeness: Closeness = "strict",
    noise: float = 0.05,
    reps: int = 199,
    rng: int | np.random.Generator = 0,
) -> NetworkMeasures:
    """Return density, connectedness, hierarchy, efficiency and centralities, and how far they hang on choices.

    There is no sampling interval: the provinces are all provinces, and a network of gravity scores has no error term.
    What is varied instead, for one period, is the rule of ties, the unit left out, the figures by a few per cent, and
    the ties themselves at random: a measure that random ties with the same degrees have too says nothing.

    Parameters
    ----------
    network
        Of `pk.gravity_network`, `pk.flow_network`, or a reconstruction.
    year
        The period of ranges and ranks; None: the last.
    closeness
        "strict" leaves closeness empty for a unit that does not reach all others; "component" is that of Wasserman and
        Faust, of those reached.
    noise
        Standard deviation of the logarithm by which every figure of a gravity network is disturbed.
    reps
        Draws of noise and of random ties.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    NetworkMeasures
        `whole` by period, `nodes` by unit and period, `ranges` and `ranks` of one period.

    Raises
    ------
    SpecError
        If the thing given is no network, or an option is none of those listed.

    Examples
    --------
    >>> network = pk.gravity_network(panel, ["population", "gdp"], year=2020)
    >>> found = pk.network_measures(network, reps=19)
    >>> round(float(found.whole.loc[2020, "density"]), 3)
    0.253
    """
    check_network(network)
    if closeness not in ("strict", "component"):
        raise SpecError(
            message(
                "closeness is one of {known}, not {given!r}", known=["strict", "component"], given=closeness
            )
        )
    check_number("noise", noise, positive=True)
    check_count("reps", reps, 2)
    one = network.at(year)
    chance = as_generator(rng)
    whole = pd.DataFrame(whole_measures(network.ties), index=pd.Index(network.years, name="year"))
    by_period = {
        when: centralities(ties, closeness).set_axis(list(network.ids))
        for when, ties in zip(network.years, network.ties, strict=True)
    }
    nodes = pd.concat(by_period, names=["year", "unit"]).swaplevel().sort_index(sort_remaining=False)
    return NetworkMeasures(
        title=message("Structure of a network: {network}", network=network.title),
        year=one.years[0],
        whole=whole,
        nodes=nodes,
        ranges=ranges(one, noise, reps, chance),
        ranks=rank_ranges(one, noise, reps, chance),
        noise=noise if network.recipe is not None else None,
        ids=network.ids,
        notes=(*network.said, *_said(network, whole, nodes, closeness, noise, reps, seed_of(rng))),
        levels=network.levels,
    )


def check_network(network: object) -> None:
    """Refuse what is no network.

    Raises
    ------
    SpecError
        With its kind.
    """
    if not isinstance(network, Network):
        raise SpecError(
            message(
                "a Network is needed (pk.gravity_network, pk.flow_network, flows.reconstruct()), not {kind}",
                kind=type(network).__name__,
            )
        )


def _said(
    network: Network,
    whole: pd.DataFrame,
    nodes: pd.DataFrame,
    closeness: Closeness,
    noise: float,
    reps: int,
    seed: int | None,
) -> tuple[Message, ...]:
    drawn = (
        message("{reps} draws, a generator of the caller's", reps=reps)
        if seed is None
        else message("{reps} draws, seed {seed}", reps=reps, seed=seed)
    )
    notes = [
        message(
            "no sampling interval: the {units} are all there are, and ties have no error; ranges show what choices do "
            "({drawn})",
            drawn=drawn,
        ),
        message(
            "random ties: every {unit} sends and receives as many ties as in the network, otherwise at random"
        ),
    ]
    notes.append(
        message(
            "rank by ties sent and received; its range is that under disturbed figures, or without masses under other "
            "rules of ties; degree: units tied in either direction over N - 1 (Ucinet)"
        )
    )
    if network.recipe is not None:
        notes.append(
            message("figures disturbed: each times exp({noise:g} z), z standard normal", noise=noise)
        )
    lost = nodes[["closeness_out", "closeness_in"]].isna().any(axis=1)
    if closeness == "strict" and lost.any():
        notes.append(
            message(
                "closeness is empty in {count} of {all} rows (a {unit} in a {period}) that do not reach all others or "
                "are not reached by all: {component} takes it inside what is reached",
                component=option("closeness", "component"),
                count=int(lost.sum()),
                all=len(lost),
            )
        )
    apart = whole.index[whole["connectedness"] < 1.0]
    if len(apart):
        notes.append(
            message(
                "not connected in {years}: no eigenvector centrality there",
                years=[str(one) for one in apart],
            )
        )
    return tuple(note.spoken(*network.levels) for note in notes)
