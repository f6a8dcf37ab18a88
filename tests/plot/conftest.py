"""Axes to draw on, and what is drawn by several."""

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _figures_are_closed():
    import matplotlib.pyplot

    matplotlib.use("Agg")
    yield
    matplotlib.pyplot.close("all")


@pytest.fixture
def ax():
    from matplotlib.figure import Figure

    return Figure().add_subplot()


def few_clusters(X, labels):
    return -float(labels.max())


@pytest.fixture(scope="session")
def swept():
    from coterie import DBSCAN, KMeans, selection

    X = np.concatenate([np.random.default_rng(1).normal(center, 1, (25, 2)) for center in (0, 8, 16)])
    return (
        selection.sweep(KMeans(random_state=0), X, {"n_clusters": range(2, 7)}, stability=3, random_state=0),
        selection.sweep(
            DBSCAN(), X, {"eps": [0.5, 1.0, 1.5, 2.0], "min_samples": [3, 5]}, scores=["silhouette", few_clusters]
        ),
    )
