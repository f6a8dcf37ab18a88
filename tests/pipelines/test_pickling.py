"""Estimators are copied and written in every way that Python has, and come back with all their bits.

Our own files, which run no code when they are read, are tested in base/test_model_files.py.
"""

import copy
import inspect
import io
import pickle
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import coterie
from coterie._base.estimator import Estimator
from coterie.neighbors import NearestNeighbors
from coterie.scaling import Scaler

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")

X = np.random.RandomState(0).uniform(1, 2, size=(300, 3))
MODELS = {
    "kmeans": coterie.KMeans(3, random_state=0),
    "kmeans of arrays": coterie.KMeans(3, init=X[:3].copy(), random_state=np.random.RandomState(7)),
    "bisecting k-means": coterie.BisectingKMeans(3, random_state=0),
    "k-medians": coterie.KMedians(3, random_state=0),
    "k-means by small batches": coterie.MiniBatchKMeans(3, random_state=0),
    "spherical k-means": coterie.SphericalKMeans(3, random_state=0),
    "size-constrained k-means": coterie.SizeConstrainedKMeans(3, 60, random_state=0),
    "kmedoids": coterie.KMedoids(3, metric="manhattan", random_state=0),
    "ward": coterie.AgglomerativeClustering(3),
    "average": coterie.AgglomerativeClustering(None, distance_threshold=0.3, metric="l1", linkage="average"),
    "divisive": coterie.DivisiveClustering(3),
    "dbscan": coterie.DBSCAN(0.1),
    "dbscan, minkowski": coterie.DBSCAN(0.1, metric="minkowski", p=3),
    "hdbscan": coterie.HDBSCAN(),
    "optics": coterie.OPTICS(xi=0.1),
    "kmodes": coterie.KModes(3),
    "kprototypes": coterie.KPrototypes(3, random_state=0),
    "scaler": Scaler("log"),
    "neighbors": NearestNeighbors(n_neighbors=4),
    "neighbors, canberra": NearestNeighbors(n_neighbors=2, metric="canberra"),
}
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
fitted_or_not = pytest.mark.parametrize("fitted", [False, True], ids=["new", "fitted"])


def with_pickle(protocol):
    return pytest.param(lambda model: pickle.loads(pickle.dumps(model, protocol)), id=f"pickle {protocol}")


def with_buffers(model):
    buffers = []
    data = pickle.dumps(model, 5, buffer_callback=buffers.append)
    return pickle.loads(data, buffers=buffers)


def with_cloudpickle(model):
    cloudpickle = pytest.importorskip("cloudpickle")
    return cloudpickle.loads(cloudpickle.dumps(model))


def with_joblib(model):
    joblib = pytest.importorskip("joblib")
    file = io.BytesIO()
    joblib.dump(model, file, compress=3)
    file.seek(0)
    return joblib.load(file)


ways = pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        *map(with_pickle, range(pickle.HIGHEST_PROTOCOL + 1)),
        pytest.param(with_buffers, id="pickle 5 with buffers"),
        pytest.param(with_cloudpickle, id="cloudpickle"),
        pytest.param(with_joblib, id="joblib"),
    ],
)


def state(model):
    """What it holds; a random generator as its numbers."""
    values = dict(vars(model))
    if isinstance(values.get("random_state"), np.random.RandomState):
        values["random_state"] = values["random_state"].get_state()
    return values


def assert_the_same(again, model):
    assert type(again) is type(model)
    np.testing.assert_equal(state(again), state(model))
    if "n_features_in_" in vars(model):
        for method in {"predict", "transform", "kneighbors"} & set(dir(model)):
            np.testing.assert_equal(getattr(again, method)(X), getattr(model, method)(X))


def test_every_public_estimator_is_here():
    modules = ["coterie", *(f"coterie.{module.name}" for module in pkgutil.iter_modules(coterie.__path__))]
    modules = [import_module(name) for name in modules if "._" not in name]
    public = {getattr(module, name) for module in modules for name in getattr(module, "__all__", ())}
    estimators = {each for each in public if inspect.isclass(each) and issubclass(each, Estimator)}
    assert estimators == set(map(type, MODELS.values()))


@ways
@fitted_or_not
@each_model
def test_it_comes_back(model, fitted, again):
    model = copy.deepcopy(model).fit(X) if fitted else model
    assert_the_same(again(model), model)


@ways
def test_settings_and_names_of_columns_come_back(again):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    model = coterie.KMeans(3, random_state=0).set_output(transform="pandas").fit(table)
    back = again(model)
    pd.testing.assert_frame_equal(back.transform(table), model.transform(table))
    with pytest.raises(ValueError, match="feature names"):
        back.predict(table[["b", "a", "c"]])


@ways
def test_requests_for_metadata_come_back(again):
    sklearn = pytest.importorskip("sklearn")
    with sklearn.config_context(enable_metadata_routing=True):
        back = again(coterie.KMeans(3).set_fit_request(sample_weight=True))
        assert back.get_metadata_routing().fit.requests["sample_weight"] is True


@pytest.mark.parametrize("mode", ["r", "c", "r+"])
@each_model
def test_its_arrays_may_stay_in_the_file(model, mode, tmp_path):
    joblib = pytest.importorskip("joblib")
    model = copy.deepcopy(model).fit(X)
    joblib.dump(model, tmp_path / "model")
    back = joblib.load(tmp_path / "model", mmap_mode=mode)
    assert_the_same(back, model)
    arrays = [name for name, value in vars(model).items() if isinstance(value, np.ndarray)]
    assert not arrays or any(isinstance(getattr(back, name), np.memmap) for name in arrays)
    content = (tmp_path / "model").read_bytes()
    back.fit(X[:200])
    assert (tmp_path / "model").read_bytes() == content


def test_what_pickle_gives_is_the_same_from_run_to_run():
    """So that caches know it again."""
    first, second = (pickle.dumps(coterie.KMeans(3, random_state=0).fit(X)) for _ in range(2))
    assert first == second


@each_model
def test_skops_reads_it_if_its_class_is_trusted(model):
    skops = pytest.importorskip("skops.io")
    model = copy.deepcopy(model).fit(X)
    data = skops.dumps(model)
    trusted = skops.get_untrusted_types(data=data)
    cls = type(model)
    assert set(trusted) <= {f"{cls.__module__}.{cls.__name__}", "coterie.distances.Metric"}
    assert_the_same(skops.loads(data, trusted=trusted), model)
