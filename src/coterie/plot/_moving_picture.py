# SPDX-License-Identifier: BSD-3-Clause
"""Writing animations, as a GIF or as a page that needs nothing else. What stays the same is drawn and stored once."""

from __future__ import annotations

import base64
import io
import os
from typing import TYPE_CHECKING

from .._runtime import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure

    from ._animation import Frame

_COLORS = 128  # of a GIF
_DPI = 100


def save(
    draw: Callable[[Frame], None], frames: Sequence[Frame], interval: int, figure: Figure, path: str | os.PathLike[str]
) -> None:
    """Write to `path`, ``.gif`` or ``.html``, what `draw` makes of `figure` for each frame; `interval` ms each.

    Equal frames in a row are drawn and stored once, and the layout is that of the first: animation.save would take ten
    times as long.
    """
    pictures: list[bytes] = []
    durations: list[int] = []
    layout = figure.get_layout_engine()
    try:
        for i, frame in enumerate(frames):
            progress.report("drawing", i, len(frames))
            if i and frame == frames[i - 1]:
                durations[-1] += interval
                continue
            draw(frame)
            picture = io.BytesIO()
            figure.savefig(picture, format="png", dpi=_DPI)
            figure.set_layout_engine("none")
            pictures.append(picture.getvalue())
            durations.append(interval)
    finally:
        figure.set_layout_engine(layout)
    progress.report("drawing", len(frames), len(frames))
    (_write_gif if os.fsdecode(path).lower().endswith(".gif") else _write_page)(path, pictures, durations)


def _write_gif(path: str | os.PathLike[str], pictures: list[bytes], durations: list[int]) -> None:
    from PIL import Image

    images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    palette = images[-1].quantize(_COLORS, Image.Quantize.MAXCOVERAGE)  # one for all: colors do not flicker
    first, *others = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images)
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0)


def _write_page(path: str | os.PathLike[str], pictures: list[bytes], durations: list[int]) -> None:
    import json

    shown = [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]
    with open(path, "w", encoding="utf-8") as file:
        file.write(_PAGE.replace("PICTURES", json.dumps(shown)).replace("DURATIONS", json.dumps(durations)))


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>k-means</title>
<style>
  body { font: 16px system-ui, sans-serif; margin: 1em auto; max-width: 50em; text-align: center }
  img { max-width: 100% }
  input { width: 50%; vertical-align: middle }
  button { font: inherit; padding: .3em .8em }
</style>
<img id="picture" alt="k-means at work">
<div>
  <button id="back" aria-label="back">&#8249;</button>
  <button id="play">pause</button>
  <button id="on" aria-label="on">&#8250;</button>
  <input id="place" type="range" min="0" value="0" aria-label="frame">
</div>
<script>
  const pictures = PICTURES;
  const durations = DURATIONS;
  const part = name => document.getElementById(name);
  let at = 0, playing = true, timer;
  function show(i) {
    at = (i + pictures.length) % pictures.length;
    part("picture").src = pictures[at];
    part("place").value = at;
    clearTimeout(timer);
    if (playing) timer = setTimeout(() => show(at + 1), durations[at]);
  }
  function play(go) {
    playing = go;
    part("play").textContent = go ? "pause" : "play";
    show(at);
  }
  part("place").max = pictures.length - 1;
  part("place").oninput = event => { at = Number(event.target.value); play(false); };
  part("play").onclick = () => play(!playing);
  part("back").onclick = () => { at -= 1; play(false); };
  part("on").onclick = () => { at += 1; play(false); };
  show(0);
</script>
</html>
"""
