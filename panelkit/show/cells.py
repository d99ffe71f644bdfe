"""Figures made of cells: figures held and missing, values by province and year, correlations, transitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet, width_in_ems
from panelkit.show.checks import need_rows, star_levels
from panelkit.show.words import word


def missing_map(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw which province-years hold a figure: rows provinces, columns years, NaN is missing."""
    need_rows(frame, message("a map of missing cells"))
    absent = frame.isna()
    count = int(absent.to_numpy().sum())
    shown = pd.DataFrame(
        np.where(absent, word("missing", language), word("all_figures", language)),
        index=frame.index,
        columns=frame.columns,
    )
    states = [word("all_figures", language), word("missing", language)]
    stated = f"{word('missing', language)}{word('colon', language)}{count} / {absent.size}"
    parts = [notes] if isinstance(notes, str) else list(notes)
    return heat_map(
        shown,
        categories=states,
        colours=["#cfe3f1", style.RED],
        labels=labels,
        language=language,
        title=title,
        notes=[stated, *parts],
    )


def heat_map(
    frame: pd.DataFrame,
    *,
    categories: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    centre: float | None = None,
    annotate: bool | None = None,
    decimals: int = 2,
    labels: Mapping[str, str] | None = None,
    value_label: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw a table of values or of ordered categories as coloured cells: rows provinces, columns years.

    With `categories` (lowest first) the cells are names among them, such as the grades of coupling
    coordination; otherwise numbers, on a diverging scale around `centre` where it is given. Missing cells
    stay pale. Numbers stand in the cells where there is room, unless `annotate` says otherwise.
    """
    need_rows(frame, message("a heat map"))
    rows, columns = frame.shape
    room = annotate if annotate is not None else columns <= 16 and categories is None
    page = sheet(
        style.WIDTH,
        0.8 + max(0.2 * rows, 1.0),
        title=title,
        notes=notes,
        language=language,
        alt=value_label or word("value", language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.patch.set(
            facecolor=style.NO_VALUE, edgecolor=style.HATCH, hatch=style.MISSING_HATCH, linewidth=0
        )
        if categories is None:
            values = frame.astype(float).to_numpy()
            image = _numbers(axes, values, centre)
            bar = page.drawing.colorbar(image, ax=axes, shrink=0.5, aspect=18, pad=0.02)
            bar.outline.set_visible(False)
            label = value_label or word("value", language)
            if room:
                _write(axes, values, image, decimals)
            elif centre is not None:
                _dash_below(axes, values, image, centre)
                label = f"{label}\n{message('with a dash: below {centre:g}', centre=centre).text(language)}"
            bar.set_label(label)
        else:
            _named_cells(axes, frame, categories, colours, language)
        named = dict(labels or {})
        beside = 60.0 if categories is None else 40 + 9 * max(map(width_in_ems, categories))
        _frame(axes, frame, named, slant=_too_narrow(frame, named, beside))
    return page.done()


def correlation_map(
    frame: pd.DataFrame,
    *,
    p_values: pd.DataFrame | None = None,
    stars: tuple[float, ...] | None = (0.10, 0.05, 0.01),
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw the lower half of a correlation matrix, with stars where `p_values` are given."""
    need_rows(frame, message("a correlation map"))
    stars = star_levels(stars)
    values = frame.astype(float).to_numpy().copy()
    count = len(frame)
    chance = np.ones_like(values) if p_values is None else p_values.astype(float).to_numpy()
    values[np.triu_indices(count, 1)] = np.nan
    named = dict(labels or {})
    page = sheet(
        style.WIDTH,
        max(2.6, 0.6 + 0.42 * count),
        title=title,
        notes=notes,
        language=language,
        alt=message("correlation").text(language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        image = axes.imshow(
            np.ma.masked_invalid(values), cmap=style.DIVERGING, vmin=-1, vmax=1, aspect="auto"
        )
        for i in range(count):
            for j in range(i + 1):
                p = 1.0 if i == j else chance[i, j]
                mark = "*" * sum(p < level for level in stars)
                colour = style.readable_on(image.cmap(image.norm(values[i, j])))
                shown = f"{values[i, j]:.2f}{mark}" if np.isfinite(values[i, j]) else ""
                axes.text(j, i, shown, ha="center", va="center", size=8.5, color=colour)
        _frame(axes, frame, named, slant=True)
        bar = page.drawing.colorbar(image, ax=axes, shrink=0.6, aspect=18, pad=0.02)
        bar.outline.set_visible(False)
    return page.done()


def transition_map(
    frame: pd.DataFrame,
    *,
    counts: pd.Series | None = None,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw a Markov transition matrix: rows the state before, columns the state after, rows add to one.

    `counts` gives, by row, the number of transitions behind it.
    """
    need_rows(frame, message("a transition map"))
    values = frame.astype(float).to_numpy()
    named = dict(labels or {})
    page = sheet(
        5.6,
        1.0 + 0.55 * len(frame),
        title=title,
        notes=notes,
        language=language,
        alt=word("from_state", language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        image = axes.imshow(np.ma.masked_invalid(values), cmap="Blues", vmin=0, vmax=1, aspect="auto")
        _write(axes, values, image, 3)
        _frame(axes, frame, named)
        if counts is not None:
            rows = [f"{named.get(str(i), str(i))} (n={int(counts.loc[i])})" for i in frame.index]
            axes.set_yticks(range(len(frame)), rows)
        axes.set_xlabel(word("to_state", language))
        axes.set_ylabel(word("from_state", language))
    return page.done()


def _numbers(axes: Any, values: Any, centre: float | None) -> Any:
    masked = np.ma.masked_invalid(values)
    if centre is None:
        return axes.imshow(masked, cmap=style.SEQUENTIAL, aspect="auto")
    reach = float(np.nanmax(np.abs(values - centre))) or 1.0
    return axes.imshow(masked, cmap=style.DIVERGING, vmin=centre - reach, vmax=centre + reach, aspect="auto")


def _write(axes: Any, values: Any, image: Any, decimals: int) -> None:
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = style.readable_on(image.cmap(image.norm(value)))
            axes.text(j, i, f"{value:.{decimals}f}", ha="center", va="center", size=7.5, color=colour)


def _dash_below(axes: Any, values: Any, image: Any, centre: float) -> None:
    """Mark the cells below the centre, whose grey is that of a cell above it."""
    for i, j in np.argwhere(values < centre):
        ink = style.readable_on(image.cmap(image.norm(values[i, j])))
        axes.plot([j], [i], marker="_", color=ink, ms=4, mew=0.8)


def _named_cells(
    axes: Any,
    frame: pd.DataFrame,
    categories: Sequence[str],
    colours: Sequence[str] | None,
    language: Language,
) -> None:
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    unknown = sorted({str(v) for v in frame.to_numpy().ravel() if not pd.isna(v)} - set(categories))
    if unknown:
        raise StyleError(message("cells hold {unknown}, which `categories` does not name", unknown=unknown))
    tints = list(colours) if colours is not None else style.sequence_colours(len(categories), low=0.05)
    codes = np.array(
        [[np.nan if pd.isna(v) else list(categories).index(v) for v in row] for row in frame.to_numpy()]
    )
    limits = {"vmin": -0.5, "vmax": len(categories) - 0.5}
    axes.imshow(np.ma.masked_invalid(codes), cmap=ListedColormap(tints), aspect="auto", **limits)
    handles = [Patch(facecolor=tint, label=name) for tint, name in zip(tints, categories, strict=True)]
    if np.isnan(codes).any():
        blank = Patch(facecolor=style.NO_VALUE, edgecolor=style.HATCH, hatch=style.MISSING_HATCH, linewidth=0)
        blank.set_label(word("no_value", language))
        handles.append(blank)
    axes.legend(
        handles=handles[::-1], loc="upper left", bbox_to_anchor=(1.01, 1), handlelength=1, handleheight=1
    )


def _too_narrow(frame: pd.DataFrame, labels: Mapping[str, str], beside: float) -> bool:
    """Return whether the heads would touch, with `beside` points taken by the legend at the right."""
    names = max(width_in_ems(labels.get(str(name), str(name))) for name in frame.index) * 9
    heads = max(width_in_ems(labels.get(str(name), str(name))) for name in frame.columns) * 9 + 5
    return bool(heads * frame.shape[1] > style.WIDTH * 72 - names - beside - 20)


def _frame(axes: Any, frame: pd.DataFrame, labels: Mapping[str, str], *, slant: bool = False) -> None:
    heads = [labels.get(str(name), str(name)) for name in frame.columns]
    names = [labels.get(str(name), str(name)) for name in frame.index]
    turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if slant else {}
    axes.set_xticks(range(len(heads)), heads, **turned)
    axes.set_yticks(range(len(names)), names, size=8.5 if len(names) > 12 else 9)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks(np.arange(len(heads) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", lw=1.2)
    axes.tick_params(which="minor", length=0)
