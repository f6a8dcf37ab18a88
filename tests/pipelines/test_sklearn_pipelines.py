"""scikit-learn's pipelines, searches and meta-estimators, with coterie's estimators and scores in them."""

import html

import numpy as np
import pytest

import coterie
from coterie import scores
from coterie.scaling import Scaler

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.datasets import load_iris  # noqa: E402
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import make_scorer  # noqa: E402
from sklearn.model_selection import (  # noqa: E402
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils import estimator_html_repr  # noqa: E402

X, SPECIES = load_iris(return_X_y=True)
KMEANS = coterie.KMeans(3, random_state=0)
WEIGHTS = np.random.RandomState(1).uniform(size=150)

one_or_two_workers = pytest.mark.parametrize("n_jobs", [1, 2])


def by_silhouette(model, X, y=None):
    return scores.silhouette_score(X, model.predict(X))


# ------------------------------------------------------------------------------------------- pipelines


def test_the_last_step_is_fitted_to_what_the_steps_before_give():
    pipe = make_pipeline(Scaler(), clone(KMEANS))
    labels = pipe.fit_predict(X)
    np.testing.assert_array_equal(labels, clone(KMEANS).fit_predict(Scaler().fit_transform(X)))
    np.testing.assert_array_equal(labels, pipe.predict(X))
    assert pipe.transform(X).shape == (150, 3) and pipe.score(X) == pipe[-1].score(Scaler().fit_transform(X))


def test_parameters_of_steps_are_set_by_their_names():
    pipe = make_pipeline(Scaler(), clone(KMEANS)).set_params(kmeans__n_clusters=4, scaler__method="minmax")
    assert (pipe[0].method, pipe[1].n_clusters) == ("minmax", 4)
    assert pipe.fit(X).get_feature_names_out().tolist()[-1] == "kmeans3"
    assert clone(pipe).get_params()["kmeans__n_clusters"] == 4 and not hasattr(clone(pipe)[-1], "labels_")
    with pytest.raises(ValueError, match="Invalid parameter 'k' for estimator KMeans"):
        pipe.set_params(kmeans__k=2)


@pytest.mark.parametrize(
    "last",
    [
        coterie.DBSCAN(0.8),
        coterie.HDBSCAN(),
        coterie.OPTICS(),
        coterie.BisectingKMeans(3, random_state=0),
        coterie.KMedians(3, random_state=0),
        coterie.MiniBatchKMeans(3, random_state=0),
        coterie.SphericalKMeans(3, random_state=0),
        coterie.SizeConstrainedKMeans(3, 5, random_state=0),
        coterie.KMedoids(3, random_state=0),
        coterie.KPrototypes(3, random_state=0),
        coterie.AgglomerativeClustering(3),
        coterie.DivisiveClustering(3),
    ],
    ids=repr,
)
def test_every_clusterer_may_be_the_last_step(last):
    pipe = make_pipeline(StandardScaler(), clone(last))
    np.testing.assert_array_equal(pipe.fit_predict(X), clone(last).fit_predict(StandardScaler().fit_transform(X)))
    assert sklearn.base.is_clusterer(pipe) and hasattr(pipe, "predict") == hasattr(last, "predict")


def test_distances_to_centers_are_features():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    two = make_pipeline(Scaler(), coterie.KMeans(2, random_state=0))
    columns = ColumnTransformer([("near", two, ["a", "b"])], remainder="passthrough").set_output(transform="pandas")
    near = ["near__kmeans0", "near__kmeans1"]
    assert columns.fit_transform(table).columns.tolist() == [*near, "remainder__c", "remainder__d"]
    union = FeatureUnion([("near", clone(two)), ("same", "passthrough")], n_jobs=2).set_output(transform="pandas")
    assert union.fit_transform(table[["a", "b"]]).columns.tolist() == [*near, "same__a", "same__b"]
    np.testing.assert_array_equal(union.transform(table[["a", "b"]])[near], columns.transform(table)[near])


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_steps_hand_tables_on(kind):
    library = pytest.importorskip(kind)
    table = library.DataFrame({name: X[:, j] for j, name in enumerate("abcd")})
    near = make_pipeline(Scaler(), coterie.KMeans(2, random_state=0))
    columns = ColumnTransformer([("scaled", Scaler("minmax"), ["a", "c"]), ("near", near, ["b", "d"])])
    pipe = make_pipeline(columns, clone(KMEANS)).set_output(transform=kind)
    distances = pipe.fit_transform(table)
    assert isinstance(distances, library.DataFrame) and list(distances.columns) == ["kmeans0", "kmeans1", "kmeans2"]
    assert pipe[-1].feature_names_in_.tolist() == ["scaled__a", "scaled__c", "near__kmeans0", "near__kmeans1"]
    np.testing.assert_array_equal(clone(pipe).set_output(transform="default").fit_transform(table), distances)


def test_steps_are_cached(tmp_path):
    pipe = Pipeline([("scale", Scaler()), ("near", KMEANS), ("classify", LogisticRegression())], memory=str(tmp_path))
    first = clone(pipe).fit(X, SPECIES).predict_proba(X)
    files = sorted(tmp_path.rglob("*.pkl"))
    assert len(files) == 2
    np.testing.assert_array_equal(clone(pipe).fit(X, SPECIES).predict_proba(X), first)
    assert sorted(tmp_path.rglob("*.pkl")) == files
    clone(pipe).set_params(near__n_clusters=4).fit(X, SPECIES)
    assert len(sorted(tmp_path.rglob("*.pkl"))) == 3  # the scaled rows are known already


# ------------------------------------------------------------------------------------------- searches


@one_or_two_workers
def test_a_grid_is_searched_with_our_scores(n_jobs):
    grid = {"kmeans__n_clusters": [2, 3, 5], "scaler": ["passthrough", Scaler("minmax"), StandardScaler()]}
    pipe, folds = make_pipeline(Scaler(), coterie.KMeans(random_state=0)), KFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(pipe, grid, scoring=by_silhouette, cv=folds, n_jobs=n_jobs).fit(X)
    assert search.best_params_["kmeans__n_clusters"] == 2
    np.testing.assert_array_equal(search.predict(X), search.best_estimator_.predict(X))
    train, test = next(folds.split(X))
    model = coterie.KMeans(2, random_state=0).fit(X[train])
    found = zip(search.cv_results_["params"], search.cv_results_["split0_test_score"], strict=True)
    assert [score for params, score in found if params == {"kmeans__n_clusters": 2, "scaler": "passthrough"}] == [
        by_silhouette(model, X[test])
    ]


@one_or_two_workers
def test_without_scoring_a_search_takes_the_score_of_the_model(n_jobs):
    search = GridSearchCV(coterie.KMeans(random_state=0), {"n_clusters": [2, 3, 5]}, cv=3, n_jobs=n_jobs).fit(X)
    assert search.best_params_ == {"n_clusters": 5} and search.predict(X).shape == (150,)


@one_or_two_workers
def test_a_random_search_with_several_scorers(n_jobs):
    scoring = {"rand": make_scorer(scores.adjusted_rand_score), "v": make_scorer(scores.v_measure_score)}
    search = RandomizedSearchCV(
        coterie.KMeans(random_state=0), {"n_clusters": range(2, 8)}, n_iter=4, scoring=scoring, refit="rand",
        cv=KFold(3, shuffle=True, random_state=0), n_jobs=n_jobs, random_state=0,
    )  # fmt: skip
    found = search.fit(X, SPECIES).cv_results_
    assert search.best_params_["n_clusters"] == 3
    theirs = clone(search).set_params(scoring={"rand": "adjusted_rand_score", "v": "v_measure_score"})
    for name in ("mean_test_rand", "mean_test_v"):
        np.testing.assert_allclose(found[name], theirs.fit(X, SPECIES).cv_results_[name], rtol=1e-12)


@one_or_two_workers
def test_cross_validation_gives_what_a_loop_over_the_folds_gives(n_jobs):
    pipe, folds = make_pipeline(Scaler(), KMEANS), KFold(3, shuffle=True, random_state=0)
    labels = cross_val_predict(pipe, X, cv=folds, n_jobs=n_jobs)
    found = cross_validate(pipe, X, cv=folds, n_jobs=n_jobs, return_estimator=True)
    for (train, test), model, score in zip(folds.split(X), found["estimator"], found["test_score"], strict=True):
        mine = clone(pipe).fit(X[train])
        np.testing.assert_array_equal(labels[test], mine.predict(X[test]))
        np.testing.assert_array_equal(model.predict(X), mine.predict(X))
        assert score == mine.score(X[test])


@pytest.mark.parametrize(
    "around",
    [
        lambda pipe: VotingClassifier([("a", pipe), ("b", LogisticRegression(max_iter=1000))], voting="soft", n_jobs=2),
        lambda pipe: StackingClassifier([("a", pipe)], n_jobs=2),
        lambda pipe: BaggingClassifier(pipe, n_estimators=3, n_jobs=2, random_state=0),
    ],
    ids=["voting", "stacking", "bagging"],
)
def test_classifiers_of_classifiers_take_clusters_as_features(around):
    pipe = make_pipeline(Scaler(), coterie.KMeans(8, random_state=0), LogisticRegression(max_iter=1000))
    assert cross_val_score(around(pipe), X, SPECIES, cv=3).min() > 0.85


# ------------------------------------------------------------------------------------------- weights


def routed(**methods):
    model = clone(KMEANS)
    for method in methods:
        getattr(model, f"set_{method}_request")(sample_weight=methods[method])
    return model


def test_weights_by_the_name_of_the_step_need_no_routing():
    pipe = make_pipeline(Scaler(), clone(KMEANS)).fit(X, kmeans__sample_weight=WEIGHTS)
    expected = clone(KMEANS).fit(Scaler().fit_transform(X), sample_weight=WEIGHTS)
    np.testing.assert_array_equal(pipe[-1].cluster_centers_, expected.cluster_centers_)


@sklearn.config_context(enable_metadata_routing=True)
def test_weights_are_routed_to_the_fit_and_the_score():
    expected = clone(KMEANS).fit(Scaler().fit_transform(X), sample_weight=WEIGHTS)
    pipe = make_pipeline(Scaler(), routed(fit=True, score=True))
    assert pipe.fit(X, sample_weight=WEIGHTS)[-1].inertia_ == expected.inertia_
    assert pipe.score(X, sample_weight=WEIGHTS) == pytest.approx(-expected.inertia_, rel=1e-12)
    with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match=r"\[sample_weight\] are passed"):
        make_pipeline(Scaler(), clone(KMEANS)).fit(X, sample_weight=WEIGHTS)


