"""Papers of several tables of one panel, and what holds between their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

import panelkit as pk
from benchmarks.synthetic.corners import Gap, Truth, ends
from benchmarks.synthetic.regressions import N_WORDS, by_term, estimates
from benchmarks.synthetic.slips import SLIPS, Planted
from benchmarks.synthetic.spatials import SECTIONS, _formula, delta_effects
from benchmarks.synthetic.style import Place, Printout, print_out, style
from benchmarks.synthetic.true import Line, Number, TrueTable, Words, World, numbered, plain, whole, world

OUTCOME: Words = ("Carbon", "碳排放强度")
DESCRIBED, BASELINE, ROBUST, DURBIN, EFFECTS, THRESHOLD = range(6)
Spot = tuple[int, Place]
"""A table of the paper and a place in it."""
_TRIES = 60


@dataclass(frozen=True)
class Cross:
    """Something that holds between tables: its name, the places, a gap that can be zero."""

    name: str
    spots: tuple[Spot, ...]
    gap: Gap

    def holds(self, paper: Sequence[Printout]) -> bool:
        grid = np.array(list(product(*(ends(paper[table].pieces[place]) for table, place in self.spots))))
        gaps = self.gap(grid)
        size = 1e-9 * float(np.abs(gaps).max())
        return bool(gaps.min() <= size and gaps.max() >= -size)


@dataclass(frozen=True)
class Paper:
    """The tables of a paper, clean or with an error planted in one of them."""

    printouts: tuple[Printout, ...]
    planted: Planted | None


def write(rng: np.random.Generator, *, error: bool) -> Paper:
    """Return a paper: descriptives, regressions, one of them again, a Durbin model, its effects, thresholds."""
    panel = world(rng, most=6)
    form = style(rng)
    trues = _tables(panel, rng)
    clean = tuple(print_out(true, form) for true in trues)
    if not error:
        return Paper(clean, None)
    return _planted(clean, _crosses(len(panel.words), clean), rng)


def _tables(panel: World, rng: np.random.Generator) -> list[TrueTable]:
    k, facts = len(panel.words), {"provinces": panel.n, "years": panel.t}
    frame = panel.frame
    table = (
        frame[[*(f"x{j}" for j in range(k)), "y"]].agg(["count", "mean", "std", "min", "max"]).T.to_numpy()
    )
    described = tuple(
        Line("descriptives", words, (whole(row[0]), *map(plain, row[1:])), subject=words[0])
        for words, row in zip((*panel.words, OUTCOME), table, strict=True)
    )
    heads: tuple[Words, ...] = (
        ("N", "样本量"),
        ("Mean", "均值"),
        ("Std. dev.", "标准差"),
        ("Min", "最小值"),
        ("Max", "最大值"),
    )
    formula = _formula(panel)
    fits = [pk.FixedEffects(text, vcov=pk.Cluster()).fit(frame) for text in ("y ~ x0", formula)]
    clipped = frame.clip(frame.quantile(0.05), frame.quantile(0.95), axis=1)
    durbin = pk.SpatialPanel(formula, model="sdm", convention="elhorst").fit(frame, panel.weights)
    held, effects = estimates(durbin), delta_effects(durbin, k)
    rows = by_term([held], panel)
    rows += [
        Line("spatial_lag_x", (f"W×{w[0]}", f"W×{w[1]}"), (held[f"W*x{j}"],), subject=w[0])
        for j, w in enumerate(panel.words)
    ]
    rows += [Line("rho", ("rho", "ρ"), (held["rho"],)), Line("nobs", N_WORDS, (whole(durbin.facts["nobs"]),))]
    decomposed = tuple(
        Line(
            "effects",
            panel.words[j],
            tuple(effects[role][j] for role, _ in SECTIONS),
            subject=panel.words[j][0],
        )
        for j in range(k)
    )
    seed = int(rng.integers(1 << 30))
    gammas = tuple(
        Line("threshold", panel.words[j], (_gamma(panel, j, seed),), subject=panel.words[j][0])
        for j in (0, 1)
    )
    clip = pk.FixedEffects(formula, vcov=pk.Cluster()).fit(clipped)
    effect_heads = tuple(words for _, words in SECTIONS)
    gamma_head: tuple[Words, ...] = (("Threshold value", "门槛值"),)
    return [
        TrueTable(
            "descriptives",
            ("Table 1 Descriptive statistics", "表1 描述性统计"),
            heads,
            described,
            facts,
            brackets=False,
        ),
        _regressions(("Table 2 Baseline regression", "表2 基准回归结果"), panel, fits),
        _regressions(("Table 3 Robustness", "表3 稳健性检验"), panel, [fits[-1], clip]),
        TrueTable(
            "sdm",
            ("Table 4 Spatial Durbin model", "表4 空间杜宾模型估计结果"),
            numbered(1),
            tuple(rows),
            facts,
        ),
        TrueTable(
            "effects",
            ("Table 5 Decomposition of effects", "表5 空间效应分解"),
            effect_heads,
            decomposed,
            facts,
        ),
        TrueTable(
            "threshold",
            ("Table 6 Threshold estimates", "表6 门槛估计结果"),
            gamma_head,
            gammas,
            facts,
            brackets=False,
        ),
    ]


def _gamma(panel: World, j: int, seed: int) -> Number:
    """Return the threshold of a variable with its interval."""
    spec = pk.PanelThreshold("y ~ 1", threshold=f"x{j}", regime=(f"x{1 - j}",), trim=0.1)
    row = next(spec.fit(panel.frame, reps=19, rng=seed).threshold_table().itertuples())
    return Number(row.estimate, low=row.conf_low, high=row.conf_high, starred=False)


def _regressions(title: Words, panel: World, fits: list) -> TrueTable:  # type: ignore[type-arg]
    lines = by_term([estimates(fit) for fit in fits], panel)
    lines.append(Line("nobs", N_WORDS, tuple(whole(fit.facts["nobs"]) for fit in fits)))
    columns = tuple((f"({j}) {OUTCOME[0]}", f"({j}) {OUTCOME[1]}") for j in range(1, len(fits) + 1))
    return TrueTable("regressions", title, columns, tuple(lines), {"provinces": panel.n, "years": panel.t})


def _crosses(k: int, paper: Sequence[Printout]) -> list[Cross]:
    def spot(table: int, row: int, column: int, part: str = "number") -> Spot:
        return table, (row, column, part)

    def least(name: str, spots: tuple[Spot, ...], room: Gap) -> Cross:
        return Cross(name, spots, lambda c: np.append(room(c), -1.0))

    found = [
        least(
            "N within the data", (spot(BASELINE, k, 1), spot(DESCRIBED, 0, 0)), lambda c: c[:, 1] - c[:, 0]
        ),
        Cross("N printed again", (spot(BASELINE, k, 1), spot(ROBUST, k, 0)), lambda c: c[:, 0] - c[:, 1]),
        least(
            "threshold in the data",
            (spot(THRESHOLD, 0, 0), spot(DESCRIBED, 0, 3), spot(DESCRIBED, 0, 4)),
            lambda c: np.minimum(c[:, 0] - c[:, 1], c[:, 2] - c[:, 0]),
        ),
    ]
    for j in range(k):
        found += [
            Cross(
                "column printed again",
                (spot(BASELINE, j, 1), spot(ROBUST, j, 0)),
                lambda c: c[:, 0] - c[:, 1],
            ),
            Cross(
                "total of another table",
                (spot(DURBIN, j, 0), spot(DURBIN, k + j, 0), spot(DURBIN, 2 * k, 0), spot(EFFECTS, j, 2)),
                lambda c: c[:, 0] + c[:, 1] - (1.0 - c[:, 2]) * c[:, 3],
            ),
            least(
                "effect in deviations",
                (spot(BASELINE, j, 1), spot(DESCRIBED, j, 2), spot(DESCRIBED, k, 2)),
                lambda c: 5.0 * c[:, 2] - np.abs(c[:, 0]) * c[:, 1],
            ),
        ]
    return [one for one in found if one.holds(paper)]


def _planted(paper: tuple[Printout, ...], crosses: list[Cross], rng: np.random.Generator) -> Paper:
    names = sorted({one.name for one in crosses})
    name = names[int(rng.integers(len(names)))]
    chosen = [one for one in crosses if one.name == name]
    for _ in range(_TRIES):
        cross = chosen[int(rng.integers(len(chosen)))]
        table, place = cross.spots[int(rng.integers(len(cross.spots)))]
        slip = ("digit", "swap", "sign", "point")[int(rng.integers(4))]
        before, after = paper[table].pieces[place], SLIPS[slip](paper[table], place, rng)
        if after is None or after == before:
            continue
        changed = tuple(one.with_piece(place, after) if at == table else one for at, one in enumerate(paper))
        if not cross.holds(changed):
            truth = Truth(cross.name, (place,), lambda out: False)
            return Paper(changed, Planted(changed[table], truth, place, before, after, slip))
    return Paper(paper, None)
