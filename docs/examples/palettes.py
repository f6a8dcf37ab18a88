#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""The palette of a picture by k-means and by k-medians, and what white specks do to both.

    python palettes.py                           # a made-up picture
    python palettes.py photo_astronaut.png       # png, jpg or whatever pillow reads

Needs coterie with matplotlib (which brings pillow): pip install matplotlib

Each pixel is a point with red, green and blue as coordinates. A color of the palette stands for the pixels of a
cluster: their mean with KMeans, and with KMedians the median of each of the three. Then some pixels, drawn at random,
become white, as by dust on a scan or by glitter, and the palettes are found again, from where they were.
"""

from __future__ import annotations

import argparse

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from coterie import KMeans, KMedians


def make_up() -> np.ndarray:
    """A sky with a sun, the sea, and a beach with an umbrella; a little noise on all of it."""
    rng = np.random.default_rng(11)
    y, x = np.mgrid[:80, :120]
    image = np.empty((80, 120, 3))
    image[:] = [120, 180, 235]
    image[40:60] = [20, 80, 150]
    image[60:] = [225, 200, 150]
    image[np.hypot(y - 16, x - 90) < 14] = [255, 230, 60]
    image[np.hypot(y - 68, x - 30) < 11] = [200, 30, 40]
    return (image + rng.normal(0, 6, image.shape)).clip(0, 255).round().astype(np.uint8)


def with_specks(image: np.ndarray, share: float) -> np.ndarray:
    """The picture with a share of its pixels white."""
    image = image.copy()
    image[np.random.default_rng(0).random(image.shape[:2]) < share] = 255
    return image


def pixels_of(image: np.ndarray) -> np.ndarray:
    return image.reshape(-1, 3).astype(np.float32)


def as_colors(model: KMeans | KMedians) -> np.ndarray:
    return model.cluster_centers_.round().astype(int)


def name_of(color: np.ndarray) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in color)


def describe(image: np.ndarray, before: KMeans | KMedians, after: KMeans | KMedians) -> None:
    """The palette, the errors of the picture in these colors, and how far the colors have moved."""
    pixels, colors = image.reshape(-1, 3).astype(int), as_colors(before)
    moves = np.abs(as_colors(after) - colors).sum(axis=1)
    sizes = np.bincount(before.labels_, minlength=len(colors))
    print("  color    share  pixels of it  with specks  moved by")
    for i in (-sizes).argsort(kind="stable"):
        same = np.count_nonzero((pixels == colors[i]).all(axis=1))
        name, new = name_of(colors[i]), name_of(as_colors(after)[i])
        print(f"  {name}  {sizes[i] / len(pixels):5.1%}  {same:12,}  {new:>11}  {moves[i]:8}")
    error = colors[before.labels_] - pixels
    print(
        f"  a channel is off by {np.abs(error).mean():.2f} on average, {np.sqrt((error**2).mean()):.2f} root mean "
        f"square; half of the pixels\n  by at most {np.median(np.abs(error).sum(axis=1)):.0f} in all three, "
        f"the worst by {np.abs(error).sum(axis=1).max()}\n"
    )


def draw(path: str, pictures: dict[str, np.ndarray], models: dict[str, list[KMeans | KMedians]]) -> None:
    """The picture without and with specks, and both in the colors of each palette, which is shown below."""
    height, width, _ = next(iter(pictures.values())).shape
    figure, axes = plt.subplots(
        4, 3, figsize=(12, 1.8 + 8 * height / width), layout="constrained", height_ratios=[8, 1, 8, 1]
    )
    for i, (title, image) in enumerate(pictures.items()):
        axes[2 * i, 0].imshow(image)
        axes[2 * i, 0].set_title(title)
        for ax, strip, (name, fitted) in zip(axes[2 * i, 1:], axes[2 * i + 1, 1:], models.items(), strict=True):
            colors = as_colors(fitted[i])
            ax.imshow(colors[fitted[i].labels_].reshape(image.shape))
            ax.set_title(f"{len(colors)} {name}")
            sizes = np.bincount(fitted[0].labels_, minlength=len(colors))
            strip.imshow(colors[None, (-sizes).argsort(kind="stable")], aspect="auto")
    for ax in axes.ravel():
        ax.axis("off")
    figure.savefig(path, dpi=80)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="a picture; without it one is made up")
    parser.add_argument("--colors", type=int, default=5, help="number of colors (5)")
    parser.add_argument("--specks", type=float, default=0.03, help="share of the pixels that become white (0.03)")
    parser.add_argument("--picture", default="palettes.png", help="file for the picture (palettes.png)")
    options = parser.parse_args()

    image = np.asarray(Image.open(options.file).convert("RGB")) if options.file else make_up()
    specked = with_specks(image, options.specks)
    print(f"{image.shape[1]} x {image.shape[0]} pixels, {options.specks:.0%} of them white in the second picture\n")
    models: dict[str, list[KMeans | KMedians]] = {}
    for name, estimator in (("means", KMeans), ("medians", KMedians)):
        before = estimator(options.colors, n_init=5, random_state=0).fit(pixels_of(image))
        after = estimator(options.colors, init=before).fit(pixels_of(specked))
        models[name] = [before, after]
        print(f"{options.colors} {name}")
        describe(image, before, after)
    draw(options.picture, {"as it is": image, f"{options.specks:.0%} white": specked}, models)
    print(f"Drew {options.picture}.")


if __name__ == "__main__":
    main()
