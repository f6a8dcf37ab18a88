"""The table of metrics, pdist, cdist and squareform: beside the definitions, scipy and scikit-learn."""

import contextlib
import dataclasses
import hashlib
import math
import os
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytest
from reference import distances as reference

import coterie
from coterie import Cancelled
from coterie._runtime._kernels import simd
from coterie._runtime.thresholds import thresholds
from coterie.distances import Metric, as_metric, cdist, from_degrees, km_to_radians, pdist, radians_to_km, squareform
from coterie.distances._condensed import check_condensed
from coterie.distances._metrics import NAMES, check_suits
from coterie.distances._pairwise import fill_rectangle, prepare

EXACT = ["euclidean", "sqeuclidean", "manhattan", "chebyshev"]  # scipy's bits
OF_ROWS = [name for name in NAMES if name != "gower"]  # that of a table is in test_gower.py
CASES = [(name, {}) for name in OF_ROWS] + [("minkowski", {"p": p}) for p in (1, 1.5, 3.5, 0.5, math.inf)]
IDS = [name + "".join(f"-{value}" for value in kwargs.values()) for name, kwargs in CASES]
every_metric = pytest.mark.parametrize("name, kwargs", CASES, ids=IDS)


def tables(name, seed=0):
    """Data of all sorts that suit a metric, small enough for the oracle."""
    rng = np.random.RandomState(seed)
    if name == "haversine":
        X = np.column_stack([rng.uniform(-np.pi / 2, np.pi / 2, 40), rng.uniform(-np.pi, 2 * np.pi, 40)])
        corners = np.array([[0, 0], [0, np.pi], [np.pi / 2, 1], [-np.pi / 2, 2], [0, 2 * np.pi], [0, 0], [1e-9, 0]])
        return {"points": X, "poles, antipodes and equal points": corners, "float32": X[:7].astype(np.float32)}
    if name == "dice":
        whole = {f"{n} x {d}": rng.randint(0, 2, size=(n, d)).astype(float) for n, d in ((37, 6), (5, 1), (3, 70))}
        return whole | {"bool": whole["37 x 6"].astype(bool)}
    mixed = rng.normal(size=(37, 5))
    mixed[::7] = 0
    mixed[20:24] = mixed[1]
    mixed[rng.rand(37, 5) < 0.2] = 0
    return {
        "zero rows and duplicates": mixed,
        "few values": rng.randint(-1, 3, size=(34, 4)).astype(float),
        "0 and 1": rng.randint(0, 2, size=(33, 7)),
        "one feature": rng.normal(size=(19, 1)).round(1),
        "many features": rng.normal(size=(4, 333)),
        "far from the origin": 1e6 + rng.normal(size=(18, 6)),
        "far from the origin, float32": (1e6 + rng.normal(size=(9, 3))).astype(np.float32),
        "large and small": np.exp(rng.normal(0, 12, size=(17, 3))),
        "float32": rng.normal(size=(20, 3)).astype(np.float32),
    }


def assert_close(actual, expected, name, what=""):
    assert actual.dtype == np.float64
    # Cosine and correlation are 1 - c: good to the last bit of 1, and rows less their means to that of the rows.
    atol = {"cosine": 1e-15, "correlation": 1e-9 if what.startswith("far") else 2e-15}.get(name, 0)
    atol = 1e-15 if name == "haversine" else atol
    rtol = 0 if name in EXACT else {"haversine": 1e-7 if what.startswith("poles") else 1e-13}.get(name, 1e-13)
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, err_msg=what)


# ------------------------------------------------------------------------------------------- the definitions


@every_metric
def test_pdist_and_cdist_follow_the_definition(name, kwargs):
    definition = kwargs if name != "minkowski" else {"p": 2, **kwargs}
    for what, X in tables(name).items():
        square = reference.cdist(X, X, name, **definition)
        above = np.triu_indices(len(X), 1)
        assert_close(pdist(X, name, **kwargs), square[above], name, what)
        assert_close(cdist(X, X[3:].copy(), name, **kwargs), square[:, 3:], name, what)
        assert_close(cdist(X[:1], X, name, **kwargs), square[:1], name, what)


