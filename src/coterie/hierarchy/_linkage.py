# SPDX-License-Identifier: BSD-3-Clause
"""Bottom-up clustering: distances -> merges -> merge_tree -> Z."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_array, as_floats, as_matrix
from .._base.wording import shown
from .._dendrogram.leaf_order import order_branches
from .._dendrogram.linkage_matrix import warn_of_distances
from .._dendrogram.merges import Merges, scale_heights
from .._runtime import memory, parallel, progress
from .._runtime.threads import resolve_n_jobs
from ..distances import as_metric, pdist
from ..distances._condensed import check_condensed
from ..distances._metrics import check_suits, safe_exponent
from ..distances._pairwise import fill_condensed, fill_rectangle, prepare
from ..spanning_trees._kernels import dense, prim
from ._kernels import center_linkage, chain, queue, rounds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..distances import Metric

METHODS = {
    name: code for code, name in enumerate(("single", "complete", "average", "weighted", "centroid", "median", "ward"))
}
EUCLIDEAN_METHODS = ("centroid", "median", "ward")
INVERTING_METHODS = ("centroid", "median")  # heights may fall; merges stay in the order in which they happen
VECTOR_METHODS = ("single", *EUCLIDEAN_METHODS)  # points need no distance matrix

_INSTEAD = (
    "Single, ward, centroid and median linkage of points need no distance matrix; or cluster a sample, or the "
    "centers that KMeans finds."
)

# Up to which power a method adds distances up; the others only compare them.
_POWERS = {"average": 1, "weighted": 1, "centroid": 2, "median": 2, "ward": 2}
_CHUNK = 2**15  # numbers of a chunk of rows: tens of microseconds
_ALONE = 2**20  # numbers that one thread scans faster than two
_SMALL = 1000  # clusters: their full matrix is small, and a chain through it is quickest
_LARGE = 3000  # clusters: fewer are merged quicker one by one than in rounds
_FEW = 1 / 24  # pairs of nearest neighbours for each cluster: with fewer, a round is not worth reading the triangle
_FEW_OF_POINTS = 1 / 64  # the same for points


def _run(n_chunks: int, n_threads: int, kernel: Callable, *arguments: object) -> None:
    parallel.run(lambda region, thread: kernel(*arguments, region, thread), n_chunks, n_threads)


def _by_rows(n_rows: int, row: int, n_threads: int, kernel: Callable, *arguments: object) -> None:
    """Run a kernel that takes rows of up to `row` numbers in chunks."""
    rows = max(1, _CHUNK // max(1, row))
    n_chunks = -(-n_rows // rows)
    _run(n_chunks, n_threads if n_chunks > 2 else 1, kernel, *arguments, rows)


def _nothing_found(method: str) -> ValueError:
    """What is raised where a kernel looked for a nearest cluster and found none."""
    return ValueError(
        f"The distances are too large for {method} linkage: those of a cluster to all others are NaN or "
        "infinite. Divide the data by some number."
    )


class _Triangle(NamedTuple):
    """Distances between clusters, and what is known of the clusters."""

    distances: NDArray[np.float64]  # (n (n - 1) / 2,), row i holds those to all j > i
    size: NDArray[np.float64]  # (n,), points of each cluster
    name: NDArray[np.int64]  # (n,), one of its points
    ours: bool  # distances may be written over


def _row_starts(n: int) -> NDArray[np.int64]:
    """Where the rows of a triangle of n clusters start, and where the last one ends."""
    i = np.arange(n + 1, dtype=np.int64)
    return np.minimum(i * n - i * (i + 1) // 2, n * (n - 1) // 2)


def _nearest_neighbors(distances, n, n_threads, method):
    least, nearest = np.full((n_threads, n), np.inf), np.zeros((n_threads, n), np.int64)
    _by_rows(n - 1, n, n_threads, rounds.nearest_neighbors, distances, least, nearest)
    return _join_threads(least, nearest, method)


def _join_threads(least, nearest, method):
    rounds.join_threads(least, nearest)
    if least.shape[1] > 1 and not least[0].max() < np.inf:
        raise _nothing_found(method)
    return least[0], nearest[0]


def _spanning_tree(distances: NDArray[np.float64], n: int, merges: Merges, n_threads: int) -> None:
    """Single linkage: the edges of a minimum spanning tree."""
    above = []  # the triangles that were shrunk, and how
    while True:
        least, nearest = _nearest_neighbors(distances, n, n_threads, "single")
        group = np.empty(n, np.int32)
        edges, heights = merges.pairs[merges.done :], merges.heights[merges.done :]
        found = dense.join_neighbors(least, nearest, np.empty(n, np.int64), group, edges, heights)
        for larger, members, first in reversed(above):
            dense.end_points(larger, members, first, heights[:found], edges[:found])
        merges.advance(found)
        m = n - found
        if m == 1:
            return
        members = np.argsort(group, kind="stable")
        first = np.zeros(m + 1, np.int64)
        np.cumsum(np.bincount(group), out=first[1:])
        half, to = np.empty((m, m)), np.empty(m * (m - 1) // 2)
        _by_rows(m, n * n // m, n_threads, dense.shrink_rows, distances, group, members, first, half)
        _run(-(-(m - 1) // 8), n_threads, dense.join_halves, half, to, 8)
        above.append((distances, members, first))
        distances, n = to, m


def _merge_in_rounds(method: str, triangle: _Triangle, merges: Merges, n_threads: int) -> _Triangle:
    """Merge all pairs of nearest neighbours, round by round, until only few are found in a round."""
    distances, size, name, ours = triangle
    n = len(size)
    if n <= _LARGE:
        return triangle
    least, nearest = _nearest_neighbors(distances, n, n_threads, method)
    while True:
        everyone = np.arange(n)
        a = np.flatnonzero((nearest[nearest] == everyone) & (nearest > everyone))
        b = nearest[a]
        if n <= _LARGE or len(a) < _FEW * n:
            return _Triangle(distances, size, name, ours)
        merges.add(name[a], name[b], least[a])

        keep = np.delete(everyone, b).astype(np.int32)
        partner = np.full(n, -1, np.int32)
        partner[a] = b
        partner = partner[keep]
        place = np.searchsorted(keep, a).astype(np.int32)
        pair = np.array([least[a], size[a], size[b]])
        m = len(keep)
        to = distances[: m * (m - 1) // 2] if ours else np.empty(m * (m - 1) // 2)
        work = np.empty((n_threads, 2 * n + 3 * len(a)))
        least, nearest = np.full((n_threads, m), np.inf), np.zeros((n_threads, m), np.int64)
        read, written = _row_starts(n)[keep], _row_starts(m)
        # In place, the first rows wait elsewhere: so much has been read by then that the others follow in few steps,
        # each as far as nothing is written over that is still to be read.
        start, stop, target = 0, m - 1, to
        if ours:
            stop = max(1, int(np.searchsorted(written, len(to) // 32)))
            target = waiting = np.empty(written[stop])
        while start < m - 1:
            _by_rows(
                stop - start,
                n,
                n_threads,
                rounds.merge_pairs,
                METHODS[method],
                distances,
                size,
                keep,
                partner,
                place,
                pair,
                start,
                stop,
                work,
                target,
                least,
                nearest,
            )
            start, target = stop, to
            stop = min(m - 1, max(start + 1, int(np.searchsorted(written, read[start], side="right")) - 1))
        if ours:
            to[: len(waiting)] = waiting
        least, nearest = _join_threads(least, nearest, method)
        size = size.copy()
        size[a] += size[b]
        distances, size, name, n, ours = to, size[keep], name[keep], m, True


def _merge_chain(method: str, triangle: _Triangle, merges: Merges) -> None:
    """Merge the few clusters that are left."""
    n = len(triangle.size)
    merge = slice(merges.done, merges.done + n - 1)
    if not chain.merge_chain(
        METHODS[method],
        triangle.distances,
        _room_for_square(n),
        triangle.size.copy(),
        triangle.name,
        np.empty(n),
        np.empty(n + 1, np.int64),
        merges.pairs[merge],
        merges.heights[merge],
    ):
        raise _nothing_found(method)
    merges.advance(n - 1)


def _room_for_square(n: int) -> NDArray[np.float64]:
    return np.empty((n, n + 8))  # where n is a power of two, all of a column would share a set of the cache


def _merge_reducible(method: str, triangle: _Triangle, merges: Merges, n_threads: int) -> None:
    """Complete, average, weighted and ward linkage."""
    triangle = _merge_in_rounds(method, triangle, merges, n_threads)
    if len(triangle.size) > _SMALL:
        _merge_by_heap(method, triangle, merges, n_threads)
    elif len(triangle.size) > 1:
        _merge_chain(method, triangle, merges)


def _merge_by_heap(method: str, triangle: _Triangle, merges: Merges, n_threads: int) -> None:
    """Merge the nearest two clusters, again and again, until one is left."""
    distances, size, name, ours = triangle
    space = None
    while len(size) > 1:
        n = len(size)
        n_young = n - 1 if n <= _SMALL else -(-n // 3)
        total = n + n_young
        if space is None or len(space) < n_young * total:
            space = np.empty(n_young * total)
        young = space[: n_young * total].reshape(n_young, total)
        offset = np.empty(total, np.int64)
        queue.address_rows(n, offset)
        least, dead, sizes, column = np.empty(total), np.zeros(total), np.zeros(total), np.zeros((2, total))
        nearest, names = np.empty(total, np.int64), np.empty(total, np.int64)
        _by_rows(n - 1, n, n_threads, queue.row_minima, distances, offset, dead, n_young, least, nearest)
        dead[:n_young] = np.inf
        sizes[n_young:], names[n_young:] = size, name
        order = np.arange(total)
        heap = order.copy()
        heap[: n - 1] = order[n_young:-1]
        queue.build_heap(heap[: n - 1], least)
        state = np.array([n - 1, n, merges.done, n_young, n_young])
        room = np.arange(n_young)[::-1].copy()
        _run(
            n_young,
            1,
            queue.merge_nearest,
            METHODS[method],
            distances,
            young,
            room,
            offset,
            order,
            least,
            nearest,
            dead,
            sizes,
            names,
            heap,
            column,
            state,
            merges.pairs,
            merges.heights,
        )
        if state[2] < merges.done + n_young:
            raise _nothing_found(method)
        merges.advance(n_young)
        alive = order[total - state[1] :]
        if len(alive) > 1:
            distances = _fold(distances, offset, alive, n_young, ours, n_threads)
        size, name, ours = sizes[alive], names[alive], True


def _fold(distances, offset, alive, n_young, ours, n_threads):
    """The triangle of the slots that are alive; over the old one where that is ours."""
    n, m = len(offset) - n_young, len(alive)
    n_numbers = m * (m - 1) // 2
    to = distances[len(distances) - n_numbers :] if ours else np.empty(n_numbers)
    n_moved = int(np.searchsorted(alive, n_young))  # rows before this one come from elsewhere
    read_end = _row_starts(n)[alive[n_moved:] - n_young + 1]
    written = _row_starts(m) + (len(distances) - n_numbers)
    stop = m - 1
    while stop > 0:
        start = 0 if stop <= n_moved or not ours else n_moved
        if ours and stop > n_moved:  # as far as nothing is written over that is still to be read
            start = max(start, min(stop - 1, int(np.searchsorted(written, read_end[stop - 1 - n_moved]))))
        _by_rows(stop - start, m, n_threads, queue.fold, distances, offset, alive, start, stop, to)
        stop = start
    return to


# ------------------------------------------------------------------------------------------- from points


def _in_blocks(centers: NDArray[np.float64], n_slots: int) -> NDArray[np.float64]:
    """Points as the last of so many slots, in the blocks of linkage_points; the other slots lie at infinity."""
    n_blocks = -(-n_slots // center_linkage.BLOCK)
    rows = np.full((n_blocks * center_linkage.BLOCK, centers.shape[1]), np.inf)
    rows[n_slots - len(centers) : n_slots] = centers
    return np.ascontiguousarray(rows.reshape(n_blocks, center_linkage.BLOCK, -1).transpose(0, 2, 1))


def _nearest_clusters(blocks, coarse, centers, size, smallest, queries, later, least, nearest, n_threads):
    rows = max(1, min(64, len(queries) // (4 * n_threads)))
    _run(
        -(-len(queries) // rows),
        n_threads if len(queries) * blocks.size > _ALONE else 1,
        center_linkage.nearest_clusters,
        blocks,
        coarse,
        centers,
        size,
        smallest,
        queries,
        later,
        least,
        nearest,
        rows,
    )


def _ward_of_points(centers: NDArray[np.float64], merges: Merges, n_threads: int) -> None:
    """Ward's method: all pairs of nearest neighbours at once, round by round; a chain when few are found."""
    n = len(centers)
    size, name = np.ones(n), np.arange(n)
    least, nearest, stale = np.empty(n), np.zeros(n, np.int64), np.ones(n, bool)
    while True:
        # Clusters that are gone are left out when they are a quarter of all.
        blocks, alive, everyone = _in_blocks(centers, n), np.ones(n, bool), np.arange(n)
        coarse = blocks.astype(np.float32)
        sizes, smallest = _sizes_in_blocks(size)
        n_alive = n
        while n_alive > 0.75 * n:
            _nearest_clusters(
                blocks, coarse, centers, sizes, smallest, np.flatnonzero(stale), False, least, nearest, n_threads
            )
            if nearest[alive].min() < 0:
                raise _nothing_found("ward")
            a = np.flatnonzero(alive & (nearest[nearest] == everyone) & (nearest > everyone))
            if n_alive <= _SMALL or len(a) < _FEW_OF_POINTS * n_alive:
                return _ward_chain(centers[alive], sizes[:n][alive], name[alive], merges)
            b = nearest[a]
            merges.add(name[a], name[b], np.sqrt(2.0 * least[a]))
            centers[a] += (sizes[b] / (sizes[a] + sizes[b]))[:, None] * (centers[b] - centers[a])
            sizes[a] += sizes[b]
            for each in (blocks, coarse):
                each[a // center_linkage.BLOCK, :, a % center_linkage.BLOCK] = centers[a]
                each[b // center_linkage.BLOCK, :, b % center_linkage.BLOCK] = np.inf
            alive[b] = False
            n_alive -= len(a)
            gone = ~alive
            gone[a] = True
            stale = alive & gone[nearest]
        # In the order of their sizes, so that those of a block are alike.
        keep = np.flatnonzero(alive)
        keep = keep[np.argsort(sizes[keep], kind="stable")]
        everyone[keep] = np.arange(n_alive)
        nearest = everyone[nearest[keep]]
        centers, size, name, least, stale = (each[keep] for each in (centers, sizes, name, least, stale))
        n = n_alive


def _sizes_in_blocks(size: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sizes for each place in the blocks, and the smallest of each block."""
    sizes = np.full(-(-len(size) // center_linkage.BLOCK) * center_linkage.BLOCK, size.max())
    sizes[: len(size)] = size
    return sizes, sizes.reshape(-1, center_linkage.BLOCK).min(axis=1)


def _ward_chain(
    centers: NDArray[np.float64], size: NDArray[np.float64], name: NDArray[np.int64], merges: Merges
) -> None:
    """Merge what is left one by one."""
    n = len(centers)
    blocks = _in_blocks(centers, n)
    sizes, smallest = _sizes_in_blocks(size)
    rest = slice(merges.done, merges.done + n - 1)
    state = np.zeros(2, np.int64)
    _run(
        n - 1,
        1,
        center_linkage.merge_chain_of_centers,
        blocks,
        blocks.astype(np.float32),
        centers,
        sizes,
        smallest,
        name,
        np.zeros(n),
        np.empty(n + 1, np.int64),
        np.empty(n + 1),
        state,
        merges.pairs[rest],
        merges.heights[rest],
    )
    if state[1] < n - 1:
        raise _nothing_found("ward")
    merges.advance(n - 1)


def _centers_by_heap(weighted: bool, points: NDArray[np.float64], merges: Merges, n_threads: int) -> None:
    """Centroid (weighted by size) or median linkage: merge the nearest two, again and again, until one is left."""
    size, name, d = np.ones(len(points)), np.arange(len(points)), points.shape[1]
    least, nearest = np.empty(len(points)), np.full(len(points), -1)
    while len(size) > 1:
        n = len(size)
        n_young = n - 1 if n <= _SMALL else -(-n // 3)
        total = n + n_young
        blocks = _in_blocks(points, total)
        coarse = blocks.astype(np.float32)
        centers, sizes, names = np.empty((total, d)), np.zeros(total), np.zeros(total, np.int64)
        centers[n_young:], sizes[n_young:], names[n_young:] = points, size, name
        least = np.concatenate([np.empty(n_young), least])
        nearest = np.concatenate([np.zeros(n_young, np.int64), np.where(nearest < 0, -1, nearest + n_young)])
        _nearest_clusters(
            blocks,
            coarse,
            centers,
            np.empty(0),
            np.empty(0),
            np.flatnonzero(nearest < 0),
            True,
            least,
            nearest,
            n_threads,
        )
        heap = np.zeros(total, np.int64)
        heap[: n - 1] = np.arange(n_young, total - 1)
        queue.build_heap(heap[: n - 1], least)
        state = np.array([n - 1, merges.done, n_young])
        _run(
            n_young,
            1,
            center_linkage.merge_nearest_centers,
            weighted,
            blocks,
            coarse,
            centers,
            least,
            nearest,
            sizes,
            names,
            heap,
            state,
            merges.pairs,
            merges.heights,
        )
        if state[1] < merges.done + n_young:
            raise _nothing_found("centroid" if weighted else "median")
        merges.advance(n_young)
        alive = sizes > 0.0
        nearest = np.where((nearest >= 0) & alive[nearest], np.cumsum(alive)[nearest] - 1, -1)[alive]
        points, size, name, least = centers[alive], sizes[alive], names[alive], least[alive]
    np.sqrt(merges.heights, out=merges.heights)


def grow_tree(X: NDArray, metric: Metric, n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The points in the order in which a minimum spanning tree takes them in, and how far each was from it.

    Once sorted by height, the edge from a point to the one before it merges the same clusters as that to the point in
    the tree that it is nearest to: there was a longer edge between them otherwise (Muellner 2011, arXiv:1109.2378).
    """
    n = len(X)
    exponent = safe_exponent(metric, X)
    X = power_of_two.divided(X, exponent)
    points, visits, heights = prepare(X, metric, n_threads), np.zeros(n, np.int64), np.empty(n - 1)
    outside, least, done = np.arange(1, n), np.full(n - 1, np.inf), 1
    while len(outside):
        progress.report("linkage", done - 1, n - 1)
        dead, row = np.zeros(len(outside)), np.empty((1, len(outside)))
        steps = -(-len(outside) // 4)  # distances to those inside are computed too, until they are a quarter
        others = prepare(X[outside], metric, n_threads)
        if metric.function is None:
            _run(steps, 1, prim.visit_nearest, points, others, outside, least, dead, row[0], visits, heights, done)
            if np.isnan(heights[done - 1 : done - 1 + steps]).any():
                raise _not_finite(metric)
        else:
            for step in range(done, done + steps):
                last = visits[step - 1]
                fill_rectangle(X[last : last + 1], others, metric, 1, row)
                if not np.isfinite(row).all():
                    raise _not_finite(metric)
                np.minimum(least, row[0], out=least)
                nearest = int((least + dead).argmin())
                dead[nearest], visits[step], heights[step - 1] = np.inf, outside[nearest], least[nearest]
        outside, least, done = outside[dead == 0.0], least[dead == 0.0], done + steps
    progress.report("linkage", n - 1, n - 1)
    return visits, scale_heights(heights, exponent * metric.degree, "single linkage")


def _not_finite(metric: Metric) -> ValueError:
    return ValueError(f"The {metric.name} distance is NaN or infinite between some rows.")


# ------------------------------------------------------------------------------------------- any input


def from_condensed(y: NDArray[np.float64], method: str, n_threads: int, overwrite: bool = False) -> NDArray[np.float64]:
    """Linkage matrix of condensed distances of a right length; they are lost with `overwrite`.

    Raises
    ------
    ValueError
        A distance is NaN or infinite, or negative where centroids are asked for.
    """
    n = check_condensed(y)
    top = _largest(y, n_threads)
    if method in ("centroid", "median") and y.min(initial=0.0) < -1e-8 * top:
        raise ValueError(f"{method} linkage is not defined for negative distances. First at index {(y < 0).argmax()}.")
    merges = Merges(n)
    exponent = _merge_matrix(y, top, method, merges, n_threads, overwrite)
    return merges.linkage_matrix(f"{method} linkage", exponent, sort=method not in INVERTING_METHODS)


def _merge_matrix(
    y: NDArray[np.float64], top: float, method: str, merges: Merges, n_threads: int, overwrite: bool
) -> int:
    """Merge clusters by distances of size `top`. Returns the exponent of the power of two to multiply heights by."""
    n, exponent = len(merges.heights) + 1, power_of_two.exponent_of(top, _POWERS.get(method, 0))
    if exponent:
        y, overwrite = power_of_two.multiplied(y if overwrite else y.copy(), -exponent), True
    triangle = _Triangle(y, np.ones(n), np.arange(n), overwrite)
    if method == "single":
        if n > _SMALL:
            _spanning_tree(y, n, merges, n_threads)
        else:
            if not chain.grow_tree(y, _room_for_square(n), np.empty(n), np.empty(n), merges.pairs, merges.heights):
                raise _nothing_found(method)
    elif method in ("centroid", "median"):
        _merge_by_heap(method, triangle, merges, n_threads)
    else:
        _merge_reducible(method, triangle, merges, n_threads)
    return exponent


def _largest(y: NDArray[np.float64], n_threads: int, metric: Metric | None = None) -> float:
    """The largest absolute value; raises ValueError where a number is not finite."""
    if len(y) < _CHUNK:
        top = float(np.abs(y).max(initial=0.0))
    else:
        largest = np.zeros(n_threads)
        _by_rows(len(y), 1, n_threads, rounds.largest_magnitude, y, largest)
        top = float(largest.max())
    if not top < np.inf:
        if metric is not None:
            raise _not_finite(metric)
        where = int((~np.isfinite(y)).argmax())
        raise ValueError(
            f"The condensed distance matrix must contain only finite values. First other at index {where}: {y[where]}."
        )
    return top


def agglomerate(X: NDArray, method: str, metric: Metric, n_threads: int) -> NDArray[np.float64]:
    """Linkage matrix of the rows of `X`, which are checked.

    Raises
    ------
    MemoryError
        The method needs a distance matrix, and there is no room for it.
    ValueError
        A distance is NaN or infinite.
    """
    n = len(X)
    exponent = safe_exponent(metric, X)
    X, exponent = power_of_two.divided(X, exponent), exponent * metric.degree
    merges = Merges(n)
    if n <= _SMALL or method not in VECTOR_METHODS:
        memory.require(16 * (n * (n - 1) // 2), f"{method} linkage of {n:,} points", _INSTEAD)
        if metric.function is None:
            y = np.empty(n * (n - 1) // 2)
            fill_condensed(X, metric, n_threads, y)
        else:
            y = pdist(X, metric)
        exponent += _merge_matrix(y, _largest(y, n_threads, metric), method, merges, n_threads, True)
    elif method == "single":
        visits, merges.heights[:] = grow_tree(X, metric, n_threads)
        merges.pairs[:, 0], merges.pairs[:, 1] = visits[:-1], visits[1:]
    else:
        points = X - X.mean(axis=0, dtype=np.float64)  # a common offset costs no digits
        own = int(np.frexp(np.abs(points).max())[1])
        np.ldexp(points, -own, out=points)
        exponent += own
        if method == "ward":
            _ward_of_points(points, merges, n_threads)
        else:
            _centers_by_heap(method == "centroid", points, merges, n_threads)
    return merges.linkage_matrix(f"{method} linkage", exponent, sort=method not in INVERTING_METHODS)


# ------------------------------------------------------------------------------------------- the public functions


def linkage(
    y: ArrayLike,
    method: str = "single",
    metric: str | Callable | Metric = "euclidean",
    optimal_ordering: bool = False,
    *,
    preserve_input: bool = True,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Cluster bottom-up: merge the nearest two clusters, again and again, until one is left.

    Parameters
    ----------
    y : array-like of shape (n * (n - 1) / 2,) or (n, d)
        Condensed distances, as `coterie.distances.pdist` returns them, or points. Not modified, unless
        `preserve_input` says so.
    method : {"single", "complete", "average", "weighted", "centroid", "median", "ward"}, default="single"
        The distance between two clusters: the smallest, largest or mean distance between their points; the mean of
        the distances of the two parts that were merged; between their means; between points halfway between those of
        the parts; or the root of twice the growth of the sum of squares by merging them.
    metric : str, callable or Metric, default="euclidean"
        Distance between points, see `coterie.distances`. Ignored for condensed distances. Centroid, median and ward
        are defined for Euclidean distances only.
    optimal_ordering : bool, default=False
        Order the leaves so that neighbours are near to each other, see `optimal_leaf_ordering`; O(n^2) memory.
    preserve_input : bool, default=True
        False lets condensed distances be written over (a float64 array that is C-ordered and writeable), which
        saves the memory of a second matrix. fastcluster's parameter.
    n_jobs : int, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all. The result does not depend on it.

    Returns
    -------
    Z : ndarray of shape (n - 1, 4), float64
        In scipy's format: row i merges the clusters ``Z[i, 0] < Z[i, 1]`` at the height ``Z[i, 2]`` into cluster
        n + i of ``Z[i, 3]`` points. Clusters below n are points.

    Raises
    ------
    ValueError
        There is no such method or metric, the metric does not suit the method, `y` has a length that is not that of
        a condensed matrix, holds fewer than two points, NaN or infinity, or has another number of dimensions; a
        distance of the metric is NaN or infinite; or a height would be beyond the largest number.
    MemoryError
        Complete, average or weighted linkage of points, and the distances do not fit into memory; nothing is
        allocated then.

    Warns
    -----
    ClusterWarning
        The points look like a square distance matrix.

    See Also
    --------
    coterie.AgglomerativeClustering : the same as an estimator, with labels.
    linkage_vector : fastcluster's name for what needs no distance matrix.

    Notes
    -----
    Single, ward, centroid and median linkage of more than 1000 points never build a distance matrix: memory O(n d),
    time O(n^2 d). All others take O(n^2) memory, and O(n^2) time on all but contrived data (O(n^3) at worst). Beyond
    condensed distances that are preserved, about as much again is needed, or less; with ``preserve_input=False`` a
    part of that.

    Where all distances that are compared differ, the result is scipy's. Among equal distances the pair of clusters with
    the lowest numbers inside is taken where one at a time is merged, and all pairs that are each other's nearest at
    once where many are; for single linkage the heights and all cophenetic distances are the same in any order, for the
    others a tie can lead to other trees, here as anywhere. Centroid and median linkage can have inversions: heights
    that fall.

    Very large and very small numbers are multiplied by a power of two first, so that trees are the same at every scale.
    Beside large numbers those may count as 0 whose squares are too small.

    References
    ----------
    D. Muellner, "Modern hierarchical, agglomerative clustering algorithms", 2011, arXiv:1109.2378.
    F. Murtagh, "A survey of recent advances in hierarchical clustering algorithms", The Computer Journal 26, 1983,
    https://doi.org/10.1093/comjnl/26.4.354.

    Examples
    --------
    >>> from coterie.hierarchy import fcluster, linkage
    >>> Z = linkage([[0.0], [1.0], [5.0], [7.0]], "average")
    >>> Z
    array([[0. , 1. , 1. , 2. ],
           [2. , 3. , 2. , 2. ],
           [4. , 5. , 5.5, 4. ]])
    >>> fcluster(Z, 3.0, "distance")
    array([1, 1, 2, 2], dtype=int32)
    """
    _check_method(method, METHODS, "There are")
    n_threads = resolve_n_jobs(n_jobs)
    array = as_array(y, "y")
    if array.ndim == 1:
        distances = as_floats(array, name="y").astype(np.float64, copy=False)
        if check_condensed(distances) < 2:
            raise ValueError("The number of observations cannot be determined on an empty distance matrix.")
        overwrite = (not preserve_input and distances.flags.writeable) or not np.may_share_memory(distances, array)
        memory.require(
            (8 if overwrite else 16) * len(distances),
            f"{method} linkage of these distances",
            "preserve_input=False takes less." if preserve_input else _INSTEAD,
        )
        Z = from_condensed(distances, method, n_threads, overwrite)
    elif array.ndim == 2:
        metric = as_metric(metric)
        if method in EUCLIDEAN_METHODS and metric.kernel != "euclidean":
            raise ValueError(f"`method={method}` requires the distance metric to be Euclidean")
        array = as_matrix(y, name="y")
        if len(array) < 2:
            raise ValueError("The number of observations cannot be determined on an empty distance matrix.")
        check_suits(array, metric, "y")
        warn_of_distances(array)
        Z = agglomerate(array, method, metric, n_threads)
    else:
        raise ValueError("`y` must be 1 or 2 dimensional.")
    if not optimal_ordering:
        return Z
    return order_branches(Z, y, metric, n_threads)


def linkage_vector(
    X: ArrayLike,
    method: str = "single",
    metric: str | Callable | Metric = "euclidean",
    extraarg: float | None = None,
    *,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Cluster points bottom-up in memory that grows with their number: fastcluster's function of that name.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points; not modified.
    method : {"single", "centroid", "median", "ward"}, default="single"
        As in `linkage`; the other methods need all distances.
    metric : str, callable or Metric, default="euclidean"
        For single linkage; see `coterie.distances`.
    extraarg : float, default=None
        The exponent of ``metric="minkowski"``.
    n_jobs : int, default=None
        Number of threads, as in `linkage`.

    Returns
    -------
    Z : ndarray of shape (n - 1, 4), float64
        As from `linkage`.

    Raises
    ------
    ValueError
        As in `linkage`, or the method needs a distance matrix.

    Notes
    -----
    O(n^2 d) time, O(n d) memory. Ties as in `linkage`.

    Examples
    --------
    >>> from coterie.hierarchy import linkage_vector
    >>> linkage_vector([[0.0], [1.0], [5.0], [7.0]], "ward")[:, 2].round(3)
    array([1.   , 2.   , 7.778])
    """
    _check_method(method, VECTOR_METHODS, "Without a distance matrix there are")
    if extraarg is not None:
        metric = as_metric(metric, p=extraarg)
    array = as_matrix(X)
    return linkage(array, method, metric, n_jobs=n_jobs)


def _check_method(method: str, known: Iterable[str], there_are: str) -> None:
    if not isinstance(method, str) or method not in known:
        name = method if isinstance(method, str) else shown(method)
        raise ValueError(f"Invalid method: {name}. {there_are} {', '.join(known)}.")


def single(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "single")``: the smallest distance between clusters; see `linkage`."""
    return linkage(y, "single")


def complete(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "complete")``: the largest distance between clusters; see `linkage`."""
    return linkage(y, "complete")


def average(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "average")``: the mean distance (UPGMA) between clusters; see `linkage`."""
    return linkage(y, "average")


def weighted(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "weighted")``: the mean distance of the two parts (WPGMA) between clusters; see `linkage`."""
    return linkage(y, "weighted")


def centroid(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "centroid")``: the distance between means (UPGMC) between clusters; see `linkage`."""
    return linkage(y, "centroid")


def median(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "median")``: the distance between halfway points (WPGMC) between clusters; see `linkage`."""
    return linkage(y, "median")


def ward(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "ward")``: the growth of the sum of squares between clusters; see `linkage`."""
    return linkage(y, "ward")
