"""Nearest centers: labels are those of true distances, and a margin never promises too much."""

import numpy as np
import pytest
from reference import kmeans as reference

from coterie._runtime.parallel import over
from coterie.kmeans import _assignment
from coterie.kmeans._kernels import assign

TILE = assign.TILE_ROWS
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
ARITHMETIC = pytest.mark.parametrize("arithmetic", [np.float32, np.float64])
FEATURES = [*range(1, 21), 64, 130, 1500]


class Assign:
    """One call of `assign_labels`, through the driver that keeps its work space."""

    def __init__(
        self,
        X,
        centers,
        arithmetic,
        labels=None,
        margins=None,
        loss=None,
        rows=None,
        n_threads=1,
        shift=None,
        scale=None,
    ):
        centers = np.ascontiguousarray(centers, dtype=np.float64)
        shift = centers.mean(axis=0) if shift is None else shift
        largest = max(np.abs(centers - shift).max(), np.abs(X - shift).max(), 1e-300)
        self.scale = 2.0 ** -np.ceil(np.log2(largest)) if scale is None else scale
        driver = _assignment.Assignment(X, len(centers), shift, self.scale, n_threads)
        if arithmetic == np.float64:
            driver.centers.single = False  # go straight to float64
        if rows is not None:
            driver.rows = rows
        driver.margins.fill(np.nan)
        if margins is not None:
            driver.margins[:] = margins
        if loss is not None:
            driver.loss[:] = loss
        self.labels = np.full(len(X), -1, dtype=np.int32) if labels is None else labels
        self.changed, self.seen, _, self.exact = driver(centers, self.labels)
        self.margins = driver.margins


def assert_nearest(X, centers, labels):
    assert reference.may_be_nearest(X, centers)[np.arange(len(X)), labels].all()


def assert_margins_hold(X, centers, result):
    """No other center is nearer than the margin says, but for the rounding of the oracle: a long double has 64, 80 or
    128 bits. A margin of 0 promises nothing."""
    distance = np.sqrt(reference.squared_distances(X, centers, np.longdouble))
    rows = np.arange(len(X))
    own = distance[rows, result.labels]
    distance[rows, result.labels] = np.inf
    nearer = distance.min(axis=1) - own
    slack = (X.shape[1] + 8) * np.finfo(np.longdouble).eps * own
    assert (result.margins <= (np.maximum(nearer, 0.0) + slack) * result.scale).all()


# ------------------------------------------------------------------------------------------- labels


@DTYPES
@ARITHMETIC
@pytest.mark.parametrize("d", FEATURES)
def test_labels_are_those_of_the_nearest_centers(d, dtype, arithmetic):
    rng = np.random.RandomState(d)
    for case in range(6):
        n, k = rng.randint(1, 200 if d < 100 else 70), rng.randint(1, 20)
        X = rng.normal(size=(n, d)).astype(dtype)
        centers = rng.normal(size=(k, d)) if case % 2 else X[rng.randint(n, size=k)].astype(np.float64)
        result = Assign(X, centers, arithmetic)
        assert_nearest(X, centers, result.labels)
        assert_margins_hold(X, centers, result)
        assert result.changed == result.seen == n


@ARITHMETIC
@pytest.mark.parametrize("n", [1, TILE - 1, TILE, TILE + 1, 3 * TILE - 1, 3 * TILE, 3 * TILE + 1])
@pytest.mark.parametrize("d", [1, 3, 4, 8, 9, 128, 129])
def test_sizes_around_whole_tiles_and_chunks(d, n, arithmetic):
    rng = np.random.RandomState(n)
    X, centers = rng.normal(size=(n, d)), rng.normal(size=(7, d))
    for rows in [TILE, 2 * TILE, 10 * TILE]:
        np.testing.assert_array_equal(Assign(X, centers, arithmetic, rows=rows).labels, reference.nearest(X, centers))


@DTYPES
@ARITHMETIC
@pytest.mark.parametrize("offset", [0, 1 << 20])
@pytest.mark.parametrize("d", FEATURES[:21])
def test_the_lowest_index_wins_a_tie(d, dtype, arithmetic, offset):
    rng = np.random.RandomState(d)
    for _ in range(5):
        k = rng.randint(1, 30)
        # Small integers and halves: all distances are exact in float64, and many are equal.
        X = (rng.randint(-2, 3, size=(100, d)) + offset).astype(dtype)
        centers = rng.randint(-4, 5, size=(k, d)) / 2 + offset
        np.testing.assert_array_equal(Assign(X, centers, arithmetic).labels, reference.nearest(X, centers))


