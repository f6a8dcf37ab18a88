# SPDX-License-Identifier: BSD-3-Clause
"""k-means: the public wrapper (a first version)."""
import numpy as np

from . import _lloyd


class KMeans:
    def __init__(self, n_clusters=8, *, init="k-means++", n_init="auto", max_iter=300, tol=1e-4, verbose=0,
                 random_state=None, copy_x=True, algorithm="lloyd", n_jobs=None):
        self.n_clusters, self.init, self.n_init, self.max_iter, self.tol = n_clusters, init, n_init, max_iter, tol
        self.verbose, self.random_state, self.copy_x, self.algorithm = verbose, random_state, copy_x, algorithm
        self.n_jobs = n_jobs

    def fit(self, X, y=None, sample_weight=None, callback=None):
        X = np.ascontiguousarray(X, dtype=np.result_type(np.asarray(X).dtype, np.float32))
        data = _lloyd.Data(X, sample_weight, 1)
        rng = np.random.RandomState(self.random_state)
        init = self.init
        if isinstance(init, str):
            rows = _lloyd.seed(data, self.n_clusters, rng, None) if init == "k-means++" else rng.choice(
                len(X), self.n_clusters, replace=False)
            init = X[rows]
        self.labels_, self.inertia_, self.cluster_centers_, self.n_iter_, _ = _lloyd.iterate(
            data, np.array(init, dtype=np.float64), self.max_iter, self.tol * data.variance.mean(), self.verbose)
        self.n_features_in_ = X.shape[1]
        return self

    def fit_predict(self, X, y=None, sample_weight=None):
        return self.fit(X, sample_weight=sample_weight).labels_

    def predict(self, X):
        return _lloyd.nearest(np.ascontiguousarray(X, self.cluster_centers_.dtype), self.cluster_centers_, 1)[0]

    def transform(self, X):
        return _lloyd.distances(np.ascontiguousarray(X, self.cluster_centers_.dtype), self.cluster_centers_, 1)

    def score(self, X, y=None, sample_weight=None):
        X = np.ascontiguousarray(X, self.cluster_centers_.dtype)
        return -_lloyd.nearest(X, self.cluster_centers_, 1, sample_weight, True)[1]
