"""Sweeps: a panel for each score."""

import itertools

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie.plot import PALETTE, sweep

BLOBS = np.concatenate([np.random.default_rng(0).normal(center, 1, (size, 2)) for center, size in ((0, 30), (6, 20))])


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
    """(number of clusters, color) of the dashed lines of each panel."""
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


def test_the_suggested_size_is_marked_and_panels_lie_below_each_other_where_values_are_not_defined(ax):
    from coterie.selection import suggest_min_cluster_size

    X = np.concatenate([np.random.default_rng(0).normal(place, 1, (n, 2)) for place, n in ((0, 50), (9, 30))])
    found = suggest_min_cluster_size(X, [5, 12, 20, 40], stability=2, random_state=0)
    assert np.isnan([row["stability"] for row in found.sweep][-1])
    assert found.plot(ax=ax) is ax
    assert dashed(ax) == [[(found.value, "#555555")]] * 4
    assert [panel.get_title(loc="left") for panel in ax.child_axes][:2] == [
        "stability: higher is better",
        "clusters that stand out from chance",
    ]
    assert len({panel.get_xlim() for panel in ax.child_axes}) == 1
    assert legend(ax) == ["best value", f"suggested: {found.value} (2 clusters)"]
    none = suggest_min_cluster_size(X[:40], stability=2, random_state=0)
    assert legend(none.plot(ax=ax.figure.add_subplot()))[-1] == "no size is suggested"


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
    with pytest.raises(TypeError, match=r"plot\.sweep needs the result of coterie\.selection\.sweep or suggest_k"):
        sweep(given, ax=ax)
    assert not ax.child_axes


def test_a_sweep_of_nothing():
    from types import SimpleNamespace

    with pytest.raises(ValueError, match=r"at least one row and one score. Got 0 rows"):
        sweep(SimpleNamespace(rows=[], parameters=("k",), scores=()))