@ARITHMETIC
def test_of_equal_centers_the_first_wins(arithmetic):
    X = np.random.RandomState(2).normal(size=(100, 5))
    for k in range(1, 14):
        assert not Assign(X, np.tile([0.1, 0.2, 0.3, 0.4, 0.5], (k, 1)), arithmetic).labels.any()


@ARITHMETIC
@pytest.mark.parametrize("d", [1, 2, 3])  # more features could be added up in another order than here
@pytest.mark.parametrize("offset", [0.0, 1e6, -1e12])
def test_near_ties_are_decided_by_float64_distances(arithmetic, d, offset):
    rng = np.random.RandomState(d)
    centers = rng.normal(size=(6, d)) + offset
    a, b = rng.randint(6, size=(2, 500))
    X = (centers[a] + centers[b]) / 2
    for _ in range(3):
        np.testing.assert_array_equal(Assign(X, centers, arithmetic).labels, reference.nearest(X, centers))
        X = np.nextafter(X, rng.choice([-np.inf, np.inf], size=X.shape))


@DTYPES
@ARITHMETIC
@pytest.mark.parametrize("offset", [1e6, -1e9])
def test_common_offsets_do_no_harm(dtype, arithmetic, offset):
    rng = np.random.RandomState(3)
    for d in [1, 2, 7, 16, 130]:
        X = (rng.normal(size=(200, d)) * 100 + offset).astype(dtype)
        centers = X[:9].astype(np.float64) + 0.01
        result = Assign(X, centers, arithmetic)
        assert_nearest(X, centers, result.labels)
        assert_margins_hold(X, centers, result)


@DTYPES
@ARITHMETIC
def test_points_far_beyond_the_centers(dtype, arithmetic):
    # Their squares overflow in float32. Such points come with `predict`, where the centers set the scale.
    centers = np.array([[0.0, 0], [1, 0], [0, 1], [-1, -1]])
    X = np.array([[1e25, 1], [-1e25, 3e25], [1, -1e25], [0.1, 0.1], [1e10, -1e10]], dtype=dtype)
    result = Assign(X, centers, arithmetic, scale=1.0)
    assert_nearest(X, centers, result.labels)
    assert_margins_hold(X, centers, result)
    np.testing.assert_array_equal(result.labels, reference.nearest(X, centers))


@ARITHMETIC
@pytest.mark.parametrize("size", [1e150, 1e18, 1e-19, 1e-150])
def test_very_large_and_very_small_values(arithmetic, size):
    rng = np.random.RandomState(4)
    for d in [1, 3, 8, 9, 20]:
        X, centers = rng.normal(size=(130, d)) * size, rng.normal(size=(6, d)) * size
        result = Assign(X, centers, arithmetic)
        assert_nearest(X, centers, result.labels)
        assert_margins_hold(X, centers, result)


# ------------------------------------------------------------------------------------------- margins


@ARITHMETIC
@pytest.mark.parametrize("d", [1500, 20_000])
def test_margins_hold_where_rounding_errors_add_up(arithmetic, d):
    # Equal addends are all rounded the same way.
    rng = np.random.RandomState(5)
    for value in [0.1, 0.3, 1 / 3, 0.7, 0.9]:
        X = np.full((5, d), value) * rng.choice([-1, 1], size=d) + rng.normal(size=(5, d)) * 1e-4
        centers = np.concatenate([X[:2] * 0.999, X[2:3], -X[:1]])
        result = Assign(X, centers, arithmetic)
        assert_nearest(X, centers, result.labels)
        assert_margins_hold(X, centers, result)


@ARITHMETIC
def test_margins_shrink_by_the_loss_and_protect_the_label_while_they_last(arithmetic):
    rng = np.random.RandomState(6)
    X, centers = rng.normal(size=(300, 3)), rng.normal(size=(4, 3))
    wrong = ((reference.nearest(X, centers) + 1) % 4).astype(np.int32)
    margins = rng.uniform(0, 2, size=300).astype(np.float32)
    loss = np.array([0.0, 0.5, 1.0, 3.0], dtype=np.float32)
    result = Assign(X, centers, arithmetic, wrong.copy(), margins.copy(), loss)
    kept = margins > loss[wrong]
    np.testing.assert_array_equal(result.labels[kept], wrong[kept])
    left = margins[kept] - loss[wrong[kept]].astype(np.float64)
    assert (result.margins[kept] <= left).all()
    np.testing.assert_allclose(result.margins[kept], left, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(result.labels[~kept], reference.nearest(X, centers)[~kept])
    assert result.changed == result.seen == (~kept).sum() and 0 < kept.sum() < 300


def test_a_point_without_a_label_is_looked_at_whatever_its_margin():
    X, centers = np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]])
    result = Assign(X, centers, np.float32, margins=np.inf)
    assert result.labels.tolist() == [1, 0] and result.seen == 2


