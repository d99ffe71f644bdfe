# Prints what sna gives for a digraph and for regressions over pairs; run as
#   Rscript tests/oracles/scripts/network_sna.R > network_sna.txt
suppressMessages(library(sna))
n <- 12
i <- row(diag(n)) - 1
j <- col(diag(n)) - 1
a <- (((7 * i + 13 * j + i * j) %% 11) < 3) * 1
diag(a) <- 0
x1 <- abs(i - j)
x2 <- ((5 * i + 3 * j + i * j) %% 7)
x3 <- (i %% 4) + ((2 * i + j * j) %% 5) / 3
y <- ((3 * i + 5 * j + i * j) %% 17) / 4 + 0.25 * x1 + 0.3 * x3
for (m in c("x1", "x2", "x3", "y")) { h <- get(m); diag(h) <- 0; assign(m, h) }
num <- function(x) paste0("[", paste(sprintf("%.12g", as.numeric(x)), collapse = ", "), "]")
out <- list(
  density = num(gden(a)), connectedness = num(connectedness(a)),
  hierarchy = num(hierarchy(a, measure = "krackhardt")), reciprocity = num(grecip(a, measure = "edgewise")),
  betweenness = num(betweenness(a) / ((n - 1) * (n - 2))),
  out_degree = num(degree(a, cmode = "outdegree")), in_degree = num(degree(a, cmode = "indegree")),
  correlation = num(gcor(y, x1))
)
set.seed(1)
q <- qaptest(list(y, x1), gcor, g1 = 1, g2 = 2, reps = 20000)
out$qap_p <- num(c(q$pgreq, q$pleeq))
for (h in c("qapspp", "qapy")) {
  fit <- netlm(y, list(x1, x2, x3), nullhyp = h, reps = 20000)
  out[[paste0(h, "_b")]] <- num(fit$coefficients)
  out[[paste0(h, "_t")]] <- num(fit$tstat)
  out[[paste0(h, "_greater")]] <- num(fit$pgreq)
  out[[paste0(h, "_less")]] <- num(fit$pleeq)
  out[[paste0(h, "_two")]] <- num(fit$pgreqabs)
}
cat("{\n", paste(sprintf("\"%s\": %s", names(out), unlist(out)), collapse = ",\n"), "\n}\n", sep = "")
