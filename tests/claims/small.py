"""A small claim file for tests: two designs, one axis, few draws."""

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
