"""Cross-fitting: every nuisance function is learned without a fold of whole units, and predicted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.double_ml.learners import Kind, fresh
from panelkit.show.brief import Brief

COLUMNS = ("repeat", "fold", "function", "rows", "units", "rmse", "r2", "log_loss")
_SMALLEST = 1e-15  # a probability of 0 has no logarithm


@dataclass(frozen=True, eq=False)
class Task(Brief):
    """One nuisance function: its name, target (n,) or (R, n), learner, and which training rows it uses, (n,) or all."""

    name: str
    target: FloatArray
    learner: Any
    kind: Kind = "regressor"
    uses: FloatArray | None = None

    def target_in(self, repeat: int) -> FloatArray:
        """Return the target of a repeat, (n,)."""
        return self.target[repeat] if self.target.ndim == 2 else self.target


@dataclass(frozen=True, eq=False)
class Learned(Brief):
    """Predictions out of fold by name of function, (R, n), and how good they were by fold."""

    values: dict[str, FloatArray]
    quality: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Inputs(Brief):
    """What tasks share: features (n, p), columns that least squares sweep out first (n, q), cluster of a row (n,)."""

    features: FloatArray
    swept: FloatArray
    shown: FloatArray
    clusters: IntArray


def cross_fit(
    tasks: list[Task], inputs: Inputs, folds: IntArray, *, seed: int, jobs: int = 1, first: int = 0
) -> Learned:
    """Learn every task without every fold of every repeat.

    Parameters
    ----------
    folds
        The fold of every row in every repeat, (R, n); where a repeat has one fold, all rows learn and are predicted.
    seed
        Of the learners; each has its own, whatever the number of workers.
    jobs
        Workers.
    first
        The number of the first task, in the seeds.
    """
    cells = [(repeat, fold) for repeat in range(len(folds)) for fold in range(int(folds[repeat].max()) + 1)]
    calls = [(tasks, inputs, folds[repeat] == fold, (seed, repeat, fold, first)) for repeat, fold in cells]
    if jobs == 1:
        with threadpool_limits(limits=1):
            made = [_cell(*call) for call in steps_of(calls, len(calls))]
    else:
        made = Parallel(n_jobs=jobs)(delayed(_cell_alone)(*call) for call in calls)
    values = {task.name: np.full(folds.shape, np.nan) for task in tasks}
    rows: list[tuple[Any, ...]] = []
    for (repeat, fold), found in zip(cells, made, strict=True):
        held = folds[repeat] == fold
        for task, predicted, null in zip(tasks, *found, strict=True):
            values[task.name][repeat, held] = predicted
            asked = held if task.uses is None else held & (task.uses > 0)
            loss = _loss(task, task.target_in(repeat)[asked], predicted[asked[held]], null[asked[held]])
            units = len(np.unique(inputs.clusters[held]))
            rows.append((repeat + 1, fold + 1, task.name, int(asked.sum()), units, *loss))
    return Learned(values, pd.DataFrame(rows, columns=list(COLUMNS)))


def _cell_alone(*call: Any) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return `_cell` on one thread, as it runs without workers: the last bit of a sum hangs on their number."""
    with threadpool_limits(limits=1):
        return _cell(*call)


def _cell(
    tasks: list[Task], inputs: Inputs, held: Any, key: tuple[int, int, int, int]
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return predictions on the held rows by task, and those of the swept columns (or the mean) alone."""
    everyone = bool(held.all())
    predictions, nulls = [], []
    for number, task in enumerate(tasks):
        train = np.ones(len(held), dtype=bool) if everyone else ~held
        if task.uses is not None:
            train = train & (task.uses > 0)
        state = np.random.SeedSequence([*key[:3], key[3] + number]).generate_state(1)
        one, null = _one(task, inputs, train, held, int(state[0]), key[1])
        predictions.append(one)
        nulls.append(null)
    return predictions, nulls


def _one(
    task: Task, inputs: Inputs, train: Any, held: Any, seed: int, repeat: int
) -> tuple[FloatArray, FloatArray]:
    target, features = task.target_in(repeat), inputs.features
    base = np.zeros(int(held.sum()))
    response = target[train]
    if inputs.swept.shape[1]:
        both = np.column_stack([target, features])
        slopes = np.linalg.lstsq(inputs.swept[train], both[train], rcond=None)[0]
        base = inputs.swept[held] @ slopes[:, 0]
        response = response - inputs.swept[train] @ slopes[:, 0]
        features = features - inputs.swept @ slopes[:, 1:]
    features = np.column_stack([features, inputs.shown])
    classes = task.kind == "classifier"
    model = fresh(task.learner, task.kind, seed, inputs.clusters[train], response if classes else None)
    if classes:
        labels = response.astype(int)
        model.fit(features[train], labels)
        return model.predict_proba(features[held])[:, 1], np.full(int(held.sum()), labels.mean())
    model.fit(features[train], response)
    predicted = np.asarray(model.predict(features[held]), dtype=float).reshape(-1)
    return base + predicted, base + response.mean()


def _loss(
    task: Task, target: FloatArray, predicted: FloatArray, null: FloatArray
) -> tuple[float, float, float]:
    """Return root mean squared error, R2 against the swept columns alone, and log loss of a probability."""
    if len(target) == 0:
        return float("nan"), float("nan"), float("nan")
    squared, without = float(((target - predicted) ** 2).mean()), float(((target - null) ** 2).mean())
    r2 = 1.0 - squared / without if without > 0.0 else float("nan")
    if task.kind != "classifier":
        return float(np.sqrt(squared)), r2, float("nan")
    p = np.clip(predicted, _SMALLEST, 1.0 - _SMALLEST)
    logs = target * np.log(p) + (1.0 - target) * np.log(1.0 - p)
    return float(np.sqrt(squared)), r2, -float(logs.mean())
