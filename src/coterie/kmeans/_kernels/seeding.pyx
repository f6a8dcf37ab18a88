# SPDX-License-Identifier: BSD-3-Clause
"""Greedy k-means++ seeding: what each trial center would gain, and what the chosen one changes.

The rows stand in tiles. Where they are sorted into cells, these are the tiles, and one whose bounding box is farther
from a new center than its farthest point is from the old ones is passed over: late centers read few rows.

Draws must not depend on the order of the rows, and a row of weight w must count as w rows. So every row has a hash of
its values, rows of like hash make a bucket, and a draw goes first among the buckets, then among the rows of one.
"""
from libc.stdint cimport uint16_t, uint64_t
from libc.string cimport memcpy

from .cells cimport GROUP, MAX_FEATURES, join_boxes
from .hashes cimport mixed
from .manhattan_tiles cimport manhattan_distances, manhattan_gain
from .nearest cimport pack_tile, tile_distances, tile_gain
from .tile cimport TILE
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take


cdef enum:
    TOGETHER = 4  # rows that are hashed at the same time


cdef class Tiles:
    """Rows in tiles, and how they are shifted and scaled before they are compared with centers.

    Attributes
    ----------
    starts : (n_tiles + 1,)
        Where the rows of each tile start.
    boxes : (n_tiles, 2, d), or (0, 2, d) where the tiles are no cells
        Lowest and highest of each feature.
    farthest : (n_tiles,)
        The largest squared scaled distance of a row of the tile to its nearest center, or more; infinity before the
        first center. `add_center` writes it.
    shift, scale : (d,), and a power of two
    is_manhattan : distances are Manhattan distances wherever squared ones are named
    """
    cdef:
        const Py_ssize_t[::1] starts
        const double[:, :, ::1] boxes
        double[::1] farthest
        const double[::1] shift
        double scale
        bint is_manhattan

    def __cinit__(self, const Py_ssize_t[::1] starts, const double[:, :, ::1] boxes, double[::1] farthest,
                  const double[::1] shift, double scale, bint is_manhattan):
        self.starts = starts
        self.boxes = boxes
        self.farthest = farthest
        self.shift = shift
        self.scale = scale
        self.is_manhattan = is_manhattan


def hash_rows(
        const real[:, ::1] X,             # IN     (n, d)
        bint coarsely,                    # IN     look at the values as rounded to float32
        uint64_t[::1] hashes,             # OUT    (n,), equal for equal rows
        Region region, int slot):
    """A number for each row that depends on its values alone. O(n d) time.

    Zeros that follow each other count as one number, how many they are, so that sparse rows have the same hashes.
    """
    cdef:
        part_t part
        Py_ssize_t row, first, j
        int i
        double value
        uint64_t bits
        uint64_t h[TOGETHER]
        uint64_t zeros[TOGETHER]
    with nogil:
        while work_take(&region.work, slot, &part):
            first = part.start
            while first < part.stop:
                for i in range(TOGETHER):
                    h[i] = zeros[i] = 0
                for j in range(X.shape[1]):
                    for i in range(TOGETHER):  # one waits for multiplications of a row: several go on meanwhile
                        row = min(first + i, part.stop - 1)
                        value = <float> X[row, j] if coarsely else X[row, j]
                        if value == 0.0:
                            zeros[i] += 1
                            continue
                        if zeros[i]:
                            h[i] = mixed(h[i], zeros[i])
                            zeros[i] = 0
                        memcpy(&bits, &value, 8)
                        h[i] = mixed(h[i], bits)
                for i in range(<int> min(TOGETHER, part.stop - first)):
                    hashes[first + i] = mixed(h[i], zeros[i]) if zeros[i] else h[i]
                first += TOGETHER


cdef inline Py_ssize_t first_beyond(const double *numbers, Py_ssize_t n, double aim, double *before) noexcept nogil:
    """Where the running sum of numbers of at least 0 passes an aim; never at a number that is 0, unless all are.

    `before` becomes the sum in front of it.
    """
    cdef:
        Py_ssize_t i, last = 0
        double running = 0.0
    before[0] = 0.0
    for i in range(n):
        if running + numbers[i] > running:
            last = i
            before[0] = running
        running += numbers[i]
        if running > aim:
            break
    return last


