"""Jobs that are stopped, left, forked, shared, or run at odd times."""

import ctypes
import math
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

import coterie

SRC = Path(__file__).parent / "src"
sys.path.append(str(SRC))
from downstream.in_ctypes import FAILED, MORE, OK, STOPPED, Job, Stopped, describe, table  # noqa: E402, F401

X = np.random.default_rng(0).normal(size=(100_000, 3))
FEW = X[:3000]
EPS = 0.1
EXPECTED = coterie.dbscan(X, EPS)[1]


class Dbscan(Job):
    """A job that is not done in its first slice."""

    def __init__(self, n_threads=1):
        self.labels = np.full(len(X), -7)
        super().__init__(table.dbscan, describe(X), None, 0, EPS, 5, self.labels, None, n_threads=n_threads)

    @property
    def right(self):
        return (self.labels == EXPECTED).all()


class Linkage(Job):
    def __init__(self, n_threads=1):
        self.Z = np.empty((len(FEW) - 1, 4))
        super().__init__(table.linkage_points, describe(FEW), 2, self.Z, n_threads=n_threads)

    @property
    def right(self):
        return (self.Z == coterie.hierarchy.linkage(FEW, "average")).all()


class Nearest(Job):
    def __init__(self, n_threads=1):
        self.labels = np.full(len(X), -7, np.int32)
        super().__init__(table.nearest, describe(X), describe(X[:50]), self.labels, None, n_threads=n_threads)

    @property
    def right(self):
        return (self.labels[:50] == np.arange(50)).all() and (self.labels >= 0).all()


KINDS = [Dbscan, Linkage, Nearest]
kinds = pytest.mark.parametrize("Kind", KINDS)


