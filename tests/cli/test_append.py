"""`--append`: the table of the file as it is there, with the label as its last column."""

import csv
import gzip
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import iris_csv
from reference.workbooks import workbook

import coterie

COMMANDS = {
    "kmeans": ["-k", 3],
    "kmedoids": ["-k", 3],
    "kprototypes": ["-k", 3, "--kind", "petal_width_cm=category"],
    "hierarchy": ["-k", 3],
    "dbscan": [],
    "hdbscan": ["--probabilities"],
    "optics": ["--reachability"],
}
# Cells that no reader may change: quotes, spaces, line ends, zeros, letters; titles, comments, blank lines; and no line
# end at the end.
TEXT = (
    'Report of March;;;\r\n\r\n"name ""x""";  size ;über;n\r\n"a;b"; 01,50;"x\r\ny";1\r\n\r\n'
    "'c';2,0; ;2\r\n=d;7,50;;1\r\n\"\";8,10;é;2"
)
LABELED = (
    'Report of March;;;\r\n\r\n"name ""x""";  size ;über;n;label\r\n"a;b"; 01,50;"x\r\ny";1;0\r\n\r\n'
    "'c';2,0; ;2;0\r\n=d;7,50;;1;1\r\n\"\";8,10;é;2;1"
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_appends_what_it_writes_alone(run, tmp_path, iris_file, command):
    args = [command, iris_file, *COMMANDS[command], "--quiet"]
    alone, appended = run(*args).stdout, run(*args, "--append").stdout
    rows = zip(iris_csv().splitlines(), alone.splitlines(), strict=True)
    assert appended == "".join(f"{row},{cells}\n" for row, cells in rows)
    assert run(*args, "--append", "-o", "all.csv").stdout == ""
    assert (tmp_path / "all.csv").read_text() == appended


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("zipped", [False, True])
def test_no_byte_of_the_text_is_changed(run, tmp_path, encoding, zipped):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    content, expected = ((mark + text).encode(encoding) for text in (TEXT, LABELED))
    (tmp_path / "a.csv").write_bytes(gzip.compress(content) if zipped else content)
    done = run("hierarchy", "a.csv", "-k", 2, "--columns", "size", "--append", "-o", "b.csv.gz" if zipped else "b.csv")
    assert done.returncode == 0, done.stderr
    found = gzip.decompress((tmp_path / "b.csv.gz").read_bytes()) if zipped else (tmp_path / "b.csv").read_bytes()
    assert found == expected


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a shell")
def test_pipes(fails, iris_file, tmp_path):
    kmeans = f"{sys.executable} -m coterie kmeans iris.csv -k 3 --quiet --append --save model.npz"
    done = subprocess.run(
        ["bash", "-c", f"{kmeans} | true; exit ${{PIPESTATUS[0]}}"], capture_output=True, cwd=tmp_path, timeout=60
    )
    assert done.returncode == 0 and b"rror" not in done.stderr and (tmp_path / "model.npz").exists()
    os.mkfifo("pipe")
    error = fails(2, "kmeans", "pipe", "-k", 3, "--append")
    assert "pipe: --append reads it twice, which a pipe does not allow; - is standard input" in error


def test_standard_input_is_read_twice(run_process):
    done = run_process("hierarchy", "-", "-k", 2, "--columns", "size", "--append", stdin=TEXT.encode())
    assert done.stdout == LABELED.replace("\r\n", "\n")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@pytest.mark.parametrize("seed", range(8))
def test_random_tables_keep_their_cells(run, tmp_path, seed):
    rng = np.random.default_rng(seed)
    n, separator, end = int(rng.integers(3, 40)), rng.choice([",", ";", "\t", "|"]), rng.choice(["\n", "\r\n", "\r"])
    words = ["a", "", 'say "hi"', "x,y;z\tw|v", "two\nlines", " b ", "ö", "'", "NA", "-1", "=1"]
    texts = [[str(word) for word in rng.choice(words, n)] for _ in range(2)]
    numbers = [f"{value:.2f}" for value in rng.normal(size=n).round(2)]
    missing = rng.random(n) < 0.3
    missing[:2] = False
    rows = [[a, "" if gone else x, b] for a, x, b, gone in zip(texts[0], numbers, texts[1], missing, strict=True)]
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if end == "\r" else rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    header = bool(rng.integers(2)) or separator != ","
    writer = csv.writer(file, delimiter=separator, lineterminator=end, quoting=int(quoting))
    writer.writerows([*[["t", "x", "u"]] * header, *rows])
    (tmp_path / "a.csv").write_bytes(file.getvalue().encode())
    column = "x" if header else "x1"
    args = ["kmeans", "a.csv", "-k", 2, "--columns", column, "--missing", "drop", "--quiet"]
    alone = run(*args)
    assert alone.returncode == 0, alone.stderr
    run(*args, "--append", "-o", "b.csv")
    content = (tmp_path / "b.csv").read_bytes().decode()
    found = list(csv.reader(io.StringIO(content, newline=""), delimiter=separator))
    cells = labels_of(alone.stdout)
    assert [row[:-1] for row in found] == list(
        csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=separator)
    )
    assert [row[-1] for row in found] == [*["label"] * header, *(cell.replace('"', "") for cell in cells)]
    assert [cell == '""' for cell in cells] == missing.tolist()


