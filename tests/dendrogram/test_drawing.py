"""Drawing trees: what is drawn, and that it is drawn."""

import subprocess
import sys

import numpy as np
import pytest
from reference import tree as reference

from coterie import hierarchy

# Points 3 and 1 merge at 1, 0 and 2 at 2, these two at 4, point 4 joins at 8, on the left.
Z = np.array([[3.0, 1.0, 1.0, 2.0], [0.0, 2.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])


@pytest.fixture
def axes():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    yield plt.subplots()[1]
    plt.close("all")


def drawn(Z, **kwargs):
    return hierarchy.dendrogram(Z, no_plot=True, **kwargs)


# ------------------------------------------------------------------------------------------- what is drawn


def test_the_whole_tree():
    assert drawn(Z) == {
        "icoord": [[15, 15, 25, 25], [35, 35, 45, 45], [20, 20, 40, 40], [5, 5, 30, 30]],
        "dcoord": [[0, 1, 1, 0], [0, 2, 2, 0], [1, 4, 4, 2], [0, 8, 8, 4]],
        "ivl": ["4", "3", "1", "0", "2"],
        "leaves": [4, 3, 1, 0, 2],
        "color_list": ["C1", "C1", "C1", "C0"],
        "leaves_color_list": ["C0", "C1", "C1", "C1", "C1"],
    }


def test_two_points():
    assert drawn(np.array([[1.0, 0.0, 3.0, 2.0]]))["icoord"] == [[5.0, 5.0, 15.0, 15.0]]


@pytest.mark.parametrize("kind", reference.KINDS)
def test_leaves_are_those_of_the_tree(kind):
    for tree in reference.random_linkages(kind):
        assert drawn(tree)["leaves"] == hierarchy.leaves_list(tree).tolist()


@pytest.mark.parametrize(
    ("arguments", "leaves", "texts"),
    [
        ({"truncate_mode": "lastp", "p": 3}, [4, 5, 6], ["4", "(2)", "(2)"]),
        ({"truncate_mode": "lastp", "p": 2}, [4, 7], ["4", "(4)"]),
        ({"truncate_mode": "lastp", "p": 2, "show_leaf_counts": False}, [4, 7], ["4", ""]),
        ({"truncate_mode": "lastp", "p": 1}, [8], ["(5)"]),
        ({"truncate_mode": "lastp", "p": 0}, [4, 3, 1, 0, 2], ["4", "3", "1", "0", "2"]),
        ({"truncate_mode": "lastp", "p": 9}, [4, 3, 1, 0, 2], ["4", "3", "1", "0", "2"]),
        # The very first merge is never hidden for its level alone: scipy has it so.
        ({"truncate_mode": "level", "p": 1}, [4, 3, 1, 6], ["4", "3", "1", "(2)"]),
        ({"truncate_mode": "level", "p": 2}, [4, 3, 1, 0, 2], ["4", "3", "1", "0", "2"]),
        ({"labels": list("abcde")}, [4, 3, 1, 0, 2], list("edbac")),
        ({"labels": np.array(list("abcde")), "truncate_mode": "lastp", "p": 3}, [4, 5, 6], ["e", "(2)", "(2)"]),
        (
            {"leaf_label_func": lambda node: f"<{node}>", "truncate_mode": "lastp", "p": 3},
            [4, 5, 6],
            ["<4>", "<5>", "<6>"],
        ),
        ({"count_sort": True}, [4, 3, 1, 0, 2], None),
        ({"count_sort": "descending"}, [2, 0, 1, 3, 4], None),
        ({"distance_sort": "descending"}, [2, 0, 1, 3, 4], None),
        ({"distance_sort": "ascending"}, [4, 3, 1, 0, 2], None),
        ({"get_leaves": False}, None, ["4", "3", "1", "0", "2"]),
    ],
)
def test_leaves_and_texts(arguments, leaves, texts):
    found = drawn(Z, **arguments)
    assert found["leaves"] == leaves
    assert texts is None or found["ivl"] == texts


def test_smaller_and_lower_children_come_first():
    tree = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 2.0], [4.0, 5.0, 2.5, 3.0], [6.0, 7.0, 4.0, 5.0]])
    for way, smaller_first in ((True, True), ("ascending", True), ("descending", False)):
        leaves = drawn(tree, count_sort=way)["leaves"]
        assert (leaves.index(2) < leaves.index(4)) is smaller_first
        leaves = drawn(tree, distance_sort=way)["leaves"]
        assert (leaves.index(4) < leaves.index(2)) is smaller_first
    assert drawn(tree, count_sort=True, distance_sort="descending") == drawn(tree, count_sort=True)


