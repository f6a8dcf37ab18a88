# SPDX-License-Identifier: BSD-3-Clause
"""Mean distances of rows to clusters, the distances being summed up as they are computed.

Columns are sorted by cluster, so that those of a cluster are one run, and a row needs no more than one open sum. A
chunk of the work is a block of rows; its columns pass by in blocks that stay in the cache.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from ...distances._kernels.pairwise cimport Points, distances_of_rows, points_t
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take
from .sums cimport total

cdef enum:
    ROWS_AT_MOST = 64
    TOGETHER = 4                          # rows whose distances are computed at a time
    COLUMNS = 512                         # to so many columns: 16 kB

MOST_ROWS = ROWS_AT_MOST


def mean_distances(
        Points points,                    # IN     n points, sorted by cluster
        const int64_t[::1] codes,         # IN     (n,) cluster of each point, ascending
        const int64_t[::1] ends,          # IN     (k,) where the points of each cluster end
        Py_ssize_t columns,               # IN     columns of a block, a multiple of 512
        double[::1] within,               # OUT    (n,) sum of the distances to the points of the own cluster
        double[::1] nearest,              # OUT    (n,) least mean distance to another cluster
        Region region, int slot):
    """O(n d) time a row, no memory but that of the caller. A chunk has at most MOST_ROWS rows."""
    cdef:
        Py_ssize_t n = points.points.n, row, column
        int64_t cluster, after            # those of the first column of a block, and of the next one
        double open_sum[ROWS_AT_MOST]
        part_t part
    if region.work.size > ROWS_AT_MOST:
        raise ValueError(f"a chunk may have {ROWS_AT_MOST} rows, got {region.work.size}")
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                nearest[row] = INFINITY
                open_sum[row - part.start] = 0.0
            after = column = 0
            while column < n:
                cluster = after
                row = part.start
                while row < part.stop:
                    after = pass_columns(&points.points, row, min(TOGETHER, part.stop - row), column,
                                         min(n, column + columns), cluster, &codes[row], &ends[0],
                                         open_sum + (row - part.start), &within[row], &nearest[row])
                    row += TOGETHER
                column += columns


cdef int64_t pass_columns(const points_t *points, Py_ssize_t row, int count, Py_ssize_t start, Py_ssize_t stop,
                          int64_t cluster, const int64_t *own, const int64_t *ends, double *open_sum, double *within,
                          double *nearest) noexcept nogil:
    """Add the distances of a few rows to the columns start .. stop - 1 to their sums, as `add_run`."""
    cdef:
        Py_ssize_t end
        int64_t after = cluster
        double held[TOGETHER * COLUMNS]
        int r
    while start < stop:
        end = min(stop, start + COLUMNS)
        distances_of_rows(points, row, count, points, start, end, COLUMNS, held)
        for r in range(count):
            after = add_run(held + r * COLUMNS, start, end, ends, cluster, own[r], open_sum + r, within + r,
                            nearest + r)
        cluster = after
        start = end
    return after


def mean_given_distances(
        const real[:, ::1] distances,     # IN     (n, n)
        const int64_t[::1] order,         # IN     (n,) columns, sorted by cluster
        const int64_t[::1] codes,         # IN     (n,) cluster of each row
        const int64_t[::1] ends,          # IN     (k,) where the columns of each cluster end, in that order
        double[::1] within,               # OUT    (n,) sum of the distances to the rows of the own cluster
        double[::1] nearest,              # OUT    (n,) least mean distance to another cluster
        Region region, int slot):
    """O(n) time a row, no memory but that of the caller."""
    cdef:
        Py_ssize_t n = codes.shape[0], row, start, end, i
        int64_t cluster
        double held[COLUMNS]
        double open_sum
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                nearest[row] = INFINITY
                open_sum = 0.0
                start = cluster = 0
                while start < n:
                    end = min(n, start + COLUMNS)
                    for i in range(start, end):
                        held[i - start] = distances[row, order[i]]
                    cluster = add_run(held, start, end, &ends[0], cluster, codes[row], &open_sum, &within[row],
                                      &nearest[row])
                    start = end


cdef int64_t add_run(const double *x, int64_t start, int64_t stop, const int64_t *ends, int64_t cluster, int64_t own,
                     double *open_sum, double *within, double *nearest) noexcept nogil:
    """Add the distances x to the columns start .. stop - 1 to the sums of a row, and close those of the clusters that
    end here. `cluster` is that of the first column; that of the next one after these is returned."""
    cdef:
        int64_t at = start, end
        double mean
    while at < stop:
        end = min(ends[cluster], stop)
        open_sum[0] += total(x + (at - start), end - at)
        if end == ends[cluster]:
            if cluster == own:
                within[0] = open_sum[0]
            else:
                mean = open_sum[0] / (ends[cluster] - (ends[cluster - 1] if cluster > 0 else 0))
                if mean < nearest[0] or mean != mean:  # NaN stays
                    nearest[0] = mean
            open_sum[0] = 0.0
            cluster += 1
        at = end
    return cluster
