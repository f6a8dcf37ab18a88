"""Reachability plots: that columns have the heights and the colors of their rows, and nothing is lost of many."""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_hex

from coterie.plot import PALETTE, reachability
from coterie.plot._style import NOISE

INFINITE = "#e6e6e6"


class Fitted:
    """What a fitted OPTICS has."""

    def __init__(self, heights, labels, hierarchy=None, seed=0):
        """Heights, labels and hierarchy in order; the rows themselves are in another one."""
        n = len(heights)
        self.ordering_ = np.random.default_rng(seed).permutation(n)
        self.reachability_, self.labels_ = np.empty(n), np.empty(n, int)
        self.reachability_[self.ordering_], self.labels_[self.ordering_] = heights, labels
        if hierarchy is not None:
            self.cluster_hierarchy_ = np.array(hierarchy)

    def fit(self, X, y=None):
        return self


def heights_at(ax, places, full=True):
    """How high the columns are at some places, and their colors."""
    collection = ax.collections[0]
    paths, colors = collection.get_paths(), collection.get_facecolors()
    found, shades = np.full(len(places), np.nan), [None] * len(places)
    for path, color in zip(paths, colors, strict=True):
        x, y = path.vertices[:-1].T if (path.vertices[0] == path.vertices[-1]).all() else path.vertices.T
        for i, place in enumerate(places):
            edges = x[1:-1].reshape(-1, 2)
            inside = (edges[:, 0] < place) & (place < edges[:, 1])
            if inside.any():  # what is drawn later is on top
                height = y[1:-1].reshape(-1, 2)[inside][0, 0]
                if height > 0 or not full:
                    found[i], shades[i] = height, to_hex(color)
    return found, shades


@pytest.mark.parametrize("as_tuple", [False, True])
def test_columns_have_the_heights_and_the_colors_of_rows_in_order(ax, as_tuple):
    heights = np.array([np.inf, 1.0, 1.5, 4.0, 0.5, 0.75, 3.5, 2.0])
    labels = np.array([2, 2, 2, -1, 0, 0, 0, -1])
    model, clusters = Fitted(heights, labels), None
    if as_tuple:
        model, clusters = (model.ordering_, None, model.reachability_, None), model.labels_
    assert reachability(model, clusters=clusters, ax=ax) is ax
    found, colors = heights_at(ax, np.arange(8) + 0.5)
    bottom, top = ax.get_ylim()
    assert found.tolist() == [top, *heights[1:]] and bottom == 0 and top > 4 and ax.get_xlim() == (0, 8)
    blue, other = PALETTE[0].lower(), PALETTE[2].lower()
    assert colors == [INFINITE, other, other, NOISE, blue, blue, blue, NOISE]
    assert {text.get_text(): text.xy[0] for text in ax.texts} == {"2": 1.5, "0": 5.5}
    assert ax.get_title(loc="right") == ""


def test_without_clusters_all_is_gray_and_eps_is_a_line(ax):
    order = np.arange(4)
    reachability((order, None, np.array([np.inf, 1.0, np.inf, 2.0]), None), eps=Fraction(3), ax=ax)
    assert heights_at(ax, [1.5, 3.5])[1] == [NOISE, NOISE]
    assert [line.get_ydata()[0] for line in ax.lines] == [3.0] and ax.get_ylim()[1] > 3
    assert [text.get_text() for text in ax.texts] == ["eps = 3"]
    assert ax.get_title(loc="right") == "2 rows are not reached from any before them (pale)"


