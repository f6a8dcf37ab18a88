"""Pictures that are not drawn by the code of a page: all algorithms on the same shapes, for each build of the site.

    python docs/_pictures.py

draws the pictures of the README again, with its code, into docs/images.
"""

import contextlib
import re
import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import coterie
from coterie import DBSCAN, HDBSCAN, AgglomerativeClustering, DivisiveClustering, KMeans, plot, scores, selection

HERE = Path(__file__).parent
MIN_SAMPLES = 8


def draw(folder: Path) -> None:
    """Write all pictures of the site."""
    algorithms().savefig(folder / "algorithms.png", dpi=110)


# -------------------------------------------------------------------------------------- which algorithm when


def shapes() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By the name of the shape: points (n, 2), and the group of each; -1 for scattered points."""
    rng = np.random.default_rng(4)

    def blobs(centers, spreads, sizes):
        points = [rng.normal(*each) for each in zip(centers, spreads, [(size, 2) for size in sizes], strict=True)]
        return np.concatenate(points), np.repeat(np.arange(len(sizes)), sizes)

    def arc(middle, start, stop, size, spread):
        angle = rng.uniform(start, stop, size)
        return middle + np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, spread, (size, 2))

    def moons(size, spread):
        upper, lower = arc([0, 0], 0, np.pi, size, spread), arc([1, 0.4], np.pi, 2 * np.pi, size, spread)
        return np.concatenate([upper, lower]), np.repeat([0, 1], size)

    strips = np.column_stack([rng.uniform(-5, 5, 600), rng.normal(0, 0.25, 600) + np.repeat([0, 2, 4], 200)])
    towns, of_towns = blobs([[0, 0], [7, 0]], [0.9] * 2, [270] * 2)
    bridge = np.column_stack([rng.uniform(1.5, 5.5, 20), rng.normal(0, 0.12, 20)])
    noisy, of_noisy = moons(240, 0.06)
    anywhere = rng.uniform([-1.5, -1.1], [2.5, 1.5], (120, 2))
    ring, disc = arc([0, 0], 0, 2 * np.pi, 420, 0.05), rng.uniform(-0.5, 0.5, (300, 2))
    disc = disc[np.hypot(*disc.T) < 0.5]
    return {
        "round": blobs([[0, 0], [4.5, 1], [1.5, 4.5]], [0.8] * 3, [200] * 3),
        "unequal": blobs([[0, 0], [6, 0], [7, 4.5]], [1.7, 0.35, 0.5], [440, 100, 60]),
        "long": (strips @ [[0.95, 0.3], [-0.3, 0.95]], np.repeat([0, 1, 2], 200)),
        "bridged": (np.concatenate([towns, bridge]), np.append(of_towns, [-1] * 20)),
        "moons": moons(300, 0.07),
        "noisy moons": (np.concatenate([noisy, anywhere]), np.append(of_noisy, [-1] * 120)),
        "nested": (np.concatenate([ring, disc]), np.repeat([0, 1], [420, len(disc)])),
        "no groups": (rng.uniform(size=(600, 2)), np.zeros(600, int)),
    }


def candidates(X: np.ndarray, k: int) -> dict[str, object]:
    """All algorithms, with the number of groups for those that need it."""
    return {
        "k-means": KMeans(k, n_init=5, random_state=0),
        "Ward's tree": AgglomerativeClustering(k),
        "average linkage": AgglomerativeClustering(k, linkage="average"),
        "single linkage": AgglomerativeClustering(k, linkage="single"),
        "from the top down": DivisiveClustering(k),
        "DBSCAN": DBSCAN(selection.suggest_eps(X, MIN_SAMPLES).eps, min_samples=MIN_SAMPLES),
        "HDBSCAN": HDBSCAN(20, min_samples=MIN_SAMPLES),
    }


def algorithms() -> Figure:
    """All algorithms on all shapes, with times and the adjusted Rand index."""
    sets = shapes()
    names = list(candidates(np.eye(20), 2))
    figure = Figure(figsize=(2.1 * len(names), 1.75 * len(sets)), layout="constrained")
    panels = figure.subplots(len(sets), len(names))
    for ax, name in zip(panels[0], names, strict=True):
        ax.set_title(name, fontsize=12)
    for row, (shape, (X, groups)) in zip(panels, sets.items(), strict=True):
        X = (X - X.mean(axis=0)) / X.std()
        row[0].set_ylabel(shape, fontsize=12)
        k = 3 if shape == "no groups" else groups.max() + 1
        for ax, model in zip(row, candidates(X, k).values(), strict=True):
            labels, seconds = timed(model, X)
            plot.scatter(X, coterie.align_labels(groups, labels), ax=ax)
            for text in list(ax.texts):
                text.remove()
            for points in ax.collections:
                points.set(sizes=[7], linewidth=0)
            ax.autoscale()
            ax.set_aspect("equal", adjustable="datalim")
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_color("#cccccc")
            told = f"{1000 * seconds:.1f} ms"
            if shape != "no groups":
                known = groups >= 0
                ari = round(scores.adjusted_rand_score(groups[known], labels[known]), 2)
                told = f"ARI {ari + 0.0:.2f}, {told}"
            ax.set_xlabel(told, fontsize=9)
    return figure


def timed(model: object, X: np.ndarray) -> tuple[np.ndarray, float]:
    """The labels, and the shortest time of three runs in seconds."""
    times = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)
        for _ in range(3):
            started = time.perf_counter()
            model.fit(X)
            times.append(time.perf_counter() - started)
    return model.labels_, min(times)


# -------------------------------------------------------------------------------------------------- the README


def draw_readme(folder: Path) -> None:
    """Run the README's code and draw its results; the files are small, because they are kept with the sources."""
    from PIL import Image

    found: dict[str, object] = {}
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
            exec(code, found)
            if "points" in found:
                break
        photograph(Path(scratch) / "customers.html", folder / "report.png")
    figures = {name: Figure(figsize=(7, 4), layout="constrained") for name in ("kmeans", "hierarchy", "dbscan")}
    axes = {name: figure.add_subplot() for name, figure in figures.items()}
    model, tree, dense = (found[name] for name in ("model", "tree", "dense"))
    plot.scatter(
        found["people"],
        model.labels_,
        model.cluster_centers_,
        regions=model.predict,
        names=["east (km)", "north (km)"],
        ax=axes["kmeans"],
    )
    axes["kmeans"].set_aspect("equal")
    plot.dendrogram(tree.linkage_, clusters=tree.labels_, labels=found["names"], ax=axes["hierarchy"])
    axes["hierarchy"].set_xlabel("mean distance (km)")
    plot.scatter(found["points"], dense.labels_, ax=axes["dbscan"])
    axes["dbscan"].set_aspect("equal")
    for name, figure in figures.items():
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=100)
        Image.open(path).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def photograph(page: Path, path: Path) -> None:
    """The top of a page as a picture, where there is a browser."""
    from PIL import Image

    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("no browser, so that no picture of the report is made")
        return
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1000,900", f"--screenshot={path}"]
    subprocess.run([browser, *options, page.as_uri()], check=True, capture_output=True)
    Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    images = HERE / "images"
    images.mkdir(exist_ok=True)
    draw_readme(images)
