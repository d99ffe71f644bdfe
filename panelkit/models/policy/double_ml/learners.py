"""Learners: those with a name, and any of scikit-learn; seeded, and tuned on splits of whole units only."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.policy.double_ml.folds import inner_splits

Kind = Literal["regressor", "classifier"]

NAMES = ("lasso", "ridge", "elastic-net", "ols", "forest", "boosting")
TUNED = ("lasso", "ridge", "elastic-net")
INNER = 5  # splits of whole units on which a penalty is chosen
_TREES = 200


def check_learner(option: str, learner: object, kind: Kind) -> None:
    """Refuse what cannot learn: an unknown name, a class, an object without `fit`, one without probabilities.

    Raises
    ------
    SpecError
        Which names the option and the remedy.
    """
    known = (*NAMES, "logit") if kind == "classifier" else NAMES
    if isinstance(learner, str):
        if learner not in known:
            raise SpecError(
                message(
                    "{option} is one of {known} or an estimator of scikit-learn, not {learner!r}",
                    option=option,
                    known=known,
                    learner=learner,
                )
            )
        return
    if isinstance(learner, type) or not (hasattr(learner, "fit") and hasattr(learner, "get_params")):
        raise SpecError(
            message(
                "{option} is one of {known} or an estimator of scikit-learn (an object, with parentheses), not "
                "{learner!r}",
                option=option,
                known=known,
                learner=learner,
            )
        )
    _check_kind(option, learner, kind)
    _check_tuning(option, learner)


def _check_kind(option: str, learner: Any, kind: Kind) -> None:
    from sklearn.base import is_classifier

    if kind == "classifier" and not hasattr(learner, "predict_proba"):
        raise SpecError(
            message(
                "{option}: {learner} has no predict_proba, and the interactive model weighs by the probability of "
                "treatment: take a classifier that gives one, or 'logit', 'lasso', 'forest'",
                option=option,
                learner=type(learner).__name__,
            )
        )
    if kind == "regressor" and is_classifier(learner):
        raise SpecError(
            message(
                "{option}: {learner} is a classifier, and what is learned here is a mean: take a regressor",
                option=option,
                learner=type(learner).__name__,
            )
        )


def _check_tuning(option: str, learner: Any) -> None:
    """Refuse what tunes itself on rows: a splitter of rows, early stopping on a share of the rows."""
    for name, value in learner.get_params(deep=True).items():
        last = name.rpartition("__")[2]
        by_rows = last == "cv" and not (value is None or isinstance(value, int) or _of_groups(value))
        stops = (last == "early_stopping" and value is True) or (
            last == "n_iter_no_change"
            and value is not None
            and type(_owner(learner, name)).__name__.startswith("GradientBoosting")
        )
        if by_rows or stops:
            raise SpecError(
                message(
                    "{option}: {name}={value!r} tunes on rows, and rows of one {unit} would stand on both sides: leave "
                    "it out (a whole-number cv is made into splits of whole {units}), or give GroupKFold",
                    option=option,
                    name=name,
                    value=value,
                )
            )


def _of_groups(cv: Any) -> bool:
    return cv == "prefit" or (hasattr(cv, "split") and "Group" in type(cv).__name__)


def _owner(learner: Any, name: str) -> Any:
    """Return the estimator that holds a parameter of a nested one."""
    inside = name.rpartition("__")[0]
    return learner.get_params(deep=True)[inside] if inside else learner


def name_of(learner: Any) -> str:
    """Return what a table calls a learner."""
    if isinstance(learner, str):
        return learner
    steps = getattr(learner, "steps", None)
    return type(steps[-1][1]).__name__ if steps else type(learner).__name__


def fresh(learner: Any, kind: Kind, seed: int, groups: IntArray, labels: FloatArray | None = None) -> Any:
    """Return a learner that is ready to fit training rows.

    Parameters
    ----------
    learner
        A name or an estimator, which is cloned.
    kind
        What it learns: a mean or a probability.
    seed
        Of its own chance and of its splits.
    groups
        The unit (or cluster) of every training row, (m,).
    labels
        The treatment (m,) that splits share out, for classifiers.
    """
    if isinstance(learner, str):
        tuned = learner in TUNED
        splits = inner_splits(groups, INNER, seed, labels) if tuned else None
        return (
            _classifier(learner, seed, splits) if kind == "classifier" else _regressor(learner, seed, splits)
        )
    return _cloned(learner, seed, groups, labels)


def _cloned(learner: Any, seed: int, groups: IntArray, labels: FloatArray | None) -> Any:
    from sklearn.base import clone

    made = clone(learner)
    changes: dict[str, Any] = {}
    for name, value in made.get_params(deep=True).items():
        last = name.rpartition("__")[2]
        if last == "random_state" and value is None:
            changes[name] = seed
        if last == "early_stopping" and value == "auto":
            changes[name] = False
        if last == "cv":
            changes[name] = _by_groups(value, seed, groups, labels)
    return made.set_params(**changes)


def _by_groups(cv: Any, seed: int, groups: IntArray, labels: FloatArray | None) -> Any:
    """Return the splits of whole units that stand for a number of splits, None or a splitter of groups."""
    if hasattr(cv, "split"):
        return list(cv.split(np.zeros((len(groups), 1)), labels, groups))
    if cv == "prefit":
        return cv
    return inner_splits(groups, INNER if cv is None else int(cv), seed, labels)


def _regressor(name: str, seed: int, splits: Any) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import ElasticNetCV, LassoCV, LinearRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if name == "lasso":
        return make_pipeline(StandardScaler(), LassoCV(cv=splits, max_iter=50_000))
    if name == "ridge":
        return make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-2, 4, 13), cv=splits))
    if name == "elastic-net":
        mixes = [0.1, 0.5, 0.9]
        return make_pipeline(StandardScaler(), ElasticNetCV(l1_ratio=mixes, cv=splits, max_iter=50_000))
    if name == "forest":
        return RandomForestRegressor(
            _TREES, min_samples_leaf=5, max_features=0.5, random_state=seed, n_jobs=1
        )
    if name == "boosting":
        return GradientBoostingRegressor(
            n_estimators=100, learning_rate=0.05, max_depth=2, min_samples_leaf=10, random_state=seed
        )
    return LinearRegression()


def _classifier(name: str, seed: int, splits: Any) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if name == "forest":
        return RandomForestClassifier(
            _TREES, min_samples_leaf=5, max_features=0.5, random_state=seed, n_jobs=1
        )
    if name == "boosting":
        return GradientBoostingClassifier(
            n_estimators=100, learning_rate=0.05, max_depth=2, min_samples_leaf=10, random_state=seed
        )
    if name in ("ols", "logit"):
        plain = LogisticRegression(C=np.inf, max_iter=5_000)
        return make_pipeline(StandardScaler(), plain)
    mix = {"lasso": 1.0, "ridge": 0.0, "elastic-net": 0.5}[name]
    solver = "lbfgs" if name == "ridge" else "saga"
    penalised = LogisticRegression(l1_ratio=mix, solver=solver, max_iter=20_000, random_state=seed)
    grid = {"logisticregression__C": np.logspace(-3, 3, 13)}
    return GridSearchCV(make_pipeline(StandardScaler(), penalised), grid, cv=splits, scoring="neg_log_loss")
