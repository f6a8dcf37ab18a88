"""What is in the sdist and the wheels: all that is needed, nothing else, and the same in each wheel.

python ci/contents.py dist/*.whl dist/*.tar.gz
"""

import re
import sys
import tarfile
import zipfile
from pathlib import Path

SOURCES = {p.relative_to("src").as_posix() for p in Path("src/coterie").rglob("*") if p.is_file()}
SOURCES = {p for p in SOURCES if not re.search(r"__pycache__|\.(c|so|pyd|o|pyc)$", p)}
PUBLIC = {"coterie/api.pxd", "coterie/include/coterie.h"}  # the C interface; other .pxd and .h are for our own kernels
LARGEST = 4_000_000  # bytes of a wheel


def check_sdist(names):
    names = {name.split("/", 1)[1] for name in names if "/" in name}
    needed = {f"src/{p}" for p in SOURCES} | {"setup.py", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
    yield from (f"lacks {name}" for name in sorted(needed - names))
    if not any(name.startswith("tests/") for name in names):
        yield "lacks the tests"
    yield from (f"has {name}" for name in sorted(names) if re.search(r"\.(c|so|o|pyc)$|^(build|\.venv)", name))


def check_wheel(names):
    kernels = {p.removesuffix(".pyx") for p in SOURCES if p.endswith(".pyx")} | {"coterie/_runtime/_kernels/_cyutility"}
    compiled = {name.split(".")[0] for name in names if name.endswith((".so", ".pyd"))}
    installed = {p for p in SOURCES if not p.endswith((".pyx", ".pxd", ".h")) or p in PUBLIC}
    yield from (f"lacks the compiled {name}" for name in sorted(kernels - compiled))
    yield from (f"has the compiled {name}, which has no source" for name in sorted(compiled - kernels))
    yield from (f"lacks {name}" for name in sorted(installed - names))
    for name in sorted(names - installed):
        if not re.search(r"\.(so|pyd)$|^coterie-[^/]*\.dist-info/", name):
            yield f"has {name}"
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        yield "lacks the license"


failed = False
wheels = {}
for path in map(Path, sys.argv[1:]):
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
        wheels[path] = names
        problems = list(check_wheel(names))
        if path.stat().st_size > LARGEST:
            problems.append(f"is larger than {LARGEST / 1e6:.0f} MB")
    else:
        with tarfile.open(path) as archive:
            names = set(archive.getnames())
        problems = list(check_sdist(names))
    failed |= bool(problems)
    print(f"{path}: {len(names)} files, {path.stat().st_size / 1e6:.2f} MB")
    for problem in problems:
        print(f"    {problem}")
if len(set(map(frozenset, wheels.values()))) > 1:
    failed = True
    print("the wheels differ:", *sorted(set.union(*wheels.values()) - set.intersection(*wheels.values())))
sys.exit(failed)
