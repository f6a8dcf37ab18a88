"""The `coterie` command, run as its users run it."""

import csv
import gzip
import io
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from argparse import Namespace

import numpy as np
import pytest

import coterie
from coterie import distances, hierarchy, selection
from coterie._base.wording import as_column
from coterie.cli import _csv, main
from coterie.cli._console import Problem, table
from coterie.cli._read import read_file
from coterie.cli.dbscan import _cut_open
from coterie.cli.demo import generate_addresses, read_iris
from coterie.scaling import Scaler

COMMAND = [sys.executable, "-m", "coterie"]
DATA = pathlib.Path(__file__).parents[3] / "shared" / "data"
NAMES, IRIS, SPECIES = read_iris()


@pytest.fixture
def run_process(tmp_path):
    """Run `coterie ...` in an empty folder, as a process of its own; bytes in, text out."""

    def run_process(*args, stdin=b""):
        done = subprocess.run([*COMMAND, *map(str, args)], input=stdin, capture_output=True, cwd=tmp_path, timeout=120)
        done.stdout, done.stderr = (text.decode().replace("\r\n", "\n") for text in (done.stdout, done.stderr))
        assert "Traceback" not in done.stderr
        return done

    return run_process


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """As `run_process`, but within this process, which takes a tenth of the time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    before = os.dup(0)

    def run(*args, stdin=b""):
        with tempfile.TemporaryFile() as file:
            file.write(stdin)
            file.seek(0)
            os.dup2(file.fileno(), 0)
            try:
                code = main([str(arg) for arg in args])
            except SystemExit as stopped:
                code = stopped.code or 0
            finally:
                os.dup2(before, 0)
        said = capsys.readouterr()
        return Namespace(returncode=code, stdout=said.out, stderr=said.err)

    yield run
    os.close(before)


@pytest.fixture
def fails(run):
    """Run a command that must fail: nothing on standard output, and one line of error, which is returned."""

    def fails(code, *args, stdin=b""):
        done = run(*args, stdin=stdin)
        *before, error = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (code, "")
        assert re.match("coterie( [a-z]+)?: error: ", error)
        assert not any("error" in line for line in before)
        return error

    return fails


@pytest.fixture
def read(tmp_path):
    """Read text, bytes or the file of that name, as the subcommands do."""

    def read(content, **options):
        path = tmp_path / "table"
        if isinstance(content, (str, bytes)):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        else:
            path = content
        usual = {"file": str(path), "array": None, "columns": None, "drop": [], "missing": "median", "quiet": False}
        row_names = options.pop("row_names", None)
        return read_file(Namespace(**usual | options), row_names)

    return read


def labels_of(text):
    header, *labels = text.splitlines()
    assert header == "label"
    return labels


def iris_csv(separator=",", decimal="."):
    lines = [separator.join([*NAMES, "species"])]
    for row, species in zip(IRIS.tolist(), SPECIES, strict=True):
        lines.append(separator.join([*(str(value).replace(".", decimal) for value in row), species]))
    return "\n".join(lines) + "\n"


def expected_labels(X=IRIS, method="standard", k=3, seed=0):
    scaled = Scaler(method).fit_transform(X)
    return [str(label) for label in coterie.KMeans(k, n_init=5, random_state=seed).fit(scaled).labels_]


# ------------------------------------------------------------------------------------------------ the command


def test_version_and_help(run_process, run):
    assert run_process("--version").stdout == f"coterie {coterie.__version__}\n"
    listed = re.findall(r"^    (\w+)", run("--help").stdout, re.MULTILINE)
    assert set(listed) >= {"dbscan", "demo", "hierarchy", "kmeans", "predict", "profile", "quantize", "report", "sweep"}
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


def test_kmeans_gives_the_labels_of_the_python_interface(run, tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    done = run("kmeans", "iris.csv", "-k", 3)
    assert done.returncode == 0
    assert labels_of(done.stdout) == expected_labels()
    assert "left out, not numbers: species ('setosa')" in done.stderr
    assert "scaling: standard" in done.stderr
    assert "3 clusters of 150 rows by 4 columns" in done.stderr


@pytest.mark.parametrize("method", ["standard", "minmax", "robust", "log", "none"])
def test_scale_and_seed(run, method):
    done = run("kmeans", "-", "-k", 4, "--scale", method, "--seed", 7, "--quiet", stdin=iris_csv().encode())
    assert labels_of(done.stdout) == expected_labels(method=method, k=4, seed=7)
    assert re.fullmatch(rf"scaling: {method} \(.*\)\n", done.stderr)


def test_starts(run):
    one = run("kmeans", "-", "-k", 8, "--starts", 1, stdin=iris_csv().encode())
    scaled = Scaler().fit_transform(IRIS)
    assert labels_of(one.stdout) == [str(label) for label in coterie.KMeans(8, random_state=0).fit(scaled).labels_]
    many = run("kmeans", "-", "-k", 8, "--starts", 20, stdin=iris_csv().encode())
    inertia = [float(re.search(r"inertia ([\d.]+)", done.stderr)[1]) for done in (one, many)]
    assert inertia[1] < inertia[0] and "best of 1 start, " in one.stderr and "best of 20 starts, " in many.stderr


def test_labels_and_centers_go_to_files(run, tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    done = run("kmeans", "iris.csv", "-k", 3, "--output", "labels.csv.gz", "--centers", "centers.csv")
    assert done.stdout == ""
    labels = np.array(labels_of(gzip.decompress((tmp_path / "labels.csv.gz").read_bytes()).decode())).astype(int)
    header, *rows = csv.reader((tmp_path / "centers.csv").open(newline=""))
    assert header == ["label", "size", *NAMES]
    for label, (name, size, *center) in enumerate(rows):
        assert (int(name), int(size)) == (label, (labels == label).sum())
        np.testing.assert_allclose(np.array(center, float), IRIS[labels == label].mean(axis=0), rtol=1e-9)


def test_labels_are_the_same_for_any_number_of_jobs(run):
    one, two = (run("kmeans", "-", "-k", 5, "--jobs", jobs, stdin=iris_csv().encode()).stdout for jobs in (1, 2))
    assert one == two


def test_columns_and_drop(run):
    both = run("kmeans", "-", "-k", 3, "--columns", "petal_width_cm,sepal_length_cm", stdin=iris_csv().encode())
    assert labels_of(both.stdout) == expected_labels(IRIS[:, [3, 0]])
    rest = run("kmeans", "-", "-k", 3, "--drop", "petal_width_cm,sepal_length_cm", stdin=iris_csv().encode())
    assert labels_of(rest.stdout) == expected_labels(IRIS[:, [1, 2]])


def test_dropped_rows_keep_their_place(run):
    rows = list(csv.reader(iris_csv().splitlines()))
    rows[3][1] = rows[20][0] = ""
    text = "\n".join(map(",".join, rows)).encode()
    done = run("kmeans", "-", "-k", 3, "--missing", "drop", stdin=text)
    incomplete = [2, 19]
    expected = expected_labels(np.delete(IRIS, incomplete, axis=0))
    for place in incomplete:
        expected.insert(place, '""')
    assert labels_of(done.stdout) == expected
    pandas = pytest.importorskip("pandas")
    assert np.flatnonzero(pandas.read_csv(io.StringIO(done.stdout)).label.isna()).tolist() == incomplete


def test_missing_values_stop_or_become_the_median(run, fails):
    text = b"a,b,c\n1,2,3\n4,,6\nNA,8,9\n7,?,1\n"
    error = fails(1, "kmeans", "-", "-k", 2, stdin=text)
    assert "standard input: missing values in 3 of 4 rows: a 1, b 2; --missing drop" in error
    done = run("kmeans", "-", "-k", 2, "--missing", "median", "--quiet", stdin=text)
    assert labels_of(done.stdout) == expected_labels(np.array([[1, 2, 3], [4, 5, 6], [4, 8, 9], [7, 5, 1.0]]), k=2)


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
        (["kmeans", "iris.csv", "-k", "3", "--columns", "species", "--drop", "x"], "not allowed with"),
        (["kmeans", "iris.csv", "-k", "3", "--columns", "sepal_lenght_cm"], "did you mean 'sepal_length_cm'?"),
        (["kmeans", "iris.csv", "-k", "3", "--drop", "Species"], "did you mean 'species'?"),
        (["kmeans", "iris.csv", "-k", "3", "--drop", "zzz"], "there is sepal_length_cm, "),
        (["kmeans", "iris.csv", "-k", "3", "--drop", ",".join([*NAMES, "species"])], "leaves no column"),
        (["kmeans", "iris.csv", "-k", "3", "--array", "X"], "--array is for npz files"),
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


def test_fewer_distinct_rows_than_clusters_warns(run):
    done = run("kmeans", "-", "-k", 2, stdin=b"a,b\n1,2\n1,2\n1,2\n")
    assert done.returncode == 0
    assert "warning: Number of distinct clusters (1) found smaller than n_clusters (2)" in done.stderr
    assert "note: the same in every row, so without effect: a, b" in done.stderr


# ------------------------------------------------------------------------------------------------ the hierarchy


@pytest.fixture
def iris_file(tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    return "iris.csv"


def cut(Z, **where):
    return [str(label) for label in hierarchy.cut_tree(Z, **where)[:, 0]]


def test_hierarchy_gives_the_tree_and_the_labels_of_the_python_interface(run, tmp_path, iris_file):
    done = run("hierarchy", iris_file, "-k", 4, "--tree", "Z.npy")
    Z = hierarchy.linkage(Scaler().fit_transform(IRIS), "ward")
    assert done.returncode == 0
    assert labels_of(done.stdout) == cut(Z, n_clusters=4)
    np.testing.assert_array_equal(np.load(tmp_path / "Z.npy"), Z)
    for text in (
        "scaling: standard",
        "method: ward",
        "metric: euclidean",
        "cut: 4 clusters (-k)",
        "4 clusters of 150 rows by 4 columns",
        "largest gap: ",
        "which suggests 2 clusters; a hint",
    ):
        assert text in done.stderr


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single", "weighted", "centroid", "median"])
def test_hierarchy_cuts_at_a_height(run, iris_file, method):
    done = run("hierarchy", iris_file, "--height", 1.2, "--method", method, "--scale", "none", "--quiet", "--jobs", 2)
    Z = hierarchy.linkage(IRIS, method)
    assert labels_of(done.stdout) == cut(Z, height=1.2)
    lines = done.stderr.splitlines()
    assert [line.split(":")[0] for line in lines if "warning" not in line] == ["scaling", "method", "cut"]
    assert any("branches cross" in line for line in lines) == (not hierarchy.is_monotonic(Z))


def test_hierarchy_from_the_top_down(run, iris_file):
    done = run("hierarchy", iris_file, "-k", 3, "--divisive", "--metric", "manhattan", "--scale", "none")
    model = coterie.DivisiveClustering(3, metric="manhattan").fit(IRIS)
    assert labels_of(done.stdout) == cut(model.linkage_, n_clusters=3)
    assert "method: divisive (the cluster of the largest diameter is split first), metric: manhattan" in done.stderr


def test_without_a_cut_the_largest_gap_decides(run):
    rows = b"x,y\n0,0\n0,1\n9,9\n9,8\n50,50\n51,50\n"
    done = run("hierarchy", "-", "--method", "single", "--scale", "none", stdin=rows)
    assert labels_of(done.stdout) == ["0", "0", "0", "0", "1", "1"]
    assert "cut: 2 clusters (at the largest gap between heights; no -k or --height was given)" in done.stderr
    assert "largest gap: 11.4 to 58.0, which suggests 2 clusters" in done.stderr
    same = run("hierarchy", "-", "--scale", "none", stdin=b"x\n1\n1\n1\n")
    assert labels_of(same.stdout) == ["0", "0", "0"] and "largest gap:" not in same.stderr
    assert "cut: 1 cluster (the heights leave no gap; no -k or --height was given)" in same.stderr


@pytest.mark.parametrize(
    "metric, scaling, method",
    [
        ("euclidean", "standard", "ward"),
        ("l1", "standard", "average"),
        ("minkowski:3", "standard", "average"),
        ("cosine", "none", "average"),
        ("correlation", "none", "average"),
        ("canberra", "none", "average"),
    ],
)
def test_metrics_have_their_own_scaling_and_method(run, iris_file, metric, scaling, method):
    done = run("hierarchy", iris_file, "-k", 5, "--metric", metric)
    assert f"scaling: {scaling} (" in done.stderr and f"method: {method} (" in done.stderr
    X = IRIS if scaling == "none" else Scaler(scaling).fit_transform(IRIS)
    name, _, p = metric.partition(":")
    Z = hierarchy.linkage(X, method, distances.as_metric(name, **({"p": float(p)} if p else {})))
    assert labels_of(done.stdout) == cut(Z, n_clusters=5)
    scaled = run("hierarchy", iris_file, "-k", 5, "--metric", metric, "--scale", "minmax")
    assert "scaling: minmax (" in scaled.stderr


def test_places_on_the_globe_are_degrees_and_heights_kilometres(run, tmp_path):
    places = b"""name,lat,lon