def test_distances_by_hand():
    X = [[0.0, 3.0, 1.0, 0.0], [4.0, 0.0, 1.0, 0.0]]
    by_hand = {
        "euclidean": 5,
        "sqeuclidean": 25,
        "manhattan": 7,
        "chebyshev": 4,
        "minkowski": 5,
        "canberra": 2,
        "braycurtis": 7 / 9,
        "hamming": 0.5,
        "jaccard": 2 / 3,
        "cosine": 1 - 1 / math.sqrt(170),
        "correlation": 1 - -4 / math.sqrt(6 * 10.75),
    }
    for name, expected in by_hand.items():
        assert pdist(X, name) == pytest.approx([expected], rel=1e-14), name
    assert pdist([[1, 0, 1, 1, 0], [1, 1, 0, 1, 0]], "dice") == [2 / 6]
    assert pdist([[0, 0], [0, np.pi / 2], [np.pi / 2, 3]], "haversine") == pytest.approx(np.full(3, np.pi / 2))


@every_metric
def test_none_one_and_two_rows(name, kwargs):
    X = np.array([[0.5, 1.0], [0.0, 1.0]]).round() if name == "dice" else np.array([[0.5, 1.0], [1.0, 0.25]])
    for n, n_pairs in ((0, 0), (1, 0), (2, 1)):
        y = pdist(X[:n], name, **kwargs)
        assert y.shape == (n_pairs,) and y.dtype == np.float64
        assert cdist(X[:n], X, name, **kwargs).shape == (n, 2)
        assert cdist(X, X[:n], name, **kwargs).shape == (2, n)
    assert_close(y, reference.pdist(X, name, **({"p": 2} if name == "minkowski" else {}) | kwargs), name)


def test_rows_without_features():
    for name in ("euclidean", "manhattan", "chebyshev", "jaccard", "canberra"):
        np.testing.assert_array_equal(pdist(np.empty((3, 0)), name), np.zeros(3))


@every_metric
def test_equal_rows_are_at_no_distance_and_order_does_not_matter(name, kwargs):
    for what, X in tables(name).items():
        X = X[(X != X[:, :1]).any(axis=1)]  # rows that every metric is defined for
        twice = np.concatenate([X, X[::-1]])
        D = cdist(twice, twice, name, **kwargs)
        np.testing.assert_array_equal(D, D.T, err_msg=what)
        assert not D.diagonal().any() and not D[:, ::-1].diagonal().any(), what


def test_rows_of_zeros_have_no_cosine_and_those_of_equal_numbers_no_correlation():
    X = np.array([[0.0, 0.0, 0.0], [0.1, 0.1, 0.1], [1.0, 2.0, 4.0], [2.0, 4.0, 1.0]])
    for name, undefined in (("cosine", [0]), ("correlation", [0, 1]), ("euclidean", [])):
        D = cdist(X, X, name)
        expected = np.zeros((4, 4), dtype=bool)
        expected[undefined] = expected[:, undefined] = True
        np.testing.assert_array_equal(np.isnan(D), expected)
        np.testing.assert_array_equal(np.isnan(pdist(X, name)), expected[np.triu_indices(4, 1)])
    zeros = np.zeros((2, 3))
    assert np.isnan(pdist(zeros, "braycurtis")) and np.isnan(pdist(zeros, "dice"))
    assert pdist(zeros, "jaccard") == pdist(zeros, "canberra") == 0


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
@pytest.mark.parametrize("name", ["cosine", "correlation"])
def test_directions_of_very_long_and_short_rows(name, scale):
    X = np.random.RandomState(0).normal(size=(20, 4))
    np.testing.assert_allclose(cdist(X * scale, X, name), cdist(X, X, name), rtol=1e-12, atol=1e-15)


