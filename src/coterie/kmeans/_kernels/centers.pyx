# SPDX-License-Identifier: BSD-3-Clause
"""The centers of k-means, as the kernels want them: exact, and shifted and scaled for the fast arithmetic."""
from libc.math cimport INFINITY

from .tile cimport FEATURES


cdef double rounding_slack(Py_ssize_t n_features, double unit) noexcept nogil:
    """Two scores of a point x that differ by more than slack * (2 max|c|^2 + |x|^2) are in their true order.

    A score h + sum_j c'_j x_j goes through at most 2 min(d, FEATURES) + d / FEATURES roundings (without fused
    multiply-add) of relative size `unit`, and its inputs through a few more; |h| + sum |c'_j x_j| <= 2 |c|^2 + |x|^2.
    Higham 2002, section 3.1.
    """
    cdef double roundings = 2.0 * min(n_features, FEATURES) + n_features // FEATURES + 12.0
    return 2.0 * roundings * unit * 1.05


cdef void place_centers(centers_t *c, const double *shift, double scale) noexcept nogil:
    """Say where the fast arithmetic puts centers, whose number and space are known."""
    c.shift = shift
    c.scale = scale
    c.single = c.packed32 != NULL
    c.slack = rounding_slack(c.d, 2.0 ** -53)
    c.slack32 = rounding_slack(c.d, 2.0 ** -24) if c.single else INFINITY
    # Products below the smallest normal number lose digits, or all of them. What d of them could be off by is
    # covered by a larger floor: doubt is slack * (floor + |x|^2).
    c.least_floor = (c.d + 12) * (2.0 ** -124 / c.slack32 if c.single else 2.0 ** -1020 / c.slack)
    c.floor = c.least_floor


cdef void pack_centers(centers_t *c, const double *exact) noexcept nogil:
    """Take over these centers (k, d). They are not copied: they must not change while `c` is in use."""
    cdef:
        Py_ssize_t i, j
        bint also32 = c.packed32 != NULL
        double t, norm, largest = 0.0
        const double *center
        double *packed
    c.exact = exact
    for i in range(c.k):
        center, packed = exact + i * c.d, c.packed + i * c.d
        norm = 0.0
        for j in range(c.d):
            t = (center[j] - c.shift[j]) * c.scale
            packed[j] = -2.0 * t
            norm += t * t
            if also32:
                c.packed32[i * c.d + j] = <float> packed[j]
        c.norms[i] = norm
        if also32:
            c.norms32[i] = <float> norm
        largest = max(largest, norm)
    c.floor = c.least_floor + 2.0 * largest


cdef class Centers:
    """Centers in the data's own coordinates, and copies for the fast arithmetic: c = (center - shift) * scale.

    Attributes
    ----------
    exact : (k, d)
        The centers that `pack` was given.
    packed, norms : (k, d) and (k,)
        -2 c and |c|^2.
    packed32, norms32 : (k, d) and (k,), or (0, d) and (0,)
        The same in float32.
    shift, scale : (d,) and a power of two
        They bring the centers near 0, and the data to about 1.
    slack, slack32 : see `rounding_slack`
    floor : 2 max |c|^2, and what products too small for full precision could be off by
    single : whether float32 goes first
    """

    def __cinit__(self, const double[::1] shift, double scale, double[:, ::1] packed, double[::1] norms,
                  float[:, ::1] packed32, float[::1] norms32):
        self.shift = shift
        self.packed = packed
        self.norms = norms
        self.packed32 = packed32
        self.norms32 = norms32
        self.c.k, self.c.d = packed.shape[0], packed.shape[1]
        self.c.packed, self.c.norms = &packed[0, 0], &norms[0]
        if packed32.shape[0]:
            self.c.packed32, self.c.norms32 = &packed32[0, 0], &norms32[0]
        place_centers(&self.c, &shift[0], scale)

    def pack(self, const double[:, ::1] exact):
        """Take over these centers (k, d). They are not copied: they must not change until `pack` is called again."""
        self.exact = exact
        with nogil:
            pack_centers(&self.c, &exact[0, 0])

    @property
    def floor(self):
        return self.c.floor

    @property
    def single(self):
        return self.c.single

    @single.setter
    def single(self, bint value):
        self.c.single = value
