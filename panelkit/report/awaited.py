"""What registered claims wait for: capabilities and figures, by the names that claim files give them."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.language.message import Message, message


def _by_name(*names: Message) -> Mapping[str, Message]:
    return {str(name): name for name in names}


CAPABILITIES = _by_name(
    message("a declared design"),
    message("a kind of design that holds inputs against a dated stage"),
    message("composite indices"),
    message("coupling coordination"),
    message("descriptive figures"),
    message("event study"),
    message("gravity model"),
    message("spatial panel models"),
)

FIGURES = _by_name(
    message("R&D and revenue of high-technology industries by industry"),
    message("R&D by field and province"),
    message("R&D by industry and by size of firm"),
    message(
        "R&D of above-scale industry by size of firm (中国科技统计年鉴，按企业规模分规模以上工业企业R&D经费内部支出)"
    ),
    message("above-scale firms by province"),
    message("capital stock and compensation of employees by province (劳动者报酬、资本存量)"),
    message("capital stock by province"),
    message("cases of intellectual property by province"),
    message("dates of paired support by province"),
    message("courts of intellectual property by province and year"),
    message("shares of firms exposed to the deduction by province before it rose"),
    message("employment by education and province"),
    message("employment by function and province"),
    message("employment by industry (中国劳动统计年鉴，分行业城镇单位就业人员)"),
    message(
        "employment by two-digit industry of Shanghai, Jiangsu, Zhejiang and Anhui "
        "(四省市统计年鉴，按行业分规模以上工业企业平均用工人数)"
    ),
    message(
        "exports of electric vehicles, batteries, solar cells and telecommunication equipment "
        "(海关总署，出口主要商品量值表)"
    ),
    message("government procurement by province"),
    message("graduates by field (中国教育统计年鉴，普通本专科分学科毕业生数)"),
    message("guidance funds and guarantees by province"),
    message("imports and exports of integrated circuits (海关总署，进出口主要商品量值表，集成电路)"),
    message("industrial land and fixed assets by province"),
    message("input-output tables and R&D by industry"),
    message("input-output tables by province"),
    message("key industries of five-year plans by province"),
    message("loans and venture capital by province"),
    message("marketisation index by province"),
    message("migration of skilled persons by province"),
    message(
        "national imports of equipment, materials and software by commodity, and their domestic "
        "output (中国海关统计年鉴，进口主要商品量值)"
    ),
    message("national technology transfer institutions by province"),
    message("number of above-scale industrial firms by province"),
    message("product quality pass rate by province"),
    message(
        "results developed in house against those transferred or licensed by universities and "
        "institutes (中国科技成果转化年度报告，转让、许可、作价投资合同金额)"
    ),
    message("retail price indices by category and province"),
    message("revenue of above-scale industry by size of firm (中国工业统计年鉴，按企业规模分营业收入)"),
    message("revenue of energy-intensive industries by province"),
    message("robots by industry"),
    message(
        "share of inventions in force that are industrialised, universities and firms "
        "(中国专利调查报告，有效发明专利产业化率)"
    ),
    message(
        "social financing by kind: corporate bonds and shares against the total "
        "(中国人民银行，社会融资规模增量统计表与地区社会融资规模增量统计表)"
    ),
    message("tax relief and pledge loans by province"),
    message("tax relief for R&D by province"),
    message(
        "technology contracts by kind: development, transfer, licence, consulting, service "
        "(中国科技统计年鉴，技术市场成交合同金额按合同类别分)"
    ),
    message("technology contracts by pair of provinces"),
    message("world exports of the same goods (联合国商品贸易统计数据库，按HS编码)"),
)