@pytest.mark.parametrize(
    ("arguments", "colors", "leaf_colors"),
    [
        ({"color_threshold": 4.0}, ["C1", "C2", "C0", "C0"], ["C0", "C1", "C1", "C2", "C2"]),
        ({"color_threshold": 2.0}, ["C1", "C0", "C0", "C0"], ["C0", "C1", "C1", "C0", "C0"]),
        ({"color_threshold": 9.0}, ["C1"] * 4, ["C1"] * 5),
        ({"color_threshold": 0}, ["C0"] * 4, ["C0"] * 5),
        ({"color_threshold": "default"}, ["C1", "C1", "C1", "C0"], ["C0", "C1", "C1", "C1", "C1"]),
        ({"color_threshold": 4.0, "above_threshold_color": "k"}, ["C1", "C2", "k", "k"], ["k", "C1", "C1", "C2", "C2"]),
        (
            {"link_color_func": lambda node: f"#{node:06d}"},
            ["#000005", "#000006", "#000007", "#000008"],
            ["#000008", "#000005", "#000005", "#000006", "#000006"],
        ),
        ({"truncate_mode": "lastp", "p": 1}, [], [None]),
    ],
)
def test_colors(arguments, colors, leaf_colors):
    found = drawn(Z, **arguments)
    assert (found["color_list"], found["leaves_color_list"]) == (colors, leaf_colors)


def test_the_threshold_goes_by_the_largest_height_even_if_it_is_not_the_last():
    tree = np.array([[0.0, 1.0, 2.0, 2.0], [2.0, 3.0, 1.3, 3.0]])
    assert drawn(tree)["color_list"] == ["C0", "C1"]
    assert drawn(tree, color_threshold=0.7 * 1.3)["color_list"] == ["C0", "C0"]


def test_groups_below_the_threshold_are_those_of_fcluster():
    X = np.random.RandomState(0).normal(size=(60, 2))
    tree = hierarchy.linkage(X, "average")
    t = np.nextafter(1.0, 0)
    found = drawn(tree, color_threshold=1.0, above_threshold_color="above")
    cluster = hierarchy.fcluster(tree, t, "distance")[found["leaves"]]
    hierarchy.set_link_color_palette([f"group {i}" for i in range(60)])
    try:
        colors = drawn(tree, color_threshold=1.0, above_threshold_color="above")["leaves_color_list"]
    finally:
        hierarchy.set_link_color_palette(None)
    in_groups = [(color, c) for color, c in zip(colors, cluster.tolist(), strict=True) if color != "above"]
    sizes = np.bincount(cluster)
    assert len(in_groups) == sizes[sizes > 1].sum()
    assert len(set(in_groups)) == len({color for color, _ in in_groups}) == (sizes > 1).sum()


def test_the_palette_is_used_in_turn_until_it_is_set_back():
    hierarchy.set_link_color_palette(("r", "g"))
    try:
        assert drawn(Z, color_threshold=4.0)["color_list"] == ["r", "g", "C0", "C0"]
        hierarchy.set_link_color_palette(["r"])
        assert drawn(Z, color_threshold=4.0)["color_list"] == ["r", "r", "C0", "C0"]
        for wrong, message in (("rg", "must be a list or tuple"), ([1], "must be color strings")):
            with pytest.raises(TypeError, match=message):
                hierarchy.set_link_color_palette(wrong)
        with pytest.raises(ValueError, match="palette must hold at least one color"):
            hierarchy.set_link_color_palette([])
        assert drawn(Z, color_threshold=4.0)["color_list"] == ["r", "r", "C0", "C0"]
        hierarchy.set_link_color_palette(mine := ["g"])
        mine.clear()
        assert drawn(Z, color_threshold=4.0)["color_list"] == ["g", "g", "C0", "C0"]
    finally:
        hierarchy.set_link_color_palette(None)
    assert drawn(Z, color_threshold=4.0)["color_list"] == ["C1", "C2", "C0", "C0"]


