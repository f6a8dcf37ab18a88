# SPDX-License-Identifier: BSD-3-Clause
"""The nearest of given centers, as a job of C (job.h): for `predict`, and for other programs.

Its phases are PREPARE, which looks at the centers and packs them for the fast arithmetic, and LABEL. Where squares do
not fit into float64, rows are divided by a power of two, TILE at a time.
"""
from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer)
from libc.math cimport INFINITY, fabs, frexp, ldexp
from libc.stdint cimport int32_t, int64_t
from libc.stdio cimport snprintf
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from .batch cimport append, batch_t, label_batch
from .centers cimport centers_t, nearest_exactly, pack_centers, place_centers
from .distance cimport squared_distance
from .powers cimport FAR, copy_rows, divide, exponent_of, power_of_two_below, row_magnitude, row_of
from .tile cimport TILE
from ..._base._kernels.magnitude cimport magnitude_of
from ..._runtime._kernels.job cimport (
    COTERIE_BAD_ARGUMENT, COTERIE_F32, COTERIE_F64, COTERIE_MORE, COTERIE_NO_MEMORY, COTERIE_OK, COTERIE_SLOTS,
    coterie_job, coterie_matrix, job_begin_own, job_end, job_explain, job_init, job_kind_t, job_lock, job_run,
    job_unlock)
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_load, work_pauses, work_store, work_take

cdef enum phase_t:
    PREPARE
    LABEL

cdef enum:
    FEW = 8  # rows: fewer are compared with all centers one by one, which then need not be packed

cdef double LEAST_SQUARE = 2.0 ** -900  # a smaller sum of squares may have lost terms
cdef double FAR_LIMIT = 2.0 ** FAR
cdef double CHUNK = 100_000.0  # nanoseconds
cdef double LOOK = 0.05        # seconds after which a thread sees whether the region was stopped
cdef double OPERATIONS = 40.0  # multiplications with an addition that fast arithmetic does in a nanosecond of one core


cdef struct assignment_t:
    coterie_job job
    # What the caller gave
    coterie_matrix X, given
    int32_t *labels
    double *squared        # or NULL
    # The state
    phase_t phase
    int64_t bad_row        # the first one that is not finite; n where there is none
    const double *exact    # (k, d), the centers in float64, ...
    double top             # ... the largest of them, ...
    centers_t centers      # ... and divided by a power of two ...
    int exponent           # ... with this exponent
    # Work space
    int n_places
    Py_ssize_t n_tile_rows
    Py_ssize_t space_size
    double *spaces         # (n_places, space_size); see space_t
    double *shift          # (d,), of the packed centers
    int64_t label_rows     # of a chunk
    void *blocks[3]        # memory to free: of the work space, and of centers that had to be copied
    int n_blocks


cdef struct space_t:  # of a thread
    double *tile      # (d, TILE); nothing if there are few rows
    double *rows      # (n_tile_rows, d)
    double *row       # (d,)
    double *center    # (d,)


cdef struct rows_t:
    const void *data
    int type
    int64_t first, n, stride


cdef inline space_t space_of(const assignment_t *a, int place) noexcept nogil:
    cdef:
        Py_ssize_t d = a.X.d
        double *tile = a.spaces + place * a.space_size
        double *rows = tile if a.X.n < FEW else tile + d * TILE
        double *row = rows + a.n_tile_rows * d
    return space_t(tile, rows, row, row + d)


cdef void fail(assignment_t *a, int code, const char *why) noexcept nogil:
    """End the job; without the lock."""
    job_lock(&a.job)
    job_end(&a.job, code, why)
    job_unlock(&a.job)


cdef void explain_row(char *why, size_t size, const char *name, const coterie_matrix *X, int64_t row) noexcept nogil:
    """Say which number of a row is not finite."""
    cdef:
        Py_ssize_t j = 0
        double value
    while True:
        value = (<const float *> row_of(X, row))[j] if X.type == COTERIE_F32 else (<const double *> row_of(X, row))[j]
        if not fabs(value) < INFINITY or j == X.d - 1:
            break
        j += 1
    snprintf(why, size, "%s: row %lld, column %lld is %g, which is not finite", name, <long long> row, <long long> j,
             value)


cdef void *allocate(assignment_t *a, double n_doubles) noexcept nogil:
    """Memory that is freed with the job, or NULL."""
    cdef void *block = NULL
    if n_doubles < 2.0 ** 56:
        block = malloc(<size_t> n_doubles * sizeof(double))
    if block == NULL:
        fail(a, COTERIE_NO_MEMORY, "there is not enough memory for the work space of the job")
    else:
        a.blocks[a.n_blocks] = block
        a.n_blocks += 1
    return block


