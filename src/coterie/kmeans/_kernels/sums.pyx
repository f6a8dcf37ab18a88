# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 2: sums of the rows of each cluster, brought from the labels of the last iteration to the new ones.

Rows that leave or join a cluster are sorted by cluster (a counting sort, which keeps them in order), and what leaves is
taken off the sum, what joins is added. A cluster in which no fewer rows move than it has in the end is summed anew; the
first time those are all.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcmp, memset

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "sum_rows.h" nogil:
    double (*sum_rows_f32[])(const float *, Py_ssize_t, const double *, const double *, const Py_ssize_t *, Py_ssize_t,
                             double *, double *) noexcept
    double (*sum_rows_f64[])(const double *, Py_ssize_t, const double *, const double *, const Py_ssize_t *, Py_ssize_t,
                             double *, double *) noexcept

cdef enum:
    LEAVE
    JOIN
    LOOK = 32   # labels that are compared at once
    TRUST = 8   # times as much may have left a cluster as it holds: rounding is then of that of nine times the rows
    # columns of `masses`
    HELD = 0    # sum of |x - shift|, weighted, of the rows that a cluster has
    GONE        # the same of the rows that left since the cluster was last summed anew
    LOST        # the weights of these
    # columns of `pieces`
    CLUSTER = 0
    FIRST       # its rows: moves[FIRST] .. moves[STOP - 1], ...
    MIDDLE      # ... of which those before this place leave
    STOP
    PARTIAL     # its row of `partials`; -1: it is the only piece of its cluster


cdef class Moves:
    """Which rows move, and what is known of each cluster.

    Attributes
    ----------
    before : (n,)
        Label of each row when `sums` were last brought up to date; -1: none.
    members : (strips, k)
        How many rows of each cluster, without those of weight 0, there are in a strip of rows.
    places : (strips, k, 2)
        How many rows of a strip leave or join a cluster; then where the next one goes in the sorted list.
    ends : (k, 3)
        Where the rows of a cluster start in the sorted list, where those that join, and where all end.
    anew : (k,)
        Whether a cluster is summed anew.
    sums, weights : (k, d) and (k,)
        Of weight * (x - shift), and of the weights.
    masses : (k, 3)
        What tells how much rounding there is in `sums` and `weights`: HELD, GONE, LOST.
    """
    cdef:
        int32_t[::1] before
        int64_t[:, ::1] members
        int64_t[:, :, ::1] places
        Py_ssize_t[:, ::1] ends
        uint8_t[::1] anew
        double[:, ::1] sums
        double[::1] weights
        double[:, ::1] masses

    def __cinit__(self, int32_t[::1] before, int64_t[:, ::1] members, int64_t[:, :, ::1] places,
                  Py_ssize_t[:, ::1] ends, uint8_t[::1] anew, double[:, ::1] sums, double[::1] weights,
                  double[:, ::1] masses):
        self.before, self.members, self.places, self.ends, self.anew = before, members, places, ends, anew
        self.sums, self.weights, self.masses = sums, weights, masses


cdef inline int differing(const int32_t *a, const int32_t *b, Py_ssize_t start, Py_ssize_t stop,
                          Py_ssize_t *places) noexcept nogil:
    """Where LOOK labels or fewer differ: writes the places, without branches to mispredict, and returns how many."""
    cdef:
        Py_ssize_t i
        int n = 0
    if memcmp(a + start, b + start, (stop - start) * sizeof(int32_t)):
        for i in range(start, stop):
            places[n] = i
            n += a[i] != b[i]
    return n


def count_moves(
        const int32_t[::1] labels,        # IN     (n,)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Moves moves,                      # IN     before; OUT members, places
        Region region, int slot):
    """Count the rows that leave or join each cluster, strip by strip. O(n + strips k) time."""
    cdef:
        Py_ssize_t start
        Py_ssize_t rows[LOOK]
        bint weighted = weight.shape[0] > 0
        int32_t old, new
        int64_t *members
        int64_t *places
        int i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            members, places = &moves.members[part.index, 0], &moves.places[part.index, 0, 0]
            memset(places, 0, 2 * moves.anew.shape[0] * sizeof(int64_t))
            start = part.start
            while start < part.stop:
                for i in range(differing(&labels[0], &moves.before[0], start, min(start + LOOK, part.stop), rows)):
                    if weighted and weight[rows[i]] == 0.0:
                        continue
                    old, new = moves.before[rows[i]], labels[rows[i]]
                    if old >= 0:
                        members[old] -= 1
                        places[2 * old + LEAVE] += 1
                    members[new] += 1
                    places[2 * new + JOIN] += 1
                start += LOOK