Suva,-18.142,178.442
Apia,-13.833,-171.767
Paris,48.857,2.352
Lyon,45.764,4.836
"""
    done = run(
        "hierarchy",
        "-",
        "--height",
        2000,
        "--metric",
        "haversine",
        "--columns",
        "lat,lon",
        "--names",
        "name",
        "--tree",
        "Z.npy",
        "--method",
        "single",
        stdin=places,
    )
    assert labels_of(done.stdout) == ["0", "0", "1", "1"]
    np.testing.assert_allclose(np.load(tmp_path / "Z.npy")[:2, 2], [392, 1151], atol=1)
    assert "scaling: none" in done.stderr and "metric: haversine (km)" in done.stderr
    assert re.search(r"0 +2 +50\.0% +-16.0 +-177 +Suva, Apia\n", done.stderr)  # not half-way round the world


def test_names_of_rows_are_no_measurements(run, iris_file, tmp_path):
    np.savez(tmp_path / "iris.npz", X=IRIS, ids=np.arange(150))
    Z = hierarchy.linkage(IRIS, "ward")
    for file, name in ((iris_file, "species"), ("iris.npz", "ids")):
        done = run("hierarchy", file, "--names", name, "-k", 3, "--scale", "none")
        assert labels_of(done.stdout) == cut(Z, n_clusters=3)
        assert "150 rows by 4 columns" in done.stderr and "left out" not in done.stderr
    done = run("hierarchy", iris_file, "--names", "species", "-k", 3, "--scale", "none")
    assert re.search(r"50 setosa\n.*49 versicolor, 15 virginica\n.*35 virginica, 1 versicolor\n", done.stderr)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_dendrogram_is_drawn(run, iris_file, tmp_path, kind):
    pytest.importorskip("matplotlib")
    done = run("hierarchy", iris_file, "--names", "species", "-k", 3, "--dendrogram", f"tree.{kind}")
    assert done.returncode == 0
    content = (tmp_path / f"tree.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind == "svg":
        assert b"iris.csv: 150 rows, ward linkage, euclidean, 3 clusters" in content and b"setosa" in content


def test_rows_left_out_keep_their_numbers_in_the_dendrogram(run, tmp_path):
    pytest.importorskip("matplotlib")
    rows = b"x,y\n1,2\n,3\n4,4\n9,8\n"
    done = run("hierarchy", "-", "-k", 2, "--missing", "drop", "--dendrogram", "tree.svg", stdin=rows)
    assert labels_of(done.stdout) == ["0", '""', "0", "1"]
    drawn = re.findall("<!-- ([0-9]) -->", (tmp_path / "tree.svg").read_text())
    assert set("023") <= set(drawn) and len([each for each in drawn if each == "3"]) == 1


def test_dendrogram_needs_matplotlib(tmp_path, iris_file):
    code = (
        "import sys; sys.modules['matplotlib'] = None; from coterie.cli import main; "
        "sys.exit(main(['hierarchy', 'iris.csv', '--dendrogram', 'tree.png']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        "coterie hierarchy: error: tree.png: for pictures, install matplotlib: pip install matplotlib\n"
    )


@pytest.mark.parametrize(
    "args, message",
    [
        (["-k", "3", "--height", "2"], "not allowed with"),
        (["--method", "ward", "--divisive"], "not allowed with"),
        (["--height", "-1"], "a number of 0 or more is needed, not '-1'"),
        (["--height", "nan"], "not 'nan'"),
        (["--method", "wart"], "invalid choice: 'wart'"),
        (["--metric", "euclidian"], "no metric is called 'euclidian'; did you mean 'euclidean'?"),
        (["--metric", "minkowski:0"], "p must be greater than 0"),
        (["--metric", "cosine:2"], "cosine takes no number"),
        (["--method", "ward", "--metric", "cosine"], "--method ward needs the euclidean metric, not cosine"),
        (
            ["--metric", "haversine"],
            "needs two columns, latitude and longitude in degrees, and there are sepal_length_cm",
        ),
        (["--metric", "haversine", "--scale", "log"], "without --scale"),
        (["--names", "spices"], "--names: no column is called 'spices': did you mean 'species'?"),
        (["--tree", "-"], "a file is needed"),
        (["--tree", "iris.csv"], "would be overwritten"),
        (["--tree", "a.png", "--dendrogram", "./a.png"], "named twice"),
        (["--seed", "1"], "unrecognized arguments: --seed"),
    ],
)
def test_mistakes_on_the_command_line_of_hierarchy(fails, iris_file, args, message):
    if "--dendrogram" in args:
        pytest.importorskip("matplotlib")
    assert message in fails(2, "hierarchy", iris_file, *args)


@pytest.mark.parametrize(
    "rows, args, message",
    [
        (b"a,b\n1,2\n", [], "standard input: 2 rows are needed, which is more than the 1 row there is"),
        (b"a,b\n1,2\n3,4\n", ["-k", "3"], "-k 3 is more than the 2 rows there are"),
        (b"a,b\n1,2\n0,0\n", ["--metric", "cosine"], "zero vectors"),
        (
            b"a,b\n1,2\n95,4\n",
            ["--metric", "haversine"],
            "a is taken for latitude, b for longitude. A latitude must be",
        ),
    ],
)
def test_mistakes_about_the_data_of_hierarchy(fails, rows, args, message):
    assert message in fails(1, "hierarchy", "-", *args, stdin=rows)


def test_tree_that_does_not_fit_is_refused_in_one_line(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(200_000.0) % 1009)
    code = (
        "import sys; from coterie._runtime import memory; memory.available = lambda: 10**9; from coterie.cli import main; "
        "sys.exit(main(['hierarchy', 'x.npy', '--method', 'average', '-k', '2', '--quiet']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    error = done.stderr.splitlines()[-1]
    assert error.startswith("coterie hierarchy: error: not enough memory: average linkage of 200,000 points")
    assert "GB of memory, and 1 GB are available" in error


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_full_disk_for_the_tree(fails, iris_file):
    error = fails(1, "hierarchy", iris_file, "-k", 3, "--tree", "/dev/full", "--quiet")
    assert error.startswith("coterie hierarchy: error: /dev/full: No space left")


# ------------------------------------------------------------------------------------------------------- density


def dense_labels(X, eps, min_samples=5, metric="euclidean"):
    return [str(label) for label in coterie.DBSCAN(eps, min_samples=min_samples, metric=metric).fit(X).labels_]


def scattered(n=400, seed=0):
    """Two dense discs and noise."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [rng.normal(0, 1, (n // 2, 2)), rng.normal(12, 1, (n // 2, 2)), rng.uniform(-10, 20, (n // 10, 2))]
    )