def test_rows_that_were_left_out_have_empty_cells(run):
    text = b"a;b\n1;2\n;3\n4,5;1\n"
    done = run("hdbscan", "-", "--min-cluster-size", 2, "--probabilities", "--missing", "drop", "--append", stdin=text)
    assert done.stdout == "a;b;label;probability\n1;2;-1;0\n;3;;\n4,5;1;-1;0\n"
    text = b"a;b\n1,5;2\n;3\n4,5;9\n7,25;3\n"
    done = run("optics", "-", "--min-samples", 2, "--reachability", "--missing", "drop", "--append", stdin=text)
    assert done.stdout.splitlines()[-1].count(",") == 2  # decimal commas, as in the file


def test_a_name_that_is_taken_gets_a_number(run, iris_file):
    first = run("kmeans", iris_file, "-k", 2, "--append", "--quiet").stdout.encode()
    done = run("kmeans", "-", "-k", 3, "--drop", "label", "--append", stdin=first)
    assert (
        done.stdout.splitlines()[0]
        == "sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm,species,label,label.2"
    )
    assert "note: there is a column called label in the file, so the new one is called label.2" in done.stderr


def test_models_append_to_further_rows(run, iris_file):
    run("hdbscan", iris_file, "--save", "model.npz", "--quiet")
    args = ["predict", "model.npz", iris_file, "--scores", "--membership", 1, "--quiet"]
    appended = run(*args, "--append").stdout.splitlines()
    assert appended == [
        f"{row},{cells}" for row, cells in zip(iris_csv().splitlines(), run(*args).stdout.splitlines(), strict=True)
    ]


def test_parquet_gets_a_column(run, run_process, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pa.table(
        {
            "x": pa.array([1, None, 9, 8], pa.int16()),
            "who": pa.array(["a", None, "c", "a"]).dictionary_encode(),
            "when": pa.array([1, 2, 3, 4], pa.timestamp("us", "UTC")),
            "more": [[1], [], None, [2, 3]],
        }
    ).replace_schema_metadata({"mine": "kept"})
    parquet.write_table(table, tmp_path / "a.parquet")
    args = ["kmeans", "a.parquet", "-k", 2, "--missing", "drop", "--quiet", "--append"]
    run(*args, "-o", "b.parquet")
    found = parquet.read_table(tmp_path / "b.parquet")
    assert found.column_names == [*table.column_names, "label"] and found.schema.metadata[b"mine"] == b"kept"
    assert found.drop_columns("label").equals(table)
    labels = found["label"].to_pylist()
    assert labels[1] is None and labels[2] == labels[3] == 1 - labels[0]
    done = run(*args, "-o", "b.csv")
    assert (done.returncode, os.path.exists("b.csv")) == (2, False)
    assert "--append writes parquet here, and --output b.csv has another ending" in done.stderr


def test_a_sheet_becomes_a_csv_file(run, tmp_path):
    pytest.importorskip("python_calamine")
    rows = [["who", "spend", "paid"], ["Ada, jr.", 1.234, True], ["=Bob", 2000, False], ["", 2100.5, True]]
    (tmp_path / "a.xlsx").write_bytes(workbook({"s": rows}))
    done = run("hierarchy", "a.xlsx", "-k", 2, "--columns", "spend", "--append", "-o", "b.csv")
    assert done.returncode == 0, done.stderr
    found = list(csv.reader((tmp_path / "b.csv").open(newline="")))
    assert found == [
        ["who", "spend", "paid", "label"],
        ["Ada, jr.", "1.2340", "TRUE", "0"],
        ["'=Bob", "2000", "FALSE", "1"],
        ["", "2100.5", "TRUE", "1"],
    ]
    assert "has another ending" in run("kmeans", "a.xlsx", "-k", 2, "--append", "-o", "b.xlsx").stderr


def test_what_can_not_be_appended_to_is_told(run, fails, tmp_path, iris_file, monkeypatch):
    np.save(tmp_path / "a.npy", np.eye(4))
    assert "--append adds a column to a table in csv, a workbook or parquet" in fails(
        2, "kmeans", "a.npy", "-k", 2, "--append"
    )
    assert "iris.csv is the file that is read" in fails(2, "kmeans", iris_file, "-k", 2, "--append", "-o", iris_file)

    def fit(self, X, real=coterie.KMeans.fit):
        (tmp_path / iris_file).write_text(iris_csv()[:-30])
        return real(self, X)

    monkeypatch.setattr("coterie.KMeans.fit", fit)
    error = fails(1, "kmeans", iris_file, "-k", 2, "--append", "-o", "b.csv", "--quiet")
    assert "iris.csv was changed while the command ran: it had 150 rows" in error and not os.path.exists("b.csv")
