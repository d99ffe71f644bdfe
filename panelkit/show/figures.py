"""All figures under one name; each takes plain frames or arrays and returns a `Figure`."""

from __future__ import annotations

from panelkit.show.canvas import Figure
from panelkit.show.cells import correlation_map, heat_map, missing_map, transition_map
from panelkit.show.comparisons import comparison_scatter
from panelkit.show.diagram import path_diagram
from panelkit.show.event_study import event_study_plot
from panelkit.show.intervals import (
    coefficient_plot,
    influence_plot,
    interval_plot,
    rank_interval_plot,
)
from panelkit.show.left_out import left_out_plot
from panelkit.show.likelihood_ratio import likelihood_ratio_plot
from panelkit.show.lines import (
    density_lines,
    histogram,
    lorenz_curve,
    rank_chart,
    sensitivity_curve,
    trend_lines,
)
from panelkit.show.maps.network_map import network_map
from panelkit.show.maps.province_map import lisa_map, province_map
from panelkit.show.maps.tiles import TILES
from panelkit.show.margins_curve import margins_curve
from panelkit.show.moran_scatter import moran_scatter
from panelkit.show.response_grid import response_grid
from panelkit.show.specification_curve import specification_curve
from panelkit.show.within import within_scatter

__all__ = [
    "TILES",
    "Figure",
    "coefficient_plot",
    "comparison_scatter",
    "correlation_map",
    "density_lines",
    "event_study_plot",
    "heat_map",
    "histogram",
    "influence_plot",
    "interval_plot",
    "left_out_plot",
    "likelihood_ratio_plot",
    "lisa_map",
    "lorenz_curve",
    "margins_curve",
    "missing_map",
    "moran_scatter",
    "network_map",
    "path_diagram",
    "province_map",
    "rank_chart",
    "rank_interval_plot",
    "response_grid",
    "sensitivity_curve",
    "specification_curve",
    "transition_map",
    "trend_lines",
    "within_scatter",
]
