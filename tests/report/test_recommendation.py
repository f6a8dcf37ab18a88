"""Which clustering is recommended, and with which doubts."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
from reference.tables import blobs

import coterie
from coterie._base.table import Table
from coterie.cli._io.kinds import find_kinds
from coterie.report._comparison import Comparison, Run
from coterie.report._data import prepare
from coterie.report._recommendation import recommend
from coterie.report._settings import Settings
from coterie.scaling import Scaler


def suggestion(k, clear, n_clusters=range(2, 6), stability=0.95, X=None):
    rows = [
        {"n_clusters": each, "silhouette": 0.3, "stability": stability if each != 4 else 0.99} for each in n_clusters
    ]
    return SimpleNamespace(
        k=k, clear=clear, reasons=("it is seen",), doubts=(), others=(), by_chance=np.full(len(rows), 0.25), sweep=rows
    )


def recommended(kmeans, ward, agreement=1.0, wanted=None, X=None, sample=None):
    X = blobs()[0] if X is None else X
    names = [f"c{j}" for j in range(X.shape[1])]
    table = Table(X, names, names)
    find_kinds(table, {})
    data = dataclasses.replace(prepare(table, Settings(scale="standard")), sample=sample)
    kmeans.sweep, ward.sweep = map(Rows, (kmeans.sweep, ward.sweep))
    comparison = Comparison({"k-means": kmeans, "Ward": ward}, None, dict.fromkeys(range(2, 6), agreement))
    return recommend(data, comparison, None, wanted, Run(seed=0, n_jobs=1, n_starts=5))


class Rows(list):
    @property
    def rows(self):
        return self


def test_recommendation_goes_by_what_is_clear():
    kmeans = recommended(suggestion(3, True), suggestion(3, True))
    assert (kmeans.method, kmeans.n_clusters, kmeans.structure) == ("k-means", 3, "clear")
    assert kmeans.reasons[0] == "It is seen." and "1.00 (1: the same clusters" in kmeans.reasons[-1]
    several = suggestion(3, True)
    several.doubts += ("k = 2 stands out, too, for a coarser view",)
    told = recommended(several, suggestion(3, True))
    assert "k = 2 stands out, too, for a coarser view." in told.doubts
    assert not any("stands out, too" in reason for reason in told.reasons)
    ward = recommended(suggestion(1, False), suggestion(3, True))
    tree = coterie.AgglomerativeClustering(3).fit(Scaler().fit_transform(blobs()[0]))
    assert ward.method == "Ward" and np.array_equal(ward.labels, coterie.relabel(tree.labels_, by="first"))
    sampled = recommended(suggestion(1, False), suggestion(3, True), sample=np.arange(0, 120, 2))
    assert (sampled.method, sampled.structure) == ("k-means", "none")  # Ward's clusters are not those of all rows
    likely = recommended(suggestion(2, False), suggestion(1, False))
    assert (likely.method, likely.n_clusters, likely.structure) == ("k-means", 2, "likely")
    nothing = recommended(suggestion(1, False), suggestion(1, False))
    assert (nothing.n_clusters, nothing.structure) == (4, "none")  # the most stable of 3 to 6
    assert "convenient cut" in nothing.doubts[0] and "stability 0.99" in nothing.reasons[0]


def test_doubts_are_told():
    differing = recommended(suggestion(3, True), suggestion(2, True), agreement=0.3)
    assert any("0.30" in doubt and "cut the data differently" in doubt for doubt in differing.doubts)
    assert "By Ward 2 clusters would be suggested instead." in differing.doubts
    partly = recommended(suggestion(3, True), suggestion(3, True), agreement=0.7)
    assert any("0.70" in doubt and "similar clusters" in doubt for doubt in partly.doubts)
    shaky = recommended(suggestion(1, False, stability=0.5), suggestion(1, False), wanted=3)
    assert any("stability 0.50" in doubt for doubt in shaky.doubts)
    noise = np.random.default_rng(0).normal(size=(120, 6))
    assert any("overlap" in doubt for doubt in recommended(suggestion(5, True), suggestion(5, True), X=noise).doubts)
    X = blobs()[0]
    X[0] = 500
    lonely = recommended(suggestion(3, True), suggestion(2, True), X=X, wanted=2)
    assert any(doubt.startswith("Very small: cluster ") and "(1 row)" in doubt for doubt in lonely.doubts)
    assert any(re.match(r"Cluster \d has over 99% of the rows: this sets", doubt) for doubt in lonely.doubts)
    assert lonely.structure == "lopsided"
    scales = np.column_stack([blobs()[0][:, 0] / 100, *np.random.default_rng(1).uniform(0, 1, (2, 120)) ** 9])
    hanging = recommended(suggestion(3, True), suggestion(3, True), X=scales - scales.min(axis=0))
    assert set(hanging.scalings) == {"auto", "minmax", "robust", "log", "none"}