def plan_moves(
        Moves moves,                      # INOUT  places: numbers of rows become places
        Py_ssize_t piece,                 # IN     rows that are added up at once, at most
        Py_ssize_t[:, ::1] pieces):       # OUT    (>= n // piece + k, 5), see the names of its columns
    """Decide which clusters are summed anew besides those marked, where their rows go, and into how many pieces.

    Returns how many rows move, how many pieces they make, how many partial sums these need, and whether any cluster is
    summed anew. O(strips k) time.
    """
    cdef:
        Py_ssize_t k, strip, side, at = 0, n_pieces = 0, n_partials = 0, first, n_moves, n_members
        int64_t count
        bint some_anew = False
    with nogil:
        for k in range(moves.anew.shape[0]):
            n_moves = n_members = 0
            for strip in range(moves.members.shape[0]):
                n_moves += moves.places[strip, k, LEAVE] + moves.places[strip, k, JOIN]
                n_members += moves.members[strip, k]
            if n_moves and n_moves >= n_members:
                moves.anew[k] = True
            if moves.anew[k]:
                some_anew = True
                moves.sums[k, :] = 0.0
                moves.weights[k] = 0.0
                moves.masses[k, :] = 0.0
                for strip in range(moves.members.shape[0]):
                    moves.places[strip, k, LEAVE] = 0
                    moves.places[strip, k, JOIN] = moves.members[strip, k]
            for side in range(2):
                moves.ends[k, side] = at
                for strip in range(moves.members.shape[0]):
                    count = moves.places[strip, k, side]
                    moves.places[strip, k, side] = at
                    at += count
            moves.ends[k, 2] = at
            first = moves.ends[k, 0]
            while first < at:
                pieces[n_pieces, CLUSTER] = k
                pieces[n_pieces, FIRST] = first
                pieces[n_pieces, STOP] = min(first + piece, at)
                pieces[n_pieces, MIDDLE] = max(first, min(moves.ends[k, 1], pieces[n_pieces, STOP]))
                pieces[n_pieces, PARTIAL] = -1
                if at - moves.ends[k, 0] > piece:
                    pieces[n_pieces, PARTIAL] = n_partials
                    n_partials += 1
                n_pieces += 1
                first += piece
    return at, n_pieces, n_partials, some_anew


def place_moves(
        const int32_t[::1] labels,        # IN     (n,)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        bint some_anew,                   # IN     some clusters are summed anew
        Moves moves,                      # INOUT  places; before becomes labels
        Py_ssize_t[::1] rows,             # OUT    (number of rows that move,), sorted by cluster
        Region region, int slot):
    """Write down the rows that move in the strips of `count_moves`. O(n) time."""
    cdef:
        Py_ssize_t start, row
        Py_ssize_t moved[LOOK]
        bint weighted = weight.shape[0] > 0
        int32_t old, new
        int64_t *places
        int i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            places = &moves.places[part.index, 0, 0]
            start = part.start
            while start < part.stop:
                for i in range(differing(&labels[0], &moves.before[0], start, min(start + LOOK, part.stop), moved)):
                    row = moved[i]
                    old, new = moves.before[row], labels[row]
                    moves.before[row] = new
                    if weighted and weight[row] == 0.0:
                        continue
                    if old >= 0 and not moves.anew[old]:
                        rows[places[2 * old + LEAVE]] = row
                        places[2 * old + LEAVE] += 1
                    if not moves.anew[new]:
                        rows[places[2 * new + JOIN]] = row
                        places[2 * new + JOIN] += 1
                start += LOOK
            if some_anew:
                for row in range(part.start, part.stop):
                    new = labels[row]
                    if moves.anew[new] and not (weighted and weight[row] == 0.0):
                        rows[places[2 * new + JOIN]] = row
                        places[2 * new + JOIN] += 1