def test_nan_and_infinity_go_into_the_distances():
    X = np.array([[np.nan, 1.0], [1.0, 2.0], [np.inf, 0.5]])
    for name in ("euclidean", "sqeuclidean", "manhattan", "minkowski", "canberra", "braycurtis", "cosine"):
        y = pdist(X, name, **({"p": 3} if name == "minkowski" else {}))
        assert np.isnan(y[:2]).all() and not np.isfinite(y[2]), name


# ------------------------------------------------------------------------------------------- beside others


@pytest.mark.parametrize("name, kwargs", [case for case in CASES if case[0] not in ("haversine", "nan_euclidean")])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:.*Mean of empty slice:RuntimeWarning")
def test_distances_are_those_of_scipy(name, kwargs):
    scipy = pytest.importorskip("scipy.spatial.distance")
    theirs = "cityblock" if name == "manhattan" else name
    for seed in range(2):
        for what, X in tables(name, seed).items():
            assert_close(pdist(X, name, **kwargs), scipy.pdist(X, theirs, **kwargs), name, what)
            assert_close(cdist(X, X[5:9], name, **kwargs), scipy.cdist(X, X[5:9], theirs, **kwargs), name, what)


@pytest.mark.parametrize("n, d", [(2300, 1), (2100, 3), (200, 40), (170, 700), (130, 3000)])
@pytest.mark.parametrize("name", ["euclidean", "sqeuclidean", "cityblock", "chebyshev"])
def test_large_tables_have_the_bits_of_scipy(name, n, d):
    scipy = pytest.importorskip("scipy.spatial.distance")
    X = 1e6 + np.random.RandomState(d).normal(size=(n, d))
    np.testing.assert_array_equal(pdist(X, name, n_jobs=2), scipy.pdist(X, name))
    np.testing.assert_array_equal(cdist(X[::-1], X[:99], name, n_jobs=2), scipy.cdist(X[::-1], X[:99], name))


