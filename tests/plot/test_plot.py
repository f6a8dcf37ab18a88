"""Pictures: that what is drawn is what was given."""

import itertools

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot  # noqa: E402

from coterie import hierarchy  # noqa: E402
from coterie.plot import (  # noqa: E402
    PALETTE,
    dendrogram,
    image_segments,
    k_distances,
    kmeans_animation,
    profile,
    scatter,
    silhouette,
    sweep,
)
from coterie.plot._animation import find_steps, start  # noqa: E402


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    matplotlib.pyplot.close("all")


@pytest.fixture
def ax():
    from matplotlib.figure import Figure

    return Figure().add_subplot()


def test_few_points_are_drawn_one_by_one(ax):
    X = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    assert scatter(X, [0, 1, 0, -1], names=["length (cm)", "mass (g)"], ax=ax) is ax
    drawn = {each.get_label(): each.get_offsets().tolist() for each in ax.collections}
    assert drawn == {"cluster 0 (2)": [[0, 1], [4, 5]], "cluster 1 (1)": [[2, 3]], "in no cluster (1)": [[6, 7]]}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("length (cm)", "mass (g)")
    assert ax.get_xlim()[0] < 0 and ax.get_ylim()[1] > 7


def test_many_points_become_one_image_of_their_density(ax):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (30_000, 2)), rng.normal(10, 1, (30_000, 2))])
    scatter(X, np.repeat([0, 1], 30_000), ax=ax)
    (image,) = ax.images
    pixels = image.get_array()
    shown = pixels[pixels[:, :, 3] > 0][:, :3]
    colors = {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in PALETTE[:2]}
    assert {tuple(color) for color in np.rint(255 * shown).astype(int)} == colors
    low, high = np.rint(255 * pixels[:240, :240].sum(axis=(0, 1))), np.rint(255 * pixels[240:, 240:].sum(axis=(0, 1)))
    assert low[2] > low[0] and high[0] > high[2]  # blue below, orange above


def test_centers_are_numbered_and_regions_tint_the_background(ax):
    from coterie import KMeans

    X = np.array([[0.0, 0.0], [0.0, 1.0], [5.0, 5.0], [5.0, 6.0]])
    model = KMeans(2, random_state=0).fit(X)
    scatter(X, model.labels_, model.cluster_centers_, regions=model.predict, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["0", "1"]
    corners = ax.images[0].get_array()[[0, -1], [0, -1]]
    assert (corners[0] != corners[1]).any() and corners.min() > 0.8


def test_names_come_from_a_table():
    pandas = pytest.importorskip("pandas")
    ax = scatter(pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}), [0, 1])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")


PLACES = np.array([[38.7, -9.1], [40.4, -3.7], [48.9, 2.4], [59.9, 10.8]])  # latitude, longitude


@pytest.mark.parametrize(
    "names, first",
    [
        (["latitude", "longitude"], 1),
        (["Lat", "LNG"], 1),
        (["decimalLatitude", "decimalLongitude"], 1),
        (["lat (deg)", "long (deg)"], 1),
        (["longitude", "latitude"], 0),
        (["lon_end", "lat_end"], 0),
    ],
)
def test_latitude_goes_up_and_longitude_across(ax, names, first):
    X = PLACES if first else PLACES[:, ::-1]
    seen = []
    scatter(
        X, [0, 0, 1, 1], X[:2], names=names, regions=lambda points: seen.append(points) or points[:, first] > 0, ax=ax
    )
    assert [ax.get_xlabel(), ax.get_ylabel()] == [names[first], names[1 - first]]
    np.testing.assert_array_equal(
        np.concatenate([each.get_offsets() for each in ax.collections if each.get_label()[:7] == "cluster"]),
        PLACES[:, ::-1],
    )
    np.testing.assert_array_equal([text.xy for text in ax.texts], PLACES[:2, ::-1])
    (points,) = seen  # the regions are asked in the order of the columns
    assert points[:, first].min() < -8 and points[:, 1 - first].max() > 58
    assert ax.get_aspect() == pytest.approx(1 / np.cos(np.radians(49.3)), rel=0.02)


def test_a_table_of_places_is_drawn_as_a_map_also_if_it_is_large_or_one_place(ax):
    pandas = pytest.importorskip("pandas")
    many = pandas.DataFrame({"latitude": np.linspace(-10, 50, 60_000), "longitude": np.linspace(100, 300, 60_000)})
    scatter(many, np.zeros(60_000, int), ax=ax)
    assert ax.get_xlabel() == "longitude" and ax.get_aspect() == pytest.approx(1 / np.cos(np.radians(20)))
    ax.figure.canvas.draw()
    for rows in ([[38.7, -9.1]], [[38.7, -9.1], [38.7, 170.0]]):  # a strip is not drawn as thin as it is
        ax.clear()
        scatter(rows, np.zeros(len(rows), int), names=["lat", "lon"], ax=ax)
        ax.figure.canvas.draw()
        assert 0.29 <= ax.bbox.height / ax.bbox.width <= 3.4


@pytest.mark.parametrize(
    "X, names",
    [
        (PLACES, ["latency", "longevity"]),
        (PLACES, ["latitude", "height"]),
        (PLACES, ["lat", "lat"]),
        (PLACES, ["lat_lon", "lon_lat"]),
        (10 * PLACES, ["lat", "lon"]),
        (PLACES - [0, 200], ["lat", "lon"]),
    ],
)
def test_other_columns_are_no_map(ax, X, names):
    scatter(X, [0, 0, 1, 1], names=names, ax=ax)
    assert ax.get_xlabel() == names[0] and ax.get_aspect() == "auto"


def test_more_clusters_than_colours_and_equal_points(ax):
    X = np.repeat([[1.0, 2.0]], 30, axis=0)
    scatter(X, np.arange(30), ax=ax)
    assert len(ax.collections) == 30


def test_noise_lies_below_in_grey(ax):
    X = np.random.default_rng(0).normal(size=(50, 2))
    labels = np.where(np.arange(50) % 3 == 0, -1, np.arange(50) % 2)
    scatter(X, labels, ax=ax)
    noise, *clusters = ax.collections
    assert noise.get_label() == "in no cluster (17)" and len(clusters) == 2
    assert matplotlib.colors.to_hex(noise.get_facecolor()[0]) == "#999999"
    assert all(noise.get_zorder() < each.get_zorder() for each in clusters)
    np.testing.assert_array_equal(noise.get_offsets(), X[labels < 0])


def test_noise_does_not_grey_a_pixel_that_has_clustered_points(ax):
    X = np.repeat([[0.0, 0.0], [1.0, 1.0]], 30_000, axis=0)
    scatter(X, np.concatenate([np.zeros(10), np.full(59_990, -1)]).astype(int), ax=ax)
    pixels = ax.images[0].get_array()
    shown = pixels[pixels[:, :, 3] > 0][:, :3]
    assert sorted(matplotlib.colors.to_hex(color) for color in shown) == ["#0072b2", "#999999"]


