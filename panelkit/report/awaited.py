"""What registered claims wait for: capabilities and figures, by the names that claim files give them."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.language.message import Message, message


def _by_name(*names: Message) -> Mapping[str, Message]:
    return {str(name): name for name in names}


CAPABILITIES = _by_name(
    message("a declared design"),
    message("composite indices"),
    message("coupling coordination"),
    message("descriptive figures"),
    message("dynamic panel"),
    message("efficiency frontiers"),
    message("event study"),
    message("gravity model"),
    message("life-cycle curves"),
    message("out-of-sample comparison of forecasts"),
    message("panel VAR"),
    message("panel threshold"),
    message("spatial panel models"),
    message("spatial panel models with interactions"),
)

FIGURES = _by_name(
    message("R&D and revenue by size of firm"),
    message("R&D and revenue of high-technology industries by industry"),
    message("R&D by field and province"),
    message("R&D by industry and by size of firm"),
    message("above-scale firms by province"),
    message("basic research by performer"),
    message("capital stock and compensation of employees by province (劳动者报酬、资本存量)"),
    message("capital stock by province"),
    message("cases of intellectual property by province"),
    message("central transfers for research by province"),
    message("certified high-technology firms by province"),
    message("dates of paired support by province"),
    message("employment by education and province"),
    message("employment by function and province"),
    message("employment by two-digit industry and province"),
    message("government procurement by province"),
    message("graduates by field and employment by industry"),
    message("guidance funds and guarantees by province"),
    message("incubators and pilot platforms by province"),
    message("incubators and tenants by province"),
    message("industrial land and fixed assets by province"),
    message("industrialisation rate of patents by holder"),
    message("input-output tables and R&D by industry"),
    message("input-output tables by province"),
    message("key industries of five-year plans by province"),
    message("loans and venture capital by province"),
    message("marketisation index by province"),
    message("migration of skilled persons by province"),
    message("national exports by commodity"),
    message("national imports by commodity"),
    message("national technology transfer institutions by province"),
    message("national trade in integrated circuits"),
    message("product quality pass rate by province"),
    message("retail price indices by category and province"),
    message("revenue of energy-intensive industries by province"),
    message("revenue of national high-technology zones by province"),
    message("robots by industry"),
    message("social financing by kind and province"),
    message("tax relief and pledge loans by province"),
    message("tax relief for R&D by province"),
    message("technology contracts by kind"),
    message("technology contracts by pair of provinces"),
    message("venture capital by stage"),
)
