"""`coterie quantize`: pictures of few colors."""

import io
import pathlib
import subprocess
import sys
from argparse import Namespace

import numpy as np
import pytest

import coterie
from coterie._runtime.thresholds import thresholds
from coterie.cli import main
from coterie.cli._cielab import from_lab, to_lab

Image = pytest.importorskip("PIL.Image")
DATA = pathlib.Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def cli(*args, code=0):
        try:
            got = main(["quantize", *map(str, args)])
        except SystemExit as stopped:
            got = stopped.code
        said = capsys.readouterr()
        assert got == code, said.err
        if code:
            assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("coterie quantize: error: ")
        return Namespace(stdout=said.out, stderr=said.err)

    return cli


def photo(height=40, width=60, channels=3, seed=0):
    """Smooth patches and grain."""
    rng = np.random.default_rng(seed)
    patches = np.kron(rng.integers(0, 256, (4, 6, channels)), np.ones((height // 4, width // 6, 1)))
    return np.clip(patches + rng.normal(0, 12, patches.shape), 0, 255).astype(np.uint8)


def pixels(path, mode="RGB"):
    with Image.open(path) as image:
        assert image.format == "PNG" and image.mode == "P"
        return np.asarray(image.convert(mode))


def n_colors(array):
    return len(np.unique(array.reshape(-1, array.shape[2]), axis=0))


def test_picture_has_k_colors_and_each_pixel_one_of_the_nearest(cli, tmp_path):
    before = photo()
    Image.fromarray(before).save(tmp_path / "a.png")
    done = cli("a.png", "-k", 16, "-o", "b.png")
    after = pixels(tmp_path / "b.png")
    assert after.shape == before.shape and n_colors(after) == 16
    palette = to_lab(np.unique(after.reshape(-1, 3), axis=0).astype(float))
    lab, told = (to_lab(each.reshape(-1, 3).astype(float)) for each in (before, after))
    best = np.linalg.norm(lab[:, np.newaxis] - palette, axis=2).min(axis=1)
    apart = np.linalg.norm(lab - told, axis=1)
    assert (apart < best + 1).all()  # the palette is rounded, and so are borders between its colors
    assert f"mean error: {apart.mean():.1f} in CIELAB" in done.stdout
    size = (tmp_path / "b.png").stat().st_size
    assert f"b.png: 16 colors, {size:,} bytes" in done.stdout and done.stderr == ""
    assert "a.png: 60 x 40 pixels, " in done.stdout
    listed = [float(line.split()[1][:-1]) for line in done.stdout.splitlines() if line.startswith("#")]
    assert len(listed) == 16 and sum(listed) == pytest.approx(100, abs=1)


def test_colors_are_those_of_kmeans_on_all_pixels(cli, tmp_path):
    """Clustering distinct colors with weights is clustering pixels: the objective is as good as any fit finds."""
    before = photo(seed=3)
    Image.fromarray(before).save(tmp_path / "a.png")
    cli("a.png", "-k", 5, "-o", "b.png", "--seed", 2)
    lab = to_lab(before.reshape(-1, 3).astype(float))
    told = to_lab(pixels(tmp_path / "b.png").reshape(-1, 3).astype(float))
    fits = [coterie.KMeans(5, random_state=seed).fit(lab).inertia_ for seed in range(5)]
    assert min(fits) <= np.square(lab - told).sum() <= 1.01 * max(fits)


def test_cielab_is_what_the_standard_says_and_comes_back():
    """Values of Bruce Lindbloom's calculator for D65."""
    lab = to_lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 0, 255], [119, 119, 119.0]]))
    np.testing.assert_allclose(
        lab, [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [50.03, 0, 0]], atol=0.02
    )
    every = np.random.default_rng(0).integers(0, 256, (1000, 3)).astype(float)
    np.testing.assert_allclose(from_lab(to_lab(every)), every, atol=1e-9)
    np.testing.assert_allclose(from_lab(to_lab(every[:, :1])), every[:, :1], atol=1e-9)


@pytest.mark.parametrize("channels", [1, 3])
def test_large_pictures_are_sorted_into_a_table_with_the_same_result(cli, tmp_path, monkeypatch, channels):
    Image.fromarray(photo(channels=channels).squeeze()).save(tmp_path / "a.png")
    for name, many in (("b.png", 1 << 18), ("c.png", 0)):
        monkeypatch.setattr(thresholds, "quantize_table", many)
        cli("a.png", "-k", 8, "-o", name)
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()


def test_few_colors_are_kept_as_they_are(cli, tmp_path):
    before = np.random.default_rng(0).integers(0, 3, (9, 7, 3)).astype(np.uint8) * 100
    Image.fromarray(before).save(tmp_path / "a.png")
    done = cli("a.png", "-k", 256, "-o", "b.png")
    np.testing.assert_array_equal(pixels(tmp_path / "b.png"), before)
    assert "mean error: 0.0 in CIELAB" in done.stdout


