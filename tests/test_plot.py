"""Pictures: that what is drawn is what was given."""
import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from coterie.plot import PALETTE, scatter  # noqa: E402


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
    X = np.concatenate([rng.normal(0, 1, (20_000, 2)), rng.normal(10, 1, (20_000, 2))])
    scatter(X, np.repeat([0, 1], 20_000), ax=ax)
    (image,) = ax.images
    pixels = image.get_array()
    shown = pixels[pixels[:, :, 3] > 0][:, :3]
    colors = {tuple(int(c[i:i + 2], 16) for i in (1, 3, 5)) for c in PALETTE[:2]}
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


def test_more_clusters_than_colours_and_equal_points(ax):
    X = np.repeat([[1.0, 2.0]], 30, axis=0)
    scatter(X, np.arange(30), ax=ax)
    assert len(ax.collections) == 30


def test_bad_shapes():
    with pytest.raises(ValueError, match=r"two columns.*\(1, 3\)"):
        scatter([[1.0, 2.0, 3.0]], [0])
    with pytest.raises(ValueError, match=r"one label per row.*\(2,\)"):
        scatter([[1.0, 2.0]], [0, 1])
