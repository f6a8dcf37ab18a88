"""The examples run, on data that they make up, and find what is in these."""
import gzip
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "docs/examples"


def run(name, monkeypatch, tmp_path, capsys, *arguments):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [name, *arguments])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert (tmp_path / name).with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    return capsys.readouterr().out


def test_all_examples_are_tested():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {"earthquakes.py", "network_anomalies.py"}


def test_earthquakes_come_in_the_swarms_that_were_made_up(monkeypatch, tmp_path, capsys):
    out = run("earthquakes.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("8 swarms ")
    shares = [int(share) for share in re.findall(r"from ....-..-..: (\d+)%$", out, re.MULTILINE)]
    assert len(shares) == 8 and min(shares) > 60  # of their earthquakes are within 30 days


@pytest.mark.parametrize("name", ["quakes.csv", "quakes.csv.gz"])
def test_earthquakes_reads_catalogues_with_either_kind_of_date(name, monkeypatch, tmp_path, capsys):
    rows = [f"03/{day:02}/2011,38.{day:02},{longitude},5.5" for day in range(1, 29) for longitude in (179.99, -179.99)]
    table = "\n".join(["date,latitude,longitude,magnitude", *rows, "2011-06-01T10:00:00,-10,20,6.1", ""]).encode()
    (tmp_path / name).write_bytes(gzip.compress(table) if name.endswith(".gz") else table)
    out = run("earthquakes.py", monkeypatch, tmp_path, capsys, name, "--eps", "5", "--min-samples", "3")
    assert out.startswith("1 swarms hold 56 of 57 earthquakes")  # on both sides of the 180th meridian
    assert "from 2011-03-01: 100%" in out


def test_network_noise_is_what_is_rare_and_floods_are_unlike_normal_traffic(monkeypatch, tmp_path, capsys):
    out = run("network_anomalies.py", monkeypatch, tmp_path, capsys)
    noise, unlike = out.split("Unlike normal")
    assert "Of attacks of kinds with fewer than 50 connections, 17 of 20" in noise
    assert "hold 99.6% of all attacks" in noise
    assert "4,500 of 4,500 (100.0%) are flagged" in unlike


def test_network_anomalies_reads_a_file(monkeypatch, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    columns = runpy.run_path(str(EXAMPLES / "network_anomalies.py"))["COLUMNS"]
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 0, 1], 50)  # the second half is the second recording
    table = {name: rng.integers(10, size=200) + 1000 * labels for name in columns}
    np.savez(tmp_path / "traffic.npz", **table, labels=labels, label_names=np.array(["normal", "flood"]), n_train=100)
    out = run("network_anomalies.py", monkeypatch, tmp_path, capsys, "traffic.npz", "--eps", "5")
    assert "100 connections, 50 of 100 (50.0%) of them attacks" in out
    assert "Of the attacks, 50 of 50 (100.0%) are flagged" in out.split("Unlike normal")[1]