def test_144_clusters_have_looks_of_their_own_and_more_are_few_collections(ax):
    X = np.random.default_rng(0).normal(size=(144, 2))
    scatter(X, np.arange(144), ax=ax)
    looks = {
        (matplotlib.colors.to_hex(each.get_facecolor()[0]), each.get_paths()[0].vertices.tobytes())
        for each in ax.collections
    }
    assert len(looks) == 144
    ax.clear()
    X = np.random.default_rng(0).normal(size=(3000, 2))
    scatter(X, np.arange(3000), ax=ax)
    assert len(ax.collections) == 144 and sum(len(each.get_offsets()) for each in ax.collections) == 3000


def test_nothing_but_noise(ax):
    scatter([[0.0, 1.0], [2.0, 3.0]], [-1, -1], ax=ax)
    assert [each.get_label() for each in ax.collections] == ["in no cluster (2)"]


def test_one_column_is_drawn_against_the_row(ax):
    scatter([[1.0], [2.0], [7.0]], [0, 0, 1], [[1.5], [7.0]], names=["height (m)"], ax=ax)
    drawn = {each.get_label(): each.get_offsets().tolist() for each in ax.collections}
    assert drawn == {"cluster 0 (2)": [[1, 0], [2, 1]], "cluster 1 (1)": [[7, 2]]}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("height (m)", "row")
    assert [text.xy for text in ax.texts] == [(1.5, 0.5), (7.0, 2.0)]


@pytest.mark.parametrize("n, d, offset", [(40, 3, 0.0), (40, 3, 1e6), (40, 12, 0.0), (5, 12, 1e6), (40, 2100, 0.0)])
def test_more_columns_are_drawn_by_their_first_two_principal_components(ax, n, d, offset):
    X = np.random.default_rng(d).normal(offset, 1, (n, d)) * np.geomspace(1, 9, d)
    centered = X - X.mean(axis=0)
    left, singular, right = np.linalg.svd(centered, full_matrices=False)
    signs = np.sign(np.take_along_axis(right, abs(right).argmax(axis=1)[:, np.newaxis], axis=1)).ravel()
    scatter(X, np.zeros(n, int), X[:2], ax=ax)
    (points,) = ax.collections
    expected = (left * singular * signs)[:, :2]
    np.testing.assert_allclose(points.get_offsets(), expected, atol=1e-6 * singular[0])
    np.testing.assert_allclose([text.xy for text in ax.texts], expected[:2], atol=1e-6 * singular[0])
    shares = 100 * np.square(singular) / np.square(singular).sum()
    assert ax.get_xlabel() == f"first principal component ({shares[0]:.0f}% of the variance)"
    assert ax.get_ylabel() == f"second principal component ({shares[1]:.0f}% of the variance)"


def test_components_are_named_by_what_they_are_made_of(ax):
    t = np.linspace(-1, 1, 20)
    X = np.column_stack([10 * t, -9 * t, 0.1 * t, np.cos(20 * t)])
    scatter(X, np.zeros(20, int), names=["mass (g)", "depth (mm)", "year", "tide (m)"], ax=ax)
    assert ax.get_xlabel().endswith("% of the variance)\nmostly mass (g) − depth (mm)")
    assert ax.get_ylabel().endswith("% of the variance)\nmostly tide (m)")
    scatter(X, np.zeros(20, int), names=["along", "across"], ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("along", "across")


@pytest.mark.parametrize(
    "X",
    [
        np.ones((5, 4)),
        np.ones((1, 4)),
        np.ones((1, 2500)),
        np.full((5, 3), 1e300),
        np.random.default_rng(0).normal(size=(5, 3)) * 1e200,
    ],
    ids=str,
)
def test_columns_that_hardly_have_components(ax, X):
    scatter(X, np.zeros(len(X), int), ax=ax)
    (points,) = ax.collections
    assert np.isfinite(points.get_offsets()).all()
    ax.figure.canvas.draw()


def test_each_cluster_has_its_number_at_one_of_its_points_or_above_if_it_is_small(ax):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(center, 1, (50, 2)) for center in (0, 10)] + [[[30.0, 30.0]]])
    labels = np.repeat([3, 7, 9], [50, 50, 1])
    scatter(X, labels, ax=ax)
    at = {text.get_text(): text.xy for text in ax.texts}
    assert set(at) == {"3", "7", "9"}
    for label in (3, 7):
        members = X[labels == label]
        nearest = members[np.linalg.norm(members - members.mean(axis=0), axis=1).argmin()]
        np.testing.assert_allclose(at[str(label)], nearest, atol=0.5)
        assert (members == at[str(label)]).all(axis=1).any()
    assert at["9"][0] == 30 and at["9"][1] > 30


def test_numbers_do_not_hide_each_other(ax):
    X = np.random.default_rng(0).uniform(size=(2000, 2))
    cell = (X * 6).astype(int)
    scatter(X, cell[:, 0] + 6 * cell[:, 1], ax=ax)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 36 and not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    ax.clear()
    scatter(X, np.arange(2000), ax=ax)
    assert 0 < len(ax.texts) <= 40


@pytest.mark.parametrize(
    "labels, legend",
    [
        (["ant", "bee", "ant", None], {"ant (2)", "bee (1)", "in no cluster (1)"}),
        ([2.0, np.nan, 2.0, -1.0], {"cluster 2 (2)", "in no cluster (2)"}),
        (np.array(["ant", "-1", "ant", "bee"]), {"ant (2)", "bee (1)", "in no cluster (1)"}),
        (np.array([3, -1, 3, 3], dtype=object), {"3 (3)", "in no cluster (1)"}),
        ([True, False, True, True], {"True (3)", "False (1)"}),
        (
            np.array(["2024-03-01", "2024-03-02", "NaT", "2024-03-01"], dtype="M8[ns]"),
            {"2024-03-01 (2)", "2024-03-02 (1)", "in no cluster (1)"},
        ),
        ([0.5, 0.5, 1.5, 1.5], {"0.5 (2)", "1.5 (2)"}),
        (np.array([1, 1, 3, 3], dtype=np.uint8), {"cluster 1 (2)", "cluster 3 (2)"}),
    ],
)
def test_labels_of_any_type(ax, labels, legend):
    scatter([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 0.0]], labels, ax=ax)
    assert {each.get_label() for each in ax.collections} == legend
    named = {each.removeprefix("cluster ").split(" (")[0] for each in legend if "in no" not in each}
    assert {text.get_text() for text in ax.texts} == named


