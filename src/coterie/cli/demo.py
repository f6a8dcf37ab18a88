# SPDX-License-Identifier: BSD-3-Clause
"""See it work: iris flowers in clusters, described in words, and as a tree; a million addresses; shapes that k-means
cuts to pieces and DBSCAN finds.

Says what it does, and draws all of it in one picture, for which matplotlib is needed.
"""

from __future__ import annotations

import argparse
import csv
import importlib.resources
import os
import textwrap
import time
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

import coterie
from coterie import explain, hierarchy, scores, selection
from coterie._base.wording import as_column, count, printable
from coterie.cli._console import note, progress_bar
from coterie.cli._io.outputs import check_targets
from coterie.cli._io.pictures import MATPLOTLIB, check_picture, matplotlib_is_there, save_picture
from coterie.cli._options.run import STARTS, add_run_arguments
from coterie.cli._options.values import picture_name
from coterie.cli._summary import members, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Places: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]  # east and north, km

SUMMARY = "see the algorithms at work, on flowers, a map and shapes"

_PICTURE = "coterie-demo.png"
_MIN_SAMPLES, _MIN_SIZE = 8, 100
_EAST, _NORTH = 42.0, 30.0  # the extent of the generated map, km
_LAKE = (30.0, 16.0, 3.4)  # its center and radius, km
_DRAWN = [0, 2]  # two of the four lengths of a flower: those with the fewest hidden behind each other
_WIDTH = 100  # of the text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        type=picture_name,
        default=_PICTURE,
        help=f"the picture to write, or the folder for it (default: {_PICTURE})",
    )
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    path = os.path.join(args.output, _PICTURE) if os.path.isdir(args.output) else args.output
    check_targets([], [path])
    drawing = matplotlib_is_there()
    if drawing:
        check_picture(path)
    tell = (lambda text: None) if args.quiet else print

    names, flowers, kinds = read_iris()
    species = kinds.tolist()
    iris, seconds = _fit(flowers, 3, args)
    _number_by_first_rows(iris)
    tell(_describe_flowers(iris, names, flowers, species, seconds))

    started = time.perf_counter()
    tree = hierarchy.linkage(flowers, "ward", n_jobs=args.jobs)
    seconds = time.perf_counter() - started
    tell(_describe_tree(tree, species, seconds))

    addresses = generate_addresses(1_000_000, np.random.default_rng(args.seed))
    depots, seconds = _fit(addresses, 12, args)
    tell(_describe_addresses(depots, addresses, seconds))

    shapes, kinds = generate_shapes(4_000, np.random.default_rng(args.seed))
    truth = kinds.tolist()
    pieces, _ = _fit(shapes, 4, args)
    started = time.perf_counter()
    suggestion = selection.suggest_eps(shapes, _MIN_SAMPLES, n_jobs=args.jobs)
    dense = coterie.DBSCAN(suggestion.eps, min_samples=_MIN_SAMPLES, n_jobs=args.jobs).fit(shapes)
    seconds = time.perf_counter() - started
    anyhow = coterie.HDBSCAN(_MIN_SIZE, min_samples=_MIN_SAMPLES, n_jobs=args.jobs).fit(shapes)
    tell(_describe_shapes(pieces, dense, anyhow, suggestion, truth, seconds))

    if drawing:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(16, 15.5), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=[11, 4.5])  # type: ignore[misc]  # an array of two
        layout = [["flowers", "tree"], ["map", "tree"]]
        axes = above.subplot_mosaic(layout, width_ratios=[5, 4], height_ratios=[4, 5])
        _draw_flowers(axes["flowers"], axes["tree"], flowers, iris, tree, species)
        _draw_map(axes["map"], addresses, depots)
        torn, found = below.subplots(1, 2)
        _draw_shapes(torn, found, shapes, pieces, dense)
        save_picture(args.outputs, path, figure)
        print(f"picture of all this: {printable(os.path.abspath(path))}")
    else:
        note(f"for a picture of all this, {MATPLOTLIB}")
    tell(_NEXT)


_NEXT = """
Now yours:
  coterie report data.csv                # all of it on a page to open in a browser
  coterie sweep data.csv                 # how many clusters?
  coterie kmeans data.csv -k 3           # which row is in which; hierarchy, dbscan, hdbscan, optics, too
  coterie --help                         # and all the rest"""


