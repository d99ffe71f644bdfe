# Numbers of plm (purtest, cipstest) and tseries (pp.test) on Produc: log(gsp), 48 states, 1970-1986, and Grunfeld: inv
suppressMessages({library(plm); library(tseries)})
args <- commandArgs(TRUE)
d <- read.csv(args[1])
d$y <- log(d$gsp)
p <- pdata.frame(d, c("state", "year"))
out <- list()
put <- function(name, value) out[[length(out) + 1]] <<- sprintf("  \"%s\": %.15g", name, value)
purt <- function(...) suppressWarnings(purtest(p$y, ...))
for (exo in c("none", "intercept", "trend")) for (l in 0:2) {
  put(paste("llc", exo, l), purt(test = "levinlin", exo = exo, lags = l)$statistic$statistic)
  put(paste("llc q3", exo, l), purt(test = "levinlin", exo = exo, lags = l, q = 3)$statistic$statistic)
  for (t in c("madwu", "Pm", "invnormal", "logit"))
    put(paste(t, exo, l), purt(test = t, exo = exo, lags = l, dfcor = TRUE, p.approx = "MacKinnon1994")$statistic$statistic)
  if (exo != "none") {
    put(paste("ips", exo, l), purt(test = "ips", exo = exo, lags = l, dfcor = TRUE)$statistic$statistic)
    put(paste("ips plm", exo, l), purt(test = "ips", exo = exo, lags = l)$statistic$statistic)
  }
}
for (exo in c("intercept", "trend")) {
  for (how in c("AIC", "SIC")) put(paste("ips", exo, how), purt(test = "ips", exo = exo, lags = how, pmax = 2, dfcor = TRUE)$statistic$statistic)
  for (h in c(TRUE, FALSE)) for (df in c(TRUE, FALSE))
    put(paste("hadri", exo, h, df), purt(test = "hadri", exo = exo, Hcons = h, dfcor = df)$statistic$statistic)
}
for (type in c("none", "drift", "trend")) for (l in 1:2) for (tr in c(TRUE, FALSE))
  put(paste("cips", type, l, tr), suppressWarnings(cipstest(p$y, lags = l, type = type, truncated = tr))$statistic)
one <- d$y[d$state == d$state[1]]
for (l in c(TRUE, FALSE)) put(paste("pp", l), suppressWarnings(pp.test(one, type = "Z(t_alpha)", lshort = l))$statistic)
cat("{\n", paste(unlist(out), collapse = ",\n"), "\n}\n", sep = "")
