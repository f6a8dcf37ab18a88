# SPDX-License-Identifier: BSD-3-Clause
"""docs/benchmarks.md and its picture, from what was measured."""
from __future__ import annotations

import contextlib
import importlib.metadata
import math
import os
import platform
import shlex
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

from cases import Case

# Okabe and Ito's colours, which the colour-blind can tell apart, and a marker each for those who see none.
STYLES = {"coterie": ("#000000", "|"), "scikit-learn": ("#0072B2", "o"), "scikit-learn elkan": ("#56B4E9", "s"),
          "scikit-learn-intelex": ("#009E73", "^"), "faiss": ("#D55E00", "D"), "scipy": ("#CC79A7", "v")}


def environment(threads: int) -> dict[str, str]:
    """What the times depend on."""
    import coterie
    from coterie._kernels import simd

    cpu, ram = platform.processor() or platform.machine(), ""
    with contextlib.suppress(OSError, StopIteration), open("/proc/cpuinfo") as file:
        cpu = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    with contextlib.suppress(AttributeError, ValueError):
        ram = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    load = f"; load average before the run {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    git = ["git", "-C", str(Path(__file__).parent)]
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain", ":/src"], capture_output=True, text=True).stdout.strip()
    versions = []
    for name in ("numpy", "scikit-learn", "scikit-learn-intelex", "faiss-cpu", "scipy"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions.append(f"{name} {importlib.metadata.version(name)}")
    return {
        "Machine": f"{cpu}, {platform.machine()}, {threads} threads on {os.cpu_count()} CPUs{ram}{load}",
        "System": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "coterie": f"{coterie.__version__}{f', commit {commit}' * bool(commit)}{' with changes' * bool(changed)}; "
                   f"kernels: {simd.chosen()}",
        "Others": ", ".join(versions),
        "Command": f"`{shlex.join(['python', 'ci/bench/run.py', *_public(sys.argv[1:])])}`, {date.today()}",
    }


def _public(arguments: list[str]) -> list[str]:
    """The command line, without where the user keeps data."""
    return ["FOLDER" if before == "--data" else word for before, word in zip(["", *arguments], arguments, strict=False)]


def _time(seconds: float) -> str:
    unit, factor = next((u, f) for u, f in (("s", 1), ("ms", 1e3), ("µs", 1e6)) if seconds * f >= 1 or u == "µs")
    return f"{seconds * factor:.3g} {unit}"


def _memory(mb: float) -> str:
    return "–" if math.isnan(mb) else f"{max(mb, 0):.0f} MB" if mb >= 1 else "< 1 MB"


def _ratio(library: dict) -> float:
    return statistics.median(library["ratios"])


def best(outcome: dict, rival: str = "") -> tuple[str, dict] | None:
    """The fastest of the other libraries whose result is right."""
    others = [(name, found) for name, found in outcome["libraries"].items()
              if name == (rival or name) and name != "coterie" and found["right"]]
    return min(others, key=lambda item: _ratio(item[1]), default=None)


def line(case: Case, outcome: dict) -> str:
    """One line for the one who waits."""
    return f"{case.name}: " + "; ".join(
        f"{name} {_time(found['seconds'])} ({_ratio(found):.2f}x, {_memory(found['peak'])}, {found['check']})"
        + ("" if found["right"] else " WRONG") for name, found in outcome["libraries"].items())


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    numbers = {"time", "ratio", "memory", "coterie", "target", "other's memory"}
    align = ["---:" if name in numbers or "thread" in name else "---" for name in head]
    return ["", *(f"| {' | '.join(cells)} |" for cells in (head, align, *rows)), ""]


def _summary(case: Case, outcome: dict) -> list[str]:
    ours = outcome["libraries"]["coterie"]
    target, reached, fastest = "", "", best(outcome)
    if case.target and (rival := best(outcome, case.rival)):
        target = f"{case.target:g}×" + f" {case.rival}" * bool(case.rival)
        reached = "yes" if _ratio(rival[1]) >= case.target else "**no**"
        if case.rival:
            reached += f", {_ratio(rival[1]):.1f}×"
    if not fastest:
        return [outcome["about"], _time(ours["seconds"]), "", "", "", target, reached, _memory(ours["peak"]), ""]
    name, found = fastest
    return [outcome["about"], _time(ours["seconds"]), f"{name} {_time(found['seconds'])}", f"**{_ratio(found):.1f}×**",
            f"{min(found['ratios']):.1f} – {max(found['ratios']):.1f}", target, reached,
            _memory(ours["peak"]), _memory(found["peak"])]


def write(folder: Path, about: dict[str, str], absent: list[str], outcomes: list[tuple[Case, dict]],
          imports: dict[str, float]) -> None:
    """Write benchmarks.md and benchmarks.svg."""
    compared = [(case, outcome) for case, outcome in outcomes if not case.scaling]
    scaled = [(case, outcome) for case, outcome in outcomes if case.scaling]
    text = [
        "# Benchmarks", "",
        "coterie beside other libraries: same data, same starting centers, same number of iterations, all CPUs, in one "
        "run. Written by `ci/bench/run.py`; how it measures is said there and [below](#how-it-is-measured).", "",
        *(f"- {name}: {what}" for name, what in about.items()),
        *([f"- Not installed, so not compared: {', '.join(absent)}"] if absent else []),
    ]
    if compared:
        text += ["", "## Against the fastest of the others", "",
                 "How many times faster coterie is (median over the rounds, and the range). Below 1 it is slower. "
                 "Memory is what a fit or a call needs at its peak, beyond the data.",
                 *_table(["case", "coterie", "fastest other", "ratio", "range", "target", "reached", "memory",
                          "other's memory"], [_summary(*pair) for pair in compared])]
        if _draw(folder / "benchmarks.svg", compared):
            text += ["![Times relative to coterie's](benchmarks.svg)", ""]
        rows = [[outcome["about"] if name == "coterie" else "", name, _time(found["seconds"]), f"{_ratio(found):.2f}×",
                 _memory(found["peak"]), found["check"] + ("" if found["right"] else ": **not counted**")]
                for case, outcome in compared for name, found in outcome["libraries"].items()]
        text += ["## Every library", *_table(["case", "library", "time", "ratio", "memory", "check"], rows)]
    if scaled:
        text += ["## More threads", "", "coterie alone; the results are the same bits for any number of threads."]
        names = list(scaled[0][1]["libraries"])
        rows = [[outcome["about"], *(f"{_time(found['seconds'])} ({1 / _ratio(found):.2f}×)"
                               for found in outcome["libraries"].values())] for case, outcome in scaled]
        text += _table(["case", *(f"{name.split()[1]} thread{'s' * (name[-2:] != ' 1')}" for name in names)], rows)
    if imports:
        text += ["## Import", "", "Time of an import after that of numpy. The target for coterie is 50 ms at most.",
                 *_table(["import", "time"], [[f"`{name}`", _time(seconds)] for name, seconds in imports.items()])]
    text += ["## How it is measured", "", HOW.rstrip()]
    (folder / "benchmarks.md").write_text("\n".join(text).replace("\n\n\n", "\n\n") + "\n", encoding="utf-8")


HOW = """\
- Each library has a fresh process for each case. Its first run gives a result and the peak memory, as the difference to
  the memory in use after the data are loaded and the library is imported. Then the processes run in turn, in another
  order each round. Reported are medians, and for ratios the median of the ratios of each round.
- Data are generated with a fixed seed: normal clusters, or uniform noise where it says so; float64 unless it says
  float32. Starting centers are random rows, moved by a hair. `tol=0`: nobody stops before the last iteration unless no
  label changes.
- A time counts only if the result is right. The inertia, computed anew from labels and centers, is compared with the
  second library's in the table: within 1e-4 for coterie, and equal labels where both compute in float64; within 1 % for
  the others, since near ties decided by rounding lead to other iterations. For k-means++ and fits by default it is the
  mean of three seeds, within 10 %. Distances are to agree within 1e-6 of the largest (others: 1 %).
- faiss computes in float32 alone. For float64 data the conversion is within its time, and what it costs in precision is
  why its result does not count where coordinates have a large offset. It trains on all rows
  (`max_points_per_centroid`). Its k-means++ is not the greedy one and is not compared.
- scipy computes on one thread, and is left out where that takes long. Its labels are those of the centers before the
  last step, so one `vq` is added. scikit-learn's elkan is left out for wide data, where it is slower than lloyd and
  needs n × k more numbers.
- scikit-learn-intelex's k-means++ is the function of its `onedal` package that its `KMeans` calls.
"""


def _draw(path: Path, compared: list[tuple[Case, dict]]) -> bool:
    """Each library's time over coterie's, a row for each case. False without matplotlib."""
    try:
        import matplotlib
        matplotlib.use("svg")
        import matplotlib.pyplot as plt
    except ImportError:
        return False
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "coterie", "font.family": "sans-serif"})
    fig, ax = plt.subplots(figsize=(9, 0.36 * len(compared) + 1.4), layout="constrained")
    ax.axvline(1, color=STYLES["coterie"][0], linewidth=1.2, label="coterie")
    for name, (color, marker) in STYLES.items():
        points = [(_ratio(outcome["libraries"][name]), y, outcome["libraries"][name]["right"])
                  for y, (_, outcome) in enumerate(compared) if name in outcome["libraries"] and name != "coterie"]
        for right in (True, False):
            if some := [(x, y) for x, y, is_right in points if is_right == right]:
                ax.scatter(*zip(*some, strict=True), s=34, marker=marker, edgecolors=color, zorder=3,
                           facecolors=color if right else "none", label=name if right else None)
    targets = [(case.target, y) for y, (case, _) in enumerate(compared) if case.target and not case.rival]
    if targets:
        ax.scatter(*zip(*targets, strict=True), marker="|", s=260, color="#999999", label="target", zorder=2)
    ax.set(xscale="log", ylim=(len(compared) - 0.5, -0.5),
           xlabel="time of the others, coterie's = 1 (hollow: result not right)")
    ax.set_yticks(range(len(compared)), [outcome["about"] for _, outcome in compared], fontsize=8)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}×")
    ax.grid(axis="x", which="both", color="#e5e5e5", linewidth=0.6)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    fig.legend(loc="outside upper center", ncols=7, frameon=False, fontsize=8)
    fig.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(fig)
    return True
