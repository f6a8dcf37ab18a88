// Ward clustering in C++17, with threads of C++. While they work, Ctrl-C stops them at once.
#include <coterie.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

const coterie_capi *coterie;

struct Error : std::runtime_error {
    int code;
    explicit Error(int code) : runtime_error(coterie->last_error()), code(code) {}  // in the thread that got the code
};

// A job that is freed at the end of its scope, after its threads.
class Job {
  public:
    template <typename Begin, typename... Arguments>
    Job(int n_threads, Begin begin, Arguments... arguments) : n_threads(n_threads) {
        int code = begin(arguments..., n_threads, &job);
        if (code != COTERIE_OK) throw Error(code);
    }
    ~Job() { coterie->job_free(job); }
    Job(const Job &) = delete;
    Job &operator=(const Job &) = delete;

    void stop() { coterie->job_stop(job); }

    // Work on it with all threads. `report` gets the stage, how many things are done, and of how many.
    template <typename Report>
    void run(Report report, double seconds = 0.05) {
        std::vector<std::thread> threads;
        std::vector<std::unique_ptr<Error>> errors(n_threads);
        auto work = [&](int slot) {
            int code;
            while ((code = coterie->job_run(job, slot, seconds)) == COTERIE_MORE)
                if (slot == 0) {
                    int64_t done, total;
                    const char *stage = coterie->job_progress(job, &done, &total);
                    report(stage, done, total);
                }
            if (code != COTERIE_OK) errors[slot] = std::make_unique<Error>(code);
        };
        for (int slot = 1; slot < n_threads; slot++) threads.emplace_back(work, slot);
        work(0);
        for (auto &thread : threads) thread.join();
        for (auto &error : errors)
            if (error) throw *error;
    }

  private:
    coterie_job *job = nullptr;
    int n_threads;
    friend class StopOnInterrupt;
};

// While it lives, Ctrl-C stops a job: job_stop may be called by a signal handler. One at a time.
class StopOnInterrupt {
  public:
    explicit StopOnInterrupt(Job &job) {
        stopped = 0;
        current = job.job;
        before = std::signal(SIGINT, [](int) {
            stopped = 1;
            coterie->job_stop(current);
        });
    }
    ~StopOnInterrupt() { std::signal(SIGINT, before); }
    bool happened() const { return stopped; }

  private:
    static coterie_job *current;
    static volatile std::sig_atomic_t stopped;
    void (*before)(int);
};
coterie_job *StopOnInterrupt::current;
volatile std::sig_atomic_t StopOnInterrupt::stopped;

// The GIL is released while it lives.
class WithoutGil {
  public:
    WithoutGil() : state(PyEval_SaveThread()) {}
    ~WithoutGil() { PyEval_RestoreThread(state); }

  private:
    PyThreadState *state;
};

// What C++ code without any Python would have: rows in, labels out.
std::vector<int64_t> ward(const coterie_matrix &X, int64_t n_clusters, int n_threads, double seconds, bool verbose,
                          bool *interrupted) {
    std::vector<double> Z(4 * (X.n - 1));
    Job job(n_threads, coterie->linkage_points, &X, int32_t{COTERIE_WARD}, Z.data());
    {
        StopOnInterrupt guard(job);
        try {
            job.run(
                [&](const char *stage, int64_t done, int64_t total) {
                    if (verbose && total) std::fprintf(stderr, "%s: %lld of %lld\n", stage, (long long)done, (long long)total);
                },
                seconds);
        } catch (const Error &error) {
            if ((*interrupted = error.code == COTERIE_STOPPED && guard.happened())) return {};
            throw;
        }
    }
    std::vector<int64_t> labels(X.n);
    int code = coterie->cut(Z.data(), X.n, n_clusters, labels.data());
    if (code != COTERIE_OK) throw Error(code);
    return labels;
}

PyObject *py_ward(PyObject *, PyObject *arguments) {
    Py_buffer X;
    Py_ssize_t n, d, n_clusters;
    int n_threads, verbose;
    double seconds;
    if (!PyArg_ParseTuple(arguments, "y*nnnidp", &X, &n, &d, &n_clusters, &n_threads, &seconds, &verbose))
        return nullptr;
    std::unique_ptr<Py_buffer, void (*)(Py_buffer *)> guard(&X, PyBuffer_Release);
    if (n < 2 || d < 1 || X.len / Py_ssize_t{sizeof(double)} / d != n) {
        PyErr_SetString(PyExc_ValueError, "the buffer must have n >= 2 rows of d float64 numbers");
        return nullptr;
    }
    try {
        std::vector<int64_t> labels;
        bool interrupted = false;
        {
            WithoutGil released;
            coterie_matrix rows{X.buf, n, d, d, COTERIE_F64};
            labels = ward(rows, n_clusters, n_threads, seconds, verbose, &interrupted);
        }
        if (interrupted) return PyErr_SetNone(PyExc_KeyboardInterrupt), nullptr;
        return PyBytes_FromStringAndSize(reinterpret_cast<char *>(labels.data()), n * sizeof(int64_t));
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
        return nullptr;
    }
}

int execute(PyObject *) {
    coterie = coterie_import();
    return coterie ? 0 : -1;
}

PyMethodDef methods[] = {
    {"ward", py_ward, METH_VARARGS,
     "ward(X, n, d, n_clusters, n_threads, seconds, verbose) -> bytes of int64\n\nThe labels of n rows of d float64 "
     "numbers; the threads work in slices of so many seconds."},
    {},
};
PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void *>(execute)},
#ifdef Py_mod_gil  // without it a free-threaded Python turns the GIL on
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {},
};
PyModuleDef definition = {PyModuleDef_HEAD_INIT, "in_cpp", nullptr, 0, methods, slots, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_in_cpp() { return PyModuleDef_Init(&definition); }
