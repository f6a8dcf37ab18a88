"""Silhouettes: a blade for each cluster."""

import itertools

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib.colors

from coterie.plot import PALETTE, silhouette

BLOBS = np.concatenate([np.random.default_rng(0).normal(center, 1, (size, 2)) for center, size in ((0, 30), (6, 20))])
OF_BLOBS = np.repeat([0, 1], [30, 20])


def blades(ax):
    """(color, name, sorted values) of each blade."""
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
        (BLOBS, -np.ones(50, int), "All rows are in no cluster"),
        (BLOBS, [0, 1], r"one label per row. Got labels of shape \(2,\) for 50 rows"),
        ([0.5, 7.0], [0, 1], "silhouettes from -1 to 1"),
        ([0.5, np.nan], [0, 1], "silhouettes from -1 to 1"),
        (5.0, [0], "one label per row"),
    ],
)
def test_what_has_no_silhouette(ax, X, labels, message):
    with pytest.raises(ValueError, match=message):
        silhouette(X, labels, ax=ax)