def python(code, timeout=120):
    """Run code in a fresh interpreter, which says where it hangs if it does; return what it prints."""
    start = f"""
    import faulthandler, sys
    faulthandler.dump_traceback_later({timeout - 10}, exit=True)
    sys.path += [{str(SRC)!r}, {str(Path(__file__).parent)!r}]
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code)],
        text=True,
        capture_output=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@kinds
def test_stop_before_the_first_slice(Kind):
    with Kind() as job:
        job.stop()
        for _ in range(2):  # and it stays stopped
            assert table.job_run(job.job, 0, 0.0) == STOPPED
            assert b"stop" in table.last_error()
        with pytest.raises(Stopped):
            job.run()


@kinds
@pytest.mark.parametrize("n_threads", [1, 3])
def test_stop_from_another_thread(Kind, n_threads):
    for _ in range(5):
        with Kind(n_threads) as job:
            assert table.job_run(job.job, 0, 0.0) == MORE
            stopper = threading.Thread(target=job.stop)
            stopper.start()
            try:
                job.run(math.inf)
            except Stopped:
                pass
            else:
                assert job.right  # it was faster
            stopper.join()


@kinds
@pytest.mark.parametrize("n_slices", [0, 1, 3])
def test_free_of_a_job_that_is_not_done(Kind, n_slices):
    for _ in range(10):
        with Kind(2) as job:
            for _ in range(n_slices):
                table.job_run(job.job, 1, 0.0)
    with Kind(2) as job:
        job.run()
        assert job.right


@kinds
def test_slots_need_not_all_come(Kind):
    with Kind(200) as job:
        while (code := table.job_run(job.job, 137, 0.0)) == MORE:
            pass
        assert code == OK and job.right


@kinds
def test_a_job_that_is_done_stays_done(Kind):
    with Kind() as job:
        job.run()
        assert [table.job_run(job.job, 0, seconds) for seconds in (0.0, math.inf)] == [OK, OK]
        job.stop()
        assert table.job_run(job.job, 0, 0.0) == OK
        assert job.right


@kinds
def test_progress(Kind):
    with Kind() as job:
        seen = [job.progress()]
        while table.job_run(job.job, 0, 0.0) == MORE:
            seen.append(job.progress())
        assert all(0 <= done <= total for _, done, total in seen)
    assert any(name for name, *_ in seen) or Kind is Nearest


def test_a_slot_is_used_by_one_thread_at_a_time():
    with Dbscan(2) as job:
        codes = []

        def work():
            while (code := table.job_run(job.job, 1, 0.002)) == MORE:
                pass
            codes.append((code, table.last_error()))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert job.right
    for code, why in codes:
        assert code == OK or b"slot" in why
    assert OK in [code for code, _ in codes]


def test_two_jobs_at_once():
    for begin in (lambda: [Kind(2) for Kind in KINDS], lambda: [Kind(2) for Kind in 2 * KINDS]):
        jobs = begin()
        if len(jobs) == len(KINDS):  # in turn, in one thread
            left = jobs
            while left:
                left = [job for job in left if table.job_run(job.job, 0, 0.0) == MORE]
        else:
            threads = [threading.Thread(target=job.run, args=(0.001,)) for job in jobs]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for job in jobs:
            assert job.right
            job.free()


@kinds
@pytest.mark.parametrize("seconds", [0.0, math.inf])
def test_a_caller_that_holds_the_gil(Kind, seconds):
    """One thread; it works, though some steps of the job need the GIL."""

    def holding(name):
        function = getattr(table, name)
        return ctypes.PYFUNCTYPE(function.restype, *function.argtypes)(ctypes.cast(function, ctypes.c_void_p).value)

    with Kind() as job:
        while (code := holding("job_run")(job.job, 0, seconds)) == MORE:
            pass
        assert code == OK and job.right
    job = Kind()
    holding("job_run")(job.job, 0, 0.0)
    holding("job_free")(job.job)


@kinds
def test_a_caller_of_cython_that_holds_the_gil(Kind):
    in_cython = pytest.importorskip("downstream.in_cython", reason="ci/downstream builds it")
    with Kind() as job:
        assert in_cython.run_with_gil(job.job.value) == OK
        assert job.right


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@kinds
def test_fork_between_creation_and_run(Kind):
    """The child gets an error or the result, and can begin jobs of its own; the parent is not disturbed."""
    python(
        f"""
        import os, signal
        from test_jobs import *

        for n_slices in 0, 1:
            job = {Kind.__name__}(2)
            for _ in range(n_slices):
                table.job_run(job.job, 0, 0.0)
            child = os.fork()
            if child == 0:
                signal.alarm(60)  # the watchdog stayed behind
                code = MORE
                while code == MORE:
                    code = table.job_run(job.job, 1, 0.05)
                assert code == FAILED and table.last_error() or code == OK and job.right, (code, table.last_error())
                job.free()
                job = {Kind.__name__}(2)
                job.run()
                assert job.right
                job.free()
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            job.run()
            assert job.right
            job.free()
        """
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@kinds
def test_fork_while_threads_work(Kind):
    python(
        f"""
        import os, threading
        from test_jobs import *

        job = {Kind.__name__}(2)
        worker = threading.Thread(target=job.run, args=(0.001,))
        worker.start()
        for _ in range(10):
            child = os.fork()
            if child == 0:
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        worker.join()
        assert job.right
        """
    )


def test_ctrl_c_in_python():
    output = python(
        """
        import os, signal
        from test_jobs import *

        with Dbscan(3) as job:
            assert table.job_run(job.job, 0, 0.0) == MORE
            try:
                os.kill(os.getpid(), signal.SIGINT)
                job.run(0.01)
            except KeyboardInterrupt:
                print("interrupted")
        """
    )
    assert output == "interrupted\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_ctrl_c_in_cpp():
    """Its handler calls job_stop."""
    pytest.importorskip("downstream.in_cpp", reason="ci/downstream builds it")
    output = python(
        """
        import os, signal, threading, time
        import numpy as np
        from downstream import in_cpp

        X = np.random.default_rng(0).normal(size=(20_000, 30))
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            in_cpp.ward(X, *X.shape, 3, 3, float("inf"), False)
            time.sleep(10)
        except KeyboardInterrupt:
            print("interrupted")
        small = X[:100]
        assert len(in_cpp.ward(small, *small.shape, 3, 3, 0.0, False)) == 800  # another job is not stopped
        """
    )
    assert output == "interrupted\n"


AT_THE_END = {
    "a job that nobody freed": "job = Dbscan(2); table.job_run(job.job, 0, 0.0)",
    "a daemon thread that works": """
        def work():
            while True:
                with Dbscan() as job:
                    job.run(0.001)

        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)""",
    "daemon threads that wait": """
        job = Dbscan(3)
        for slot in 1, 2:
            threading.Thread(target=table.job_run, args=(job.job, slot, math.inf), daemon=True).start()
        time.sleep(0.1)""",
    "a thread that outlives the main one": """
        def work():
            threading.main_thread().join()
            try_it()

        threading.Thread(target=work).start()""",
    "an exit handler": "import atexit; atexit.register(try_it)",
    "an object of builtins": """
        class Late:
            def __del__(self, try_it=try_it):
                try_it()

        import builtins
        builtins.late = Late()""",
}


@pytest.mark.parametrize("who", AT_THE_END)
def test_while_the_interpreter_shuts_down(who):
    """A result or an error, no hang and no crash."""
    python(
        """
        import math, threading, time
        from test_jobs import *

        def try_it():
            try:
                with Dbscan(2) as job:
                    while (code := table.job_run(job.job, 0, 0.05)) == MORE:
                        pass
                    assert code in (OK, FAILED), code
                    assert code == FAILED or job.right
            except RuntimeError as error:
                assert str(error)

        try_it()
        """
        + AT_THE_END[who],
        timeout=60,
    )


def test_another_interpreter_is_refused():
    output = python(
        """
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        import coterie.api

        code = '''if True:
            import sys
            sys.path[:] = %r
            try:
                from downstream import in_ctypes
            except ImportError as error:
                print("ImportError:", error)
        ''' % sys.path
        sub = interpreters.create()
        failed = interpreters.run_string(sub, code)
        assert not failed, failed
        interpreters.destroy(sub)
        """
    )
    assert output.startswith("ImportError: ")


def test_arguments_are_checked_before_a_job_is_made():
    job = ctypes.c_void_p(1)
    code = table.dbscan(describe(X), None, 0, -1.0, 5, np.empty(1).ctypes.data, None, 1, ctypes.byref(job))
    assert code > MORE and b"eps" in table.last_error()
    assert job.value is None
    table.job_free(None)