def as_csv(X, names):
    return "\n".join([",".join(names), *(",".join(map(repr, row)) for row in X.tolist())]).encode()


def test_dbscan_gives_the_labels_of_the_python_interface(run, iris_file):
    done = run("dbscan", iris_file, "--eps", 0.6, "--min-samples", 7)
    assert done.returncode == 0
    assert labels_of(done.stdout) == dense_labels(IRIS, 0.6, 7)
    assert "-1" in done.stdout
    for text in (
        "scaling: none",
        "metric: euclidean, min-samples: 7",
        "left out, not numbers: species",
        "2 clusters of 150 rows by 4 columns; ",
        " in none (noise, label -1); ",
        " core rows; means",
    ):
        assert text in done.stderr
    core = np.bincount(coterie.DBSCAN(0.6, min_samples=7).fit(IRIS).core_sample_indices_ // 50)
    assert re.search(rf"\n +0 +49 +32\.7% +{core[0]} +5\.", done.stderr)  # share of all rows, not of those in clusters


def test_dbscan_finds_eps_and_scales_for_it(run, iris_file):
    done = run("dbscan", iris_file, "--jobs", 2)
    X = Scaler().fit_transform(IRIS)
    suggestion = selection.suggest_eps(X, 5)
    assert labels_of(done.stdout) == dense_labels(X, suggestion.eps)
    assert "scaling: standard" in done.stderr
    assert f"\neps: {suggestion.eps:g} in scaled units (" in done.stderr
    told = run("dbscan", iris_file, "--eps", f"{suggestion.eps:g}", "--scale", "standard")
    assert told.stdout == done.stdout


def test_dbscan_tells_whether_the_knee_is_clear(run):
    clear = run("dbscan", "-", "--scale", "none", stdin=as_csv(scattered(), "ab"))
    assert "(at the knee of the distances within which rows have 5 rows" in clear.stderr
    even = run("dbscan", "-", stdin=as_csv(np.random.default_rng(0).random((300, 2)), "ab"))
    assert "(there is no clear knee in the distances within which rows have 5 rows" in even.stderr
    assert "a smaller --eps or a larger --min-samples, as there is but one cluster" in even.stderr


@pytest.mark.parametrize(
    "metric, scaling",
    [
        ("euclidean", "standard"),
        ("l1", "standard"),
        ("minkowski:3", "standard"),
        ("cosine", "none"),
        ("correlation", "none"),
        ("canberra", "none"),
    ],
)
def test_metrics_of_dbscan_have_their_own_scaling(run, iris_file, metric, scaling):
    done = run("dbscan", iris_file, "--metric", metric, "--min-samples", 6)
    assert f"scaling: {scaling} (" in done.stderr
    X = IRIS if scaling == "none" else Scaler(scaling).fit_transform(IRIS)
    name, _, p = metric.partition(":")
    measure = distances.as_metric(name, **({"p": float(p)} if p else {}))
    assert labels_of(done.stdout) == dense_labels(X, selection.suggest_eps(X, 6, metric=measure).eps, 6, measure)
    given = ("dbscan", iris_file, "--metric", metric, "--eps", 0.3)
    assert "scaling: none (" in run(*given).stderr
    assert "scaling: minmax (" in run(*given, "--scale", "minmax").stderr


def test_dbscan_on_the_globe_takes_degrees_and_kilometres(run, tmp_path):
    places = b"""name,lat,lon
Suva,-18.142,178.442
Nadi,-17.803,177.416
Taveuni,-16.967,-179.9
Paris,48.857,2.352
Lyon,45.764,4.836
Reims,49.26,4.03
"""
    args = ("dbscan", "-", "--metric", "haversine", "--columns", "lat,lon", "--min-samples", 2)
    done = run(*args, "--eps", 250, stdin=places)
    assert labels_of(done.stdout) == ["0", "0", "0", "1", "-1", "1"]
    assert "scaling: none" in done.stderr and "metric: haversine (km)" in done.stderr
    assert re.search(r"\n +0 +3 +50\.0% +3 +-17\.6 +179\n", done.stderr)  # not half-way round the world
    auto = run(*args, "--quiet", stdin=places)
    eps = float(re.search(r"^eps: ([\d.]+) km \(", auto.stderr, re.MULTILINE)[1])
    assert auto.stdout == run(*args, "--eps", eps, stdin=places).stdout
    X = distances.from_degrees(
        [-18.142, -17.803, -16.967, 48.857, 45.764, 49.26], [178.442, 177.416, -179.9, 2.352, 4.836, 4.03]
    )
    assert eps == pytest.approx(distances.radians_to_km(selection.suggest_eps(X, 2, metric="haversine").eps), rel=0.005)


def test_rows_left_out_by_dbscan_keep_their_place(run):
    rows = b"x,y\n1,2\n,3\n1,2.5\n90,8\n1,2.1\n"
    done = run("dbscan", "-", "--eps", 1, "--min-samples", 3, "--missing", "drop", stdin=rows)
    assert labels_of(done.stdout) == ["0", '""', "0", "-1", "0"]


@pytest.mark.parametrize(
    "eps, advice",
    [
        (
            0.001,
            r"a larger --eps or auto or a smaller --min-samples, as no row has so many rows within eps\. Half of the "
            r"rows have 5 rows, themselves counted, within 0\.\d+, nine in ten within \d\.\d+\n",
        ),
        (0.1, r"a larger --eps or auto or a smaller --min-samples, as more than half is noise\. Half of the rows have"),
        (
            30,
            "a smaller --eps or auto or a larger --min-samples, as there is but one cluster. If it stays in one piece",
        ),
        (1, None),
    ],
)
def test_dbscan_says_what_to_try_next(run, eps, advice):
    done = run("dbscan", "-", "--eps", eps, stdin=as_csv(scattered(), "ab"))
    assert done.returncode == 0 and "warning" not in done.stderr
    if advice is None:
        assert "what to try" not in done.stderr
    else:
        assert re.search(f"\nwhat to try: {advice}", done.stderr)
        quiet = run("dbscan", "-", "--eps", eps, "--quiet", stdin=as_csv(scattered(), "ab"))
        assert "what to try" not in quiet.stderr and quiet.stdout == done.stdout


def test_advice_on_many_small_clusters_and_on_a_giant_one(run):
    rng = np.random.default_rng(0)
    pairs = np.repeat(rng.uniform(0, 1000, (200, 2)), 3, axis=0)
    done = run("dbscan", "-", "--eps", 1, "--min-samples", 3, stdin=as_csv(pairs, "ab"))
    assert "what to try: a larger --eps or auto, which joins clusters, or a larger --min-samples" in done.stderr
    assert "as half of them have 3 rows or fewer. Half of the rows have 3 rows" in done.stderr
    giant = np.concatenate([rng.normal(0, 1, (500, 2)), rng.normal(40, 0.1, (9, 2))])
    done = run("dbscan", "-", "--eps", 2, stdin=as_csv(giant, "ab"))
    assert re.search(r"try: a smaller --eps .* as one cluster has 98\.\d% of all that is in clusters\.", done.stderr)


def test_dbscan_notes_duplicates(run):
    X = scattered()
    twice = np.concatenate([np.repeat(X[:50], 6, axis=0), X[50:150]])
    assert (
        "note: 75% of the rows have 4 or more others equal to them; a larger"
        in run("dbscan", "-", stdin=as_csv(twice, "ab")).stderr
    )


@pytest.mark.parametrize(
    "kind, options",
    [
        ("png", []),
        ("pdf", []),
        ("svg", []),
        ("svg", ["--eps", "0.7"]),
        ("svg", ["--columns", "petal_width_cm"]),
        ("svg", ["--columns", "petal_width_cm,sepal_width_cm"]),
    ],
)
def test_map_is_drawn(run, iris_file, tmp_path, kind, options):
    pytest.importorskip("matplotlib")
    done = run("dbscan", iris_file, *options, "--plot", f"map.{kind}")
    assert done.returncode == 0
    content = (tmp_path / f"map.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind == "svg":
        text = content.decode()
        assert re.search(r"iris\.csv: \d+ clusters?, [\d.]+% noise \(grey\); eps ", text)
        assert ("share of the rows" in text) == ("--eps" not in options)
        assert ("<!-- petal_width_cm -->" in text) == ("--columns" in options)
        assert ("first principal component (" in text) == ("--columns" not in options)


@pytest.mark.parametrize(
    "options, axis",
    [
        (["--columns", "petal_width_cm"], "petal_width_cm"),
        ([], "first principal component ("),
        (["--columns", "petal_width_cm,sepal_width_cm", "--scale", "log"], "log(1 + petal_width_cm)"),
    ],
)
def test_kmeans_draws_clusters_and_centres(run, iris_file, tmp_path, options, axis):
    pytest.importorskip("matplotlib")
    assert run("kmeans", iris_file, "-k", 3, *options, "--plot", "clusters.svg").returncode == 0
    text = (tmp_path / "clusters.svg").read_text(encoding="utf-8")
    assert "iris.csv: 3 clusters by k-means" in text and axis in text
    assert run("kmeans", iris_file, "-k", 3, "--plot", "clusters.docx").returncode == 2


def test_map_of_the_globe_is_cut_where_nothing_is(run, tmp_path):
    pytest.importorskip("matplotlib")
    rng = np.random.default_rng(0)
    longitude = (178 + rng.normal(0, 3, 200) + 180) % 360 - 180  # on both sides of the date line
    places = as_csv(np.column_stack([rng.normal(-17, 2, 200), longitude]), ["lat", "lon"])
    done = run("dbscan", "-", "--metric", "haversine", "--eps", 200, "--plot", "map.svg", stdin=places)
    assert done.returncode == 0 and "gnoring" not in done.stderr  # as matplotlib says where limits do not fit
    ticks = re.findall(r"<!-- (-?\d+) -->", (tmp_path / "map.svg").read_text().replace("\N{MINUS SIGN}", "-"))
    assert any(165 < int(tick) <= 180 for tick in ticks) and any(-180 <= int(tick) < -165 for tick in ticks)


def test_map_begins_behind_the_widest_gap_of_longitudes():
    rng = np.random.default_rng(0)
    for middle, spread in ((178.0, 20.0), (0.0, 90.0), (-100.0, 5.0), (200.0, 150.0)):
        longitude = (middle + rng.uniform(-spread, spread, 2000) + 180) % 360 - 180
        moved = _cut_open(longitude)
        assert np.ptp(moved) <= 2 * spread and -180 <= moved.min() <= 180
        np.testing.assert_allclose((moved - longitude + 180) % 360, 180, atol=1e-9)  # by whole turns
    assert _cut_open(np.array([7.0, 7.0])).tolist() == [7.0, 7.0]


def test_map_of_columns_with_a_long_tail_is_logarithmic(run, tmp_path):
    pytest.importorskip("matplotlib")
    rows = as_csv(np.exp(scattered()), "ab")
    assert run("dbscan", "-", "--scale", "log", "--plot", "map.svg", stdin=rows).returncode == 0
    assert "log(1 + a)" in (tmp_path / "map.svg").read_text()


def test_a_single_row(run):
    done = run("dbscan", "-", "--eps", 1, "--min-samples", 1, stdin=b"a\n5\n")
    assert labels_of(done.stdout) == ["0"] and "what to try" not in done.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (["--eps", "0"], "a number greater than 0 is needed, or auto, not '0'"),
        (["--eps", "-3"], "not '-3'"),
        (["--eps", "nan"], "not 'nan'"),
        (["--eps", "inf"], "not 'inf'"),
        (["--eps", "Auto"], "not 'Auto'"),
        (["--min-samples", "0"], "a whole number of 1 or more is needed, not '0'"),
        (["--min-samples", "2.5"], "not '2.5'"),
        (["--metric", "haversin"], "did you mean 'haversine'?"),
        (
            ["--metric", "haversine"],
            "needs two columns, latitude and longitude in degrees, and there are sepal_length_cm",
        ),
        (["--metric", "haversine", "--scale", "standard"], "without --scale"),
        (["--plot", "-"], "a file is needed"),
        (["--plot", "iris.csv"], "would be overwritten"),
        (["--plot", "a.png", "--output", "a.png"], "named twice"),
        (["--plot", "map.csv"], "no kind of picture"),
        (["--seed", "1"], "unrecognized arguments: --seed"),
        (["-k", "3"], "unrecognized arguments: -k"),
    ],
)
def test_mistakes_on_the_command_line_of_dbscan(run, iris_file, args, message):
    if args[0] == "--plot":
        pytest.importorskip("matplotlib")
    done = run("dbscan", iris_file, *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match("coterie( dbscan)?: error: ", done.stderr.splitlines()[-1]) and message in done.stderr


@pytest.mark.parametrize(
    "rows, args, message",
    [
        (b"a,b\n1,2\n3,4\n", [], "standard input: --min-samples 5 is more than the 2 rows there are"),
        (b"a,b\n1,2\n", ["--min-samples", "2"], "--min-samples 2 is more than the 1 row there is"),
        (b"a,b\n1,2\n", ["--min-samples", "1"], "at least 2 rows"),
        (b"a\n1\n1\n1\n1\n", ["--min-samples", "3"], "every row has 2 or more others at distance 0"),
        (b"a,b\n1,2\n0,0\n", ["--metric", "cosine", "--eps", "0.1", "--min-samples", "1"], "zero vectors"),
        (b"a,b\n1,2\n95,4\n", ["--metric", "haversine", "--min-samples", "2"], "a is taken for latitude"),
        (b"a,b\n1,x\n2,y\n", ["--columns", "b"], "not a column of numbers: b ('x')"),
    ],
)
def test_mistakes_about_the_data_of_dbscan(run, rows, args, message):
    done = run("dbscan", "-", *args, stdin=rows)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("coterie dbscan: error: ") and message in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_dbscan_shows_what_it_found_where_it_cannot_be_written(run, iris_file):
    done = run("dbscan", iris_file, "--output", "/dev/full")
    assert done.returncode == 1 and "core rows" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("coterie dbscan: error: /dev/full: No space left")


# ---------------------------------------------------------------------------------------------------- the demo


def test_demo(run_process, tmp_path):
    pytest.importorskip("matplotlib")
    done = run_process("demo", "--jobs", 2)
    assert done.returncode == 0
    for text in (
        "0: 50 setosa",
        "64: 49 versicolor, 15 virginica",
        "150 flowers, joined at height 32.4",
        "cluster 0, 33% of flowers: petal length",
        "agree to 0.73",
        "1,000,000 addresses",
        "12 depots",
        "k-means with 4 centres cuts through the shapes",
        "912 right moon, 18 scattered",
        "885 left moon",
        "659 disc",
        "1,159 ring",
        "DBSCAN to 0.95",
    ):
        assert text in done.stdout
    assert len(done.stdout.splitlines()) < 72
    path = re.search("^picture of all this: (.*)$", done.stdout, re.MULTILINE)[1]
    assert pathlib.Path(path).samefile(tmp_path / "coterie-demo.png")
    assert pathlib.Path(path).read_bytes().startswith(b"\x89PNG")


def test_demo_without_matplotlib_says_how_to_get_the_picture(tmp_path):
    code = "import sys; sys.modules['matplotlib'] = None; from coterie.cli import main; sys.exit(main(['demo']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "12 depots" in done.stdout
    assert "pip install matplotlib" in done.stderr and not list(tmp_path.iterdir())


def test_demo_refuses_a_picture_it_cant_write(fails):
    assert "there is no folder nowhere" in fails(1, "demo", "--output", "nowhere/picture.png")


def test_pictures_of_unknown_kind_are_refused_before_the_work(fails):
    pytest.importorskip("matplotlib")
    assert "picture.csv: no kind of picture that can be written" in fails(2, "demo", "--output", "picture.csv")


def test_generated_addresses_are_on_the_map_and_not_in_the_lake():
    places = generate_addresses(10_000, np.random.default_rng(0))
    assert places.shape == (10_000, 2) and places.min() >= 0 and (places <= (42, 30)).all()
    assert np.hypot(*(places - (30, 16)).T).min() > 3.4


def test_iris_is_fishers_table():
    assert IRIS.shape == (150, 4) and {name: (SPECIES == name).sum() for name in set(SPECIES)} == {
        "setosa": 50,
        "versicolor": 50,
        "virginica": 50,
    }
    np.testing.assert_allclose(IRIS.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333], atol=1e-6)
    assert IRIS[34].tolist() == [4.9, 3.1, 1.5, 0.2] and IRIS[37].tolist() == [4.9, 3.6, 1.4, 0.1]