def sum_pieces(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const double[::1] shift,          # IN     (d,), taken off every row so that large offsets cost no digits
        const Py_ssize_t[::1] rows,       # IN     rows that move, sorted by cluster
        const Py_ssize_t[:, ::1] pieces,  # IN     (>= number of pieces, 5)
        double[:, ::1] partials,          # OUT    (number of partial sums, d + 4): sum, weight, HELD, GONE, LOST
        Moves moves,                      # INOUT  sums, weights, masses of clusters of one piece
        double[:, ::1] space,             # WORK   (slots, >= 2 d + 4)
        Region region, int slot):
    """Add up the rows of each piece, in order. O(d) time for each row that moves."""
    cdef:
        Py_ssize_t d = X.shape[1], i
        const Py_ssize_t *piece
        double *sum
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                piece = &pieces[i, 0]
                if piece[PARTIAL] < 0:
                    sum = &space[slot, d]
                    sum_piece(&X[0, 0], d, weight, &shift[0], &rows[0], piece, sum, &space[slot, 0])
                    add_piece(moves, piece[CLUSTER], d, sum)
                else:
                    sum_piece(&X[0, 0], d, weight, &shift[0], &rows[0], piece, &partials[piece[PARTIAL], 0],
                              &space[slot, 0])


cdef inline void sum_piece(const real *X, Py_ssize_t d, const double[::1] weight, const double *shift,
                           const Py_ssize_t *rows, const Py_ssize_t *piece, double *sum,
                           double *mass) noexcept nogil:
    """sum : OUT (d + 4,), sum, weight, HELD, GONE, LOST; mass : WORK (d,)"""
    cdef:
        const double *w = &weight[0] if weight.shape[0] else NULL
        Py_ssize_t j
        double left
    memset(sum, 0, (d + 4) * sizeof(double))
    if piece[MIDDLE] > piece[FIRST]:
        memset(mass, 0, d * sizeof(double))
        left = sum_rows(X, d, w, shift, rows + piece[FIRST], piece[MIDDLE] - piece[FIRST], sum, mass)
        for j in range(d):
            sum[j] = -sum[j]
            sum[d + 1 + GONE] += mass[j]
        sum[d] = -left
        sum[d + 1 + LOST] = left
        sum[d + 1 + HELD] = -sum[d + 1 + GONE]
    if piece[STOP] > piece[MIDDLE]:
        memset(mass, 0, d * sizeof(double))
        sum[d] += sum_rows(X, d, w, shift, rows + piece[MIDDLE], piece[STOP] - piece[MIDDLE], sum, mass)
        for j in range(d):
            sum[d + 1 + HELD] += mass[j]


cdef inline double sum_rows(const real *X, Py_ssize_t d, const double *weight, const double *shift,
                            const Py_ssize_t *rows, Py_ssize_t n, double *sum, double *mass) noexcept nogil:
    if real is float:
        return sum_rows_f32[simd_level()](X, d, weight, shift, rows, n, sum, mass)
    else:
        return sum_rows_f64[simd_level()](X, d, weight, shift, rows, n, sum, mass)


cdef inline void add_piece(Moves moves, Py_ssize_t k, Py_ssize_t d, const double *sum) noexcept nogil:
    cdef Py_ssize_t j
    for j in range(d):
        moves.sums[k, j] += sum[j]
    moves.weights[k] += sum[d]
    for j in range(3):
        moves.masses[k, j] += sum[d + 1 + j]


def finish_moves(
        Moves moves,                      # INOUT  sums, weights, masses; OUT anew, places
        const Py_ssize_t[:, ::1] pieces,  # IN     (number of pieces, 5)
        const double[:, ::1] partials):   # IN     (number of partial sums, d + 4)
    """Add the partial sums in order. Returns how many clusters are to be summed anew even so, and marks them.

    Those are the clusters that much more has left, since they were last summed anew, than they hold: what is left of
    the rounding of large rows may be large beside small ones. O(d) time for each partial sum, and O(strips k).
    """
    cdef:
        Py_ssize_t i, k, n_anew = 0
    with nogil:
        for i in range(pieces.shape[0]):
            if pieces[i, PARTIAL] >= 0:
                add_piece(moves, pieces[i, CLUSTER], moves.sums.shape[1], &partials[pieces[i, PARTIAL], 0])
        for k in range(moves.anew.shape[0]):
            moves.anew[k] = (moves.masses[k, GONE] > TRUST * moves.masses[k, HELD]
                             or moves.masses[k, LOST] > TRUST * moves.weights[k])
            n_anew += moves.anew[k]
        if n_anew:
            moves.places[:, :, :] = 0
    return n_anew