def digest(pdist, cdist):
    """Of distances that have the same bits at every instruction level, and in scipy."""
    found = hashlib.sha256()
    rng = np.random.RandomState(5)
    for n, d, shift in ((70, 1, 0), (70, 2, 0), (50, 17, 1e6), (90, 64, 0), (33, 300, -1e6), (40, 30, 1e150)):
        X = rng.normal(size=(n, d)) * (shift if shift > 1e9 else 1) + shift
        for name in ("euclidean", "sqeuclidean", "cityblock"):
            found.update(pdist(X, name).tobytes())
            found.update(cdist(X, X[3:20], name).tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("level", simd.supported())
def test_bits_are_those_of_scipy_at_every_instruction_level(level):
    scipy = pytest.importorskip("scipy.spatial.distance")
    code = f"""
    import sys
    sys.path[:0] = {sys.path!r}
    from coterie._runtime._kernels import simd
    from test_distances import cdist, digest, pdist
    print(simd.chosen(), digest(pdist, cdist))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        cwd=os.path.dirname(os.path.abspath(__file__)),
        env={**os.environ, "COTERIE_SIMD": level},
    )
    assert done.stdout.split() == [level, digest(scipy.pdist, scipy.cdist)]


def test_haversine_is_that_of_scikit_learn():
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    for X in tables("haversine").values():
        np.testing.assert_allclose(
            cdist(X, X, "haversine"), pairwise.haversine_distances(X.astype(float)), rtol=1e-12, atol=1e-15
        )


def test_cosine_is_that_of_scikit_learn_but_for_rows_of_zeros():
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    X = tables("cosine")["zero rows and duplicates"]
    ours, theirs, zero = cdist(X, X, "cosine"), pairwise.cosine_distances(X), ~X.any(axis=1)
    np.testing.assert_allclose(ours[np.ix_(~zero, ~zero)], theirs[np.ix_(~zero, ~zero)], atol=1e-15)
    assert zero.any() and np.isnan(ours[zero]).all() and (theirs[zero][:, ~zero] == 1).all()


# ------------------------------------------------------------------------------------------- threads


@every_metric
def test_bits_do_not_depend_on_the_number_of_threads(name, kwargs, monkeypatch):
    monkeypatch.setattr(thresholds, "chunk", 0)  # else one thread does it all
    monkeypatch.setattr(thresholds, "distance_rows", 16)
    rng = np.random.RandomState(0)
    X = rng.uniform(-1.5, 1.5, size=(170, 2)) if name == "haversine" else rng.normal(size=(170, 20))
    X = (X > 0).astype(float) if name == "dice" else X
    y, D = pdist(X, name, n_jobs=1, **kwargs), cdist(X, X[60:], name, n_jobs=1, **kwargs)
    np.testing.assert_array_equal(D[:60], squareform(y)[:60, 60:])
    for n_jobs in (2, 3, 7, -1, None):
        assert pdist(X, name, n_jobs=n_jobs, **kwargs).tobytes() == y.tobytes()
        assert cdist(X, X[60:], name, n_jobs=n_jobs, **kwargs).tobytes() == D.tobytes()


def test_zero_threads_are_refused():
    with pytest.raises(ValueError, match="n_jobs == 0 has no meaning"):
        pdist(np.eye(3), n_jobs=0)
    with pytest.raises(ValueError, match="n_jobs == 0 has no meaning"):
        cdist(np.eye(3), np.eye(3), n_jobs=0)


@pytest.mark.parametrize(
    "function",
    [pdist, lambda X: cdist(X, X), lambda X: pdist(X[:60], lambda x, y: 0.0)],
    ids=["pdist", "cdist", "callable"],
)
def test_progress_is_reported_and_the_work_can_be_stopped(function, monkeypatch):
    monkeypatch.setattr(thresholds, "distance_rows", 4)
    X = np.random.RandomState(0).normal(size=(2400, 4))
    steps = []
    with coterie.progress(lambda *step: steps.append(step)):
        seen = function(X)
    np.testing.assert_array_equal(seen, function(X))
    stages, done, totals = zip(*steps, strict=True)
    assert set(stages) == {"distances"} and len(set(totals)) == 1 and len(set(done)) > 2
    assert done[0] == 0 and list(done) == sorted(done) and done[-1] <= totals[0]
    stopped = []
    with (
        pytest.raises(Cancelled, match="distances"),
        coterie.progress(lambda *step: stopped.append(step) or len(stopped) < 2),
    ):
        function(X)
    assert len(stopped) == 2


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_is_felt_within_a_moment():
    code = """
    import os, signal, threading, time
    import numpy as np
    from coterie.distances import pdist
    signal.signal(signal.SIGINT, signal.default_int_handler)
    X, sent = np.random.RandomState(0).normal(size=(5000, 60)), []

    def strike():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.2, strike).start()
    try:
        pdist(X, "minkowski", p=3.5)
    except KeyboardInterrupt:
        print(time.perf_counter() - sent[0])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=100,
    )
    assert float(done.stdout) < 2  # 0.2 on a machine with nothing else to do; "" where it finished


# ------------------------------------------------------------------------------------------- what is given


def layouts(X):
    big, read_only, strided = X.astype(X.dtype.newbyteorder()), X.copy(), np.zeros((len(X), 2 * X.shape[1]))
    read_only.flags.writeable = False
    strided[:, ::2] = X
    odd = np.empty(X.nbytes + 1, dtype=np.uint8)[1:].view(X.dtype).reshape(X.shape)
    odd[:] = X
    return {
        "Fortran": np.asfortranarray(X),
        "big-endian": big,
        "read-only": read_only,
        "strided": strided[:, ::2],
        "reversed": X[::-1].copy()[::-1],
        "misaligned": odd,
        "list": X.tolist(),
        "object": X.astype(object),
    }


@pytest.mark.parametrize("name", ["euclidean", "cosine", "correlation", "hamming"])
def test_any_layout_has_the_same_distances_and_is_left_alone(name):
    X = np.random.RandomState(0).randint(-9, 9, size=(35, 6)) / 8
    y = pdist(X, name)
    for what, given in layouts(X).items():
        before = np.array(given, dtype=float)
        np.testing.assert_array_equal(pdist(given, name), y, err_msg=what)
        np.testing.assert_array_equal(cdist(given, given, name), squareform(y), err_msg=what)
        np.testing.assert_array_equal(np.array(given, dtype=float), before)
    for dtype in (np.float16, np.float32, np.longdouble):
        np.testing.assert_array_equal(pdist(X.astype(dtype), name), y)
    for dtype in (np.int8, np.int64, np.uint8, bool):
        whole = (8 * np.abs(X)).astype(dtype)
        np.testing.assert_array_equal(pdist(whole, name), pdist(whole.astype(float), name))


