"""The command itself: help, mistakes, Ctrl-C, full disks."""

import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from reference.commands import COMMAND
from reference.tables import NAMES, iris_csv

import coterie


def test_version_and_help(run_process, run):
    assert run_process("--version").stdout == f"coterie {coterie.__version__}\n"
    listed = re.findall(r"^    (\w+)", run("--help").stdout, re.MULTILINE)
    assert set(listed) >= {
        "dbscan",
        "demo",
        "hdbscan",
        "hierarchy",
        "kmeans",
        "kmedoids",
        "optics",
        "predict",
        "profile",
        "quantize",
        "recommend",
        "report",
        "sweep",
    }
    assert "--missing" in run("kmeans", "--help").stdout
    nothing = run()
    assert nothing.returncode == 2 and "kmeans" in nothing.stderr


def test_import_of_the_package_leaves_the_command_alone():
    code = (
        "import sys, coterie; print([m for m in sys.modules if m.startswith(('coterie.cli', 'coterie.plot', "
        "'matplotlib', 'argparse', 'csv'))])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("args, subcommands", [(["--version"], set()), (["predict", "--help"], {"predict"})])
def test_a_subcommand_starts_without_the_others(args, subcommands):
    code = (
        "import sys; from coterie.cli import main\n"
        f"try:\n    main({args})\nexcept SystemExit:\n    print([m for m in sys.modules if 'coterie' in m])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.splitlines()[-1]
    assert set(re.findall(r"'coterie\.cli\.([a-z]\w*)'", loaded)) == subcommands
    assert "coterie.cli'" in loaded and "coterie.plot" not in loaded and "coterie.explain" not in loaded


def test_reader_that_goes_away_is_no_error(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(400_000.0) % 1000)
    process = subprocess.Popen(
        [*COMMAND, "kmeans", tmp_path / "x.npy", "-k", "2", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline().strip() == b"label"
    process.stdout.close()
    assert b"Broken" not in process.stderr.read()
    assert process.wait() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child")
def test_ctrl_c_ends_with_one_line(tmp_path):
    # A child of a background shell may inherit that SIGINT is ignored.
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(200_000, 10)))
    process = subprocess.Popen(
        [*COMMAND, "kmeans", tmp_path / "x.npy", "-k", "2000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for line in process.stderr:
        if line.startswith("scaling"):
            break
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    asked = time.perf_counter()
    assert process.wait(timeout=60) == 130
    assert time.perf_counter() - asked < 5
    assert process.stdout.read() == ""
    assert process.stderr.read() == "coterie kmeans: error: stopped by Ctrl-C, nothing more was written\n"


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "npy", "npz", "parquet"])
def test_reading_tells_how_far_it_is_and_can_be_stopped(run, tmp_path, kind):
    X = np.random.default_rng(0).normal(size=(100_000, 4))
    path = tmp_path / f"x.{kind}"
    if kind.startswith("csv"):
        np.savetxt(path, X, delimiter=",")
    elif kind == "parquet":
        pandas, _ = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
        pandas.DataFrame(X, columns=list("abcd")).to_parquet(path)
    else:
        (np.save if kind == "npy" else np.savez)(path, X)
    seen = []
    with coterie.progress(lambda stage, done, total: seen.append((stage, done, total))):
        assert run("kmeans", path, "-k", 2, "--starts", 1).returncode == 0
    read = [(done, total) for stage, done, total in seen if stage == "reading" + " rows" * (kind == "parquet")]
    assert len(read) > 1 and read == sorted(read)
    assert {read[-1][0], *(total for _, total in read)} == {len(X) if kind == "parquet" else path.stat().st_size}

    def interrupt(*_):
        raise KeyboardInterrupt

    with coterie.progress(interrupt):
        done = run("kmeans", path, "-k", 2)
    assert (done.returncode, done.stdout) == (130, "")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child")
@pytest.mark.parametrize("quoted", [False, True])
def test_ctrl_c_while_reading(tmp_path, quoted):
    line = b'"1.5",2.5,3\n' if quoted else b"1.5,2.5,3\n"
    (tmp_path / "x.csv").write_bytes(line * 10_000_000 if not quoted else line * 3_000_000)
    process = subprocess.Popen(
        [*COMMAND, "kmeans", tmp_path / "x.csv", "-k", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr.readline().startswith("note: reading")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    asked = time.perf_counter()
    assert process.wait(timeout=60) == 130
    assert time.perf_counter() - asked < 5  # 0.2 s on an idle machine
    assert "reading" not in process.stderr.read()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("target", [["--output", "/dev/full"], ["--output", os.devnull, "--centers", "/dev/full"]])
def test_full_disk(fails, target):
    error = fails(1, "kmeans", "-", "-k", 3, *target, "--quiet", stdin=iris_csv().encode())
    assert error.startswith("coterie kmeans: error: /dev/full: No space left")


def test_input_is_not_overwritten(fails, tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    assert "would be overwritten" in fails(2, "kmeans", "iris.csv", "-k", 3, "--output", "./iris.csv")
    assert (tmp_path / "iris.csv").read_text() == iris_csv()


@pytest.mark.parametrize(
    "args, message",
    [
        (["kmeans", "iris.csv"], "required: -k"),
        (["kmean", "iris.csv"], "invalid choice: 'kmean'"),
        (["kmeans", "iris.csv", "-k", "0"], "a whole number of 1 or more is needed, not '0'"),
        (["kmeans", "iris.csv", "-k", "2.5"], "not '2.5'"),
        (["kmeans", "iris.csv", "-k", "3", "--jobs", "0"], "not '0'"),
        (["kmeans", "iris.csv", "-k", "3", "--seed", "-1"], "not '-1'"),
        (["kmeans", "iris.csv", "-k", "3", "--scale", "max"], "invalid choice: 'max'"),
        (["kmeans", "iris.csv", "-k", "3", "--columns", "sepal*", "--drop", "s*"], "--drop leaves no column"),
        (
            ["kmeans", "iris.csv", "-k", "3", "--columns", "*_norm"],
            "no column is called like '*_norm': there is sepal_l",
        ),
        (["kmeans", "iris.csv", "-k", "3", "--columns", "sepal_lenght_cm"], "did you mean 'sepal_length_cm'?"),
        (["kmeans", "iris.csv", "-k", "3", "--drop", "Species"], "did you mean 'species'?"),
        (["kmeans", "iris.csv", "-k", "3", "--drop", "zzz"], "there is sepal_length_cm, "),
        (["kmeans", "iris.csv", "-k", "3", "--drop", ",".join([*NAMES, "species"])], "leaves no column"),
        (["kmeans", "iris.csv", "-k", "3", "--array", "X"], "--array is only for npz files"),
        (["kmeans", "iris.csv", "-k", "3", "--output", "a", "--centers", "a"], "named twice"),
    ],
)
def test_mistakes_on_the_command_line(fails, tmp_path, args, message):
    (tmp_path / "iris.csv").write_text(iris_csv())
    assert message in fails(2, *args)


@pytest.mark.parametrize(
    "args, message",
    [
        (["nowhere.csv"], "nowhere.csv: No such file"),
        (["."], "Is a directory" if sys.platform != "win32" else "ermission"),
        (["iris.csv", "--output", "nowhere/labels.csv"], "there is no folder nowhere"),
        (["iris.csv", "--output", "."], "is a folder"),
        (["iris.csv", "--columns", "species"], "not a column of numbers: species ('setosa')"),
        (["negative.csv", "--scale", "log"], "there are negative ones in b (2)"),
        (["few.csv"], "-k 3 is more than the 2 rows there are"),
    ],
)
def test_mistakes_about_files_and_data(fails, tmp_path, args, message):
    (tmp_path / "iris.csv").write_text(iris_csv())
    (tmp_path / "negative.csv").write_text("a,b\n1,-1\n2,-2\n3,3\n")
    (tmp_path / "few.csv").write_text("a,b\n1,2\n3,4\n")
    assert message in fails(1, "kmeans", *args, "-k", 3)
