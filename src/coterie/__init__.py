# SPDX-License-Identifier: BSD-3-Clause
"""Find clusters in tables of numbers; compare, explain and draw them. Only numpy is required.

>>> import coterie
>>> X = [[1.0, 2.0], [1.5, 1.8], [8.0, 9.0], [8.2, 9.4]]
>>> labels = coterie.KMeans(n_clusters=2, random_state=0).fit_predict(X)
>>> bool(labels[0] == labels[1] != labels[2])
True

================  ==================================================================================
`kmeans`          `KMeans`; `BisectingKMeans`, `SphericalKMeans`, `KMedians`, `SizeConstrainedKMeans`
`kmedoids`        `KMedoids`: rows that stand for the others, by any distance
`kmodes`          `KModes` and `KPrototypes`: categories, and tables of numbers and categories
`density`         `DBSCAN`, `HDBSCAN` and `OPTICS`, with scikit-learn's names
`hierarchy`       `AgglomerativeClustering`, `DivisiveClustering`, and ``scipy.cluster.hierarchy``
`selection`       how many clusters to look for, which ``eps``, and sweeps over any parameters
`explain`         what sets each cluster apart, in words; how new rows differ; `outlier_scores`
`plot`            pictures, with matplotlib
`scores`          how good a clustering is, how similar two are; also `compare` and `align_labels`
`report`          `write_report`: a page about the groups in a table, to open in a browser
`column_kinds`    what each column of a table is: amounts, counts, categories, dates ...
`scaling`         makes columns comparable
`distances`       distances between rows; `neighbors` finds the nearest rows
`spanning_trees`  the edges that join all rows and weigh least
`load`            reads a model that its method ``save`` wrote
`num_threads`     limits the threads; `progress` reports how far the work is, and can stop it
`api`             the same from C, C++ and Cython
================  ==================================================================================

``help(coterie.KMeans)`` explains a name. In a shell, ``coterie --help`` lists the commands for files.
"""

# Threads that use names first at the same time import this one at the same time, and Python 3.13 shows it half made.
import collections.abc

del collections

__version__ = "0.1.0.dev0"  # the one place: pyproject.toml and the docs read it from here

TYPE_CHECKING = False  # type checkers and editors take it for true; `_HOMES` says the same to Python
if TYPE_CHECKING:
    from . import api as api
    from . import density as density
    from . import distances as distances
    from . import explain as explain
    from . import hierarchy as hierarchy
    from . import kmeans as kmeans
    from . import kmedoids as kmedoids
    from . import kmodes as kmodes
    from . import neighbors as neighbors
    from . import plot as plot
    from . import report as report
    from . import scaling as scaling
    from . import scores as scores
    from . import selection as selection
    from . import spanning_trees as spanning_trees
    from ._base.exceptions import ClusteringWarning, ConvergenceWarning, FeatureScaleWarning, NotFittedError
    from ._base.model_files import load
    from ._base.tables.kinds import ColumnKind, ColumnKinds, column_kinds
    from ._runtime.progress import Cancelled, progress
    from ._runtime.threads import get_num_threads, num_threads, set_num_threads
    from .density import DBSCAN, HDBSCAN, OPTICS, cluster_optics_dbscan, cluster_optics_xi, compute_optics_graph, dbscan
    from .explain import outlier_scores
    from .hierarchy import AgglomerativeClustering, DivisiveClustering
    from .kmeans import (
        BisectingKMeans,
        KMeans,
        KMedians,
        MiniBatchKMeans,
        SizeConstrainedKMeans,
        SphericalKMeans,
        k_means,
        kmeans_plusplus,
    )
    from .kmedoids import KMedoids
    from .kmodes import KModes, KPrototypes
    from .report import write_report
    from .scores import Comparison, align_labels, compare, relabel

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "OPTICS",
    "AgglomerativeClustering",
    "BisectingKMeans",
    "Cancelled",
    "ClusteringWarning",
    "ColumnKind",
    "ColumnKinds",
    "Comparison",
    "ConvergenceWarning",
    "DivisiveClustering",
    "FeatureScaleWarning",
    "KMeans",
    "KMedians",
    "KMedoids",
    "KModes",
    "KPrototypes",
    "MiniBatchKMeans",
    "NotFittedError",
    "SizeConstrainedKMeans",
    "SphericalKMeans",
    "align_labels",
    "cluster_optics_dbscan",
    "cluster_optics_xi",
    "column_kinds",
    "compare",
    "compute_optics_graph",
    "dbscan",
    "get_include",
    "get_num_threads",
    "k_means",
    "kmeans_plusplus",
    "load",
    "num_threads",
    "outlier_scores",
    "progress",
    "relabel",
    "set_num_threads",
    "write_report",
]

# What is loaded when it is first used: most programs need little of it.
_MODULES = (
    "api",
    "density",
    "distances",
    "explain",
    "hierarchy",
    "kmeans",
    "kmedoids",
    "kmodes",
    "neighbors",
    "plot",
    "report",
    "scaling",
    "scores",
    "selection",
    "spanning_trees",
)
_HOMES = {
    "_base.exceptions": ("ClusteringWarning", "ConvergenceWarning", "FeatureScaleWarning", "NotFittedError"),
    "_base.tables.kinds": ("ColumnKind", "ColumnKinds", "column_kinds"),
    "_base.model_files": ("load",),
    "_runtime.progress": ("Cancelled", "progress"),
    "_runtime.threads": ("get_num_threads", "num_threads", "set_num_threads"),
    "density": (
        "DBSCAN",
        "HDBSCAN",
        "OPTICS",
        "cluster_optics_dbscan",
        "cluster_optics_xi",
        "compute_optics_graph",
        "dbscan",
    ),
    "explain": ("outlier_scores",),
    "hierarchy": ("AgglomerativeClustering", "DivisiveClustering"),
    "kmeans": (
        "BisectingKMeans",
        "KMeans",
        "KMedians",
        "MiniBatchKMeans",
        "SizeConstrainedKMeans",
        "SphericalKMeans",
        "k_means",
        "kmeans_plusplus",
    ),
    "kmedoids": ("KMedoids",),
    "kmodes": ("KModes", "KPrototypes"),
    "report": ("write_report",),
    "scores": ("Comparison", "align_labels", "compare", "relabel"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")  # which sets the attribute
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES} - {"TYPE_CHECKING"})


def get_include() -> str:
    """Return the folder of ``coterie.h``, for the compiler's option ``-I``.

    Returns
    -------
    str

    Examples
    --------
    >>> import coterie, pathlib
    >>> (pathlib.Path(coterie.get_include()) / "coterie.h").exists()
    True
    """
    from pathlib import Path

    return str(Path(__file__).parent / "include")
