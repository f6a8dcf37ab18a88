"""Everything that reads a linkage matrix, but for drawing."""

import warnings

import numpy as np
import pytest
from reference import tree as reference

import coterie
from coterie import hierarchy
from coterie._runtime import memory
from coterie.distances import pdist

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


@pytest.mark.parametrize("seed", range(10))
def test_any_wrong_matrix_is_refused_or_read(seed):
    """Never an error of another kind, nor a crash."""
    rng = np.random.RandomState(seed)
    values = [-1.0, -0.5, 0.5, np.nan, np.inf, -np.inf, 1e300, 2.0**63, 1e-320]
    refused = 0
    for _ in range(30):
        bad = reference.random_linkage(rng, 5)
        for _ in range(rng.randint(1, 4)):
            bad[rng.randint(4), rng.randint(4)] = rng.choice([*values, *range(10)])
        for name in ALL:
            try:
                call(name, bad)
            except ValueError:
                refused += 1
    assert 100 < refused < 30 * len(ALL)


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


@pytest.mark.parametrize("n_threads", [2, 3])
def test_what_reads_a_tree_has_the_same_bits_for_any_number_of_threads(n_threads):
    X = np.random.RandomState(0).normal(size=(700, 2))
    y = pdist(X)
    tree = hierarchy.linkage(y, "average")

    def read(n_threads):
        with coterie.num_threads(n_threads):
            return (*hierarchy.cophenet(tree, y), hierarchy.inconsistent(tree, 9), hierarchy.cut_tree(tree))

    for a, b in zip(read(1), read(n_threads), strict=True):
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
