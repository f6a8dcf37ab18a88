"""`--print-completion`: the script completes commands, options, choices and files in a real bash."""

import re
import shutil
import subprocess
import sys

import pytest


def test_without_shtab_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    done = run("--print-completion", "bash")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "coterie: error: --print-completion needs shtab: pip install shtab\n"


def test_shells_without_a_script_are_told(run):
    pytest.importorskip("shtab")
    done = run("--print-completion", "bsh")
    assert done.returncode == 2 and "there is no script for 'bsh': did you mean 'bash'?" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="needs bash")
def test_the_script_completes_in_bash(run, tmp_path):
    pytest.importorskip("shtab")
    (tmp_path / "coterie.bash").write_text(run("--print-completion", "bash").stdout)
    (tmp_path / "my table.csv").touch()
    (tmp_path / "model.npz").touch()
    lines = {
        ("hd",): {"hdbscan"},
        ("rep",): {"report"},
        ("kmeans", "--sc"): {"--scale"},
        ("kmeans", "my table.csv", "--scale", "st"): {"standard"},
        ("kmeans", "my table.csv", "--missing", ""): {"error", "drop", "median"},
        ("kmeans", "my"): {"my table.csv"},
        ("kmeans", "my table.csv", "-o", "mod"): {"model.npz"},
        ("predict", "mod"): {"model.npz"},
        ("dbscan", "my table.csv", "--metric", "hav"): {"haversine"},
    }
    script = """
    source coterie.bash
    complete -p coterie >&2
    while IFS= read -r line; do
        eval "COMP_WORDS=(coterie $line)"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
        _shtab_coterie
        (IFS='|'; echo "${COMPREPLY[*]}")
    done
    """
    typed = "".join(" ".join(f"'{word}'" for word in words) + "\n" for words in lines)
    done = subprocess.run(["bash", "-c", script], input=typed, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert re.search("complete .*-F _shtab_coterie coterie", done.stderr)
    assert [set(line.split("|")) for line in done.stdout.splitlines()] == list(lines.values())
