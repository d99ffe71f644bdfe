"""The numbers of an index under a recipe: normalised indicators, weights, scores, coupling; every stage made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from panelkit.audit.convention.index.asked import Cell
from panelkit.audit.convention.index.figures import Figures, IntArray, Stated
from panelkit.audit.convention.index.recipes import Recipe
from panelkit.indices.arrays import weights as weighting
from panelkit.indices.arrays.coupling import FORMS
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import PanelkitError
from panelkit.show.brief import Brief

_HELD = 256  # stages kept; near recipes share them


@dataclass(eq=False)
class Maker(Brief):
    """Numbers of many recipes on the same figures."""

    figures: Figures
    stated: Stated
    cells: Sequence[Cell]
    _normed: dict[object, FloatArray] = field(default_factory=dict)
    _weighted: dict[object, FloatArray] = field(default_factory=dict)
    _rows: dict[object, IntArray] = field(default_factory=dict)

    def numbers(self, recipe: Recipe) -> FloatArray:
        """Return what a recipe prints (S,), all missing where it cannot be computed."""
        try:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                return self._numbers(recipe)
        except PanelkitError:
            return np.full(len(self.cells), np.nan)

    def _numbers(self, recipe: Recipe) -> FloatArray:
        rows = self.rows(recipe)
        z = self.normalised(recipe)
        w = self.weights(recipe, z)
        scores = self._scores(recipe, z, w, rows)
        found = [self._cell(cell, recipe, z, w, scores, rows) for cell in self.cells]
        return np.array(found)

    def rows(self, recipe: Recipe) -> IntArray:
        """Return the rows that enter, (n,)."""
        key = (recipe.window, recipe.without)
        if key not in self._rows:
            figures = self.figures
            keep = ~np.isin(figures.unit, recipe.without)
            if recipe.window is not None:
                keep &= (figures.time >= recipe.window[0]) & (figures.time <= recipe.window[1])
            self._rows[key] = np.flatnonzero(keep)
        return self._rows[key]

    def normalised(self, recipe: Recipe) -> FloatArray:
        """Return the indicators made comparable (n, k), before a shift."""
        key = (recipe.window, recipe.without, recipe.turned, recipe.norm)
        if key not in self._normed:
            if len(self._normed) > _HELD:
                self._normed.clear()
            rows = self.rows(recipe)
            sign = self.stated.sign.copy()
            sign[list(recipe.turned)] *= -1.0
            self._normed[key] = _normalised(
                self.figures.values[rows], sign, recipe.norm, self.figures.time[rows]
            )
        return self._normed[key]

    def weights(self, recipe: Recipe, z: FloatArray) -> FloatArray:
        """Return the weights of the indicators: (k,), or (n, k) where they are of each period."""
        if recipe.norm == "scored":
            return np.ones(z.shape[1])
        key = (
            *(recipe.window, recipe.without, recipe.turned, recipe.norm),
            *(recipe.shift, recipe.method, recipe.divisor, recipe.scope),
        )
        if key not in self._weighted:
            if len(self._weighted) > _HELD:
                self._weighted.clear()
            self._weighted[key] = self._weigh(recipe, z)
        return self._weighted[key]

    def _weigh(self, recipe: Recipe, z: FloatArray) -> FloatArray:
        if recipe.method == "entropy by year":
            out = np.empty_like(z)
            time = self.figures.time[self.rows(recipe)]
            for one in np.unique(time):
                at = time == one
                out[at] = self._by_system(recipe, z[at])
            return out
        return self._by_system(recipe, z)

    def _by_system(self, recipe: Recipe, z: FloatArray) -> FloatArray:
        """Return weights that sum to one in each system, or over all indicators."""
        systems = self.stated.systems
        if recipe.scope == "system":
            out = np.empty(z.shape[1])
            for places in systems.values():
                out[list(places)] = self._weights_among(recipe, z, list(places))
            return out
        out = self._weights_among(recipe, z, list(range(z.shape[1])))
        if recipe.scope == "all, rescaled":
            for places in systems.values():
                out[list(places)] /= out[list(places)].sum()
        return out

    def _weights_among(self, recipe: Recipe, z: FloatArray, places: list[int]) -> FloatArray:
        part, method = z[:, places], recipe.method
        if len(places) == 1:
            return np.ones(1)
        if method == "own" and self.stated.own is not None:
            return np.asarray(self.stated.own[places])
        if method == "equal":
            return weighting.equal(len(places))
        if method == "critic":
            return weighting.critic(part)
        if method == "variation":
            return weighting.variation(self.figures.values[self.rows(recipe)][:, places])
        if method == "pca":
            return weighting.pca(part)
        divergence = 1.0 - self.entropies(recipe, part)
        return np.asarray(divergence / divergence.sum())

    def entropies(self, recipe: Recipe, z: FloatArray) -> FloatArray:
        """Return the entropies of columns (n, k), divided by the logarithm that the recipe takes."""
        found = weighting.entropies(z + recipe.shift)
        if recipe.divisor == "rows":
            return found
        units = len(np.unique(self.figures.unit[self.rows(recipe)]))
        return np.asarray(found * np.log(len(z)) / np.log(units))

    def _scores(self, recipe: Recipe, z: FloatArray, w: FloatArray, rows: IntArray) -> FloatArray:
        """Return the score of every system (n, S)."""
        if recipe.norm == "scored":
            return z
        weighed = (z + recipe.shift * recipe.shift_scores) * w
        return np.column_stack(
            [weighed[:, list(places)].sum(axis=1) for places in self.stated.systems.values()]
        )

    def _cell(
        self, cell: Cell, recipe: Recipe, z: FloatArray, w: FloatArray, scores: FloatArray, rows: IntArray
    ) -> float:
        if cell.what == "w":
            return float(w[cell.of]) if w.ndim == 1 else np.nan
        if cell.what == "e":
            return float(self.entropies(recipe, z)[cell.of]) if recipe.norm != "scored" else np.nan
        unit, time = self.figures.unit[rows], self.figures.time[rows]
        at = np.ones(len(rows), dtype=bool)
        if cell.unit >= 0:
            at &= unit == cell.unit
        if cell.time >= 0:
            at &= time == cell.time
        if not at.any():
            return np.nan
        part = scores[at]
        if cell.what == "score":
            return float(part[:, cell.of].mean())
        return float(self._coupled(cell.what, part, recipe).mean())

    def _coupled(self, what: str, u: FloatArray, recipe: Recipe) -> FloatArray:
        """Return C, T or D of the scores of systems (n, S)."""
        own = self.stated.system_weights
        weights = np.full(len(own), 1.0 / len(own)) if recipe.mean_t else own
        t = u @ weights
        if what == "T":
            return np.asarray(t)
        c = FORMS[recipe.form].compute(u, weights)
        if what == "C":
            return np.asarray(c)
        product = np.maximum(c, 0.0) * t
        return np.asarray(np.where(t == 0.0, 0.0, np.sqrt(product) if recipe.root else product))


def _normalised(x: FloatArray, sign: FloatArray, norm: str, time: IntArray) -> FloatArray:
    """Return indicators (n, k) made comparable; a column without variation becomes missing."""
    if norm in ("scored", "raw"):
        return x
    if norm == "by year":
        out = np.empty_like(x)
        for one in np.unique(time):
            at = time == one
            out[at] = _normalised(x[at], sign, "minmax", time[at])
        return out
    if norm == "max":
        return np.where(sign > 0.0, x / x.max(axis=0), x.min(axis=0) / x)
    turned = x * sign
    low, high = turned.min(axis=0), turned.max(axis=0)
    if norm == "minmax":
        return np.asarray((turned - low) / (high - low))
    deviation = turned.std(axis=0, ddof=0 if norm in ("z0", "z03") else 1)
    if norm in ("z3", "z03"):
        return np.asarray((turned - turned.mean(axis=0)) / deviation + 3.0)
    return np.asarray((turned - low) / deviation)
