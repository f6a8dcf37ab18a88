# SPDX-License-Identifier: BSD-3-Clause
"""Rows that are compared with the centers together, in float32 or in float64."""
from libc.stdint cimport int32_t, int64_t, uint64_t

from .centers cimport centers_t
from .nearest cimport index_int, nearest_tile, pack_tile
from .tile cimport TILE
from ..._runtime._kernels.simd cimport COTERIE_PREFETCH
from ..._runtime._kernels.types cimport real, work_real

cdef enum:
    LOOK = 1024  # rows whose margins are looked at before those that need it are compared with the centers


cdef struct tally_t:  # the first numbers of a row of `counts`
    int64_t changed   # labels that changed
    int64_t seen      # points looked at
    int64_t doubtful  # of these in float64
    int64_t exact     # of these by true distances


cdef struct batch_t:           # rows to be looked at together
    Py_ssize_t rows[2 * TILE]  # a full tile may leave as many rows in doubt, beside fewer than TILE from before
    int n


cdef inline void append(batch_t *batch, Py_ssize_t row) noexcept nogil:
    batch.rows[batch.n] = row
    batch.n += 1


cdef inline float rounded_down(float margin) noexcept nogil:
    """Margins are kept in float32; this factor makes every rounding on the way a rounding down."""
    return margin * <float> (1.0 - 2.0 ** -22)


cdef inline Py_ssize_t collect(Py_ssize_t start, Py_ssize_t stop, const float *loss, const int32_t *labels,
                               float *margins, Py_ssize_t *rows, Py_ssize_t n) noexcept nogil:
    """Take the loss off the margins, and append the rows to n others where that leaves nothing. Returns how many there
    are then. Without branches, which would be mispredicted."""
    cdef:
        Py_ssize_t row
        float left
    for row in range(start, stop):
        left = margins[row] - loss[max(labels[row], 0)]
        margins[row] = rounded_down(left)
        rows[n] = row
        n += (not left > 0) | (labels[row] < 0)
    return n


cdef inline void fetch(const real[:, ::1] X, const Py_ssize_t *rows, Py_ssize_t n) noexcept nogil:
    """Ask for the first numbers of some rows, so that they are near the core soon."""
    cdef Py_ssize_t i, byte, n_bytes = min(X.shape[1] * <Py_ssize_t> sizeof(real), 256)
    for i in range(n):
        for byte in range(0, n_bytes, 64):
            COTERIE_PREFETCH(<const char *> &X[rows[i], 0] + byte)


cdef inline int label_batch(
        const real *X, Py_ssize_t stride, const centers_t *centers, batch_t *batch, batch_t *doubtful, int32_t *labels,
        float *margins, work_real *tile) noexcept nogil:
    """Label the last rows of a batch, TILE at most, as `label_tile` does. Returns how many labels changed."""
    cdef int n_rows = min(batch.n, TILE)
    batch.n -= n_rows
    return label_tile(X, stride, centers, batch.rows + batch.n, n_rows, doubtful, labels, margins, tile)


cdef inline int label_tile(
        const real *X, Py_ssize_t stride, const centers_t *centers, const Py_ssize_t *rows, int n_rows,
        batch_t *doubtful, int32_t *labels, float *margins, work_real *tile) noexcept nogil:
    """Label some rows, TILE at most; those in doubt go to `doubtful`. Returns how many labels changed.

    labels, margins : INOUT (n,), of all rows of X; or margins NULL
    tile : WORK (d * TILE,)
    """
    cdef:
        int32_t index[TILE]
        int64_t index64[TILE]
        work_real margin[TILE]
        work_real *wanted = margin if margins != NULL else NULL
        uint64_t close
    pack_tile(X, stride, rows, n_rows, centers.d, centers.shift, centers.scale, tile)
    if work_real is float:
        close = nearest_tile(tile, centers.d, centers.packed32, centers.norms32, centers.k, centers.slack32,
                             centers.floor, index, wanted)
        return take_labels(rows, n_rows, close, index, margin, doubtful, labels, margins)
    else:
        close = nearest_tile(tile, centers.d, centers.packed, centers.norms, centers.k, centers.slack,
                             centers.floor, index64, wanted)
        return take_labels(rows, n_rows, close, index64, margin, doubtful, labels, margins)


cdef inline int take_labels(
        const Py_ssize_t *rows, int n_rows, uint64_t close, const index_int *index, const work_real *margin,
        batch_t *doubtful, int32_t *labels, float *margins) noexcept nogil:
    cdef:
        Py_ssize_t row
        int i, changed = 0
    for i in range(n_rows):
        row = rows[i]
        if (close >> i) & 1:
            append(doubtful, row)
            continue
        changed += index[i] != labels[row]
        labels[row] = <int32_t> index[i]
        if margins != NULL:
            margins[row] = rounded_down(<float> margin[i])
    return changed
