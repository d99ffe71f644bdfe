# Prints what plm, clubSandwich, lmtest and AER give for one model on the Munnell data; run from the repository as
#   Rscript tests/oracles/scripts/panel_r.R path/to/Produc.csv > panel_r.json
suppressMessages({library(plm); library(clubSandwich); library(lmtest)})
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[1])
out <- list()
num <- function(x) paste0("[", paste(sprintf("%.12g", as.numeric(x)), collapse = ", "), "]")
add <- function(name, x) out[[name]] <<- num(x)
d <- transform(d, lgsp = log(gsp), lpcap = log(pcap), lpc = log(pc), lemp = log(emp))
f <- lgsp ~ lpcap + lpc + lemp + unemp
se <- function(v) sqrt(diag(v))
everything <- function(tag, data) {
  p <- pdata.frame(data, index = c("state", "year"))
  # clubSandwich reads the clusters from the plm object's index
  models <- list(
    unit = plm(f, p, model = "within", effect = "individual"),
    twoway = plm(f, p, model = "within", effect = "twoways"),
    pooled = plm(f, p, model = "pooling"),
    between = plm(f, p, model = "between"),
    fd = plm(f, p, model = "fd"),
    re = plm(f, p, model = "random", random.method = "swar"))
  for (m in names(models)) {
    fit <- models[[m]]
    key <- function(what) paste(tag, m, what, sep = "_")
    add(key("b"), coef(fit))
    add(key("iid"), se(vcov(fit)))
    if (m != "between") {
      add(key("hc0_group"), se(vcovHC(fit, method = "arellano", type = "HC0", cluster = "group")))
      add(key("sss_group"), se(vcovHC(fit, method = "arellano", type = "sss", cluster = "group")))
      add(key("hc0_time"), se(vcovHC(fit, method = "arellano", type = "HC0", cluster = "time")))
      add(key("hc0_white"), se(vcovHC(fit, method = "white1", type = "HC0")))
      add(key("double"), se(vcovDC(fit, type = "HC0")))
      add(key("dk2"), se(vcovSCC(fit, maxlag = 2, type = "HC0")))
    }
    if (m %in% c("unit", "twoway", "pooled")) {
      for (type in c("CR0", "CR1", "CR1S", "CR2", "CR3"))
        add(key(type), se(vcovCR(fit, type = type, cluster = "individual")))
      ct <- coef_test(fit, vcov = "CR2", cluster = "individual", test = "Satterthwaite")
      add(key("CR2_df"), ct[["df_Satt"]])
    }
  }
  add(paste(tag, "re_theta", sep = "_"), range(ercomp(models$re)$theta))
  add(paste(tag, "re_sigma2", sep = "_"), ercomp(models$re)$sigma2)
  h <- phtest(models$unit, models$re)
  add(paste(tag, "hausman", sep = "_"), c(h$statistic, h$parameter, h$p.value))
  a <- phtest(f, data = p, method = "aux")
  add(paste(tag, "hausman_aux", sep = "_"), c(a$statistic, a$parameter, a$p.value))
  a <- phtest(f, data = p, method = "aux", vcov = function(x) vcovHC(x, method = "arellano", type = "HC0"))
  add(paste(tag, "hausman_aux_robust", sep = "_"), c(a$statistic, a$parameter, a$p.value))
  ft <- pFtest(models$unit, models$pooled)
  add(paste(tag, "f_unit", sep = "_"), c(ft$statistic, ft$parameter, ft$p.value))
  ft <- pFtest(models$twoway, models$pooled)
  add(paste(tag, "f_twoway", sep = "_"), c(ft$statistic, ft$parameter, ft$p.value))
  for (e in c("individual", "time", "twoways")) {
    lm <- plmtest(models$pooled, effect = e, type = "bp")
    add(paste(tag, "bp", e, sep = "_"), c(lm$statistic, lm$parameter, lm$p.value))
  }
  cd <- pcdtest(models$unit, test = "cd")
  add(paste(tag, "cd_unit", sep = "_"), c(cd$statistic, cd$p.value))
  cd <- pcdtest(models$twoway, test = "cd")
  add(paste(tag, "cd_twoway", sep = "_"), c(cd$statistic, cd$p.value))
  w <- pwfdtest(f, data = p, h0 = "fe")
  add(paste(tag, "wooldridge_fd_fe", sep = "_"), c(w$statistic, w$parameter, w$p.value))
  w <- pwfdtest(f, data = p, h0 = "fd")
  add(paste(tag, "wooldridge_fd_fd", sep = "_"), c(w$statistic, w$parameter, w$p.value))
  w <- pwartest(f, data = p)
  add(paste(tag, "pwartest", sep = "_"), c(w$statistic, w$parameter, w$p.value))
  if (tag == "balanced") {
    pool <- pooltest(models$unit, pvcm(f, data = p, model = "within"))
    add(paste(tag, "pool_unit", sep = "_"), c(pool$statistic, pool$parameter, pool$p.value))
  }
}
everything("balanced", d)
# an unbalanced panel that anyone can make again: rows whose position leaves remainder 3 by 7 or 5 by 11 are left out
i <- seq_len(nrow(d)) - 1
everything("gappy", d[!(i %% 7 == 3 | i %% 11 == 5), ])
cat("{\n", paste(sprintf('"%s": %s', names(out), unlist(out)), collapse = ",\n"), "\n}\n", sep = "")
