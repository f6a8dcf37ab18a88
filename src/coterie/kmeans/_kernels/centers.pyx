# SPDX-License-Identifier: BSD-3-Clause
"""The centers of k-means, as the kernels want them: exact, and shifted and scaled for the fast arithmetic."""
from libc.math cimport INFINITY

from .tile cimport FEATURES


cdef double rounding_slack(Py_ssize_t n_features, double unit):
    """Two scores of a point x that differ by more than slack * (2 max|c|^2 + |x|^2) are in their true order.

    A score h + sum_j c'_j x_j goes through at most 2 min(d, FEATURES) + d / FEATURES roundings (without fused
    multiply-add) of relative size `unit`, and its inputs through a few more; |h| + sum |c'_j x_j| <= 2 |c|^2 + |x|^2.
    Higham 2002, section 3.1.
    """
    cdef double roundings = 2.0 * min(n_features, FEATURES) + n_features // FEATURES + 12.0
    return 2.0 * roundings * unit * 1.05


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
        cdef Py_ssize_t d = packed.shape[1]
        self.shift = shift
        self.scale = scale
        self.packed = packed
        self.norms = norms
        self.packed32 = packed32
        self.norms32 = norms32
        self.single = packed32.shape[0] > 0
        self.slack = rounding_slack(d, 2.0 ** -53)
        self.slack32 = rounding_slack(d, 2.0 ** -24) if self.single else INFINITY
        # Products below the smallest normal number lose digits, or all of them. What d of them could be off by is
        # covered by a larger floor: doubt is slack * (floor + |x|^2).
        self.least_floor = (d + 12) * (2.0 ** -124 / self.slack32 if self.single else 2.0 ** -1020 / self.slack)
        self.floor = self.least_floor

    def pack(self, const double[:, ::1] exact):
        """Take over these centers (k, d). They are not copied: they must not change until `pack` is called again."""
        cdef:
            Py_ssize_t k, j
            bint also32 = self.packed32.shape[0] > 0
            double c, norm, largest = 0.0
        self.exact = exact
        with nogil:
            for k in range(exact.shape[0]):
                norm = 0.0
                for j in range(exact.shape[1]):
                    c = (exact[k, j] - self.shift[j]) * self.scale
                    self.packed[k, j] = -2.0 * c
                    norm += c * c
                    if also32:
                        self.packed32[k, j] = <float> self.packed[k, j]
                self.norms[k] = norm
                if also32:
                    self.norms32[k] = <float> norm
                largest = max(largest, norm)
        self.floor = self.least_floor + 2.0 * largest
