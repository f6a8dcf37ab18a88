"""Where the lines of a dendrogram go."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import drawing

Z = np.array([[3.0, 1.0, 1.0, 2.0], [0.0, 2.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])


def shown(Z, limit=0, deepest=99):
    level, inside, width = np.full((3, 2 * len(Z) + 1), -9)
    drawing.choose_shown(reference.children(Z), limit, deepest, level, inside, width)
    return level.tolist(), inside.tolist(), width.tolist()


def place(Z, width):
    n, width = len(Z) + 1, np.array(width)
    m = width[-1]
    first, done = np.full((2, 2 * n - 1), -9)
    position = np.full((2, 2 * n - 1), np.nan)
    leaves, link_of = np.full((2, m), -9)
    links, between = np.full((2, m - 1), -9)
    corners = np.full((2, m - 1, 4), np.nan)
    tree = (reference.children(Z), Z[:, 2], width)
    drawing.place_links(*tree, first, done, position, leaves, links, between, link_of, corners)
    return {
        "x": position[0],
        "leaves": leaves.tolist(),
        "links": links.tolist(),
        "between": between.tolist(),
        "link_of": link_of.tolist(),
        "corners": corners.tolist(),
    }


def test_all_is_shown():
    assert shown(Z) == ([3, 3, 3, 3, 1, 2, 2, 1, 0], [-1] * 9, [1, 1, 1, 1, 1, 2, 2, 4, 5])


def test_clusters_below_a_limit_are_leaves():
    level, inside, width = shown(Z, limit=7)
    assert level == [-1, -1, -1, -1, 1, 2, 2, 1, 0]
    assert inside == [6, 5, 6, 5, -1, -1, -1, -1, -1]
    assert width == [0, 0, 0, 0, 1, 1, 1, 2, 3]


def test_clusters_deeper_than_a_limit_are_leaves():
    assert shown(Z, deepest=0)[2] == [0, 0, 0, 0, 1, 0, 0, 1, 2]
    assert shown(Z, deepest=0)[1] == [7, 7, 7, 7, -1, 7, 7, -1, -1]


def test_links_are_in_the_middle_of_what_they_join():
    found = place(Z, shown(Z)[2])
    assert found["leaves"] == [4, 3, 1, 0, 2]
    assert found["links"] == [5, 6, 7, 8]
    assert found["between"] == [3, 0, 2, 1]
    assert found["link_of"] == [3, 0, 0, 1, 1]
    assert found["corners"] == [
        [[15.0, 15.0, 25.0, 25.0], [35.0, 35.0, 45.0, 45.0], [20.0, 20.0, 40.0, 40.0], [5.0, 5.0, 30.0, 30.0]],
        [[0.0, 1.0, 1.0, 0.0], [0.0, 2.0, 2.0, 0.0], [1.0, 4.0, 4.0, 2.0], [0.0, 8.0, 8.0, 4.0]],
    ]


@pytest.mark.parametrize("kind", reference.KINDS)
def test_leaves_and_links_are_those_of_the_tree(kind):
    for Z in reference.random_linkages(kind):
        n = len(Z) + 1
        found = place(Z, shown(Z)[2])
        assert found["leaves"] == reference.points(Z)[-1]
        assert found["links"] == [n + row for row in reference.rows_below(Z)[-1]]
        for link, node in enumerate(found["links"]):
            left, right = reference.children(Z)[node - n]
            assert found["between"][found["leaves"].index(reference.points(Z)[left][-1])] == link
            for side, child in ((0, left), (2, right)):
                assert found["corners"][0][link][side] == found["x"][child]


@pytest.mark.parametrize(
    ("threshold", "color"),
    [
        (2.0, [0, -1, 1, 1, -1, 2]),
        (1.5, [0, -1, 1, -1, -1, 2]),
        (9.0, [0] * 6),
        (0.0, [-1] * 6),
        (-1.0, [-1] * 6),
        (0.5, [-1, -1, 0, -1, -1, 1]),
    ],
)
def test_links_between_two_above_the_threshold_have_one_color(threshold, color):
    found = np.full(6, -9)
    drawing.color_links(np.array([1.0, 3.0, 0.0, 1.5, 2.0, 0.0]), threshold, found)
    assert found.tolist() == color
