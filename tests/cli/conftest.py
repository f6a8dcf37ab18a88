"""Running the `coterie` command, and reading tables as it does."""

import os
import re
import subprocess
import tempfile
from argparse import Namespace

import pytest
from reference.commands import COMMAND, report
from reference.pages import Page
from reference.tables import iris_csv, shop

from coterie.cli import main
from coterie.cli._io.tables import read_file


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
        usual = {"file": str(path), "array": None, "sheet": None, "columns": None, "drop": [], "kind": {}}
        usual |= {"missing": "median", "missing_value": [], "no_guess": False, "quiet": False}
        row_names = options.pop("row_names", None)
        return read_file(Namespace(**usual | options), row_names)

    return read


@pytest.fixture
def iris_file(tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    return "iris.csv"


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("report")
    (path / "shop.csv").write_text(shop()[0], encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def shop_page(shop_folder):
    """The page of that table, with pictures where matplotlib is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(shop_folder)
        report("shop.csv", "-k", "2-5", "--names", "name", "--noun", "days", "-o", "shop.html", "--quiet")
    return Page((shop_folder / "shop.html").read_text(encoding="utf-8"))
