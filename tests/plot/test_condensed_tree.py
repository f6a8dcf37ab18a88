"""Condensed trees: that each part is as wide as it has rows, and has the color of its cluster."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie.plot import PALETTE, condensed_tree

FIELDS = [("parent", np.intp), ("child", np.intp), ("lambda_val", np.float64), ("child_size", np.intp)]
# Nine rows: 8 leaves the root alone, 9 splits into 10 (rows 0 to 3) and 11 (rows 4 to 7).
SMALL = np.array(
    [
        (9, 8, 0.5, 1),
        (9, 10, 1.0, 4),
        (9, 11, 1.0, 4),
        *[(10, row, at, 1) for row, at in enumerate([2.0, 2.0, 4.0, 4.0])],
        *[(11, row, at, 1) for row, at in zip(range(4, 8), [1.25, 1.25, 1.25, 1.6], strict=True)],
    ],
    dtype=FIELDS,
)
GRAY = "#C4C4C4"


def grown(seed, n_splits=12):
    """A condensed tree, and for each of its nodes its rows and its parent."""
    rng = np.random.default_rng(seed)
    parents, births, lone, splits = {0: -1}, {0: 0.0}, [], []
    for node in range(n_splits):
        at = births[node] + rng.exponential()
        for child in (len(parents), len(parents) + 1):
            parents[child], births[child] = node, at
            splits.append((node, child, at))
    for node in parents:
        child_births = [at for parent, _, at in splits if parent == node]
        n = rng.integers(0, 3) if child_births else rng.integers(2, 5)
        stop = child_births[0] if child_births else births[node] + 3
        lone += [(node, at) for at in rng.uniform(births[node], stop, n).round(2).clip(0.01)]
    order = rng.permutation(len(lone))
    n = len(lone)
    inside = {node: set() for node in parents}
    for row, (node, _) in zip(order, lone, strict=True):
        while node != -1:
            inside[node].add(int(row))
            node = parents[node]
    tree = [(n + node, row, at, 1) for row, (node, at) in zip(order, lone, strict=True)]
    tree += [(n + parent, n + child, at, len(inside[child])) for parent, child, at in splits]
    return np.array(tree, FIELDS)[rng.permutation(len(tree))], inside, parents


def parts(ax):
    """(color, corners) of each part, from the root on."""
    from matplotlib.colors import to_hex

    (drawn,) = ax.collections
    colors = [to_hex(color).upper() for color in drawn.get_facecolors()]
    return [(color, path.vertices) for color, path in zip(colors, drawn.get_paths(), strict=True)]


def width(corners, height):
    """How wide a part is just above a height, where it ends or becomes narrower."""
    above = corners[corners[:, 1] >= height * (1 - 1e-9)]
    lowest = above[above[:, 1] <= above[:, 1].min() * (1 + 1e-9), 0] if len(above) else np.zeros(1)
    return np.ptp(lowest)


def test_parts_are_as_wide_as_they_have_rows_and_colored_by_cluster(ax):
    assert condensed_tree(SMALL, clusters=[3, 3, 3, 3, 0, 0, 0, 0, -1], ax=ax) is ax
    (gray, root), (blue, left), (other, right) = parts(ax)
    assert (gray, blue, other) == (GRAY, PALETTE[3], PALETTE[0])
    assert np.ptp(root[:, 0]) == 9 and width(root, 1.0) == 8
    assert width(left, 1.0) == width(left, 0.5) == 4 and width(right, 0.8) == 4
    assert sorted(set(left[:, 1])) == pytest.approx([0.25, 0.5, 1.0])
    assert sorted(set(right[:, 1])) == pytest.approx([1 / 1.6, 0.8, 1.0])
    assert left[:, 0].max() == right[:, 0].min() == 4.5  # side by side, below the middle of the root
    assert {text.get_text(): text.xy for text in ax.texts} == {"3": (2.5, 1.0), "0": (6.5, 1.0)}
    assert ax.get_yscale() == "log" and ax.get_ylim()[0] < 0.25 and ax.get_ylim()[1] > 2


def test_lambda_is_measured_from_zero_down(ax):
    condensed_tree(SMALL, clusters=[3, 3, 3, 3, 0, 0, 0, 0, -1], height="lambda", ax=ax)
    (_, root), (_, left), _ = parts(ax)
    assert (root[:, 1].min(), root[:, 1].max()) == (0, 1) and (left[:, 1].min(), left[:, 1].max()) == (1, 4)
    bottom, top = ax.get_ylim()
    assert bottom > 4 and top == 0 and ax.get_yscale() == "linear" and "lambda" in ax.get_ylabel()
    x, y = left.T
    area = abs(np.sum(x * np.roll(y, 1) - np.roll(x, 1) * y)) / 2
    assert area == pytest.approx(1 + 1 + 3 + 3)  # its stability: how long each row stays


@pytest.mark.parametrize("seed", range(10))
def test_random_trees_have_each_cluster_in_its_color(ax, seed):
    tree, inside, parents = grown(seed)
    rng = np.random.default_rng(seed)
    labels = np.full(len(set().union(*inside.values())), -1)
    chosen, expected = [], {}
    for node in parents:  # clusters that do not contain each other
        above, node_above = [], node
        while node_above != -1:
            above.append(node_above)
            node_above = parents[node_above]
        if not set(above) & set(chosen) and rng.random() < 0.4:
            chosen.append(node)
        expected[node] = next((chosen.index(each) for each in above if each in chosen), None)
    for label, node in enumerate(chosen):
        labels[list(inside[node])] = label
    condensed_tree(tree, clusters=labels, height="lambda", ax=ax)
    drawn = parts(ax)
    births = {0: 0.0} | {child - len(labels): at for _, child, at, _ in tree.tolist() if child >= len(labels)}
    places = {row: at for _, row, at, _ in tree.tolist() if row < len(labels)}
    visible = [node for node in parents if births[node] < ax.get_ylim()[0]]
    assert len(drawn) == len(visible)
    for (color, corners), node in zip(drawn, visible, strict=True):
        assert color == (GRAY if expected[node] is None else PALETTE[expected[node] % 12])
        assert np.ptp(corners[:, 0]) == pytest.approx(len(inside[node]))
        for at in set(corners[:, 1][corners[:, 1] < ax.get_ylim()[0]]):
            level = corners[corners[:, 1] == at, 0]
            staying = sum(places[row] >= at for row in inside[node])
            assert np.ptp(level) == pytest.approx(staying)


@pytest.mark.parametrize("label", [None, -1, 0])
def test_the_root_alone_is_a_cluster_or_none(ax, label):
    tree = np.array([(5, row, at, 1) for row, at in enumerate([1.0, 1.0, 2.0, 3.0, 3.0])], FIELDS)
    condensed_tree(tree, clusters=None if label is None else [label] * 5, ax=ax)
    ((color, corners),) = parts(ax)
    assert color == (PALETTE[0] if label == 0 else GRAY) and np.ptp(corners[:, 0]) == 5
    assert [text.get_text() for text in ax.texts] == ["0"] * (label == 0)


def test_rows_that_are_equal_are_below_the_picture_and_counted(ax):
    tree = SMALL.copy()
    tree["lambda_val"][5:7] = np.inf
    for height in ("distance", "lambda"):
        condensed_tree(tree, clusters=[0] * 4 + [-1] * 5, height=height, ax=ax)
        assert "2 rows stay together below" in {text.get_text() for text in ax.texts}
        assert np.isfinite(ax.get_ylim()).all()
        ax.figure.savefig("/dev/null", format="svg")
        ax.clear()
    tree["lambda_val"] = np.inf
    condensed_tree(tree, ax=ax)  # all of them


@pytest.mark.parametrize("scale", [2.0**-600, 2.0**600])
@pytest.mark.parametrize("height", ["distance", "lambda"])
def test_any_unit_can_be_drawn(ax, height, scale):
    tree = SMALL.copy()
    tree["lambda_val"] *= scale
    condensed_tree(tree, clusters=[0] * 4 + [1] * 5, height=height, ax=ax)
    ax.figure.canvas.draw()
    assert len(parts(ax)) == 3 and np.isfinite(ax.get_ylim()).all()


def test_many_clusters_are_numbered_where_there_is_room(ax):
    n, size = 200, 10
    root = n * size
    tree, node = [], root
    for i in range(n - 1):
        small, rest = root + 2 * i + 1, root + 2 * i + 2
        tree += [(node, small, 0.1 + i / 100, size), (node, rest, 0.1 + i / 100, size * (n - 1 - i))]
        tree += [(small, i * size + row, 0.3 + i / 100, 1) for row in range(size)]
        node = rest
    tree += [(node, (n - 1) * size + row, 3.0, 1) for row in range(size)]
    condensed_tree(np.array(tree, FIELDS), clusters=np.repeat(np.arange(n), size), ax=ax)
    ax.figure.canvas.draw()
    (drawn,) = ax.collections  # one artist
    assert len(drawn.get_paths()) > 300
    boxes = [text.get_window_extent() for text in ax.texts]
    assert 5 < len(boxes) <= 40
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])


def test_outlines_of_many_rows_have_few_corners(ax):
    n = 50_000
    at = np.random.default_rng(0).exponential(size=n) + 0.1
    tree = np.array(list(zip([n] * n, range(n), at, [1] * n, strict=True)), FIELDS)
    condensed_tree(tree, ax=ax)
    ((_, corners),) = parts(ax)
    assert len(corners) < 1000
    level = np.median(at)
    assert width(corners, 1 / level) == pytest.approx(n / 2, rel=0.02)


def test_weights_are_rows(ax):
    tree = SMALL.copy()
    tree["child_size"][3] = 5
    tree["child_size"][1] = 8
    condensed_tree(tree, ax=ax)
    (_, root), (_, left), _ = parts(ax)
    assert np.ptp(root[:, 0]) == 13 and np.ptp(left[:, 0]) == 8


@pytest.mark.parametrize("parameters", [{}, {"cluster_selection_method": "leaf"}, {"allow_single_cluster": True}])
@pytest.mark.parametrize("seed", range(3))
def test_clusters_of_a_model_are_the_selected_parts(ax, seed, parameters):
    from coterie import HDBSCAN

    X = np.random.default_rng(seed).normal([[0], [4], [9]], 1, (3, 60)).reshape(-1, 1)
    model = HDBSCAN(8, **parameters).fit(X)
    tree = model.condensed_tree_
    births = dict(zip(tree["child"], tree["lambda_val"], strict=True)) | {len(X): 0.0}
    condensed_tree(model, height="lambda", ax=ax)
    places = {text.get_text(): text.xy[1] for text in ax.texts}
    assert places == {str(i): births[node] for i, node in enumerate(model.selected_clusters_.tolist())}
    before = [color for color, _ in parts(ax)]
    ax.clear()
    assert tree.plot(clusters=model.labels_, height="lambda", ax=ax) is ax
    assert [color for color, _ in parts(ax)] == before


def test_what_has_labels_and_a_condensed_tree_is_a_model(ax):
    class Tree:
        def to_numpy(self):
            return SMALL

    class Model:
        condensed_tree_ = Tree()
        labels_ = np.array([1] * 4 + [-1] * 5)

        def fit(self, X):
            pass

    condensed_tree(Model(), ax=ax)
    assert [color for color, _ in parts(ax)] == [GRAY, PALETTE[1], GRAY]
    ax.clear()
    condensed_tree(Model(), clusters=[-1] * 4 + [2] * 5, ax=ax)
    assert [color for color, _ in parts(ax)] == [PALETTE[2], PALETTE[2], PALETTE[2]]


def changed(field, index, value):
    tree = SMALL.copy()
    tree[field][index] = value
    return tree


@pytest.mark.parametrize(
    "tree, arguments, message",
    [
        (np.ones((3, 4)), {}, "a structured array with the fields parent, child, lambda_val, child_size"),
        (SMALL.astype([(name, "U9") for name in SMALL.dtype.names]), {}, "and type .*U9"),
        (SMALL[:0], {}, r"Got shape \(0,\)"),
        (SMALL, {"clusters": [0, 1]}, r"a whole number for each of the 9 rows .* Got shape \(2,\)"),
        (SMALL, {"clusters": [0.5] * 9}, "Got shape .* and type float64"),
        (SMALL, {"height": "up"}, "'height' parameter of condensed_tree must be"),
        (SMALL, {"ax": 5}, "'ax' parameter of condensed_tree must be"),
        (changed("child", 1, 12), {}, "must have consecutive numbers"),
        (changed("child", 2, 10), {}, "must have consecutive numbers"),
        (changed("parent", 1, 10), {}, "higher numbers than it"),
        (changed("parent", 3, 12), {}, "must have consecutive numbers"),
        (changed("child", 3, -1), {}, "must have consecutive numbers"),
        (changed("lambda_val", 3, np.nan), {}, "lambda_val of a condensed tree must be 0 or more"),
        (changed("lambda_val", 3, -1.0), {}, "lambda_val of a condensed tree must be 0 or more"),
        (changed("child_size", 3, 0), {}, "child_size more than 0"),
        (changed("child_size", 1, 7), {}, "as many rows together as it has"),
    ],
)
def test_bad_condensed_trees(ax, tree, arguments, message):
    with pytest.raises(ValueError, match=message):
        condensed_tree(tree, **{"ax": ax} | arguments)


def test_other_models_have_no_condensed_tree(ax):
    from coterie import KMeans, NotFittedError

    with pytest.raises(NotFittedError):
        condensed_tree(KMeans(), ax=ax)
    with pytest.raises(TypeError, match=r"needs a fitted HDBSCAN or its condensed_tree_\. Got KMeans"):
        condensed_tree(KMeans(1).fit([[1.0], [2.0]]), ax=ax)
