# SPDX-License-Identifier: BSD-3-Clause
"""Models in files: what `--save` of the fitting commands writes, and what `coterie predict` finds in such a file."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import coterie
from coterie._base.clusterer import CenterClusterer, InductiveClusterer
from coterie._base.model_files import load_parts, save_parts
from coterie._base.npz import reading
from coterie._base.parameters import BOOL, NONE, Rule, one_of
from coterie._base.state import FLOATS, TEXTS, Array, check_state
from coterie._base.tables.mixed import TableCode
from coterie._base.tables.table import Table
from coterie._base.wording import count
from coterie.cli._console import Problem
from coterie.cli._io.columns import ChooseAgain
from coterie.cli._io.missing import MISSING
from coterie.cli._io.outputs import Outputs
from coterie.scaling import Scaler

if TYPE_CHECKING:
    from numpy.typing import NDArray


def describe_fit(args: argparse.Namespace, table: Table) -> dict[str, Any]:
    """What it takes to treat further rows alike: which columns are used, and what was done about missing values.

    The table is that of the fit, before it is scaled.
    """
    return {
        "columns": np.array(table.names, object),
        "all_columns": np.array(table.all_names, object),
        "columns_have_names": table.is_named,
        "missing": args.missing,
        "missing_values": np.array(args.missing_value, object),
        "medians": np.array([np.median(column) for column in table.values.T], np.float64),
    }


# What the facts must be, as estimators declare their state.
_FACTS: dict[str, tuple[Rule | Array, ...]] = {
    "columns": (Array(TEXTS, ("n_features_in_",)),),
    "all_columns": (Array(TEXTS, ("n_columns",)),),
    "columns_have_names": BOOL,
    "missing": (one_of(*MISSING),),
    "missing_values": (Array(TEXTS, ("n_missing_values",)),),
    "medians": (Array((np.float64,), ("n_features_in_",)), NONE),
    "numbers": (Array((np.intp,), ("n_clusters_",), low=0, high="n_clusters_"), NONE),
    "typical": (Array(FLOATS, ("n_typical", "n_features_in_")), NONE),
}


def save_model(
    outputs: Outputs,
    path: str,
    model: InductiveClusterer,
    scaler: Scaler | None,
    facts: dict[str, Any],
    numbers: NDArray[np.intp] | None = None,
    typical: NDArray[np.floating] | None = None,
) -> None:
    """Write a model, its scaler, and the facts about its data.

    numbers : the labels that its own were turned into, for a tree
    typical : rows of the fit that tell how far from its center a row of each cluster typically is, for k-means
    """
    facts = facts | {"numbers": numbers, "typical": typical}
    _check_facts(model, scaler, facts)  # or `load_model` would refuse them
    with outputs.open(path, binary=True, zipped=False) as file:
        parts = {"model": model} if scaler is None or scaler.method == "none" else {"model": model, "scaler": scaler}
        save_parts(file, parts, facts)


def find_typical(model: CenterClusterer, X: NDArray[np.floating]) -> NDArray[np.floating]:
    """The one or two rows of each cluster in the middle when they are sorted by their distance from the center.

    They stand for all rows where `coterie.outlier_scores` asks for the median distance.
    """
    order = np.lexsort((coterie.outlier_scores(X, model), model.labels_))
    sizes = np.unique(model.labels_, return_counts=True)[1]
    first = np.cumsum(sizes) - sizes
    middle: NDArray[np.floating] = X[order[np.concatenate([first + (sizes - 1) // 2, first + sizes // 2])]]
    return middle


@dataclass
class Saved:
    """A model from a file, and how rows are prepared for it.

    missing_values : what stood for a missing value when it was fitted, besides the usual words
    medians : of the columns when it was fitted; None where nothing is known about its data, which a Python program
        has prepared
    numbers : the label to write for each label of the model; None: the same
    sizes, noise : number of rows in each cluster and in none when it was fitted; all 0 where the model has no labels
    typical : rows of the fit, as `save_model` has them
    """

    model: Any
    scaler: Scaler
    choose: ChooseAgain
    sizes: NDArray[np.intp]
    noise: int
    missing: str = "error"
    missing_values: tuple[str, ...] = ()
    medians: NDArray[np.float64] | None = None
    on_globe: bool = False
    numbers: NDArray[np.intp] | None = None
    typical: NDArray[np.floating] | None = None

    @property
    def code(self) -> TableCode | None:
        """How tables become numbers, for a model that takes categories, too; None for other models."""
        return _code_of(self.model)

    @property
    def n_rows(self) -> int:
        """Rows of the fit; 0 where that is not known."""
        return int(self.sizes.sum()) + self.noise

    def describe(self) -> str:
        model, name = self.model, type(self.model).__name__
        text = {
            "AgglomerativeClustering": "{model.linkage} linkage",
            "KMeans": "k-means",
            "MiniBatchKMeans": "k-means by small batches",
            "BisectingKMeans": "bisecting k-means",
            "SphericalKMeans": "spherical k-means",
            "KMedians": "k-medians",
            "SizeConstrainedKMeans": "k-means with bounds on sizes",
            "KMedoids": "k-medoids",
            "KModes": "k-modes",
            "KPrototypes": "k-prototypes with gamma {model.gamma_:.3g}",
            "DBSCAN": "DBSCAN with min-samples {model.min_samples}",
            "OPTICS": "OPTICS with min-samples {model.min_samples}",
            "HDBSCAN": "HDBSCAN with min-cluster-size {model.min_cluster_size}",
        }.get(name, name).format(model=model)
        rows = f" of {count(self.n_rows, 'row')}" if self.n_rows else ""
        return f"{text}, {count(len(self.sizes), 'cluster')}{rows} by {count(len(self.choose.columns), 'column')}"


def load_model(path: str) -> Saved:
    """Read what `save_model` wrote, or a clusterer that was saved by its own method."""
    parts, facts = load_parts(path)
    model, name = parts["model"], type(parts["model"]).__name__
    if not isinstance(model, InductiveClusterer):
        raise Problem(f"{path}: a {name} can't label new rows")
    if not model.__sklearn_is_fitted__():
        raise Problem(f"{path}: the {name} in it is not fitted")
    if model._fit_metric is None:
        raise Problem(f"{path}: the {name} was fitted with distances; coterie predict takes rows")
    if not facts and "scaler" not in parts:
        names = list(vars(model).pop("feature_names_in_", []))  # `choose` finds them, the rows go in without
        unnamed = [f"x{j}" for j in range(model.n_features_in_)]
        return Saved(
            model, Scaler("none"), ChooseAgain(names or unnamed, names or unnamed, bool(names)), *_count(model, None)
        )
    with reading(path):
        scaler = parts.get("scaler")
        _check_facts(model, scaler, facts)
        numbers = facts["numbers"]
        choose = ChooseAgain(list(facts["columns"]), list(facts["all_columns"]), facts["columns_have_names"])
        sizes, noise = _count(model, numbers)
        return Saved(
            model,
            scaler if isinstance(scaler, Scaler) else Scaler("none"),
            choose,
            sizes,
            noise,
            facts["missing"],
            tuple(facts["missing_values"]),
            facts["medians"],
            model._fit_metric.name == "haversine",
            numbers,
            facts["typical"],
        )


def _code_of(model: InductiveClusterer) -> TableCode | None:
    """How a model that takes categories, too, turns tables into numbers; None for other models."""
    if isinstance(model, (coterie.KModes, coterie.KPrototypes)):
        return model._code
    columns = getattr(model._fit_metric, "columns", None) if isinstance(model, coterie.KMedoids) else None
    return None if columns is None else columns.code


def _count(model: InductiveClusterer, numbers: NDArray[np.intp] | None) -> tuple[NDArray[np.intp], int]:
    """Number of rows in each cluster, and in none."""
    n_clusters = model._n_features_out if isinstance(model, CenterClusterer) else 0  # of which some may be empty
    if isinstance(model, coterie.MiniBatchKMeans) and "labels_" not in vars(model):  # as after a stream
        return np.zeros(n_clusters, np.intp), 0
    labels = model.labels_ if numbers is None else numbers[model.labels_]
    return np.bincount(labels[labels >= 0], minlength=n_clusters), int(np.count_nonzero(labels < 0))


def _check_facts(model: InductiveClusterer, scaler: object, facts: dict[str, Any]) -> None:
    """Raise a ValueError where `save_model` can't have written them beside this model."""
    n_clusters = getattr(model, "n_clusters_", 0)  # of a tree
    code = _code_of(model)
    n_numbers = model.n_features_in_ if code is None else code.is_category.count(False)
    check_state(
        "the facts about its data", _FACTS, facts, {"n_features_in_": model.n_features_in_, "n_clusters_": n_clusters}
    )
    if scaler is not None and (not isinstance(scaler, Scaler) or vars(scaler).get("n_features_in_") != n_numbers):
        raise ValueError("it has a scaler of other columns")
    if len(set(facts["columns"])) < len(facts["columns"]) or set(facts["columns"]) - set(facts["all_columns"]):
        raise ValueError("its columns are not all in all_columns")
    if facts["missing"] == ("keep" if code is None else "median") or (code is not None) != (facts["medians"] is None):
        raise ValueError("what it says about missing values does not go with its model")
    if (facts["numbers"] is not None) != bool(n_clusters) or (
        n_clusters and not np.array_equal(np.sort(facts["numbers"]), np.arange(n_clusters))
    ):
        raise ValueError("its numbers do not number the clusters")
    n_typical = 0 if facts["typical"] is None else len(facts["typical"])
    if bool(n_typical) != (isinstance(model, CenterClusterer) and code is None):
        raise ValueError("it has no typical rows, or a model that does not need them")
