"""The names of what a table states of a whole model."""

from __future__ import annotations

from panelkit.language.message import Message, message

MODEL_WORDS: dict[str, Message] = {
    "f_model": message("F of the model"),
    "chi2_model": message("Wald chi2 of the model"),
    "df_model": message("restrictions of the model"),
    "df_of_f": message("denominator degrees of freedom"),
    "p_model": message("p of the model"),
    "r2_within": message("R2 within"),
    "r2_between": message("R2 between"),
    "r2_overall": message("R2 overall"),
    "r2": message("R2 with the effects"),
    "r2_adjusted": message("adjusted R2"),
    "r2_within_adjusted": message("adjusted R2 within"),
    "constant": message("constant"),
    "corr_u_xb": message("corr(u, Xb)"),
    "sigma_u": message("sigma_u"),
    "sigma_e": message("sigma_e"),
    "nobs_likelihood": message("observations of the likelihood"),
    "mean_fixed_effects": message("mean of the fixed effects"),
    "rho_u": message("share of the variance due to u"),
    "f_effects": message("F of the unit effects"),
    "p_effects": message("p of the unit effects"),
    "rmse": message("root mean squared error"),
    "loglik": message("log-likelihood"),
    "loglik_null": message("log-likelihood of the constant alone"),
    "parameters": message("parameters counted in the criteria"),
    "aic": message("AIC"),
    "bic": message("BIC"),
}
