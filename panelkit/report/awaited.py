"""What registered claims wait for: capabilities and figures, by the names that claim files give them."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.language.message import Message, message


def _by_name(*names: Message) -> Mapping[str, Message]:
    return {str(name): name for name in names}


CAPABILITIES = _by_name(
    message("spatial panel models"),
    message("panel mediation"),
    message("panel VAR"),
    message("panel threshold"),
    message("dynamic panel"),
    message("interactions"),
    message("event study"),
    message("composite indices"),
    message("coupling coordination"),
    message("rank cloud"),
    message("inequality indices"),
    message("descriptive figures"),
    message("network analysis"),
    message("efficiency frontiers"),
    message("gravity model"),
    message("a declared design"),
    message("life-cycle curves"),
    message("out-of-sample comparison of forecasts"),
    message("Markov chains"),
    message("variance decomposition"),
)

FIGURES = _by_name(
    message("R&D and revenue by size of firm"),
    message("R&D and revenue of high-technology industries by industry"),
    message("R&D by field and province"),
    message("R&D by industry and by size of firm"),
    message("R&D of universities by province"),
    message("above-scale firms with R&D by province"),
    message("average selling price of commercial housing by province (商品房平均销售价格)"),
    message("basic research by performer"),
    message("capital stock and compensation of employees by province (劳动者报酬、资本存量)"),
    message("capital stock by province"),
    message("cases of intellectual property by province"),
    message("central transfers for research by province"),
    message("certified high-technology firms by province"),
    message("costs of above-scale industry by province"),
    message("employment by education and province"),
    message("employment by function and province"),
    message("employment by two-digit industry and province"),
    message("enterprise funds in R&D of universities by province"),
    message("expenditure on imported technology and its absorption by province"),
    message("foreign direct investment by province"),
    message("government procurement by province"),
    message("graduates by field and employment by industry"),
    message("guidance funds and guarantees by province"),
    message("high-technology exports by province"),
    message("incubators and pilot platforms by province"),
    message("incubators and tenants by province"),
    message("industrial land and fixed assets by province"),
    message("industrialisation rate of patents by holder"),
    message("input-output tables and R&D by industry"),
    message("input-output tables by province"),
    message("key industries of five-year plans by province"),
    message("loans and venture capital by province"),
    message("logistics cost by province"),
    message("marketisation index by province"),
    message("migration of skilled persons by province"),
    message("national exports by commodity"),
    message("national imports by commodity"),
    message("national technology transfer institutions by province"),
    message("national trade in integrated circuits"),
    message("new firms by province"),
    message("product quality pass rate by province"),
    message("retail price indices by category and province"),
    message("revenue of energy-intensive industries by province"),
    message("revenue of national high-technology zones by province"),
    message("robots by industry"),
    message("social financing by kind and province"),
    message("tax relief and pledge loans by province"),
    message("technology contracts by kind"),
    message("technology contracts by pair of provinces"),
    message("venture capital by stage"),
)
