# SPDX-License-Identifier: BSD-3-Clause
"""Reduce a picture to its K most fitting colors, which makes a small file of it.

Every pixel is a row, its color the measurement, and the centers that k-means finds are the palette. Colors are
compared in CIELAB, where distances are as large as differences look; equal pixels are clustered once, with their number
as weight, which changes nothing but the time. Writes a PNG with a palette. Transparent pixels stay transparent, and
half-transparent ones are clustered by color and opacity together. Needs pillow.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from typing import TYPE_CHECKING, Any, cast

import numpy as np

import coterie
from coterie._base.optional import how_to_install
from coterie._base.wording import count, printable, share_cell
from coterie._runtime.thresholds import thresholds
from coterie.cli._cielab import from_lab, to_lab
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._found import write_json
from coterie.cli._io.outputs import Outputs, check_targets
from coterie.cli._io.sources import source_name
from coterie.cli._options.results import add_json_argument
from coterie.cli._options.run import add_run_arguments
from coterie.cli._options.values import file_name, positive

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

SUMMARY = "reduce a picture to a few colors"

_EXAMPLES = """\
examples:
  coterie quantize photo.jpg -k 16 -o photo16.png
  coterie quantize logo.png -k 4 -o logo4.png --seed 1

exit codes: 0 done, 1 something is wrong with the picture or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_MOST = 256  # colors in the palette of a PNG
_LISTED = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("file", metavar="PICTURE", help="png, jpeg, or whatever pillow reads; - is standard input")
    parser.add_argument(
        "-k",
        dest="n_colors",
        metavar="K",
        type=_n_colors,
        required=True,
        help=f"number of colors, {_MOST} at most; what is transparent takes one",
    )
    parser.add_argument("-o", "--output", metavar="PNG", type=_png, required=True, help="the picture to write")
    add_json_argument(parser)
    add_run_arguments(parser)


def _n_colors(text: str) -> int:
    if (number := positive(text)) > _MOST:
        raise argparse.ArgumentTypeError(f"a palette has {_MOST} colors at most, not {text}")
    return number


def _png(text: str) -> str:
    if os.path.splitext(file_name(text))[1].lower() != ".png":
        raise argparse.ArgumentTypeError(f"a name that ends in .png is needed, for that is what it is, not {text!r}")
    return text


def run(args: argparse.Namespace) -> None:
    check_targets([args.file], [args.output])
    image, profile, n_bytes = _open(args)
    started = time.perf_counter()
    packed, scale = _pack(image)
    colors, alpha, counts, places = _distinct(packed, image.mode, scale)
    palette, opacity, entries, error = _reduce(colors, alpha, counts, args)
    seconds = time.perf_counter() - started
    size = _write(args.outputs, args.output, image.size, palette, opacity, entries[places], profile)
    shares = np.bincount(entries, counts, minlength=len(palette)) / counts.sum()
    if args.json:
        facts = {
            "file": source_name(args.file),
            "width": image.width,
            "height": image.height,
            "n_colors": len(counts),
            "n_bytes": n_bytes,
            "output": printable(args.output),
            "n_colors_kept": len(palette),
            "n_bytes_written": size,
            "mean_error": error,
            "palette": [
                {"color": color, "opacity": 1.0 if opacity is None else opacity[i], "share": shares[i]}
                for i, color in enumerate(map(_as_hex, palette))
            ],
            "seconds": seconds,
        }
        write_json(args, facts)
        return
    if args.quiet:
        return
    if size > n_bytes:
        note("that is no smaller; a palette suits pictures of few colors and fine lines, photos with grain suit jpeg")
    print(
        f"{source_name(args.file)}: {image.width} x {image.height} pixels, {count(len(counts), 'color')}, "
        f"{n_bytes:,} bytes\n"
        f"{printable(args.output)}: {count(len(palette), 'color')}, {size:,} bytes ({size / n_bytes:.0%})\n"
        f"mean error: {error:.1f} in CIELAB (white is 100 from black; what is 2 apart can hardly be told apart)\n\n"
        f"{_list(palette, opacity, shares)}\n\n{seconds:.2f} s"
    )


# ------------------------------------------------------------------------------------------------ reading


