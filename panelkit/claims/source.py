"""What claims are tested on: the shipped figures, or a panel of the user's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from panelkit.claims.designs.contest import ContestDesign
from panelkit.claims.designs.spatial import SpatialDesign
from panelkit.claims.designs.spatial_trend import TighteningDesign
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.names import check_names, years_held
from panelkit.claims.file.window import Window
from panelkit.claims.maps import OWN_WEIGHTS
from panelkit.claims.own_figures import OwnFigures
from panelkit.claims.own_names import check_own
from panelkit.claims.own_panel import OwnPanel
from panelkit.claims.waiting import supplied
from panelkit.claims.windows import figures_of, refuse_years_of_no_figure, rolled, with_window
from panelkit.data import catalogue
from panelkit.data.nation import product_years
from panelkit.data.paths import shipped
from panelkit.data.selection import choose_vintages
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.studies.specification import Specification


class Source(Protocol):
    """What the designs of a claim read."""

    @property
    def panel(self) -> OwnPanel | None:
        """Return the user's own panel, or None on the shipped figures."""
        ...

    def supplied(self, claim: Claim) -> AbstractContextManager[tuple[str, ...]]:
        """Return a block in which a pending claim can be computed, or what it still waits for."""
        ...

    def prepared(self, registered: RegisteredClaim) -> RegisteredClaim:
        """Return a claim with its years and weights as this source has them."""
        ...

    def at(self, registered: RegisteredClaim, window: Window | None) -> RegisteredClaim:
        """Return a claim as `prepared` did, whose window is known."""
        ...

    @property
    def folder(self) -> Path | None:
        """Return the folder of shipped figures that is read; None: no shipped figure is."""
        ...

    def figures(self, planned: Sequence[Specification]) -> Figures:
        """Return the figures that specifications read."""
        ...

    def check(self, claim: Claim, design: ClaimDesign) -> None:
        """Refuse a design that names what is not held."""
        ...

    def refuse_idle_weights(self, claims: Sequence[RegisteredClaim]) -> None:
        """Refuse weights that no design of the claims reads."""
        ...


@dataclass(frozen=True)
class Shipped:
    """The figures that ship with panelkit; claims that wait for others find them in `store`, where there is one."""

    panel: OwnPanel | None = None
    store: Path | None = None

    def supplied(self, claim: Claim) -> AbstractContextManager[tuple[str, ...]]:
        """Return a block in which a pending claim can be computed, or what it still waits for."""
        return supplied(claim, self.store)

    def prepared(self, registered: RegisteredClaim) -> RegisteredClaim:
        """Return a claim with the newest year of its figures wherever it says "newest"; refuse years of no figure."""
        refuse_years_of_no_figure(registered, self)
        return rolled(registered, self)

    def at(self, registered: RegisteredClaim, window: Window | None) -> RegisteredClaim:
        """Return a claim with the newest year that was found for it."""
        return with_window(registered, window)

    @property
    def folder(self) -> Path | None:
        """Return the folder of figures."""
        return shipped("data")

    def figures(self, planned: Sequence[Specification]) -> Figures:
        """Return the figures that specifications read."""
        return Figures(planned)

    def check(self, claim: Claim, design: ClaimDesign) -> None:
        """Refuse a design that names what is not held."""
        check_names(claim, design)

    def refuse_idle_weights(self, claims: Sequence[RegisteredClaim]) -> None:
        """Refuse nothing: no weights are given beside the shipped figures."""

    def held(self, column: str, vintage: str | None) -> tuple[int, ...] | None:
        """Return the years in which some province has a figure, of the default vintage unless one is named.

        Of a product, the years of its output; None where there is no such figure.
        """
        about = catalogue.facts().get(column)
        if about is None:
            return product_years(column) or None
        if not about.vintages:
            return ()
        chosen = choose_vintages([column], None if vintage is None else {column: vintage})
        return years_held(column, chosen[column])


@dataclass(frozen=True)
class Own:
    """A panel of the user's own."""

    panel: OwnPanel

    def supplied(self, claim: Claim) -> AbstractContextManager[tuple[str, ...]]:
        """Return a block that waits for the columns of a pending claim that the panel lacks."""
        named = dict.fromkeys(column for column, _ in figures_of(claim))
        return nullcontext(tuple(name for name in named if name not in self.panel.frame.columns))

    def prepared(self, registered: RegisteredClaim) -> RegisteredClaim:
        """Return a claim with the newest year of its columns and, where it names none, the weights given."""
        return self._with_weights(rolled(registered, self))

    def at(self, registered: RegisteredClaim, window: Window | None) -> RegisteredClaim:
        """Return a claim with the newest year that was found for it and, where it names none, the weights given."""
        return self._with_weights(with_window(registered, window))

    @property
    def folder(self) -> Path | None:
        """Return None: no shipped figure is read."""
        return None

    def figures(self, planned: Sequence[Specification]) -> Figures:
        """Return the panel as specifications read it."""
        return OwnFigures(self.panel, planned)

    def check(self, claim: Claim, design: ClaimDesign) -> None:
        """Refuse a design with fields that do not apply to the panel."""
        check_own(claim, design, self.panel)

    def held(self, column: str, vintage: str | None) -> tuple[int, ...] | None:
        """Return the years in which some unit has a value of a column."""
        return self.panel.held(column) if column in self.panel.frame.columns else None

    def refuse_idle_weights(self, claims: Sequence[RegisteredClaim]) -> None:
        """Refuse weights that no design of the claims reads.

        Raises
        ------
        SpecError
            If there are any.
        """
        designs = [
            design
            for item in claims
            for reading in self._weighted(item.claim).reading
            for design in reading.design
        ]
        names = {
            name
            for item in designs
            if isinstance(item, (SpatialDesign, ContestDesign))
            for name in item.weights
        }
        if any(isinstance(item, TighteningDesign) for item in designs):
            names.add(OWN_WEIGHTS[0])
        given = OWN_WEIGHTS[: len(self.panel.weights)]
        idle = [name for name in given if name not in names]
        if idle:
            raise SpecError(
                message(
                    "no design reads the weights {names} given by `w`: a spatial design names them, weights = "
                    "{example}, or names none",
                    names=idle,
                    example=json.dumps(given),
                )
            )

    def _with_weights(self, registered: RegisteredClaim) -> RegisteredClaim:
        return replace(registered, claim=self._weighted(registered.claim))

    def _weighted(self, claim: Claim) -> Claim:
        given = OWN_WEIGHTS[: len(self.panel.weights)]
        if not given:
            return claim

        def weighted(design: ClaimDesign) -> ClaimDesign:
            if not isinstance(design, SpatialDesign) or "weights" in design.model_fields_set:
                return design
            return design.model_copy(update={"weights": given})

        readings = [
            item.model_copy(update={"design": tuple(map(weighted, item.design))}) for item in claim.reading
        ]
        return claim.model_copy(update={"reading": tuple(readings)})