def _fit(X: NDArray[np.float64], n_clusters: int, args: argparse.Namespace) -> tuple[coterie.KMeans, float]:
    model = coterie.KMeans(n_clusters, n_init=STARTS, random_state=args.seed, n_jobs=args.jobs)
    started = time.perf_counter()
    with progress_bar(args.quiet):
        model.fit(X)
    return model, time.perf_counter() - started


def _number_by_first_rows(model: coterie.KMeans) -> None:
    """Give the clusters the numbers that a tree gives them, so that the two can be compared."""
    order = np.argsort(np.unique(model.labels_, return_index=True)[1])
    numbers = np.argsort(order).astype(model.labels_.dtype)
    model.labels_, model.cluster_centers_ = numbers[model.labels_], model.cluster_centers_[order]


# ------------------------------------------------------------------------------------------------ in words


def _describe_flowers(
    iris: coterie.KMeans, names: list[str], flowers: NDArray[np.float64], species: list[str], seconds: float
) -> str:
    plain = [name.removesuffix("_cm").replace("_", " ") for name in names]
    profile = explain.profile(flowers, iris.labels_, plain, noun="flowers")
    words = [
        textwrap.fill(sentence, _WIDTH, initial_indent="  ", subsequent_indent="    ") for sentence in profile.sentences
    ]
    found = members(iris.labels_, species)
    alike = scores.adjusted_rand_score(species, iris.labels_)
    return "\n".join(
        [
            "1. k-means: find k centers, so that rows are near to theirs",
            f"   Fisher's {len(flowers)} iris flowers (1936), {len(names)} lengths in cm; 3 centers\n",
            summary(profile.sizes, iris.cluster_centers_, plain),
            "\nIn words (in brackets: the median of the cluster against that of all):\n",
            *words,
            "\nNobody told it the species, which are:",
            *(f"  {label}: {cell}" for label, cell in enumerate(found)),
            f"Clusters and species agree to {alike:.2f} (adjusted Rand index: 1 is the same, 0 is chance). It took "
            f"{_time(seconds)}.\n",
        ]
    )


def _describe_tree(tree: NDArray[np.float64], species: list[str], seconds: float) -> str:
    labels = hierarchy.cut_tree(tree, n_clusters=3)[:, 0]
    inner = labels != labels[0]
    heights = as_column(tree[:-6:-1, 2])
    cells = [f"{np.count_nonzero(labels == label)}: {cell}" for label, cell in enumerate(members(labels, species))]
    return "\n".join(
        [
            "2. A tree: every row begins alone, and the two nearest clusters are merged, again and again",
            "   The same flowers (ward linkage)\n",
            f"  {len(labels)} flowers, joined at height {heights[0]}",
            f"   |-- {cells[0]}",
            f"   `-- {np.count_nonzero(inner)}, joined at height {heights[1]}",
            f"        |-- {cells[1]}",
            f"        `-- {cells[2]}\n",
            f"The last merges were at heights {', '.join(heights[:-1])} and {heights[-1]}. Where they jump, a cut "
            "suits:",
            "two groups stand out, and three are no surprise. No k is needed to build a tree. "
            f"It took {_time(seconds)}.\n",
        ]
    )


def _describe_addresses(depots: coterie.KMeans, addresses: NDArray[np.float64], seconds: float) -> str:
    sizes = np.bincount(depots.labels_)
    largest = int(sizes.argmax())
    east, north = depots.cluster_centers_[largest]
    away = np.sqrt(depots.inertia_ / len(addresses))
    return "\n".join(
        [
            "3. k-means again, on more rows",
            f"   {len(addresses):,} addresses on a generated map, and 12 depots to serve them\n",
            f"A depot in the middle of its addresses is {away:.1f} km from them (root mean square). The largest serves",
            f"{sizes[largest]:,}, at km {east:.1f} east and {north:.1f} north, the smallest {sizes.min():,}. The best "
            f"of {STARTS} starts, which",
            f"took {_time(seconds)} together.\n",
        ]
    )