def find_buckets(
        const double[::1] potential,      # IN     (n_buckets,), a sum of masses for each
        const double[::1] uniform,        # IN     (m,), in [0, 1)
        Py_ssize_t[::1] buckets,          # OUT    (m,), the bucket in which the running sum passes uniform * total
        double[::1] aims):                # OUT    (m,), what is left of that in the bucket
    """The buckets that some draws fall into. O(m n_buckets) time."""
    cdef:
        Py_ssize_t i
        double total = 0.0, before
    for i in range(potential.shape[0]):
        total += potential[i]
    for i in range(uniform.shape[0]):
        buckets[i] = first_beyond(&potential[0], potential.shape[0], uniform[i] * total, &before)
        aims[i] = uniform[i] * total - before


def find_rows(
        const real[::1] mass,             # IN     (n,)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] by_bucket,  # IN     (n,), rows of each bucket in the order of their hashes
        const Py_ssize_t[::1] ends,       # IN     (n_buckets,), where they end
        const Py_ssize_t[::1] buckets,    # IN     (m,)
        const double[::1] aims,           # IN     (m,)
        double[::1] work,                 # WORK   (rows of the largest bucket,)
        Py_ssize_t[::1] rows):            # OUT    (m,)
    """The rows of buckets at which the running sum of weight * mass passes the aims. O(m) times a bucket."""
    cdef:
        Py_ssize_t i, j, row, start
        double before
    for i in range(buckets.shape[0]):
        start = ends[buckets[i] - 1] if buckets[i] else 0
        for j in range(start, ends[buckets[i]]):
            row = by_bucket[j]
            work[j - start] = mass[row] * (weight[row] if weight.shape[0] else 1.0)
        rows[i] = by_bucket[start + first_beyond(&work[0], ends[buckets[i]] - start, aims[i], &before)]


cdef inline int pack(const real[:, ::1] X, Tiles tiles, Py_ssize_t tile, real *out) noexcept nogil:
    """The rows of a tile, shifted, scaled and transposed. Returns how many."""
    cdef Py_ssize_t start = tiles.starts[tile], n_rows = tiles.starts[tile + 1] - start
    pack_tile(&X[start, 0], X.shape[1], NULL, <int> n_rows, X.shape[1], &tiles.shift[0], tiles.scale, out)
    return <int> n_rows


cdef inline double distance_to_box(const double *low, const double *high, const real *c, const double *shift,
                                   double scale, bint is_manhattan, Py_ssize_t d) noexcept nogil:
    """From a scaled point c to a box in the data's own units, scaled; squared, unless it is a Manhattan distance."""
    cdef:
        Py_ssize_t j
        double t, total = 0.0
    for j in range(d):
        t = max((low[j] - shift[j]) * scale - c[j], c[j] - (high[j] - shift[j]) * scale)
        if t > 0.0:
            total += t if is_manhattan else t * t
    return total


cdef inline int within_reach(Tiles tiles, Py_ssize_t start, Py_ssize_t stop, const real[:, ::1] centers,
                             const Py_ssize_t *which, int n_which, Py_ssize_t *found) noexcept nogil:
    """Which of some centers are nearer to the tiles start .. stop - 1 than their farthest point is to its own?

    All, where the tiles have no boxes. Returns how many; `found` may be `which`.
    """
    cdef:
        double low[MAX_FEATURES]
        double high[MAX_FEATURES]
        double reach
        Py_ssize_t d = centers.shape[1], tile
        int i, n_found = 0
    if tiles.boxes.shape[0] == 0:
        for i in range(n_which):
            found[i] = which[i]
        return n_which
    join_boxes(tiles.boxes, start, stop, low, high)
    reach = tiles.farthest[start]
    for tile in range(start + 1, stop):
        reach = max(reach, tiles.farthest[tile])
    for i in range(n_which):
        if distance_to_box(low, high, &centers[which[i], 0], &tiles.shift[0], tiles.scale, tiles.is_manhattan,
                           d) < reach:
            found[n_found] = which[i]
            n_found += 1
    return n_found


