"""Trees: that each row hangs in the color of its cluster."""

import itertools

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie import hierarchy
from coterie.plot import PALETTE, dendrogram

ROWS = np.random.default_rng(0).normal(size=(30, 2))


def links(ax, along):
    """(color, corners) of each bracket; the heights are along x or y."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_hex

    found = [
        (to_hex(each.get_color()[0]).upper(), corners)
        for each in ax.collections
        if isinstance(each, LineCollection)
        for corners in each.get_segments()
    ]
    return [(color, corners if along == "y" else corners[:, ::-1]) for color, corners in found]


def colors_of_leaves(ax, along="y"):
    """For each leaf that has one, the color of the line that it hangs from, by its text."""
    axis = ax.xaxis if along == "y" else ax.yaxis
    texts = dict(zip(axis.get_ticklocs(), (text.get_text() for text in axis.get_ticklabels()), strict=True))
    lines = [(color, corner) for color, corners in links(ax, along) for corner in corners]
    lines += [
        (line.get_color().upper(), corner if along == "y" else corner[::-1])
        for line in ax.lines
        if line.get_marker() == "None"
        for corner in line.get_xydata()
    ]
    return {texts[place]: color for color, (place, height) in lines if height == 0}  # later ones are drawn above


@pytest.mark.parametrize("where", [{"n_clusters": 6}, {"height": 0.7}])
@pytest.mark.parametrize("orientation", ["top", "left", "right", "bottom"])
@pytest.mark.parametrize("method", ["average", "centroid"])
def test_every_row_hangs_in_the_color_of_its_cluster(ax, where, orientation, method):
    Z = hierarchy.linkage(ROWS, method)
    labels = hierarchy.cut_tree(Z, **where)[:, 0]
    assert len(np.unique(labels)) > 4
    assert dendrogram(Z, **where, orientation=orientation, ax=ax) is ax
    along = "y" if orientation in ("top", "bottom") else "x"
    assert colors_of_leaves(ax, along) == {str(i): PALETTE[label % 12] for i, label in enumerate(labels)}
    assert sorted(int(text.get_text()) for text in ax.texts) == sorted(set(labels))
    heights = {text.xy[along == "y"] for text in ax.texts}
    assert len(heights) == 1  # on one line, above which nothing has a cluster's color
    (line,) = heights
    assert (line == where["height"]) if "height" in where else (np.count_nonzero(hierarchy.maxdists(Z) >= line) == 5)
    assert {color for color, corners in links(ax, along) if corners[:, 1].max() > line} == {"#555555"}


def test_clusters_of_any_numbers_are_colored_as_in_scatter(ax):
    from coterie import AgglomerativeClustering

    model = AgglomerativeClustering(4).fit(ROWS)
    dendrogram(model.linkage_, clusters=model.labels_, ax=ax)
    assert colors_of_leaves(ax) == {str(i): PALETTE[label] for i, label in enumerate(model.labels_)}
    assert {text.get_text() for text in ax.texts} == set("0123")
    assert len({text.xy[1] for text in ax.texts}) == 1  # the cut is a straight line


def test_clusters_need_not_be_cut_at_one_height(ax):
    Z = hierarchy.linkage([[0.0], [1.0], [10.0], [11.0], [50.0], [58.0]])
    dendrogram(Z, clusters=[2, 2, 2, 2, 0, 1], ax=ax)
    assert colors_of_leaves(ax) == {str(i): PALETTE[label] for i, label in enumerate([2, 2, 2, 2, 0, 1])}
    assert {text.get_text(): text.xy[1] for text in ax.texts} == {"0": 4.0, "1": 4.0, "2": 24.0}  # half-way up


def test_rows_in_no_cluster_are_gray_and_without_a_number(ax):
    Z = hierarchy.linkage([[0.0], [1.0], [10.0], [12.0]])
    dendrogram(Z, clusters=[0, 0, -1, -1], ax=ax)
    assert colors_of_leaves(ax) == {"0": PALETTE[0], "1": PALETTE[0], "2": "#999999", "3": "#999999"}
    assert [text.get_text() for text in ax.texts] == ["0"]


def test_without_a_cut_the_tree_has_one_color(ax):
    dendrogram(hierarchy.linkage(ROWS, "ward"), ax=ax)
    assert {color for color, _ in links(ax, "y")} == {"#555555"} and not ax.texts and not ax.lines


@pytest.mark.parametrize("n_clusters", [1, 2, 30])
def test_extreme_cuts(ax, n_clusters):
    Z = hierarchy.linkage(ROWS, "ward")
    dendrogram(Z, n_clusters=n_clusters, ax=ax)
    assert sorted(int(text.get_text()) for text in ax.texts) == list(range(n_clusters))
    top = Z[-1, 2]
    assert all(0 <= text.xy[1] <= top for text in ax.texts)


@pytest.mark.parametrize("n, length", [(64, 12), (80, 35), (2, 3), (40, 3)])
def test_labels_can_be_read(n, length):
    Z = hierarchy.linkage(np.random.default_rng(1).normal(size=(n, 3)), "average")
    label = ("Cell 24 " * 5)[:length]
    ax = dendrogram(Z, labels=[label] * n)
    figure = ax.figure
    figure.canvas.draw()
    texts = [text for text in (*ax.get_xticklabels(), *ax.get_yticklabels()) if text.get_text() == label]
    assert len(texts) == n and texts[0].get_fontsize() >= 8
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and figure.bbox.y0 <= box.y0 for box in boxes)


def test_named_rows_are_all_shown_in_a_figure_that_is_high_enough():
    names = [f"candy {i}" for i in range(120)]
    Z = hierarchy.linkage(np.random.default_rng(0).normal(size=(120, 3)), "average")
    ax = dendrogram(Z, labels=names)
    texts = ax.get_yticklabels()
    assert {text.get_text() for text in texts} == set(names) and texts[0].get_fontsize() >= 8
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))
    assert len(dendrogram(hierarchy.linkage(ROWS.repeat(5, axis=0)), labels=range(150)).get_yticks()) == 40


def test_names_that_are_unique_are_not_counted(ax):
    places = np.repeat([0.0, 100.0, 200.0], [5, 10, 2]) + np.linspace(0, 0.1, 17)
    labels = ["ant"] * 4 + ["100 Grand", *(f"{i} Musketeers" for i in range(10)), "One dime", "One quarter"]
    dendrogram(hierarchy.linkage(places[:, np.newaxis]), truncate=3, labels=labels, ax=ax)
    texts = {text.get_text() for text in ax.get_yticklabels()}
    assert texts == {"(5) 4 × ant, 100 Grand", "(10)", "(2) One dime, One quarter"}


@pytest.mark.parametrize(
    "draw", [dendrogram, lambda Z, labels, ax: hierarchy.dendrogram(Z, labels=labels, ax=ax)], ids=["plot", "hierarchy"]
)
def test_labels_are_a_sequence_of_any_kind(ax, draw):
    pandas = pytest.importorskip("pandas")
    Z = hierarchy.linkage([[0.0], [1.0], [10.0], [12.0]])
    texts = ["a$b$", "x_1^2", "日本", "d\\$"]
    for labels in (texts, tuple(texts), np.array(texts), pandas.Series(texts, index=[7, 8, 9, 5]), pandas.Index(texts)):
        draw(Z, labels=labels, ax=ax)
        assert [
            text.get_text() for text in (*ax.get_xticklabels(), *ax.get_yticklabels()) if text.get_text() in texts
        ] == texts
        ax.clear()
    frame = pandas.DataFrame({"name": texts})
    for labels in (frame, frame.to_numpy(), set(texts), dict.fromkeys(texts), 5, iter(texts), np.float64(3), b"abcd"):
        with pytest.raises(ValueError, match="labels must be"):
            draw(Z, labels=labels, ax=ax)


def test_large_tree_is_cut_short_and_counts_what_is_hidden():
    X = np.random.default_rng(0).normal(size=(4000, 2))
    Z = hierarchy.linkage(X, "single")
    ax = dendrogram(Z)
    texts = [text.get_text() for text in ax.get_yticklabels()]
    counts = [1 if text.startswith("row ") else int(text.strip("()").replace(",", "")) for text in texts]
    assert len(texts) == 40 and sum(counts) == 4000
    (wedges,) = (each for each in ax.collections if type(each).__name__ == "PolyCollection")
    assert len(wedges.get_paths()) == sum(text.startswith("(") for text in texts)
    assert len(dendrogram(Z, truncate=7).get_yticks()) == 7
    assert len(dendrogram(hierarchy.linkage(X, "ward"), n_clusters=55).get_yticks()) == 55


def test_hidden_rows_are_named_by_their_common_labels(ax):
    places = np.repeat([0.0, 100.0, 200.0, 300.0], [5, 10, 12, 3]) + np.linspace(0, 0.1, 30)
    labels = ["ant"] * 5 + ["bee"] * 8 + ["cat", "dog"] + ["eel"] * 7 + ["fox"] * 5 + list("xyz")
    dendrogram(hierarchy.linkage(places[:, np.newaxis]), truncate=4, labels=labels, ax=ax)
    texts = {text.get_text() for text in ax.get_yticklabels()}
    assert texts == {"(5) ant", "(10) 8 × bee, cat, ..", "(12) 7 × eel, 5 × fox", "(3) x, y, z"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"n_clusters": 2, "height": 1.0}, "at most one of n_clusters, height and clusters"),
        ({"n_clusters": 0}, "from 1 to the number of rows, 4. Got 0"),
        ({"n_clusters": 5}, "from 1 to the number of rows, 4. Got 5"),
        ({"clusters": [0, 1]}, r"one number per row. Got shape \(2,\) and a tree of 4 rows"),
        ({"labels": ["a"]}, "Dimensions of Z and labels must be consistent"),
        ({"truncate": 1}, "at least 2, got 1"),
        ({"truncate": 2.5}, "an int, and at least 2, got 2.5"),
        ({"truncate": "3"}, "an int, and at least 2, got '3'"),
        ({"n_clusters": 2.0}, r"an int from 1 to the number of rows, 4. Got 2\.0"),
        ({"n_clusters": "2"}, "an int from 1 to the number of rows, 4. Got '2'"),
        ({"height": np.nan}, "'height' parameter of dendrogram must be a real number or None. Got nan"),
        ({"height": "1"}, "'height' parameter of dendrogram must be a real number or None. Got '1'"),
        ({"clusters": list("abca")}, "clusters must be whole numbers, such as labels_. Got type <U1"),
        ({"clusters": [0.0, 1.0, 1.0, np.nan]}, "clusters must be whole numbers, such as labels_. Got type float64"),
        ({"orientation": "up"}, "orientation must be one of"),
    ],
)
def test_bad_arguments_of_a_tree(ax, arguments, message):
    with pytest.raises(ValueError, match=message):
        dendrogram(hierarchy.linkage([[0.0], [1.0], [10.0], [12.0]]), ax=ax, **arguments)


def test_what_is_no_tree_is_refused(ax):
    with pytest.raises(ValueError):
        dendrogram(np.ones((3, 3)), ax=ax)
