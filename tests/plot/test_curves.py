"""Curves of sorted distances."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie.plot import k_distances


def test_distances_are_drawn_as_given_and_eps_is_marked(ax):
    given = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    assert k_distances(given, 2.5, ax=ax) is ax
    curve, line, mark = ax.lines
    assert curve.get_xydata().tolist() == [[20, 1], [40, 2], [60, 3], [80, 4], [100, 5]]
    assert set(line.get_ydata()) == {2.5} and mark.get_xydata().tolist() == [[40, 2.5]]
    assert [text.get_text() for text in ax.texts] == ["eps = 2.5: 40% of the rows are core points"]
    assert ax.get_ylim()[1] > 5 and given.tolist() == [3, 1, 2, 5, 4]


def test_few_far_rows_do_not_press_the_curve_flat(ax):
    given = np.append(np.linspace(1, 2, 10_000), 1e6)
    k_distances(given, 1.5, ax=ax)
    assert ax.get_ylim()[1] < 10 and len(ax.lines[0].get_xdata()) <= 5000
    assert ax.texts[-1].get_text() == "up to 1,000,000"
    k_distances(given, 2e5, ax=ax)
    assert 2e5 < ax.get_ylim()[1] < 1e6


@pytest.mark.parametrize("given, eps", [([0.0], None), ([0.0, 0.0], 1.0), ([2.0], 1.0), ([0.0, 1e-9], 1e-9)])
def test_extreme_distances(ax, given, eps):
    k_distances(given, eps, ax=ax)
    ax.figure.canvas.draw()
    low, high = ax.get_ylim()
    assert low == 0 and high > 0


@pytest.mark.parametrize("given", [[], [[1.0]], [np.nan], [np.inf]])
def test_what_are_no_distances(ax, given):
    with pytest.raises(ValueError, match="k_distances needs a vector of finite distances"):
        k_distances(given, ax=ax)