def test_infinitely_many_leaves_are_all():
    assert drawn(Z, p=np.inf, truncate_mode="lastp") == drawn(Z, p=np.inf, truncate_mode="level") == drawn(Z)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"orientation": "up"}, ValueError, "orientation must be one of"),
        ({"truncate_mode": "all"}, ValueError, "Invalid truncation mode"),
        ({"p": "3"}, TypeError, "must be a number"),
        ({"labels": ["a"]}, ValueError, "Dimensions of Z and labels must be consistent"),
        ({"link_color_func": lambda node: node}, TypeError, "must return a matplotlib color string"),
    ],
)
def test_wrong_parameters(arguments, error, message):
    with pytest.raises(error, match=message):
        drawn(Z, **arguments)


# ------------------------------------------------------------------------------------------- large trees


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "arguments",
    [{}, {"truncate_mode": "lastp", "p": 30}, {"truncate_mode": "level", "p": 29}, {"count_sort": "descending"}],
)
def test_a_chain_of_200_000_merges(arguments):
    found = drawn(reference.chain(200_001), **arguments)
    assert len(found["leaves"]) == (31 if "level" in arguments.values() else 30 if arguments.get("p") else 200_001)


@pytest.mark.parametrize("mode", ["lastp", "level"])
def test_large_trees_are_drawn_truncated(axes, mode):
    tree = hierarchy.linkage(np.random.RandomState(0).normal(size=(2000, 2)), "single")
    found = hierarchy.dendrogram(tree, p=12, truncate_mode=mode, show_contracted=True, ax=axes)
    axes.figure.canvas.draw()
    lines = [len(each.get_segments()) for each in axes.collections if hasattr(each, "get_segments")]
    assert sum(lines) == len(found["leaves"]) - 1
    marks = axes.collections[-1].get_offsets()
    hidden_whole = sum(node >= 2000 for node in found["leaves"])  # their own heights are not marked, as in scipy
    assert len(marks) == 1999 - sum(lines) - hidden_whole
    assert {x for x, _ in marks} <= {10.0 * i + 5 for i in range(len(found["leaves"]))}
    assert set(np.asarray(marks)[:, 1]) <= set(tree[:, 2])


# ------------------------------------------------------------------------------------------- the drawing


@pytest.mark.parametrize("orientation", ["top", "bottom", "left", "right"])
def test_links_and_texts_are_on_the_axes(axes, orientation):
    found = hierarchy.dendrogram(Z, orientation=orientation, labels=list("abcde"), color_threshold=4.0, ax=axes)
    upright = orientation in ("top", "bottom")
    x, y = (found["icoord"], found["dcoord"]) if upright else (found["dcoord"], found["icoord"])
    segments = {}
    for collection in axes.collections:
        for segment in collection.get_segments():
            segments[tuple(map(tuple, segment.tolist()))] = tuple(collection.get_colors()[0])
    from matplotlib.colors import to_rgba

    assert segments == {
        tuple(zip(*corners, strict=True)): to_rgba(color)
        for *corners, color in zip(x, y, found["color_list"], strict=True)
    }
    limits = (axes.get_xlim(), axes.get_ylim()) if upright else (axes.get_ylim(), axes.get_xlim())
    assert limits[0] == (0, 50)
    assert limits[1] == pytest.approx((0, 8.4) if orientation in ("top", "right") else (8.4, 0))
    across = axes.xaxis if upright else axes.yaxis
    assert [text.get_text() for text in across.get_ticklabels()] == found["ivl"] == list("edbac")
    assert across.get_ticklocs().tolist() == [5, 15, 25, 35, 45]
    opposite = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
    assert across.get_ticks_position() == opposite[orientation]


@pytest.mark.parametrize(("n", "rotation", "size"), [(20, 0, 12), (21, 45, 10), (41, 90, 8), (90, 90, 5)])
def test_texts_are_turned_and_small_where_there_are_many(axes, n, rotation, size):
    hierarchy.dendrogram(reference.chain(n), ax=axes)
    text = axes.get_xticklabels()[0]
    assert (text.get_rotation(), text.get_fontsize()) == (rotation, size)
    assert text.get_horizontalalignment() == ("right" if rotation == 45 else "center")
    hierarchy.dendrogram(reference.chain(n), ax=axes, leaf_rotation=30, leaf_font_size=7)
    text = axes.get_xticklabels()[0]
    assert (text.get_rotation(), text.get_fontsize()) == (30, 7)