def _open(args: argparse.Namespace) -> tuple[Image, bytes | None, int]:
    """The picture in a mode that is handled, its color profile, and its bytes in the file."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise Problem(f"pictures need pillow: {how_to_install('pillow')}") from None
    source = source_name(args.file)
    if args.file == "-":
        content = sys.stdin.buffer.read()
    else:
        with open(args.file, "rb") as file:
            content = file.read()
    try:
        opened = Image.open(io.BytesIO(content))
        n_frames = getattr(opened, "n_frames", 1)
        if n_frames > 1 and opened.format != "MPO":  # of which the first frame is the photo
            raise Problem(f"{source}: it has {n_frames} frames; only pictures that stand still are taken")
        image = ImageOps.exif_transpose(opened)  # the way up, which is not kept in the file that is written
        mode = image.mode
        profile = image.info.get("icc_profile") if mode in ("RGB", "RGBA", "P") else None
        if mode.startswith("I"):
            darkest, lightest = cast(tuple[int, int], image.getextrema())  # of a single channel
            if darkest < 0 or lightest > 65535:
                raise Problem(f"{source}: its pixels are 32-bit numbers; 16 bits are the most")
            _tell(args, "its grays have 16 bits, those of the palette 8")
        elif mode == "F":
            raise Problem(f"{source}: its pixels are fractions; save it with 8 or 16 bits")
        elif mode == "1":
            image = image.convert("L")
        elif mode not in ("L", "LA", "RGB", "RGBA"):
            if mode not in ("P", "PA", "RGBX", "RGBa", "La"):
                _tell(args, f"{mode} is turned into RGB, without regard to color profiles")
            with_alpha = mode in ("PA", "RGBa", "La") or "transparency" in image.info
            image = image.convert("RGBA" if with_alpha else "RGB")
        elif "transparency" in image.info:  # one color of a picture without alpha
            image = image.convert("RGBA")
        image.load()
    except UnidentifiedImageError:
        raise Problem(f"{source}: this is no picture that pillow can read") from None
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise Problem(f"{source}: the picture can't be read: {error}") from error
    if not image.width or not image.height:
        raise Problem(f"{source}: there is no pixel in it")
    return image, profile, len(content)


def _tell(args: argparse.Namespace, message: str) -> None:
    if not args.quiet:
        note(message)


def _pack(image: Image) -> tuple[NDArray[np.uint32], float]:
    """One number a pixel, with the alpha above the color; and what brings a color to 0 to 255."""
    pixels = np.asarray(image)
    if pixels.ndim == 2:
        return pixels.ravel().astype(np.uint32), 255 / 65535 if image.mode.startswith("I") else 1.0
    pixels = pixels.reshape(-1, pixels.shape[2])
    order = [pixels.shape[1] - 1, *range(pixels.shape[1] - 1)] if image.mode in ("LA", "RGBA") else [0, 1, 2]
    packed = np.zeros(len(pixels), np.uint32)
    for j in order:
        packed = packed << np.uint32(8) | pixels[:, j]
    return packed, 1.0


def _distinct(
    packed: NDArray[np.uint32], mode: str, scale: float
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, NDArray[np.intp], NDArray[np.integer]]:
    """Colors (0 to 255), alpha (0 to 1) or None and counts of the distinct pixels; and which of these each pixel is.

    For millions of pixels a table of all 24-bit numbers takes a tenth of the time of sorting.
    """
    places: NDArray[np.integer]
    colors: NDArray[np.float64]
    if len(packed) > thresholds.quantize_table and packed.max() < 1 << 24:
        counts = np.bincount(packed)
        values = np.flatnonzero(counts)
        counts = counts[values]
        table = np.zeros(values[-1] + 1, np.int32)
        table[values] = np.arange(len(values))
        places = table[packed]
    else:
        values, places, counts = np.unique(packed, return_inverse=True, return_counts=True)

    n_channels = 3 if mode.startswith("RGB") else 1
    if mode.startswith("I"):
        colors = (values[:, np.newaxis] * scale).astype(np.float64, copy=False)
    else:
        colors = np.column_stack([values >> 8 * j & 255 for j in reversed(range(n_channels))]).astype(np.float64)
    alpha = (values >> 8 * n_channels) / 255 if mode.endswith("A") else None
    if alpha is not None and (alpha == 1).all():
        alpha = None
    return colors, alpha, counts, places


# ------------------------------------------------------------------------------------------------ colors


def _reduce(
    colors: NDArray[np.float64], alpha: NDArray[np.float64] | None, counts: NDArray[np.intp], args: argparse.Namespace
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, NDArray[np.integer], float]:
    """The palette (0 to 255), its opacity (or None), the entry of each color, and the mean error."""
    visible = np.ones(len(colors), bool) if alpha is None else alpha > 0
    n_left = args.n_colors - (not visible.all())
    if n_left < 1 and visible.any():
        raise Problem(f"{source_name(args.file)}: transparent pixels take one color; use -k 2 or more", code=2)
    seen, shares = colors[visible], counts[visible]
    lab = to_lab(seen)
    opacity = np.ones(len(seen)) if alpha is None else alpha[visible]
    labels: NDArray[np.integer]
    if len(seen) <= n_left:
        palette, alphas, labels = seen, opacity, np.arange(len(seen))
    else:
        # Multiplied by the opacity, colors count as much as they are seen.
        rows = np.column_stack([lab * opacity[:, np.newaxis], 100 * opacity])
        model = coterie.KMeans(n_left, random_state=args.seed, n_jobs=args.jobs)
        with progress_bar(args.quiet):
            labels = model.fit(rows, sample_weight=shares.astype(np.float64)).labels_
        alphas = np.clip(model.cluster_centers_[:, -1] / 100, 1 / 255, 1)
        palette = from_lab(model.cluster_centers_[:, :-1] / alphas[:, np.newaxis])
    palette = np.clip(np.rint(palette), 0, 255)
    order = np.argsort(palette @ np.full(palette.shape[1], 1.0), kind="stable")  # from dark to light: packs well
    labels, palette, alphas = np.argsort(order)[labels], palette[order], alphas[order]
    after = to_lab(palette)[labels]
    apart = np.linalg.norm((after * alphas[labels, np.newaxis] - lab * opacity[:, np.newaxis]), axis=1)
    error = float(np.average(apart, weights=shares)) if len(seen) else 0.0
    if alpha is None:
        return palette, None, labels, error
    entries = np.zeros(len(colors), np.intp)
    hidden = int(not visible.all())
    entries[visible] = labels + hidden
    palette = np.concatenate([np.zeros((hidden, palette.shape[1])), palette])
    return palette, np.concatenate([np.zeros(hidden), alphas]), entries, error


# ------------------------------------------------------------------------------------------------ writing


def _write(
    outputs: Outputs,
    path: str,
    size: tuple[int, int],
    palette: NDArray[np.float64],
    opacity: NDArray[np.float64] | None,
    entries: NDArray[np.integer],
    profile: bytes | None,
) -> int:
    """Write the picture, and return its number of bytes."""
    from PIL import Image

    image = Image.frombytes("P", size, entries.astype(np.uint8).tobytes())
    three = palette if palette.shape[1] == 3 else np.repeat(palette, 3, axis=1)
    image.putpalette(three.astype(np.uint8).tobytes())
    options: dict[str, Any] = {} if profile is None else {"icc_profile": profile}
    if opacity is not None:
        options["transparency"] = np.rint(255 * opacity).astype(np.uint8).tobytes()
    png = io.BytesIO()
    image.save(png, "PNG", optimize=True, **options)
    with outputs.open(path, binary=True) as file:
        file.write(png.getbuffer())
    return len(png.getbuffer())


def _as_hex(color: NDArray[np.float64]) -> str:
    """A color as people write it."""
    return "#" + "".join(f"{int(v):02x}" for v in np.resize(color, 3))


def _list(palette: NDArray[np.float64], opacity: NDArray[np.float64] | None, shares: NDArray[np.float64]) -> str:
    """The commonest colors of the palette, as people write colors, with their shares of the pixels."""
    lines = []
    for i in np.argsort(-shares, kind="stable")[:_LISTED]:
        name = _as_hex(palette[i])
        if opacity is not None and opacity[i] < 1:
            name = "transparent" if opacity[i] == 0 else f"{name} at {opacity[i]:.0%}"
        lines.append(f"{name:<15}{share_cell(shares[i]):>6}")
    if len(palette) > _LISTED:
        lines.append(f"and {len(palette) - _LISTED} more")
    return "\n".join(lines)
