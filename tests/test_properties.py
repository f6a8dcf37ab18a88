"""What must hold for any data: properties of k-means and of linkage on data that hypothesis makes up."""

import numpy as np
import pytest
from reference import kmeans as reference
from reference import linkage as trees

from coterie import KMeans
from coterie.distances import pdist
from coterie.hierarchy import linkage

hypothesis = pytest.importorskip("hypothesis")
numpy_strategies = pytest.importorskip("hypothesis.extra.numpy")
st = hypothesis.strategies

pytestmark = pytest.mark.filterwarnings("ignore:Number of distinct clusters", "ignore:algorithm='elkan'")
some_examples = hypothesis.settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)  # `path` may stay as it is


@st.composite
def in_general_position(draw, dtypes=(np.float32, np.float64)):
    """Data without ties, starting centers that are rows of it, and weights or None."""
    n, d = draw(st.integers(1, 200)), draw(st.integers(1, 10))
    rng = np.random.RandomState(draw(st.integers(0, 2**32 - 1)))
    size, offset = draw(st.sampled_from([1e-6, 1.0, 1e6])), draw(st.sampled_from([0.0, 1.0, -1e3]))
    X = ((rng.normal(size=(n, d)) + offset) * size).astype(draw(st.sampled_from(dtypes)))
    X = rng.permutation(np.unique(X, axis=0))
    weight = rng.randint(1, 5, size=len(X)).astype(float) if draw(st.booleans()) else None
    k = draw(st.integers(1, min(len(X), 20)))
    return X, X[rng.choice(len(X), size=k, replace=False)], weight


@st.composite
def with_ties(draw):
    """Small integers: rows repeated, points in the middle between centers, constant columns."""
    n, d = draw(st.integers(1, 40)), draw(st.integers(1, 3))
    values = st.integers(-draw(st.integers(0, 9)), draw(st.integers(0, 9)))
    X = draw(numpy_strategies.arrays(np.float64, (n, d), elements=values.map(float)))
    distinct = np.unique(X, axis=0)
    weight = draw(numpy_strategies.arrays(np.float64, n, elements=st.sampled_from([0.5, 1.0, 3.0])) | st.none())
    centers = distinct[draw(st.permutations(range(len(distinct))))]
    return X, centers[: draw(st.integers(1, len(distinct)))], weight


anything = in_general_position() | with_ties()


def fit(X, centers, weight=None, **params):
    params = {"max_iter": 300, "tol": 0, **params}
    return KMeans(len(centers), init=centers, n_init=1, **params).fit(X, sample_weight=weight)


def assert_close(X, actual, desired):
    """To the rounding error of numbers of the size of the data."""
    eps = np.finfo(X.dtype).eps
    np.testing.assert_allclose(actual, desired, rtol=0, atol=8 * eps * np.abs(X).max() + 1e-300)


@hypothesis.given(anything)
@some_examples
def test_each_row_is_nearest_to_its_own_center(path, problem):
    X, centers, weight = problem
    model = fit(X, centers, weight)
    rows = np.arange(len(X))
    assert reference.may_be_nearest(X, model.cluster_centers_)[rows, model.labels_].all()
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    distances = model.transform(X)
    own = distances[rows, model.labels_]
    assert (own <= distances.min(axis=1) * (1 + 4 * np.finfo(X.dtype).eps)).all()


@hypothesis.given(anything)
@some_examples
def test_centers_are_the_means_of_their_rows_once_it_has_converged(path, problem):
    X, centers, weight = problem
    model = fit(X, centers, weight)
    assert model.n_iter_ < 300
    for label, center in enumerate(model.cluster_centers_):
        own = model.labels_ == label
        if own.any():
            assert_close(
                X,
                center,
                np.average(X[own].astype(np.float64), axis=0, weights=None if weight is None else weight[own]),
            )