# ----------------------------------------------------------------------------------------------- reading text

EXPECTED = [[1.5, -2.0], [3e10, 4.0], [5.0, 0.25]]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1.5,-2\n3e10,4\n5,.25\n",
        "a;b\n1.5;-2\n3e10;4\n5;.25",
        "a\tb\n1.5\t-2\n3e10\t4\n5\t.25\n",
        "a;b\n1,5;-2\n3e10;4\n5;,25\n",  # decimal commas
        "a\tb\n1,5\t-2\n3e10\t4\n5\t0,25\n",
        '"a","b"\n"1.5","-2"\n"3e10","4"\n"5",".25"\n',
        " a , b \r\n 1.5, -2 \r\n3e10 ,4\r\n5,.25\r\n\r\n",
        "\n\na,b\n1.5,-2\n\n3e10,4\n  \n5,.25\n\n",  # blank lines
        "a,b\r1.5,-2\r3e10,4\r5,.25\r",
        "\ufeffa,b\n1.5,-2\n3e10,4\n5,.25\n",
        "# made by a program\n# a,b\n1.5,-2\n3e10,4\n5,.25\n",
        "a,b\n1.5,-2\n3e10,4\n5,.25\n".encode("utf-16"),
        gzip.compress(b"a,b\n1.5,-2\n3e10,4\n5,.25\n"),
    ],
)
def test_text_is_read_as_it_comes(read, text):
    table = read(text)
    assert (table.names, table.values.tolist(), table.left_out) == (["a", "b"], EXPECTED, [])


