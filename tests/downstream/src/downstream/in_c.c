/* k-means in C, with the limited API: one build for CPython 3.11 and all later versions. */
#include <coterie.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const coterie_capi *coterie;

/* Raise what a code means. Returns NULL, as functions of Python do that fail. */
static PyObject *fail(int code) {
    PyObject *kind = code == COTERIE_NO_MEMORY      ? PyExc_MemoryError
                     : code == COTERIE_BAD_ARGUMENT ? PyExc_ValueError
                                                    : PyExc_RuntimeError;
    return PyErr_Format(kind, "%s: %s", coterie->message(code), coterie->last_error());
}

/* Work on a job with this thread alone, and free it. Between the slices, Ctrl-C is looked for. With the GIL. */
static int finish(coterie_job *job) {
    int code;
    do {
        Py_BEGIN_ALLOW_THREADS
        code = coterie->job_run(job, 0, 0.05);
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() < 0) code = COTERIE_STOPPED; /* the exception is set */
    } while (code == COTERIE_MORE);
    if (code != COTERIE_OK && !PyErr_Occurred()) fail(code);
    coterie->job_free(job);
    return code == COTERIE_OK ? 0 : -1;
}

/* The buffer of an array of doubles. */
static int get_doubles(PyObject *array, Py_buffer *buffer, int ndim, int flags) {
    if (PyObject_GetBuffer(array, buffer, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | flags) < 0) return -1;
    if (buffer->ndim == ndim && strcmp(buffer->format, "d") == 0) return 0;
    PyBuffer_Release(buffer);
    PyErr_Format(PyExc_TypeError, "the array must be of float64 and have %d dimensions", ndim);
    return -1;
}

static coterie_matrix describe(const Py_buffer *buffer) {
    coterie_matrix matrix = {buffer->buf, buffer->shape[0], buffer->shape[1], buffer->shape[1], COTERIE_F64};
    return matrix;
}

/* Move the centers until no label changes. Returns the inertia; -1 with an exception set. */
static double iterate(const coterie_matrix *X, const coterie_matrix *centers, double *next, int32_t *labels,
                      int32_t *before, double *sums, double *masses) {
    double inertia;
    memset(before, -1, X->n * sizeof *before);
    for (;;) {
        coterie_job *job;
        int code = coterie->lloyd_step(X, NULL, centers, labels, sums, masses, &inertia, 1, &job);
        if (code != COTERIE_OK) return fail(code), -1;
        if (finish(job) < 0) return -1;
        if (memcmp(labels, before, X->n * sizeof *labels) == 0) return inertia;
        memcpy(before, labels, X->n * sizeof *labels);
        for (int64_t i = 0; i < centers->n; i++)
            for (int64_t j = 0; j < centers->d && masses[i] > 0; j++)
                next[i * centers->d + j] = sums[i * centers->d + j] / masses[i];
    }
}

static PyObject *kmeans(PyObject *module, PyObject *arguments) {
    PyObject *rows, *starts, *result = NULL;
    Py_buffer X_buffer, centers_buffer;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO", &rows, &starts)) return NULL;
    if (get_doubles(rows, &X_buffer, 2, 0) < 0) return NULL;
    if (get_doubles(starts, &centers_buffer, 2, PyBUF_WRITABLE) < 0) goto release_rows;

    coterie_matrix X = describe(&X_buffer), centers = describe(&centers_buffer);
    int32_t *labels = malloc(X.n * sizeof *labels), *before = malloc(X.n * sizeof *before);
    double *sums = malloc(centers.n * centers.d * sizeof *sums), *masses = malloc(centers.n * sizeof *masses);
    if (labels && before && sums && masses) {
        double inertia = iterate(&X, &centers, centers_buffer.buf, labels, before, sums, masses);
        if (inertia >= 0)
            result = Py_BuildValue("Nd", PyBytes_FromStringAndSize((char *)labels, X.n * sizeof *labels), inertia);
    } else PyErr_NoMemory();
    free(labels);
    free(before);
    free(sums);
    free(masses);
    PyBuffer_Release(&centers_buffer);
release_rows:
    PyBuffer_Release(&X_buffer);
    return result;
}

static int execute(PyObject *module) {
    (void)module;
    coterie = coterie_import();
    return coterie ? 0 : -1;
}

static PyMethodDef methods[] = {
    {"kmeans", kmeans, METH_VARARGS,
     "kmeans(X, centers) -> (labels, inertia)\n\nMove the centers, in place, until no label changes. The labels are "
     "the bytes of int32."},
    {0},
};
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#ifdef Py_mod_gil /* 3.13 and later, without the limited API: a free-threaded Python keeps the GIL off */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0},
};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "in_c", .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit_in_c(void) { return PyModuleDef_Init(&definition); }
