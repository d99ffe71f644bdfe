"""Folds of whole clusters: who is left out together, drawn anew in every repeat, or as the user gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from panelkit.covariance.clusters import Clusters
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import is_whole
from panelkit.language.spelt import option
from panelkit.panel.design import Design

Folds = int | Mapping[Any, Any]

REPEATS = 10  # splits whose median is reported, where there is something to draw
_SHOWN = 6


def check_folds(folds: object) -> None:
    """Refuse what splits rows, and what is no number of folds and no mapping.

    Raises
    ------
    SpecError
        With the size of a test on row folds where rows are asked for.
    """
    if isinstance(folds, str):
        raise SpecError(_no_words(folds))
    if isinstance(folds, Mapping):
        if len(set(folds.values())) < 2:
            raise SpecError(message("folds names one fold only: name two or more, or give their number"))
        return
    if not is_whole(folds) or folds < 1:  # type: ignore[operator]
        raise SpecError(
            message(
                "folds is a number of folds, each of whole {units}, or a mapping unit -> fold, not {folds!r}",
                folds=folds,
            )
        )


def _no_words(folds: str) -> Message:
    if folds not in ("rows", "row", "kfold", "observations"):
        return message(
            "folds is a number of folds, each of whole {units}, or a mapping unit -> fold, not {folds!r}",
            folds=folds,
        )
    return message(
        "folds={folds!r}: rows of one {unit} on both sides of a split let the learners recognise the "
        "{unit}, and its errors are not independent of those that they learned from. On 31 provinces "
        "with row folds and robust errors a nominal 5 % test rejects a true null in about 20 % of "
        "samples: folds are whole {units} here, {folds_option}",
        folds_option=option("folds", 5),
        folds=folds,
    )


def repeats_of(folds: Folds, repeats: int | None, clusters: int) -> int:
    """Return how often the clusters are split: once where nothing is left to draw, unless the user says otherwise."""
    if repeats is not None:
        return repeats
    drawn = is_whole(folds) and 1 < folds < clusters  # type: ignore[operator]
    return REPEATS if drawn else 1


def clusters_to_split(design: Design, clusters: Clusters) -> IntArray:
    """Return the cluster of every unit, (N,).

    Raises
    ------
    SpecError
        If a unit lies in several clusters, so that a fold of clusters would split it.
    """
    of_unit = np.full(len(design.unit_labels), -1, dtype=np.int64)
    of_unit[design.unit] = clusters.codes
    torn = np.unique(design.unit[of_unit[design.unit] != clusters.codes])
    if len(torn):
        raise SpecError(
            message(
                "clusters by `{name}` split {shown}: folds are whole clusters, and each {unit} must lie in one. "
                "Cluster by the {unit} or by a column that is constant inside it",
                name=clusters.name,
                shown=[str(label) for label in design.unit_labels[torn][:_SHOWN]],
            )
        )
    return of_unit


def draw(
    folds: Folds, repeats: int, clusters: Clusters, seed: int, strata: IntArray | None = None
) -> IntArray:
    """Return the fold of every cluster in every repeat, (R, G).

    Parameters
    ----------
    folds
        Their number, or label of a cluster -> fold.
    repeats
        R.
    clusters
        The G clusters.
    seed
        Of the draws.
    strata
        A group of every cluster (G,), shared out evenly over the folds; None is one group.

    Raises
    ------
    DataError
        If there are fewer clusters than folds, or a mapping leaves clusters out.
    """
    if isinstance(folds, Mapping):
        return np.tile(_given(folds, clusters), (repeats, 1))
    if folds > clusters.count:
        raise DataError(
            message(
                "{folds} folds of whole clusters need as many clusters, and the sample holds {count} of `{name}`: take "
                "folds={count} (each left out in turn) or fewer",
                folds=folds,
                count=clusters.count,
                name=clusters.name,
            )
        )
    group = np.zeros(clusters.count, dtype=np.int64) if strata is None else strata
    return np.array([_dealt(folds, group, np.random.default_rng([seed, r])) for r in range(repeats)])


def _dealt(folds: int, group: IntArray, rng: np.random.Generator) -> IntArray:
    """Deal shuffled clusters (G,) out to the folds, one group after the other."""
    order = rng.permutation(len(group))
    order = order[np.argsort(group[order], kind="stable")]
    dealt = np.empty(len(group), dtype=np.int64)
    dealt[order] = np.arange(len(group)) % folds
    return dealt


def _given(folds: Mapping[Any, Any], clusters: Clusters) -> IntArray:
    labels = [label.item() if hasattr(label, "item") else label for label in clusters.labels]
    absent = [str(label) for label in labels if label not in folds]
    if absent:
        raise DataError(
            message(
                "folds names no fold for {absent}: name one for every cluster of `{name}`",
                absent=absent[:_SHOWN],
                name=clusters.name,
            )
        )
    return np.unique([str(folds[label]) for label in labels], return_inverse=True)[1].astype(np.int64)


def inner_splits(groups: IntArray, most: int, seed: int, labels: FloatArray | None = None) -> Sequence[Any]:
    """Return splits of training rows (m,) into whole groups, for what a learner tunes: pairs of places.

    `labels` (m,), 0 or 1, are shared out evenly: a group counts as treated where one of its rows is.
    """
    codes = np.unique(groups, return_inverse=True)[1]
    count = int(codes.max()) + 1
    ever = np.zeros(count, dtype=np.int64)
    fewest = count
    if labels is not None:
        ever = (np.bincount(codes, labels, count) > 0).astype(np.int64)
        fewest = min(fewest, max(int(ever.sum()), 1))
    folds = min(most, fewest)
    if folds < 2:
        raise DataError(
            message(
                "a learner that tunes itself needs two {units} of each kind to split, and the training "
                "part of a fold has {count}: take fewer folds, or a learner without tuning "
                "({treatment_learner})",
                treatment_learner=option("treatment_learner", "logit"),
                count=fewest,
            )
        )
    dealt = _dealt(folds, ever, np.random.default_rng([seed, folds]))[codes]
    return [(np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)) for fold in range(folds)]