def test_without_a_header_columns_are_numbered(read):
    table = read("1,2,x\n3,4,y\n")
    assert (table.names, table.values.tolist()) == (["x0", "x1"], [[1, 2], [3, 4]])
    assert any("no header line" in note for note in table.notes)


@pytest.mark.parametrize(
    "text, names",
    [
        ("name,size\nfoo,1\nbar,2\n", ["size"]),
        ("year,1990\n7,1\n9,2\n", ["year", "1990"]),  # a name above numbers makes a header
        (",x\n0,5\n1,6\n", ["x0", "x"]),  # as pandas writes its index
        ("#,x\n1,5\n2,6\n", ["#", "x"]),
        ("a,a,b,a\n1,2,3,4\n5,6,7,8\n", ["a", "a.2", "b", "a.3"]),
        ("a,a.2,a\n1,2,3\n5,6,7\n", ["a", "a.2", "a.3"]),
        ("<DATE>,<OPEN>\n5,1\n5,2\n", ["<DATE>", "<OPEN>"]),
        ("größe,b\n1,2\n3,4\n".encode("latin-1"), ["größe", "b"]),
        ('"x, in mm","two\nlines"\n1,2\n3,4\n', ["x, in mm", "two\nlines"]),
    ],
)
def test_names_of_columns(read, text, names):
    assert read(text).names == names


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None", "?"])
def test_missing_values_in_text(read, cell):
    table = read(f"a,b\n1,{cell}\n2,5\n3,7\n", missing="drop")
    assert table.values.tolist() == [[2, 5], [3, 7]] and table.kept.tolist() == [False, True, True]