@pytest.mark.parametrize("k", [1, 2, 7, 256])
def test_any_number_of_colors_up_to_256(cli, tmp_path, k):
    Image.fromarray(photo(80, 120, seed=k)).save(tmp_path / "a.png")
    cli("a.png", "-k", k, "-o", "b.png", "--quiet")
    assert n_colors(pixels(tmp_path / "b.png")) in ((k,) if k < 100 else range(k - 10, k + 1))  # rounded to equal ones


def test_transparent_pixels_stay_so_and_opaque_ones_too(cli, tmp_path):
    before = photo(channels=4)
    before[..., 3] = np.where(before[..., 3] > 100, 255, 0)
    Image.fromarray(before).save(tmp_path / "a.png")
    done = cli("a.png", "-k", 6, "-o", "b.png")
    after = pixels(tmp_path / "b.png", "RGBA")
    np.testing.assert_array_equal(after[..., 3], before[..., 3])
    assert n_colors(after) == 6 and "transparent" in done.stdout
    seen = before[..., 3] > 0
    assert abs(after[seen].astype(int) - before[seen]).mean() < 50  # what is hidden has no say
    before[..., :3][~seen] = 77
    Image.fromarray(before).save(tmp_path / "c.png")
    cli("c.png", "-k", 6, "-o", "d.png", "--quiet")
    np.testing.assert_array_equal(pixels(tmp_path / "d.png", "RGBA"), after)
    assert "transparent pixels take one color; use -k 2" in cli("a.png", "-k", 1, "-o", "b.png", code=2).stderr


def test_half_transparent_pixels_keep_about_their_opacity(cli, tmp_path):
    before = np.zeros((32, 64, 4), np.uint8)
    before[..., 0], before[..., 3] = 200, np.linspace(0, 255, 64)
    before[16:, :, :3] = 30
    Image.fromarray(before).save(tmp_path / "a.png")
    cli("a.png", "-k", 64, "-o", "b.png")
    after = pixels(tmp_path / "b.png", "RGBA").astype(int)
    assert abs(after[..., 3] - before[..., 3]).max() <= 12
    assert (after[..., 3] == 0).sum() == (before[..., 3] == 0).sum()
    far = before[..., 3] > 30
    assert abs(after[far] - before[far])[:, :3].max() <= 30


def test_wholly_transparent_picture(cli, tmp_path):
    Image.fromarray(np.zeros((4, 5, 4), np.uint8)).save(tmp_path / "a.png")
    cli("a.png", "-k", 1, "-o", "b.png")
    assert not pixels(tmp_path / "b.png", "RGBA").any()


def test_grays_stay_gray(cli, tmp_path):
    gray = photo(channels=1)[..., 0]
    Image.fromarray(gray).save(tmp_path / "a.png")
    cli("a.png", "-k", 8, "-o", "b.png")
    after = pixels(tmp_path / "b.png")
    assert n_colors(after) == 8 and (np.ptp(after, axis=2) == 0).all()
    assert abs(after[..., 0].astype(int) - gray).mean() < 20
    with_alpha = np.dstack([gray, np.where(gray > 128, 255, 0).astype(np.uint8)])
    Image.fromarray(with_alpha, "LA").save(tmp_path / "a.png")
    cli("a.png", "-k", 8, "-o", "b.png")
    after = pixels(tmp_path / "b.png", "RGBA")
    np.testing.assert_array_equal(after[..., 3], with_alpha[..., 1])
    assert (np.ptp(after[..., :3], axis=2) == 0).all()


def test_16_bits_become_8_and_that_is_said(cli, tmp_path):
    deep = (np.linspace(0, 65535, 64 * 32).reshape(32, 64)).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "a.png")
    done = cli("a.png", "-k", 200, "-o", "b.png")
    assert "note: its grays have 16 bits, those of the palette 8" in done.stderr
    assert abs(pixels(tmp_path / "b.png")[..., 0] * 257.0 - deep).max() < 3 * 257


@pytest.mark.parametrize(
    "mode, name",
    [
        ("P", "a.png"),
        ("P", "a.gif"),
        ("1", "a.png"),
        ("CMYK", "a.jpg"),
        ("CMYK", "a.tif"),
        ("L", "a.jpg"),
        ("RGB", "a.webp"),
        ("RGB", "a.bmp"),
    ],
)
def test_other_modes_and_formats(cli, tmp_path, mode, name):
    try:
        Image.fromarray(photo(seed=1)).convert(mode).save(tmp_path / name)
    except (KeyError, OSError):
        pytest.skip(f"this pillow can't write {name}")
    done = cli(name, "-k", 2, "-o", "b.png")
    assert n_colors(pixels(tmp_path / "b.png")) == 2
    assert ("CMYK is turned into RGB" in done.stderr) == (mode == "CMYK")


