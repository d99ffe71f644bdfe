"""The columns and equations of a mediation model: from expressions to one sample for all equations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.clusters import clusters_of
from panelkit.kernels.identified import ABSORBED_SHARE, absorbed_terms, refuse_unidentified
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL
from panelkit.language.message import Message, message, term
from panelkit.models.mediation.interaction import QUANTILES, Interaction, Moderation
from panelkit.models.mediation.paths import Equation, PathMap, PathSystem, path_map
from panelkit.models.mediation.plan import MediationPlan
from panelkit.models.mediation.roles import Roles
from panelkit.models.reading import Frame, read_design, refuse_interactions, singleton_rule
from panelkit.models.shell import without_intercept
from panelkit.panel.design import Design
from panelkit.panel.redundant import told_without_redundant
from panelkit.show.brief import Brief


def common_sample(
    spec: MediationPlan, roles: Roles, data: Frame, unit: str | None, time: str | None
) -> Design:
    design = read_design(
        roles.formula,
        data,
        unit=unit,
        time=time,
        extra=spec.vcov.columns(),
        where=spec.where,
        policies=singleton_rule(spec.convention, spec.effects),
        sweeping="twoway" if spec.effects == "twoway" else "none",
    )
    refuse_interactions(design, "Mediation")
    if spec.effects == "none":
        return design
    return told_without_redundant(without_intercept(design), spec.effects)


def levels_of(design: Design) -> tuple[str, str]:
    """Return what unit and time are called in a sample."""
    return design.unit_names[0], design.time_names[0]


def groups_of(design: Design, vcov: VcovSpec) -> IntArray | None:
    """Return the cluster of each unit, or None where each unit is one."""
    by = getattr(vcov, "by", None)
    if by is None:
        return None
    clusters = clusters_of(design, by)
    layout = Layout(design.unit, design.time)
    groups = clusters.codes[layout.starts]
    if not (groups[layout.unit] == clusters.codes).all():
        raise SpecError(
            message(
                "clusters by `{by}` cut through {units}, and the bootstrap resamples whole {units}: cluster by the "
                "{unit} or by a group of {units}",
                by=by,
            ).spoken(*levels_of(design))
        )
    return groups


@dataclass(frozen=True, eq=False)
class PathColumns(Brief):
    """The columns of the system, (n, q): treatment, mediators, products, the rest, outcome.

    `products` are (column, its product): of mediators with the treatment, or of any with the moderator. They are formed
    from the variables as they stand, and swept of the effects as columns of their own.
    """

    values: FloatArray
    labels: tuple[str, ...]
    mediators: tuple[int, ...]
    rest: tuple[int, ...]
    products: tuple[tuple[int, int], ...]
    layout: Layout
    moderation: Moderation | None
    interaction: Interaction | None = None

    @classmethod
    def of(cls, spec: MediationPlan, roles: Roles, design: Design) -> PathColumns:
        index = {term: j for j, term in enumerate(design.terms)}
        own = [roles.treatment, *roles.mediators]
        blocks = [design.X[:, [index[name] for name in own]]]
        labels, products, moderation = list(own), [], None
        if roles.moderator is not None:
            by = design.X[:, index[roles.moderator]]
            centre = float(by.mean())
            moderation = Moderation(
                roles.moderator,
                centre,
                QUANTILES,
                tuple(float(q) for q in np.quantile(by, QUANTILES)),
                spec.moderates,
            )
            wanted = ([0] if {"first", "direct"} & set(spec.moderates) else []) + (
                list(range(1, len(own))) if "second" in spec.moderates else []
            )
            for j in wanted:
                products.append((j, len(labels)))
                labels.append(message("{name} × ({by} − mean)", name=own[j], by=roles.moderator))
                blocks.append((blocks[0][:, j] * (by - centre))[:, None])
        interaction = Interaction.of(blocks[0], own, spec.levels) if spec.interaction else None
        if interaction is not None:
            products = [(j, len(own) + j - 1) for j in range(1, len(own))]
            labels += [message("({name} − mean) × ({by} − mean)", name=own[0], by=name) for name in own[1:]]
            centred = blocks[0] - [interaction.mean, *interaction.mediator_means]
            blocks.append(centred[:, :1] * centred[:, 1:])
        layout = Layout(design.unit, design.time)
        others = [term for term in design.terms if term not in own]
        if roles.moderator is not None and _absorbed(
            design.X[:, index[roles.moderator]], layout, spec.effects
        ):
            others.remove(roles.moderator)
        rest = tuple(range(len(labels), len(labels) + len(others)))
        labels += [*others, design.outcome]
        blocks += [design.X[:, [index[name] for name in others]], design.y[:, None]]
        mediators = tuple(range(1, len(own)))
        return cls(
            values=np.hstack(blocks),
            labels=tuple(labels),
            mediators=mediators,
            rest=rest,
            products=tuple(products),
            layout=layout,
            moderation=moderation,
            interaction=interaction,
        )

    @property
    def outcome(self) -> int:
        """Return the position of the outcome."""
        return len(self.labels) - 1

    def system(self, spec: MediationPlan, groups: IntArray | None) -> PathSystem:
        by = dict(self.products)
        stages = spec.moderates if self.moderation else ()
        first = (by[0],) if "first" in stages else ()
        direct = (by[0],) if "direct" in stages else ()
        second = tuple(by[j] for j in self.mediators) if self.interaction or "second" in stages else ()
        constant = self.moderation is None and self.interaction is None
        equations = [] if not constant else [Equation("total", self.outcome, (0, *self.rest))]
        for k, column in enumerate(self.mediators):
            before = self.mediators[:k] if spec.order == "serial" else ()
            equations.append(Equation(f"mediator {k}", column, (0, *before, *first, *self.rest)))
        equations.append(
            Equation("outcome", self.outcome, (0, *self.mediators, *direct, *second, *self.rest))
        )
        return PathSystem(self.values, self.labels, self.layout, spec.effects, tuple(equations), groups)

    def path_map(self, system: PathSystem) -> PathMap:
        return path_map(system, 0, self.mediators, self.products)


def _absorbed(column: FloatArray, layout: Layout, effects: Effects) -> bool:
    """Return whether the effects hold a moderator whole (a region): its products stand without it then."""
    if effects == "none":
        return False
    return bool(absorbed_terms(column[:, None], within(column[:, None], layout, effects))[0])


def equation_design(design: Design, system: PathSystem, equation: Equation) -> Design:
    return replace(
        design,
        y=system.columns[:, equation.outcome],
        X=np.asfortranarray(system.columns[:, list(equation.regressors)]),
        outcome=system.labels[equation.outcome],
        terms=tuple(system.labels[j] for j in equation.regressors),
        formula=None,
    )


def refuse_unusable(
    system: PathSystem, columns: PathColumns, effects: Effects, levels: tuple[str, str] = PROVINCIAL
) -> None:
    """Refuse treatment, mediators and outcome that the effects absorb, and mediators that repeat the rest."""
    swept = system.swept_columns
    own = (0, *columns.mediators, columns.outcome)
    flat = absorbed_terms(system.columns, swept)
    lost = [f"`{system.labels[j]}`" for j in own if flat[j]]
    if lost:
        raise SpecError(
            message(
                "{names}: no variation is left {where}, so no path can lead through it: take another variable or fewer "
                "effects",
                names=lost,
                where=_where_left(effects),
            ).spoken(*levels)
        )
    for j in columns.mediators:
        rest = swept[:, [0, *(i for i in columns.rest if not flat[i])]]
        coefficients = np.linalg.lstsq(rest, swept[:, j], rcond=None)[0]
        left = swept[:, j] - rest @ coefficients
        if np.linalg.norm(left) <= ABSORBED_SHARE * np.linalg.norm(swept[:, j]):
            raise SpecError(
                message(
                    "mediator `{mediator}` is a combination of the treatment `{treatment}`, the controls and the "
                    "effects: nothing of its own is left to mediate",
                    mediator=system.labels[j],
                    treatment=system.labels[0],
                )
            )
    for equation in system.equations:
        at = list(equation.regressors)
        terms = tuple(system.labels[j] for j in at)
        # the bootstrap stands on cross-products
        refuse_unidentified(system.columns[:, at], swept[:, at], terms, effects, squares=True)


def _where_left(effects: Effects) -> Message:
    if effects == "twoway":
        return term("no variation is left", "within {units} beyond the {periods}")
    if effects == "unit":
        return term("no variation is left", "within {units}")
    return (
        term("no variation is left", "within {periods}")
        if effects == "time"
        else term("no variation is left", "in this sample")
    )