def test_missing_value_in_a_single_column_is_quoted(read):
    assert read('a\n1\n""\n\n3\n').values.ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize("cell", ["x", "1_000", "12%", "1,5", "0x10", "2024-01-31"])
def test_text_is_no_number(read, cell):
    table = read(f'a,b\n1,"{cell}"\n2,"{cell}"\n')
    assert table.names == ["a"] and str(table.left_out[0]) == f"b ({'date ' * ('-' in cell)}{cell!r})"


def test_mistake_among_numbers_is_an_error_that_names_the_line(read):
    rows = [f"{i},{i % 7}" for i in range(100)]
    rows[70] = "70,oops"
    with pytest.raises(Problem, match="column b has text among its numbers: 'oops' on line 72; correct that"):
        read("a,b\n" + "\n".join(rows))
    rows[71] = "71,oh"
    with pytest.raises(Problem, match="'oops' on line 72 and 1 more;"):
        read("a,b\n" + "\n".join(rows))
    assert read("a,b\n" + "\n".join(rows), drop=["b"]).names == ["a"]


@pytest.mark.parametrize(
    "text, message",
    [
        (b"", "there is nothing in it"),
        (b"\n \n", "there is nothing in it"),
        (b"a,b\n", "a header line but no row below it"),
        (b"a,b\n1,2\n\n3\n", "line 4 has 1 field, where the first line has 2"),
        (b'a,b\n"1\n1",2\n3,4,5\n', "line 4 has 3 fields"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "line 3: a quote is opened there and not closed"),
        (b"a,b\nx,y\nz,w\n", "no column of numbers in it, but a ('x'), b ('y')"),
        (b"a,b\nNA,\n,?\n", "no column of numbers in it, but a (empty), b (empty)"),
        (b"1 2 3\n4 5 6\n", "no comma, semicolon or tab separates columns"),
        (b"a,b\n1,inf\n2,3\n", "infinite values: b 1"),
        (bytes(range(256)), "neither text nor"),
        (b'[{"a": 1},\n{"a": 2}]', "looks like JSON"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 9999)[:50], "damaged or cut short"),
        (b"\x1f\x8bnonsense", "damaged or cut short|Unknown compression|reserved"),
        (b"\xfd7zXZ\0", "compressed with xz"),
        (b"PK\x03\x04nonsense", "damaged or cut short"),
        (b"\x93NUMPY\x01\x00nonsense", "header"),
        (b"PAR1nonsense", "arquet"),
    ],
)
def test_unreadable_files(read, text, message):
    if text.startswith(b"PAR1"):
        pytest.importorskip("pyarrow")
    with pytest.raises(Problem, match=re.sub(r"[()?]", r"\\\g<0>", message)) as caught:
        read(text)
    assert "\n" not in str(caught.value) and caught.value.code == 1


@pytest.mark.parametrize("quote", [False, True])
@pytest.mark.parametrize("separator, decimal", [(",", "."), (";", ","), ("\t", ".")])
def test_blocks_of_lines_do_not_change_what_is_read(read, monkeypatch, separator, decimal, quote):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3)) * 10.0 ** rng.integers(-20, 20, size=(300, 3))
    X[rng.random(X.shape) < 0.02] = np.nan
    remarks = np.where(rng.random(300) < 0.1, f'over\ntwo "lines"{separator} or more', "plain")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    writer.writerow(["a", "remark", "b", "c"])
    for (a, b, c), remark in zip(X.tolist(), remarks, strict=True):
        writer.writerow(
            [
                ("" if np.isnan(v) else repr(v).replace(".", decimal)) if not isinstance(v, str) else v
                for v in (a, remark, b, c)
            ]
        )
    for size in (50, 1000, 1 << 20):
        monkeypatch.setattr(_csv, "_BLOCK", size)
        table = read(out.getvalue(), missing="drop")
        assert table.names == ["a", "b", "c"]
        np.testing.assert_array_equal(table.values, X[~np.isnan(X).any(axis=1)])


def test_column_that_turns_to_text_later_is_left_out(read, monkeypatch):
    monkeypatch.setattr(_csv, "_BLOCK", 20)
    text = "a,b\n" + "1,2\n" * 10 + "3,x\n" * 10
    assert (read(text).names, [each.name for each in read(text).left_out]) == (["a"], ["b"])


# ---------------------------------------------------------------------------------------- reading other formats


