# SPDX-License-Identifier: BSD-3-Clause
"""Rows in few numbers that bound their distances from below.

With orthonormal directions v_1 ... v_m let x~ = (v_1.x, ..., v_m.x, length of the rest of x). Then |x~ - c~| <= |x - c|
for all x and c: the first m differences are those of the rows in these directions, and the lengths of two vectors
differ by no more than the length of their difference.

Rows are kept as whole numbers of 16 bits, times a step of their own.
"""
from libc.math cimport sqrt, sqrtf
from libc.stdint cimport int16_t, int32_t

from .product cimport AHEAD, PANEL, dots, product, shift_row, whole_row
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:
    AT_ONCE = 48  # rows

PANEL_COLUMNS = PANEL
ROWS = AT_ONCE


cdef class Tail:
    """Directions, and the rows in them.

    Attributes
    ----------
    columns : (size / PANEL, d, PANEL), float32
        Direction l in [l / PANEL, :, l % PANEL]; the last one is zero: its place is that of the length of the rest.
    shift, scale : (d,), and a power of two
        Rows are (x - shift) * scale.
    numbers : (n, size), int16
        Of each row; `whole_row` has made them.
    about : (n, 2), float32
        The step of each row, and the length of what its numbers leave, or more.
    norms : (n,), float32
        |x|^2.
    excess : float
        The length of the rest is rounded up: its square is too large by this times |x|^2, at least.
    """

    def __cinit__(self, const float[:, :, ::1] columns, const double[::1] shift, double scale, int16_t[:, ::1] numbers,
                  float[:, ::1] about, float[::1] norms):
        self.columns, self.shift, self.scale = columns, shift, scale
        self.numbers, self.about, self.norms = numbers, about, norms
        self.d = columns.shape[1]
        self.d_padded = (self.d + PANEL - 1) // PANEL * PANEL
        self.size = numbers.shape[1]
        # |x|^2 and the squares of the coordinates may be off by as much.
        self.excess = <float> (2.2 * coordinate_error(self.d, self.size) + 2.2 * product_error(self.d))


cdef void project(Tail tail, const float **rows, Py_ssize_t n, float *out, float *norms) noexcept nogil:
    """Coordinates (n, size) and squared lengths of n <= AT_ONCE rows, shifted and scaled, with zeros up to d_padded."""
    cdef:
        Py_ssize_t i, j, size = tail.size
        int32_t first = 0
        float zeros[PANEL * 16]
        float rest
    for j in range(size):
        zeros[j] = 0.0
    product(rows, n, tail.d, &tail.columns[0, 0, 0], zeros, size // PANEL, out, size)
    for i in range(n):
        dots(rows[i], tail.d_padded, rows[i], &first, 1, &norms[i])
        rest = norms[i]
        for j in range(size - 1):
            rest -= out[i * size + j] * out[i * size + j]
        out[i * size + size - 1] = sqrtf(max(rest, <float> 0.0) + tail.excess * norms[i]) * <float> (1.0 + 2.0 ** -22)


def project_rows(
        const real[:, ::1] X,             # IN     (n, d)
        Tail tail,                        # INOUT  numbers, about and norms are written
        float[:, ::1] work,               # WORK   (slots, AT_ONCE * (d_padded + size))
        Region region, int slot):
    """Write the coordinates and the squared lengths of the rows. O(n d size) time."""
    cdef:
        part_t part
        Py_ssize_t start, n, i, next
        const float *rows[AT_ONCE]
        float *coordinates = &work[slot, AT_ONCE * tail.d_padded]
    for i in range(AT_ONCE):
        rows[i] = &work[slot, i * tail.d_padded]
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                n = min(<Py_ssize_t> AT_ONCE, part.stop - start)
                for i in range(n):
                    next = min(start + i + AHEAD, part.stop - 1)
                    shift_row(&X[start + i, 0], &X[next, 0], tail.d, &tail.shift[0], tail.scale, tail.d_padded,
                              <float *> rows[i])
                project(tail, rows, n, coordinates, &tail.norms[start])
                for i in range(n):
                    whole_row(coordinates + i * tail.size, tail.size, largest_whole(tail.size),
                              &tail.numbers[start + i, 0], &tail.about[start + i, 0])
                start += n


def multiply(
        const float[:, ::1] rows,         # IN     (m, d)
        const float[:, :, ::1] columns,   # IN     (panels, d, PANEL)
        float[:, ::1] out,                # OUT    (m, panels * PANEL), each row times each column
        Region region, int slot):
    """A matrix product, for as few rows as a sample has. Not BLAS: its threads would wait for each other where the
    machine is busy. O(m d panels) time.
    """
    cdef:
        part_t part
        Py_ssize_t start, n, i, d = rows.shape[1], size = out.shape[1]
        const float *some[AT_ONCE]
        float zeros[PANEL * 16]
        Py_ssize_t panel, n_panels
    for i in range(PANEL * 16):
        zeros[i] = 0.0
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                n = min(<Py_ssize_t> AT_ONCE, part.stop - start)
                for i in range(n):
                    some[i] = &rows[start + i, 0]
                panel = 0
                while panel < columns.shape[0]:
                    n_panels = min(<Py_ssize_t> 16, columns.shape[0] - panel)
                    product(some, n, d, &columns[panel, 0, 0], zeros, n_panels, &out[start, panel * PANEL], size)
                    panel += n_panels
                start += n


def orthonormalize(
        double[:, ::1] rows):             # INOUT  (m, d), m <= d
    """Make the rows orthonormal, each with those before it (Gram-Schmidt, twice). O(m^2 d) time.

    A row that depends on others becomes one that does not, as far as there is any.
    """
    cdef:
        Py_ssize_t m = rows.shape[0], d = rows.shape[1], i, h, j, attempt, unit = 0
        double before, after, t
    with nogil:
        for i in range(m):
            attempt = 0
            before = sqrt(dot(&rows[i, 0], &rows[i, 0], d))
            while True:
                for h in range(i):
                    t = dot(&rows[h, 0], &rows[i, 0], d)
                    for j in range(d):
                        rows[i, j] -= t * rows[h, j]
                after = sqrt(dot(&rows[i, 0], &rows[i, 0], d))
                if after > 0.5 * before and after > 0.0:
                    break
                before = after
                attempt += 1
                if attempt == 3 and unit < d:  # nothing is left of the row: begin again with a unit vector
                    for j in range(d):
                        rows[i, j] = 1.0 if j == unit else 0.0
                    unit += 1
                    attempt = 0
                    before = 1.0
                elif attempt == 3:
                    break
            for j in range(d):
                rows[i, j] *= 1.0 / after if after > 0.0 else 0.0


cdef inline double dot(const double *a, const double *b, Py_ssize_t d) noexcept nogil:
    cdef:
        double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
        Py_ssize_t j = 0
    while j + 4 <= d:
        s0 += a[j] * b[j]
        s1 += a[j + 1] * b[j + 1]
        s2 += a[j + 2] * b[j + 2]
        s3 += a[j + 3] * b[j + 3]
        j += 4
    while j < d:
        s0 += a[j] * b[j]
        j += 1
    return (s0 + s1) + (s2 + s3)
