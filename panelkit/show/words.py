"""The words that stand on tables and figures, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from panelkit.language.errors import StyleError
from panelkit.language.levels import PROVINCIAL, Levels, time_level, unit_level
from panelkit.language.message import Language, Message, in_language, message, term
from panelkit.show.model_words import MODEL_WORDS

if TYPE_CHECKING:
    import pandas as pd

_WORDS: dict[str, Message] = {
    **MODEL_WORDS,
    "fitted_by": message("Estimator"),
    "nobs": message("Observations"),
    "n_units": message("Provinces"),
    "n_periods": message("Years"),
    "years": message("Period"),
    "n_clusters": message("Clusters"),
    "factors": message("Common factors"),
    "r2_within": message("Within R²"),
    "r2": message("R²"),
    "r2_adjusted": message("Adjusted R²"),
    "loglik": message("Log-likelihood"),
    "aic": message("AIC"),
    "bic": message("BIC"),
    "gmm_steps": message("GMM steps"),
    "gmm_transform": message("Unit effects taken out by"),
    "root": message("Largest root, modulus"),
    "ar1_p": message("AR(1), p"),
    "ar2_p": message("AR(2), p"),
    "sargan_p": message("Sargan, p"),
    "hansen_p": message("Hansen, p"),
    "effective F": message("Effective F"),
    "first_stage_f": message("First-stage F"),
    "rk_lm": message("Kleibergen-Paap rk LM"),
    "anderson_lm": message("Anderson LM"),
    "rk_f": message("Kleibergen-Paap rk Wald F"),
    "cragg_donald_f": message("Cragg-Donald F"),
    "sigma2": message("σ²"),
    "weights": message("Spatial weights"),
    "row_weights": message("Weights of rows"),
    "weights_sum": message("Sum of weights"),
    "model": message("Model"),
    "unit_effects": message("Province effects"),
    "time_effects": message("Year effects"),
    "random": message("Random"),
    "yes": message("Yes"),
    "no": message("No"),
    "table": message("Table"),
    "notes": message("Notes"),
    "stop": message("."),
    "comma": message(", "),
    "semicolon": message("; "),
    "colon": message(": "),
    "covariance": message("Covariance"),
    "convention": message("Convention"),
    "delta": message("Standard errors by the delta method"),
    "estimate": message("Estimate"),
    "coefficient": message("Coefficient"),
    "claimed": message("claimed value"),
    "headline": message("headline"),
    "specification": message("Specification, sorted by estimate"),
    "without": message("left out"),
    "full_sample": message("full sample"),
    "all_figures": message("figure held"),
    "missing": message("missing"),
    "year": message("Year"),
    "value": message("Value"),
    "no_value": message("no figure"),
    "spatial_lag": message("Spatial lag"),
    "slope": message("slope (Moran's I)"),
    "fitted_slope": message("slope"),
    "HH": message("high-high"),
    "LH": message("low-high"),
    "LL": message("low-low"),
    "HL": message("high-low"),
    "ns": message("not significant"),
    "island": message("no neighbour"),
    "rank": message("Rank"),
    "rank_interval": message("Rank, with its interval"),
    "treatment": message("Treatment"),
    "direct": message("direct"),
    "indirect": message("indirect"),
    "total": message("total"),
    "rho": message("Correlation of the two error terms, ρ"),
    "acme": message("Indirect effect"),
    "density": message("Density"),
    "share_units": message("Cumulative share of units, poorest first"),
    "share_value": message("Cumulative share of value"),
    "equality": message("equality"),
    "from_state": message("From"),
    "to_state": message("To"),
    "count": message("Count"),
    "test": message("Test"),
    "null": message("Null hypothesis"),
    "statistic": message("Statistic"),
    "distribution": message("Distribution"),
    "p_value": message("p-value"),
    "not_computed_one": message("not computed: "),
    "not_applicable": message("not applicable"),
    "no_tiles": message(
        "Hong Kong, Macao and Taiwan are not shown: the yearbook figures used here do not cover them"
    ),
}


def check_language(language: Language) -> None:
    """Refuse a language that panelkit does not speak.

    Raises
    ------
    StyleError
        If `language` is neither `en` nor `zh`.
    """
    if language not in ("en", "zh"):
        raise StyleError(message("language is 'en' or 'zh', not {language!r}", language=language))


def word(key: str, language: Language) -> str:
    """Return the word for `key`; a key that has no entry is returned as it is.

    Raises
    ------
    StyleError
        If `language` is neither `en` nor `zh`.
    """
    check_language(language)
    return _WORDS[key].text(language) if key in _WORDS else key


_EQUATIONS: dict[str, Message] = {
    name: name
    for name in (
        term("equation of a spatial model", "main"),
        term("equation of a spatial model", "wx"),
        term("equation of a spatial model", "spatial"),
        term("equation of a spatial model", "dynamic"),
        term("equation of a spatial model", "variance"),
        term("kind of policy effect", "overall"),
        term("kind of policy effect", "event"),
        term("kind of policy effect", "cohort"),
        term("kind of policy effect", "calendar"),
    )
}
_REGIME = re.compile(r"(.+):regime([1-4])", re.DOTALL)
_INTERCEPT = term("regressor", "Intercept")
_POLICY = ("event", "cohort", "calendar")
_MEAN = term("effects of a policy", "mean")


def equation_word(name: str, language: Language) -> str:
    """Return what the panel of an equation is called in a table: of a spatial model or a policy, or its own."""
    return in_language(_EQUATIONS.get(name, name), language)


def term_word(name: str, language: Language, equation: str = "") -> str:
    """Return what a term is called in a table: intercept and means of effects are ours, others the user's own."""
    if name == _MEAN and equation in _POLICY:
        return _MEAN.text(language)
    regime = None if isinstance(name, Message) else _REGIME.fullmatch(name)
    if regime is not None:
        return message("{name}, regime {number}", name=regime.group(1), number=regime.group(2)).text(language)
    return in_language(_INTERCEPT if name == _INTERCEPT else name, language)


