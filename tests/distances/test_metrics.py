"""The table of metrics: names, parameters, and what each can do."""

import dataclasses
import math
import pickle
import warnings

import numpy as np
import pytest
from reference import distances as reference

from coterie import distances
from coterie.distances import as_metric, cdist, pdist
from coterie.distances._metrics import NAMES


def test_each_alias_is_the_metric_itself():
    aliases = {alias: metric.name for metric in map(as_metric, NAMES) for alias in metric.aliases}
    assert len(aliases) == sum(len(as_metric(name).aliases) for name in NAMES)
    assert not set(aliases) & set(NAMES)
    assert {"l1", "l2", "cityblock", "chebychev", "matching", "sqeuclid"} <= set(aliases)
    for alias, name in aliases.items():
        assert as_metric(alias) is as_metric(alias.upper()) is as_metric(name) or name == "minkowski"
        assert as_metric(alias) == as_metric(name)


def test_scipys_names_mean_the_same_here():
    scipy = pytest.importorskip("scipy.spatial.distance")
    X = np.random.RandomState(0).randint(0, 2, size=(6, 5)) + 0.0
    X[:, 0] = [1, 2, 3, 4, 5, 6]
    X[:, 1] = [2, 2, 1, 1, 0, 1]
    known = 0
    for name in NAMES:
        for alias in (name, *as_metric(name).aliases):
            if name in ("haversine", "dice", "gower", "nan_euclidean"):
                continue
            if alias in ("manhattan", "infinity", "l1", "l2", "p"):
                continue  # scikit-learn's names
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                np.testing.assert_allclose(pdist(X, alias), scipy.pdist(X, alias), rtol=1e-12, err_msg=alias)
            known += 1
    assert known > 30


@pytest.mark.parametrize("name", ["euclidian", "", "mahalanobis", "l3", "nan euclidean"])
def test_an_unknown_name_is_answered_with_those_that_exist(name):
    X = np.eye(2)
    for call in (as_metric, lambda metric: pdist(X, metric), lambda metric: cdist(X, X, metric)):
        with pytest.raises(ValueError, match=f"Unknown Distance Metric: {name}. Known metrics:") as error:
            call(name)
        assert all(known in str(error.value) for known in NAMES)


@pytest.mark.parametrize("metric", [None, 3, ["euclidean"], b"euclidean"])
def test_what_is_neither_name_nor_function_is_refused(metric):
    with pytest.raises(TypeError, match="metric must be a string identifier or a function"):
        as_metric(metric)


@pytest.mark.parametrize("p", [0, -1, math.nan, -math.inf])
def test_an_exponent_that_is_not_positive_is_refused(p):
    with pytest.raises(ValueError, match="p must be greater than 0"):
        pdist(np.eye(2), "minkowski", p=p)


def test_arguments_that_a_metric_does_not_take_are_named():
    for metric, kwargs in (("euclidean", {"p": 2}), ("minkowski", {"V": 1}), (as_metric("cosine"), {"p": 2})):
        with pytest.raises(TypeError, match=f"takes no argument '{next(iter(kwargs))}'"):
            pdist(np.eye(2), metric, **kwargs)
    for metric in ("euclidean", "minkowski"):
        with pytest.raises(TypeError, match=r"no argument 'w'.*weighted by scaling"):
            pdist(np.eye(2), metric, w=[1, 1])


def test_minkowski_is_the_metric_that_its_exponent_makes_it():
    assert [as_metric("minkowski", p=p).kernel for p in (1, 2, math.inf, 3)] == [
        "manhattan",
        "euclidean",
        "chebyshev",
        "minkowski",
    ]
    assert as_metric("minkowski") == as_metric("minkowski", p=2) and as_metric("P", p=np.float32(3.5)).p == 3.5
    X = np.random.RandomState(0).normal(size=(20, 4))
    for p, name in ((1, "manhattan"), (2, "euclidean"), (math.inf, "chebyshev")):
        np.testing.assert_array_equal(pdist(X, "minkowski", p=p), pdist(X, name))


def test_a_metric_is_a_value():
    metric = as_metric("minkowski", p=3)
    assert metric == as_metric("minkowski", p=3.0) != as_metric("minkowski", p=4)
    assert len({metric, as_metric("m", p=3), as_metric("euclidean"), as_metric("l2")}) == 2
    for each in (metric, as_metric("haversine"), as_metric(reference.chebyshev)):
        again = pickle.loads(pickle.dumps(each))
        assert again == each and hash(again) == hash(each) and as_metric(each) is each
    with pytest.raises(dataclasses.FrozenInstanceError):
        metric.p = 4.0
    X = np.random.RandomState(0).normal(size=(9, 2))
    np.testing.assert_array_equal(pdist(X, metric), pdist(X, "minkowski", p=3))


def test_the_table_says_what_each_can_do():
    metrics = {name: as_metric(name) for name in NAMES}
    assert {name: metric.undefined for name, metric in metrics.items() if metric.undefined} == {
        "cosine": "zero",
        "correlation": "constant",
    }
    assert [name for name, metric in metrics.items() if metric.n_features] == ["haversine"]
    assert [name for name, metric in metrics.items() if not metric.scale_free] == [
        "euclidean",
        "sqeuclidean",
        "manhattan",
        "chebyshev",
        "minkowski",
        "nan_euclidean",
    ]
    assert [name for name, metric in metrics.items() if metric.passes_missing] == ["gower", "nan_euclidean"]
    assert all(metric.name == name and f"\n{name} " in distances.__doc__ for name, metric in metrics.items())
    assert all(alias in distances.__doc__ for metric in metrics.values() for alias in metric.aliases)
