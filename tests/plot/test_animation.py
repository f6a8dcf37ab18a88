"""Animations of k-means: that the steps are those of k-means."""

import itertools

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib.colors

from coterie.plot import PALETTE, kmeans_animation
from coterie.plot._animation import find_steps, start

BLOBS = np.concatenate([np.random.default_rng(0).normal(center, 1, (size, 2)) for center, size in ((0, 30), (6, 20))])

PLACES = np.array([[38.7, -9.1], [40.4, -3.7], [48.9, 2.4], [59.9, 10.8]])  # latitude, longitude


def drawn_labels(ax):
    """Which color each point has."""
    (points,) = ax.collections
    known = {color: label for label, color in enumerate(PALETTE)}
    return [known.get(matplotlib.colors.to_hex(color).upper()) for color in points.get_facecolor()]


@pytest.mark.filterwarnings("ignore::coterie.ConvergenceWarning")
@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random", "array"])
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


def test_frames_go_from_gray_points_through_every_step(ax):
    from coterie import KMeans

    made = kmeans_animation(BLOBS, 2, init=BLOBS[:2], ax=ax)
    frames = list(made.new_frame_seq())
    seen = []
    for frame, _ in itertools.groupby(frames):
        made._func(frame)
        seen.append((ax.get_title(), drawn_labels(ax), [text.xy for text in ax.texts]))
    assert seen[0][0] == "2 centers to start with" and set(seen[0][1]) == {None}
    n_iter = KMeans(2, init=BLOBS[:2], n_init=1, tol=0).fit(BLOBS).n_iter_
    steps = [each for each in seen if "inertia" in each[0]]
    assert len(steps) in (n_iter, n_iter + 1)
    for (_, labels, centers), (_, _, moved) in itertools.pairwise(steps):
        np.testing.assert_allclose(moved, [BLOBS[np.array(labels) == label].mean(axis=0) for label in (0, 1)])
        assert (np.linalg.norm(BLOBS[:, np.newaxis] - centers, axis=2).argmin(axis=1) == labels).all()
    for title, _, centers in seen:
        assert np.isfinite(centers).all() and ("move" in title or "center" in title or "iteration" in title)
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