def note_lines(notes: Iterable[Message], language: Language) -> list[str]:
    """Return notes as lines of plain text, each with its heading."""
    heading = result_word("note", language) + word("colon", language)
    return [heading + note.text(language) for note in notes]


def said_of(key: str, value: object, language: Language) -> str:
    """Return what a method says of one of its choices."""
    name = in_language(result_word(key, language), language)
    told = value if isinstance(value, str) else str(value)
    return f"{name}{word('colon', language)}{in_language(told, language)}"


def said_heads(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table with its heads, and the names of its index, in the language."""

    def head(name: object) -> object:
        return in_language(result_word(name, language), language) if isinstance(name, str) else name

    if language == "en":
        return frame
    return frame.rename(columns=head).rename_axis(index=head, columns=head)


def frame_text(
    frame: pd.DataFrame,
    language: Language,
    number: Callable[[float], str] | None = None,
    *,
    index: bool = True,
) -> str:
    """Return a table as plain text, its heads in the language."""
    import pandas as pd

    told = said_heads(frame, language)
    with pd.option_context("display.unicode.east_asian_width", True):
        return str(told.to_string(index=index, float_format=number))


def interval_words(level: float = 0.95) -> Message:
    """Return what an interval of a level is called."""
    return message("{level:.4g}% interval", level=100.0 * level)


_MADE: dict[str, Message] = {
    "influence": message("Standard errors from what each cluster adds"),
    "jackknife": message("Standard errors by the jackknife"),
    "none": message("Points alone, no standard errors"),
}


def uncertainty_words(method: str, reps: int | None, seed: int | None, discarded: int) -> list[Message]:
    """Return how the uncertainty of a derived quantity was made: by delta, draws or bootstrap, how many, which seed."""
    if method == "delta":
        parts = [_WORDS["delta"]]
    elif method == "bootstrap":
        parts = [message("Bootstrap with {reps} replications", reps=reps)]
    elif method in _MADE:
        parts = [_MADE[method]]
    elif method == "placebo":
        parts = [message("Standard errors from {reps} placebos", reps=reps)]
    else:
        parts = [message("Simulation with {reps} draws", reps=reps)]
    if method != "delta" and seed is not None:
        parts.append(message("seed {seed}", seed=seed))
    if discarded:
        parts.append(message("{discarded} discarded", discarded=discarded))
    return parts


def stars_note(levels: tuple[float, ...], language: Language, blank: str = " ") -> str:
    """Return what the stars mean, weakest first; `blank` stands between stars and level."""
    marks = [f"{'*' * (i + 1)}{blank}p<{level:g}" for i, level in enumerate(sorted(levels, reverse=True))]
    return word("comma", language).join(marks)


_COUNTED = ("n_units", "n_periods", "unit_effects", "time_effects")
_COLUMNS: dict[str, Message] = {
    name: name
    for name in (
        term("column of a result", "equation"),
        term("column of a result", "term"),
        term("column of a result", "std_error"),
        term("column of a result", "conf_low"),
        term("column of a result", "conf_high"),
        term("column of a result", "balanced"),
        term("column of a result", "order"),
        term("column of a result", "sigma"),
        term("column of a result", "df_resid"),
        term("column of a result", "factors"),
        term("column of a result", "starts"),
        term("column of a result", "starts_at_best"),
        term("column of a result", "fewest_rows"),
        term("column of a result", "fewest_df"),
        term("column of a result", "sigma_unit"),
        term("column of a result", "sigma_error"),
        term("column of a result", "share_unit"),
        term("column of a result", "n_terms"),
        term("column of a result", "specifications"),
        term("column of a result", "not_computed"),
        term("column of a result", "change"),
        term("column of a result", "change_in_se"),
        term("column of a result", "left_out"),
        term("column of a result", "turns"),
        term("column of a result", "df"),
        term("column of a result", "province"),
        term("column of a result", "year"),
        term("column of a result", "score"),
        term("column of a result", "rank"),
        term("column of a result", "low"),
        term("column of a result", "high"),
        term("column of a result", "first"),
        term("column of a result", "part"),
        term("column of a result", "value"),
        term("column of a result", "share"),
        term("column of a result", "group"),
        term("column of a result", "population_share"),
        term("column of a result", "income_share"),
        term("column of a result", "mean"),
        term("column of a result", "index"),
        term("column of a result", "within"),
        term("column of a result", "between"),
        term("column of a result", "dimension"),
        term("column of a result", "direction"),
        term("column of a result", "weight"),
        term("column of a result", "entropy"),
        term("column of a result", "design"),
        term("column of a result", "variant"),
        term("column of a result", "indicator"),
        term("column of a result", "indicators"),
        term("column of a result", "normalisation"),
        term("column of a result", "aggregation"),
        term("column of a result", "normalisations"),
        term("column of a result", "aggregations"),
        term("column of a result", "provinces"),
        term("column of a result", "vintages"),
        term("column of a result", "draws"),
        term("column of a result", "seed"),
        term("column of a result", "median"),
        term("column of a result", "lowest"),
        term("column of a result", "highest"),
        term("column of a result", "share_positive"),
        term("column of a result", "share_significant"),
        term("column of a result", "share_positive_significant"),
        term("column of a result", "share_negative_significant"),
        term("column of a result", "median_p"),
        term("column of a result", "pairs_within_cutoff"),
        term("column of a result", "lags"),
        term("column of a result", "engine"),
        term("column of a result", "effects"),
        term("column of a result", "vcov"),
        term("column of a result", "convention"),
        term("column of a result", "folds"),
        term("column of a result", "repeats"),
        term("column of a result", "learner_outcome"),
        term("column of a result", "learner_treatment"),
        term("column of a result", "learner_instrument"),
        term("column of a result", "r2_outcome"),
        term("column of a result", "r2_treatment"),
        term("column of a result", "r2_instrument"),
        term("column of a result", "r2_base"),
        term("column of a result", "r2_propensity"),
        term("column of a result", "r2_control"),
        term("column of a result", "r2_treated"),
        term("column of a result", "sd_over_splits"),
        term("column of a result", "clip"),
        term("column of a result", "clipped_rows"),
        term("column of a result", "lowest_propensity"),
        term("column of a result", "highest_propensity"),
        term("column of a result", "transform"),
        term("column of a result", "repeat"),
        term("column of a result", "fold"),
        term("column of a result", "function"),
        term("column of a result", "rows"),
        term("column of a result", "units"),
        term("column of a result", "log_loss"),
        term("column of a result", "note"),
        term("column of a result", "n_treated"),
        term("column of a result", "n_never"),
        term("column of a result", "n_donors"),
        term("column of a result", "n_placebos"),
        term("column of a result", "pre_rmspe"),
        term("column of a result", "post_rmspe"),
        term("column of a result", "rmspe_ratio"),
        term("column of a result", "excluded"),
        term("column of a result", "instruments"),
        term("column of a result", "hansen_j"),
        term("column of a result", "hansen_df"),
        term("column of a result", "hansen_p"),
        term("column of a result", "largest_root"),
        term("column of a result", "df2"),
        term("column of a result", "mbic"),
        term("column of a result", "maic"),
        term("column of a result", "mqic"),
        term("column of a result", "smallest_p"),
        term("column of a result", "placebo_p"),
        term("column of a result", "n_cohorts"),
        term("column of a result", "n_never"),
        term("column of a result", "base"),
        term("column of a result", "bins"),
        term("column of a result", "window"),
    )
}


def result_word(key: str, language: Language, levels: Levels = PROVINCIAL) -> str:
    """Return the name of a column or fact of a result: the key itself in English.

    `levels` are the names of unit and time.
    """
    if isinstance(key, Message):
        return key.text(language)
    if language != "zh":
        return key
    if key in _COLUMNS:
        return _COLUMNS[key].text(language)
    return count_label(key, language, levels) if key in _COUNTED else word(key, language)


def count_label(key: str, language: Language, levels: Levels) -> str:
    """Return the label of the number of units or periods, or of their effects, in the words of the panel."""
    level = unit_level(levels[0]) if key in ("n_units", "unit_effects") else time_level(levels[1])
    if levels[1] in ("year", "years", "年份", "年") and key == "time_effects" and language == "zh":
        return word(key, language)
    return level.effects_label(language) if key.endswith("effects") else level.count_label(language)


def result_value(key: str, value: object, language: Language, levels: Levels = PROVINCIAL) -> str:
    """Return a fact that is not a number in the language of the reader."""
    if isinstance(value, Message):
        return value.text(language)
    if language == "en":
        return str(value)
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    known = _KNOWN_VALUES.get(key, {}).get(str(value))
    return str(value) if known is None else known.spoken(*levels).text(language)


_ORDERS: dict[str, Message] = {
    name: name for name in (term("order of mediators", "parallel"), term("order of mediators", "serial"))
}
_EFFECTS: dict[str, Message] = {
    "unit": message("{unit}"),
    "time": message("{period}"),
    "twoway": message("{unit} and {period}"),
    "none": term("effects", "none"),
    "random": term("effects", "random"),
    "random + year": message("random, and of {period}"),
}
_TRANSFORMS: dict[str, Message] = {
    name: name
    for name in (
        term("transform", "within"),
        term("transform", "mundlak"),
        term("transform", "first-difference"),
        term("transform", "first-difference-exact"),
        term("transform", "none"),
    )
}
_KNOWN_VALUES: dict[str, dict[str, Message]] = {
    "order": _ORDERS,
    "effects": _EFFECTS,
    "transform": _TRANSFORMS,
}
