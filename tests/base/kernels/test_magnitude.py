"""The largest absolute value."""

import numpy as np
import pytest

from coterie._base import power_of_two
from coterie._base._kernels.magnitude import largest_magnitude


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 3, 4, 7, 8, 9, 16, 17, 100, 1003])
def test_the_magnitude_is_that_of_the_largest_number(n, dtype):
    rng = np.random.RandomState(n)
    for values in (
        np.zeros(n),
        rng.normal(size=n),
        rng.uniform(size=n),
        -rng.uniform(size=n),
        rng.normal(size=n) * (float(np.finfo(dtype).max) / 1e10),
        rng.choice([-1, 1], size=n) * float(np.finfo(dtype).max),
        rng.choice([-1, 1], size=n) * float(np.finfo(dtype).smallest_subnormal),
    ):
        array = values.astype(dtype)
        assert largest_magnitude(array) == np.abs(array).max(initial=0)
        assert largest_magnitude(array.reshape(1, n, 1)) == np.abs(array).max(initial=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, -np.nan, np.inf, -np.inf])
def test_the_magnitude_is_infinite_wherever_a_number_is_not_finite(bad, dtype):
    for n in range(1, 40):
        for place in range(n):
            values = np.linspace(-1, 1, n, dtype=dtype)
            values[place] = bad
            assert largest_magnitude(values) == np.inf


def test_the_kernel_takes_floats_in_c_order_only():
    for array in (np.arange(3), np.zeros(3, bool), np.zeros(3, complex), np.zeros(3, np.float16), np.zeros(3, ">f8")):
        with pytest.raises(TypeError, match="float32 or float64"):
            largest_magnitude(array)
    for array in (np.zeros((3, 4)).T, np.zeros(6)[::2]):
        with pytest.raises(ValueError, match="not C-contiguous"):
            largest_magnitude(array)
    with pytest.raises(TypeError):
        largest_magnitude([1.0])
    read_only = np.ones(3)
    read_only.flags.writeable = False
    assert largest_magnitude(read_only) == 1


def test_numbers_of_any_type_and_layout_have_a_magnitude():
    assert power_of_two.magnitude() == 0
    assert power_of_two.magnitude(np.empty((0, 3)), np.zeros(2)) == 0
    assert power_of_two.magnitude(np.array([[1, -3], [2, 0]]).T, np.float32([[2.5, -1]])[:, ::-1]) == 3
    assert power_of_two.magnitude(np.ones(3), np.array([0, np.nan])) == np.inf
