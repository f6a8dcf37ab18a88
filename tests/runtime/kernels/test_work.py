"""The region of chunks that threads share: each chunk is done once, and the caller gets its pauses."""

import re
import threading
from pathlib import Path

import numpy as np
import pytest

from coterie._runtime._kernels.work import Region
from coterie.scaling._kernels import columns

KERNELS = Path(__file__).parents[3] / "src" / "coterie"


def do_chunks(region, slot, out):
    """Write 1.0 to the numbers of the chunks taken: a kernel that every build has."""
    columns.deviation_strips(
        np.ones((len(out), 1)), np.zeros(1), out[:, None], *np.empty((2, len(out), 1)), region, slot
    )


@pytest.mark.parametrize("n_chunks", [0, 1, 2, 63, 1000])
def test_every_chunk_is_done(n_chunks):
    region, out = Region(n_chunks), np.zeros(n_chunks)
    assert region.n_chunks == n_chunks and region.exhausted == (n_chunks == 0)
    do_chunks(region, 1, out)
    assert region.exhausted and (out == 1).all()


@pytest.mark.parametrize("n, size", [(0, 3), (1, 3), (3, 3), (10, 3), (10, 100)])
def test_the_last_chunk_has_the_items_that_are_left(n, size):
    n_chunks = -(-n // size)
    values, sums = np.ones((n, 1)), np.zeros((n_chunks, 1))
    columns.deviation_strips(values, np.zeros(1), sums, *np.empty((2, n_chunks, 1)), Region(n, size), 1)
    np.testing.assert_array_equal(sums[:, 0], [min(size, n - start) for start in range(0, n, size)])


@pytest.mark.parametrize("first, stop, chunks", [(0, 2, [0, 1]), (2, -1, [2, 3, 4]), (1, 99, [1, 2, 3, 4]), (4, 4, [])])
def test_a_region_may_be_some_of_the_chunks(first, stop, chunks):
    out = np.zeros(5)
    do_chunks(Region(5, 1, first, stop), 1, out)
    np.testing.assert_array_equal(np.flatnonzero(out), chunks)


@pytest.mark.parametrize("n, size", [(-1, 1), (3, 0), (3, -2)])
def test_a_region_that_makes_no_sense_is_refused(n, size):
    with pytest.raises(ValueError, match="a region has n >= 0 items in chunks of size >= 1"):
        Region(n, size)


def test_every_chunk_is_taken_by_one_thread_only():
    n_chunks = 200_000
    region, outs = Region(n_chunks), [np.zeros(n_chunks) for _ in range(4)]
    threads = [threading.Thread(target=do_chunks, args=(region, 1, out)) for out in outs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(sum(outs), 1)


def test_the_caller_stops_when_its_time_is_over_and_goes_on_later():
    region, out = Region(10), np.zeros(10)
    do_chunks(region, 0, out)  # no time was allowed
    assert not out.any() and not region.exhausted
    region.allow(60)
    do_chunks(region, 0, out)
    assert out.all() and region.exhausted


def test_helpers_have_no_pauses():
    region, out = Region(10), np.zeros(10)
    region.allow(-1)
    do_chunks(region, 1, out)
    assert out.all()


@pytest.mark.parametrize("slot", [0, 1])
def test_nobody_takes_a_chunk_of_a_stopped_region(slot):
    region, out = Region(10), np.zeros(10)
    region.stop()
    region.allow(60)
    do_chunks(region, slot, out)
    assert not out.any()


def test_numbers_of_chunks_are_64_bit():
    assert Region(1 << 40).n_chunks == 1 << 40


def test_words_of_windows_are_no_macros_behind_its_header():
    # <windows.h> defines near, far, small, min and max, and more unless it is kept lean: names of ours.
    included = 0
    for path in KERNELS.glob("*/_kernels/*.[hp]*"):
        if path.suffix not in (".h", ".pyx", ".pxd"):
            continue
        before, *behind = re.split(r"include\W+windows\.h\W", path.read_text(encoding="utf-8"))
        for code in behind:
            assert {"WIN32_LEAN_AND_MEAN", "NOMINMAX"} <= set(re.findall(r"#define (\w+)", before)), path.name
            lines = [line.split("/*")[0].strip() for line in code.splitlines() if line.strip()]
            assert lines[:3] == ["#undef near", "#undef far", "#undef small"], path.name
            included += 1
    assert included == 1