def gains(
        const real[:, ::1] X,             # IN     (n, d), rows tile by tile
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Tiles tiles,                      # IN
        const real[:, ::1] trials,        # IN     (m, d), centers, shifted and scaled
        const real[::1] closest,          # IN     (n,), squared scaled distance to the nearest center, by row
        real[:, ::1] work,                # WORK   (slots, (d + 2) * TILE)
        Py_ssize_t[:, ::1] lists,         # WORK   (slots, 3 m)
        double[:, ::1] out,               # OUT    (strips, m), by how much each trial lowers sum(weight * closest)
        Region region, int slot):
    """What each trial center gains, strip of tiles by strip. O(n m d) time at most."""
    cdef:
        Py_ssize_t group, stop, tile, i
        int m = <int> trials.shape[0], n_near, n_nearer
        Py_ssize_t *every = <Py_ssize_t *> &lists[slot, 0]
        Py_ssize_t *near = every + m
        Py_ssize_t *nearer = near + m
        real *space = &work[slot, 0]
        part_t part
    for i in range(m):
        every[i] = i
    with nogil:
        while work_take(&region.work, slot, &part):
            out[part.index, :] = 0.0
            group = part.start
            while group < part.stop:
                stop = min(group + GROUP, part.stop)
                n_near = within_reach(tiles, group, stop, trials, every, m, near)
                for tile in range(group, stop if n_near else group):
                    n_nearer = within_reach(tiles, tile, tile + 1, trials, near, n_near, nearer)
                    if n_nearer:
                        add_gains(X, weight, tiles, tile, trials, nearer, n_nearer, closest, space,
                                  &out[part.index, 0])
                group = stop


cdef inline void add_gains(
        const real[:, ::1] X, const double[::1] weight, Tiles tiles, Py_ssize_t tile, const real[:, ::1] trials,
        const Py_ssize_t *which, int n_which, const real[::1] closest, real *work, double *gain) noexcept nogil:
    """Add what some trials would gain by the rows of a tile."""
    cdef:
        Py_ssize_t d = X.shape[1], start = tiles.starts[tile]
        int i, n_rows
        real *points = work                          # (d, TILE)
        real *some_closest = points + d * TILE       # (TILE,)
        real *some_weight = some_closest + TILE      # (TILE,)
    n_rows = pack(X, tiles, tile, points)
    for i in range(n_rows):
        some_closest[i] = closest[start + i]
        some_weight[i] = <real> weight[start + i] if weight.shape[0] else 1
    for i in range(n_rows, TILE):
        some_closest[i] = some_weight[i] = 0
    for i in range(n_which):
        if tiles.is_manhattan:
            gain[which[i]] += manhattan_gain(points, d, &trials[which[i], 0], some_closest, some_weight)
        else:
            gain[which[i]] += tile_gain(points, d, &trials[which[i], 0], some_closest, some_weight)


def add_center(
        const real[:, ::1] X,             # IN     (n, d), rows tile by tile
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Tiles tiles,                      # INOUT  farthest is lowered
        const real[:, ::1] center,        # IN     (1, d), shifted and scaled
        const uint16_t[::1] bucket,       # IN     (n,), by row
        real[::1] closest,                # INOUT  (n,), infinity before the first center
        real[:, ::1] work,                # WORK   (slots, (d + 1) * TILE)
        double[:, ::1] change,            # OUT    (strips, n_buckets), change of each bucket's sum(weight * closest)
        Region region, int slot):
    """Let a center join: lower `closest` where it is nearer. O(n d) time at most.

    The change of a bucket counts from 0 for rows that had no center yet.
    """
    cdef:
        Py_ssize_t group, stop, tile, only = 0, found
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            change[part.index, :] = 0.0
            group = part.start
            while group < part.stop:
                stop = min(group + GROUP, part.stop)
                if within_reach(tiles, group, stop, center, &only, 1, &found):
                    for tile in range(group, stop):
                        if within_reach(tiles, tile, tile + 1, center, &only, 1, &found):
                            lower_closest(X, weight, tiles, tile, center, bucket, closest, &work[slot, 0],
                                          &change[part.index, 0])
                group = stop


cdef inline void lower_closest(
        const real[:, ::1] X, const double[::1] weight, Tiles tiles, Py_ssize_t tile, const real[:, ::1] center,
        const uint16_t[::1] bucket, real[::1] closest, real *work, double *change) noexcept nogil:
    """Compare the rows of a tile with a new center."""
    cdef:
        Py_ssize_t d = X.shape[1], start = tiles.starts[tile], row
        int i, n_rows
        real *points = work                  # (d, TILE)
        real *distance = points + d * TILE   # (TILE,)
        double old, top = 0.0, w = 1.0
    n_rows = pack(X, tiles, tile, points)
    if tiles.is_manhattan:
        manhattan_distances(points, d, &center[0, 0], distance)
    else:
        tile_distances(points, d, &center[0, 0], 1, distance)
    for i in range(n_rows):
        row = start + i
        old = closest[row]
        if distance[i] < old:
            closest[row] = distance[i]
            if weight.shape[0]:
                w = weight[row]
            change[bucket[row]] += w * (distance[i] - (old if old < 1e30 else 0.0))
        top = max(top, <double> closest[row])
    tiles.farthest[tile] = top