def test_float32_is_computed_with_in_float64():
    X = np.random.RandomState(0).normal(size=(30, 3)).astype(np.float32)
    np.testing.assert_array_equal(pdist(X), pdist(X.astype(np.float64)))
    np.testing.assert_array_equal(cdist(X, X.astype(np.float64)), squareform(pdist(X)))
    large = np.array([[3e38], [-3e38]], dtype=np.float32)
    assert pdist(large)[0] == pytest.approx(6e38)


@pytest.mark.parametrize(
    "X, error, words",
    [
        ([1.0, 2.0], ValueError, r"A 2-dimensional array must be passed. \(Shape was \(2,\)\)."),
        (np.zeros((2, 2, 2)), ValueError, r"A 2-dimensional array must be passed. \(Shape was \(2, 2, 2\)\)."),
        ([["a", "b"], ["c", "d"]], ValueError, "X holds text"),
        ([[1j, 2j]], ValueError, "Complex data not supported"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(X, error, words):
    with pytest.raises(error, match=words):
        pdist(X)


def test_tables_that_do_not_go_together_are_refused():
    X = np.zeros((3, 2))
    with pytest.raises(ValueError, match="XA must be a 2-dimensional array"):
        cdist(X[0], X)
    with pytest.raises(ValueError, match="XB must be a 2-dimensional array"):
        cdist(X, X[0])
    with pytest.raises(ValueError, match="XA and XB must have the same number of columns"):
        cdist(X, X[:, :1])
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="Sparse data was passed for XB"):
        cdist(X, sparse.csr_array(X))


def test_distances_are_written_where_it_was_asked():
    X = np.random.RandomState(0).normal(size=(40, 3))
    y, D = np.full(780, np.nan), np.full((40, 7), np.nan)
    assert pdist(X, "cosine", out=y) is y and cdist(X, X[:7], "cosine", out=D) is D
    np.testing.assert_array_equal(y, pdist(X, "cosine"))
    np.testing.assert_array_equal(D, cdist(X, X[:7], "cosine"))


def locked(array):
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "out, error, words",
    [
        (np.empty(4), ValueError, "Output array has incorrect shape."),
        (np.empty((1, 3)), ValueError, "Output array has incorrect shape."),
        (np.empty(6)[::2], ValueError, "Output array must be C-contiguous."),
        (np.empty(3, dtype=np.float32), ValueError, "Output array must be double type."),
        (np.empty(3, dtype=">f8"), ValueError, "Output array must be double type."),
        (locked(np.empty(3)), ValueError, "Output array must be writeable."),
        ([0.0, 0.0, 0.0], TypeError, "Output array must be a numpy array, got list."),
    ],
)
def test_memory_that_does_not_fit_is_refused(out, error, words):
    with pytest.raises(error, match=words):
        pdist(np.zeros((3, 2)), out=out)


def test_out_of_cdist_has_the_shape_of_the_result():
    with pytest.raises(ValueError, match="incorrect shape"):
        cdist(np.zeros((3, 2)), np.zeros((4, 2)), out=np.empty((4, 3)))
    with pytest.raises(ValueError, match="C-contiguous"):
        cdist(np.zeros((3, 2)), np.zeros((4, 2)), out=np.empty((4, 3)).T)


# ------------------------------------------------------------------------------------------- functions


def test_a_function_is_called_with_rows_as_they_are():
    X, seen = np.array([[1, 2], [3, 5], [9, 9]], dtype=np.int16), []

    def metric(x, y):
        seen.append((x.tolist(), y.tolist(), x.dtype, type(y)))
        return abs(int(x[0]) - int(y[1]))

    np.testing.assert_array_equal(pdist(X, metric), [4, 8, 6])
    rows = X.tolist()
    assert [each[:2] for each in seen] == [(rows[0], rows[1]), (rows[0], rows[2]), (rows[1], rows[2])]
    assert {each[2:] for each in seen} == {(X.dtype, np.ndarray)}
    np.testing.assert_array_equal(cdist(X, X[1:], metric), [[4, 8], [2, 6], [4, 0]])
    assert pdist([["abc"], ["abd"]], lambda x, y: float(x[0] != y[0])) == 1
    assert pdist(X[:1], metric).shape == (0,) and cdist(X[:0], X, metric).shape == (0, 3)


def test_a_function_gets_its_arguments_and_its_errors_come_through():
    X = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(pdist(X, lambda x, y, add: add + x[0] - x[0], add=4), [4, 4, 4])
    assert as_metric(reference.chebyshev).name == "chebyshev" and as_metric(dict).function is dict
    for given in (lambda x, y: 1 / 0, lambda x, y, add: 0.0):
        with pytest.raises((ZeroDivisionError, TypeError)):
            pdist(X, given)
    with pytest.raises(TypeError, match="unexpected keyword argument 'p'"):
        pdist(X, lambda x, y: 0.0, p=2)


@pytest.mark.parametrize("name", ["euclidean", "cosine", "braycurtis"])
def test_functions_of_scipy_measure_as_the_names_do(name):
    scipy = pytest.importorskip("scipy.spatial.distance")
    X = np.random.RandomState(0).normal(size=(12, 4))
    np.testing.assert_allclose(pdist(X, getattr(scipy, name)), pdist(X, name), rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(cdist(X, X[:5], getattr(scipy, name)), scipy.cdist(X, X[:5], getattr(scipy, name)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.float32, bool])
def test_functions_named_as_a_metric_get_rows_that_do_not_overflow(dtype):
    X = np.array([[0, 1], [1, 1], [200, 0]]).astype(dtype)

    def cityblock(x, y):
        assert x.dtype == y.dtype == np.float64
        return abs(x - y).sum()

    def hamming(x, y):
        assert x.dtype == y.dtype == (bool if dtype is bool else np.float64)
        return (x != y).mean()

    for function in (cityblock, hamming):
        np.testing.assert_array_equal(pdist(X, function), pdist(X, function.__name__))
        np.testing.assert_array_equal(cdist(X, X, function), cdist(X, X, function.__name__))


# ------------------------------------------------------------------------------------------- parts for others


@every_metric
def test_rows_laid_out_once_have_the_same_distances(name, kwargs):
    metric = as_metric(name, **kwargs)
    for dtype in (np.float64, np.float32):
        X = next(iter(tables(name).values())).astype(dtype)
        Y = X[5:30].copy()
        expected = cdist(X, Y, metric)
        for n_threads in (1, 3):
            for one in (X, prepare(X, metric, n_threads)):
                for many in (Y, prepare(Y, metric, n_threads)):
                    out = np.full((len(X), len(Y)), -7.0)
                    fill_rectangle(one, many, metric, n_threads, out)
                    np.testing.assert_array_equal(out, expected)
        row = np.full((1, len(Y)), -7.0)
        fill_rectangle(X[3:4], prepare(Y, metric, 1), metric, 1, row)
        np.testing.assert_array_equal(row, expected[3:4])


def test_rows_for_a_function_stay_as_they_are():
    metric, X = as_metric(reference.chebyshev), np.arange(8.0).reshape(4, 2)
    assert prepare(X, metric, 2) is X
    out = np.empty((4, 2))
    fill_rectangle(X, X[:2], metric, 2, out)
    np.testing.assert_array_equal(out, cdist(X, X[:2], "chebyshev"))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_a_metric_is_not_defined_for_are_found(dtype):
    X = np.array([[1, 2], [0.1, 0.1], [0, 0], [3, 0], [0, 0]], dtype=dtype)
    with pytest.raises(ValueError, match=r"Cosine affinity cannot be used when X contains zero vectors\..* X at row 2"):
        check_suits(X, as_metric("cosine"))
    with pytest.raises(ValueError, match=r"Correlation is not defined for rows .* equal.*First in given at row 1"):
        check_suits(X, as_metric("correlation"), "given")
    with pytest.raises(ValueError, match=r"only valid in 2 dimensions.*X has 3 columns"):
        check_suits(np.zeros((2, 3), dtype=dtype), as_metric("haversine"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in OF_ROWS:
            check_suits(X[[0, 3]], as_metric(name)) if name != "haversine" else check_suits(X[1:3], as_metric(name))
        check_suits(X, as_metric("euclidean"))
        check_suits(X[[0, 1, 3]], as_metric("cosine"))


@pytest.mark.parametrize("n, good", [(0, True), (1, True), (2, False), (3, True), (10, True), (11, False)])
def test_the_length_of_a_condensed_matrix_is_checked(n, good):
    if good:
        points = check_condensed(np.zeros(n))
        assert points * (points - 1) // 2 == n and points >= 1
    else:
        with pytest.raises(ValueError, match="Length n of condensed distance matrix 'd' must be a binomial"):
            check_condensed(np.zeros(n), "d")
    with pytest.raises(ValueError, match="'y' must have shape=1"):
        check_condensed(np.zeros((n, 1)))


@pytest.mark.parametrize(
    "metric",
    [
        Metric(name="euclidean", kernel="zzz"),
        Metric(name="zzz", kernel="euclidean"),
        Metric(name="haversine"),
        Metric(name="minkowski", kernel="minkowski", p=-1.0),
        Metric(name="haversine", kernel="haversine"),
        Metric(name="euclidean", kernel="minkowski", p=3.0),
        dataclasses.replace(as_metric("cosine"), undefined=""),
    ],
)
def test_a_metric_that_was_made_by_hand_is_that_of_the_table(metric):
    with pytest.raises(ValueError, match=r"A Metric without a function must be|Unknown Distance|p must be greater"):
        pdist([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], metric)


@pytest.mark.parametrize("p", ["2", None, 1j, [2.0], np.array([1.0, 2.0])])
def test_an_exponent_that_is_no_number_is_refused(p):
    with pytest.raises(TypeError, match=r"^p must be a number greater than 0, got"):
        as_metric("minkowski", p=p)


def test_an_exponent_beyond_float64_is_infinite():
    assert as_metric("minkowski", p=10**400) == as_metric("minkowski", p=math.inf)


def test_no_conversion_loses_an_imaginary_part():
    for convert in (km_to_radians, radians_to_km, lambda given: from_degrees([given], [0.0])):
        with pytest.raises(ValueError, match="Complex data not supported"):
            convert(1 + 1j)


@pytest.mark.parametrize("returned", ["a", None, 1j, np.complex128(1j), 10**400, [1.0, 2.0], np.ones(2), {}])
def test_what_a_metric_returns_is_a_number(returned):
    for measure in (
        pdist,
        lambda X, metric: cdist(X, X, metric),
        lambda X, metric: coterie.DBSCAN(1.0, metric=metric).fit(X),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if returned is None:  # missing
                with contextlib.suppress(ValueError):
                    measure([[0.0, 1.0], [1.0, 2.0]], lambda x, y: returned)
            else:
                with pytest.raises((ValueError, TypeError), match=r"metric|Complex"):
                    measure([[0.0, 1.0], [1.0, 2.0]], lambda x, y: returned)


@pytest.mark.parametrize("n_jobs", ["2", 1.0, math.inf, math.nan, [1], np.ones(2), 1j])
def test_a_number_of_threads_is_a_whole_number(n_jobs):
    for measure in (
        lambda X: pdist(X, n_jobs=n_jobs),
        lambda X: cdist(X, X, n_jobs=n_jobs),
        lambda X: coterie.hierarchy.linkage(X, n_jobs=n_jobs),
    ):
        with pytest.raises(TypeError, match=r"^n_jobs must be an int, got"):
            measure([[0.0, 1.0], [1.0, 2.0]])
