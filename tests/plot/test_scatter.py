"""Points: that each is drawn where it is, in the color of its cluster."""

import itertools

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib.colors

from coterie.plot import PALETTE, scatter


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


def test_more_clusters_than_colors_and_equal_points(ax):
    X = np.repeat([[1.0, 2.0]], 30, axis=0)
    scatter(X, np.arange(30), ax=ax)
    assert len(ax.collections) == 30


def test_noise_lies_below_in_gray(ax):
    X = np.random.default_rng(0).normal(size=(50, 2))
    labels = np.where(np.arange(50) % 3 == 0, -1, np.arange(50) % 2)
    scatter(X, labels, ax=ax)
    noise, *clusters = ax.collections
    assert noise.get_label() == "in no cluster (17)" and len(clusters) == 2
    assert matplotlib.colors.to_hex(noise.get_facecolor()[0]) == "#999999"
    assert all(noise.get_zorder() < each.get_zorder() for each in clusters)
    np.testing.assert_array_equal(noise.get_offsets(), X[labels < 0])


def test_noise_does_not_gray_a_pixel_that_has_clustered_points(ax):
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
        ([[1.0, 2.0, 3.0]], [0], {"regions": len}, "regions for one or two columns only. Got 3"),
    ],
)
def test_what_can_not_be_scattered(ax, X, labels, more, message):
    with pytest.raises(ValueError, match=message):
        scatter(X, labels, **more, ax=ax)
    assert not ax.has_data()