def _describe_shapes(
    pieces: coterie.KMeans,
    dense: coterie.DBSCAN,
    anyhow: coterie.HDBSCAN,
    suggestion: selection.EpsSuggestion,
    truth: list[str],
    seconds: float,
) -> str:
    torn, found = members(pieces.labels_, truth), members(dense.labels_, truth)
    alike = [scores.adjusted_rand_score(truth, model.labels_) for model in (pieces, dense, anyhow)]
    noise = members(np.where(dense.labels_ < 0, 0, -1), truth)[0]
    return "\n".join(
        [
            "4. DBSCAN: clusters are where rows lie dense, and what lies between them is noise",
            f"   {len(truth):,} generated points: two moons that reach into each other, a disc in a ring, some "
            "anywhere\n",
            "k-means with 4 centers cuts through the shapes:",
            *(f"  {label}: {cell}" for label, cell in enumerate(torn)),
            "DBSCAN finds the shapes, and was not told how many there are:",
            *(f"  {label}: {cell}" for label, cell in enumerate(found)),
            f"  noise: {noise}",
            f"k-means agrees with the shapes to {alike[0]:.2f}, DBSCAN to {alike[1]:.2f}. How far apart neighbors",
            f"may be was suggested from the data, too: eps {suggestion.eps:g} cm. It took {_time(seconds)}.",
            f"HDBSCAN needs no such distance, only that {_MIN_SIZE} points make a cluster: it finds "
            f"{count(int(anyhow.labels_.max()) + 1, 'cluster')}, and agrees to {alike[2]:.2f}.\n",
        ]
    )


def _time(seconds: float) -> str:
    if seconds < 0.001:
        return "less than 1 ms"
    return f"{1000 * seconds:.0f} ms" if seconds < 0.95 else f"{seconds:.1f} s"


# ------------------------------------------------------------------------------------------------ data


def read_iris() -> tuple[list[str], NDArray[np.float64], NDArray[np.str_]]:
    """Names of the measurements, the measurements in cm, the species."""
    text = (importlib.resources.files("coterie.data") / "iris.csv").read_text(encoding="ascii")
    header, *rows = csv.reader(text.splitlines())
    return header[:-1], np.array([row[:-1] for row in rows], dtype=np.float64), np.array([row[-1] for row in rows])


