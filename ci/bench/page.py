# SPDX-License-Identifier: BSD-3-Clause
"""docs/benchmarks.md and its pictures, from what was measured."""

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

# Okabe and Ito's colors, which the color-blind can tell apart, and a marker each for those who see none.
STYLES = {
    "coterie": ("#000000", "|"),
    "scikit-learn": ("#0072B2", "o"),
    "scikit-learn elkan": ("#56B4E9", "s"),
    "scikit-learn-intelex": ("#009E73", "^"),
    "faiss": ("#D55E00", "D"),
    "faiss.SuperKmeans": ("#F0E442", "d"),
    "scipy": ("#CC79A7", "v"),
    "numpy product": ("#999999", "h"),
    "k-means-constrained": ("#E69F00", "P"),
    "fastcluster": ("#E69F00", "P"),
    "genieclust": ("#009E73", "X"),
    "dbscan": ("#E69F00", "P"),
    "scikit-learn normalized": ("#56B4E9", "s"),
    "scikit-learn brute": ("#56B4E9", "s"),
}


def environment(threads: int) -> dict[str, str]:
    """What the times depend on."""
    import coterie
    from coterie._runtime._kernels import simd

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
    for name in (
        "numpy",
        "scikit-learn",
        "scikit-learn-intelex",
        "faiss-cpu",
        "scipy",
        "k-means-constrained",
        "fastcluster",
        "genieclust",
        "dbscan",
        "kmodes",
    ):
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
    if math.isnan(mb):
        return "–"
    return f"{mb / 1e3:.3g} GB" if mb >= 999.5 else f"{mb:.0f} MB" if mb >= 1 else "< 1 MB"


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 or not share else f"{share:.1%}" if share >= 0.01 else f"{share:.2%}"


def _ratio(library: dict) -> float:
    return statistics.median(library["ratios"])


def best(case: Case, outcome: dict, rival: str = "") -> tuple[str, dict] | None:
    """The fastest of the other libraries whose result is right; yardsticks only by name."""
    others = [
        (name, found)
        for name, found in outcome["libraries"].items()
        if (name == rival if rival else name not in case.yardsticks)
        and not name.startswith("coterie")
        and found["right"]
    ]
    return min(others, key=lambda item: _ratio(item[1]), default=None)


