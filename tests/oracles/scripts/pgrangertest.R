# Rscript tests/oracles/scripts/pgrangertest.R Produc.csv : Dumitrescu-Hurlin statistics of plm on the Munnell data.
suppressMessages(library(plm))
data <- read.csv(commandArgs(TRUE)[1])
states <- unique(data$state)
late <- states[seq(1, length(states), by = 3)]
ragged <- data[!(data$state %in% late & data$year < 1973), ]
say <- function(name, value) cat(sprintf('  "%s": [%s],\n', name, paste(formatC(value, digits = 12, format = "g"), collapse = ", ")))
for (order in 1:3) {
  for (test in c("Wbar", "Zbar", "Ztilde")) {
    found <- pgrangertest(unemp ~ gsp, data = data, test = test, order = order, index = c("state", "year"))
    say(sprintf("balanced_%s_%d", test, order), c(unname(found$statistic), if (is.null(found$p.value)) NULL else unname(found$p.value)))
  }
}
found <- pgrangertest(unemp ~ gsp, data = data, order = 2L, index = c("state", "year"))
say("units_2", found$indgranger$Chisq[1:6])
for (order in 1:2) {
  found <- pgrangertest(unemp ~ gsp, data = ragged, order = order, index = c("state", "year"))
  say(sprintf("ragged_Ztilde_%d", order), c(unname(found$statistic), unname(found$p.value)))
}
