"""What reads linkage matrices, beside scipy."""

import numpy as np
import pytest
from reference import tree as reference

from coterie import hierarchy
from coterie.distances import squareform

scipy = pytest.importorskip("scipy.cluster.hierarchy")

pytestmark = pytest.mark.filterwarnings("ignore")


def both(name, /, *args, **kwargs):
    """What the two functions of a name return, or raise."""
    results = []
    for module in (hierarchy, scipy):
        try:
            results.append(getattr(module, name)(*args, **kwargs))
        except (TypeError, ValueError) as error:
            results.append((type(error), str(error)))
    return results


def agree(name, /, *args, **kwargs):
    ours, theirs = both(name, *args, **kwargs)
    np.testing.assert_equal(ours, theirs)
    assert getattr(ours, "dtype", None) == getattr(theirs, "dtype", None)


@pytest.fixture(params=[*reference.KINDS, "linkage"])
def trees(request):
    if request.param != "linkage":
        return reference.random_linkages(request.param, most=30)
    rng = np.random.RandomState(0)
    points = [np.round(rng.normal(size=(rng.randint(2, 40), 2)) * 3) / rng.choice([1, 3]) for _ in range(7)]
    return [
        scipy.linkage(X, method)
        for X in points
        for method in ("single", "complete", "average", "weighted", "centroid", "median", "ward")
    ]


