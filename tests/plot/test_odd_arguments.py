"""All kinds of pictures: names and arguments of any kind."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie import hierarchy
from coterie.plot import (
    condensed_tree,
    dendrogram,
    image_segments,
    k_distances,
    kmeans_animation,
    profile,
    scatter,
    silhouette,
    sweep,
)

ROWS = np.random.default_rng(0).normal(size=(30, 2))
PHOTO = np.random.default_rng(0).integers(0, 256, size=(6, 16, 3), dtype=np.uint8)
HALVES = np.repeat([[0] * 8 + [1] * 8], 6, axis=0)


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
CONDENSED = np.array(
    [(12, row, 1.0 + row, 1) for row in range(12)],
    [("parent", int), ("child", int), ("lambda_val", float), ("child_size", int)],
)
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
    condensed_tree: {"tree": CONDENSED, "clusters": None, "height": "distance"},
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
