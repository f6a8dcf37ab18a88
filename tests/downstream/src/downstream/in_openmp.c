/* DBSCAN in C with OpenMP: any threads will do. */
#include <coterie.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static const coterie_capi *coterie;

/* Labels of the rows of X. Returns a code of coterie's; where it is an error, `why` gets the text. */
static int dbscan(const coterie_matrix *X, double eps, int64_t min_samples, int64_t *labels, int n_threads, char *why,
                  size_t size) {
    coterie_job *job;
    int code = coterie->dbscan(X, NULL, COTERIE_EUCLIDEAN, eps, min_samples, labels, NULL, n_threads, &job);
    if (code != COTERIE_OK) {
        snprintf(why, size, "%s", coterie->last_error());
        return code;
    }
#pragma omp parallel num_threads(n_threads)
    {
        int mine = coterie->job_run(job, omp_get_thread_num(), HUGE_VAL);
        if (mine != COTERIE_OK) {
#pragma omp critical
            {
                code = mine;
                snprintf(why, size, "%s", coterie->last_error()); /* of this thread */
            }
        }
    }
    coterie->job_free(job);
    return code;
}

static PyObject *py_dbscan(PyObject *module, PyObject *arguments) {
    Py_buffer X;
    Py_ssize_t n, d, min_samples;
    double eps;
    int n_threads, code = COTERIE_NO_MEMORY;
    char why[256] = "no memory for the labels";
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y*nndni", &X, &n, &d, &eps, &min_samples, &n_threads)) return NULL;
    if (n < 1 || d < 1 || X.len / (Py_ssize_t)sizeof(double) / d != n) {
        PyErr_SetString(PyExc_ValueError, "the buffer must have n rows of d float64 numbers");
    } else {
        int64_t *labels = malloc(n * sizeof *labels);
        coterie_matrix rows = {X.buf, n, d, d, COTERIE_F64};
        if (labels) {
            Py_BEGIN_ALLOW_THREADS
            code = dbscan(&rows, eps, min_samples, labels, n_threads, why, sizeof why);
            Py_END_ALLOW_THREADS
        }
        if (code == COTERIE_OK) result = PyBytes_FromStringAndSize((char *)labels, n * sizeof *labels);
        else PyErr_Format(PyExc_RuntimeError, "%s: %s", coterie->message(code), why);
        free(labels);
    }
    PyBuffer_Release(&X);
    return result;
}

static int execute(PyObject *module) {
    (void)module;
    coterie = coterie_import();
    return coterie ? 0 : -1;
}

static PyMethodDef methods[] = {
    {"dbscan", py_dbscan, METH_VARARGS,
     "dbscan(X, n, d, eps, min_samples, n_threads) -> bytes of int64\n\nThe labels of n rows of d float64 numbers."},
    {0},
};
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0},
};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "in_openmp", .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit_in_openmp(void) { return PyModuleDef_Init(&definition); }