# ------------------------------------------------------------------------------------------- centers


cdef const double *centers_over(assignment_t *a, int exponent) noexcept nogil:
    """The centers over 2**exponent, (k, d); NULL if there is no memory."""
    if exponent == 0 and a.given.type == COTERIE_F64 and a.given.stride == a.given.d:
        return <const double *> a.given.data
    copy = <double *> allocate(a, <double> a.given.n * a.given.d)
    if copy != NULL:
        copy_rows(&a.given, 0, a.given.n, exponent, copy)
    return copy


cdef void prepare(assignment_t *a) noexcept nogil:
    cdef:
        centers_t *c = &a.centers
        Py_ssize_t i, j
        double apart = 0.0
        char why[256]
    a.exact = c.exact = centers_over(a, 0)
    if a.exact == NULL:
        return
    a.top = magnitude_of(a.exact, c.k * c.d)
    if not a.top < INFINITY:
        i = 0
        while row_magnitude(&a.given, i) < INFINITY:
            i += 1
        explain_row(why, sizeof(why), "centers", &a.given, i)
        fail(a, COTERIE_BAD_ARGUMENT, why)
        return
    a.exponent = exponent_of(a.top)
    if a.exponent:
        c.exact = centers_over(a, a.exponent)
        if c.exact == NULL:
            return
    if a.X.n < FEW:
        return
    memset(a.shift, 0, c.d * sizeof(double))
    for i in range(c.k):
        for j in range(c.d):
            a.shift[j] += c.exact[i * c.d + j]
    for j in range(c.d):
        a.shift[j] /= c.k
        if a.X.type == COTERIE_F32 and fabs(a.shift[j]) < 1e38:
            a.shift[j] = <float> a.shift[j]  # float32 differences are faster
    for i in range(c.k):
        for j in range(c.d):
            apart = max(apart, fabs(c.exact[i * c.d + j] - a.shift[j]))
    place_centers(c, a.shift, power_of_two_below(apart))
    pack_centers(c, c.exact)


# ------------------------------------------------------------------------------------------- labels


cdef void label_part(assignment_t *a, part_t *part, space_t *space) noexcept nogil:
    cdef rows_t rows
    rows.first = part.start
    while rows.first < part.stop:
        take_rows(a, part.stop, space, &rows)
        if rows.type == COTERIE_F32:
            label_rows(a, <const float *> rows.data, &rows, space)
        else:
            label_rows(a, <const double *> rows.data, &rows, space)
        rows.first += rows.n
    if a.squared != NULL:
        if a.X.type == COTERIE_F32:
            write_squares(a, <const float *> a.X.data, part)
        else:
            write_squares(a, <const double *> a.X.data, part)


cdef void take_rows(const assignment_t *a, int64_t stop, space_t *space, rows_t *rows) noexcept nogil:
    """The rows from rows.first on: all, or a tile of them, where they are to be divided."""
    if a.exponent == 0:
        rows.n = stop - rows.first
        rows.type = a.X.type
        rows.stride = a.X.stride
        rows.data = row_of(&a.X, rows.first)
        return
    rows.n = min(<int64_t> a.n_tile_rows, stop - rows.first)
    rows.type = COTERIE_F64
    rows.stride = a.X.d
    rows.data = space.rows
    copy_rows(&a.X, rows.first, rows.n, a.exponent, space.rows)


cdef void label_rows(assignment_t *a, const real *X, const rows_t *rows, space_t *space) noexcept nogil:
    cdef:
        const centers_t *c = &a.centers
        int32_t *labels = a.labels + rows.first
        Py_ssize_t i, row, last = rows.n - 1
        batch_t first, second, third
    if a.X.n < FEW:
        for i in range(rows.n):
            labels[i] = label_exactly(a, X + i * rows.stride, rows.first + i, space)
        return
    first.n = second.n = third.n = 0
    for i in range(rows.n):
        append(&first, i)
        if first.n == TILE or i == last:
            label_batch(X, rows.stride, c, &first, &second, labels, NULL, <float *> space.tile)
        while second.n >= TILE or (second.n and i == last):
            label_batch(X, rows.stride, c, &second, &third, labels, NULL, space.tile)
            while third.n:
                third.n -= 1
                row = third.rows[third.n]
                labels[row] = label_exactly(a, X + row * rows.stride, rows.first + row, space)


