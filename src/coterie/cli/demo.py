# SPDX-License-Identifier: BSD-3-Clause
"""See it work: cluster Fisher's iris flowers, grow their tree, cluster a million generated points, find shapes that
k-means cannot separate, and draw all of it.

Prints a summary of each clustering and writes a picture, for which matplotlib is needed.
"""
from __future__ import annotations

import argparse
import csv
import importlib.resources
import os
import time

import numpy as np

import coterie
from coterie import hierarchy, selection
from coterie.cli._console import Problem, add_run_arguments, count, note, numbers, progress_bar
from coterie.cli._picture import MATPLOTLIB, check_picture, matplotlib_is_there, save_picture
from coterie.cli._result import members, summary

SUMMARY = "cluster iris flowers, grow their tree, cluster a million points, find shapes, and draw all of it"

_PICTURE = "coterie-demo.png"
_STARTS = 5
_MIN_SAMPLES = 8
_EAST, _NORTH = 42.0, 30.0  # the extent of the generated map, km
_LAKE = (30.0, 16.0, 3.4)  # its centre and radius, km
_DRAWN = [0, 2]  # two of the four lengths of a flower: those with the fewest hidden behind each other


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="PATH", default=_PICTURE,
                        help=f"the picture to write, or the folder for it (default: {_PICTURE})")
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    path = os.path.join(args.output, _PICTURE) if os.path.isdir(args.output) else args.output
    if not os.path.isdir(folder := os.path.dirname(path) or "."):
        raise Problem(f"{path}: there is no folder {folder}")
    drawing = matplotlib_is_there()
    if drawing:
        check_picture(path)
    tell = (lambda text: None) if args.quiet else print

    names, flowers, species = read_iris()
    tell(f"Fisher's iris flowers (1936): {len(flowers)} flowers, {len(names)} lengths in cm, 3 clusters\n")
    iris, seconds = _fit(flowers, 3, args)
    _number_by_first_rows(iris)
    tell(_describe(iris, names, seconds, {"species": members(iris.labels_, species)}))

    started = time.perf_counter()
    tree = hierarchy.linkage(flowers, "ward", n_jobs=args.jobs)
    seconds = time.perf_counter() - started
    labels = hierarchy.cut_tree(tree, n_clusters=3)[:, 0]
    means = np.array([flowers[labels == label].mean(axis=0) for label in range(3)])
    tell(f"\nThe same flowers as a tree: the nearest clusters merged again and again (ward), then cut into 3\n\n"
         f"{summary(np.bincount(labels), means, names, {'species': members(labels, species)})}\n\n"
         f"heights of the last merges: {', '.join(numbers(tree[:-6:-1, 2]))}; {seconds:.3f} s")

    tell("\nGenerated map: 1,000,000 addresses (km east and north), 12 clusters, each to be served from its centre\n")
    addresses = generate_addresses(1_000_000, np.random.default_rng(args.seed))
    depots, seconds = _fit(addresses, 12, args)
    tell(_describe(depots, ["east_km", "north_km"], seconds))

    shapes, truth = generate_shapes(4_000, np.random.default_rng(args.seed))
    tell("\nGenerated shapes: two moons, a ring and a disc within it, and scattered points\n\n"
         "k-means with 4 clusters cuts through them:\n")
    pieces, seconds = _fit(shapes, 4, args)
    tell(_describe(pieces, ["x_cm", "y_cm"], seconds, {"shapes": members(pieces.labels_, truth)}))
    started = time.perf_counter()
    suggestion = selection.suggest_eps(shapes, _MIN_SAMPLES, n_jobs=args.jobs)
    dense = coterie.DBSCAN(suggestion.eps, min_samples=_MIN_SAMPLES, n_jobs=args.jobs).fit(shapes)
    seconds = time.perf_counter() - started
    tell(f"\nDBSCAN finds what is dense, whatever its shape and without being told how many there are:\n\n"
         f"{_describe_dense(dense, shapes, truth)}\n\n"
         f"eps {dense.eps:g} was suggested from the data: {suggestion.reason}; {seconds:.3f} s in all")

    if drawing:
        _draw(path, flowers[:, _DRAWN], iris, tree, species, addresses, depots, shapes, pieces, dense)
    else:
        note(f"for the picture, {MATPLOTLIB}")


def _fit(X, n_clusters, args):
    model = coterie.KMeans(n_clusters, n_init=_STARTS, random_state=args.seed, n_jobs=args.jobs)
    started = time.perf_counter()
    with progress_bar(args.quiet):
        model.fit(X)
    return model, time.perf_counter() - started


def _number_by_first_rows(model):
    """Give the clusters the numbers that a tree gives them, so that the two can be compared."""
    order = np.argsort(np.unique(model.labels_, return_index=True)[1])
    model.labels_, model.cluster_centers_ = np.argsort(order)[model.labels_], model.cluster_centers_[order]


