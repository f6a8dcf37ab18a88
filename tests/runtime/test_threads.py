"""How many threads work."""

import contextlib
import functools
import io
import math
import os
import sys
import threading

import numpy as np
import pytest
from runtime.tools import Sums, X, fit, python

import coterie
from coterie import distances
from coterie._runtime import cgroup, threads
from coterie.hierarchy import linkage


@pytest.fixture
def cpus(monkeypatch):
    """Eight CPUs and no environment variables."""
    monkeypatch.setattr(threads, "_cpus", 8)
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    yield 8
    coterie.set_num_threads(None)


def test_default_is_all_that_the_process_may_use(cpus):
    assert coterie.get_num_threads() == 8


def test_set_num_threads_holds_until_it_is_taken_back(cpus):
    coterie.set_num_threads(3)
    assert coterie.get_num_threads() == threads.resolve_n_jobs(None) == 3
    coterie.set_num_threads(20)
    assert coterie.get_num_threads() == 20
    coterie.set_num_threads(None)
    assert coterie.get_num_threads() == 8


def test_contexts_nest_and_come_undone_even_after_errors(cpus):
    coterie.set_num_threads(5)
    with coterie.num_threads(3):
        with contextlib.suppress(KeyError), coterie.num_threads(np.int64(2)):
            assert coterie.get_num_threads() == 2
            raise KeyError
        assert coterie.get_num_threads() == 3
        coterie.set_num_threads(7)
        assert coterie.get_num_threads() == 3
    assert coterie.get_num_threads() == 7


@pytest.mark.skipif(
    getattr(sys.flags, "thread_inherit_context", False), reason="new threads take the settings along here"
)
def test_contexts_are_of_the_calling_thread(cpus):
    counts = []
    with coterie.num_threads(3):
        thread = threading.Thread(target=lambda: counts.append(coterie.get_num_threads()))
        thread.start()
        thread.join()
    assert counts == [8]


@pytest.mark.parametrize("function", [coterie.set_num_threads, lambda n: coterie.num_threads(n).__enter__()])
@pytest.mark.parametrize(("count", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("2", TypeError)])
def test_a_bad_count_is_refused_and_changes_nothing(cpus, function, count, error):
    with pytest.raises(error, match="number of threads"):
        function(count)
    assert coterie.get_num_threads() == 8


def test_what_n_jobs_means(cpus):
    meaning = {n: threads.resolve_n_jobs(n) for n in (None, 1, 2, 100, -1, -2, -7, -8, -100)}
    assert meaning == {None: 8, 1: 1, 2: 2, 100: 100, -1: 8, -2: 7, -7: 2, -8: 1, -100: 1}
    with coterie.num_threads(3):
        assert (threads.resolve_n_jobs(None), threads.resolve_n_jobs(-1)) == (3, 8)