@hypothesis.given(anything)
@some_examples
def test_inertia_is_that_of_the_result_and_never_rises(path, problem):
    X, centers, weight = problem
    size = np.abs(X - X.mean(axis=0)).max() ** 2 * X.size
    last = np.inf
    for max_iter in (1, 2, 3, 5, 10, 300):
        model = fit(X, centers, weight, max_iter=max_iter)
        expected = reference.inertia(X, weight, model.cluster_centers_, model.labels_)
        np.testing.assert_allclose(model.inertia_, expected, rtol=1e-9, atol=1e-300)
        np.testing.assert_allclose(model.score(X, sample_weight=weight), -expected, rtol=1e-9, atol=1e-300)
        # Centers in float32 are not quite the means.
        assert model.inertia_ <= last * (1 + 1e-12) + size * np.finfo(X.dtype).eps ** 2 * 100
        last = model.inertia_


@hypothesis.given(in_general_position(), st.randoms(use_true_random=False))
@some_examples
def test_permuted_rows_have_permuted_labels(path, problem, random):
    X, centers, weight = problem
    order = random.sample(range(len(X)), len(X))
    one, other = fit(X, centers, weight), fit(X[order], centers, None if weight is None else weight[order])
    np.testing.assert_array_equal(one.labels_[order], other.labels_)
    assert one.n_iter_ == other.n_iter_
    assert_close(X, one.cluster_centers_, other.cluster_centers_)


@hypothesis.given(in_general_position(), st.randoms(use_true_random=False))
@some_examples
def test_permuted_centers_have_permuted_labels(path, problem, random):
    X, centers, weight = problem
    order = np.array(random.sample(range(len(centers)), len(centers)))
    one, other = fit(X, centers, weight), fit(X, centers[order], weight)
    np.testing.assert_array_equal(one.labels_, order[other.labels_])
    assert_close(X, one.cluster_centers_[order], other.cluster_centers_)


@hypothesis.given(in_general_position(), st.randoms(use_true_random=False))
@some_examples
def test_permuted_and_mirrored_columns_change_no_label(path, problem, random):
    X, centers, weight = problem
    d = X.shape[1]
    order, signs = random.sample(range(d), d), np.array(random.choices([-1, 1], k=d), dtype=X.dtype)
    one, other = fit(X, centers, weight), fit(X[:, order] * signs, centers[:, order] * signs, weight)
    np.testing.assert_array_equal(one.labels_, other.labels_)
    assert_close(X, one.cluster_centers_[:, order] * signs, other.cluster_centers_)


@hypothesis.given(in_general_position(dtypes=[np.float64]), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.booleans())
@some_examples
def test_shifted_and_scaled_data_move_the_centers_along(path, problem, shift, scale, mirror):
    X, centers, weight = problem
    scale, shift = -scale if mirror else scale, shift * np.abs(X).max()
    one, other = fit(X, centers, weight), fit(X * scale + shift, centers * scale + shift, weight)
    np.testing.assert_array_equal(one.labels_, other.labels_)
    rounded = np.abs(X * scale) + abs(shift)  # a shift may bring the data to zero, without the digits that this costs
    assert_close(rounded, one.cluster_centers_ * scale + shift, other.cluster_centers_)
    np.testing.assert_allclose(
        one.inertia_ * scale**2,
        other.inertia_,
        rtol=1e-6,
        atol=1e-26 * X.size * (np.abs(X).max() * abs(scale) + abs(shift)) ** 2,
    )


@hypothesis.given(in_general_position(), st.randoms(use_true_random=False))
@some_examples
def test_integer_weights_are_repetitions(path, problem, random):
    X, centers, _ = problem
    times = np.array(random.choices(range(1, 4), k=len(X)))
    one, other = fit(X, centers, times.astype(float)), fit(np.repeat(X, times, axis=0), centers)
    np.testing.assert_array_equal(np.repeat(one.labels_, times), other.labels_)
    assert one.n_iter_ == other.n_iter_
    assert_close(X, one.cluster_centers_, other.cluster_centers_)
    np.testing.assert_allclose(
        one.inertia_,
        other.inertia_,
        rtol=1e-5 if X.dtype == np.float32 else 1e-9,
        atol=X.size * (np.finfo(X.dtype).eps * np.abs(X).max()) ** 2,
    )


@hypothesis.given(in_general_position(), st.integers(1, 3))
@some_examples
def test_rows_of_weight_zero_do_not_move_centers(path, problem, n_more):
    X, centers, weight = problem
    weight = np.ones(len(X)) if weight is None else weight
    more = np.concatenate([X, X[: n_more * 5] * 1.5])
    one, other = fit(X, centers, weight), fit(more, centers, np.append(weight, np.zeros(len(more) - len(X))))
    np.testing.assert_array_equal(one.labels_, other.labels_[: len(X)])
    assert_close(more, one.cluster_centers_, other.cluster_centers_)


