"""Images whose pixels are in clusters."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie.plot import image_segments

PHOTO = np.random.default_rng(0).integers(0, 256, size=(6, 16, 3), dtype=np.uint8)
HALVES = np.repeat([[0] * 8 + [1] * 8], 6, axis=0)


@pytest.mark.parametrize("flat", [False, True])
def test_each_segment_has_its_mean_color_and_a_line_around_it(ax, flat):
    assert image_segments(PHOTO, HALVES.ravel() if flat else HALVES, ax=ax) is ax
    shown = ax.images[0].get_array()
    for columns in (slice(0, 8), slice(8, 16)):
        mean = PHOTO[:, columns].reshape(-1, 3).mean(axis=0) / 255
        np.testing.assert_allclose(shown[:, columns], np.broadcast_to(mean, (6, 8, 3)))
    (lines,) = ax.collections
    assert {tuple(map(tuple, each)) for each in lines.get_segments()} == {
        ((7.5, y - 0.5), (7.5, y + 0.5)) for y in range(6)
    }


def test_pixels_in_no_segment_are_pale_and_fine_grain_has_no_lines(ax):
    labels = np.arange(96).reshape(6, 16) % 3 - 1
    image_segments(PHOTO, labels, ax=ax)
    shown = ax.images[0].get_array()
    np.testing.assert_allclose(shown[labels < 0], 0.5 + PHOTO[labels < 0] / 510)
    assert not ax.collections


@pytest.mark.parametrize(
    "image",
    [PHOTO / 255, np.concatenate([PHOTO, PHOTO[:, :, :1]], axis=2), PHOTO.tolist(), (PHOTO / 255).astype(np.float32)],
)
def test_images_of_any_type(ax, image):
    image_segments(image, HALVES, ax=ax)
    np.testing.assert_allclose(
        ax.images[0].get_array()[0, 0], PHOTO[:, :8].reshape(-1, 3).mean(axis=0) / 255, rtol=1e-6
    )
    ax.clear()
    image_segments(np.asarray(image)[:, :, 0], HALVES, ax=ax)
    np.testing.assert_allclose(ax.images[0].get_array()[0, 0], PHOTO[:, :8, 0].mean() / 255, rtol=1e-6)


@pytest.mark.parametrize(
    "image, labels, message",
    [
        (PHOTO, HALVES[:3], "int label per pixel"),
        (PHOTO, HALVES / 2, "int label per pixel.*float64"),
        (PHOTO.ravel(), HALVES, r"image must be numbers of shape .*Got shape \(288,\)"),
        (PHOTO[:0], HALVES[:0], "image must be numbers"),
        (PHOTO * 3.0, HALVES, "ints from 0 to 255 or floats from 0 to 1"),
        (PHOTO.astype(int) - 9, HALVES, "ints from 0 to 255"),
        (np.full((6, 16), np.nan), HALVES, "floats from 0 to 1"),
        (np.full((6, 16), "red"), HALVES, "image must be numbers"),
    ],
)
def test_what_is_no_image(ax, image, labels, message):
    with pytest.raises(ValueError, match=message):
        image_segments(image, labels, ax=ax)
