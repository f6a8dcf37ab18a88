# SPDX-License-Identifier: BSD-3-Clause
"""k-medians, step 2: move every center to the medians of its rows.

Each feature is cut into bins, at most 256, so that a row is a byte for each feature. How much weight the rows of a
cluster have in each bin tells which bin the median is in; only values of this bin are looked at. Where all values of a
bin are equal, as in data of few distinct values, not even these. All weights are whole numbers, so that sums are exact
in any order, and can follow the rows that move, as the values of this bin do where they are not too many to be kept. So
the rows of a cluster are passed through again only when a median leaves its bin.

Codes of eight features make a word: feature j in the bits 8 (j % 8) to 8 (j % 8) + 7 of word j / 8.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcmp, memcpy, memset

from ..._runtime._kernels.bits cimport take_bit
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

MOST_BINS = BINS
WORD_CODES = CODES

cdef enum:
    BINS = 256
    CODES = 8     # of a word
    LOOK = 32     # labels that are compared at once
    FEW = 24      # values that are sorted by insertion

cdef uint64_t LOW_BITS = <uint64_t> 0x7f7f7f7f7f7f7f7f


cdef class Codes:
    """Rows as bins.

    Attributes
    ----------
    words : (n, ceil(d / CODES))
    edges : (d, m), m a power of two, BINS at most
        Where bins start, in order; infinity beyond the last one. The first bin has all lower values as well.
    is_mixed : (d, m)
        Whether a bin holds other values than the one at which it starts.
    weight : (n,), or (0,) for ones
        Whole numbers of at least 0 whose sum is at most 2**62.
    """
    cdef:
        uint64_t[:, ::1] words
        const double[:, ::1] edges
        uint8_t[:, ::1] is_mixed
        const int64_t[::1] weight

    def __cinit__(self, uint64_t[:, ::1] words, const double[:, ::1] edges, uint8_t[:, ::1] is_mixed,
                  const int64_t[::1] weight):
        self.words, self.edges, self.is_mixed, self.weight = words, edges, is_mixed, weight


cdef class Medians:
    """What is known of the median of each cluster and feature.

    Attributes
    ----------
    before : (n,)
        Label of each row that the sums below know of; -1: none.
    bins : (k, d)
        The bin in which the median is.
    below, inside : (k, d)
        The weight of the rows in lower bins, and in this one.
    total : (k,)
        The weight of all rows.
    changed : (k,)
        Whether rows joined or left since the median was found.
    n_kept : (k, d)
        How many rows there are in this bin, whose values are kept; -1: they are not kept.
    values, weights : (k, d, room), or weights (0, 0, 0) where rows have none
        Values and weights of these rows, in any order.
    """
    cdef:
        int32_t[::1] before
        uint8_t[:, ::1] bins
        int64_t[:, ::1] below
        int64_t[:, ::1] inside
        int64_t[::1] total
        uint8_t[::1] changed
        int32_t[:, ::1] n_kept
        double[:, :, ::1] values
        int64_t[:, :, ::1] weights

    def __cinit__(self, int32_t[::1] before, uint8_t[:, ::1] bins, int64_t[:, ::1] below, int64_t[:, ::1] inside,
                  int64_t[::1] total, uint8_t[::1] changed, int32_t[:, ::1] n_kept, double[:, :, ::1] values,
                  int64_t[:, :, ::1] weights):
        self.before, self.bins, self.below, self.inside = before, bins, below, inside
        self.total, self.changed, self.n_kept = total, changed, n_kept
        self.values, self.weights = values, weights


def encode_rows(
        const real[:, ::1] X,             # IN     (n, d)
        double per_unit,                  # IN     one over the unit of a grid, a power of two; 0: there is none
        Codes codes,                      # IN     edges; OUT words
        uint8_t[:, :, ::1] is_mixed,      # INOUT  (slots, d, m), see `Codes`
        uint8_t[:, ::1] is_off_grid,      # INOUT  (slots, any), the first one says whether a value is no multiple
        Region region, int slot):
    """Find the bin of each number, and whether all numbers are multiples of a unit. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], row, word, first
        int t, n_codes, m = <int> codes.edges.shape[1]
        const double *edges
        uint8_t *mixed
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for word in range(codes.words.shape[1]):
                first = word * CODES
                n_codes = <int> min(d - first, CODES)
                edges, mixed = &codes.edges[first, 0], &is_mixed[slot, first, 0]
                for row in range(part.start, part.stop):
                    if n_codes == CODES:  # a number that the compiler knows is twice as fast
                        codes.words[row, word] = encode(&X[row, first], edges, m, CODES, mixed)
                    elif n_codes == 3:
                        codes.words[row, word] = encode(&X[row, first], edges, m, 3, mixed)
                    else:
                        codes.words[row, word] = encode(&X[row, first], edges, m, n_codes, mixed)
                    if not is_off_grid[slot, 0]:
                        for t in range(n_codes):
                            is_off_grid[slot, 0] |= not is_whole(X[row, first + t] * per_unit)