def test_no_texts(axes):
    found = hierarchy.dendrogram(Z, no_labels=True, ax=axes)
    assert axes.get_xticks().tolist() == []
    assert found["ivl"] == ["4", "3", "1", "0", "2"]


def test_the_current_axes_are_the_default(axes):
    hierarchy.dendrogram(Z)
    assert len(axes.collections) == 2


@pytest.mark.filterwarnings("error")
def test_trees_of_height_0_are_drawn(axes):
    hierarchy.dendrogram(Z * [1, 1, 0, 1], ax=axes, show_contracted=True, p=2, truncate_mode="lastp")
    axes.figure.canvas.draw()


def test_matplotlib_is_needed_only_for_drawing():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from coterie.hierarchy import dendrogram\n"
        "Z = [[0.0, 1.0, 0.5, 2.0]]\n"
        "assert dendrogram(Z, no_plot=True)['leaves'] == [0, 1]\n"
        "try:\n    dendrogram(Z)\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("dendrogram needs matplotlib to draw: pip install")


def test_an_empty_palette_is_refused():
    with pytest.raises(ValueError, match=r"^palette must hold at least one color"):
        hierarchy.set_link_color_palette([])


def test_labels_of_more_than_one_dimension_are_refused():
    Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 3.0]]
    for labels in (np.array([["a", "b"]] * 3), np.array("a"), np.zeros((3, 2))):
        with pytest.raises(ValueError, match="labels"):
            hierarchy.dendrogram(Z, labels=labels, no_plot=True)
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="labels must be one for each of the 3 points"):
        hierarchy.dendrogram(Z, labels=pandas.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]}), no_plot=True)
    assert hierarchy.dendrogram(Z, labels=pandas.Series(["a", "b", "c"]), no_plot=True)["ivl"] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"p": np.nan, "truncate_mode": "lastp"},
        {"p": "3"},
        {"color_threshold": "high"},
        {"color_threshold": np.nan},
        {"color_threshold": 1j},
        {"truncate_mode": ["lastp"]},
        {"truncate_mode": np.array(["lastp", "level"])},
        {"orientation": None},
        {"orientation": np.array(["top", "left"])},
        {"labels": 3},
        {"leaf_font_size": 10**400},
        {"leaf_font_size": np.nan},
        {"leaf_rotation": 10**400},
        {"leaf_rotation": [1]},
    ],
)
def test_wrong_parameters_of_a_dendrogram_are_refused(parameters):
    with pytest.raises((ValueError, TypeError)):
        hierarchy.dendrogram([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 3.0]], no_plot=True, **parameters)


def test_numbers_beyond_all_leaves_show_all_of_them():
    Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 3.0]]
    for mode in ("lastp", "level"):
        for p in (np.inf, 10**400):
            assert hierarchy.dendrogram(Z, p, mode, no_plot=True) == hierarchy.dendrogram(Z, no_plot=True)


def test_labels_are_counted_before_the_matrix_is_read():
    wrong = [[0.0, 1.0, 1.0, 4.0], [2.0, 3.0, 1.0, 5.0], [4.0, 5.0, 2.0, 6.0]]  # its counts are
    with pytest.raises(ValueError, match=r"^Dimensions of Z and labels must be consistent"):
        hierarchy.dendrogram(wrong, labels=list("abcdef"), no_plot=True)
    with pytest.raises(ValueError, match="excessive observations"):
        hierarchy.dendrogram(wrong, labels=list("abcd"), no_plot=True)
    for nothing in (np.float64(1), [], None):
        with pytest.raises((TypeError, ValueError)):
            hierarchy.dendrogram(nothing, labels=["a"], no_plot=True)


def test_an_order_that_is_none_changes_nothing():
    Z = hierarchy.linkage([1.0, 4.0, 2.0, 8.0, 3.0, 9.0], "average")
    for order in (np.array(["ascending", "descending"]), 1, "up", None):
        assert drawn(Z, count_sort=order, distance_sort=order)["leaves"] == drawn(Z)["leaves"]