def line(case: Case, outcome: dict) -> str:
    """One line for the one who waits."""
    return f"{case.name}: {outcome.get('skipped', '')}" + "; ".join(
        f"{name} {_time(found['seconds'])} ({_ratio(found):.2f}x, {_memory(found['peak'])}, {found['check']})"
        + ("" if found["right"] else " WRONG")
        for name, found in outcome["libraries"].items()
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    words = {"case", "library", "pairs", "fastest other", "range", "reached", "check", "import"}
    align = ["---" if name in words else "---:" for name in head]
    return ["", *(f"| {' | '.join(cells)} |" for cells in (head, align, *rows)), ""]


def _summary(case: Case, outcome: dict) -> list[str]:
    ours = outcome["libraries"]["coterie"]
    targets, reached, fastest = [], [], best(case, outcome)
    for rival, target in ((case.rival, case.target), *case.yardsticks.items()):
        if target and (other := best(case, outcome, rival)):
            targets.append(f"{target:g}×" + f" {rival}" * bool(rival))
            reached.append("yes" if _ratio(other[1]) >= target else "**no**")
            if rival:
                reached[-1] += f", {_ratio(other[1]):.{1 if target >= 1 else 2}f}×"
    name, found = fastest or ("", None)
    beside = (
        [
            f"{name} {_time(found['seconds'])}",
            f"**{_ratio(found):.1f}×**",
            f"{min(found['ratios']):.1f} – {max(found['ratios']):.1f}",
        ]
        if found
        else [""] * 3
    )
    return [
        outcome["about"],
        _time(ours["seconds"]),
        *beside,
        "; ".join(targets),
        "; ".join(reached),
        _memory(ours["peak"]),
        _memory(found["peak"]) if found else "",
        *outcome["more"].values(),
    ]


def _pairs_left(outcomes: list[dict]) -> list[str]:
    """A table of the first iterations and of the last one."""
    shown = (1, 2, 3, 5, 10)
    rows = [
        [
            outcome["about"] if i == 0 else "",
            words,
            *(_share(shares[step - 1]) if step <= len(shares) else "" for step in shown),
            _share(shares[-1]),
        ]
        for outcome in outcomes
        for i, (words, shares) in enumerate(outcome["pairs"].items())
    ]
    return _table(["case", "pairs", *(f"iteration {step}" for step in shown), "last"], rows)


def _section(folder: Path, group, pairs: list[tuple[Case, dict]]) -> list[str]:
    """The tables and the picture of one kind of cases."""
    text = [f"## {group.TITLE}"]
    compared = [(case, outcome) for case, outcome in pairs if not case.scaling and outcome["libraries"]]
    scaled = [(case, outcome) for case, outcome in pairs if case.scaling]
    if compared:
        text += _table(
            [
                "case",
                "coterie",
                "fastest other",
                "ratio",
                "range",
                "target",
                "reached",
                "memory",
                "other's memory",
                *compared[0][1]["more"],
            ],
            [_summary(*pair) for pair in compared],
        )
    text += [f"\nLeft out: {outcome['about']} ({outcome['skipped']})." for _, outcome in pairs if "skipped" in outcome]
    beside = [pair for pair in compared if len(pair[1]["libraries"]) > 1]
    picture = f"benchmarks-{group.__name__}.svg"
    if beside and _draw(folder / picture, beside):
        text += ["", f"![{group.TITLE}: times relative to coterie's]({picture})", ""]
    # A single other that is right has all its figures in the table above.
    several = [
        outcome
        for _, outcome in beside
        if len(outcome["libraries"]) > 2 or not all(found["right"] for found in outcome["libraries"].values())
    ]
    rows = [
        [
            outcome["about"] if name == "coterie" else "",
            name,
            _time(found["seconds"]),
            f"{_ratio(found):.2f}×",
            _memory(found["peak"]),
            found["check"] + ("" if found["right"] else ": **not counted**"),
        ]
        for outcome in several
        for name, found in outcome["libraries"].items()
    ]
    if rows:
        text += [
            f"### {group.TITLE}, every library",
            *_table(["case", "library", "time", "ratio", "memory", "check"], rows),
        ]
    if pruned := [outcome for _, outcome in compared if outcome["pairs"]]:
        text += [f"### {group.TITLE}, pairs left", "", group.PAIRS_LEFT.rstrip(), *_pairs_left(pruned)]
    if scaled:
        text += [
            f"### {group.TITLE}, more threads",
            "",
            "coterie alone; the results are the same bits for any number of threads.",
        ]
        names = list(scaled[0][1]["libraries"])
        rows = [
            [
                outcome["about"],
                *(f"{_time(found['seconds'])} ({1 / _ratio(found):.2f}×)" for found in outcome["libraries"].values()),
            ]
            for _, outcome in scaled
        ]
        text += _table(["case", *(f"{name.split()[1]} thread{'s' * (name[-2:] != ' 1')}" for name in names)], rows)
    return text


def write(folder: Path, about: dict[str, str], absent: list[str], outcomes: dict, imports: dict[str, float]) -> None:
    """Write benchmarks.md and a picture for each kind of cases."""
    text = [
        "# Benchmarks",
        "",
        "coterie beside other libraries: same data, same parameters, all CPUs, in one run. Written by "
        "`ci/bench/run.py`; how it measures is said there and [below](#how-it-is-measured). How often the groups "
        "that coterie recommends are right, beside other ways to choose, is [on a page of its "
        "own](algorithms/recommend.md).",
        "",
        *(f"- {name}: {what}" for name, what in about.items()),
        *([f"- Not installed, so not compared: {', '.join(absent)}"] if absent else []),
        "",
        "The ratio is how many times faster coterie is than the fastest of the others whose result is right: the "
        "median over the rounds, and the range. Below 1 it is slower. A target holds for the library it names, or for "
        "the fastest. Memory is what a fit or a call needs at its peak, beyond the data.",
        "",
    ]
    measured = {group: pairs for group, pairs in outcomes.items() if pairs}
    for group, pairs in measured.items():
        text += [*_section(folder, group, pairs), ""]
    if imports:
        text += [
            "## Import",
            "",
            "Time of an import after that of numpy. The target for `coterie` is 50 ms at most.",
            *_table(["import", "time"], [[f"`{name}`", _time(seconds)] for name, seconds in imports.items()]),
        ]
    text += ["## How it is measured", "", HOW.rstrip()]
    for group in measured:
        text += ["", f"{group.TITLE}:", "", group.HOW.rstrip()]
    page = "\n".join(text) + "\n"
    while "\n\n\n" in page:
        page = page.replace("\n\n\n", "\n\n")
    (folder / "benchmarks.md").write_text(page, encoding="utf-8")


HOW = """\
- Each library has a fresh process for each case. Its first run gives a result and the peak memory, as the difference to
  the memory in use after the data are loaded and the library is imported. Then the processes run in turn, in another
  order each round. Where the first runs take more than 3 s together, they are the first of two rounds. Reported are
  medians, and for ratios the median of the ratios of each round.
- Before each round a process writes to as much memory as a run needs, and frees it: else the first to use it would wait
  for the host of a virtual machine to hand it out, seconds for a gigabyte on the machine above.
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
    fig, ax = plt.subplots(figsize=(9, 0.3 * len(compared) + 1.4), layout="constrained")
    ax.axvline(1, color=STYLES["coterie"][0], linewidth=1.2, label="coterie")
    for name, (color, marker) in STYLES.items():
        points = [
            (_ratio(outcome["libraries"][name]), y, outcome["libraries"][name]["right"])
            for y, (_, outcome) in enumerate(compared)
            if name in outcome["libraries"] and name != "coterie"
        ]
        for right in (True, False):
            if some := [(x, y) for x, y, is_right in points if is_right == right]:
                ax.scatter(
                    *zip(*some, strict=True),
                    s=34,
                    marker=marker,
                    edgecolors=color,
                    zorder=3,
                    facecolors=color if right else "none",
                    label=name if right else None,
                )
    targets = [(case.target, y) for y, (case, _) in enumerate(compared) if case.target and not case.rival]
    if targets:
        ax.scatter(*zip(*targets, strict=True), marker="|", s=260, color="#999999", label="target", zorder=2)
    ax.set(
        xscale="log",
        ylim=(len(compared) - 0.5, -0.5),
        xlabel="time of the others, coterie's = 1 (hollow: result not right)",
    )
    ax.set_yticks(range(len(compared)), [outcome["about"] for _, outcome in compared], fontsize=8)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}×")
    ax.grid(axis="x", which="both", color="#e5e5e5", linewidth=0.6)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    fig.legend(loc="outside upper center", ncols=7, frameon=False, fontsize=8)
    fig.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(fig)
    return True
