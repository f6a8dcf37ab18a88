"""What is in the sdist and the wheels: all that belongs there, nothing else, byte for byte as in the repository.

python ci/contents.py dist/*.whl dist/*.tar.gz
"""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

# Bytes of a wheel. That for x86-64, with three instruction levels, has 3.7 million, of which the kernels of k-means for
# wide rows take 0.26 (products, bounds, coarse rows, sums), those of its relatives 0.2 (Manhattan distances, medians,
# bounds on sizes, exact sums), and those for sparse rows 0.1. With the names of functions it would have 0.2 more.
LARGEST = 3_850_000
listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True, capture_output=True, text=True)
SOURCES = {name for name in listed.stdout.splitlines() if Path(name).is_file()}
# Private .pxd and .h files are for our own kernels: what other programs may use has a name here.
INSTALLED = r"src/coterie/(.*\.pyi?|py\.typed|data/.*|api\.pxd|include/coterie\.h)"
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "top_level.txt"}


def check_sdist(path):
    with tarfile.open(path) as archive:
        members = [member for member in archive if not member.isdir()]
        found = {member.name.partition("/")[2]: archive.extractfile(member).read() for member in members}
    generated = {name for name in found if re.fullmatch(r"PKG-INFO|setup\.cfg|src/coterie\.egg-info/[^/]*", name)}
    yield from compare(found, {name: name for name in SOURCES if not name.startswith(".")}, generated)


def check_wheel(path):
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    kernels = {name.removeprefix("src/").removesuffix(".pyx") for name in SOURCES if re.fullmatch(r"src/.*\.pyx", name)}
    kernels |= {"coterie/_runtime/_kernels/_cyutility"}
    compiled = {name: name.partition(".")[0] for name in found if name.endswith((".so", ".pyd"))}
    yield from (f"lacks the compiled {name}" for name in sorted(kernels - set(compiled.values())))
    yield from (f"has {name}, which has no source" for name, module in compiled.items() if module not in kernels)
    info = "-".join(path.name.split("-")[:2]) + ".dist-info/"
    metadata = {info + name for name in METADATA}
    yield from (f"lacks {name}" for name in sorted(metadata - found.keys()))
    installed = {name.removeprefix("src/"): name for name in SOURCES if re.fullmatch(INSTALLED, name)}
    yield from compare(found, installed | {info + "licenses/LICENSE": "LICENSE"}, metadata | compiled.keys())
    if path.stat().st_size > LARGEST:
        yield f"is larger than {LARGEST / 1e6} MB"


def compare(found, expected, generated):
    yield from (f"lacks {name}" for name in sorted(expected.keys() - found.keys()))
    yield from (f"has {name}" for name in sorted(found.keys() - expected.keys() - generated))
    for name in sorted(found.keys() & expected.keys()):
        if found[name] != Path(expected[name]).read_bytes():
            yield f"has another {name} than the repository"


failed = False
for path in map(Path, sys.argv[1:]):
    problems = list(check_wheel(path) if path.suffix == ".whl" else check_sdist(path))
    failed |= bool(problems)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    for problem in problems:
        print(f"    {problem}")
sys.exit(failed)
