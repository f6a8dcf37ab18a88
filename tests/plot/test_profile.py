"""Profiles: a cell for each mean."""

import itertools

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from coterie.plot import profile

BLOBS = np.concatenate([np.random.default_rng(0).normal(center, 1, (size, 2)) for center, size in ((0, 30), (6, 20))])
OF_BLOBS = np.repeat([0, 1], [30, 20])


def test_cells_hold_the_means_in_the_datas_units_on_the_color_of_the_difference(ax):
    from coterie import explain

    X = np.column_stack([BLOBS, 1e4 * BLOBS[:, 0], np.ones(50)])
    labels = np.where(np.arange(50) == 7, -1, OF_BLOBS)
    found = explain.profile(X, labels, ["a (mm)", "b", "c (g)", "same"], noun="bugs")
    assert profile(found, ax=ax) is ax
    np.testing.assert_allclose(ax.images[0].get_array(), found.differences)
    *cells, noise = (text.get_text() for text in ax.texts)
    numbers = np.array([float(cell.replace(",", "")) for cell in cells]).reshape(2, 4)
    assert (abs(numbers - found.means) <= 0.005 * abs(found.means).max(axis=0)).all()
    assert cells[2::4] == [f"{mean:,.0f}" for mean in found.means[:, 2]] and cells[3] == "1"
    assert noise == "in no cluster: 1 of 50 bugs (2%)"
    assert [text.get_text() for text in ax.get_yticklabels()] == ["cluster 0\n29 bugs, 58%", "cluster 1\n20 bugs, 40%"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a (mm)", "b", "c (g)", "same"]


def test_cells_are_written_as_in_the_table_in_one_format_for_each_feature(ax):
    from coterie import explain

    year = np.where(OF_BLOBS, 2006, 1993) + np.arange(50) % 3
    few = np.arange(50) % 5 - 2.0
    X = np.column_stack([np.where(OF_BLOBS, 4.6e6, 4.01e6) + few, year, np.where(OF_BLOBS, 9500.0, 12_000.0) + few])
    found = explain.profile(X, OF_BLOBS, ["people", "year", "rent"])
    profile(found, ax=ax)
    assert [text.get_text() for text in ax.texts[::3]] == ["4,010,000", "4,600,000"]
    assert not any("," in text.get_text() for text in ax.texts[1::3])
    assert [text.get_text() for text in ax.texts[2::3]] == ["12,000", "9,500"]
    assert all(text in found.table() for text in ("4,010,000", "4,600,000", "12,000", "9,500"))


def test_of_many_clusters_the_largest_are_drawn_and_it_is_said(ax):
    from coterie import explain

    labels = np.repeat(np.arange(300), 1 + np.arange(300) % 7)
    found = explain.profile(np.random.default_rng(0).normal(size=(len(labels), 2)), labels)
    profile(found, ax=ax)
    largest = np.flatnonzero(found.sizes == 7)[:40]
    assert [text.get_text().split("\n")[0] for text in ax.get_yticklabels()] == [f"cluster {i}" for i in largest]
    np.testing.assert_array_equal(ax.images[0].get_array(), found.differences[largest])
    assert ax.texts[-1].get_text() == "the 40 largest of 300 clusters"


def test_small_shares_are_not_said_to_be_none(ax):
    pandas = pytest.importorskip("pandas")
    from coterie import explain

    labels = np.append(np.zeros(996, int), [1, 1, -1, -1])
    kind = np.where(np.arange(1000) < 3, "rare", "common")
    profile(explain.profile(pandas.DataFrame({"kind": kind}), labels, categorical=["kind"]), ax=ax)
    heads = [text.get_text().split(", ")[-1] for text in ax.get_yticklabels()]
    assert heads == ["over 99%", "under 1%"] and "(under 1%)" in ax.texts[-1].get_text()
    assert {"over 99%", "under 1%", "100%", "0%"} == {text.get_text() for text in ax.texts[:-1]}


@pytest.mark.parametrize("n_features", [4, 12])
def test_cells_and_names_do_not_touch_each_other_however_long(n_features):
    from coterie import explain

    X = np.column_stack([np.where(OF_BLOBS, 4.6e12, 4.01e13), np.where(OF_BLOBS, 9500.0, 1_200_000.0)] * 6)
    names = np.array(["a cluster with a name as long as this one", "b"])[OF_BLOBS]
    ax = profile(explain.profile(X[:, :n_features], names, [f"feature {i}" for i in range(n_features)]))
    ax.figure.canvas.draw()
    texts = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert {"4.60e+12", "4.01e+13", "9,500", "1,200,000"} <= {text.get_text() for text in texts}
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_categories_are_features_with_shares():
    pandas = pytest.importorskip("pandas")
    from coterie import explain

    table = pandas.DataFrame({"length": BLOBS[:, 0], "color": np.where(np.arange(50) < 35, "red", "blue")})
    ax = profile(explain.profile(table, OF_BLOBS))
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names[0] == "length" and set(names[1:]) == {"color: red", "color: blue"}
    red = names.index("color: red")
    assert [text.get_text() for text in ax.texts][red::3] == ["100%", "25%"]
    deviation = np.std(np.arange(50) < 35)
    np.testing.assert_allclose(ax.images[0].get_array()[:, red], [0.3 / deviation, -0.45 / deviation])


def test_of_many_values_the_commonest_are_drawn(ax):
    from coterie import explain

    countries = np.repeat(list("abcdefg"), [1, 12, 2, 11, 10, 5, 9])
    found = explain.profile(np.column_stack([BLOBS[:, 0].astype(object), countries]), OF_BLOBS, ["length", "country"])
    profile(found, ax=ax)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["length", *(f"country: {each}" for each in "bdefg")]
    shares = [f"{np.mean(countries[label == OF_BLOBS] == each):.0%}" for label in (0, 1) for each in "bdefg"]
    assert [text.get_text() for text in ax.texts if "%" in text.get_text()] == shares


@pytest.mark.parametrize("length", range(8, 15))
def test_names_of_features_do_not_touch_each_other(length):
    from matplotlib.pyplot import close

    from coterie import explain

    X = np.random.default_rng(0).normal(size=(50, 4))
    ax = profile(
        explain.profile(
            X, OF_BLOBS, [letter * (length // 2) + " " * (length % 2) + letter * (length // 2) for letter in "aeon"]
        )
    )
    ax.figure.canvas.draw()
    names = ax.get_xticklabels()
    boxes = [text.get_window_extent() for text in names]
    assert names[0].get_rotation() == 30 or all(one.x1 + 3 < other.x0 for one, other in itertools.pairwise(boxes))
    close(ax.figure)


def test_thirty_features_go_below_each_other_and_can_be_read():
    from coterie import explain

    X = np.random.default_rng(0).normal(size=(50, 30))
    ax = profile(explain.profile(X, OF_BLOBS, [f"a rather long name of number {i}" for i in range(30)]))
    ax.figure.canvas.draw()
    assert ax.images[0].get_array().shape == (30, 2) and len(ax.texts) == 60
    boxes = [text.get_window_extent() for text in (*ax.get_yticklabels(), *ax.texts)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0\n60%\n30", "1\n40%\n20"]


@pytest.mark.parametrize("given", [BLOBS, None, "profile", [[1.0]]], ids=lambda given: type(given).__name__)
def test_what_is_no_profile(ax, given):
    with pytest.raises(
        TypeError, match=r"plot\.profile needs the result of coterie\.explain\.profile\(X, labels\). Got "
    ):
        profile(given, ax=ax)


def test_a_profile_of_no_clusters(ax):
    from coterie import explain

    with pytest.raises(ValueError):
        profile(explain.profile(BLOBS, -np.ones(50, int)), ax=ax)
