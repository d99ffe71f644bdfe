"""Small claim files for tests: two designs, one axis, few draws; and one design of every kind that reads columns."""

from __future__ import annotations

SMALL = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "T1"
place = { section = "1", phrase = "two thirds" }
status = "computed"
flags = ["association_only"]
says = { en = "Government money raises R&D by two thirds.", zh = "政府资金使研发提高三分之二。" }
sample = { years = [2018, 2021] }
test = { reps = 199, seed = 7 }

[claim.quantities]
rd = "rd_expenditure"
subsidy = "rd_funds_government"

[[claim.reading]]
id = "elasticity"
main = true
claimed = "0.67"
rule = { name = "R-MAG", value = "0.67" }
label = { en = "elasticity", zh = "弹性" }
says = { en = "1 % more, 0.67 % more.", zh = "增加1%，提高0.67%。" }

[[claim.reading.design]]
id = "gross"
standing = "principal"
label = { en = "gross", zh = "总额" }
outcome = "log({rd} / gdp)"
treatment = "log({subsidy})"

[[claim.reading.design]]
id = "net"
label = { en = "net", zh = "净额" }
outcome = "log(({rd} - {subsidy}) / gdp)"
treatment = "log({subsidy})"

[[claim.grid.axis]]
id = "years"
label = { en = "years", zh = "年份" }
main = { en = "2018-2021", zh = "2018-2021" }
option = [{ id = "later", label = { en = "2019-2022", zh = "2019-2022" }, years = [2019, 2022] }]

[[claim]]
id = "T2"
place = { section = "2", phrase = "later" }
status = "pending"
says = { en = "Something for later.", zh = "留待以后。" }
reason = { en = "It needs a model.", zh = "需要模型。" }
needs = [{ kind = "capability", name = "a model", supply = { en = "write it", zh = "需要编写" } }]

[[claim]]
id = "T3"
place = { section = "3", phrase = "never" }
status = "not_testable"
says = { en = "Something that nobody measured.", zh = "无人测量之事。" }
reason = { en = "No figure measures it.", zh = "没有数据衡量。" }
"""

KINDS = """
[document]
key = "kinds"
authors = ["Someone"]
title = "All kinds"

[[claim]]
id = "K1"
place = { section = "1", phrase = "kinds" }
status = "computed"
says = { en = "All kinds.", zh = "各类。" }
sample = { years = [2012, 2020] }
test = { reps = 199, seed = 7 }

[claim.quantities]
rd = "rd_expenditure"
pop = "population"

[[claim.beside]]
id = "share"
figure = "{rd} / gdp"
label = { en = "share", zh = "比重" }
why = { en = "why", zh = "为何" }

[[claim.reading]]
id = "main"
main = true
rule = { name = "R-SIGN", sign = "+" }
label = { en = "panel", zh = "面板" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "panel"
label = { en = "panel", zh = "面板" }
outcome = "log(gdp / {pop})"
treatment = "log({rd})"
lag = 1

[[claim.reading]]
id = "med"
rule = { name = "R-MED", sign = "+" }
label = { en = "med", zh = "中介" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "med"
kind = "mediation"
label = { en = "med", zh = "中介" }
outcome = "log(gdp / {pop})"
treatment = "log({rd})"
mediators = ["log(rd_personnel_fte)"]
draws = 999
seed = 3

[[claim.reading]]
id = "spill"
rule = { name = "R-SPILL", sign = "+" }
label = { en = "spill", zh = "溢出" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "spill"
kind = "spatial"
label = { en = "spill", zh = "溢出" }
outcome = "log(gdp / {pop})"
treatment = "log({rd})"
draws = 999
permutations = 199
seed = 3

[[claim.reading]]
id = "tight"
rule = { name = "R-SIGN", sign = "+" }
label = { en = "tight", zh = "收紧" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "tight"
kind = "tightening"
measure = "moran"
label = { en = "tight", zh = "收紧" }
outcome = "log(gdp / {pop})"
seed = 3

[[claim.reading]]
id = "gap"
rule = { name = "R-INEQ", sign = "+" }
label = { en = "gap", zh = "差距" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "gap"
kind = "gap"
figure = "{rd}"
against = "gdp"
draws = 999
label = { en = "gap", zh = "差距" }
seed = 3

[[claim.reading]]
id = "rank"
rule = { name = "R-RANK" }
label = { en = "rank", zh = "领先" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "leading"
kind = "leading"
outcome = ["log(gdp)"]
leader = "rd"
label = { en = "leading", zh = "领先" }
[claim.reading.design.group]
rd = ["log({rd})"]
people = ["log({pop})"]

[[claim.reading]]
id = "yearly"
rule = { name = "R-DESC", relation = ">", value = "0.1", why = { en = "a tenth", zh = "十分之一" } }
label = { en = "yearly", zh = "逐年" }
says = { en = "x", zh = "某" }
[[claim.reading.design]]
id = "dagum_between"
kind = "yearly"
standing = "principal"
measure = "dagum_between"
figure = "{rd}"
label = { en = "dagum_between", zh = "dagum_between" }
[[claim.reading.design]]
id = "leaders"
kind = "yearly"
measure = "leaders"
figure = "{rd}"
places = ["Beijing", "Shanghai"]
label = { en = "leaders", zh = "leaders" }
[[claim.reading.design]]
id = "spearman"
kind = "yearly"
measure = "spearman"
figure = "{rd}"
against = "gdp"
label = { en = "spearman", zh = "spearman" }
[[claim.reading.design]]
id = "growth_gap"
kind = "yearly"
measure = "growth_gap"
figure = "{rd}"
against = "gdp"
label = { en = "growth_gap", zh = "growth_gap" }
[[claim.reading.design]]
id = "min_diagonal"
kind = "yearly"
measure = "min_diagonal"
figure = "{rd}"
label = { en = "min_diagonal", zh = "min_diagonal" }
[[claim.reading.design]]
id = "top_stays"
kind = "yearly"
measure = "top_stays"
figure = "{rd}"
label = { en = "top_stays", zh = "top_stays" }
[[claim.grid.axis]]
id = "lag"
label = { en = "lag", zh = "滞后" }
main = { en = "one", zh = "一年" }
option = [{ id = "lag2", label = { en = "two", zh = "两年" }, lag = 2 }]
"""
