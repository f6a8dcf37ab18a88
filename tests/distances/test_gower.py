"""Gower's distance between rows of tables, and distances of numbers of which some are missing."""

import math
import re
import warnings

import numpy as np
import pytest
from reference import distances as reference

from coterie.distances import as_metric, cdist, pdist, squareform
from coterie.distances._missing import rows_without_shared_columns
from coterie.distances._rows import read_rows

NAN = np.nan
PEOPLE = [  # age, town, member, children
    [20.0, "Ulm", True, 0],
    [30.0, "Bonn", True, None],
    [None, "Ulm", False, 4],
    [60.0, None, None, 2],
]
BY_HAND = [(10 / 40 + 1 + 0) / 3, (0 + 1 + 1) / 3, (40 / 40 + 2 / 4) / 2, (1 + 1) / 2, (30 / 40) / 1, (2 / 4) / 1]


def random_table(seed):
    """Rows of objects, and what the definition needs to know of them."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(2, 50)), int(rng.integers(1, 12))
    rows, is_category, weights, ranges = np.empty((n, d), object), [], [], []
    share = rng.choice([0.0, 0.1, 0.5])
    for j in range(d):
        is_category.append(bool(rng.random() < 0.5))
        if is_category[j]:
            rows[:, j] = rng.choice(np.array(["a", "b", "c", "", "ä"]), n)
        else:
            rows[:, j] = (rng.normal(size=n).round(int(rng.integers(0, 4))) + rng.choice([0, 1e6])).tolist()
        rows[rng.random(n) < share, j] = None
        known = [value for value in rows[:, j] if value is not None and not is_category[j]]
        ranges.append(max(known) - min(known) if known else 0.0)
        weights.append(float(rng.choice([0.0, 0.3, 1.0, 2.0])))
    weights[0] = weights[0] or 1.0
    return rows, is_category, weights, ranges


@pytest.mark.parametrize("seed", range(40))
def test_distances_are_those_of_the_definition(seed):
    rows, is_category, weights, ranges = random_table(seed)
    kinds = ["category" if each else "amount" for each in is_category]
    table = rows.tolist()
    expected = [[reference.gower(x, y, is_category, weights, ranges) for y in table] for x in table]
    found = pdist(rows, "gower", kinds=kinds, weights=weights)
    # Ranges and weights are brought near 1 first, by powers of two: that rounds nothing.
    np.testing.assert_array_equal(found, np.array(expected)[np.triu_indices(len(rows), 1)])
    several = cdist(rows, rows[::-1], "gower", kinds=kinds, weights=weights, n_jobs=3)
    np.testing.assert_array_equal(several[:, ::-1], expected)


def test_distances_by_hand():
    np.testing.assert_allclose(pdist(PEOPLE, "gower"), BY_HAND, rtol=1e-15)
    weighted = pdist(PEOPLE, "gower", weights={1: 3.0, 3: 0.0}, ranges={0: 400.0})
    np.testing.assert_allclose(weighted[:2], [(10 / 400 + 3 + 0) / 5, (0 + 1) / 4], rtol=1e-15)
    assert np.isnan(pdist(PEOPLE, "gower", weights=[0, 1, 1, 0])[2:3]).all()


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "objects"])
def test_tables_of_all_libraries_have_the_same_distances(library):
    columns = dict(zip(("age", "town", "member", "children"), map(list, zip(*PEOPLE, strict=True)), strict=True))
    if library == "objects":
        table = np.array(PEOPLE, object)
    else:
        module = pytest.importorskip(library)
        table = module.table(columns) if library == "pyarrow" else module.DataFrame(columns)
    np.testing.assert_array_equal(pdist(table, "gower"), pdist(PEOPLE, "gower"))
    np.testing.assert_array_equal(cdist(table, PEOPLE, "gower"), squareform(pdist(PEOPLE, "gower")))
    if library != "objects":
        doubled = pdist(table, "gower", weights={"town": 2.0}, kinds={"children": "category"})
        np.testing.assert_allclose(doubled[0], (10 / 40 + 2 + 0) / 4, rtol=1e-15)


def test_numbers_alone_are_manhattan_and_categories_alone_are_hamming():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 64, size=(30, 4)) + 0.0
    X[0], X[1] = 0, 64  # ranges whose inverses are not rounded
    np.testing.assert_allclose(pdist(X, "gower", kinds=["amount"] * 4), pdist(X / 64, "manhattan") / 4, rtol=1e-15)
    np.testing.assert_array_equal(pdist(X, "gower", kinds=["category"] * 4), pdist(X, "hamming"))
    np.testing.assert_array_equal(pdist(X.astype(np.float32), "gower"), pdist(X, "gower"))


def test_ordered_categoricals_are_compared_by_rank():
    pandas = pytest.importorskip("pandas")
    sizes = pandas.Categorical(["s", "l", "m"], ["s", "m", "l"], ordered=True)
    np.testing.assert_array_equal(pdist(pandas.DataFrame({"size": sizes}), "gower"), [1, 0.5, 0.5])
    plain = pandas.DataFrame({"size": sizes.as_unordered()})
    np.testing.assert_array_equal(pdist(plain, "gower"), [1, 1, 1])


def test_a_constant_column_says_0_and_counts():
    X = [[1.0, 5.0, "x"], [2.0, 5.0, "x"], [3.0, 5.0, "x"]]
    np.testing.assert_allclose(pdist(X, "gower"), [0.5 / 3, 1 / 3, 0.5 / 3], rtol=1e-15)
    _, metric = read_rows(X, as_metric("gower"))
    assert cdist(X[:1], [[1.0, 9.0, "x"]], metric) == 0


def test_what_was_learned_holds_for_rows_that_come_later():
    _, metric = read_rows(PEOPLE, as_metric("gower"))
    later = [[100.0, "Rome", False, 0], [100.0, "Oslo", None, None]]
    found = cdist(PEOPLE, later, metric)
    np.testing.assert_allclose(found[0], [(80 / 40 + 1 + 1 + 0) / 4, (80 / 40 + 1) / 2], rtol=1e-15)
    assert found[0, 1] > 1  # beyond the range
    assert metric.columns.ranges == (40.0, 0.0, 0.0, 4.0)
    rows = read_rows(later, metric)[0]
    np.testing.assert_array_equal(rows, [[100, -1, 0, 0], [100, -1, NAN, NAN]])
    np.testing.assert_array_equal(cdist(read_rows(PEOPLE, metric)[0], rows, metric.of_rows), found)
    assert as_metric("gower", **metric.params) == metric != as_metric("gower")
    with pytest.raises(ValueError, match="X has 3 features, but the metric 'gower' is expecting 4 features"):
        cdist(PEOPLE, [row[:3] for row in later], metric)


def test_identifiers_and_free_texts_are_warned_of():
    rows = [[f"{i:03}-{7 * i % 100:02}", i % 3, 0.5 * i] for i in range(100)]
    with pytest.warns(UserWarning, match=r"column 0 holds identifiers.* weights=\{0: 0\} leaves it out"):
        pdist(rows, "gower")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for known in ({"weights": {0: 0}}, {"weights": {0: 1}}, {"kinds": {0: "category"}}):
            pdist(rows, "gower", **known)


@pytest.mark.parametrize("exponent", [-960, -600, 600, 1000])
def test_scales_do_not_matter(exponent):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(20, 3))
    X[rng.random(X.shape) < 0.2] = NAN
    X[:, 0] = 1.0
    for kwargs in ({}, {"weights": (1.0, 1e300, 1e-300)}):
        np.testing.assert_array_equal(pdist(np.ldexp(X, exponent), "gower", **kwargs), pdist(X, "gower", **kwargs))
    far = cdist(np.ldexp(X, exponent), [[1e300, 1.0, 1.0], [-1e300, 1.0, 1.0]], as_metric("gower", ranges=[1] * 3))
    assert not np.isnan(far).any()
    np.testing.assert_array_equal(
        pdist(np.ldexp(X, exponent), "nan_euclidean"), np.ldexp(pdist(X, "nan_euclidean"), exponent)
    )


def test_a_range_beyond_float64_is_refused():
    with pytest.raises(ValueError, match=r"range of column 1 is beyond float64"):
        pdist([[0.0, -1e308], [1.0, 1e308], [2.5, 0.5]], "gower")
    with pytest.raises(ValueError, match="infinity"):
        pdist([[0.0, np.inf], [1.0, 1e308]], "gower")


@pytest.mark.parametrize(
    "kwargs, kind, because",
    [
        ({"weights": [1, 2]}, ValueError, "weights must have an item for each of the 4 columns, got 2"),
        (
            {"weights": [1, 2, 3, -1]},
            ValueError,
            "weights must hold a finite number of at least 0.* Got -1 for column 3",
        ),
        ({"weights": [1, 2, 3, NAN]}, ValueError, "Got nan for column 3"),
        ({"weights": [0, 0, 0, 0]}, ValueError, "weights must hold a number above 0"),
        ({"weights": dict.fromkeys(range(4), 0)}, ValueError, "weights must hold a number above 0"),
        ({"weights": {"age": 1}}, ValueError, r"weights names 'age', and there is no such column.* \[0, 1, 2, 3\]"),
        ({"weights": 3}, TypeError, "weights must be a mapping from columns, or a sequence"),
        ({"weights": "1111"}, TypeError, "weights must be a mapping"),
        ({"weights": {1.5: 1}}, TypeError, "keys of weights must be names or numbers of columns"),
        ({"kinds": ["number"] * 4}, ValueError, "kinds must hold one of 'amount'.* Got 'number' for column 0"),
        ({"kinds": {1: "amount"}}, ValueError, "that column holds text"),
        ({"ranges": {1: 2.0}}, ValueError, "column 1 has no range, because it is a category. Got 2.0"),
        ({"ranges": {0: math.inf}}, ValueError, "ranges must hold a finite number"),
        ({"p": 2}, TypeError, "'gower' takes 'kinds', 'weights' and 'ranges'. Got p"),
        ({"categories": [None] * 4}, ValueError, "kinds must have an item for each column where categories are given"),
        ({"categories": 3}, TypeError, "categories must be a sequence"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_arguments_that_do_not_fit_are_refused(kwargs, kind, because):
    with pytest.raises(kind, match=because):
        pdist(PEOPLE, "gower", **kwargs)


@pytest.mark.parametrize(
    "change, because",
    [
        ({"kinds": ("category",) * 4}, "tuple of categories"),
        ({"kinds": ("date", "category", "category", "amount")}, "kinds must be those of the categories"),
        ({"weights": (1, 1, 1)}, "weights must have an item for each column"),
        ({"ranges": (1, 0, None, 1)}, "ranges must have an item for each column"),
        ({"categories": (None, ("a", "a"), (True,), None)}, "different"),
        ({"categories": (None, ("a", NAN), (True,), None)}, "finite"),
        ({"categories": (None, ("a", b"b"), (True,), None)}, "text, bool or finite"),
        ({"categories": (None, ("a",), 3, None)}, "tuple of categories"),
    ],
)
def test_what_no_fit_can_have_learned_is_refused(change, because):
    _, metric = read_rows(PEOPLE, as_metric("gower"))
    with pytest.raises(ValueError, match=because):
        as_metric("gower", **metric.params | change)


def test_a_metric_has_its_arguments_already():
    with pytest.raises(TypeError, match=r"no argument 'weights'\. It is a Metric, which has its arguments already"):
        as_metric(as_metric("gower", ranges=[1.0]), weights=[1.0])


# ------------------------------------------------------------------------------------------- numbers alone


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_nan_euclidean_is_that_of_scikit_learn(share):
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    rng = np.random.default_rng(int(10 * share))
    for d in (1, 2, 5, 20):
        X = rng.normal(size=(30, d))
        X[rng.random(X.shape) < share] = NAN
        found = cdist(X, X[:9].copy(), "nan_euclidean")
        np.testing.assert_allclose(found, pairwise.nan_euclidean_distances(X, X[:9]), atol=1e-6)
        np.testing.assert_array_equal(found, reference.cdist(X, X[:9], "nan_euclidean"))
        if not share:
            np.testing.assert_array_equal(found, cdist(X, X[:9].copy()))


# ------------------------------------------------------------------------------------------- rows that share nothing


@pytest.mark.parametrize("seed", range(30))
def test_rows_that_share_no_column_are_found(seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 12)), int(rng.choice([1, 2, 5, 63, 64, 65, 130]))
    X = np.where(rng.random((n, d)) < rng.choice([0.1, 0.5, 1 - 1.5 / d]), NAN, 1.0)

    def apart(x, y):
        return not (~np.isnan(x) & ~np.isnan(y)).any()

    pairs = [(i, j) for i in range(n) for j in range(i, n) if apart(X[i], X[j])]
    found = rows_without_shared_columns(X)
    assert found in pairs if pairs else found is None
    m = n // 2
    pairs = [(i, j) for i in range(n - m) for j in range(m) if apart(X[m + i], X[j])]
    if m:
        found = rows_without_shared_columns(X[m:], X[:m])
        assert found in pairs if pairs else found is None


def test_such_rows_have_no_distance_and_algorithms_name_them():
    X = np.array([[1.0, 2, 3], [2, NAN, NAN], [4, 5, NAN], [NAN, NAN, 6]])
    for name in ("gower", "nan_euclidean"):
        assert np.isnan(squareform(pdist(X, name), checks=False)[[1, 2], 3]).all()
        message = f"The {name} distance between rows 1 and 3 of X is not defined: they have values in no common column"
        with pytest.raises(ValueError, match=re.escape(message)):
            read_and_check(X, name)
    read_and_check(X[:3], "gower")


def read_and_check(X, name):
    from coterie.distances._metrics import check_suits

    check_suits(*read_rows(X, as_metric(name)))
