"""Columns after fit: their number and their names."""

import numpy as np
import pytest

from coterie import KMeans

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


def test_wrong_number_of_columns_after_fit():
    model = fit(X)
    for method in (model.predict, model.transform, model.score):
        with pytest.raises(ValueError, match=r"^X has 2 features, but KMeans is expecting 3 features as input"):
            method(X[:, :2])


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        (["b", "a"], "Feature names must be in the same order as they were in fit"),
        (["a", "c"], "unseen at fit time:\n- c\nFeature names seen at fit time, yet now missing:\n- b\n"),
        (["a"], "yet now missing:\n- b\n"),
        (list("cdefgh"), "unseen at fit time:\n- c\n- d\n- e\n- f\n- g\n- \\.\\.\\.\nFeature names seen"),
    ],
)
def test_wrong_names_after_fit(columns, match):
    pd = pytest.importorskip("pandas")
    model = fit(pd.DataFrame(X[:, :2], columns=["a", "b"]))
    other = pd.DataFrame(np.zeros((4, len(columns))), columns=columns)
    with pytest.raises(ValueError, match=f"(?s)^The feature names should match those that were passed.*{match}"):
        model.predict(other)


def test_names_on_one_side_only_warn_at_the_callers_line():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abc"))
    with pytest.warns(UserWarning, match=r"^X has feature names, but KMeans was fitted without feature names$"):
        fit(X).predict(frame)
    with pytest.warns(UserWarning, match=r"^X does not have valid feature names, but KMeans was fitted with") as caught:
        fit(frame).predict(X)
    assert caught[0].filename == __file__


def test_names_of_an_earlier_fit_are_forgotten():
    pd = pytest.importorskip("pandas")
    model = fit(pd.DataFrame(X, columns=list("abc")))
    assert not hasattr(model.fit(X), "feature_names_in_")
