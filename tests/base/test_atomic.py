"""Files are replaced in one step, or stay as they were."""

import os
import subprocess
import sys

import numpy as np
import pytest

from coterie._base.atomic import replacing


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("größer\n")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_bytes() == "größer\n".encode()
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == "größer\n".encode()
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_permissions_are_those_of_the_earlier_file_or_of_any_new_one(tmp_path):
    before = os.umask(0o027)
    try:
        for mode in (None, 0o604, 0o400):
            path = tmp_path / f"{mode}"
            if mode is not None:
                path.write_text("old")
                path.chmod(mode)
            if mode == 0o400 and os.geteuid():
                with pytest.raises(PermissionError), replacing(path):
                    pass
                continue
            with replacing(path) as file:
                file.write(b"new")
            assert path.stat().st_mode & 0o777 == (0o640 if mode is None else mode)
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(exists, tmp_path):
    (tmp_path / "data").mkdir()
    real, first, second = tmp_path / "data" / "real", tmp_path / "first", tmp_path / "second"
    if exists:
        real.write_text("old")
    first.symlink_to("data/real")
    second.symlink_to(first)
    with replacing(second) as file:
        file.write(b"new")
    assert second.is_symlink() and first.is_symlink() and not real.is_symlink()
    assert real.read_text() == "new"
    assert os.listdir(tmp_path / "data") == ["real"]


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="streams as files")
@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1", "link", "/dev/fd/1"])
def test_streams_are_written_to_directly(name, tmp_path):
    (tmp_path / "link").symlink_to("/dev/stdout")
    code = f"""
from coterie._base.atomic import replacing
print("before", flush=True)
with replacing({name!r}, "w") as file: file.write("new")
"""
    with open(tmp_path / "out", "ab") as out:
        inode = os.fstat(out.fileno()).st_ino
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True, cwd=tmp_path)
        assert os.stat(tmp_path / "out").st_ino == inode
    assert (tmp_path / "out").read_text().endswith("new")
    piped = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, cwd=tmp_path)
    assert piped.stdout == b"before\nnew"
    assert sorted(os.listdir(tmp_path)) == ["link", "out"]


@pytest.mark.parametrize("size", [100, 10**6])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full")
def test_a_full_disk_is_named_with_the_file(size, tmp_path, monkeypatch):
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"), replacing("/dev/full") as file:
        file.write(bytes(size))

    path = tmp_path / "labels.csv"
    path.write_text("old")
    monkeypatch.setattr(
        "builtins.open",
        lambda name, mode, real=open, **options: real(
            "/dev/full" if ".coterie-" in str(name) else name, mode.replace("x", "w"), **options
        ),
    )
    for mode, content in (("wb", bytes(size)), ("w", "x" * size)):
        with pytest.raises(OSError, match=r"No space left on device: .*labels\.csv'"), replacing(path, mode) as file:
            file.write(content)
    with pytest.raises(OSError, match=r"labels\.csv'"), replacing(path) as file:
        np.save(file, np.zeros(size))  # numpy writes by itself, and tells no error number
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["labels.csv"]


def test_errors_name_the_file_that_was_asked_for(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("absent/a.txt", "folder", "a" * 300):
        with pytest.raises(OSError) as caught, replacing(tmp_path / name):
            pass
        assert caught.value.filename == str(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
    with pytest.raises(OSError) as caught, replacing(tmp_path / "a"):
        os.stat(tmp_path / "other" / "b")  # another file keeps its name
    assert caught.value.filename == str(tmp_path / "other" / "b")
    longest = tmp_path / ("a" * 255)
    with replacing(longest) as file:
        file.write(b"new")
    assert sorted(os.listdir(tmp_path)) == [longest.name, "folder"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_names_that_are_no_text(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"gr\xf6\xdfe")
    for name in (path, os.fsdecode(path)):
        with replacing(name) as file:
            file.write(b"new")
    assert os.listdir(os.fsencode(tmp_path)) == [b"gr\xf6\xdfe"]