@pytest.mark.parametrize(
    "X, labels, more, message",
    [
        ([[1.0, 2.0]], [0, 1], {}, r"one label per row. Got labels of shape \(2,\) for 1 rows"),
        ([[1.0, 2.0]], [[0]], {}, r"one label per row. Got labels of shape \(1, 1\)"),
        ([[1.0, np.nan]], [0], {}, "contains NaN"),
        ([1.0, 2.0], [0, 1], {}, "Expected 2D array"),
        ([["a", "b"]], [0], {}, "holds text"),
        ([[1.0, 2.0]], [0], {"centers": [[1.0, 2.0, 3.0]]}, "centers with as many columns as X, 2. Got 3"),
        ([[1.0, 2.0]], [0], {"names": ["a"]}, "names must be one for each of the 2 columns. Got 1"),
        ([[1.0, 2.0, 3.0]], [0], {"regions": len}, "regions of one or two columns, not of 3"),
    ],
)
def test_what_can_not_be_scattered(ax, X, labels, more, message):
    with pytest.raises(ValueError, match=message):
        scatter(X, labels, **more, ax=ax)
    assert not ax.has_data()


# ----------------------------------------------------------------------------------------------------- choosing


def test_distances_are_drawn_as_given_and_eps_is_marked(ax):
    given = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    assert k_distances(given, 2.5, ax=ax) is ax
    curve, line, mark = ax.lines
    assert curve.get_xydata().tolist() == [[20, 1], [40, 2], [60, 3], [80, 4], [100, 5]]
    assert set(line.get_ydata()) == {2.5} and mark.get_xydata().tolist() == [[40, 2.5]]
    assert [text.get_text() for text in ax.texts] == ["eps = 2.5: 40% of the rows are core points"]
    assert ax.get_ylim()[1] > 5 and given.tolist() == [3, 1, 2, 5, 4]


def test_few_far_rows_do_not_press_the_curve_flat(ax):
    given = np.append(np.linspace(1, 2, 10_000), 1e6)
    k_distances(given, 1.5, ax=ax)
    assert ax.get_ylim()[1] < 10 and len(ax.lines[0].get_xdata()) <= 5000
    assert ax.texts[-1].get_text() == "up to 1,000,000"
    k_distances(given, 2e5, ax=ax)
    assert 2e5 < ax.get_ylim()[1] < 1e6


@pytest.mark.parametrize("given, eps", [([0.0], None), ([0.0, 0.0], 1.0), ([2.0], 1.0), ([0.0, 1e-9], 1e-9)])
def test_extreme_distances(ax, given, eps):
    k_distances(given, eps, ax=ax)
    ax.figure.canvas.draw()
    low, high = ax.get_ylim()
    assert low == 0 and high > 0


@pytest.mark.parametrize("given", [[], [[1.0]], [np.nan], [np.inf]])
def test_what_are_no_distances(ax, given):
    with pytest.raises(ValueError, match="k_distances needs a vector of finite distances"):
        k_distances(given, ax=ax)


# ------------------------------------------------------------------------------------------------------- trees

ROWS = np.random.default_rng(0).normal(size=(30, 2))


def links(ax, along):
    """(colour, corners) of each bracket; the heights are along x or y."""
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
    """For each leaf that has one, the colour of the line that it hangs from, by its text."""
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
def test_every_row_hangs_in_the_colour_of_its_cluster(ax, where, orientation, method):
    Z = hierarchy.linkage(ROWS, method)
    labels = hierarchy.cut_tree(Z, **where)[:, 0]
    assert len(np.unique(labels)) > 4
    assert dendrogram(Z, **where, orientation=orientation, ax=ax) is ax
    along = "y" if orientation in ("top", "bottom") else "x"
    assert colors_of_leaves(ax, along) == {str(i): PALETTE[label % 12] for i, label in enumerate(labels)}
    assert sorted(int(text.get_text()) for text in ax.texts) == sorted(set(labels))
    heights = {text.xy[along == "y"] for text in ax.texts}
    assert len(heights) == 1  # on one line, above which nothing has a cluster's colour
    (line,) = heights
    assert (line == where["height"]) if "height" in where else (np.count_nonzero(hierarchy.maxdists(Z) >= line) == 5)
    assert {color for color, corners in links(ax, along) if corners[:, 1].max() > line} == {"#555555"}


def test_clusters_of_any_numbers_are_coloured_as_in_scatter(ax):
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


def test_rows_in_no_cluster_are_grey_and_without_a_number(ax):
    Z = hierarchy.linkage([[0.0], [1.0], [10.0], [12.0]])
    dendrogram(Z, clusters=[0, 0, -1, -1], ax=ax)
    assert colors_of_leaves(ax) == {"0": PALETTE[0], "1": PALETTE[0], "2": "#999999", "3": "#999999"}
    assert [text.get_text() for text in ax.texts] == ["0"]


def test_without_a_cut_the_tree_has_one_colour(ax):
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


# -------------------------------------------------------------------------------------------------- silhouettes

BLOBS = np.concatenate([np.random.default_rng(0).normal(center, 1, (size, 2)) for center, size in ((0, 30), (6, 20))])
OF_BLOBS = np.repeat([0, 1], [30, 20])


def blades(ax):
    """(colour, name, sorted values) of each blade."""
    return [
        (
            matplotlib.colors.to_hex(each.get_facecolor()[0]).upper(),
            each.get_label(),
            each.get_paths()[0].vertices[:, 0],
        )
        for each in ax.collections
    ]


def test_blades_are_the_silhouettes_of_each_cluster_from_the_largest_down(ax):
    from coterie.scores import silhouette_samples

    values = silhouette_samples(BLOBS, OF_BLOBS)
    assert silhouette(BLOBS, OF_BLOBS, ax=ax) is ax
    for (color, name, x), label, size in zip(blades(ax), (0, 1), (30, 20), strict=True):
        assert color == PALETTE[label] and name == f"cluster {label} ({size})"
        own = values[OF_BLOBS == label]
        assert set(np.round(x, 12)) - {0.0} == set(np.round(own, 12)) - {0.0}
        (below,) = (each.get_paths()[0].vertices[:, 1].min() for each in ax.collections if each.get_label() == name)
        assert (below == 0) == (label == 0)
    mean = ax.lines[-1].get_xdata()[0]
    assert mean == pytest.approx(values.mean())
    texts = [text.get_text() for text in ax.texts]
    assert texts == [
        f"{values[OF_BLOBS == 0].mean():.2f}",
        f"{values[OF_BLOBS == 1].mean():.2f}",
        f"mean of all {values.mean():.2f}",
        "mean",
    ]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["0 (30)", "1 (20)"]


@pytest.mark.parametrize("mean", [0.99, 0.5, -0.9])
def test_the_means_above_the_blades_do_not_touch_each_other(mean):
    ax = silhouette(np.full(60, mean), np.arange(60) % 3)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text().startswith("mean")]
    assert len(boxes) == 2 and not boxes[0].overlaps(boxes[1])
    assert all(ax.figure.bbox.x0 <= box.x0 and box.x1 <= ax.figure.bbox.x1 for box in boxes)


def test_silhouettes_that_are_there_are_drawn_as_they_are(ax):
    silhouette([0.5, -0.25, 1.0, 0.0], ["ant", "bee", "bee", None], ax=ax)
    assert [name for _, name, _ in blades(ax)] == ["ant (1)", "bee (2)"]
    assert [set(x) - {0.0} for _, _, x in blades(ax)] == [{0.5}, {1.0, -0.25}]
    assert ax.get_xlabel() == "silhouette; below 0: 1 row nearer to another cluster; without 1 row in no cluster"
    assert ax.get_xlim() == (-0.3, 1.0)