def test_flat_clusters(trees):
    for Z in trees:
        n, most = len(Z) + 1, scipy.maxdists(Z)
        R = scipy.inconsistent(Z, 3)
        for t in (0.0, *np.quantile(Z[:, 2], [0, 0.3, 0.5, 1]), 9e9):
            agree("fcluster", Z, t, "distance")
            agree("fcluster", Z, t, "monocrit", monocrit=R[:, 0].copy())
        for t in (0.0, 0.7, 0.8, 1.1):
            agree("fcluster", Z, t)
            agree("fcluster", Z, t, depth=4)
            agree("fcluster", Z, t, R=R)
        for k in {1, 2, 3, n // 2 + 1, n, n + 1}:
            agree("fcluster", Z, k, "maxclust")
            agree("fcluster", Z, k, "maxclust_monocrit", monocrit=most)
            agree("fcluster", Z, k, "maxclust_monocrit", monocrit=R[:, 1].copy())  # not monotonic
        agree("fcluster", Z, 1, "nonsense")


def test_cuts(trees):
    for Z in trees:
        if not hierarchy.is_monotonic(Z):  # scipy's have other numbers of clusters then
            continue
        n = len(Z) + 1
        agree("cut_tree", Z)
        for k in range(1, n):
            agree("cut_tree", Z, k)
        agree("cut_tree", Z, [n, *range(1, n)])  # scipy has n first of several only
        for height in (0.0, *np.quantile(Z[:, 2], [0.3, 0.5, 1]), 9e9):
            agree("cut_tree", Z, height=height)


def test_leaders(trees):
    rng = np.random.RandomState(0)
    for Z in trees:
        for T in (scipy.fcluster(Z, np.median(Z[:, 2]), "distance"), rng.randint(3, size=len(Z) + 1).astype(np.int32)):
            agree("leaders", Z, T)
        agree("leaders", Z, T.astype(np.int64))


def test_heights_and_statistics(trees):
    rng = np.random.RandomState(0)
    for Z in trees:
        agree("cophenet", Z)
        agree("maxdists", Z)
        for depth in (0, 1, 2, 3, 50):
            agree("inconsistent", Z, depth)
        R = scipy.inconsistent(Z)
        for i in range(-1, 5):
            agree("maxRstat", Z, R, i)
        agree("maxinconsts", Z, R)
        ours, theirs = both("cophenet", Z, rng.uniform(size=len(Z) * (len(Z) + 1) // 2))
        np.testing.assert_array_equal(ours[1], theirs[1])
        np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-9)


def test_orders_and_objects(trees):
    for Z in trees:
        agree("leaves_list", Z)
        agree("is_monotonic", Z)
        agree("to_mlab_linkage", Z)
        agree("from_mlab_linkage", scipy.to_mlab_linkage(Z))
        (root, nodes), (_, expected) = both("to_tree", Z, rd=True)
        assert root.pre_order() == expected[-1].pre_order()
        assert [(a.id, a.dist, a.count, a.left and a.left.id, a.right and a.right.id) for a in nodes] == [
            (b.id, b.dist, b.count, b.left and b.left.id, b.right and b.right.id) for b in expected
        ]


def test_what_is_valid():
    """But for a single row, and for indices that are no whole numbers, which scipy lets pass."""
    rng = np.random.RandomState(0)
    for _ in range(300):
        Z = reference.random_linkage(rng, rng.randint(3, 9))
        Z[rng.randint(len(Z)), rng.randint(4)] = rng.choice([-1.0, np.inf, -np.inf, 1e300, *range(12)])
        agree("is_valid_linkage", Z)
        agree("is_valid_linkage", Z, throw=True)
        agree("is_valid_linkage", Z, throw=True, name="tree")
        agree("is_valid_im", Z, throw=True, name="R")
        for name in ("fcluster", "leaves_list", "num_obs_linkage"):
            ours, theirs = both(name, Z, *((1.0,) if name == "fcluster" else ()))
            if isinstance(theirs, tuple):
                assert ours == theirs
    for wrong in (Z[0], Z[:, :3], Z[:0], Z.astype(int), Z.astype(np.float32)):
        agree("is_valid_linkage", wrong, throw=True, name="tree")
        agree("is_valid_im", wrong, throw=True, name="R")


def test_orders_of_leaves_are_no_longer_and_the_same_where_scipys_is_the_only_best():
    rng = np.random.RandomState(0)
    n_equal = 0
    for _ in range(60):
        Z = reference.random_linkage(rng, rng.randint(2, 8))
        y = rng.uniform(size=len(Z) * (len(Z) + 1) // 2)
        D = squareform(y)
        ours, theirs = both("optimal_leaf_ordering", Z, y)
        length, other = (reference.path_length(scipy.leaves_list(each), D) for each in (ours, theirs))
        assert length <= other * (1 + 1e-12)
        if other <= length * (1 + 1e-12):
            np.testing.assert_array_equal(ours, theirs)
            n_equal += 1
    assert n_equal > 20


def test_orders_of_leaves_are_the_same_where_all_distances_are_equal(trees):
    for Z in trees:
        agree("optimal_leaf_ordering", Z, np.ones(len(Z) * (len(Z) + 1) // 2))


@pytest.mark.parametrize("seed", range(4))
def test_dendrograms(seed):
    rng = np.random.RandomState(seed)

    def choose(*options):
        return options[rng.randint(len(options))]

    for _ in range(100):
        Z = reference.random_linkage(rng, rng.randint(2, 40), choose(*reference.KINDS))
        Z[:, 2] += 0.5  # links of height 0 may have other colors
        n = len(Z) + 1
        agree(
            "dendrogram",
            Z,
            no_plot=True,
            truncate_mode=choose(None, "lastp", "level", "mtica", "none"),
            p=choose(0, 1, 2, 3, 8, n - 1, n, n + 1, 30, -1),
            color_threshold=choose(None, "default", 0, -1, Z[:, 2].max(), np.median(Z[:, 2]), np.inf),
            orientation=choose("top", "bottom", "left", "right"),
            above_threshold_color=choose("C0", "k"),
            count_sort=choose(False, True, "ascending", "descending"),
            distance_sort=choose(False, True, "ascending", "descending"),
            show_leaf_counts=choose(False, True),
            show_contracted=choose(False, True),
            no_labels=choose(False, True),
            labels=choose(None, [f"label {i}" for i in range(n)]),
            leaf_label_func=choose(None, lambda node: f"<{node}>"),
            link_color_func=choose(None, None, lambda node: f"C{node}"),
        )
    for wrong in ({"orientation": "up"}, {"truncate_mode": "all"}, {"labels": ["a"]}, {"p": "3"}):
        agree("dendrogram", Z, no_plot=True, **wrong)


@pytest.mark.parametrize("seed", range(4))
def test_isomorphy(seed):
    rng = np.random.RandomState(seed)
    for _ in range(50):
        T1, T2 = rng.randint(3, size=(2, rng.randint(1, 7)))
        ours, theirs = both("is_isomorphic", T1, T2)
        pairs = len(set(zip(T1.tolist(), T2.tolist(), strict=True)))
        assert ours == (pairs == len(set(T1)) == len(set(T2)))
        assert theirs or not ours  # scipy overlooks some differences, and takes nothing for one


def test_disjoint_sets():
    rng = np.random.RandomState(0)
    ours, theirs = (kind(range(100)) for kind in (hierarchy.DisjointSet, scipy.DisjointSet))
    for a, b in rng.randint(100, size=(120, 2)).tolist():
        assert ours.merge(a, b) == theirs.merge(a, b)
        assert [ours[x] for x in ours] == [theirs[x] for x in theirs]
    assert ours.subsets() == theirs.subsets()
    assert ours.n_subsets == theirs.n_subsets