cdef int32_t label_exactly(assignment_t *a, const real *x, int64_t row, space_t *space) noexcept nogil:
    """Label of a row by true distances; x is the row over 2**a.exponent. Every row that is not finite comes here."""
    cdef double top = row_magnitude(&a.X, row)
    if not top < INFINITY:
        job_lock(&a.job)
        a.bad_row = min(a.bad_row, row)
        job_unlock(&a.job)
        return 0
    if ldexp(top, -a.exponent) < FAR_LIMIT:
        return <int32_t> nearest_exactly(x, &a.centers, NULL, a.centers.k)
    return nearest_from_afar(a, row, exponent_of(max(a.top, top)), space)


cdef int32_t nearest_from_afar(assignment_t *a, int64_t row, int exponent, space_t *space) noexcept nogil:
    """Nearest center of a row too large to be compared with the centers as they are."""
    cdef:
        Py_ssize_t i, nearest = 0, d = a.X.d
        double distance, best = INFINITY
    copy_rows(&a.X, row, 1, exponent, space.row)
    for i in range(a.centers.k):
        divide(a.exact + i * d, d, exponent, space.center)
        distance = squared_distance(<const double *> space.row, space.center, d)
        if distance < best:
            best = distance
            nearest = i
    return <int32_t> nearest


cdef void write_squares(assignment_t *a, const real *X, part_t *part) noexcept nogil:
    cdef:
        Py_ssize_t row
        const real *x
        const double *center
        double square
    for row in range(part.start, part.stop):
        x, center = X + row * a.X.stride, a.exact + a.labels[row] * a.X.d
        square = squared_distance(x, center, a.X.d)
        a.squared[row] = square if LEAST_SQUARE < square < INFINITY else careful_square(x, center, a.X.d)


cdef double careful_square(const real *x, const double *center, Py_ssize_t d) noexcept nogil:
    """A squared distance whose terms overflow or vanish."""
    cdef:
        double top = 0.0, total = 0.0, t
        int exponent
        Py_ssize_t j
    for j in range(d):
        top = max(top, fabs(x[j] - center[j]))
    if not 0.0 < top < INFINITY:
        return top
    frexp(top, &exponent)
    for j in range(d):
        t = ldexp(x[j] - center[j], -exponent)
        total += t * t
    return ldexp(total, 2 * exponent)


# ------------------------------------------------------------------------------------------- phases


cdef void work(coterie_job *job, int place) noexcept nogil:
    cdef:
        assignment_t *a = <assignment_t *> job
        space_t space = space_of(a, place)
        part_t part
    while work_take(&job.own, place, &part):
        if a.phase == PREPARE:
            prepare(a)
        else:
            label_part(a, &part, &space)
    job_lock(job)
    job.done = min(job.own.n, work_load(&job.own.next) * job.own.size)
    job_unlock(job)


cdef void next_phase(coterie_job *job) noexcept nogil:
    cdef:
        assignment_t *a = <assignment_t *> job
        char why[256]
    if a.phase == PREPARE:
        a.phase = LABEL
        job_begin_own(job, "labels", a.X.n, a.label_rows, a.n_places)
    elif a.bad_row < a.X.n:
        explain_row(why, sizeof(why), "X", &a.X, a.bad_row)
        job_end(job, COTERIE_BAD_ARGUMENT, why)
    else:
        job_end(job, COTERIE_OK, NULL)


# ------------------------------------------------------------------------------------------- jobs


cdef void free_assignment(coterie_job *job) noexcept nogil:
    cdef:
        assignment_t *a = <assignment_t *> job
        int i
    for i in range(a.n_blocks):
        free(a.blocks[i])
    free(a)


cdef job_kind_t kind
kind.work = work
kind.next = next_phase
kind.free = free_assignment
kind.run = job_run


cdef double *cut(double **block, int64_t n) noexcept nogil:
    """The next n numbers of a block."""
    cdef double *found = block[0]
    block[0] += n
    return found


