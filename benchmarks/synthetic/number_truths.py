"""What holds in tables of indices, descriptives and shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.synthetic.corners import Truth, columns_of, ends, zero
from benchmarks.synthetic.style import Place, Printout


def coupling(printout: Printout) -> Iterator[Truth]:
    for row in range(len(printout.true.lines)):
        u1, u2, c_, t, d = ((row, column, "number") for column in range(5))
        yield zero("T = mean of U", [u1, u2, t], lambda c: 0.5 * (c[:, 0] + c[:, 1]) - c[:, 2])
        yield zero(
            "D = root of C T", [c_, t, d], lambda c: np.sqrt(np.maximum(c[:, 0] * c[:, 1], 0.0)) - c[:, 2]
        )
        yield zero(
            "C from U",
            [u1, u2, c_],
            lambda c: 2.0 * np.sqrt(np.maximum(c[:, 0] * c[:, 1], 0.0)) / (c[:, 0] + c[:, 1]) - c[:, 2],
        )


def sums(
    total: int, parts: Sequence[int], shares: Sequence[int], name: str
) -> Callable[[Printout], Iterator[Truth]]:
    def found(printout: Printout) -> Iterator[Truth]:
        for row in range(len(printout.true.lines)):
            at: list[Place] = [(row, column, "number") for column in (total, *parts)]
            yield zero(f"{name} parts", at, lambda c: c[:, 1:].sum(axis=1) - c[:, 0])
            yield zero(
                f"{name} shares to 100",
                [(row, column, "number") for column in shares],
                lambda c: c.sum(axis=1) - 100.0,
            )
            for part, share in zip(parts, shares, strict=True):
                yield zero(
                    f"{name} share of a part",
                    [(row, share, "number"), (row, part, "number"), (row, total, "number")],
                    lambda c: c[:, 0] * c[:, 2] - 100.0 * c[:, 1],
                )

    return found


def weights(printout: Printout) -> Iterator[Truth]:
    rows = range(len(printout.true.lines))
    if len(rows) <= 10:
        yield zero("weights to one", [(row, 1, "number") for row in rows], lambda c: c.sum(axis=1) - 1.0)

    def from_entropy(out: Printout) -> bool:
        e, w = (np.array([ends(out.pieces[row, column, "number"]) for row in rows]) for column in (0, 1))
        low, high = 1.0 - e[:, 1], 1.0 - e[:, 0]
        least, most = low / (low + high.sum() - high), high / (high + low.sum() - low)
        return bool(((w[:, 1] >= least - 1e-12) & (w[:, 0] <= most + 1e-12)).all())

    yield Truth(
        "weight = (1 - e) / sum",
        tuple((row, column, "number") for row in rows for column in (0, 1)),
        from_entropy,
    )


def descriptives(printout: Printout) -> Iterator[Truth]:
    size = printout.true.facts["provinces"] * printout.true.facts["years"]
    for row, line in enumerate(printout.true.lines):
        n, mean, sd, low, high = ((row, column, "number") for column in range(5))
        yield zero(
            "min <= mean <= max",
            [mean, low, high],
            lambda c: np.append(np.minimum(c[:, 0] - c[:, 1], c[:, 2] - c[:, 0]), -1.0),
        )
        yield zero(
            "sd within its range",
            [mean, sd, low, high, n],
            lambda c: np.append(
                (c[:, 3] - c[:, 0]) * (c[:, 0] - c[:, 2]) * c[:, 4] / (c[:, 4] - 1.0) - c[:, 1] ** 2, -1.0
            ),
        )
        if line.subject == "Number of patents":
            yield Truth(
                "mean of counts", (mean,), lambda out, mean=mean: _whole(ends(out.pieces[mean]), size)
            )
        if printout.style.facts_said:
            yield zero("N <= provinces x years", [n], lambda c: np.append(size - c[:, 0], -1.0))


def _whole(mean: tuple[float, float], size: int) -> bool:
    return bool(np.floor(mean[1] * size + 1e-9) >= np.ceil(mean[0] * size - 1e-9))


def correlations(printout: Printout) -> Iterator[Truth]:
    k = len(printout.true.columns)
    places: list[Place] = [(row, column, "number") for row in range(k) for column in range(row)]

    def definite(out: Printout) -> bool:
        matrix = np.eye(k)
        slack = 0.0
        for row, column, part in places:
            low, high = ends(out.pieces[row, column, part])
            matrix[row, column] = matrix[column, row] = 0.5 * (low + high)
            slack += 2.0 * (0.5 * (high - low)) ** 2
        return bool(np.linalg.eigvalsh(matrix)[0] >= -np.sqrt(slack))

    yield Truth("correlations definite", tuple(places), definite)
    for place in places:
        yield zero("correlation within 1", [place], lambda c: np.append(1.0 - np.abs(c[:, 0]), -1.0))


def fevd(printout: Printout) -> Iterator[Truth]:
    for row in range(len(printout.true.lines)):
        yield zero(
            "shares to one",
            [(row, column, "number") for column in columns_of(printout)],
            lambda c: c.sum(axis=1) - 1.0,
        )
