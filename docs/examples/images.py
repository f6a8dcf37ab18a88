#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Two uses of k-means for a picture: to compress it by using few colors, and to divide it into areas.

    python images.py                         # a made-up picture
    python images.py photo_coffee.png        # png, jpg or whatever pillow reads

Needs coterie with matplotlib (which brings pillow): pip install matplotlib

To compress: each pixel is a point with red, green and blue as coordinates, and gets the color of its cluster's center.
The image is then a table of the colors, and a number for each pixel, which is small if there are few colors.

To divide: the coordinates are color and position, so the pixels of an area have similar colors and are near each other.
"""

from __future__ import annotations

import argparse
import zlib

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from coterie import KMeans, relabel
from coterie.plot import image_segments


def make_up() -> np.ndarray:
    """A sky with a sun, the sea, and a beach with an umbrella; a little noise on all of it."""
    rng = np.random.default_rng(11)
    y, x = np.mgrid[:80, :120]
    image = np.empty((80, 120, 3))
    image[:] = [120, 180, 235]
    image[40:60] = [20, 80, 150]
    image[60:] = [225, 200, 150]
    image[np.hypot(y - 16, x - 90) < 9] = [255, 230, 60]
    image[np.hypot(y - 70, x - 30) < 8] = [200, 30, 40]
    return (image + rng.normal(0, 6, image.shape)).clip(0, 255).round().astype(np.uint8)


def compress(image: np.ndarray, n_colors: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of the color of each pixel, and the colors."""
    model = KMeans(n_colors, random_state=0).fit(image.reshape(-1, 3).astype(np.float32))
    return model.labels_.reshape(image.shape[:2]), model.cluster_centers_.round().astype(np.uint8)


def divide(image: np.ndarray, n_areas: int, place: float) -> np.ndarray:
    """The number of the area of each pixel, from color and position; the largest area is number 0."""
    y, x = np.indices(image.shape[:2])
    # Color and position have different units. `place` is the weight of the width of the picture, relative to the
    # difference between black and white.
    points = np.column_stack(
        [image.reshape(-1, 3) / 255, place * y.ravel() / image.shape[1], place * x.ravel() / image.shape[1]]
    )
    return relabel(KMeans(n_areas, n_init=3, random_state=0).fit_predict(points)).reshape(image.shape[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="a picture; without it one is made up")
    parser.add_argument("--colors", type=int, nargs=3, default=[4, 16, 64], help="numbers of colors (4 16 64)")
    parser.add_argument("--areas", type=int, default=5, help="number of areas (5)")
    parser.add_argument("--place", type=float, default=0.3, help="weight of position relative to color (0.3)")
    parser.add_argument("--picture", default="images.png", help="file for the picture (images.png)")
    options = parser.parse_args()

    image = np.asarray(Image.open(options.file).convert("RGB")) if options.file else make_up()
    height, width, _ = image.shape
    whole = len(zlib.compress(image.tobytes(), 9))
    print(
        f"{width} x {height} pixels, {len(np.unique(image.reshape(-1, 3), axis=0)):,} colors, "
        f"{whole:,} bytes packed\n\n{'colors':>7}  bytes packed  share  mean error of a channel  largest"
    )

    figure, axes = plt.subplots(2, 3, figsize=(12, 0.6 + 8 * height / width), layout="constrained")
    for ax, n_colors in zip(axes[0], options.colors, strict=True):
        number, colors = compress(image, n_colors)
        error = np.abs(colors[number].astype(int) - image)
        size = len(zlib.compress(number.astype(np.uint8 if n_colors <= 256 else np.uint16).tobytes(), 9)) + colors.size
        print(f"{n_colors:7}  {size:12,}  {size / whole:5.0%}  {error.mean():23.1f}  {error.max():7}")
        ax.imshow(colors[number])
        ax.set_title(f"{n_colors} colors, {size / whole:.1%} of the size")

    labels = divide(image, options.areas, options.place)
    print("\narea  share  middle (x, y)  mean color")
    for label in range(labels.max() + 1):
        inside = labels == label
        y, x = np.argwhere(inside).mean(axis=0)
        red, green, blue = image[inside].mean(axis=0)
        print(f"{label:4}  {inside.mean():5.1%}  {x:6.0f}, {y:4.0f}   {red:.0f}, {green:.0f}, {blue:.0f}")
    axes[1, 0].imshow(image)
    axes[1, 0].set_title("as it is")
    image_segments(image, labels, ax=axes[1, 1])
    axes[1, 1].set_title(f"{options.areas} areas")
    image_segments(image, divide(image, options.areas, 5 * options.place), ax=axes[1, 2])
    axes[1, 2].set_title("position five times as important")
    for ax in axes.ravel():
        ax.axis("off")
    figure.savefig(options.picture, dpi=80)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