def test_rows_in_no_cluster_have_no_silhouette(ax):
    from coterie.distances import pdist, squareform

    far = np.concatenate([BLOBS, [[1e3, 1e3]]])
    silhouette(far, np.append(OF_BLOBS, -1), ax=ax)
    plain = blades(ax)
    ax.clear()
    silhouette(squareform(pdist(far)), np.append(OF_BLOBS, -1), metric="precomputed", ax=ax)
    for (*_, one), (*_, other) in zip(plain, blades(ax), strict=True):
        np.testing.assert_allclose(one, other)
    sparse = pytest.importorskip("scipy.sparse")
    ax.clear()
    silhouette(sparse.csr_array(far), np.append(OF_BLOBS, -1), ax=ax)
    for (*_, one), (*_, other) in zip(plain, blades(ax), strict=True):
        np.testing.assert_allclose(one, other)
    ax.clear()
    silhouette(BLOBS, OF_BLOBS, ax=ax)
    for (*_, one), (*_, other) in zip(plain, blades(ax), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("own", [True, False], ids=["figure", "axes"])
def test_every_cluster_has_its_name_however_thin_its_blade(ax, own):
    sizes = np.array([1, 2, 500, 1, 1, 3000, 40, 1, 200, *[30] * 20, 1])
    labels = np.repeat(np.arange(30), sizes)
    ax.figure.set_size_inches(8, 6)
    ax = silhouette(np.linspace(-0.2, 0.9, len(labels)), labels, ax=None if own else ax)
    ax.figure.canvas.draw()
    names = ax.get_yticklabels()
    assert [text.get_text() for text in names] == [f"{label} ({size:,})" for label, size in enumerate(sizes)]
    assert names[0].get_fontsize() >= 6
    means = [text for text in ax.texts if text.get_position()[0] > 30 and text.get_text() != "mean"]
    assert len(means) == 30
    for texts in (names, means):
        boxes = [text.get_window_extent() for text in texts]
        assert all(one.y0 >= other.y1 - 1 for one, other in itertools.pairwise(boxes))
        assert ax.bbox.y0 - 3 <= boxes[-1].y0 and boxes[0].y1 <= ax.bbox.y1 + 3
    middles = [each.get_paths()[0].get_extents() for each in ax.collections]
    middles = [(box.y0 + box.y1) / 2 for box in middles]
    leaders = np.array([line.get_ydata() for line in ax.lines if len(set(line.get_xdata())) == 2])
    places = ax.get_yticks()
    for middle, place in zip(middles, places, strict=True):  # beside its blade, or with a line from there
        assert (abs(leaders - [middle, place]).max(axis=1) < 1e-6).sum() == 2 or (
            abs(middle - place) < 0.3 * np.diff(places).min()
        )


def test_where_there_is_no_room_for_all_names_the_largest_have_theirs_and_it_is_said(ax):
    labels = np.append(np.arange(2000) % 300, np.full(50, 299))
    silhouette(np.linspace(-1, 1, 2050), labels, ax=ax)
    few = len(ax.get_yticks())
    assert 20 < few < 300 and f"the {few} largest of 300 are named" in ax.get_ylabel()
    assert "299 (56)" in [text.get_text() for text in ax.get_yticklabels()]


def test_many_rows_and_clusters_are_drawn_with_few_corners(ax):
    silhouette(np.linspace(-1, 1, 200_000), np.repeat(np.arange(200), 1000), ax=ax)
    assert len(ax.collections) == 200
    ax.clear()
    silhouette(np.linspace(-1, 1, 200_000), np.zeros(200_000, int), ax=ax)
    assert len(ax.collections[0].get_paths()[0].vertices) < 25_000


@pytest.mark.parametrize(
    "X, labels, message",
    [
        (BLOBS, np.zeros(50, int), "Number of labels is 1"),
        (BLOBS, -np.ones(50, int), "All rows are in none"),
        (BLOBS, [0, 1], r"one label per row. Got labels of shape \(2,\) for 50 rows"),
        ([0.5, 7.0], [0, 1], "silhouettes from -1 to 1"),
        ([0.5, np.nan], [0, 1], "silhouettes from -1 to 1"),
        (5.0, [0], "one label per row"),
    ],
)
def test_what_has_no_silhouette(ax, X, labels, message):
    with pytest.raises(ValueError, match=message):
        silhouette(X, labels, ax=ax)


# ------------------------------------------------------------------------------------------------------- sweeps


@pytest.fixture(scope="module")
def swept():
    from coterie import DBSCAN, KMeans, selection

    X = np.concatenate([np.random.default_rng(1).normal(center, 1, (25, 2)) for center in (0, 8, 16)])
    return (
        selection.sweep(KMeans(random_state=0), X, {"n_clusters": range(2, 7)}, stability=3, random_state=0),
        selection.sweep(
            DBSCAN(), X, {"eps": [0.5, 1.0, 1.5, 2.0], "min_samples": [3, 5]}, scores=["silhouette", few_clusters]
        ),
    )


def few_clusters(X, labels):
    return -float(labels.max())


def titles(ax):
    return [panel.get_title(loc="left").split(":")[0] for panel in ax.child_axes]


def test_each_score_has_a_panel_in_its_own_units(ax, swept):
    assert sweep(swept[0], ax=ax) is ax
    assert titles(ax) == ["silhouette", "stability", "Calinski-Harabasz", "Davies-Bouldin", "inertia"]
    names = ["silhouette", "stability", "calinski_harabasz", "davies_bouldin", "inertia"]
    for panel, name in zip(ax.child_axes, names, strict=True):
        line = panel.lines[0]
        np.testing.assert_array_equal(line.get_xdata(), [2, 3, 4, 5, 6])
        np.testing.assert_array_equal(line.get_ydata(), [row[name] for row in swept[0]])
        marks = [text.get_text().split(":")[0] for text in panel.texts]
        assert marks == ([] if name == "inertia" else [str(swept[0].best(name)["n_clusters"])])
    assert {panel.get_xlabel() for panel in ax.child_axes} == {"", "number of clusters"}


def test_other_parameters_have_a_line_each_and_noise_is_shown(ax, swept):
    swept[1].plot(ax=ax)
    assert titles(ax) == ["silhouette", "clusters found", "noise (% of the rows)", "few clusters"]
    for panel, name in zip(ax.child_axes, ["silhouette", "n_clusters", "noise", "few_clusters"], strict=True):
        for line, min_samples in zip(panel.lines, (3, 5), strict=False):
            rows = [row for row in swept[1] if row["min_samples"] == min_samples]
            assert line.get_label() == f"min_samples = {min_samples}"
            np.testing.assert_array_equal(line.get_xdata(), [0.5, 1.0, 1.5, 2.0])
            np.testing.assert_allclose(line.get_ydata(), [row[name] * (100 if name == "noise" else 1) for row in rows])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "min_samples = 3",
        "min_samples = 5",
        "best value",
    ]


