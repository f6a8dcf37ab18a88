"""Everything that reads a linkage matrix, but for drawing."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from reference import tree as reference

import coterie
from coterie import hierarchy
from coterie._runtime import memory
from coterie.distances import pdist, squareform

# Points 0 and 1 merge at 1, 2 and 3 at 2, these two at 4, point 4 joins at 8.
Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])
R = hierarchy.inconsistent(Z)
Y = reference.condensed(reference.cophenet(Z))

# What takes float64 only, as in scipy, and what takes any numbers.
STRICT = {
    "correspond": (Y,),
    "cut_tree": (),
    "dendrogram": (),
    "is_monotonic": (),
    "leaves_list": (),
    "num_obs_linkage": (),
    "optimal_leaf_ordering": (Y,),
    "to_tree": (),
}
LENIENT = {
    "cophenet": (),
    "fcluster": (2.0, "distance"),
    "inconsistent": (),
    "leaders": (np.array([1, 1, 2, 2, 3], np.int32),),
    "maxRstat": (R, 0),
    "maxdists": (),
    "maxinconsts": (R,),
    "to_mlab_linkage": (),
}
ALL = {**STRICT, **LENIENT}


def call(name, Z):
    result = getattr(hierarchy, name)(Z, *ALL[name], **({"no_plot": True} if name == "dendrogram" else {}))
    return result.pre_order() if name == "to_tree" else result


def same(a, b):
    np.testing.assert_equal(a, b)
    return type(a) is type(b)


# ------------------------------------------------------------------------------------------- what is read


@pytest.mark.parametrize("name", ALL)
def test_memory_layout_does_not_matter_and_nothing_is_modified(name):
    strided = np.full((8, 8), np.nan)
    strided[::2, ::2] = Z
    locked = Z.copy()
    locked.setflags(write=False)
    expected = call(name, Z.copy())
    for each in (np.asfortranarray(Z), strided[::2, ::2], locked, Z.astype(">f8"), Z.tolist()):
        before = np.array(each)
        assert same(call(name, each), expected)
        np.testing.assert_array_equal(each, before)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Z.ravel(), r"^Linkage matrix 'Z' must have shape=2 \(i.e. be two-dimensional\)\.$"),
        (Z[:, :3], r"^Linkage matrix 'Z' must have 4 columns\.$"),
        (Z[:0], "at least two observations"),
        (Z - [1, 0, 0, 0], "^Linkage 'Z' contains negative indices.$"),
        (Z - [0, 0, 5, 0], "^Linkage 'Z' contains negative distances.$"),
        (Z - [0, 0, 0, 9], "^Linkage 'Z' contains negative counts.$"),
        (Z + [0, 0, 0, 9], "^Linkage 'Z' contains excessive observations in a cluster"),
        (
            Z + [0, 1, 0, 0],
            "^Linkage 'Z' uses non-singleton cluster before it is formed.$|the same cluster more than once",
        ),
        (Z[[0, 0, 2, 3]], "^Linkage 'Z' uses the same cluster more than once.$"),
        (Z + [[0.5, 0, 0, 0]], "^Linkage 'Z' contains indices that are not whole numbers.$"),
        (Z * [np.nan, 1, 1, 1], "^Linkage 'Z' contains indices that are not whole numbers.$"),
        (Z * [1e300, 1, 1, 1], "before it is formed|more than once"),
    ],
)
def test_what_is_no_linkage_matrix_is_refused(name, bad, message):
    with pytest.raises(ValueError, match=message):
        call(name, bad)


@pytest.mark.parametrize("name", STRICT)
def test_other_types_are_refused_as_in_scipy(name):
    for dtype in (np.float32, np.int64, object):
        with pytest.raises(TypeError, match=r"^Linkage matrix 'Z' must contain doubles\.$"):
            call(name, Z.astype(dtype))


@pytest.mark.parametrize("name", LENIENT)
def test_other_types_are_converted_as_in_scipy(name):
    for dtype in (np.float32, np.int64, object):
        assert same(call(name, Z.astype(dtype)), call(name, Z))


def test_any_wrong_matrix_is_refused_or_read():
    """Never an error of another kind, nor a crash."""
    rng = np.random.RandomState(0)
    values = [-1.0, -0.5, 0.5, np.nan, np.inf, -np.inf, 1e300, 2.0**63, 1e-320]
    refused = 0
    for _ in range(300):
        bad = reference.random_linkage(rng, 5)
        for _ in range(rng.randint(1, 4)):
            bad[rng.randint(4), rng.randint(4)] = rng.choice([*values, *range(10)])
        for name in ALL:
            try:
                call(name, bad)
            except ValueError:
                refused += 1
    assert 1000 < refused < 300 * len(ALL)


def test_validity():
    assert hierarchy.is_valid_linkage(Z)
    assert hierarchy.is_valid_linkage(Z.tolist(), warning=True, throw=True)
    assert not hierarchy.is_valid_linkage(Z[:, :3])
    assert not hierarchy.is_valid_linkage(Z.astype(np.float32))
    with pytest.raises(TypeError, match=r"^Linkage matrix must contain doubles.$"):
        hierarchy.is_valid_linkage(Z.astype(int), throw=True)
    with pytest.raises(ValueError, match=r"^Linkage 'tree' contains negative distances.$"):
        hierarchy.is_valid_linkage(-Z * [-1, -1, 1, 1], throw=True, name="tree")
    with pytest.warns(hierarchy.ClusterWarning) as caught:
        assert not hierarchy.is_valid_linkage(-Z, warning=True)
    assert [str(each.message) for each in caught] == [
        "Linkage contains negative indices.",
        "Linkage contains negative distances.",
        "Linkage contains negative counts.",
    ]
    assert all(each.filename == __file__ for each in caught)


def test_of_a_single_merge_only_the_indices_are_looked_at():
    assert hierarchy.is_valid_linkage([[0.0, 1.0, -1.0, 9.0]])
    assert not hierarchy.is_valid_linkage([[0.0, 2.0, 1.0, 2.0]])


def test_validity_of_inconsistency_matrices():
    assert hierarchy.is_valid_im(R)
    assert hierarchy.is_valid_im(R * [1, 1, 1, -1])
    for bad in (R[:0], R[:, :3], R[0], R.astype(np.float32), -R):
        assert not hierarchy.is_valid_im(bad)
        with pytest.raises((TypeError, ValueError), match="Inconsistency matrix 'R'"):
            hierarchy.is_valid_im(bad, throw=True, name="R")
        with pytest.warns(hierarchy.ClusterWarning):
            hierarchy.is_valid_im(bad, warning=True)


def test_numbers_of_points():
    assert hierarchy.num_obs_linkage(Z) == 5
    assert hierarchy.correspond(Z, np.zeros(10)) is True
    assert hierarchy.correspond(Z, np.zeros(6)) is False
    with pytest.raises(ValueError, match="empty"):
        hierarchy.correspond(Z, [])
    with pytest.raises(ValueError, match="binomial"):
        hierarchy.correspond(Z, np.zeros(9))


def test_monotony():
    assert hierarchy.is_monotonic(Z)
    assert hierarchy.is_monotonic(Z[:1])
    assert hierarchy.is_monotonic(Z * [1, 1, 0, 1])
    lower = Z.copy()
    lower[2, 2] = 1.9
    assert not hierarchy.is_monotonic(lower)


# ------------------------------------------------------------------------------------------- two points


def test_trees_of_two_points():
    two = np.array([[1.0, 0.0, 3.0, 2.0]])
    assert hierarchy.leaves_list(two).tolist() == [1, 0]
    assert hierarchy.cophenet(two).tolist() == [3.0]
    assert hierarchy.inconsistent(two).tolist() == [[3.0, 0.0, 1.0, 0.0]]
    assert hierarchy.maxdists(two).tolist() == [3.0]
    assert hierarchy.fcluster(two, 3.0, "distance").tolist() == [1, 1]
    assert hierarchy.fcluster(two, 2.9, "distance").tolist() == [2, 1]
    assert hierarchy.fcluster(two, 1, "maxclust").tolist() == [1, 1]
    assert hierarchy.fcluster(two, 2, "maxclust").tolist() == [1, 2]
    assert hierarchy.cut_tree(two).tolist() == [[0, 0], [1, 0]]
    assert hierarchy.optimal_leaf_ordering(two, [3.0]).tolist() == two.tolist()
    assert hierarchy.to_tree(two).pre_order() == [1, 0]


# ------------------------------------------------------------------------------------------- flat clusters


@pytest.mark.parametrize("kind", reference.KINDS)
def test_flat_clusters(kind):
    for tree in reference.random_linkages(kind):
        n, heights = len(tree) + 1, reference.largest_below(tree, tree[:, 2])
        for t in (0.0, heights[0], np.median(heights), heights.max()):
            expected = reference.flat(tree, heights, t)
            labels = hierarchy.fcluster(tree, t, "distance")
            assert labels.dtype == np.int32
            np.testing.assert_array_equal(labels, expected)
        R = hierarchy.inconsistent(tree, 3)
        coefficient = reference.largest_below(tree, R[:, 3])
        for t in (0.0, 0.7, 1.1):
            np.testing.assert_array_equal(hierarchy.fcluster(tree, t, depth=3), reference.flat(tree, coefficient, t))
            np.testing.assert_array_equal(hierarchy.fcluster(tree, t, R=R), hierarchy.fcluster(tree, t, depth=3))
            np.testing.assert_array_equal(
                hierarchy.fcluster(tree, t, "monocrit", monocrit=coefficient), hierarchy.fcluster(tree, t, depth=3)
            )
        if (np.diff(heights) >= 0).all():
            for k in range(1, n + 1):
                labels = hierarchy.fcluster(tree, k, "maxclust")
                assert labels.max() <= k
                np.testing.assert_array_equal(
                    labels, hierarchy.fcluster(tree, k, "maxclust_monocrit", monocrit=heights)
                )
                if kind == "rising":
                    assert labels.max() == k


def test_as_many_clusters_as_points_are_the_points():
    assert hierarchy.fcluster(Z, 5, "maxclust").tolist() == [1, 2, 3, 4, 5]
    assert hierarchy.fcluster(Z, 99, "maxclust").tolist() == [1, 2, 3, 4, 5]


def test_wrong_requests_for_flat_clusters():
    for arguments, message in (
        ((1.0, "distances"), "^Invalid cluster formation criterion: distances$"),
        ((0, "maxclust"), "^t must be at least 1 for criterion 'maxclust'. Got 0.$"),
        ((1.0, "monocrit"), "^monocrit must be given for criterion 'monocrit'.$"),
        ((1.0, "monocrit", 2, None, [1.0, 2.0]), r"^monocrit must have shape \(4,\), .* Got \(2,\)\.$"),
        ((1.0, "inconsistent", 2, R[1:]), "different number of rows"),
        ((1.0, "inconsistent", 2, -R), "contains negative link height means"),
        ((1.0, "inconsistent", -1), "nonnegative integer"),
        ((1.0, "inconsistent", 1.5), "nonnegative integer"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.fcluster(Z, *arguments)


def test_flat_clusters_of_observations():
    X = np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 0.0], [9.0, 1.0]])
    assert hierarchy.fclusterdata(X, 2.0, "distance").tolist() == [1, 1, 2, 2]
    assert hierarchy.fclusterdata(X, 2, "maxclust", metric="cityblock", method="average").tolist() == [1, 1, 2, 2]
    X = np.random.RandomState(0).normal(size=(40, 2))
    tree = hierarchy.linkage(X, "single")
    deep = hierarchy.fclusterdata(X, 1.1, depth=5)
    np.testing.assert_array_equal(deep, hierarchy.fcluster(tree, 1.1, depth=5))
    assert not hierarchy.is_isomorphic(deep, hierarchy.fclusterdata(X, 1.1))
    np.testing.assert_array_equal(hierarchy.fclusterdata(X, 1.1, R=hierarchy.inconsistent(tree, 5)), deep)
    with pytest.raises(TypeError, match="n by m array"):
        hierarchy.fclusterdata(X[0], 2.0)
    with pytest.raises(ValueError, match="Unknown Distance Metric: no such"):
        hierarchy.fclusterdata(X, 2.0, metric="no such")


@pytest.mark.parametrize("kind", reference.KINDS)
def test_cuts_have_exactly_as_many_clusters_ties_and_inversions_or_not(kind):
    for tree in reference.random_linkages(kind):
        n = len(tree) + 1
        labels = hierarchy.cut_tree(tree)
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels.T, [reference.cut(tree, k) for k in range(n, 0, -1)])
        ks = np.random.RandomState(n).randint(1, n + 1, size=5)
        np.testing.assert_array_equal(hierarchy.cut_tree(tree, ks), labels[:, n - ks])
        highest = reference.largest_below(tree, tree[:, 2])
        for height in (-1.0, highest[0], np.median(highest), highest.max() + 1):
            below = reference.by_first_point(
                np.unique(  # clusters lower than the height are whole
                    reference.flat(tree, highest, np.nextafter(height, -np.inf)), return_inverse=True
                )[1]
            )
            np.testing.assert_array_equal(hierarchy.cut_tree(tree, height=height)[:, 0], below)


def test_numbers_of_clusters_out_of_range_are_the_nearest_possible():
    assert (hierarchy.cut_tree(Z, [0, -3, 6, 99]).max(axis=0) + 1).tolist() == [1, 1, 5, 5]
    assert hierarchy.cut_tree(Z, []).shape == (5, 0)
    with pytest.raises(ValueError, match="must be None"):
        hierarchy.cut_tree(Z, 2, 1.0)


def test_leaders():
    for kind in reference.KINDS:
        for tree in reference.random_linkages(kind):
            T = hierarchy.fcluster(tree, np.median(tree[:, 2]), "distance")
            L, M = hierarchy.leaders(tree, T)
            assert L.dtype == M.dtype == np.int32
            assert list(zip(L, M, strict=True)) == reference.leaders(tree, T)
    with pytest.raises(TypeError, match=r"^T must be a 1-D array of dtype int32.$"):
        hierarchy.leaders(Z, [1, 1, 2, 2, 3])
    with pytest.raises(ValueError, match=r"^Mismatch: "):
        hierarchy.leaders(Z, np.ones(4, np.int32))
    with pytest.raises(ValueError, match="linkage node 6 "):
        hierarchy.leaders(Z, np.array([1, 2, 1, 2, 1], np.int32))


# ------------------------------------------------------------------------------------------- heights


@pytest.mark.parametrize("kind", reference.KINDS)
def test_cophenetic_distances(kind):
    for tree in reference.random_linkages(kind):
        expected = reference.condensed(reference.cophenet(tree))
        np.testing.assert_array_equal(hierarchy.cophenet(tree), expected)
        if len(tree) > 2 and kind != "level":
            y = np.random.RandomState(0).uniform(size=len(expected)) + 1e6
            c, d = hierarchy.cophenet(tree, y)
            np.testing.assert_array_equal(d, expected)
            np.testing.assert_allclose(c, np.corrcoef(expected, y)[0, 1], rtol=1e-6, atol=1e-9)
    for y, message in (
        (Y[:6], "^Y must hold the 10 distances between the 5 points of Z. Got 6.$"),
        (Y[:9], "binomial"),
        (Y[None], "one-dimensional"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.cophenet(Z, y)


@pytest.mark.parametrize("kind", reference.KINDS)
def test_statistics_of_heights(kind):
    for tree in reference.random_linkages(kind):
        np.testing.assert_array_equal(hierarchy.maxdists(tree), reference.largest_below(tree, tree[:, 2]))
        for depth in (0, 1, 2, 5, 1000):
            R, expected = hierarchy.inconsistent(tree, depth), reference.inconsistent(tree, depth)
            np.testing.assert_allclose(R[:, :3], expected[:, :3], rtol=1e-12, atol=1e-7)
        for i in range(4):
            np.testing.assert_array_equal(hierarchy.maxRstat(tree, R, i), reference.largest_below(tree, R[:, i]))
        np.testing.assert_array_equal(hierarchy.maxinconsts(tree, R), hierarchy.maxRstat(tree, R, 3))


def test_wrong_columns_of_statistics():
    with pytest.raises(TypeError, match="integer"):
        hierarchy.maxRstat(Z, R, 1.0)
    for i in (-1, 4):
        with pytest.raises(ValueError, match="between 0 and 3"):
            hierarchy.maxRstat(Z, R, i)
    with pytest.raises(ValueError, match="different number of rows"):
        hierarchy.maxinconsts(Z, R[1:])


# ------------------------------------------------------------------------------------------- the tree as objects


def test_trees_are_those_of_the_matrix():
    for kind in reference.KINDS:
        for tree in reference.random_linkages(kind):
            n, points = len(tree) + 1, reference.points(tree)
            root, nodes = hierarchy.to_tree(tree, rd=True)
            assert root is nodes[-1]
            for i, node in enumerate(nodes):
                assert (node.id, node.count, node.pre_order()) == (i, len(points[i]), points[i])
                assert node.is_leaf() == (i < n)
                assert node.dist == (0.0 if i < n else tree[i - n, 2])
                assert [node.left, node.right] == (
                    [None, None] if i < n else [nodes[child] for child in reference.children(tree)[i - n]]
                )
    with pytest.raises(ValueError, match=r"^Corrupt matrix Z. The count Z\[1,3\] is incorrect.$"):
        hierarchy.to_tree(Z - [[0], [1], [0], [0]] * np.array([[0, 0, 0, 1]]))


def test_nodes():
    a, b = hierarchy.ClusterNode(0), hierarchy.ClusterNode(1, count=3)
    top = hierarchy.ClusterNode(2, a, b, 0.5)
    assert (top.get_id(), top.get_count(), top.get_left(), top.get_right(), top.dist) == (2, 4, a, b, 0.5)
    assert top.pre_order(lambda node: node.count) == [1, 3]
    assert a == b
    assert a != top
    assert a < top
    assert top > a
    for wrong, message in (
        ({"id": -1}, "id"),
        ({"id": 2, "dist": -1.0}, "distance"),
        ({"id": 2, "left": a}, "one child"),
        ({"id": 2, "right": a}, "one child"),
        ({"id": 2, "count": 0}, "at least one"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.ClusterNode(**wrong)
    for compare in (lambda: a < 1, lambda: a > 1, lambda: a == 1):
        with pytest.raises(ValueError, match="Can't compare ClusterNode to type <class 'int'>"):
            compare()


def test_nodes_are_copied_and_pickled_with_all_that_is_below_and_attached():
    class Node(hierarchy.ClusterNode):
        pass

    root, nodes = hierarchy.to_tree(Z, rd=True)
    root.left.names = ["a"]
    for other in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert other.pre_order() == root.pre_order()
        assert other.right.left.pre_order() == [0, 1]
        assert other.left.names == ["a"]
        assert other.left.names is not root.left.names
        assert other.right is not root.right
    shallow = copy.copy(root)
    assert shallow is not root
    assert shallow.left is root.left
    for node in nodes[5:]:
        node.left.parent = node.right.parent = node
    other, others = copy.deepcopy((root, nodes))
    assert other is others[-1]
    assert all(node.left.parent is node and node.right.parent is node for node in others[5:])
    assert not {id(node) for node in others} & {id(node) for node in nodes}
    assert type(copy.deepcopy(Node(0))) is Node


def test_mlab():
    mlab = hierarchy.to_mlab_linkage(Z)
    np.testing.assert_array_equal(mlab, Z[:, :3] + [1, 1, 0])
    np.testing.assert_array_equal(hierarchy.from_mlab_linkage(mlab), Z)
    np.testing.assert_array_equal(hierarchy.from_mlab_linkage(mlab.astype(np.float32).tolist()), Z)
    for convert in (hierarchy.to_mlab_linkage, hierarchy.from_mlab_linkage):
        assert convert([]).shape == (0,)
    for wrong in (mlab[:, :2], Z):
        with pytest.raises(ValueError, match="must have 3 columns"):
            hierarchy.from_mlab_linkage(wrong)
    for wrong in (mlab - [1, 1, 0], mlab + [1, 0, 0], mlab * [np.nan, 1, 1]):
        with pytest.raises(ValueError, match=r"1\.\.N"):
            hierarchy.from_mlab_linkage(wrong)
    with pytest.raises(ValueError, match="rectangular"):
        hierarchy.from_mlab_linkage(mlab[0])


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        ([], [], True),
        ([1], [9], True),
        ([1, 1, 2], ["y", "y", "x"], True),
        ([1, 1, 2], [7, 3, 3], False),
        ([1, 2, 3], [1, 1, 1], False),
        ([1, 1, 1], [1, 2, 3], False),
        ([1, 2, 3, 4], [1, 2, 1, 2], False),
        ([1, 2, 1, 2], [1, 2, 3, 4], False),
        ([1, 2, 1], [0, -5, 0], True),
    ],
)
def test_isomorphy(a, b, answer):
    assert hierarchy.is_isomorphic(a, b) is answer


def test_isomorphy_of_wrong_shapes():
    for a, b in (([[1]], [1]), ([1], [[1]]), ([1], [1, 2])):
        with pytest.raises(ValueError, match="must"):
            hierarchy.is_isomorphic(a, b)


# ------------------------------------------------------------------------------------------- order of leaves


def problem(n, seed=0):
    X = np.random.RandomState(seed).normal(size=(n, 3))
    return hierarchy.linkage(X, "ward"), X, pdist(X)


@pytest.mark.parametrize("n", [3, 5, 8])
def test_neighbors_are_as_near_as_the_tree_allows(n):
    for seed in range(10):
        tree, X, y = problem(n, seed)
        D = squareform(y)
        ordered = hierarchy.optimal_leaf_ordering(tree, y)
        best = min(reference.path_length(reference.points(other)[-1], D) for other in reference.turned(tree))
        np.testing.assert_allclose(reference.path_length(hierarchy.leaves_list(ordered), D), best, rtol=1e-12)
        np.testing.assert_array_equal(hierarchy.optimal_leaf_ordering(tree, X), ordered)
        np.testing.assert_array_equal(hierarchy.cophenet(ordered), hierarchy.cophenet(tree))


def test_the_order_has_the_same_bits_for_any_number_of_threads():
    tree, _, y = problem(600)
    found = []
    for n_threads in (1, 2, 3):
        with coterie.num_threads(n_threads):
            found.append(hierarchy.optimal_leaf_ordering(tree, y))
    assert (found[0] != tree).any()
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_wrong_distances_for_an_order():
    for y, message in (
        (Y[:6], "^y must be of the 5 points of Z. Got 4 points.$"),
        (Y * np.nan, "finite"),
        (Y[:9], "binomial"),
        (np.zeros((2, 2, 2)), "1 or 2 dimensional"),
        (np.arange(8.0).reshape(4, 2), "Got 4 points"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.optimal_leaf_ordering(Z, y)
    with pytest.warns(hierarchy.ClusterWarning, match="looks suspiciously like an uncondensed"):
        hierarchy.optimal_leaf_ordering(Z, reference.cophenet(Z))


def test_ordering_can_be_watched_and_stopped():
    tree, _, y = problem(600)
    seen = []
    with coterie.progress(lambda *step: seen.append(step)):
        hierarchy.optimal_leaf_ordering(tree, y)
    assert {(stage, total) for stage, _, total in seen} == {("leaf ordering", 599)}
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    with pytest.raises(coterie.Cancelled), coterie.progress(lambda *step: False):
        hierarchy.optimal_leaf_ordering(tree, y)


# ------------------------------------------------------------------------------------------- large trees


N = 200_001
LONG = reference.chain(N)
LONG.setflags(write=False)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("name", "arguments", "check"),
    [
        ("fcluster", (100.0, "distance"), lambda T: T[0] == T[100] == 1 and T.max() == N - 100),
        ("fcluster", (7, "maxclust"), lambda T: T.max() == 7),
        ("fcluster", (1.2,), lambda T: T.max() == 1),
        ("inconsistent", (30,), lambda R: (R[29:, 2] == 30).all()),
        ("maxdists", (), lambda most: (most == LONG[:, 2]).all()),
        ("leaders", (np.ones(N, np.int32),), lambda found: found[0].tolist() == [2 * N - 2]),
        ("cut_tree", ([1, 3],), lambda labels: labels.max(axis=0).tolist() == [0, 2]),
        ("leaves_list", (), lambda leaves: (leaves[-2:] == [1, 0]).all() and leaves[0] == N - 1),
        ("is_valid_linkage", (), lambda valid: valid),
        ("to_mlab_linkage", (), lambda mlab: (hierarchy.from_mlab_linkage(mlab) == LONG).all()),
        ("to_tree", (), lambda root: root.pre_order()[-2:] == [1, 0]),
    ],
)
def test_a_chain_of_200_000_merges(name, arguments, check):
    assert check(getattr(hierarchy, name)(LONG, *arguments))


def test_deep_trees_are_copied_and_pickled():
    root = hierarchy.to_tree(reference.chain(20_000))
    assert copy.deepcopy(root).pre_order() == pickle.loads(pickle.dumps(root)).pre_order() == root.pre_order()


def test_deep_trees_are_ordered():
    n = 1500
    X = np.random.RandomState(0).permutation(n)[:, None].astype(float)
    tree = reference.chain(n)
    assert sorted(hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(tree, X))) == list(range(n))


def test_what_does_not_fit_into_memory_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 10**9)
    with pytest.raises(MemoryError, match=r"^200,001 cuts of a tree of 200,001 points would take 320 GB"):
        hierarchy.cut_tree(LONG)
    with pytest.raises(MemoryError, match=r"^The cophenetic distances of 200,001 points would take 160 GB"):
        hierarchy.cophenet(LONG)
    monkeypatch.setattr(memory, "available", lambda: 10**8)
    n = 4000
    y = np.broadcast_to(1.0, n * (n - 1) // 2)
    with pytest.raises(MemoryError, match=r"^Ordering the leaves of a tree of 4,000 points would take 128 MB"):
        hierarchy.optimal_leaf_ordering(reference.chain(n), y)


def test_pairs_have_the_same_bits_for_any_number_of_threads():
    tree, _, y = problem(700)
    found = []
    for n_threads in (1, 2, 3):
        with coterie.num_threads(n_threads):
            found.append((*hierarchy.cophenet(tree, y), hierarchy.inconsistent(tree, 9), hierarchy.cut_tree(tree)))
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_no_warning_of_numpy_escapes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ALL:
            call(name, Z * [1, 1, 0, 1])


Z3 = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
COMPLEX_Z = np.array(Z3, complex) + 1j
READERS = {
    "cophenet": lambda Z: hierarchy.cophenet(Z),
    "cut_tree": hierarchy.cut_tree,
    "dendrogram": lambda Z: hierarchy.dendrogram(Z, no_plot=True),
    "fcluster": lambda Z: hierarchy.fcluster(Z, 1.0),
    "from_mlab_linkage": hierarchy.from_mlab_linkage,
    "inconsistent": hierarchy.inconsistent,
    "is_monotonic": hierarchy.is_monotonic,
    "leaders": lambda Z: hierarchy.leaders(Z, np.int32([1, 1, 2])),
    "leaves_list": hierarchy.leaves_list,
    "maxdists": hierarchy.maxdists,
    "maxinconsts": lambda Z: hierarchy.maxinconsts(Z, hierarchy.inconsistent(Z3)),
    "maxRstat": lambda Z: hierarchy.maxRstat(Z, hierarchy.inconsistent(Z3), 3),
    "num_obs_linkage": hierarchy.num_obs_linkage,
    "optimal_leaf_ordering": lambda Z: hierarchy.optimal_leaf_ordering(Z, [1.0, 2.0, 3.0]),
    "to_mlab_linkage": hierarchy.to_mlab_linkage,
    "to_tree": hierarchy.to_tree,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_linkage_matrix_does_not_lose_its_imaginary_part(read):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for Z in (COMPLEX_Z, COMPLEX_Z.astype(object), COMPLEX_Z.tolist()):
            with pytest.raises((TypeError, ValueError)):
                read(Z)


def test_other_arguments_do_not_lose_their_imaginary_part():
    R, y = np.full((2, 4), 1j), [1j, 2, 3]
    for call in (
        lambda: hierarchy.maxRstat(Z3, R, 0),
        lambda: hierarchy.cophenet(Z3, y),
        lambda: hierarchy.optimal_leaf_ordering(Z3, y),
        lambda: hierarchy.fclusterdata([[1j], [2]], 1.0),
        lambda: hierarchy.fcluster(Z3, 1.0, "monocrit", monocrit=[1j, 2]),
        lambda: hierarchy.linkage(y),
        lambda: hierarchy.fcluster(Z3, 1.0, R=R),
        lambda: hierarchy.cut_tree(Z3, n_clusters=1j),
        lambda: hierarchy.cut_tree(Z3, height=[1j]),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ValueError, match="Complex data not supported"):
                call()


def test_at_most_infinitely_many_clusters_are_all_points():
    for most in (np.inf, 10**400, 3):
        np.testing.assert_array_equal(hierarchy.fcluster(Z3, most, "maxclust"), [1, 2, 3])
    for t in (np.nan, None, "2", 1j, [2]):
        for criterion in ("maxclust", "distance", "inconsistent"):
            with pytest.raises(ValueError, match=r"^The 't' parameter of fcluster must be a real number"):
                hierarchy.fcluster(Z3, t, criterion)


@pytest.mark.parametrize("d", [None, "2", 1j, [2], np.nan, np.inf, 1.5, -1])
def test_a_depth_is_a_whole_number(d):
    with pytest.raises(ValueError, match=r"^The second argument d must be a nonnegative integer value"):
        hierarchy.inconsistent(Z3, d)


@pytest.mark.parametrize("number", [np.nan, None, "2", [[1, 2]], [1, np.nan]])
@pytest.mark.parametrize("parameter", ["n_clusters", "height"])
def test_cuts_are_numbers(parameter, number):
    if number is not None:
        with pytest.raises(ValueError, match=parameter):
            hierarchy.cut_tree(Z3, **{parameter: number})
