"""The tree as objects."""

import copy
import pickle

import numpy as np
import pytest
from reference import tree as reference

from coterie import hierarchy

# Points 0 and 1 merge at 1, 2 and 3 at 2, these two at 4, point 4 joins at 8.
Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])


@pytest.mark.parametrize("kind", reference.KINDS)
def test_trees_are_those_of_the_matrix(kind):
    for tree in reference.random_linkages(kind):
        n, points = len(tree) + 1, reference.points(tree)
        root, nodes = hierarchy.to_tree(tree, rd=True)
        assert root is nodes[-1]
        for i, node in enumerate(nodes):
            assert (node.id, node.count, node.pre_order()) == (i, len(points[i]), points[i])
            assert node.is_leaf() == (i < n)
            assert node.dist == (0.0 if i < n else tree[i - n, 2])
            assert [node.left, node.right] == (
                [None, None] if i < n else [nodes[child] for child in reference.children(tree)[i - n]]
            )


def test_wrong_numbers_of_points_are_refused():
    with pytest.raises(ValueError, match=r"^Corrupt matrix Z. The count Z\[1,3\] is incorrect.$"):
        hierarchy.to_tree(Z - [[0], [1], [0], [0]] * np.array([[0, 0, 0, 1]]))


def test_nodes():
    a, b = hierarchy.ClusterNode(0), hierarchy.ClusterNode(1, count=3)
    top = hierarchy.ClusterNode(2, a, b, 0.5)
    assert (top.get_id(), top.get_count(), top.get_left(), top.get_right(), top.dist) == (2, 4, a, b, 0.5)
    assert top.pre_order(lambda node: node.count) == [1, 3]
    assert a == b
    assert a != top
    assert a < top
    assert top > a
    for wrong, message in (
        ({"id": -1}, "id"),
        ({"id": 2, "dist": -1.0}, "distance"),
        ({"id": 2, "left": a}, "one child"),
        ({"id": 2, "right": a}, "one child"),
        ({"id": 2, "count": 0}, "at least one"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.ClusterNode(**wrong)
    for compare in (lambda: a < 1, lambda: a > 1, lambda: a == 1):
        with pytest.raises(ValueError, match="Can't compare ClusterNode to type <class 'int'>"):
            compare()


def test_nodes_are_copied_and_pickled_with_all_that_is_below_and_attached():
    class Node(hierarchy.ClusterNode):
        pass

    root, nodes = hierarchy.to_tree(Z, rd=True)
    root.left.names = ["a"]
    for other in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert other.pre_order() == root.pre_order()
        assert other.right.left.pre_order() == [0, 1]
        assert other.left.names == ["a"]
        assert other.left.names is not root.left.names
        assert other.right is not root.right
    shallow = copy.copy(root)
    assert shallow is not root
    assert shallow.left is root.left
    for node in nodes[5:]:
        node.left.parent = node.right.parent = node
    other, others = copy.deepcopy((root, nodes))
    assert other is others[-1]
    assert all(node.left.parent is node and node.right.parent is node for node in others[5:])
    assert not {id(node) for node in others} & {id(node) for node in nodes}
    assert type(copy.deepcopy(Node(0))) is Node


def test_deep_trees_are_copied_and_pickled():
    root = hierarchy.to_tree(reference.chain(20_000))
    assert copy.deepcopy(root).pre_order() == pickle.loads(pickle.dumps(root)).pre_order() == root.pre_order()