def test_a_parameter_of_words_has_its_words_on_the_axis(ax):
    from coterie import AgglomerativeClustering, selection

    found = selection.sweep(AgglomerativeClustering(2), BLOBS, {"linkage": ["ward", "single"]}, scores=["silhouette"])
    sweep(found, ax=ax)
    panel = ax.child_axes[-1]
    assert [text.get_text() for text in panel.get_xticklabels()] == ["ward", "single"]
    assert panel.lines[0].get_linewidth() == 0  # there is nothing between words


def test_a_parameter_of_arrays_is_shortened(ax):
    from coterie import KMeans, selection

    starts = [BLOBS[:2], BLOBS[:4:2], BLOBS[-2:]]
    found = selection.sweep(KMeans(2), BLOBS, {"init": starts, "max_iter": [1, 9]}, scores=["silhouette"])
    panel = sweep(found, ax=ax).child_axes[-1]
    texts = [text.get_text() for text in panel.get_xticklabels()]
    assert len(texts) == 3 and all(len(text) == 24 and text[-3:] == "..." for text in texts)
    assert [line.get_label() for line in panel.lines[:2]] == ["max_iter = 1", "max_iter = 9"]
    lines = str(found).splitlines()
    assert len(lines) == 7 and max(map(len, lines)) < 100


def test_panels_stay_within_the_frame_and_apart(swept):
    for each in swept:
        figure = sweep(each).figure
        figure.canvas.draw()
        boxes = [panel.get_tightbbox() for panel in figure.axes[0].child_axes]
        assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
        assert all(figure.bbox.x0 - 1 <= box.x0 and box.x1 <= figure.bbox.x1 + 1 and box.y0 >= -1 for box in boxes)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_powers_of_ten_stand_beside_the_titles(size):
    from types import SimpleNamespace

    rows = [{"n_clusters": k, "inertia": size / k, "silhouette": 0.5 / k} for k in (2, 3, 4)]
    ax = sweep(SimpleNamespace(rows=rows, parameters=["n_clusters"], scores=["silhouette"]))
    ax.figure.canvas.draw()
    panel = ax.child_axes[-1]
    power = panel.yaxis.get_offset_text()
    assert power.get_text().startswith("1e")
    assert not power.get_window_extent().overlaps(panel._left_title.get_window_extent())


def dashed(ax):
    """(number of clusters, colour) of the dashed lines of each panel."""
    return [
        [(line.get_xdata()[0], line.get_color()) for line in panel.lines if line.get_linestyle() == "--"]
        for panel in ax.child_axes
    ]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def suggestion_of(found, k):
    from coterie.selection import KSuggestion

    return KSuggestion(k=k, clear=k > 1, reasons=(), doubts=(), others=(), sweep=found, by_chance=np.zeros(len(found)))


def test_the_suggested_number_is_marked_in_every_panel_and_the_legend_says_which_mark_is_which(ax, swept):
    sweep(suggestion_of(swept[0], 4), ax=ax)
    assert dashed(ax) == [[(4, "#555555")]] * 5
    assert legend(ax) == ["best value", "suggested: 4 clusters"]
    assert [line.get_marker() for line in ax.get_legend().get_lines()] == ["o", "None"]
    assert [text.get_text().split(":")[0] for text in ax.child_axes[0].texts] == ["3"]  # the best is marked as before


def test_where_no_number_is_suggested_the_picture_says_so(ax, swept):
    sweep(suggestion_of(swept[0], 1), ax=ax)
    assert dashed(ax) == [[]] * 5 and legend(ax) == ["best value", "no number is suggested"]
    sweep(swept[0], ax=(other := ax.figure.add_subplot()))
    assert legend(other) == ["best value"]  # nobody was asked


def test_several_suggestions_have_a_line_each(ax, swept):
    sweep(
        {"k-means": suggestion_of(swept[0], 3), "Ward": suggestion_of(swept[0], 3), "$x$": suggestion_of(swept[0], 1)},
        ax=ax,
    )
    assert dashed(ax) == [[(3, PALETTE[0]), (3, PALETTE[1])]] * 5
    first, second = (line._dash_pattern for line in ax.child_axes[0].lines if line.get_linestyle() == "--")
    assert first[0] != second[0]  # one does not hide the other
    assert legend(ax) == [
        "method = k-means",
        "method = Ward",
        r"method = \$x\$",
        "best value",
        "suggested for k-means: 3 clusters",
        "suggested for Ward: 3 clusters",
        r"no number is suggested for \$x\$",
    ]
    ax.figure.canvas.draw()


@pytest.mark.parametrize("given", [None, 3, "sweep", [[1.0]], {}, {"k-means": 3}, np.eye(3)], ids=str)
def test_what_is_no_sweep(ax, given):
    with pytest.raises(TypeError, match=r"plot\.sweep needs what coterie\.selection\.sweep or suggest_k gave"):
        sweep(given, ax=ax)
    assert not ax.child_axes


def test_a_sweep_of_nothing():
    from types import SimpleNamespace

    with pytest.raises(ValueError, match=r"at least one row and one score. Got 0 rows"):
        sweep(SimpleNamespace(rows=[], parameters=("k",), scores=()))


# ------------------------------------------------------------------------------------------------------ profiles