@one_or_two_workers
@sklearn.config_context(enable_metadata_routing=True)
def test_weights_are_routed_through_searches_with_each_fold_its_own(n_jobs):
    folds = KFold(3, shuffle=True, random_state=0)
    pipe = make_pipeline(Scaler(), routed(fit=True, score=True))
    search = GridSearchCV(pipe, {"kmeans__n_clusters": [2, 3]}, cv=folds, n_jobs=n_jobs)
    search.fit(X, sample_weight=WEIGHTS)
    found = cross_validate(pipe, X, params={"sample_weight": WEIGHTS}, cv=folds, n_jobs=n_jobs)["test_score"]
    for i, (train, test) in enumerate(folds.split(X)):
        scaler = Scaler().fit(X[train])
        model = clone(KMEANS).fit(scaler.transform(X[train]), sample_weight=WEIGHTS[train])
        score = model.score(scaler.transform(X[test]), sample_weight=WEIGHTS[test])
        assert score == found[i] == search.cv_results_[f"split{i}_test_score"][1]


@sklearn.config_context(enable_metadata_routing=True)
def test_weights_are_routed_to_transformers_of_columns():
    expected = clone(KMEANS).fit(X[:, :2], sample_weight=WEIGHTS).transform(X[:, :2])
    columns = ColumnTransformer([("near", routed(fit=True), [0, 1])])
    np.testing.assert_array_equal(columns.fit_transform(X, sample_weight=WEIGHTS), expected)
    union = FeatureUnion([("near", routed(fit=True))])
    np.testing.assert_array_equal(union.fit_transform(X[:, :2], sample_weight=WEIGHTS), expected)


# ------------------------------------------------------------------------------------------- notebooks


@pytest.mark.parametrize("fitted", [False, True])
def test_scikit_learns_diagram_of_a_pipeline_has_the_parameters_of_its_steps(fitted):
    pipeline = make_pipeline(Scaler("minmax"), clone(KMEANS))
    page = (pipeline.fit(X) if fitted else pipeline)._repr_html_()
    assert ("Not fitted" in page.split("</style>")[-1]) != fitted
    for name, value in {**Scaler("minmax").get_params(), **KMEANS.get_params()}.items():
        assert f">{name}<" in page.replace("\n", "").replace(" ", "") or f"{name}=" in page
        assert html.escape(repr(value)) in page
    in_search = GridSearchCV(clone(KMEANS), {"n_clusters": [2]})
    assert "KMeans" in in_search._repr_html_() and "n_clusters" in estimator_html_repr(clone(KMEANS))