cdef int nearest_job(const coterie_matrix *X, const coterie_matrix *centers, int32_t *labels, double *squared,
                     int n_slots, coterie_job **job, char *error) noexcept nogil:
    """See coterie.h. Sizes, strides, types and pointers are checked already."""
    cdef:
        int64_t n = X.n, d = X.d, k = centers.n
        bint few = n < FEW
        double cost = (<double> k * d + 16.0 * d + 32.0) / OPERATIONS, n_doubles
        double *block
        assignment_t *a = <assignment_t *> calloc(1, sizeof(assignment_t))
    if a == NULL:
        job_explain(error, "there is not enough memory for a job")
        return COTERIE_NO_MEMORY
    job_init(&a.job, &kind, n_slots)
    a.X, a.given, a.labels, a.squared = X[0], centers[0], labels, squared
    a.bad_row = n
    a.centers.k, a.centers.d = k, d
    a.label_rows = max(<int64_t> 1, <int64_t> (CHUNK / (cost * TILE))) * TILE
    a.n_places = <int> min(<int64_t> n_slots, (n + a.label_rows - 1) // a.label_rows)
    a.n_tile_rows = min(<int64_t> TILE, n)
    a.space_size = (0 if few else TILE * d) + a.n_tile_rows * d + 2 * d
    n_doubles = <double> a.n_places * a.space_size + (0.0 if few else 1.5 * k * d + 1.5 * k + d + 2.0)
    block = <double *> allocate(a, n_doubles)
    if block == NULL:
        job_explain(error, a.job.error)
        free_assignment(&a.job)
        return COTERIE_NO_MEMORY
    a.spaces = cut(&block, a.n_places * a.space_size)
    if not few:
        a.shift = cut(&block, d)
        a.centers.packed = cut(&block, k * d)
        a.centers.norms = cut(&block, k)
        a.centers.packed32 = <float *> cut(&block, (k * d + 1) // 2)
        a.centers.norms32 = <float *> cut(&block, (k + 1) // 2)
    a.phase = PREPARE
    job_begin_own(&a.job, "centers", 1, 1, a.n_places)
    job[0] = &a.job
    return COTERIE_OK


cdef class Nearest:
    """`nearest_job` on arrays, for the threads of `parallel.over`.

    X : (n, d), C-contiguous float32 or float64
    centers : (k, d), C-contiguous float64
    labels : OUT (n,), int32
    """
    cdef:
        coterie_job *job
        Py_buffer X, centers, labels

    def __cinit__(self, X, centers, labels, int n_threads):
        cdef:
            coterie_matrix rows, given
            char error[256]
        PyObject_GetBuffer(X, &self.X, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT)
        PyObject_GetBuffer(centers, &self.centers, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT)
        PyObject_GetBuffer(labels, &self.labels, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | PyBUF_WRITABLE)
        rows, given = matrix_of(&self.X), matrix_of(&self.centers)
        if rows.d != given.d:
            raise ValueError(f"the centers have {given.d} features, but X has {rows.d}")
        if self.labels.itemsize != sizeof(int32_t) or self.labels.len != rows.n * <int64_t> sizeof(int32_t):
            raise ValueError("there must be an int32 label for each row")
        n_threads = min(n_threads, <int> COTERIE_SLOTS)
        if nearest_job(&rows, &given, <int32_t *> self.labels.buf, NULL, n_threads, &self.job, error) != COTERIE_OK:
            raise MemoryError(error.decode())

    def __dealloc__(self):
        if self.job != NULL:
            free_assignment(self.job)
        PyBuffer_Release(&self.X)
        PyBuffer_Release(&self.centers)
        PyBuffer_Release(&self.labels)

    @property
    def n_places(self):
        """How many threads find something to do."""
        return (<assignment_t *> self.job).n_places


cdef coterie_matrix matrix_of(const Py_buffer *array) except *:
    if array.ndim != 2 or array.format[0] not in b"fd" or array.format[1]:
        raise ValueError("a matrix of float32 or float64 is needed")
    return coterie_matrix(array.buf, array.shape[0], array.shape[1], array.shape[1],
                          COTERIE_F32 if array.itemsize == 4 else COTERIE_F64)


def work_on(
        Nearest nearest,                  # INOUT
        Region region, int slot):
    """Work on a job: a chunk of the region is a thread's place in it, and is taken as long as the job is not done."""
    cdef:
        int code = COTERIE_MORE
        char error[256]
    with nogil:
        while code == COTERIE_MORE and not work_pauses(&region.work, slot) and not work_load(&region.work.stop):
            code = job_run(nearest.job, slot, LOOK, error)
        if code != COTERIE_MORE:
            work_store(&region.work.next, region.work.n_chunks)
    if code > COTERIE_MORE:
        raise (MemoryError if code == COTERIE_NO_MEMORY else ValueError)(error.decode())
