# SPDX-License-Identifier: BSD-3-Clause
"""Models in files: `--save` of the fitting commands, and what `coterie predict` finds in such a file."""
from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import coterie
from coterie._estimator import Estimator, load_parts, save_parts
from coterie.cli._console import Problem, count, file_name
from coterie.cli._table import ChooseAgain, Table
from coterie.scaling import Scaler


def add_save_argument(parser: argparse.ArgumentParser, remark: str = "") -> None:
    parser.add_argument("--save", metavar="MODEL", type=file_name,
                        help=f"npz file for the model, with which coterie predict labels further rows{remark}")


def describe_fit(args: argparse.Namespace, table: Table) -> dict[str, Any]:
    """What it takes to treat further rows alike: which columns are used, and what was done about missing values.

    The table is that of the fit, before it is scaled.
    """
    metric = getattr(args, "metric", None)
    return {
        "command": args.command,
        "columns": table.names,
        "all_columns": table.all_names,
        "columns_have_names": table.is_named,
        "chosen": {"columns": args.columns, "drop": args.drop, "left_out": [left.name for left in table.left_out]},
        "missing": args.missing,
        "medians": [float(np.median(column)) for column in table.values.T],
        "metric": {"name": "euclidean"} if metric is None else {"name": metric.name, "p": metric.p},
    }


def save_model(path: str, model: Estimator, scaler: Scaler, facts: dict[str, Any], labels: np.ndarray,
               numbers: np.ndarray | None = None, typical: np.ndarray | None = None) -> None:
    """Write a model, its scaler, and the facts about its data.

    numbers : the labels that its own were turned into
    typical : rows of the fit that tell how far from its centre a row of each cluster typically is
    """
    facts = facts | {
        "numbers": numbers,
        "typical": typical,
        "sizes": np.bincount(labels[labels >= 0]),
        "noise": int(np.count_nonzero(labels < 0)),
    }
    save_parts(path, {"model": model} if scaler.method == "none" else {"model": model, "scaler": scaler}, facts)


def find_typical(model: coterie.KMeans, X: np.ndarray) -> np.ndarray:
    """The one or two rows of each cluster in the middle when they are sorted by their distance from the centre.

    They stand for all rows where `coterie.outlier_scores` asks for the median distance.
    """
    order = np.lexsort((coterie.outlier_scores(X, model), model.labels_))
    sizes = np.unique(model.labels_, return_counts=True)[1]
    first = np.cumsum(sizes) - sizes
    return X[order[np.concatenate([first + (sizes - 1) // 2, first + sizes // 2])]]


@dataclass
class Saved:
    """A model from a file, and how rows are prepared for it.

    medians : of the columns when it was fitted; None where nothing is known about its data, which a Python programme
        has prepared
    numbers : the label to write for each label of the model; None: the same
    sizes, noise : number of rows in each cluster and in none when it was fitted
    typical : rows of the fit, as `save_model` has them
    """

    model: Any
    scaler: Scaler
    choose: ChooseAgain
    sizes: np.ndarray
    noise: int
    missing: str = "error"
    medians: Sequence[float] | None = None
    on_globe: bool = False
    numbers: np.ndarray | None = None
    typical: np.ndarray | None = None

    def describe(self) -> str:
        model, name = self.model, type(self.model).__name__
        text = {"AgglomerativeClustering": "{model.linkage} linkage", "KMeans": "k-means",
                "DBSCAN": "DBSCAN with min-samples {model.min_samples}"}.get(name, name).format(model=model)
        return (f"{text}, {count(len(self.sizes), 'cluster')} of {count(int(self.sizes.sum()) + self.noise, 'row')} "
                f"by {count(len(self.choose.columns), 'column')}")


def load_model(path: str) -> Saved:
    """Read what `save_model` wrote, or a clusterer that was saved by its own method."""
    try:
        return _load(path)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise Problem(f"{path}: this is no model that this version of coterie can use: {error!r}") from error


def _load(path):
    parts, facts = load_parts(path)
    model = parts["model"]
    name = type(model).__name__
    if not hasattr(model, "predict"):
        raise Problem(f"{path}: a {name} gives further rows no label")
    if not hasattr(model, "labels_"):
        raise Problem(f"{path}: the {name} in it is not fitted")
    if getattr(model, "metric", None) == "precomputed":
        raise Problem(f"{path}: the {name} was fitted with distances; coterie predict takes rows")
    if not facts:
        names = list(vars(model).pop("feature_names_in_", []))  # `choose` finds them, the rows go in without
        unnamed = [f"x{j}" for j in range(model.n_features_in_)]
        labels = model.labels_
        return Saved(model, Scaler("none"), ChooseAgain(names or unnamed, names or unnamed, bool(names)),
                     np.bincount(labels[labels >= 0]), int(np.count_nonzero(labels < 0)))
    choose = ChooseAgain(facts["columns"], facts["all_columns"], facts["columns_have_names"])
    return Saved(model, parts.get("scaler") or Scaler("none"), choose, facts["sizes"], facts["noise"],
                 facts["missing"], facts["medians"], facts["metric"]["name"] == "haversine", facts["numbers"],
                 facts["typical"])