@pytest.mark.parametrize("n", [3999, 4000, 10_001, 200_000])
def test_neither_valleys_nor_steps_of_many_rows_are_lost(ax, n):
    rng = np.random.default_rng(n)
    heights, labels = rng.uniform(1, 2, n), np.sort(rng.integers(0, 4, n))
    steps = np.flatnonzero(np.diff(labels)) + 1
    heights[steps] = 5.0
    heights[0] = np.inf
    reachability(Fitted(heights, labels), ax=ax)
    step = max(1, n // 2000)
    assert len(ax.collections[0].get_paths()) < 20
    highest, _ = heights_at(ax, steps + 0.5, full=False)
    if step > 1:
        assert f"a column is {step} rows" in ax.get_title(loc="right")
        places = np.arange(3 * step, n - step, 101 * step)
        found, colors = heights_at(ax, places + 0.5)
        for place, height, color in zip(places, found, colors, strict=True):
            rows = slice(place // step * step, place // step * step + step)
            assert height == np.sort(heights[rows])[(step - 1) // 2]
            assert color == PALETTE[np.bincount(labels[rows]).argmax()].lower()
        corners = np.concatenate([path.vertices[:, 1] for path in ax.collections[0].get_paths()])
        assert np.count_nonzero(corners == 5.0) == 2 * len(np.unique(steps // step))
    else:
        assert highest.tolist() == [5.0] * 3


def test_a_few_high_columns_do_not_flatten_the_rest(ax):
    heights = np.append(np.linspace(1, 2, 300), 1e6)
    reachability(Fitted(heights, np.zeros(301, int)), ax=ax)
    assert ax.get_ylim()[1] < 7 and ax.get_title(loc="right") == "up to 1,000,000"


def test_the_hierarchy_is_below_the_columns(ax):
    labels = np.array([0, 0, 0, -1, 1, 1, 1, 1, -1, -1])
    hierarchy = [[0, 2], [4, 7], [0, 7], [0, 9]]
    reachability(Fitted(np.ones(10), labels, hierarchy), ax=ax)
    _, lines = ax.collections
    found = [tuple(map(tuple, segment)) for segment in lines.get_segments()]
    assert [(start[0], stop[0]) for start, stop in found] == [(0, 3), (4, 8), (0, 8), (0, 10)]
    heights = [start[1] for start, _ in found]
    assert heights[0] == heights[1] > heights[2] > heights[3] > ax.get_ylim()[0] and heights[0] < 0
    colors = [to_hex(color) for color in lines.get_colors()]
    assert colors[:2] == [PALETTE[0].lower(), PALETTE[1].lower()] and colors[2] == colors[3] == "#555555"
    assert min(ax.get_yticks()) >= 0
    segments = np.array(found)
    for one, other in itertools.combinations(range(4), 2):  # no two lie on each other
        if heights[one] == heights[other]:
            assert segments[one, 1, 0] <= segments[other, 0, 0] or segments[other, 1, 0] <= segments[one, 0, 0]


@pytest.mark.parametrize("method", ["xi", "dbscan"])
def test_models_of_scikit_learn_are_drawn(ax, method):
    cluster = pytest.importorskip("sklearn.cluster")
    X = np.random.default_rng(0).normal([[0, 0], [9, 0], [0, 9]], 1, (40, 3, 2)).reshape(-1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a division by zero in it
        model = cluster.OPTICS(min_samples=5, max_eps=4.0, cluster_method=method).fit(X)
    reachability(model, ax=ax)
    found, _ = heights_at(ax, np.arange(120) + 0.5)
    in_order = model.reachability_[model.ordering_]
    finite = in_order < np.inf
    np.testing.assert_array_equal(found[finite], in_order[finite])
    assert len(ax.collections) == 1 + (method == "xi")
    ax.figure.canvas.draw()


@pytest.mark.parametrize("heights", [[np.inf], [0.0], [np.inf, np.inf], [0.0, 0.0, 0.0], [1e-310, 1e300]])
def test_odd_heights_are_drawn(ax, heights):
    reachability(Fitted(heights, np.full(len(heights), -1)), ax=ax)
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    "model, options, error, words",
    [
        ([1, 2, 3], {}, TypeError, "reachability needs a fitted OPTICS"),
        (Fitted.__new__(Fitted), {}, TypeError, "reachability needs a fitted OPTICS"),
        (([0, 0], None, [1, 1], None), {}, ValueError, "ordering must have each row once"),
        (([0, 1], None, [1, 1, 1], None), {}, ValueError, "for each of the 2 rows"),
        (([0, 1], None, [1, np.nan], None), {}, ValueError, "a distance of 0 or more"),
        (([0, 1], None, [1, -1], None), {}, ValueError, "a distance of 0 or more"),
        (([0, 1], None, [1, 1], None), {"clusters": [0]}, ValueError, "clusters must be a whole number for each of"),
        (([0, 1], None, [1, 1], None), {"clusters": [0.0, 1.0]}, ValueError, "clusters must be a whole number"),
        (([0, 1], None, [1, 1], None), {"eps": -1.0}, ValueError, "'eps' parameter of reachability"),
        (Fitted([1, 1], [0, 0], [[0, 2]]), {}, ValueError, "cluster_hierarchy_ must have"),
    ],
)
def test_what_is_no_result_of_optics_is_told(ax, model, options, error, words):
    with pytest.raises(error, match=words):
        reachability(model, ax=ax, **options)