def test_npy_and_npz(read, tmp_path):
    X = np.arange(12.0).reshape(4, 3) ** 2
    path = tmp_path / "x"
    for array, expected in (
        (X, X),
        (X.astype(np.float32), X),
        (np.asfortranarray(X), X),
        (X.astype(">f8"), X),
        (X.astype(np.int16), X),
        (X > 5, X > 5),
        (X[:, 0], X[:, :1]),
        (np.array([(1, 2.5, "x"), (3, 4.5, "y")], dtype=[("a", int), ("b", float), ("c", "U1")]), [[1, 2.5], [3, 4.5]]),
    ):
        with open(path, "wb") as file:
            np.save(file, array)
        table = read(path)
        assert table.values.tolist() == np.asarray(expected, float).tolist()
        assert table.values.dtype == (np.float32 if array.dtype == np.float32 else np.float64)
    with open(path, "wb") as file:
        np.savez_compressed(file, X=X, columns=np.array(["u", "v", "w"]), y=np.zeros(4))
    table = read(path, columns=["w", "u"])
    assert (table.names, table.values.tolist()) == (["w", "u"], X[:, [2, 0]].tolist())


def test_columns_without_a_value_are_left_out_of_arrays_too(read, tmp_path):
    X = np.column_stack([np.arange(4.0), np.full(4, np.nan), np.arange(4.0) ** 2])
    np.save(tmp_path / "x.npy", X)
    table = read(tmp_path / "x.npy")
    assert table.names == ["x0", "x2"] and str(table.left_out[0]) == "x1 (empty)"
    with pytest.raises(Problem, match=r"not a column of numbers: x1 \(empty\)"):
        read(tmp_path / "x.npy", columns=["x0", "x1"])


def test_values_too_large_to_be_scaled(run):
    done = run("kmeans", "-", "-k", 2, stdin=b"a,b\n1e308,1\n-1e308,2\n3,4\n")
    assert done.returncode == 1 and done.stderr == (
        "coterie kmeans: error: values that large can't be scaled; --scale none takes them as they are\n"
    )


def test_npz_array_is_chosen_by_name(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, first=np.ones((3, 2)), second=np.zeros((4, 2)))
    with pytest.raises(Problem, match="several arrays in it; choose one with --array: first, second"):
        read(path)
    assert read(path, array="second").values.shape == (4, 2)
    with pytest.raises(Problem, match="no array is called 'secnd': did you mean 'second'"):
        read(path, array="secnd")


def test_npz_of_one_array_a_column(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, a=np.arange(4, dtype=np.int32), b=np.arange(4.0) / 8, words=np.array(["p", "q"]), n=np.int64(3))
    table = read(path)
    assert (table.names, table.values.tolist()) == (["a", "b"], [[0, 0], [1, 0.125], [2, 0.25], [3, 0.375]])


def test_packed_integers_are_unpacked(read, tmp_path):
    path = tmp_path / "x.npz"
    raw = np.array([[4, 8], [12, 16]], dtype=np.int32)
    np.savez(path, raw=raw, scale=np.array([0.25, 0.5]), offset=np.array([1e6, 5e6]))
    table = read(path, columns=["x1"])
    assert table.values.tolist() == [[5e6 + 4], [5e6 + 8]]
    assert "its integers were turned into raw * scale + offset, which are in the file too" in table.notes
    np.savez(path, raw=raw.astype(float), scale=np.array([0.25, 0.5]))  # these are what they are
    assert read(path).values.tolist() == raw.tolist()


@pytest.mark.parametrize(
    "array, message",
    [
        (np.ones((2, 2)) * 1j, "not numbers but complex128"),
        (np.array([["a"]]), "not numbers but <U1"),
        (np.ones((2, 2, 2)), r"the shape \(2, 2, 2\)"),
        (np.array({}, dtype=object), "Python objects"),
        (np.ones((0, 2)), "no row"),
        (np.ones((2, 0)), "no column of numbers"),
    ],
)
def test_arrays_that_are_no_tables(read, tmp_path, array, message):
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    with pytest.raises(Problem, match=message):
        read(tmp_path / "x.npy")


def test_npz_without_a_table(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path)
    with pytest.raises(Problem, match="no array of numbers with two dimensions in it: no array"):
        read(path)
    np.savez(path, data=np.ones(3), indices=np.arange(3), indptr=np.arange(4))
    with pytest.raises(Problem, match="sparse"):
        read(path)


def test_parquet(read, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "x"
    small = pa.array([1, 2, 3], pa.float32())
    columns = {"a": [1, None, 3], "t": ["x", "y", "z"], "b": [True, False, True], "f": small}
    parquet.write_table(pa.table(columns), path, row_group_size=2)
    table = read(path)
    assert (table.names, table.values.tolist()) == (["a", "b", "f"], [[1, 1, 1], [2, 0, 2], [3, 1, 3]])
    assert [each.name for each in table.left_out] == ["t (string)"]
    assert read(path, columns=["f"]).values.dtype == np.float32


def test_parquet_without_pyarrow_says_what_to_install(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Problem, match="pip install pyarrow"):
        read(b"PAR1")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("kind", ["npy", "npz", "parquet"])
def test_every_format_goes_through_a_pipe(run_process, kind, zipped):
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, IRIS)
    elif kind == "npz":
        np.savez(file, X=IRIS)
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pa.table(dict(zip(NAMES, IRIS.T, strict=True))), file)
    content = gzip.compress(file.getvalue()) if zipped else file.getvalue()
    assert labels_of(run_process("kmeans", "-", "-k", 3, stdin=content).stdout) == expected_labels()


# ------------------------------------------------------------------------------------------------ names of rows


def test_names_of_rows_come_from_a_column_of_text_or_numbers(read, monkeypatch):
    text = 'a,who,n\n1, ann ,7\n,bob,8\n3,"c, d",9\n4,,9\n'
    table = read(text, row_names="who")
    assert (table.names, table.row_names) == (["a", "n"], ["ann", "bob", "c, d", ""])
    table = read(text, row_names="n", missing="drop")
    assert (table.names, table.values.tolist(), table.row_names) == (["a"], [[1], [3], [4]], ["7", "9", "9"])
    assert read(text, columns=["n"], row_names="n").values.tolist() == [[7], [8], [9], [9]]
    monkeypatch.setattr(_csv, "_BLOCK", 20)
    assert read(text, row_names="who").row_names == ["ann", "bob", "c, d", ""]
    with pytest.raises(Problem, match="there is no column but the names"):
        read("who\nx\n", row_names="who")


def test_names_of_rows_come_from_an_array(read, tmp_path):
    path = tmp_path / "x.npz"
    X, codes, meaning = np.ones((3, 2)), np.array([1, 0, 1], np.int8), np.array(["cat", "dog"])
    np.savez(path, X=X, labels=codes, label_names=meaning, who=np.array(["p", "q", "r"]), few=np.arange(2))
    assert read(path, row_names="labels").row_names == ["dog", "cat", "dog"]
    assert read(path, row_names="who").row_names == ["p", "q", "r"]
    with pytest.raises(Problem, match="no array is called 'label': did you mean 'labels'"):
        read(path, row_names="label")
    with pytest.raises(Problem, match="--names few has 2 names for 3 rows"):
        read(path, row_names="few")
    with pytest.raises(Problem, match=r"the array X has the shape \(3, 2\)"):
        read(path, row_names="X")
    np.savez(path, X=X, labels=codes)
    assert read(path, row_names="labels").row_names == ["1", "0", "1"]
    np.savez(path, a=np.arange(3.0), b=np.arange(3), n=np.array([5, 6, 7]))
    table = read(path, row_names="n")
    assert (table.names, table.row_names) == (["a", "b"], ["5", "6", "7"])
    records = np.array([(1, "x"), (3, "y")], dtype=[("a", int), ("who", "U1")])
    with open(path, "wb") as file:
        np.save(file, records)
    assert (read(path, row_names="who").names, read(path, row_names="who").row_names) == (["a"], ["x", "y"])
    with open(path, "wb") as file:
        np.save(file, X)
    assert (read(path, row_names="x1").names, read(path, row_names="x1").row_names) == (["x0"], ["1.0", "1.0", "1.0"])


