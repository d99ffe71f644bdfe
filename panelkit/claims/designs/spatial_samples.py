"""Balanced samples and weights of spatial designs, each read once."""

from __future__ import annotations

from typing import Any

import pandas as pd

from panelkit.claims.figures import Figures
from panelkit.language.message import Message
from panelkit.models.spatial.sample import Missing, SpatialSample, align_weights, read_sample
from panelkit.spatial.weights import Weights
from panelkit.studies.specification import Specification


class Samples:
    """The samples of a design's specifications and the weights between their provinces."""

    def __init__(self, figures: Figures, missing: Missing) -> None:
        self._figures = figures
        self._missing = missing
        self._samples: dict[Any, SpatialSample] = {}
        self._kept: set[Any] = set()
        self._weights: dict[Any, Weights] = {}

    def sample(self, spec: Specification) -> SpatialSample:
        """Return the balanced sample of a specification."""
        if self.key(spec) not in self._samples:
            frame = self._figures.panel(spec)
            frame.attrs = {}  # a row of the grid prints no sources, and pandas copies them with every slice
            self._read(spec, frame)
        return self._samples[self.key(spec)]

    def keep(self, spec: Specification, data: pd.DataFrame) -> None:
        """Read the sample of a specification from these data; they must say of themselves what a table prints."""
        if self.key(spec) not in self._kept:
            self._read(spec, data)
            self._kept.add(self.key(spec))

    def _read(self, spec: Specification, data: pd.DataFrame) -> None:
        self._samples[self.key(spec)] = read_sample(
            spec.formula, data, missing=self._missing, intercept=spec.effects == "none"
        )

    def notes(self, spec: Specification) -> tuple[Message, ...]:
        """Return what the policy for missing cells left out of a sample, which its design does not say."""
        sample = self.sample(spec)
        return sample.notes[len(sample.design.notes) :]

    @staticmethod
    def key(spec: Specification) -> tuple[Any, ...]:
        """Return everything of a specification on which its sample depends."""
        return (spec.formula, spec.years, spec.provinces, spec.vintage, spec.effects == "none")

    def weights(self, name: str, sample: SpatialSample) -> Weights:
        """Return the weights of that name in the sample's order."""
        key = (name, sample.ids)
        if key not in self._weights:
            self._weights[key] = align_weights(
                self._figures.weights(name, sample.ids, sample.left_out), sample
            )
        return self._weights[key]
