"""The page of `coterie report` in a browser."""

import io
import re
import shutil
import struct
import subprocess

import numpy as np
import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(BROWSER is None, reason="there is no browser")
def test_browser_shows_the_page_without_errors_or_overflow(shop_page, tmp_path):
    """A wide window and a phone within it, as a frame: what leaves the frame would have to be scrolled sideways."""
    escaped = shop_page.source.replace("&", "&amp;").replace('"', "&quot;")
    script = """<script>
      const wrong = []; window.onerror = message => wrong.push(message);
      window.onload = () => {
        const told = [...document.querySelectorAll("iframe")].map(frame => {
          const inner = frame.contentDocument, root = inner.documentElement;
          const images = [...inner.images];
          return [root.clientWidth, root.scrollWidth, images.length,
                  images.filter(image => image.complete && image.naturalWidth > 0).length];
        });
        document.title = JSON.stringify({told, wrong});
      };</script>"""
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(
        f"<!doctype html><title>?</title>{script}<style>iframe {{ border: 0; }}</style>"
        f'<iframe width="390" height="800" srcdoc="{escaped}"></iframe>'
        f'<iframe width="1200" height="800" srcdoc="{escaped}"></iframe>',
        encoding="utf-8",
    )
    (tmp_path / "page.html").write_text(shop_page.source, encoding="utf-8")
    options = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1000,1400",
    ]
    done = subprocess.run([*options, "--dump-dom", wrapper.as_uri()], capture_output=True, timeout=60)
    told = re.search(r"<title>(\{.*?\})</title>", done.stdout.decode()).group(1)
    n_images = sum(tag == "img" for tag, _ in shop_page.elements)
    assert told == f'{{"told":[[390,390,{n_images},{n_images}],[1200,1200,{n_images},{n_images}]],"wrong":[]}}'

    shot = tmp_path / "shot.png"
    page = (tmp_path / "page.html").as_uri()
    done = subprocess.run(
        [*options, "--enable-logging=stderr", f"--screenshot={shot}", page], capture_output=True, timeout=60
    )
    assert b"CONSOLE" not in done.stderr
    header = shot.read_bytes()[:24]
    assert header.startswith(b"\x89PNG") and struct.unpack(">II", header[16:]) == (1000, 1400)
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(shot.read_bytes())).convert("L")
    pixels = np.asarray(image)
    dark = (pixels < 128).mean(axis=1)
    assert 0.01 < (pixels < 128).mean() < 0.3 and (dark > 0).mean() > 0.2  # text all the way down, on a white page
    assert (pixels[:, :20] > 250).all() and (pixels[:, -20:] > 250).all()


@pytest.mark.skipif(BROWSER is None, reason="there is no browser")
@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_wide_things_scroll_in_boxes_of_their_own_that_show_it_and_pictures_lie_on_white(
    shop_page, tmp_path, dark
):
    escaped = shop_page.source.replace("&", "&amp;").replace('"', "&quot;")
    script = """<script>
      window.onload = () => {
        const inner = document.querySelector("iframe").contentDocument;
        const look = element => inner.defaultView.getComputedStyle(element);
        const boxes = [...inner.querySelectorAll(".scroll")];
        const wide = boxes.filter(box => box.scrollWidth > box.clientWidth + 1);
        document.title = JSON.stringify([
          matchMedia("(prefers-color-scheme: dark)").matches, look(inner.body).backgroundColor === "rgb(255, 255, 255)",
          [...inner.querySelectorAll("table, img")].every(each => each.parentElement.className === "scroll"),
          boxes.every(box => look(box).backgroundImage.split("linear-gradient").length === 5),
          wide.length > 1, wide.every(box => look(box).overflowX === "auto" && box.clientWidth <= 390),
          [...inner.images].every(image => image.width >= 600 &&
                                           look(image.parentElement).backgroundColor === "rgb(255, 255, 255)"),
          [...inner.querySelectorAll("caption span")].every(each => each.offsetWidth <= 390)]);
      };</script>"""
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(
        f'<!doctype html><meta name="color-scheme" content="light dark"><title>?</title>{script}'
        f'<iframe width="390" height="800" srcdoc="{escaped}"></iframe>',
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            wrapper.as_uri(),
        ],
        capture_output=True,
        timeout=60,
    )
    told = re.search(r"<title>(\[.*?\])</title>", done.stdout.decode()).group(1)
    assert told == f"[{str(dark).lower()},{str(not dark).lower()},true,true,true,true,true,true]"