def test_names_of_rows_come_from_parquet(read, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": [1, 2], "who": ["x", None], "n": [3, 4]}), tmp_path / "x")
    table = read(tmp_path / "x", row_names="who")
    assert (table.names, table.row_names, table.left_out) == (["a", "n"], ["x", ""], [])
    assert read(tmp_path / "x", row_names="n").row_names == ["3", "4"]


# ------------------------------------------------------------------------------------------------- odd columns


@pytest.mark.parametrize(
    "name, values, kind",
    [
        ("customer_id", [5, 5, 7], "an identifier"),
        ("userId", [5, 5, 7], "an identifier"),
        ("ID", [5, 5, 7], "an identifier"),
        ("row", range(30), "an identifier"),
        ("n", range(100, 0, -1), "an identifier"),  # each number once, in order
        ("n", [(7 * i) % 31 for i in range(31)], "an identifier"),  # each number once, none left out
        ("year", [2001, 2003, 2003], "a date"),
        ("model_year", [70, 71, 82], None),  # dates are known by what they are, not by a name alone
        ("Full_time_year_round", [i * 37 % 1000 for i in range(30)], None),
        ("smoker_no", [i % 2 for i in range(30)], None),
        ("protein_key", [i / 7 for i in range(30)], None),
        ("when", [1990 + i % 9 for i in range(30)], "a date"),
        ("when", [20240101 + 100 * (i % 12) + i % 28 for i in range(30)], "a date"),
        ("when", [1_700_000_000 + 977 * (i % 11) for i in range(30)], "a date"),
        ("recency_days", [i % 9 for i in range(30)], None),
        ("acid", [i % 9 for i in range(30)], None),
        ("spend", [(i * 7919) % 10007 for i in range(60)], None),
        ("mass", np.random.default_rng(0).normal(size=40), None),
    ],
)
def test_identifiers_and_dates_are_named_in_a_warning(read, capsys, name, values, kind):
    values = list(values)
    text = f"{name},v\n" + "\n".join(f"{value},{i * i % 5}" for i, value in enumerate(values))
    read(text)
    warning = f"warning: {name} looks like {kind} but is used as a measurement; --drop {name} leaves it out"
    assert (warning in capsys.readouterr().err) == (kind is not None)
    read(text, columns=[name, "v"])  # whoever asks for it gets it
    assert "warning" not in capsys.readouterr().err


# --------------------------------------------------------------------------------------------------- the summary


def test_numbers_show_what_sets_them_apart():
    assert as_column([515382.81, 515393.24, 515394.04]) == ["515,382.8", "515,393.2", "515,394.0"]
    assert as_column([0.00012, 0.00034]) == ["0.00012", "0.00034"]
    assert as_column([1e9, 3.0]) == ["1,000,000,000", "3"]
    assert as_column([-0.0001, 50.0]) == ["0", "50"]
    assert as_column([7.0, 7.0]) == ["7", "7"] and as_column([0.0]) == ["0"] and as_column([np.nan, 1.5])[0] == "-"


def test_numbers_of_a_column_have_one_format():
    assert as_column([2006.0, 1993.5, 2011.25]) == ["2006.0", "1993.5", "2011.2"]  # years
    assert as_column([9500.0, 12_000.0]) == ["9,500", "12,000"]
    assert as_column([4.01e6, 4.6e6, 12.0]) == ["4,010,000", "4,600,000", "12"]
    assert as_column([4.01e16, -4.6e16, 0.0, -0.0]) == ["4.01e+16", "-4.60e+16", "0", "0"]
    assert as_column([4.01e-13, 4.6e-13]) == ["4.01e-13", "4.60e-13"]
    assert as_column([1000.0, 1000.0 + 1e-10]) == ["1000", "1000"]
    assert as_column([1.7e308, -1.7e308, np.inf]) == ["1.70e+308", "-1.70e+308", "inf"]
    assert as_column([]) == []


def test_wide_tables_go_on_below():
    text = table(["k", "alpha", "beta"], [["0", "1"], ["1.5", "2"], ["3", "4"]], width=10)
    assert text == "k  alpha\n0    1.5\n1      2\n\nk  beta\n0     3\n1     4"


def test_summary_of_many_clusters_and_columns_is_cut(run, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(200, 30)))
    done = run("kmeans", "x.npy", "-k", 60, "--output", "labels.csv")
    assert "the 40 largest of 60 clusters, the first 24 of 30 columns; --centers writes all" in done.stderr


# ------------------------------------------------------------------------------------------------------ real data


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    "name, options, found",
    [
        ("penguins.csv.gz", ["--missing", "drop"], ["year looks like a date", "342 rows by 5 columns"]),
        (
            "customers_online_retail_rfm.csv.gz",
            ["--missing", "median", "--scale", "log"],
            ["customer_id looks like an identifier", "4,372 rows by 10 columns", "country ('United Kingdom')"],
        ),
        ("stars_hyg_mag7.5.npz", [], ["array X is used", "b_minus_v", "25,792 rows by 6 columns"]),
        ("lidar_lone_star.npz", [], ["raw_xyz * scale + offset", "518,862 rows by 3 columns", "4,918,36"]),
        (
            "kddcup99_10cols.npz",
            ["--drop", "protocol,service,flag,labels"],
            ["805,050 rows by 10 columns", "src_bytes"],
        ),
    ],
)
def test_real_files(run, name, options, found):
    done = run("kmeans", DATA / name, "-k", 4, *options)
    assert done.returncode == 0
    assert len(labels_of(done.stdout)) > 300
    for text in found:
        assert text in done.stderr


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    "name, options, found",
    [
        (
            "earthquakes_world.csv.gz",
            ["--columns", "latitude,longitude", "--metric", "haversine", "--min-samples", 10],
            ["eps: 145 km (at the knee", "118 clusters of 23,412 rows", "the 40 largest of 118 clusters"],
        ),
        ("penguins.csv.gz", ["--missing", "drop", "--drop", "year"], ["scaling: standard", "2 clusters of 342 rows"]),
    ],
)
def test_density_of_real_files(run, tmp_path, name, options, found):
    pytest.importorskip("matplotlib")
    done = run("dbscan", DATA / name, *options, "--plot", "map.png")
    assert done.returncode == 0 and (tmp_path / "map.png").stat().st_size > 10_000
    for text in found:
        assert text in done.stderr


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    "name, options, found",
    [
        (
            "genes_nci60.npz",
            ["--metric", "correlation", "--names", "labels", "-k", 3],
            ["64 rows by 6,830 columns", "7 MELANOMA, 2 BREAST", "scaling: none", "method: average"],
        ),
        (
            "customers_online_retail_rfm.csv.gz",
            ["--missing", "median", "--scale", "log", "--drop", "customer_id", "-k", 5],
            ["4,372 rows by 9 columns", "5 clusters", "32.0%"],
        ),
    ],
)
def test_trees_of_real_files(run, tmp_path, name, options, found):
    pytest.importorskip("matplotlib")
    done = run("hierarchy", DATA / name, *options, "--dendrogram", "tree.png")
    assert done.returncode == 0 and (tmp_path / "tree.png").stat().st_size > 10_000
    for text in found:
        assert text in done.stderr