def test_cells_hold_the_means_in_the_datas_units_on_the_colour_of_the_difference(ax):
    from coterie import explain

    X = np.column_stack([BLOBS, 1e4 * BLOBS[:, 0], np.ones(50)])
    labels = np.where(np.arange(50) == 7, -1, OF_BLOBS)
    found = explain.profile(X, labels, ["a (mm)", "b", "c (g)", "same"], noun="bugs")
    assert profile(found, ax=ax) is ax
    np.testing.assert_allclose(ax.images[0].get_array(), found.differences)
    *cells, noise = (text.get_text() for text in ax.texts)
    numbers = np.array([float(cell.replace(",", "")) for cell in cells]).reshape(2, 4)
    assert (abs(numbers - found.means) <= 0.005 * abs(found.means).max(axis=0)).all()
    assert cells[2::4] == [f"{mean:,.0f}" for mean in found.means[:, 2]] and cells[3] == "1"
    assert noise == "in no cluster: 1 of 50 bugs (2%)"
    assert [text.get_text() for text in ax.get_yticklabels()] == ["cluster 0\n29 bugs, 58%", "cluster 1\n20 bugs, 40%"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a (mm)", "b", "c (g)", "same"]


def test_cells_are_written_as_in_the_table_in_one_format_for_each_feature(ax):
    from coterie import explain

    year = np.where(OF_BLOBS, 2006, 1993) + np.arange(50) % 3
    X = np.column_stack([np.where(OF_BLOBS, 4.6e6, 4.01e6), year, np.where(OF_BLOBS, 9500.0, 12_000.0)])
    found = explain.profile(X, OF_BLOBS, ["people", "year", "rent"])
    profile(found, ax=ax)
    assert [text.get_text() for text in ax.texts[::3]] == ["4,010,000", "4,600,000"]
    assert not any("," in text.get_text() for text in ax.texts[1::3])
    assert [text.get_text() for text in ax.texts[2::3]] == ["12,000", "9,500"]
    assert all(text in found.table() for text in ("4,010,000", "4,600,000", "12,000", "9,500"))


def test_of_many_clusters_the_largest_are_drawn_and_it_is_said(ax):
    from coterie import explain

    labels = np.repeat(np.arange(300), 1 + np.arange(300) % 7)
    found = explain.profile(np.random.default_rng(0).normal(size=(len(labels), 2)), labels)
    profile(found, ax=ax)
    largest = np.flatnonzero(found.sizes == 7)[:40]
    assert [text.get_text().split("\n")[0] for text in ax.get_yticklabels()] == [f"cluster {i}" for i in largest]
    np.testing.assert_array_equal(ax.images[0].get_array(), found.differences[largest])
    assert ax.texts[-1].get_text() == "the 40 largest of 300 clusters"


def test_small_shares_are_not_said_to_be_none(ax):
    pandas = pytest.importorskip("pandas")
    from coterie import explain

    labels = np.append(np.zeros(996, int), [1, 1, -1, -1])
    kind = np.where(np.arange(1000) < 3, "rare", "common")
    profile(explain.profile(pandas.DataFrame({"kind": kind}), labels, categorical=["kind"]), ax=ax)
    heads = [text.get_text().split(", ")[-1] for text in ax.get_yticklabels()]
    assert heads == ["over 99%", "under 1%"] and "(under 1%)" in ax.texts[-1].get_text()
    assert {"over 99%", "under 1%", "100%", "0%"} == {text.get_text() for text in ax.texts[:-1]}


@pytest.mark.parametrize("n_features", [4, 12])
def test_cells_and_names_do_not_touch_each_other_however_long(n_features):
    from coterie import explain

    X = np.column_stack([np.where(OF_BLOBS, 4.6e12, 4.01e13), np.where(OF_BLOBS, 9500.0, 1_200_000.0)] * 6)
    names = np.array(["a cluster with a name as long as this one", "b"])[OF_BLOBS]
    ax = profile(explain.profile(X[:, :n_features], names, [f"feature {i}" for i in range(n_features)]))
    ax.figure.canvas.draw()
    texts = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert {"4.60e+12", "4.01e+13", "9,500", "1,200,000"} <= {text.get_text() for text in texts}
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_categories_are_features_with_shares():
    pandas = pytest.importorskip("pandas")
    from coterie import explain

    table = pandas.DataFrame({"length": BLOBS[:, 0], "colour": np.where(np.arange(50) < 35, "red", "blue")})
    ax = profile(explain.profile(table, OF_BLOBS))
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names[0] == "length" and set(names[1:]) == {"colour: red", "colour: blue"}
    red = names.index("colour: red")
    assert [text.get_text() for text in ax.texts][red::3] == ["100%", "25%"]
    deviation = np.std(np.arange(50) < 35)
    np.testing.assert_allclose(ax.images[0].get_array()[:, red], [0.3 / deviation, -0.45 / deviation])


def test_of_many_values_the_commonest_are_drawn(ax):
    from coterie import explain

    countries = np.repeat(list("abcdefg"), [1, 12, 2, 11, 10, 5, 9])
    found = explain.profile(np.column_stack([BLOBS[:, 0].astype(object), countries]), OF_BLOBS, ["length", "country"])
    profile(found, ax=ax)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["length", *(f"country: {each}" for each in "bdefg")]
    shares = [f"{np.mean(countries[label == OF_BLOBS] == each):.0%}" for label in (0, 1) for each in "bdefg"]
    assert [text.get_text() for text in ax.texts if "%" in text.get_text()] == shares


@pytest.mark.parametrize("length", range(8, 15))
def test_names_of_features_do_not_touch_each_other(length):
    from matplotlib.pyplot import close

    from coterie import explain

    X = np.random.default_rng(0).normal(size=(50, 4))
    ax = profile(
        explain.profile(
            X, OF_BLOBS, [letter * (length // 2) + " " * (length % 2) + letter * (length // 2) for letter in "aeon"]
        )
    )
    ax.figure.canvas.draw()
    names = ax.get_xticklabels()
    boxes = [text.get_window_extent() for text in names]
    assert names[0].get_rotation() == 30 or all(one.x1 + 3 < other.x0 for one, other in itertools.pairwise(boxes))
    close(ax.figure)


def test_thirty_features_go_below_each_other_and_can_be_read():
    from coterie import explain

    X = np.random.default_rng(0).normal(size=(50, 30))
    ax = profile(explain.profile(X, OF_BLOBS, [f"a rather long name of number {i}" for i in range(30)]))
    ax.figure.canvas.draw()
    assert ax.images[0].get_array().shape == (30, 2) and len(ax.texts) == 60
    boxes = [text.get_window_extent() for text in (*ax.get_yticklabels(), *ax.texts)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0\n60%\n30", "1\n40%\n20"]


@pytest.mark.parametrize("given", [BLOBS, None, "profile", [[1.0]]], ids=lambda given: type(given).__name__)
def test_what_is_no_profile(ax, given):
    with pytest.raises(TypeError, match=r"plot\.profile needs what coterie\.explain\.profile\(X, labels\) gave. Got "):
        profile(given, ax=ax)


def test_a_profile_of_no_clusters(ax):
    from coterie import explain

    with pytest.raises(ValueError):
        profile(explain.profile(BLOBS, -np.ones(50, int)), ax=ax)


# -------------------------------------------------------------------------------------------------------- images

PHOTO = np.random.default_rng(0).integers(0, 256, size=(6, 16, 3), dtype=np.uint8)
HALVES = np.repeat([[0] * 8 + [1] * 8], 6, axis=0)


@pytest.mark.parametrize("flat", [False, True])
def test_each_segment_has_its_mean_colour_and_a_line_around_it(ax, flat):
    assert image_segments(PHOTO, HALVES.ravel() if flat else HALVES, ax=ax) is ax
    shown = ax.images[0].get_array()
    for columns in (slice(0, 8), slice(8, 16)):
        mean = PHOTO[:, columns].reshape(-1, 3).mean(axis=0) / 255
        np.testing.assert_allclose(shown[:, columns], np.broadcast_to(mean, (6, 8, 3)))
    (lines,) = ax.collections
    assert {tuple(map(tuple, each)) for each in lines.get_segments()} == {
        ((7.5, y - 0.5), (7.5, y + 0.5)) for y in range(6)
    }


def test_pixels_in_no_segment_are_pale_and_fine_grain_has_no_lines(ax):
    labels = np.arange(96).reshape(6, 16) % 3 - 1
    image_segments(PHOTO, labels, ax=ax)
    shown = ax.images[0].get_array()
    np.testing.assert_allclose(shown[labels < 0], 0.5 + PHOTO[labels < 0] / 510)
    assert not ax.collections


@pytest.mark.parametrize(
    "image",
    [PHOTO / 255, np.concatenate([PHOTO, PHOTO[:, :, :1]], axis=2), PHOTO.tolist(), (PHOTO / 255).astype(np.float32)],
)
def test_images_of_any_type(ax, image):
    image_segments(image, HALVES, ax=ax)
    np.testing.assert_allclose(
        ax.images[0].get_array()[0, 0], PHOTO[:, :8].reshape(-1, 3).mean(axis=0) / 255, rtol=1e-6
    )
    ax.clear()
    image_segments(np.asarray(image)[:, :, 0], HALVES, ax=ax)
    np.testing.assert_allclose(ax.images[0].get_array()[0, 0], PHOTO[:, :8, 0].mean() / 255, rtol=1e-6)


@pytest.mark.parametrize(
    "image, labels, message",
    [
        (PHOTO, HALVES[:3], "int label per pixel"),
        (PHOTO, HALVES / 2, "int label per pixel.*float64"),
        (PHOTO.ravel(), HALVES, r"image must be numbers of shape .*Got shape \(288,\)"),
        (PHOTO[:0], HALVES[:0], "image must be numbers"),
        (PHOTO * 3.0, HALVES, "ints from 0 to 255 or floats from 0 to 1"),
        (PHOTO.astype(int) - 9, HALVES, "ints from 0 to 255"),
        (np.full((6, 16), np.nan), HALVES, "floats from 0 to 1"),
        (np.full((6, 16), "red"), HALVES, "image must be numbers"),
    ],
)
def test_what_is_no_image(ax, image, labels, message):
    with pytest.raises(ValueError, match=message):
        image_segments(image, labels, ax=ax)


# ----------------------------------------------------------------------------------------------------- animation


def drawn_labels(ax):
    """Which colour each point has."""
    (points,) = ax.collections
    known = {color: label for label, color in enumerate(PALETTE)}
    return [known.get(matplotlib.colors.to_hex(color).upper()) for color in points.get_facecolor()]


@pytest.mark.filterwarnings("ignore::coterie.ConvergenceWarning")
@pytest.mark.parametrize("init", ["k-means++", "random", "array"])
@pytest.mark.parametrize("n, d, k", [(90, 2, 4), (200, 5, 7), (30, 2, 30), (12, 3, 1), (3000, 2, 5)])
def test_steps_are_those_of_kmeans(n, d, k, init):
    from coterie import KMeans

    rng = np.random.default_rng(n + k)
    X = rng.normal(size=(n, d)) + 2 * rng.integers(3, size=(n, 1))
    if init == "array":
        init = rng.normal(size=(k, d)) + np.eye(d)[0] * 9  # some get no rows
    model = KMeans(k, init=init, n_init=1, tol=0, random_state=3).fit(X)
    steps = find_steps(X, start(X, k, init, 3))
    assert abs(len(steps) - model.n_iter_) <= 1
    np.testing.assert_array_equal(steps[-1].labels, model.labels_)
    np.testing.assert_allclose(steps[-1].centers, model.cluster_centers_, rtol=1e-12, atol=1e-12)
    assert steps[-1].inertia == pytest.approx(model.inertia_)
    for before, after in itertools.pairwise(steps):
        nearest = np.linalg.norm(X[:, np.newaxis] - before.centers, axis=2)
        np.testing.assert_allclose(nearest[np.arange(n), before.labels], nearest.min(axis=1))
        for label in np.unique(before.labels) if len(np.unique(before.labels)) == k else []:
            np.testing.assert_allclose(after.centers[label], X[before.labels == label].mean(axis=0))
        assert after.inertia <= before.inertia * (1 + 1e-12) + 1e-20
        short = KMeans(k, init=before.centers, n_init=1, max_iter=1, tol=0).fit(X)
        np.testing.assert_array_equal(short.labels_, after.labels)


@pytest.mark.filterwarnings("ignore::coterie.ConvergenceWarning")
def test_steps_end_with_equal_rows_and_more_centers_than_rows_that_differ():
    from coterie import KMeans

    X = np.repeat([[0.0, 0.0], [5.0, 5.0]], 10, axis=0)
    steps = find_steps(X, X[[0, 0, 10]])
    model = KMeans(3, init=X[[0, 0, 10]], n_init=1, tol=0).fit(X)
    np.testing.assert_array_equal(steps[-1].labels, model.labels_)


@pytest.mark.parametrize("suffix", ["GIF", "html"])
def test_a_written_animation_ends_with_the_clusters_of_kmeans(ax, tmp_path, suffix):
    from coterie import KMeans

    image = pytest.importorskip("PIL.Image")
    path = tmp_path / f"steps.{suffix}"
    ax.figure.set_size_inches(3, 2)
    made = kmeans_animation(BLOBS, 2, init=BLOBS[:2], names=["x (m)", "y (m)"], path=path, ax=ax)
    model = KMeans(2, init=BLOBS[:2], n_init=1).fit(BLOBS)
    assert drawn_labels(ax) == model.labels_.tolist()
    np.testing.assert_allclose([text.xy for text in ax.texts], model.cluster_centers_)
    np.testing.assert_allclose([line.get_xydata()[-1] for line in ax.lines[:2]], model.cluster_centers_)
    np.testing.assert_array_equal([line.get_xydata()[0] for line in ax.lines[:2]], BLOBS[:2])
    assert ax.get_title().startswith("nothing changes any more after") and (ax.get_xlabel() == "x (m)")
    assert ax.get_title().endswith(f"inertia {model.inertia_:,.4g}")
    shown = len(list(itertools.groupby(made.new_frame_seq())))
    if suffix == "html":
        page = path.read_text(encoding="utf-8")
        assert page.count("data:image/png;base64,") == shown
        assert "http" not in page and page.startswith("<!DOCTYPE html>")
    else:
        with image.open(path) as gif:
            assert gif.n_frames <= shown and gif.n_frames > 3 and gif.info["loop"] == 0


def test_frames_go_from_grey_points_through_every_step(ax):
    from coterie import KMeans

    made = kmeans_animation(BLOBS, 2, init=BLOBS[:2], ax=ax)
    frames = list(made.new_frame_seq())
    seen = []
    for frame, _ in itertools.groupby(frames):
        made._func(frame)
        seen.append((ax.get_title(), drawn_labels(ax), [text.xy for text in ax.texts]))
    assert seen[0][0] == "2 centres to start with" and set(seen[0][1]) == {None}
    n_iter = KMeans(2, init=BLOBS[:2], n_init=1, tol=0).fit(BLOBS).n_iter_
    steps = [each for each in seen if "inertia" in each[0]]
    assert len(steps) in (n_iter, n_iter + 1)
    for (_, labels, centers), (_, _, moved) in itertools.pairwise(steps):
        np.testing.assert_allclose(moved, [BLOBS[np.array(labels) == label].mean(axis=0) for label in (0, 1)])
        assert (np.linalg.norm(BLOBS[:, np.newaxis] - centers, axis=2).argmin(axis=1) == labels).all()
    for title, _, centers in seen:
        assert np.isfinite(centers).all() and ("move" in title or "centre" in title or "iteration" in title)
    made._draw_was_started = True


def test_places_are_animated_on_a_map(ax):
    made = kmeans_animation(PLACES, 2, init=PLACES[:2], names=["lat", "lon"], ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("lon", "lat") and ax.get_aspect() > 1.1
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), PLACES[:, ::-1])
    np.testing.assert_array_equal([text.xy for text in ax.texts], PLACES[:2, ::-1])
    made._draw_was_started = True


def test_many_columns_are_animated_on_their_principal_components(ax):
    X = np.random.default_rng(0).normal(size=(60, 6)) * [9, 5, 1, 1, 1, 1]
    made = kmeans_animation(X, 3, random_state=0, ax=ax)
    assert ax.get_xlabel().startswith("first principal component") and not ax.images
    assert len(ax.texts) == 3
    made._draw_was_started = True


@pytest.mark.parametrize(
    "X, k, more, message",
    [
        (BLOBS, 51, {}, "n_samples=50 should be >= n_clusters=51"),
        (BLOBS, 0, {}, "'n_clusters' parameter of kmeans_animation must be an int"),
        (BLOBS, 2, {"init": "best"}, "'init' parameter"),
        (BLOBS, 2, {"init": BLOBS[:3]}, "does not match the number of clusters 2"),
        (BLOBS, 2, {"init": [[1.0], [2.0]]}, "init with as many columns as X, 2. Got 1"),
        (BLOBS, 2, {"random_state": "x"}, "'random_state' parameter"),
        (BLOBS, 2, {"path": "steps.mp4"}, r"path must end in \.gif or \.html. Got 'steps\.mp4'"),
        (BLOBS, 2, {"names": ["a"]}, "names must be one for each"),
        (BLOBS[:, :1], 2, {}, "at least two columns"),
    ],
)
def test_what_can_not_be_animated(ax, X, k, more, message):
    with pytest.raises(ValueError, match=message):
        kmeans_animation(X, k, **more, ax=ax)


# --------------------------------------------------------------------------------------------- odd arguments

NAMES = ["a $1$ & <b>", "$x_$", "_y", "日本\n語 😀"]  # formulas for matplotlib, or left out by it


def axes():
    from matplotlib.figure import Figure

    return Figure().add_subplot()


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_of_any_kind_are_drawn_as_they_are(swept, tmp_path):
    pandas = pytest.importorskip("pandas")
    from coterie import explain

    X = np.random.default_rng(0).normal(size=(40, 4))
    labels = np.array(NAMES)[np.arange(40) % 4]
    table = pandas.DataFrame(X, columns=NAMES)
    table["kind $"] = labels
    rows = [row | {"$k$": name} for row in swept[0] for name in NAMES]
    from types import SimpleNamespace

    drawn = [
        scatter(table[NAMES[:2]], labels, ax=axes()),
        scatter(table[NAMES], labels, ax=axes()),
        silhouette(X, labels, ax=axes()),
        profile(explain.profile(table, labels, noun="$ and $"), ax=axes()),
        profile(explain.profile(np.tile(X, 4), labels, [f"{name} {i}" for i in range(4) for name in NAMES]), ax=axes()),
        dendrogram(hierarchy.linkage(X), labels=labels, ax=axes()),
        dendrogram(hierarchy.linkage(X), labels=labels, truncate=6, ax=axes()),
        sweep(SimpleNamespace(rows=rows, parameters=["n_clusters", "$k$"], scores=["silhouette"]), ax=axes()),
    ]
    made = kmeans_animation(table[NAMES[:2]], 3, random_state=0, path=tmp_path / "steps.html", ax=axes())
    drawn.append(made._fig.axes[0])
    for ax in drawn:
        if len(ax.get_legend_handles_labels()[0]) > 1:
            ax.legend()
            assert len(ax.get_legend().get_texts()) == 4
        ax.figure.canvas.draw()
    assert (drawn[0].get_xlabel(), drawn[0].get_ylabel()) == tuple(NAMES[:2])
    assert {"a $1$ & <b> (10)", "日本 語 😀 (10)"} <= {text.get_text() for text in drawn[2].get_yticklabels()}
    assert "<b>" not in (tmp_path / "steps.html").read_text(encoding="utf-8")


ODD = [
    None,
    3,
    2.5,
    -1,
    np.nan,
    np.inf,
    10**400,
    1 + 2j,
    "x",
    b"x",
    [],
    {},
    {1},
    object(),
    len,
    np.empty((0, 3)),
    np.empty((3, 0)),
    np.full((12, 3), np.nan),
    np.ones((2, 2, 2)),
    np.array(3.0),
    np.array([None, 1], dtype=object),
    iter([1]),
    [[1, 2], [3]],
    list("abcdefghijkl"),
    [None] * 12,
    np.arange(12) * 10**18,
    [10**30] * 12,
    ROWS[:12],
]
SMALL, OF_SMALL = np.random.default_rng(0).normal(size=(12, 3)), np.arange(12) % 3
CALLS = {
    scatter: {"X": SMALL, "labels": OF_SMALL, "centers": None, "names": None},
    dendrogram: {
        "Z": hierarchy.linkage(SMALL),
        "n_clusters": None,
        "height": None,
        "clusters": None,
        "labels": None,
        "truncate": None,
        "orientation": None,
    },
    silhouette: {"X": SMALL, "labels": OF_SMALL, "metric": "euclidean"},
    sweep: {"sweep": None},
    profile: {"profile": None},
    k_distances: {"distances": [1.0, 2.0], "eps": None},
    image_segments: {"image": PHOTO, "labels": HALVES},
    kmeans_animation: {"X": SMALL, "n_clusters": 2, "init": "random", "random_state": 0, "names": None, "path": None},
    lambda **given: scatter(SMALL[:, :2], OF_SMALL, **given): {"regions": None},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "draw, arguments, name",
    [
        pytest.param(draw, arguments, name, id=f"{draw.__name__}-{name}")
        for draw, arguments in CALLS.items()
        for name in (*arguments, "ax")
    ],
)
def test_odd_arguments_are_drawn_or_refused_by_our_own_words(draw, arguments, name):
    import traceback

    for odd in ODD:
        if name == "ax" and odd is None:
            continue
        given = {"ax": axes()} | arguments | {name: odd}
        try:
            found = draw(**given)
        except (ValueError, TypeError) as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            assert "coterie" in last.filename, (odd, error)
            continue
        if draw is kmeans_animation:
            found._draw_was_started = True
        given["ax"].figure.canvas.draw()


def test_records_are_no_labels():
    records = np.array([(0, 1), (1, 2), (0, 1)], dtype=[("a", int), ("b", int)])
    for draw in (scatter, silhouette):
        with pytest.raises(ValueError, match="needs labels that are numbers or text"):
            draw(np.eye(3), records)