cdef inline bint is_whole(double value) noexcept nogil:
    return -2.0 ** 52 < value < 2.0 ** 52 and <double> <int64_t> value == value


cdef inline uint64_t encode(const real *x, const double *edges, int m, int n_codes, uint8_t *is_mixed) noexcept nogil:
    """The codes of some numbers, by binary search."""
    cdef:
        int code[CODES]
        int t, step = m // 2
        uint64_t codes = 0
    for t in range(n_codes):
        code[t] = 0
    while step:  # a search waits for its loads: several go on meanwhile
        for t in range(n_codes):
            code[t] += step * (edges[t * m + code[t] + step] <= x[t])
        step >>= 1
    for t in range(n_codes):
        codes |= <uint64_t> code[t] << (8 * t)
        if edges[t * m + code[t]] != x[t]:
            is_mixed[t * m + code[t]] = 1
    return codes


def follow_labels(
        const real[:, ::1] X,             # IN     (n, d)
        const int32_t[::1] labels,        # IN     (n,)
        bint keep_sums,                   # IN     sums and values follow the rows; if not, they are to be found anew
        Codes codes,                      # IN
        Medians medians):                 # INOUT
    """Bring totals and, if asked for, sums and values up to date with the labels.

    O(n) time, and O(d) for each row that moves, or O(d room) where values are kept.
    """
    cdef:
        Py_ssize_t n = labels.shape[0], start, row
        int32_t old, new
        int64_t weight
    with nogil:
        start = 0
        while start < n:
            if memcmp(&labels[start], &medians.before[start], min(<Py_ssize_t> LOOK, n - start) * sizeof(int32_t)):
                for row in range(start, min(start + LOOK, n)):
                    old, new = medians.before[row], labels[row]
                    if old == new:
                        continue
                    medians.before[row] = new
                    weight = codes.weight[row] if codes.weight.shape[0] else 1
                    if weight == 0:
                        continue
                    if old >= 0:
                        medians.total[old] -= weight
                        medians.changed[old] = 1
                        if keep_sums:
                            move_row(&X[row, 0], &codes.words[row, 0], -weight, old, medians)
                    medians.total[new] += weight
                    medians.changed[new] = 1
                    if keep_sums:
                        move_row(&X[row, 0], &codes.words[row, 0], weight, new, medians)
            start += LOOK


