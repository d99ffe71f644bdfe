"""Imputed effects of groups of rows that need not be cohorts: rings of exposure, classes of doses, a unit of dose.

The first stage is that of `untreated.py`, on rows that belong to no group (Gardner 2022; Butts and Gardner 2022).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.models.policy.effects.errors import errors_of
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.rows.untreated import predictable, untreated_fit
from panelkit.results.derived import Derived, Uncertainty
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Groups(Brief):
    """Groups of rows whose effects are averaged; n rows, p groups.

    `members` (n, p) are 0/1; a row in none is clean. `size` (n,) is what effects are counted by: 1, or the dose, so
    that an average is that of a unit of dose. `labels` are equation and term.
    """

    members: FloatArray
    size: FloatArray
    labels: tuple[tuple[str, str], ...]


def grouped_effects(
    panel: PolicyPanel,
    groups: Groups,
    *,
    title: Message,
    facts: Mapping[str, Any],
    notes: Sequence[Message],
) -> Derived:
    """Return the mean effects of groups against what clean rows predict.

    A group's mean is the sum of weights times effects over the sum of weights times sizes. Errors are those of
    Borusyak, Jaravel and Spiess (2024, eq. 7), a row's effect taken from its group's mean; clusters that hold rows of
    the group and the others vary each on their own.

    Parameters
    ----------
    panel
        The rows; its dates of adoption are not read.
    groups
        Which rows make which mean.
    title, facts, notes
        What the table says before what is said here.

    Raises
    ------
    DataError
        If no row of a group can be predicted: nobody clean is linked to it.
    """
    clean = np.asarray(groups.members.max(axis=1) == 0.0)
    fit = untreated_fit(panel, clean)
    reached = np.asarray(predictable(panel, clean) & ~clean)
    members = np.where(reached[:, None], groups.members, 0.0)
    held = np.asarray(members.any(axis=0))
    whole = [j for j, (equation, _) in enumerate(groups.labels) if equation == "overall"]
    _refuse_unreached([groups.labels[j][1] for j in whole if not held[j]], panel)
    members, labels = members[:, held], [groups.labels[j] for j in np.flatnonzero(held)]
    left = fit.left(panel.y[:, None])[:, 0]
    weighed = members * panel.weights[:, None]
    share = weighed / (weighed * groups.size[:, None]).sum(axis=0)
    estimates = share.T @ left
    rest = left[:, None] - groups.size[:, None] * estimates
    own, inside = np.zeros((panel.n_units, len(labels))), np.zeros((panel.n_units, len(labels)))
    np.add.at(own, panel.unit, share * rest)
    np.add.at(inside, panel.unit, members)
    influence = own - fit.scores(left) @ fit.pulled(reached, share[reached])
    treated = panel.by_cluster(inside) > 0.0
    errors = errors_of(panel.by_cluster(influence), treated, "small-sample")
    lost = ~clean & ~reached
    said = (*notes, *_said(panel, lost, treated, labels))
    return Derived(
        title=title,
        terms=tuple(term for _, term in labels),
        equations=tuple(equation for equation, _ in labels),
        estimates=estimates,
        covariance=errors.covariance,
        df=errors.df,
        facts={
            "nobs": int((clean | reached).sum()),
            "n_units": panel.n_units,
            "n_periods": len(panel.periods),
            "n_clusters": panel.n_clusters,
            **facts,
            "n_imputed": int(reached.sum()),
            "n_untreated": int(clean.sum()),
        },
        notes=tuple(panel.design.spoken(note) for note in dict.fromkeys(said)),
        uncertainty=Uncertainty(method="influence"),
        levels=panel.design.level_names,
    )


def with_events(
    columns: FloatArray, names: Sequence[str], panel: PolicyPanel, size: FloatArray | None = None
) -> Groups:
    """Return each column (n, s) as a group called by its name, and by periods since the unit entered it."""
    period = panel.periods[panel.time]
    members, labels = list(columns.T), [("overall", name) for name in names]
    for name, column in zip(names, columns.T, strict=True):
        inside = column > 0.0
        start = np.full(panel.n_units, np.inf)
        np.minimum.at(start, panel.unit[inside], period[inside])
        event = np.where(inside, period - start[panel.unit], np.nan)
        for since in np.unique(event[inside]):
            members.append((event == since).astype(np.float64))
            labels.append((name, f"{since:+.0f}"))
    counted = np.ones(len(period)) if size is None else size
    return Groups(np.column_stack(members), counted, tuple(labels))


def _refuse_unreached(names: Sequence[str], panel: PolicyPanel) -> None:
    if names:
        raise DataError(
            panel.design.spoken(
                message(
                    "no effect of {names} can be imputed: no {unit} there is held before, or in none of its {periods} "
                    "is anybody left that is neither treated nor exposed",
                    names=list(names),
                )
            )
        )


def _said(
    panel: PolicyPanel, lost: Array, treated: Array, labels: Sequence[tuple[str, str]]
) -> tuple[Message, ...]:
    notes = [
        message(
            "effects of {unit} and {period} come from rows of none of the groups; errors by {name} (Borusyak, Jaravel "
            "and Spiess 2024), clusters of a group and the others each with n/(n-1), Welch's degrees of freedom",
            name=panel.cluster_name,
        )
    ]
    if lost.any():
        named = [str(panel.design.unit_labels[i]) for i in np.unique(panel.unit[lost])]
        notes.append(
            message(
                "{n} rows have no prediction and no effect, of {names}: never clean, or nobody clean in their {period}",
                n=int(lost.sum()),
                names=listed(named[:SHOWN], len(named)),
            )
        )
    alone = [f"{a} {b}" for (a, b), n in zip(labels, treated.sum(axis=0), strict=True) if n < 2]
    if alone:
        notes.append(
            message(
                "one cluster behind {names}: no error can be told from it",
                names=listed(alone[:SHOWN], len(alone)),
            )
        )
    return tuple(notes)