def _describe(model, names, seconds, further=None):
    sizes = np.bincount(model.labels_, minlength=model.n_clusters)
    unit = names[0].rpartition("_")[2]
    return (f"{summary(sizes, model.cluster_centers_, names, further)}\n\n"
            f"inertia {model.inertia_:,.6g} {unit}^2 (sum of squared distances to the centres), "
            f"{count(model.n_iter_, 'iteration')}; best of {_STARTS} starts, {seconds:.3f} s in all")


def _describe_dense(dense, shapes, truth):
    labels = dense.labels_
    clustered = labels >= 0
    sizes = np.bincount(labels[clustered])
    means = np.array([shapes[labels == label].mean(axis=0) for label in range(len(sizes))])
    text = summary(sizes, means, ["x_cm", "y_cm"], {"shapes": members(labels, truth)}, total=len(labels))
    noise = members(np.where(clustered, -1, 0), truth)
    return f"{text}\n\nnoise: {count(np.count_nonzero(~clustered), 'point')} ({', '.join(noise)})"


def read_iris() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of the measurements, the measurements in cm, the species."""
    text = (importlib.resources.files("coterie.data") / "iris.csv").read_text(encoding="ascii")
    header, *rows = csv.reader(text.splitlines())
    return header[:-1], np.array([row[:-1] for row in rows], dtype=np.float64), np.array([row[-1] for row in rows])


def generate_addresses(n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` places on a map, in km: towns of many shapes (round, long, bent, in blocks), roads, farms, and a lake."""

    def town(share, east, north, spread, long=1.0, turn=0.0):
        along, across = rng.normal(0, spread, (2, round(share * n)))
        along *= long
        return (east + along * np.cos(turn) - across * np.sin(turn),
                north + along * np.sin(turn) + across * np.cos(turn))

    def arc(share, east, north, radius, width, start, stop):
        angle = rng.uniform(start, stop, round(share * n))
        distance = rng.normal(radius, width, len(angle))
        return east + distance * np.cos(angle), north + distance * np.sin(angle)

    def blocks(share, east, north, columns, rows):
        street, house = 0.75, 0.55
        m = round(share * n)
        return (east + street * rng.integers(columns, size=m) + rng.uniform(0, house, m),
                north + street * rng.integers(rows, size=m) + rng.uniform(0, house, m))

    def road(share, start, stop):
        along = rng.uniform(0, 1, round(share * n))
        return tuple(a + along * (b - a) + rng.normal(0, 0.12, len(along)) for a, b in zip(start, stop, strict=True))

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


def generate_shapes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
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


def _draw(path, flowers, iris, tree, species, addresses, depots, shapes, pieces, dense):
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    from coterie import plot

    figure = Figure(figsize=(16, 15.5), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[11, 4.5])
    axes = above.subplot_mosaic([["flowers", "tree"], ["map", "tree"]], width_ratios=[5, 4], height_ratios=[4, 5])
    left, right, whole = axes["flowers"], axes["map"], axes["tree"]
    plot.dendrogram(tree, n_clusters=3, labels=species, ax=whole)
    whole.set_title("The same flowers as a tree (ward), cut into three", fontsize=13)
    whole.set_xlabel("height (cm)")
    plot.scatter(flowers, iris.labels_, iris.cluster_centers_[:, _DRAWN],
                 names=["sepal length (cm)", "petal length (cm)"], ax=left)
    left.set_title("150 iris flowers in three clusters (k-means)", fontsize=13)
    left.legend(loc="lower right")
    left.grid(color="#eeeeee", zorder=0)
    left.set_axisbelow(True)
    plot.scatter(addresses, depots.labels_, depots.cluster_centers_, names=["east (km)", "north (km)"],
                 regions=depots.predict, ax=right)
    right.set_title("A million addresses on a generated map, and the areas of twelve depots", fontsize=13)
    right.set_aspect("equal")
    right.add_patch(Circle(_LAKE[:2], _LAKE[2], color="#dceefb", zorder=2))
    right.annotate("lake", (_LAKE[0], _LAKE[1] + 2), ha="center", va="center", style="italic", color="#33658a",
                   zorder=2)
    right.text(1, -0.06, "darker: more addresses", ha="right", va="top", fontsize=9, transform=right.transAxes)
    torn, found = below.subplots(1, 2)
    names = ["x (cm)", "y (cm)"]
    plot.scatter(shapes, pieces.labels_, pieces.cluster_centers_, names=names, regions=pieces.predict, ax=torn)
    torn.set_title("Four shapes, cut by k-means into four parts of the plane", fontsize=13)
    plot.scatter(shapes, dense.labels_, names=names, ax=found)
    found.set_title(f"The same shapes, found by DBSCAN (eps {dense.eps:g}); in grey what is in none", fontsize=13)
    for ax in (torn, found):
        ax.set_aspect("equal")
    save_picture(path, figure)
    print(f"\npicture: {os.path.abspath(path)}")