cdef inline void move_row(const real *x, const uint64_t *words, int64_t weight, Py_ssize_t cluster,
                          Medians medians) noexcept nogil:
    """Add a row to the sums and values of a cluster, or take it off if its weight is given as a negative number."""
    cdef:
        Py_ssize_t j
        int code, bin_
    for j in range(medians.bins.shape[1]):
        code, bin_ = <int> (words[j // CODES] >> (8 * (j % CODES))) & 255, medians.bins[cluster, j]
        medians.below[cluster, j] += weight if code < bin_ else 0
        if code == bin_:
            medians.inside[cluster, j] += weight
            if medians.n_kept[cluster, j] >= 0:
                move_value(x[j], weight, cluster, j, medians)


cdef inline void move_value(double value, int64_t weight, Py_ssize_t cluster, Py_ssize_t j,
                            Medians medians) noexcept nogil:
    """Add a value to those that are kept, or take it off; where there is no room, they are kept no longer."""
    cdef:
        int32_t *n = &medians.n_kept[cluster, j]
        double *values = &medians.values[cluster, j, 0]
        int64_t *weights = &medians.weights[cluster, j, 0] if medians.weights.shape[0] else NULL
        Py_ssize_t i = 0
    if weight > 0:
        if n[0] == medians.values.shape[2]:
            n[0] = -1
            return
        values[n[0]] = value
        if weights != NULL:
            weights[n[0]] = weight
        n[0] += 1
        return
    while values[i] != value or (weights != NULL and weights[i] != -weight):
        i += 1
    n[0] -= 1
    values[i] = values[n[0]]
    if weights != NULL:
        weights[i] = weights[n[0]]


def count_members(
        const int32_t[::1] labels,        # IN     (n,)
        const uint8_t[::1] wanted,        # IN     (k,), of which clusters rows are counted
        Codes codes,                      # IN     weights; rows without are left out
        int64_t[:, ::1] counts,           # OUT    (strips, k)
        Region region, int slot):
    """Count the rows of each cluster, strip by strip. O(n + strips k) time."""
    cdef:
        Py_ssize_t row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            counts[part.index, :] = 0
            for row in range(part.start, part.stop):
                counts[part.index, labels[row]] += (
                    wanted[labels[row]] & (codes.weight.shape[0] == 0 or codes.weight[row] > 0)
                )


def place_members(
        const int32_t[::1] labels,        # IN     (n,)
        const uint8_t[::1] wanted,        # IN     (k,)
        Codes codes,                      # IN
        int64_t[:, ::1] places,           # INOUT  (strips, k), where the next row of a strip and cluster goes
        Py_ssize_t[::1] rows,             # OUT    (number of rows counted,), sorted by cluster
        Region region, int slot):
    """Write down the rows of each cluster in the strips of `count_members`. O(n) time."""
    cdef:
        Py_ssize_t row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                if wanted[labels[row]] and (codes.weight.shape[0] == 0 or codes.weight[row] > 0):
                    rows[places[part.index, labels[row]]] = row
                    places[part.index, labels[row]] += 1


def find_medians(
        const real[:, ::1] X,             # IN     (n, d)
        Codes codes,                      # IN
        const Py_ssize_t[::1] clusters,   # IN     (m,), those whose medians are to be found
        const Py_ssize_t[::1] rows,       # IN     sorted by cluster; none where all bins hold and all values are kept
        const Py_ssize_t[::1] starts,     # IN     (m + 1,), where the rows of each of these clusters start
        bint has_sums,                    # IN     sums and values are up to date
        Medians medians,                  # INOUT  all but total
        double[:, ::1] values,            # WORK   (slots, >= the largest number of rows of a cluster)
        int64_t[:, ::1] weights,          # WORK   the same, or (slots, 0) where rows have no weights
        double[:, ::1] centers,           # INOUT  (k, d), the rows of these clusters are written
        Region region, int slot):
    """The lower weighted medians of some clusters; an item is a cluster and a word of features. O(n d) time.

    The lower median is the least value v for which rows with values up to v have half of the weight or more.
    """
    cdef:
        Py_ssize_t n_words = codes.words.shape[1], item, i, word, n_rows
        int64_t sums[CODES * BINS]
        const Py_ssize_t *own
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for item in range(part.start, part.stop):
                i, word = item // n_words, item % n_words
                own, n_rows = &rows[0] + starts[i], starts[i + 1] - starts[i]
                find_bins(codes, own, n_rows, clusters[i], word, has_sums, medians, sums)
                find_values(X, codes, own, n_rows, clusters[i], word, medians, &values[slot, 0],
                            &weights[slot, 0] if weights.shape[1] else NULL, values.shape[1], centers)


cdef inline int64_t half_of(int64_t total) noexcept nogil:
    """Half of a number, rounded up."""
    return total - total // 2


cdef inline void find_bins(
        Codes codes, const Py_ssize_t *rows, Py_ssize_t n_rows, Py_ssize_t cluster, Py_ssize_t word, bint has_sums,
        Medians medians, int64_t *sums) noexcept nogil:
    """Which bins the medians of the features of a word are in, where they are not known to have stayed in theirs.

    sums : WORK (CODES * BINS,)
    """
    cdef:
        Py_ssize_t i, j, first = word * CODES
        int t, code, m = 0
        int shifts[CODES]  # of the features whose bins are to be found
        int64_t half = half_of(medians.total[cluster]), below, weight = 1
        uint64_t some
    for j in range(first, min(medians.bins.shape[1], first + CODES)):
        shifts[m] = 8 * <int> (j - first)
        below = medians.below[cluster, j]
        m += not (has_sums and below < half <= below + medians.inside[cluster, j])
    if m == 0:
        return
    memset(sums, 0, m * BINS * sizeof(int64_t))
    for i in range(n_rows):
        some = codes.words[rows[i], word]
        if codes.weight.shape[0]:
            weight = codes.weight[rows[i]]
        if m == CODES:
            for t in range(CODES):
                sums[t * BINS + <int> ((some >> (8 * t)) & 255)] += weight
        else:
            for t in range(m):
                sums[t * BINS + <int> ((some >> shifts[t]) & 255)] += weight
    for t in range(m):
        below, code, j = 0, 0, first + shifts[t] // 8
        while below + sums[t * BINS + code] < half:
            below += sums[t * BINS + code]
            code += 1
        medians.bins[cluster, j] = <uint8_t> code
        medians.below[cluster, j] = below
        medians.inside[cluster, j] = sums[t * BINS + code]
        medians.n_kept[cluster, j] = -1


cdef inline void find_values(
        const real[:, ::1] X, Codes codes, const Py_ssize_t *rows, Py_ssize_t n_rows, Py_ssize_t cluster,
        Py_ssize_t word, Medians medians, double *values, int64_t *weights, Py_ssize_t n_values,
        double[:, ::1] centers) noexcept nogil:
    """The medians of the features of a word, in the bins that are known. Where values are not kept, those of as many
    features are collected at once as there is room for."""
    cdef:
        Py_ssize_t i, j, row, n, first = word * CODES
        Py_ssize_t at[CODES]
        Py_ssize_t begins[CODES]
        int t, u, last, n_codes = <int> min(medians.bins.shape[1] - first, CODES)
        int64_t half = half_of(medians.total[cluster])
        uint64_t some, target = 0, sought
    for t in range(n_codes):
        target |= <uint64_t> medians.bins[cluster, first + t] << (8 * t)
    t = 0
    while t < n_codes:
        n, sought, last = 0, 0, t
        while last < n_codes:
            j = first + last
            u = medians.bins[cluster, j]
            if not codes.is_mixed[j, u]:
                centers[cluster, j] = codes.edges[j, u] + 0.0  # -0.0 becomes 0.0
            elif medians.n_kept[cluster, j] >= 0:
                centers[cluster, j] = 0.0 + lower_median(
                    &medians.values[cluster, j, 0],
                    &medians.weights[cluster, j, 0] if medians.weights.shape[0] else NULL,
                    medians.n_kept[cluster, j], half - medians.below[cluster, j])
            else:
                i = <Py_ssize_t> min(medians.inside[cluster, j], <int64_t> n_rows)
                if n + i > n_values:
                    break
                at[last] = begins[last] = n
                n += i
                sought |= <uint64_t> 128 << (8 * last)
            last += 1
        if sought:
            for i in range(n_rows):
                row = rows[i]
                some = codes.words[row, word] ^ target
                some = ~(((some & LOW_BITS) + LOW_BITS) | some | LOW_BITS) & sought  # the bytes that are equal
                while some:
                    u = take_bit(&some) // 8
                    values[at[u]] = X[row, first + u]
                    if weights != NULL:
                        weights[at[u]] = codes.weight[row]
                    at[u] += 1
        for u in range(t, last):
            if (sought >> (8 * u)) & 128:
                keep_values(values + begins[u], weights + begins[u] if weights != NULL else NULL, at[u] - begins[u],
                            cluster, first + u, medians)
                centers[cluster, first + u] = 0.0 + lower_median(
                    values + begins[u], weights + begins[u] if weights != NULL else NULL, at[u] - begins[u],
                    half - medians.below[cluster, first + u])
        t = last


cdef inline void keep_values(const double *values, const int64_t *weights, Py_ssize_t n, Py_ssize_t cluster,
                             Py_ssize_t j, Medians medians) noexcept nogil:
    """Keep the values of the bin of a median, if there is room for them and for some more."""
    if n > medians.values.shape[2] - medians.values.shape[2] // 4:
        return
    memcpy(&medians.values[cluster, j, 0], values, n * sizeof(double))
    if weights != NULL:
        memcpy(&medians.weights[cluster, j, 0], weights, n * sizeof(int64_t))
    medians.n_kept[cluster, j] = <int32_t> n


cdef inline void swap(double *values, int64_t *weights, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    cdef:
        double value = values[a]
        int64_t weight
    values[a], values[b] = values[b], value
    if weights != NULL:
        weight = weights[a]
        weights[a], weights[b] = weights[b], weight


cdef inline double middle_of(double a, double b, double c) noexcept nogil:
    return max(min(a, b), min(max(a, b), c))


cdef double lower_median(double *values, int64_t *weights, Py_ssize_t n, int64_t half) noexcept nogil:
    """The least value for which values up to it weigh `half` or more, by selection. Reorders both; O(n) time.

    weights : NULL for ones
    """
    cdef:
        Py_ssize_t first = 0, last = n, low, high, i, j
        int64_t below, equal, weight
        uint64_t state = 1
        Py_ssize_t picked[3]
        double pivot
    while last - first > FEW:
        for i in range(3):
            state = state * <uint64_t> 6364136223846793005 + <uint64_t> 1442695040888963407
            picked[i] = first + <Py_ssize_t> ((state >> 33) % <uint64_t> (last - first))
        pivot = middle_of(values[picked[0]], values[picked[1]], values[picked[2]])
        low, high, i, below, equal = first, last, first, 0, 0
        while i < high:  # lower ones to the front, greater ones to the end
            weight = weights[i] if weights != NULL else 1
            if values[i] < pivot:
                below += weight
                swap(values, weights, low, i)
                low += 1
                i += 1
            elif values[i] > pivot:
                high -= 1
                swap(values, weights, high, i)
            else:
                equal += weight
                i += 1
        if half <= below:
            last = low
        elif half <= below + equal:
            return pivot
        else:
            half -= below + equal
            first = high
    for i in range(first + 1, last):
        j = i
        while j > first and values[j - 1] > values[j]:
            swap(values, weights, j - 1, j)
            j -= 1
    i = first
    while i < last - 1:
        half -= weights[i] if weights != NULL else 1
        if half <= 0:
            break
        i += 1
    return values[i]
