# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 1, for rows with many features: give every row to its nearest center, without most of the distances.

Bounds keep a center from being compared with a row. They are bounds of distances between shifted and scaled numbers in
float32, and each is widened by what rounding may amount to. What they leave is compared in float32, and by float64
differences where that does not decide.

- Products of whole numbers bound all distances of a block of rows: in all features, of 8 bits where the machine
  multiplies these at once (byte_product.h), or of 16 (product_body.h); or in a few directions, and with the length of
  the rest (tail.pyx).
- Groups of centers: the distance of a row to each group is bounded from below, by what was known when the row was last
  compared with it, less what the centers of the group moved since (Ding and others 2015, doi:10.5555/3045118.3045181).
- The distance of a row to its own center bounds from above what is to be looked for.
"""
from libc.math cimport INFINITY, sqrt, sqrtf
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t

from .distance cimport squared_distance
from .product cimport (
    AHEAD, PANEL, bound_groups, byte_product, byte_row, dots, multiplies_bytes, not_above, open_groups, product,
    shift_row, two_smallest, whole_product, whole_row)
from .tail cimport Tail, bound_error, largest_whole, product_error, project
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:
    AT_ONCE = 48  # rows of a block, at most
    SIDE_BY_SIDE = 12  # distances that are computed together

BLOCK_ROWS = AT_ONCE
HAS_BYTES = bool(multiplies_bytes())  # whether the machine multiplies bytes four at a time

cdef double FAR = 2.0 ** 100   # the square of a distance beside which that of all rows to the middle is nothing
cdef double CANCELS = 0.0625  # a difference that is a smaller part of its terms has lost too many digits
cdef float UP = <float> (1.0 + 2.0 ** -20)  # more than a few roundings
cdef float DOWN = <float> (1.0 - 2.0 ** -20)


cdef class WideCenters:
    """Centers as wide rows are compared with them: shifted and scaled, in float32, and in groups.

    A panel is PANEL centers that lie side by side. Some panels after each other make a band, and the centers that
    stand in the same column of each panel of a band are a group: PANEL groups a band. So the smallest of the scores of
    each group comes out without adding up across lanes. In `places` the centers of a group follow each other.

    Attributes
    ----------
    names : (places,), int32
        Which center: they are in order, and the last places have none, -1.
    place_of, column_of : (places,), int32
        The place of each column, by panels, and the other way round.
    bands : (n_bands + 1,), intp
        The first panel of each band.
    rows : (places, d_padded), float32
        -2 c, and zeros.
    squares, lows : (places,), float32
        |c|^2, infinite where there is no center, and less what rounding may make of it.
    narrow, narrow_lows : (places, size) and (places,), float32; without a tail `rows` and `lows`
        -2 c~, and |c|^2 less what rounding may make of a bound.
    columns, factors, column_lows : (panels, size / 2, PANEL, 2), int16, and (places,), float32
        By panels: c~, or c where there is no tail (then `size` is d_padded), in whole numbers, two features together;
        -2 times their step; and `narrow_lows`.
    bytes : (panels, d_padded / 4 + 1, PANEL, 4), int8, or (0, 0, PANEL, 4)
        In place of `columns`, which are empty then: c in whole numbers of 8 bits, as byte_product.h takes them.
    rests : (places,), float32
        Lengths of what the whole numbers leave, by panels.
    last : (k, d)
        Centers that were packed before, or the first ones.
    gone : (k,), float32
        How far each center went in all, at least.
    drift : (n_bands * PANEL,), float32
        How far the center of each group that went farthest each time went in all, at least.
    """
    cdef:
        const int32_t[::1] names, place_of, column_of
        const Py_ssize_t[::1] bands
        float[:, ::1] rows
        float[::1] squares, lows
        float[:, ::1] narrow
        float[::1] narrow_lows
        int16_t[:, :, :, ::1] columns
        int8_t[:, :, :, ::1] bytes
        float[::1] factors, column_lows, rests
        double[:, ::1] last
        float[::1] gone, drift
        const double[::1] shift
        double scale
        Py_ssize_t d, d_padded, width, n_places, n_groups
        bint has_tail, has_bytes
        float error, low_error, least, longest, longest_rest

    def __cinit__(self, names, place_of, column_of, bands, rows, squares, lows, narrow, narrow_lows, columns, bytes,
                  factors, column_lows, rests, last, gone, drift, shift, double scale):
        self.names, self.place_of, self.column_of, self.bands = names, place_of, column_of, bands
        self.rows, self.squares, self.lows = rows, squares, lows
        self.narrow, self.narrow_lows = narrow, narrow_lows
        self.columns, self.bytes = columns, bytes
        self.factors, self.column_lows, self.rests = factors, column_lows, rests
        self.last, self.gone, self.drift = last, gone, drift
        self.shift, self.scale = shift, scale
        self.d, self.d_padded = self.last.shape[1], self.rows.shape[1]
        self.n_places, self.n_groups = self.names.shape[0], self.drift.shape[0]
        self.error = self.low_error = <float> product_error(self.d)
        self.has_tail, self.has_bytes = narrow is not rows, self.bytes.shape[0] > 0
        if self.has_tail:
            self.low_error = <float> bound_error(self.d, self.narrow.shape[1])
        self.width = self.narrow.shape[1]
        # What products below the smallest normal number may amount to.
        self.least = <float> ((self.d + 12) * 2.0 ** -120)


def pack_centers(
        const double[:, ::1] centers,     # IN     (k, d)
        WideCenters to,                   # INOUT
        Tail tail,                        # IN     or None
        float[:, ::1] moved,              # OUT    (panels, PANEL), how far each went, by column
        float[:, ::1] work,               # WORK   (slots of threads, PANEL * (d_padded + size + 1))
        Region region, int slot):
    """Take over some panels of centers. O(k d (1 + size)) time.

    A center so far from all rows that its square may not fit into float32 gets bounds that leave it to true distances.
    """
    cdef:
        Py_ssize_t d = to.d, v, lane, j, q, width = to.width, size = 0
        int32_t name, total
        float *space = &work[slot, 0]
        float *coordinates = space + PANEL * to.d_padded
        float *norms
        int16_t *whole
        float about[2]
        const float *packed[PANEL]
        double square, low, narrow_low, t, c
        part_t part
        bint has_tail = to.has_tail, is_far
    if has_tail:
        size = tail.size
    norms = coordinates + PANEL * size
    whole = <int16_t *> (norms + PANEL)
    for lane in range(PANEL):
        packed[lane] = space + lane * to.d_padded
    with nogil:
        while work_take(&region.work, slot, &part):
            for v in range(part.start, part.stop):
                for lane in range(PANEL):
                    q = to.place_of[v * PANEL + lane]
                    name = to.names[q]
                    moved[v, lane] = 0.0
                    if name < 0:
                        for j in range(to.d_padded):
                            (<float *> packed[lane])[j] = 0.0
                        continue
                    square = 0.0
                    for j in range(d):
                        c = centers[name, j]
                        t = c - to.last[name, j]
                        square += t * t
                        to.last[name, j] = c
                    moved[v, lane] = <float> (sqrt(square) * to.scale) * UP
                    shift_row(&centers[name, 0], &centers[name, 0], d, &to.shift[0], to.scale, to.d_padded,
                              <float *> packed[lane])
                if has_tail:
                    project(tail, packed, PANEL, coordinates, norms)
                for lane in range(PANEL):
                    q = to.place_of[v * PANEL + lane]
                    square = 0.0
                    for j in range(to.d_padded):
                        to.rows[q, j] = -2 * packed[lane][j]
                        square += <double> packed[lane][j] * packed[lane][j]
                    low = square * (1.0 - 2.0 * to.error)
                    narrow_low = square * (1.0 - to.low_error)
                    is_far = not square < FAR
                    if is_far:
                        square = INFINITY
                        low = narrow_low = FAR / 2
                    if to.names[q] < 0:
                        square = low = narrow_low = INFINITY
                    if is_far:
                        for j in range(to.d_padded):
                            to.rows[q, j] = 0.0
                    to.squares[q] = <float> square
                    to.lows[q] = <float> low
                    if has_tail:
                        to.narrow_lows[q] = <float> narrow_low
                        for j in range(size):
                            to.narrow[q, j] = 0.0 if is_far else -2 * coordinates[lane * size + j]
                    to.column_lows[v * PANEL + lane] = to.narrow_lows[q]
                    whole_row(coordinates + lane * size if has_tail else space + lane * to.d_padded, width,
                              127 if to.has_bytes else largest_whole(width), whole, about)
                    if is_far:
                        for j in range(width):
                            whole[j] = 0
                    if to.has_bytes:
                        total = 0
                        for j in range(width):
                            to.bytes[v, j // 4, lane, j % 4] = <int8_t> whole[j]
                            total += whole[j]
                        (<int32_t *> &to.bytes[v, width // 4, lane, 0])[0] = -128 * total
                    else:
                        for j in range(width):
                            to.columns[v, j // 2, lane, j % 2] = whole[j]
                    to.factors[v * PANEL + lane] = 0.0 if is_far else -2 * about[0]
                    to.rests[v * PANEL + lane] = 0.0 if is_far else about[1]


def take_moves(
        const float[:, ::1] moved,        # IN     (panels, PANEL)
        WideCenters centers):             # INOUT  gone and drift grow
    """Note how far the centers went since they were packed before, and the longest of them."""
    cdef:
        Py_ssize_t band, lane, v, q
        int32_t name
        float most, square = 0, rest = 0
    for q in range(centers.n_places):
        if centers.squares[q] < INFINITY:
            square = max(square, centers.squares[q])
        rest = max(rest, centers.rests[q])
    centers.longest, centers.longest_rest = sqrtf(square) * UP, rest
    for band in range(centers.bands.shape[0] - 1):
        for lane in range(PANEL):
            most = 0.0
            for v in range(centers.bands[band], centers.bands[band + 1]):
                name = centers.names[centers.place_of[v * PANEL + lane]]
                if name >= 0:
                    centers.gone[name] = added_up(centers.gone[name], moved[v, lane])
                    most = max(most, moved[v, lane])
            centers.drift[band * PANEL + lane] = added_up(centers.drift[band * PANEL + lane], most)


cdef inline float added_up(float total, float more) noexcept nogil:
    """The sum, rounded up."""
    return <float> ((<double> total + more) * (1.0 + 2.0 ** -23)) if more > 0 else total


# ------------------------------------------------------------------------------------------- rows


cdef struct tally_t:  # the first numbers of a row of `counts`
    int64_t changed  # labels that changed
    int64_t seen     # rows that the groups did not settle
    int64_t exact    # rows that true distances settled
    int64_t blocked  # rows that were compared with all centers, in blocks
    int64_t bounded  # pairs of row and center that were bounded by whole numbers, or by coordinates
    int64_t full     # pairs that were compared in all features


cdef struct look_t:    # work space of a thread, and what is known of the row that it looks at
    float *scores      # (block, n_places), lower bounds of |x - c|^2 - |x|^2, once `row_low` is taken off
    float *space       # (block, d_padded), rows in float32, ...
    int16_t *whole     # (block, d_padded), ... and in whole numbers
    float *low         # (n_places,), lower and upper bounds of |x - c|^2 - |x|^2 ...
    float *high        # (n_places,)
    float *spare       # (width,), coordinates of a row
    int32_t *compared  # (n_places,), ... for these places
    int32_t *found     # (n_places,), columns of a row of scores, ...
    int32_t *places    # (n_places,), ... and the place of each
    int32_t *members   # (n_places,), the places of a group
    int32_t *groups    # (n_groups,), those that are open
    Py_ssize_t n_compared
    float *x           # the row
    float norm         # |x|^2
    float row_full     # what rounding may make of a full score, as far as it depends on the row
    float row_low      # the same for what is in `scores`
    float upper        # the least of `high`; in the end that of the center found
    tally_t tally


cdef struct waiting_t:  # a row that is to be compared with all centers
    Py_ssize_t row
    float norm
    Py_ssize_t n_compared  # 1 if it was compared with its own center, or 0
    float low, high        # what came out


def assign_wide(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] exact,       # IN     (k, d), centers
        WideCenters centers,              # IN     the same, packed
        Tail tail,                        # IN     or None: all features take its place
        int32_t[::1] labels,              # INOUT  (n,), -1 where it is not known yet
        float[::1] upper,                 # INOUT  (n,), distance to the own center, at most, less `gone` of that one
        float[:, ::1] bounds,             # INOUT  (n, n_groups), distance to all other centers of a group, at least,
                                          #        and `drift`; (n, 0) where none are kept
        float[:, ::1] work,               # WORK   (threads, block * (n_places + 1.5 d_padded) + 2 n_places + width)
        int32_t[:, ::1] lists,            # WORK   (threads, 4 * n_places + n_groups)
        int64_t[:, ::1] counts,           # INOUT  (threads, 8), adds a tally_t
        Region region, int slot):
    """Label the rows with their nearest center, the lowest one on a tie. O(n k d) time at most."""
    cdef:
        Py_ssize_t n_places = centers.n_places, row, n_open, n_waiting = 0
        Py_ssize_t of_row = n_places + centers.d_padded + centers.d_padded // 2
        Py_ssize_t block = (work.shape[1] - 2 * n_places - centers.width) // of_row
        waiting_t waiting[AT_ONCE]
        # To compare a row with the centers of a group takes ten times as long, for each, as with all in a block.
        Py_ssize_t few = centers.n_groups // 12
        look_t look
        part_t part
        tally_t *total = <tally_t *> &counts[slot, 0]
    look.scores = &work[slot, 0]
    look.space = look.scores + block * n_places
    look.whole = <int16_t *> (look.space + block * centers.d_padded)
    look.low = look.space + block * (centers.d_padded + centers.d_padded // 2)
    look.high = look.low + n_places
    look.spare = look.high + n_places
    look.compared = &lists[slot, 0]
    look.found = look.compared + n_places
    look.places = look.found + n_places
    look.members = look.places + n_places
    look.groups = look.members + n_places
    look.tally = tally_t(0, 0, 0, 0, 0, 0)
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                look.x = look.space + n_waiting * centers.d_padded
                if labels[row] >= 0 and bounds.shape[1]:
                    n_open = find_open_groups(X, centers, tail, labels, upper, bounds, row, &look)
                    if n_open == 0:
                        continue
                    if n_open <= few:
                        look_at_groups(X, exact, centers, tail, labels, upper, bounds, row, n_open, &look)
                        continue
                else:
                    take_row(X, centers, tail, row, &look)
                waiting[n_waiting] = waiting_t(row, look.norm, look.n_compared, look.low[0], look.high[0])
                n_waiting += 1
                if n_waiting == block:
                    look_at_block(X, exact, centers, tail, labels, upper, bounds, waiting, n_waiting, &look)
                    n_waiting = 0
            if n_waiting:
                look_at_block(X, exact, centers, tail, labels, upper, bounds, waiting, n_waiting, &look)
                n_waiting = 0
    total.changed += look.tally.changed
    total.seen += look.tally.seen
    total.exact += look.tally.exact
    total.blocked += look.tally.blocked
    total.bounded += look.tally.bounded
    total.full += look.tally.full


cdef inline float at_most(float score, const look_t *look) noexcept nogil:
    """The distance that goes with an upper bound of |x - c|^2 - |x|^2."""
    cdef float square = score + look.norm + look.row_full
    return sqrtf(max(square, <float> 0.0)) * UP


cdef inline float at_least(float score, const look_t *look) noexcept nogil:
    """The distance that goes with a lower bound of |x - c|^2 - |x|^2."""
    cdef float square = score + look.norm - look.row_full
    return sqrtf(max(square, <float> 0.0)) * DOWN


cdef inline float less(float distance, float gone) noexcept nogil:
    """The difference, rounded up."""
    return <float> (<double> distance - gone + (<double> distance + gone) * 2.0 ** -23)


cdef void take_row(const real[:, ::1] X, WideCenters centers, Tail tail, Py_ssize_t row, look_t *look) noexcept nogil:
    """Get a row ready to be looked at, in look.x."""
    cdef:
        int32_t first = 0
        float norm
    shift_row(&X[row, 0], &X[min(row + AHEAD, X.shape[0] - 1), 0], centers.d, &centers.shift[0], centers.scale,
              centers.d_padded, look.x)
    if centers.has_tail:
        norm = tail.norms[row]
    else:
        dots(look.x, centers.d_padded, look.x, &first, 1, &norm)
    look_at_row(centers, look.x, norm, look)


cdef inline void look_at_row(WideCenters centers, float *x, float norm, look_t *look) noexcept nogil:
    """Nothing is known of this row yet."""
    look.x = x
    look.norm = norm
    look.row_full = centers.error * norm + centers.least
    look.row_low = centers.low_error * norm + centers.least
    look.n_compared = 0
    look.upper = INFINITY


cdef void compare(WideCenters centers, const int32_t *places, int m, look_t *look) noexcept nogil:
    """Bound the scores of m <= SIDE_BY_SIDE centers from both sides, in all features."""
    cdef:
        float dot[SIDE_BY_SIDE]
        float *low = look.low + look.n_compared
        float *high = look.high + look.n_compared
        int i
    dots(look.x, centers.d_padded, &centers.rows[0, 0], places, m, dot)
    for i in range(m):
        low[i] = dot[i] + centers.lows[places[i]] - look.row_full
        high[i] = dot[i] + centers.squares[places[i]] * (1 + 2 * centers.error) + look.row_full
        look.upper = min(look.upper, high[i])
        look.compared[look.n_compared + i] = places[i]
    look.n_compared += m
    look.tally.full += m


cdef Py_ssize_t decide(const real *x, const double[:, ::1] exact, WideCenters centers, look_t *look) noexcept nogil:
    """The place of the nearest one of the centers that were compared: by their bounds, or else by true distances."""
    cdef:
        Py_ssize_t i, n_left = 0, best = 0, name, best_name = -1
        double distance, least = INFINITY
    for i in range(look.n_compared):
        if not look.low[i] > look.upper:
            n_left += 1
            best = i
    if n_left == 1:
        look.upper = look.high[best]
        return look.compared[best]
    look.tally.exact += 1
    for i in range(look.n_compared):
        name = centers.names[look.compared[i]]
        if name < 0 or look.low[i] > look.upper:
            continue
        distance = squared_distance(x, &exact[name, 0], centers.d)
        if distance < least or (distance == least and name < best_name):
            least = distance
            best = i
            best_name = name
    look.upper = look.high[best]
    return look.compared[best]


cdef Py_ssize_t find_open_groups(
        const real[:, ::1] X, WideCenters centers, Tail tail, const int32_t[::1] labels, float[::1] upper,
        const float[:, ::1] bounds, Py_ssize_t row, look_t *look) noexcept nogil:
    """Which groups may have a nearer center than the row's own one: look.groups. Returns how many.

    Where there are any, the row was compared with its own center.
    """
    cdef:
        int32_t own = labels[row]
        float most = (upper[row] + centers.gone[own]) * UP
        Py_ssize_t n_open
    n_open = open_groups(&bounds[row, 0], &centers.drift[0], centers.n_groups, most, look.groups)
    if n_open == 0:
        return 0
    look.tally.seen += 1
    take_row(X, centers, tail, row, look)
    compare(centers, &own, 1, look)
    most = at_most(look.upper, look)
    upper[row] = less(most, centers.gone[own])
    return open_groups(&bounds[row, 0], &centers.drift[0], centers.n_groups, most * UP, look.groups)


cdef void look_at_groups(
        const real[:, ::1] X, const double[:, ::1] exact, WideCenters centers, Tail tail, int32_t[::1] labels,
        float[::1] upper, float[:, ::1] bounds, Py_ssize_t row, Py_ssize_t n_open, look_t *look) noexcept nogil:
    """Label a row that was compared with its own center, and of whose groups some are open."""
    cdef:
        float *score = look.scores  # by place
        const float *narrow = look.x
        Py_ssize_t i, q, first, last, n_found = 0, found
        int32_t own = labels[row]
        float own_low = look.low[0], least
        bint own_is_open = False
    if centers.has_tail:
        for q in range(centers.width):
            look.spare[q] = tail.numbers[row, q] * tail.about[row, 0]
        narrow = look.spare
        allow_for_rests(centers, tail.about[row, 1], look)
    for i in range(n_open):
        places_of_group(centers, look.groups[i], &first, &last)
        for q in range(first, last):
            look.members[q - first] = <int32_t> q
        dots(narrow, centers.narrow.shape[1], &centers.narrow[0, 0], look.members, last - first, score + first)
        if centers.has_tail:
            look.tally.bounded += last - first
        else:
            look.tally.full += last - first
        for q in range(first, last):
            score[q] += centers.narrow_lows[q]
            if q == own:
                score[q] = own_low + look.row_low
                own_is_open = True
            elif not score[q] - look.row_low > look.upper:
                look.found[n_found] = look.places[n_found] = <int32_t> q
                n_found += 1
    compare_found(centers, score, n_found, look)
    found = decide(&X[row, 0], exact, centers, look)
    for i in range(n_open):
        places_of_group(centers, look.groups[i], &first, &last)
        least = INFINITY
        for q in range(first, last):
            if q != found:
                least = min(least, score[q])
        bounds[row, look.groups[i]] = added_down(at_least(least - look.row_low, look), centers.drift[look.groups[i]])
    if found == own:
        return
    if not own_is_open:
        i = group_of(centers, own)
        bounds[row, i] = min(bounds[row, i], added_down(at_least(own_low, look), centers.drift[i]))
    take_label(centers, labels, upper, row, found, look)


cdef void look_at_block(
        const real[:, ::1] X, const double[:, ::1] exact, WideCenters centers, Tail tail, int32_t[::1] labels,
        float[::1] upper, float[:, ::1] bounds, const waiting_t *waiting, Py_ssize_t n, look_t *look) noexcept nogil:
    """Label n <= AT_ONCE rows, which are in look.space, and bound all their groups."""
    cdef:
        const int16_t *whole[AT_ONCE]
        const uint8_t *bytes[AT_ONCE]
        float step[AT_ONCE]
        float rest[AT_ONCE]
        float about[2]
        Py_ssize_t i, row, found
        float *score
    for i in range(n):
        row = waiting[i].row
        if centers.has_tail:
            whole[i], step[i], rest[i] = &tail.numbers[row, 0], tail.about[row, 0], tail.about[row, 1]
        elif centers.has_bytes:
            bytes[i] = <uint8_t *> (look.whole + i * centers.d_padded)
            byte_row(look.space + i * centers.d_padded, centers.d_padded, <uint8_t *> bytes[i], about)
            step[i], rest[i] = about[0], about[1]
        else:
            whole[i] = look.whole + i * centers.d_padded
            whole_row(look.space + i * centers.d_padded, centers.d_padded, largest_whole(centers.d_padded),
                      <int16_t *> whole[i], about)
            step[i], rest[i] = about[0], about[1]
    if centers.has_bytes:
        byte_product(bytes, step, n, centers.width // 4, &centers.bytes[0, 0, 0, 0], &centers.factors[0],
                     &centers.column_lows[0], centers.bytes.shape[0], look.scores, centers.n_places)
    else:
        whole_product(whole, step, n, centers.width, &centers.columns[0, 0, 0, 0], &centers.factors[0],
                      &centers.column_lows[0], centers.columns.shape[0], look.scores, centers.n_places)
    look.tally.blocked += n
    for i in range(n):
        row = waiting[i].row
        score = look.scores + i * centers.n_places
        look.tally.seen += waiting[i].n_compared == 0
        look_at_row(centers, look.space + i * centers.d_padded, waiting[i].norm, look)
        if waiting[i].n_compared:
            look.n_compared = 1
            look.compared[0] = labels[row]
            look.low[0], look.high[0] = waiting[i].low, waiting[i].high
            look.upper = look.high[0]
        allow_for_rests(centers, rest[i], look)
        look.tally.bounded += centers.last.shape[0]
        search_bounded(centers, score, look)
        found = decide(&X[row, 0], exact, centers, look)
        if bounds.shape[1]:
            bound_all_groups(centers, found, score, &bounds[row, 0], look)
        take_label(centers, labels, upper, row, found, look)


cdef inline void allow_for_rests(WideCenters centers, float rest, look_t *look) noexcept nogil:
    """Let scores be lower by what whole numbers may be off.

    x.c = q.q' + x.e' + e.c - e.e', where q and q' are the whole numbers times their steps, e and e' what they leave.
    """
    look.row_low += <float> 2.01 * (
        sqrtf(look.norm) * centers.longest_rest + rest * (centers.longest + centers.longest_rest))


cdef void search_bounded(WideCenters centers, float *score, look_t *look) noexcept nogil:
    """Compare a row with the centers that its scores, which are bounds, do not rule out."""
    cdef:
        Py_ssize_t at, n_found, i
        float least, second
        int32_t first
    # The center of before is most likely near, or else what seems nearest: it rules out most others.
    if look.n_compared:
        at = centers.column_of[look.compared[0]]
    else:
        at = two_smallest(score, centers.n_places, &least, &second)
        first = centers.place_of[at]
        compare(centers, &first, 1, look)
    score[at] = INFINITY  # not to be found again
    n_found = not_above(score, centers.n_places, look.upper + look.row_low, look.found)
    for i in range(n_found):
        look.places[i] = centers.place_of[look.found[i]]
    compare_found(centers, score, n_found, look)
    score[at] = look.low[0] + look.row_low


cdef void compare_found(WideCenters centers, float *score, Py_ssize_t n, look_t *look) noexcept nogil:
    """Compare a row with the centers in `places`, whose scores are at `found`, unless these rule them out."""
    cdef:
        Py_ssize_t i = 0, j
        int32_t some[SIDE_BY_SIDE]
        int32_t at[SIDE_BY_SIDE]
        int m
    while i < n:
        m = 0
        while i < n and m < SIDE_BY_SIDE:
            if not score[look.found[i]] - look.row_low > look.upper:
                some[m] = look.places[i]
                at[m] = look.found[i]
                m += 1
            i += 1
        compare(centers, some, m, look)
        for j in range(m):
            score[at[j]] = look.low[look.n_compared - m + j] + look.row_low


cdef inline void bound_all_groups(WideCenters centers, Py_ssize_t own, float *score, float *bound,
                                  const look_t *look) noexcept nogil:
    """Lower bounds of the distances to all centers but the own one, group by group."""
    cdef Py_ssize_t band, first
    score[centers.column_of[own]] = INFINITY
    for band in range(centers.bands.shape[0] - 1):
        first = centers.bands[band]
        bound_groups(score + first * PANEL, centers.bands[band + 1] - first, look.norm - look.row_full - look.row_low,
                     DOWN, &centers.drift[band * PANEL], bound + band * PANEL)


cdef inline void take_label(WideCenters centers, int32_t[::1] labels, float[::1] upper, Py_ssize_t row,
                            Py_ssize_t place, look_t *look) noexcept nogil:
    """Write the label of a row, and how far the center is."""
    cdef int32_t name = centers.names[place]
    look.tally.changed += name != labels[row]
    labels[row] = name
    upper[row] = less(at_most(look.upper, look), centers.gone[name])


cdef inline void places_of_group(WideCenters centers, Py_ssize_t group, Py_ssize_t *first,
                                 Py_ssize_t *last) noexcept nogil:
    cdef Py_ssize_t band = group // PANEL, size = centers.bands[band + 1] - centers.bands[band]
    first[0] = centers.bands[band] * PANEL + group % PANEL * size
    last[0] = first[0] + size


cdef inline Py_ssize_t group_of(WideCenters centers, Py_ssize_t place) noexcept nogil:
    cdef Py_ssize_t band = 0
    while place >= centers.bands[band + 1] * PANEL:
        band += 1
    return band * PANEL + (place - centers.bands[band] * PANEL) // (centers.bands[band + 1] - centers.bands[band])


cdef inline float added_down(float distance, float drift) noexcept nogil:
    """The sum, rounded down."""
    return (distance + drift) * DOWN


# ------------------------------------------------------------------------------------------- all distances


def distances_to_all_wide(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const double[::1] shift,          # IN     (d,)
        const double[:, :, ::1] columns,  # IN     (panels, d, PANEL), -2 (center - shift), and zeros
        const double[::1] squares,        # IN     (panels * PANEL,), |center - shift|^2
        double[:, ::1] work,              # WORK   (threads, AT_ONCE * (d + panels * PANEL))
        real[:, ::1] out,                 # OUT    (n, k), Euclidean distance
        Region region, int slot):
    """Distances of the rows to all centers in float64. O(n k d) time.

    They come from |x|^2 - 2 x.c + |c|^2, or from differences where these terms would cancel.
    """
    cdef:
        Py_ssize_t d = X.shape[1], k = centers.shape[0], width = squares.shape[0], start, n, i, j
        const double *rows[AT_ONCE]
        double norms[AT_ONCE]
        double *space = &work[slot, 0]
        double *score = space + AT_ONCE * d
        double t, square, terms
        part_t part
    for i in range(AT_ONCE):
        rows[i] = space + i * d
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                n = min(<Py_ssize_t> AT_ONCE, part.stop - start)
                for i in range(n):
                    norms[i] = 0.0
                    for j in range(d):
                        t = X[start + i, j] - shift[j]
                        space[i * d + j] = t
                        norms[i] += t * t
                product(rows, n, d, &columns[0, 0, 0], &squares[0], width // PANEL, score, width)
                for i in range(n):
                    for j in range(k):
                        square = score[i * width + j] + norms[i]
                        terms = norms[i] + squares[j]
                        if not square > CANCELS * terms:
                            square = squared_distance(&X[start + i, 0], &centers[j, 0], d)
                        out[start + i, j] = <real> sqrt(square)
                start += n