def test_palette_with_transparency_and_a_transparent_color(cli, tmp_path):
    image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(tmp_path / "a.png", transparency=bytes([0, 128, 255]))
    cli("a.png", "-k", 3, "-o", "b.png")
    assert pixels(tmp_path / "b.png", "RGBA").tolist() == [[[0, 0, 0, 0], [0, 255, 0, 128], [0, 0, 255, 255]]]
    Image.fromarray(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)).save(tmp_path / "a.png", transparency=(1, 2, 3))
    cli("a.png", "-k", 3, "-o", "b.png")
    assert pixels(tmp_path / "b.png", "RGBA").tolist() == [[[0, 0, 0, 0], [4, 5, 6, 255]]]


def test_photos_are_turned_upright_and_keep_their_color_profile(cli, tmp_path):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    Image.fromarray(photo()).save(tmp_path / "a.jpg", exif=exif, icc_profile=profile)
    cli("a.jpg", "-k", 4, "-o", "b.png")
    with Image.open(tmp_path / "b.png") as image:
        assert image.size == (40, 60) and image.info["icc_profile"] == profile


def test_same_seed_same_file_and_pictures_come_through_a_pipe(cli, tmp_path):
    Image.fromarray(photo()).save(tmp_path / "a.png")
    cli("a.png", "-k", 8, "-o", "b.png", "--jobs", 1)
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "quantize", "-", "-k", "8", "-o", "c.png", "--jobs", "2"],
        input=(tmp_path / "a.png").read_bytes(),
        capture_output=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 0 and done.stdout.startswith(b"standard input: 60 x 40 pixels")
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()


def test_a_file_that_grows_is_told(cli, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3)).astype(np.uint8)).save(
        tmp_path / "a.jpg", quality=10
    )
    assert "note: that is no smaller; " in cli("a.jpg", "-k", 256, "-o", "b.png").stderr
    assert cli("a.jpg", "-k", 256, "-o", "b.png", "--quiet").stderr == ""


def animation():
    file = io.BytesIO()
    frames = [Image.fromarray(photo(seed=i)) for i in range(3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def fractions():
    file = io.BytesIO()
    Image.fromarray(np.ones((3, 3), np.float32)).save(file, "TIFF")
    return file.getvalue()


def cut_short():
    file = io.BytesIO()
    Image.fromarray(photo()).save(file, "PNG")
    return file.getvalue()[:-500]


@pytest.mark.parametrize(
    "content, message",
    [
        (lambda: b"a,b\n1,2\n", "a.png: this is no picture that pillow can read"),
        (lambda: b"", "a.png: this is no picture"),
        (animation, "a.png: it has 3 frames; only pictures that stand still are taken"),
        (fractions, "its pixels are fractions"),
        (cut_short, "a.png: the picture can't be read: "),
    ],
)
def test_files_that_are_no_pictures_or_move(cli, tmp_path, content, message):
    (tmp_path / "a.png").write_bytes(content())
    assert message in cli("a.png", "-k", 4, "-o", "b.png", code=1).stderr
    assert not (tmp_path / "b.png").exists()


@pytest.mark.parametrize(
    "args, code, message",
    [
        (["a.png", "-k", "0", "-o", "b.png"], 2, "a whole number of 1 or more is needed, not '0'"),
        (["a.png", "-k", "257", "-o", "b.png"], 2, "a palette has 256 colors at most, not 257"),
        (["a.png", "-k", "4"], 2, "required: -o/--output"),
        (["a.png", "-o", "b.png"], 2, "required: -k"),
        (["a.png", "-k", "4", "-o", "b.jpg"], 2, "a name that ends in .png is needed"),
        (["a.png", "-k", "4", "-o", "-"], 2, "a file is needed"),
        (["a.png", "-k", "4", "-o", "./a.png"], 2, "would be overwritten"),
        (["a.png", "-k", "4", "-o", "nowhere/b.png"], 1, "there is no folder nowhere"),
        (["nowhere.png", "-k", "4", "-o", "b.png"], 1, "nowhere.png: No such file"),
        ([".", "-k", "4", "-o", "b.png"], 1, ".: Is a directory" if sys.platform != "win32" else "ermission"),
    ],
)
def test_mistakes_on_the_command_line(cli, tmp_path, args, code, message):
    Image.fromarray(photo()).save(tmp_path / "a.png")
    assert message in cli(*args, code=code).stderr


def test_without_pillow_the_command_says_what_to_install(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert "pictures need pillow: pip install pillow" in cli("a.png", "-k", 4, "-o", "b.png", code=1).stderr


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize("name, share, error", [("coffee", 0.12, 5.5), ("astronaut", 0.07, 6.5)])
def test_photos_of_16_colors_are_small_and_look_alike(cli, tmp_path, name, share, error):
    path = DATA / f"photo_{name}.png"
    done = cli(path, "-k", 16, "-o", "b.png")
    assert (tmp_path / "b.png").stat().st_size < share * path.stat().st_size
    before, after = (
        to_lab(each.reshape(-1, 3).astype(float)) for each in (np.asarray(Image.open(path)), pixels(tmp_path / "b.png"))
    )
    mean = np.linalg.norm(before - after, axis=1).mean()
    assert mean < error and f"mean error: {mean:.1f} in" in done.stdout