def test_a_margin_that_is_not_a_number_protects_nothing():
    X, centers = np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]])
    labels = np.zeros(2, dtype=np.int32)
    assert Assign(X, centers, np.float32, labels.copy(), np.inf, np.inf).labels.tolist() == [1, 0]
    assert Assign(X, centers, np.float32, labels, np.nan).labels.tolist() == [1, 0]


def test_only_doubtful_points_are_decided_exactly():
    X, centers = np.array([[0.0], [0.4], [0.5], [0.6], [1.0]]), np.array([[0.0], [1.0]])
    for arithmetic in (np.float32, np.float64):
        result = Assign(X, centers, arithmetic)
        assert result.labels.tolist() == [0, 0, 0, 1, 1] and result.exact == 1


def test_bits_do_not_depend_on_the_threads():
    rng = np.random.RandomState(7)
    X, centers = rng.normal(size=(5000, 6)).astype(np.float32), rng.normal(size=(11, 6))
    one = Assign(X, centers, np.float32)
    for n_threads in (2, 3, 100):
        more = Assign(X, centers, np.float32, n_threads=n_threads)
        np.testing.assert_array_equal(one.labels, more.labels)
        np.testing.assert_array_equal(one.margins, more.margins)
        assert (one.changed, one.seen, one.exact) == (more.changed, more.seen, more.exact)


# ------------------------------------------------------------------------------------------- distances, inertia


def test_packed_centers_are_shifted_scaled_and_doubled():
    rng = np.random.RandomState(8)
    centers, shift = rng.normal(size=(5, 3)) + 10, rng.normal(size=3) + 10
    pack = _assignment.space_for(5, shift, 0.25)
    pack.pack(centers)
    small = (centers - shift) / 4
    np.testing.assert_array_equal(pack.packed, -2 * small)
    np.testing.assert_array_equal(pack.packed32, (-2 * small).astype(np.float32))
    np.testing.assert_allclose(np.asarray(pack.norms), (small**2).sum(axis=1), rtol=1e-15)
    np.testing.assert_array_equal(pack.norms32, np.asarray(pack.norms).astype(np.float32))
    np.testing.assert_allclose(pack.floor, 2 * (small**2).sum(axis=1).max(), rtol=1e-15)


@DTYPES
@pytest.mark.parametrize("offset", [0, 1e6])
def test_distances_to_all_centers(dtype, offset):
    rng = np.random.RandomState(9)
    for d in FEATURES:
        n, k = rng.randint(1, 140 if d < 100 else 70), rng.randint(1, 12)
        X = (rng.normal(size=(n, d)) + offset).astype(dtype)
        centers = np.concatenate([X[:1].astype(np.float64), rng.normal(size=(k, d)) + offset])
        shift, scale = centers.mean(axis=0), 0.125
        out = np.full((n, k + 1), np.nan, dtype=dtype)
        tiles = np.empty((1, (d + k + 1) * TILE))
        over(n, TILE, 1, assign.distances_to_all, X, shift, scale, (centers - shift) * scale, tiles, out)
        expected = np.sqrt(reference.squared_distances(X, centers))
        np.testing.assert_allclose(out, expected, rtol=max(1e-13, np.finfo(dtype).eps), atol=1e-9 if offset else 0)
        assert out[0, 0] == 0


@DTYPES
def test_distances_to_the_own_center_and_inertia(dtype):
    rng = np.random.RandomState(10)
    for d in FEATURES:
        n, k = rng.randint(1, 300), rng.randint(1, 12)
        X, centers = (rng.normal(size=(n, d)) + 1e6).astype(dtype), rng.normal(size=(k, d)) + 1e6
        labels, weight = rng.randint(k, size=n).astype(np.int32), rng.uniform(size=n)
        own = ((X - centers[labels]) ** 2).sum(axis=1)
        out = np.full(n, np.nan)
        over(n, 50, 1, assign.squared_distances_to_own, X, centers, labels, out)
        np.testing.assert_allclose(out, own, rtol=1e-13)
        for w in (np.empty(0), weight):
            strips = np.full(-(-n // 50), np.nan)
            over(n, 50, 1, assign.inertia_by_strip, X, w, centers, labels, strips)
            masses = own * w if len(w) else own
            np.testing.assert_allclose(strips, [masses[i : i + 50].sum() for i in range(0, n, 50)], rtol=1e-13)
