# SPDX-License-Identifier: BSD-3-Clause
"""`MiniBatchKMeans`: centers from small batches of rows, drawn at random or as they come in."""

from __future__ import annotations

import math
import operator
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_weights
from .._base.estimator import UNCHANGED
from .._base.parameters import BOOL, NONE, check_n_clusters, integer, real
from .._base.random_state import as_random_state
from .._base.state import ABSENT, Array
from .._base.warnings import warn
from .._runtime import progress, threads
from . import _assignment
from ._batches import Batches
from ._clusterer import LloydClusterer
from ._data import divided
from ._draws import Smoothed, draws
from ._running import RunningCenters
from ._sparse_rows import taken
from ._starts import read_init, starting_centers
from ._stream import Cutter, Stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from .._runtime.progress import Callback
    from ._batches import Batch, Given
    from ._data import Data
    from ._starts import Init

_STAGE = "mini-batches"
_TRIALS = 4  # times as many rows as `KMeans` draws for each center: among few rows they are cheap, and centers better
_KEY_WORDS = 624  # of the state of a RandomState, beside the place in them


class MiniBatchKMeans(LloydClusterer):
    """k-means by small batches: centers that are nearly as good as those of `KMeans`, from a part of the work.

    A step takes a batch of rows, finds the nearest center of each, and moves each center to the mean of all rows that
    it got so far. `fit` draws batches from data in memory, `fit_batches` takes them from rows that are read once, and
    `partial_fit` takes one batch. Parameters, attributes and messages are those of
    ``sklearn.cluster.MiniBatchKMeans``, and so are the results from the same starting centers with the same seed.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and centers, at least 1 and at most the number of rows.

    init : {'k-means++', 'k-means||', 'random'}, callable, array-like or fitted model, default='k-means++'
        Where the centers start, as for `KMeans`, but in a sample of `init_size` rows. For each center, 'k-means++'
        draws four times as many rows, of which it takes the best one.

    max_iter : int, default=100
        `fit` draws at most `max_iter` times as many rows as there are.

    batch_size : int, default=1024
        Rows of a batch, but never more than there are. `partial_fit` takes batches of any size.

    verbose : int, default=0
        Print the progress.

    compute_labels : bool, default=True
        Find `labels_` and `inertia_` of all rows after the last step of `fit`, and of the rows of `partial_fit`.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for the start, for the batches of `fit` and for rows that become centers. With an int, each
        fit gives the same result. None uses numpy's global state.

    tol : float, default=0.0
        `fit` ends when the sum of the squared moves of the centers in a step is at most `tol` times the mean variance
        of the columns. With 0, this does not end it.

    max_no_improvement : int or None, default=10
        `fit` ends after so many steps in which the smoothed inertia of the batches did not reach a new minimum. With
        None, this does not end it.

    init_size : int or None, default=None
        Rows of the sample in which the centers start. None means 3 * batch_size, or 3 * n_clusters if that would be
        fewer than `n_clusters`. Never more than there are.

    n_init : 'auto' or int, default='auto'
        Number of starts; the one with the lowest inertia in a sample is kept. 'auto' means 3 for 'random' and a
        callable, and 1 for the others. `partial_fit` makes one.

    reassignment_ratio : float, default=0.01
        Centers whose rows weigh less than this part of those of the heaviest center are rare. Each 10 * n_clusters
        rows, and as long as a center has no rows, rare centers move to rows of the batch, drawn at random. With 0, they
        stay.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The centers: float32 if the data are float32, otherwise float64.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the nearest center of each row of `fit`, or of the last `partial_fit`: the same as ``predict(X)``. Not
        there after `fit_batches`, which keeps nothing for each row, or with ``compute_labels=False``; use `predict`.

    inertia_ : float
        Sum of the squared distances of the rows of `labels_` to their nearest center, times their weights; infinite or
        0 if float64 cannot hold the sum. After `fit_batches`, each row counts with its distance to the centers when it
        was read. After `fit` with ``compute_labels=False``, an estimate: the smoothed inertia of the batches. Not there
        if there was nothing but `partial_fit` with ``compute_labels=False``.

    n_iter_ : int
        How many times as many rows as there are were drawn by `fit`, rounded up; 1 after `fit_batches`.

    n_steps_ : int
        Number of batches.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KMeans : Slower, and better: each iteration looks at all rows. `KMeans.fit_batches` reads them in passes.

    Notes
    -----
    A step takes O(batch_size * n_clusters * n_features) time, however many rows there are. Memory beyond the data is
    O(batch_size * n_features + n_clusters * n_features), 4 bytes a row for `labels_`, and 8 where rows have weights.

    `fit` draws rows with replacement, with probabilities in proportion to their weights; in a batch each one counts
    once. In `partial_fit` and `fit_batches`, rows count with their weights.

    A center is not the mean of the rows of `labels_`: rows were given to it while it was elsewhere. A few iterations of
    ``KMeans(n_clusters, init=model)`` bring it there. Some clusters may be empty, above all with duplicate rows.

    Sparse rows are never made dense; the centers are. A step takes O(stored * n_clusters + n_clusters * n_features)
    time for the numbers that are stored of a batch: with many features, take large batches. `fit_batches` takes batches
    that are all sparse, or all dense.

    Distances, ties and numbers of any size are treated as by `KMeans`. Centers are computed in float64. On one machine,
    the results are the same bits for any number of threads.

    References
    ----------
    .. [1] D. Sculley, "Web-scale k-means clustering", Proceedings of the 19th international conference on World Wide
       Web (2010) 1177-1178. :doi:`10.1145/1772690.1772862`

    Examples
    --------
    >>> from coterie import MiniBatchKMeans
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]]
    >>> model = MiniBatchKMeans(n_clusters=2, batch_size=6, random_state=0).fit(X)
    >>> model.labels_
    array([1, 1, 1, 0, 0, 0], dtype=int32)
    >>> model.predict([[0, 0], [12, 3]])
    array([1, 0], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        **LloydClusterer._rules,
        "batch_size": (integer(1),),
        "compute_labels": BOOL,
        "max_no_improvement": (integer(0), NONE),
        "init_size": (integer(1), NONE),
        "reassignment_ratio": (real(0),),
    }
    _state = {
        **LloydClusterer._state,
        **{
            name: (*LloydClusterer._state[name], ABSENT)  # of some of the ways to fit
            for name in ("labels_", "inertia_", "n_iter_")
        },
        "n_steps_": (integer(1),),
        "_counts": (Array((np.float64,), ("_n_features_out",), low=0),),
        "_n_since": (integer(0),),
        "_batch_size": (integer(1),),
        "_init_size": (integer(1),),
        "_stream": (Array((np.uint32,), (_KEY_WORDS + 1,)), ABSENT),
    }
    _takes_sparse = True
    _metadata = {**LloydClusterer._metadata, "partial_fit": ("sample_weight",)}

    n_steps_: int
    _counts: NDArray[np.float64]  # see RunningCenters
    _n_since: int
    _batch_size: int  # `batch_size`, but not more than the rows of the first batch
    _init_size: int
    _n_init: int
    _stream: NDArray[np.uint32]  # with a seed, where the random numbers of the next `partial_fit` begin

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Init = "k-means++",
        max_iter: int = 100,
        batch_size: int = 1024,
        verbose: int = 0,
        compute_labels: bool = True,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        tol: float = 0.0,
        max_no_improvement: int | None = 10,
        init_size: int | None = None,
        n_init: int | str = "auto",
        reassignment_ratio: float = 0.01,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.verbose = verbose
        self.compute_labels = compute_labels
        self.random_state = random_state
        self.tol = tol
        self.max_no_improvement = max_no_improvement
        self.init_size = init_size
        self.n_init = n_init
        self.reassignment_ratio = reassignment_ratio
        self.n_jobs = n_jobs

    # --- data in memory

    def fit(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, callback: Callback | None = None
    ) -> Self:
        """Find the centers by batches that are drawn from the rows.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            The data; not modified. float32 stays float32; all other types become float64.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How likely each row is to be drawn, and how much it counts in `inertia_`: not negative, not all zero. None
            counts each row once. Starting centers that are an array or come from a callable do not depend on it.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work, and with ``inertia=``, too, if that is the name
            of one of its parameters: an estimate from the batches so far, or None before the first one. If it returns
            False, the fit is given up. If it raises StopIteration, the fit ends after the step that is under way, with
            the centers as they are then.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range, there are fewer rows than clusters, or the data are not a finite, real,
            two-dimensional table with at least one column. Or the numbers in the data, the weights or the starting
            centers are too far apart for float64.
        TypeError
            The data hold objects that are not numbers.
        Cancelled
            `callback` returned False, or raised StopIteration before the first step was done.

        Warns
        -----
        FeatureScaleWarning
            One feature holds 95% of the variance or more.
        RuntimeWarning
            `init_size` is less than `n_clusters`.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        X, seen = self._read(X)
        n = len(X)
        check_n_clusters(n, self.n_clusters)
        weights = as_weights(sample_weight, n)
        n_init, batch_size = self._count_runs(at_random=3), min(self.batch_size, n)
        init_size = self._sample_size(batch_size, n)
        random_state = as_random_state(self.random_state)

        with progress.reported_to(callback):
            data = self._prepare(X, weights, threads.resolve_n_jobs(self.n_jobs))
            self._warn_of_rows(data, seen)
            centers = self._best_start(X, weights, data, n_init, init_size, random_state)
            running = self._running(divided(data, centers), batch_size, random_state)
            n_steps, smoothed = self._draw_batches(data, running, random_state)
            rounded = running.centers.astype(X.dtype)
            inertia = smoothed * _total(data)
            found: dict[str, object] = {}
            if self.compute_labels:
                centers = rounded.astype(np.float64)
                labels = found["labels_"] = _assignment.nearest(data.X, centers, data.n_threads)
                inertia = _assignment.sum_of_squares(data.X, data.weight, centers, labels, data.n_threads)
        self._become(
            cluster_centers_=power_of_two.multiplied(rounded, data.exponent),
            inertia_=power_of_two.times(inertia, data.inertia_exponent),
            n_iter_=-(-n_steps * batch_size // n),
            n_steps_=n_steps,
            _n_init=n_init,
            _init_size=init_size,
            **_kept(running),
            **found,
            **seen,
        )
        return self

    def fit_predict(  # type: ignore[override]  # what fit takes, by name
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, callback: Callback | None = None
    ) -> NDArray[np.int32]:
        """Find the centers and return the labels, also with ``compute_labels=False``. See `fit` for all else.

        Returns
        -------
        ndarray of shape (n_samples,), int32
        """
        self.fit(X, y, sample_weight, callback)
        return self.labels_ if self.compute_labels else self.predict(X)

    # --- data that come in batches

    def partial_fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Let the centers follow one more batch; those of the first one start in it.

        It goes on from what `fit`, `fit_batches` or `partial_fit` left.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            The batch, with the same columns each time; the first one has `n_clusters` rows at least. Not modified.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts: not negative, and in the first batch not all zero.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            For the same reasons as `fit`, if the number or names of the columns differ, or if the weights of all
            batches add up to more than float64 holds.

        Notes
        -----
        Centers are rounded to the type of the data after each batch. They are float32 only if all batches were.
        """
        self._check_parameters()
        fitted = self.__sklearn_is_fitted__()
        if fitted:
            X = self._read_more(X)
            weights = as_weights(sample_weight, len(X), may_be_zero=True)
            names = ("n_features_in_", "feature_names_in_", "n_iter_", "_n_init", "_init_size")
            more = {name: self.__dict__[name] for name in names if name in self.__dict__}
            random_state = self._go_on()
            dtype = np.result_type(X.dtype, self.cluster_centers_.dtype)
            centers, counts = self.cluster_centers_.astype(np.float64), self._counts.copy()
            running = self._running(centers, self._batch_size, random_state, counts, self._n_since)
        else:
            X, more = self._read(X)
            check_n_clusters(len(X), self.n_clusters)
            weights = as_weights(sample_weight, len(X))
            more["_n_init"] = self._count_runs(at_random=3)
            batch_size = min(self.batch_size, len(X))
            more["_init_size"] = self._sample_size(batch_size, len(X))
            random_state, dtype = as_random_state(self.random_state), X.dtype
            self._warn_of_rows(self._prepare(X, weights, threads.resolve_n_jobs(self.n_jobs)), more)
            centers = self._start_in_sample(X, weights, more["_init_size"], random_state)
            running = self._running(centers, batch_size, random_state)
        running.follow(X, weights)
        rounded = running.centers.astype(dtype)
        if self.compute_labels:
            labels = more["labels_"] = _assignment.nearest(X, rounded, running.n_threads)
            more["inertia_"] = _assignment.inertia(X, weights, rounded, labels, running.n_threads)
        if isinstance(self.random_state, Integral):
            _, key, place, *_ = random_state.get_state(legacy=True)
            more["_stream"] = np.append(key, np.uint32(place)).astype(np.uint32)
        self._become(cluster_centers_=rounded, n_steps_=(self.n_steps_ if fitted else 0) + 1, **_kept(running), **more)
        return self

    def fit_batches(self, batches: Given, callback: Callback | None = None) -> Self:
        """Find the centers of rows that come in batches, which are read once.

        The centers start in the first `init_size` rows. They follow these and then all others, `batch_size` rows at a
        time, whatever the sizes of the given batches. Memory is that of a given batch, and of `init_size` rows.

        Parameters
        ----------
        batches : iterable or callable
            Gives the batches: a generator, a list, any iterable, or a callable that returns one. Each batch is rows, as
            `fit` takes them, or a tuple (rows, weights) with weights as `fit` takes them. All batches have the same
            columns. Rows of weight 0 count as if they were not there.

        callback : callable, default=None
            As in `fit`, after each of the given batches; `done` is their number, and `total` is the same where their
            number is not known.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            `fit` would not accept the rows, or their columns differ between batches; the message names the batch. Or
            there are fewer rows than clusters, or the weights add up to more than float64 holds.
        Cancelled
            As in `fit`.

        Warns
        -----
        FeatureScaleWarning
            One feature holds 95% of the variance of the first rows or more.
        RuntimeWarning
            `init_size` is less than `n_clusters`.

        See Also
        --------
        KMeans.fit_batches : The exact result, in several passes.

        Notes
        -----
        Results do not depend on where a batch ends. They do depend on the order of the rows: rows sorted by time or
        place pull the centers along, and the first ones decide where the centers start. Mix the rows if you can.

        `max_iter`, `tol`, `max_no_improvement` and `compute_labels` have no effect. There are no `labels_` afterwards;
        read the batches again, and `predict` each one.

        Examples
        --------
        >>> import numpy as np
        >>> from coterie import MiniBatchKMeans
        >>> rng = np.random.default_rng(0)
        >>> stream = (rng.normal(size=(500, 2)) + 9 * rng.integers(2, size=(500, 1)) for _ in range(20))
        >>> model = MiniBatchKMeans(n_clusters=2, random_state=0).fit_batches(stream)
        >>> np.sort(model.cluster_centers_[:, 0]).round()
        array([0., 9.])
        """
        self._check_parameters()
        read = Batches(batches, self)
        random_state, n_init = as_random_state(self.random_state), self._count_runs(at_random=3)
        stream = Stream(lambda batch: self._start_stream(batch, read.seen or {}, n_init, random_state))
        cutter = Cutter(self._sample_size(self.batch_size, None), self.batch_size)
        n_known = operator.length_hint(batches, 0) if hasattr(batches, "__len__") else 0
        with progress.reported_to(callback):
            try:
                for done, batch in enumerate(read, 1):
                    for part in cutter.cut(batch):
                        stream.take(part)
                    progress.report(_STAGE, done, max(done, n_known), stream.inertia)
            except progress.Stopped:
                if stream.running is None:
                    raise
            else:
                for part in cutter.rest():
                    stream.take(part)
        running = stream.running
        if running is None:
            raise ValueError("There are no rows with weight: all weights are 0.")
        assert read.seen is not None and stream.inertia is not None  # there was a batch
        self._become(
            cluster_centers_=running.centers.astype(read.dtype),
            inertia_=stream.inertia,
            n_iter_=1,
            n_steps_=stream.n_steps,
            _n_init=n_init,
            _init_size=stream.init_size,
            **_kept(running),
            **read.seen,
        )
        return self

    def set_partial_fit_request(self, *, sample_weight: bool | str | None = UNCHANGED) -> Self:
        """Say whether scikit-learn's metadata routing passes `sample_weight` to `partial_fit`; see `set_fit_request`.

        Parameters
        ----------
        sample_weight : bool, str or None
            As in `set_fit_request`.

        Returns
        -------
        self
        """
        return self._set_request("partial_fit", sample_weight=sample_weight)

    # --- a fitted model

    def _distance_to_centers(self) -> float:
        return super()._distance_to_centers() if "labels_" in self.__dict__ else math.nan

    def _check_relations(self) -> None:
        stream = self.__dict__.get("_stream")
        if stream is not None and stream[-1] > _KEY_WORDS:
            raise ValueError("_stream should end with a place in the words before")

    # --- the steps of a fit

    def _sample_size(self, batch_size: int, n_samples: int | None) -> int:
        """Rows of the sample in which centers start; `n_samples` is None if it is not known yet."""
        size = self.init_size
        if size is None:
            size = 3 * batch_size
            if size < self.n_clusters:
                size = 3 * self.n_clusters
        elif size < self.n_clusters:
            warn(
                f"init_size={size} should be larger than n_clusters={self.n_clusters}. "
                "Setting it to min(3*n_clusters, n_samples)",
                RuntimeWarning,
            )
            size = 3 * self.n_clusters
        return size if n_samples is None else min(size, n_samples)

    def _best_start(
        self,
        X: NDArray[Any],
        weights: NDArray[np.float64] | None,
        data: Data,
        n_init: int,
        init_size: int,
        random_state: np.random.RandomState,
    ) -> NDArray[np.float64]:
        """Of `n_init` starts, the one with the lowest inertia of some rows; in the units of `X`."""
        # They are drawn even if there is one start: so the random numbers that follow are those of scikit-learn.
        some = random_state.randint(0, len(X), init_size)
        best, lowest = None, math.inf
        for i in range(n_init):
            if self.verbose:
                print(f"Init {i + 1}/{n_init} with method {self.init}")
            centers = self._start_in_sample(X, weights, init_size, random_state)
            if n_init == 1 and not self.verbose:
                return centers
            rows, place = taken(data.X, some), np.array(divided(data, centers), dtype=np.float64, order="C")
            weight = data.weight[some] if len(data.weight) else data.weight
            labels = _assignment.nearest(rows, place, data.n_threads)
            inertia = _assignment.sum_of_squares(rows, weight, place, labels, data.n_threads)
            if self.verbose:
                shown = power_of_two.times(inertia, data.inertia_exponent)
                print(f"Inertia for init {i + 1}/{n_init}: {shown}")
            if best is None or inertia < lowest:
                best, lowest = centers, inertia
        assert best is not None  # n_init is at least 1
        return best

    def _start_stream(
        self, batch: Batch, seen: dict[str, Any], n_init: int, random_state: np.random.RandomState
    ) -> RunningCenters:
        """Centers that start in the first rows of a stream, which `seen` describes."""
        X, weights = batch
        check_n_clusters(len(X), self.n_clusters)
        data = self._prepare(X, weights, threads.resolve_n_jobs(self.n_jobs))
        self._warn_of_rows(data, seen)
        centers = self._best_start(X, weights, data, n_init, len(X), random_state)
        return self._running(centers, self.batch_size, random_state)

    def _start_in_sample(
        self, X: NDArray[Any], weights: NDArray[np.float64] | None, init_size: int, random_state: np.random.RandomState
    ) -> NDArray[np.float64]:
        """Centers that start in some of the rows.

        These are drawn without regard to their weights, unless that gives too few with weight.
        """
        init = read_init(self.init, X, self.n_clusters)
        if init_size < len(X):
            rows = random_state.randint(0, len(X), init_size)
            if isinstance(init, str) and weights is not None and np.count_nonzero(weights[rows]) < self.n_clusters:
                possible = np.flatnonzero(weights)
                rows = possible[random_state.randint(0, len(possible), init_size)]
            X, weights = taken(X, rows), None if weights is None else weights[rows]
        data = self._prepare(X, weights, threads.resolve_n_jobs(self.n_jobs))
        n_trials = _TRIALS * (2 + int(math.log(self.n_clusters)))
        return starting_centers(X, self.n_clusters, init, random_state, weights, data, n_trials)

    def _running(
        self,
        centers: NDArray[Any],
        batch_size: int,
        random_state: np.random.RandomState,
        counts: NDArray[np.float64] | None = None,
        n_since: int = 0,
    ) -> RunningCenters:
        return RunningCenters(
            np.array(centers, dtype=np.float64, order="C"),
            np.zeros(len(centers)) if counts is None else counts,
            n_since,
            batch_size=batch_size,
            reassignment_ratio=float(self.reassignment_ratio),
            random_state=random_state,
            n_threads=threads.resolve_n_jobs(self.n_jobs),
            verbose=bool(self.verbose),
        )

    def _draw_batches(
        self, data: Data, running: RunningCenters, random_state: np.random.RandomState
    ) -> tuple[int, float]:
        """Let the centers follow batches until they are good enough.

        Returns how many there were, and the smoothed inertia of a row.
        """
        n, size = len(data.X), running.batch_size
        n_steps = self.max_iter * n // size
        tolerance = self.tol * self._squared_spread(data)
        smoothed = Smoothed(min(1.0, 2.0 * size / (n + 1)))
        draw = draws(data.weight, n, size, random_state)
        space = np.empty((0 if data.is_sparse else size, data.X.shape[1]), dtype=data.X.dtype)
        before = running.centers.copy()
        inertia: float | None = None
        step = 0
        while step < n_steps:
            try:
                progress.report(_STAGE, step, n_steps, inertia)
            except progress.Stopped:
                if step == 0:
                    raise
                break
            rows = draw()
            # Into the same memory each time, where rows are not sparse; the other modes copy.
            batch = taken(data.X, rows) if data.is_sparse else data.X.take(rows, axis=0, out=space, mode="clip")
            if tolerance > 0:
                before[:] = running.centers
            mean = running.follow(batch, None) / size
            step += 1
            smoothed.add(mean, is_first=step == 1)
            if progress.inertia_is_asked_for():
                inertia = power_of_two.times(smoothed.mean * _total(data), data.inertia_exponent)
            if self.verbose:
                self._print_step(step, n_steps, mean, smoothed.mean, 2 * data.exponent)
            if step > 1 and self._is_done(tolerance, running.centers, before, smoothed, f"{step}/{n_steps}"):
                break
        return step, smoothed.mean

    def _is_done(
        self, tolerance: float, centers: NDArray[np.float64], before: NDArray[np.float64], smoothed: Smoothed, step: str
    ) -> bool:
        why = None
        if tolerance > 0 and float(np.square(centers - before).sum()) <= tolerance:
            why = "small centers change"
        elif self.max_no_improvement is not None and smoothed.n_without >= self.max_no_improvement:
            why = "lack of improvement in inertia"
        if why and self.verbose:
            print(f"Converged ({why}) at step {step}")
        return why is not None

    def _print_step(self, step: int, n_steps: int, mean: float, smoothed: float, exponent: int) -> None:
        mean, smoothed = (power_of_two.times(each, exponent) for each in (mean, smoothed))
        more = f", ewa inertia: {smoothed}" if step > 1 else ""
        print(f"Minibatch step {step}/{n_steps}: mean batch inertia: {mean}{more}")

    def _go_on(self) -> np.random.RandomState:
        """Random numbers from where the last `partial_fit` left them."""
        random_state, stream = as_random_state(self.random_state), self.__dict__.get("_stream")
        if stream is not None and isinstance(self.random_state, Integral):
            random_state.set_state(("MT19937", stream[:_KEY_WORDS], int(stream[_KEY_WORDS])))
        return random_state


def _total(data: Data) -> float:
    return float(data.weight.sum()) if len(data.weight) else float(len(data.X))


def _kept(running: RunningCenters) -> dict[str, object]:
    """What a fitted model keeps of its centers, beside themselves."""
    return {
        "_n_features_out": len(running.centers),
        "_counts": running.counts,
        "_n_since": running.n_since,
        "_batch_size": running.batch_size,
    }