def generate_addresses(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """`n` places on a map, in km: towns of many shapes (round, long, bent, in blocks), roads, farms, and a lake."""

    def town(share: float, east: float, north: float, spread: float, long: float = 1.0, turn: float = 0.0) -> Places:
        along, across = rng.normal(0, spread, (2, round(share * n)))
        along *= long
        return (
            east + along * np.cos(turn) - across * np.sin(turn),
            north + along * np.sin(turn) + across * np.cos(turn),
        )

    def arc(share: float, east: float, north: float, radius: float, width: float, start: float, stop: float) -> Places:
        angle = rng.uniform(start, stop, round(share * n))
        distance = rng.normal(radius, width, len(angle))
        return east + distance * np.cos(angle), north + distance * np.sin(angle)

    def blocks(share: float, east: float, north: float, columns: int, rows: int) -> Places:
        street, house = 0.75, 0.55
        m = round(share * n)
        return (
            east + street * rng.integers(columns, size=m) + rng.uniform(0, house, m),
            north + street * rng.integers(rows, size=m) + rng.uniform(0, house, m),
        )

    def road(share: float, start: tuple[float, float], stop: tuple[float, float]) -> Places:
        along = rng.uniform(0, 1, round(share * n))
        east, north = (a + along * (b - a) + rng.normal(0, 0.12, len(along)) for a, b in zip(start, stop, strict=True))
        return east, north

    places = [
        town(0.20, 18, 13, 1.7),
        town(0.08, 22.5, 20, 0.9),
        town(0.06, 9, 24.5, 1.0, long=2.6, turn=0.4),
        town(0.06, 33, 5, 0.8, long=3.0, turn=-0.3),
        town(0.05, 5, 5, 1.2),
        town(0.05, 13, 3.5, 0.7),
        town(0.04, 37, 25.5, 0.9),
        town(0.03, 20, 26.5, 0.5, long=2.0, turn=1.2),
        blocks(0.10, 9, 14.5, 7, 6),
        arc(0.11, *_LAKE[:2], 4.5, 0.5, 0, 2 * np.pi),
        arc(0.05, -1.5, 15, 5, 0.4, -1.2, 1.2),
        road(0.012, (18, 13), (33, 5)),
        road(0.012, (18, 13), (9, 24.5)),
        road(0.012, (18, 13), (5, 5)),
        road(0.012, (22.5, 20), (37, 25.5)),
        road(0.012, (18, 13), (20, 26.5)),
        (rng.uniform(0, _EAST, n), rng.uniform(0, _NORTH, n)),  # farms, more than needed
    ]
    east, north = map(np.concatenate, zip(*places, strict=True))
    on_map = (east >= 0) & (east <= _EAST) & (north >= 0) & (north <= _NORTH)
    dry = np.hypot(east - _LAKE[0], north - _LAKE[1]) > _LAKE[2]
    return np.column_stack([east, north])[on_map & dry][:n]


def generate_shapes(n: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """`n` points: two moons that reach into each other, a ring around a disc, others anywhere; and what each is of."""
    names = np.array(["left moon", "right moon", "ring", "disc", "scattered"])
    which = rng.choice(5, n, p=[0.22, 0.22, 0.3, 0.16, 0.1])
    angle = rng.uniform(0, np.pi, n) * np.select([which == 1, which >= 2], [-1, 2], 1)
    radius = np.where(which == 3, 0.6 * np.sqrt(rng.uniform(0, 1, n)), np.where(which == 2, 1.3, 1.0))
    radius += np.where(which == 3, 0, rng.normal(0, 0.06, n))
    middle = np.array([[0.0, -0.25], [1.0, 0.25], [4.0, 0.0], [4.0, 0.0], [0.0, 0.0]])[which]
    points = middle + radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    anywhere = rng.uniform([-1.6, -1.8], [5.8, 1.8], (n, 2))
    return np.where(which[:, np.newaxis] == 4, anywhere, points), names[which]


def _draw_flowers(
    ax: Axes,
    whole: Axes,
    flowers: NDArray[np.float64],
    iris: coterie.KMeans,
    tree: NDArray[np.float64],
    species: list[str],
) -> None:
    """The clusters of the flowers, and their tree."""
    from coterie import plot

    plot.dendrogram(tree, n_clusters=3, labels=species, ax=whole)
    whole.set_title("The same flowers as a tree (ward), cut into three", fontsize=13)
    whole.set_xlabel("height (cm)")
    names = ["sepal length (cm)", "petal length (cm)"]
    plot.scatter(flowers[:, _DRAWN], iris.labels_, iris.cluster_centers_[:, _DRAWN], names=names, ax=ax)
    ax.set_title("150 iris flowers in three clusters (k-means)", fontsize=13)
    ax.legend(loc="lower right")
    ax.grid(color="#eeeeee", zorder=0)
    ax.set_axisbelow(True)


def _draw_map(ax: Axes, addresses: NDArray[np.float64], depots: coterie.KMeans) -> None:
    """The addresses and the areas of the depots."""
    from matplotlib.patches import Circle

    from coterie import plot

    names = ["east (km)", "north (km)"]
    plot.scatter(addresses, depots.labels_, depots.cluster_centers_, names=names, regions=depots.predict, ax=ax)
    ax.set_title("A million addresses on a generated map, and the areas of twelve depots", fontsize=13)
    ax.set_aspect("equal")
    ax.add_patch(Circle(_LAKE[:2], _LAKE[2], color="#dceefb", zorder=2))
    ax.annotate("lake", (_LAKE[0], _LAKE[1] + 2), ha="center", va="center", style="italic", color="#33658a", zorder=2)
    ax.text(1, -0.06, "darker: more addresses", ha="right", va="top", fontsize=9, transform=ax.transAxes)


def _draw_shapes(
    torn: Axes, found: Axes, shapes: NDArray[np.float64], pieces: coterie.KMeans, dense: coterie.DBSCAN
) -> None:
    """The shapes, cut by k-means and found by DBSCAN."""
    from coterie import plot

    names = ["x (cm)", "y (cm)"]
    plot.scatter(shapes, pieces.labels_, pieces.cluster_centers_, names=names, regions=pieces.predict, ax=torn)
    torn.set_title("Four shapes, cut by k-means into four parts of the plane", fontsize=13)
    plot.scatter(shapes, dense.labels_, names=names, ax=found)
    found.set_title(f"The same shapes, found by DBSCAN (eps {dense.eps:g}); in gray what is in none", fontsize=13)
    for ax in (torn, found):
        ax.set_aspect("equal")