@hypothesis.given(in_general_position(dtypes=[np.float64]))
@some_examples
def test_more_threads_and_the_other_algorithm_change_no_bit(path, problem):
    X, centers, weight = problem
    one, other = fit(X, centers, weight, n_jobs=1), fit(X, centers, weight, n_jobs=3, algorithm="elkan")
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    assert one.inertia_ == other.inertia_ and one.n_iter_ == other.n_iter_


# ------------------------------------------------------------------------------------------- linkage

REDUCIBLE = ("single", "complete", "average", "weighted", "ward")
METHODS = (*REDUCIBLE, "centroid", "median")
few_examples = hypothesis.settings(some_examples, max_examples=25)  # on each path
points = in_general_position(dtypes=[np.float64]).map(lambda problem: problem[0]).filter(lambda X: len(X) > 1)
few_points = points.map(lambda X: X[:40])
grids = with_ties().map(lambda problem: problem[0]).filter(lambda X: len(X) > 1)


@hypothesis.given(few_points | grids, st.sampled_from(REDUCIBLE), st.booleans())
@few_examples
def test_heights_never_fall_and_cophenetic_distances_are_ultrametric(linkage_path, X, method, condensed):
    Z = linkage(pdist(X) if condensed else X, method)
    trees.assert_valid(Z)
    assert (np.diff(Z[:, 2]) >= 0).all()
    C = trees.cophenetic(Z)
    for row in C:
        assert (C <= np.maximum(row[:, None], row)).all()


@hypothesis.given(few_points | grids)
@few_examples
def test_cophenetic_distances_of_single_linkage_are_the_largest_ultrametric_below_the_distances(linkage_path, X):
    y = pdist(X)
    single, complete = (trees.condensed(trees.cophenetic(linkage(y, method))) for method in ("single", "complete"))
    assert (single <= y).all() and (y <= complete).all()
    np.testing.assert_array_equal(trees.condensed(trees.minimax_paths(y)), single)


@hypothesis.given(points, st.sampled_from(METHODS), st.booleans(), st.randoms(use_true_random=False))
@few_examples
def test_permuted_rows_have_the_same_clusters(linkage_path, X, method, condensed, random):
    order = np.array(random.sample(range(len(X)), len(X)))
    one, other = (linkage(pdist(data) if condensed else data, method) for data in (X, X[order]))
    np.testing.assert_allclose(one[:, 2], other[:, 2], rtol=1e-7)  # of numbers near to each other, far from 0
    found = [frozenset(order[list(cluster)]) for cluster in trees.clusters_of(other)]
    assert set(trees.clusters_of(one)) == set(found)


@hypothesis.given(points | grids, st.sampled_from(METHODS), st.integers(-40, 40), st.booleans())
@few_examples
def test_data_scaled_by_a_power_of_two_have_scaled_heights(linkage_path, X, method, power, condensed):
    one, other = (linkage(pdist(data) if condensed else data, method) for data in (X, np.ldexp(X, power)))
    np.testing.assert_array_equal(one * [1, 1, 2.0**power, 1], other)


@hypothesis.given(few_points | grids, st.sampled_from(REDUCIBLE), st.booleans(), st.randoms(use_true_random=False))
@few_examples
def test_equal_rows_merge_at_height_0_before_others(linkage_path, X, method, condensed, random):
    X = X[np.array(random.choices(range(len(X)), k=len(X) + 3))]
    Z = linkage(pdist(X) if condensed else X, method)
    n_distinct = len(np.unique(X, axis=0))
    assert (Z[: len(X) - n_distinct, 2] == 0).all() and (Z[len(X) - n_distinct :, 2] > 0).all()


@hypothesis.given(points | grids, st.sampled_from(METHODS), st.booleans())
@few_examples
def test_more_threads_and_less_memory_change_no_bit_of_a_tree(linkage_path, X, method, condensed):
    y = pdist(X) if condensed else X
    one = linkage(y, method, n_jobs=1)
    np.testing.assert_array_equal(linkage(y.copy(), method, preserve_input=False, n_jobs=3), one)
