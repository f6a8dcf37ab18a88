"""Places on the globe: degrees, radians, kilometers."""

import math
import warnings

import numpy as np
import pytest

from coterie.distances import cdist, from_degrees, km_to_radians, pdist, radians_to_km


def test_known_distances_between_cities():
    # Ezeiza and Charles de Gaulle, 11,099.54 km in scikit-learn's example with a radius of 6371 km; London, New York.
    places = from_degrees([-34.83333, 49.0083899664, 51.5074, 40.7128], [-58.5166646, 2.53844117956, -0.1278, -74.006])
    y = pdist(places, "haversine")
    assert y[0] * 6371 == pytest.approx(11099.54035582, abs=1e-6)
    assert radians_to_km(y[5]) == pytest.approx(5570, abs=1)
    quarter = pdist(from_degrees([90, 0], [0, 123]), "haversine")
    assert radians_to_km(quarter) == pytest.approx([10007.557], abs=0.001)


def test_kilometers_and_radians_are_inverse():
    km = np.array([[0.0, 1.5], [20000.0, 3.0]])
    np.testing.assert_allclose(radians_to_km(km_to_radians(km)), km, rtol=1e-15)
    assert km_to_radians([6371.0088]).tolist() == [1.0] and radians_to_km(1) == 6371.0088
    assert np.ndim(km_to_radians(3)) == 0


def test_degrees_become_rows_of_radians():
    rows = from_degrees(np.array([90, -45], dtype=np.int8), [180.0, -360.0])
    np.testing.assert_allclose(rows, [[np.pi / 2, np.pi], [-np.pi / 4, -2 * np.pi]])
    assert rows.dtype == np.float64 and from_degrees([], []).shape == (0, 2)


@pytest.mark.parametrize(
    "latitude, longitude, words",
    [
        ([0, 91], [0, 0], "latitude must be from -90 to 90 degrees. Got 91.0 at row 1"),
        ([0, 0], [-361, 0], "longitude must be from -360 to 360 degrees. Got -361.0 at row 0"),
        ([math.nan], [0], "latitude must be .* Got nan at row 0"),
        ([0, 0], [0], "of the same length"),
        (0, 0, "must be one-dimensional"),
    ],
)
def test_degrees_that_are_none_are_refused(latitude, longitude, words):
    with pytest.raises(ValueError, match=words):
        from_degrees(latitude, longitude)


def test_haversine_of_what_is_no_place_is_refused_or_warned_of():
    with pytest.raises(ValueError, match=r"Haversine distance only valid in 2 dimensions.*X has 3 columns"):
        pdist(np.zeros((4, 3)), "haversine")
    with pytest.raises(ValueError, match="XB has 1 columns"):
        cdist(np.zeros((4, 2)), np.zeros((4, 1)), "haversine")
    for latitude in (48.8, -1.7, 3.1):
        with pytest.warns(UserWarning, match=r"beyond the poles.*from_degrees"):
            pdist([[latitude, 2.3], [0.0, -0.1]], "haversine")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdist([[1.5707963267948966, 300.0], [-1.5707963267948966, 0.0]], "haversine")
