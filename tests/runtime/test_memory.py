"""How much memory there is, and what is refused for want of it."""

import os
import tracemalloc

import numpy as np
import pytest

from coterie._runtime import cgroup, memory
from coterie.distances import cdist, pdist, squareform

MEMINFO = "MemTotal:       32000000 kB\nMemFree:        1000 kB\nMemAvailable:   2000000 kB\nSwapFree: 9000000 kB\n"
AVAILABLE = 2_000_000 * 1024


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Writes the files of a machine: machine({"proc/meminfo": text, "cgroup/...": text, ...})."""
    monkeypatch.setattr(cgroup, "PROC", str(tmp_path / "proc"))
    monkeypatch.setattr(cgroup, "ROOT", str(tmp_path / "cgroup"))

    def write(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)

    return write


def group(folder, limit, used, cached=None):
    """The files of a control group of version 2."""
    files = {f"cgroup/{folder}/memory.max": f"{limit}\n", f"cgroup/{folder}/memory.current": f"{used}\n"}
    if cached is not None:
        files[f"cgroup/{folder}/memory.stat"] = f"anon 11\nfile 999999\ninactive_file {cached}\nactive_file 5\n"
    return files


def old_group(folder, limit, used, cached):
    """The files of a control group of version 1."""
    return {
        f"cgroup/memory/{folder}/memory.limit_in_bytes": f"{limit}\n",
        f"cgroup/memory/{folder}/memory.usage_in_bytes": f"{used}\n",
        f"cgroup/memory/{folder}/memory.stat": f"inactive_file 7\ntotal_inactive_file {cached}\n",
    }


# ------------------------------------------------------------------------------------------- what is available


def test_nothing_is_known_where_there_is_no_proc(machine):
    assert memory.available() is None
    memory.require(1 << 80, "All", "Nothing.")  # so nothing is refused


def test_the_kernel_says_what_is_available(machine):
    machine({"proc/meminfo": MEMINFO})
    assert memory.available() == AVAILABLE


@pytest.mark.parametrize(
    "limit, used, cached, left",
    [
        (5_000_000, 4_000_000, None, 1_000_000),
        (5_000_000, 4_000_000, 300_000, 1_300_000),  # the files that are cached make room
        (5_000_000, 6_000_000, 200_000, 0),
        ("max", 4_000_000, 300_000, AVAILABLE),
        (1 << 50, 0, 0, AVAILABLE),
    ],
)
def test_the_limit_of_a_container_counts(machine, limit, used, cached, left):
    machine({"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/\n", **group("", limit, used, cached)})
    assert memory.available() == left


@pytest.mark.parametrize("tightest", range(3))
def test_the_limits_of_all_ancestors_count(machine, tightest):
    rooms = [3_000_000, 4_000_000, 5_000_000]
    rooms[tightest] = 1_000_000
    machine({"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/user/job\n"})
    for folder, room in zip(("", "user", "user/job"), rooms, strict=True):
        machine(group(folder, 7_000_000 + room, 7_000_000))
    assert memory.available() == 1_000_000


def test_a_group_that_is_mounted_at_the_root_is_found(machine):
    machine({"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/docker/0123\n", **group("", 500, 200)})
    assert memory.available() == 300


def test_limits_of_the_first_version_of_control_groups_count(machine):
    machine(
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "9:cpu,cpuacct:/job\n4:memory:/job\n1:name=systemd:/job\n",
            **old_group("", 1 << 62, 0, 0),
            **old_group("job", 9000, 5000, 1500),
        }
    )
    assert memory.available() == 5500


def test_groups_of_other_resources_are_passed_over(machine):
    machine(
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "9:cpu,cpuacct:/job\n1:name=systemd:/job\n",
            **old_group("job", 9000, 5000, 1500),
            **group("job", 10, 5),
        }
    )
    assert memory.available() == AVAILABLE


def test_a_limit_is_known_without_the_kernels_word(machine):
    machine({"proc/self/cgroup": "0::/\n", **group("", 500, 200)})
    assert memory.available() == 300


@pytest.mark.skipif(not os.path.exists("/proc/meminfo"), reason="Linux")
def test_this_machine_has_memory():
    with open("/proc/meminfo") as lines:
        total = 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemTotal:"))
    assert 1 << 20 < memory.available() <= total


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "n_bytes, text",
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1234, "1.23 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (3_200_000_000, "3.2 GB"),
        (123_456_789_012_345, "123 TB"),
        (5 * 10**15, "5 PB"),
    ],
)
def test_bytes_are_written_for_people(n_bytes, text):
    assert memory.as_text(n_bytes) == text


def test_a_refusal_names_what_and_how_much_and_the_way_out(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 2_500_000_000)
    memory.require(2_500_000_000, "The matrix", "Do without.")
    with pytest.raises(MemoryError) as error:
        memory.require(3_200_000_000, "The matrix", "Do without.")
    assert str(error.value) == "The matrix would take 3.2 GB of memory, and 2.5 GB are available. Do without."


def test_little_is_given_without_a_look(monkeypatch):
    looked = []
    monkeypatch.setattr(memory, "available", lambda: looked.append(1) or 0)
    memory.require(1_000_000, "A vector", "")
    assert not looked
    with pytest.raises(MemoryError):
        memory.require(1_000_000_000, "A vector", "")
    assert looked


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda X: pdist(X), ["The distances between 5,000 rows", "100 MB", "70 MB", "with cdist"]),
        (lambda X: pdist(X, lambda x, y: 0.0), ["The distances between 5,000 rows", "100 MB"]),
        (lambda X: cdist(X, X[:4000]), ["The distances of 5,000 rows to 4,000", "160 MB", "70 MB", "fewer rows"]),
        (lambda X: squareform(np.zeros(4_498_500)), ["A square matrix of 3,000 rows", "72 MB", "70 MB", "condensed"]),
    ],
    ids=["pdist", "pdist callable", "cdist", "squareform"],
)
def test_distances_that_do_not_fit_are_refused_before_anything_is_allocated(monkeypatch, call, words):
    monkeypatch.setattr(memory, "available", lambda: 70_000_000)
    X = np.zeros((5000, 1))
    tracemalloc.start()
    try:
        with pytest.raises(MemoryError) as error:
            call(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    for word in words:
        assert word in str(error.value)
    assert peak < 40_000_000  # the argument of squareform is 36 MB


def test_distances_into_memory_that_is_there_are_not_refused(monkeypatch):
    X, out = np.arange(4200.0)[:, None], np.empty(4200 * 4199 // 2)
    monkeypatch.setattr(memory, "available", lambda: 0)
    assert pdist(X, out=out) is out and out[-1] == 1