@pytest.mark.parametrize(
    ("count", "error"),
    [
        (math.inf, TypeError),
        (math.nan, TypeError),
        ("2", TypeError),
        (2.5, TypeError),
        (10**400, ValueError),
        (-(10**400), ValueError),
        (10**5000, ValueError),
        (2**70, ValueError),
        (2**31, ValueError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value)[:10] if value != 10**5000 else "long",
)
def test_what_is_no_count_is_named_with_the_rule(cpus, count, error):
    calls = {
        "number of threads": [coterie.set_num_threads, lambda n: coterie.num_threads(n).__enter__()],
        "n_jobs": [
            threads.resolve_n_jobs,
            lambda n: linkage(X[:50], n_jobs=n),
            lambda n: distances.cdist(X[:50], X[:50], n_jobs=n),
            lambda n: coterie.neighbors.kneighbors(X[:50], 2, n_jobs=n),
        ],
    }
    for name, functions in calls.items():
        for function in functions:
            with pytest.raises(error, match=rf"{name} must be an int\b.*got"):
                function(count)
    assert coterie.get_num_threads() == 8


def test_an_absurd_count_starts_no_absurd_number_of_threads(pool, cpus, monkeypatch):
    assert threads.resolve_n_jobs(10**6) == threads.resolve_n_jobs(257) == 256
    with coterie.num_threads(2**31 - 1):
        assert coterie.get_num_threads() == 256
    work = Sums(2000, rows=1)
    work.run(threads.resolve_n_jobs(10**6))
    assert work.done and len(pool.workers) == 255
    monkeypatch.setattr(threads, "_cpus", 384)
    assert threads.resolve_n_jobs(-1) == threads.resolve_n_jobs(10**6) == 384


def test_n_jobs_0_is_an_error(cpus):
    with pytest.raises(ValueError, match="n_jobs"):
        threads.resolve_n_jobs(0)
    for call in (fit, functools.partial(coterie.kmeans_plusplus, X, 3), functools.partial(coterie.k_means, X, 3)):
        with pytest.raises(ValueError, match="n_jobs"):
            call(n_jobs=0)


@pytest.mark.parametrize(
    ("ours", "openmp", "expected"),
    [
        ("3", None, 3),
        (None, "3", 3),
        ("3", "2", 3),
        (None, "4,2", 4),
        ("100", None, 8),
        ("", "5", 5),
        ("0", "5", 5),
        ("-1", "5", 5),
        ("many", None, 8),
        ("two", "5", 5),
        (" 6 ", None, 6),
    ],
)
def test_environment_variables_cap_the_default(cpus, monkeypatch, ours, openmp, expected):
    for name, value in (("COTERIE_NUM_THREADS", ours), ("OMP_NUM_THREADS", openmp)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert coterie.get_num_threads() == expected
    assert threads.resolve_n_jobs(100) == 100  # asked for by name


def test_environment_variables_of_a_new_process():
    code = "import coterie; print(coterie.get_num_threads())"
    assert python(code, COTERIE_NUM_THREADS="1") == python(code, COTERIE_NUM_THREADS="", OMP_NUM_THREADS="1") == "1\n"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_affinity_is_respected():
    assert (
        python(
            """
    import os
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import coterie
    print(coterie.get_num_threads())
    """,
            COTERIE_NUM_THREADS="",
            OMP_NUM_THREADS="",
        )
        == "1\n"
    )


def cpus_with(monkeypatch, files, affinity=16):
    """Available CPUs on a system with these files."""

    def fake_open(path, *args, **kwargs):
        if path in files:
            return io.StringIO(files[path])
        raise FileNotFoundError(path)

    monkeypatch.setattr(cgroup, "open", fake_open, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(affinity)), raising=False)
    return threads._available_cpus()


V2 = {"/proc/self/cgroup": "0::/user.slice/job\n"}
V1 = {"/proc/self/cgroup": "12:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 16),
        ({"/proc/self/cgroup": ""}, 16),
        (V2, 16),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n"}, 16),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "300000 100000\n"}, 3),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "250000 100000\n"}, 3),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "1000 100000\n"}, 1),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "9900000 100000\n"}, 16),
        (
            {
                **V2,
                "/sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n",
                "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n",
            },
            2,
        ),  # the parent's limit counts
        (
            {"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "400000 100000\n"},
            4,
        ),  # seen from inside a container
        ({"/proc/self/cgroup": "0::/../..\n", "/sys/fs/cgroup/cpu.max": "400000 100000\n"}, 4),
        (V1, 16),
        (
            {
                **V1,
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
            },
            16,
        ),
        (
            {
                **V1,
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "150000\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
            },
            2,
        ),
        (
            {
                **V1,
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",  # mounted at the root, inside a container
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            1,
        ),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": ""}, 16),
    ],
    ids=str,
)
def test_quota_of_a_container(monkeypatch, files, expected):
    assert cpus_with(monkeypatch, files) == expected


def test_the_tighter_of_quota_and_affinity_counts(monkeypatch):
    files = {**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "600000 100000\n"}
    assert cpus_with(monkeypatch, files, affinity=4) == 4
    assert cpus_with(monkeypatch, files, affinity=12) == 6


def test_this_machine_has_a_cpu():
    assert 1 <= threads._available_cpus() <= (os.cpu_count() or 1)
