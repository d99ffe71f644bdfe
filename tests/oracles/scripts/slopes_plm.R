# Prints what plm gives for mean group and common correlated effects on the Munnell data; run from the repository as
#   Rscript tests/oracles/scripts/slopes_plm.R [Produc.csv] > slopes_plm.json
suppressMessages(library(plm))
args <- commandArgs(trailingOnly = TRUE)
if (length(args)) d <- read.csv(args[1]) else { data("Produc"); d <- Produc }
d <- transform(d, lgsp = log(gsp), lpcap = log(pcap), lpc = log(pc), lemp = log(emp))
f <- lgsp ~ lpcap + lpc + lemp + unemp
slopes <- c("lpcap", "lpc", "lemp", "unemp")
num <- function(x) paste0("[", paste(sprintf("%.12g", as.numeric(x)), collapse = ", "), "]")
out <- list()
add <- function(name, fit) {
  out[[paste0(name, "_b")]] <<- num(coef(fit)[slopes])
  out[[paste0(name, "_se")]] <<- num(sqrt(diag(vcov(fit)))[slopes])
}
everything <- function(tag, p) {
  for (m in c("mg", "dmg", "cmg")) {
    add(paste(tag, m, sep = "_"), pmg(f, p, model = m))
    add(paste(tag, m, "trend", sep = "_"), pmg(f, p, model = m, trend = TRUE))
  }
  add(paste(tag, "pcce_p", sep = "_"), pcce(f, p, model = "p"))
}
i <- seq_len(nrow(d)) - 1
everything("balanced", pdata.frame(d, index = c("state", "year")))
everything("gappy", pdata.frame(d[!(i %% 7 == 3 | i %% 11 == 5), ], index = c("state", "year")))
cat("{\n", paste(sprintf("\"%s\": %s", names(out), unlist(out)), collapse = ",\n"), "\n}\n", sep = "")
