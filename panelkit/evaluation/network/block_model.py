"""Blocks of units with alike ties: CONCOR, the roles of blocks, and how stable they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.evaluation.network.block_result import BlockModel
from panelkit.evaluation.network.block_tables import (
    block_counts,
    block_densities,
    expected_internal,
    explained,
    roles,
)
from panelkit.evaluation.network.measures import check_network
from panelkit.evaluation.network.names import told_name
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.partition import Partition, concor_partition
from panelkit.evaluation.network.varied import OTHER_RULES, random_links, under_rules, without_each
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, is_real

BoolArray = NDArray[np.bool_]


@offered(
    "evaluation",
    family="networks",
    result="BlockModel",
    source="Breiger, Boorman and Arabie 1975; Wasserman and Faust 1994 (roles)",
    public=True,
)
def concor(
    network: Network,
    *,
    year: int | None = None,
    depth: int = 2,
    convergence: float = 0.2,
    reps: int = 99,
    rng: int | np.random.Generator = 0,
) -> BlockModel:
    """Return blocks of units whose ties are alike, the densities between them and their roles.

    CONCOR always finds blocks, in random ties as well: beside R2 of ties on the densities between blocks stands what it
    reaches where every unit sends and receives as many ties at random. How far blocks hang on the rule of ties and on
    single units is told by the adjusted Rand index (1 the same blocks, 0 as alike as by chance).

    Parameters
    ----------
    network
        Of `pk.gravity_network`, `pk.flow_network`, or a reconstruction.
    year
        The period; None: the last. Blocks of the other periods are compared with it.
    depth
        How many times blocks are parted in two: 2 gives four.
    convergence
        How near to +1 and -1 all correlations have to come before the signs part a block.
    reps
        Networks of random ties.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    BlockModel
        Blocks by unit, densities, image matrix, roles, R2, agreement.

    Raises
    ------
    DataError
        If no unit has ties that differ from another's.
    SpecError
        If an option is out of bounds.

    Examples
    --------
    >>> network = pk.gravity_network(panel, ["population", "gdp"], year=2020)
    >>> found = pk.concor(network, reps=9)
    >>> int(found.sizes.sum())
    31
    """
    check_network(network)
    check_count("depth", depth)
    check_count("reps", reps, 2)
    if not is_real(convergence) or not 0.0 < convergence < 1.0:
        raise SpecError(message("convergence lies between 0 and 1, not {given!r}", given=convergence))
    one = network.at(year)
    ties = one.ties[0]
    parted = concor_partition(ties[None], depth, convergence)
    count = int(parted.blocks.max()) + 1
    if count < 1:
        raise DataError(
            message(
                "{year}: no {unit} has ties, or all have ties with all: there is nothing to part",
                year=one.years[0],
            ).spoken(*network.levels)
        )
    sizes = np.bincount(parted.blocks[parted.blocks >= 0], minlength=count)
    counts = block_counts(ties, parted.blocks, count)
    chance = as_generator(rng)
    shuffled = [_reached(links, depth, convergence) for links in random_links(ties, reps, chance)]
    return BlockModel(
        title=message("Blocks of a network (CONCOR): {network}", network=network.title),
        year=one.years[0],
        blocks=pd.Series(parted.blocks + 1, index=list(network.ids), name="block"),
        sizes=sizes,
        counts=counts,
        densities=block_densities(counts, sizes),
        overall=float(ties.sum() / (one.n * (one.n - 1))),
        roles=tuple(roles(counts, sizes, one.n)),
        expected=expected_internal(sizes, one.n),
        r2=explained(ties, parted.blocks, count),
        random_r2=np.array(shuffled),
        agreement=_agreement(network, one, parted.blocks, depth, convergence),
        notes=(*network.said, *_said(one, parted, depth, convergence, seed_of(rng), reps)),
        levels=network.levels,
    )


def _reached(ties: BoolArray, depth: int, convergence: float) -> float:
    blocks = concor_partition(ties[None], depth, convergence).blocks
    return explained(ties, blocks, int(blocks.max()) + 1)


def _agreement(
    network: Network, one: Network, blocks: IntArray, depth: int, convergence: float
) -> pd.DataFrame:
    """Return the adjusted Rand index of these blocks with others: `against, label, index`."""
    rows: list[tuple[str, str, float]] = []
    for when, ties in zip(network.years, network.ties, strict=True):
        if when != one.years[0]:
            rows.append(("year", str(when), _alike(blocks, ties, depth, convergence)))
    for rule, ties in zip(OTHER_RULES, under_rules(one), strict=True):
        if rule != one.threshold:
            rows.append(("threshold", str(rule), _alike(blocks, ties, depth, convergence)))
    for unit, ties in enumerate(without_each(one)):
        rest = np.delete(blocks, unit)
        rows.append(("left_out", str(one.ids[unit]), _alike(rest, ties, depth, convergence)))
    return pd.DataFrame(rows, columns=["against", "label", "index"])


def _alike(blocks: IntArray, ties: BoolArray, depth: int, convergence: float) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(blocks, concor_partition(ties[None], depth, convergence).blocks))


def _said(
    one: Network, parted: Partition, depth: int, convergence: float, seed: int | None, reps: int
) -> tuple[Message, ...]:
    notes = [
        message(
            "CONCOR, depth {depth}, until all correlations of correlations lie within {convergence:g} of +1 or -1; the "
            "diagonal counts as no tie; of two parts that with the earlier {unit} comes first",
            depth=depth,
            convergence=convergence,
        ),
        message(
            "role: at least (g_k - 1)/(g - 1) of the ties sent stay inside, and more ties received from outside than "
            "sent there: net beneficiary; inside, not more: bidirectional spillover; not inside, not more: net "
            "spillover; not inside, more: broker. A block of one {unit} has no inside: net beneficiary or net "
            "spillover. Sources that ask for ties received about zero leave the border open"
        ),
        message(
            "random ties: {reps} networks in which every {unit} sends and receives as many, {chance}",
            reps=reps,
            chance=_chance(seed),
        ),
    ]
    apart = [
        told_name(name, one.ids) for name, block in zip(one.ids, parted.blocks, strict=True) if block < 0
    ]
    if apart:
        notes.append(
            message(
                "set apart, without ties or with ties to all, which have no profile: {names}", names=apart
            )
        )
    if parted.stalled:
        notes.append(
            message(
                "block {blocks} could not be parted further: its {units} are placed symmetrically, and correlations do "
                "not come near +1 and -1",
                blocks=[str(block + 1) for block in parted.stalled],
            )
        )
    return tuple(note.spoken(*one.levels) for note in notes)


def _chance(seed: int | None) -> Message:
    if seed is None:
        return message("a generator of the caller's")
    return message("seed {seed}", seed=seed)
