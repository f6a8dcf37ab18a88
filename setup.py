"""The compiled kernels: which they are, how they are compiled. All else is in pyproject.toml."""

import os
import re
import sys
import sysconfig
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SRC = Path("src")
# Kernels include the headers of lower packages, and what they share with other programs.
FOLDERS = sorted(str(p) for p in (SRC / "coterie/include", *SRC.glob("coterie/*/_kernels")))

# COTERIE_DEBUG=1     bounds and None checks on, hardly optimized: to find out-of-range access (ci/debug)
# COTERIE_SANITIZE=1  address and undefined-behavior sanitizers (ci/sanitize)
# COTERIE_COVERAGE=1  each line reports that it ran (ci/coverage)
# COTERIE_PLAIN_C=1   no vectors, as for a compiler that has none (see ci/plain_c)
# COTERIE_ABI3=1|0    ask for, or refuse, the stable ABI; by default it is used where it is safe
debug = os.environ.get("COTERIE_DEBUG") == "1"
sanitize = os.environ.get("COTERIE_SANITIZE") == "1"
coverage = os.environ.get("COTERIE_COVERAGE") == "1"
plain_c = os.environ.get("COTERIE_PLAIN_C") == "1"

free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
# A wheel built with headers newer than 3.11 is tagged cp311 as well and crashes there, so the
# stable ABI is built with CPython 3.11 only; everywhere else a plain extension is built.
abi3_is_safe = sys.implementation.name == "cpython" and sys.version_info[:2] == (3, 11) and not free_threaded
abi3_asked = os.environ.get("COTERIE_ABI3", "")
if abi3_asked == "1" and not abi3_is_safe:
    raise SystemExit("COTERIE_ABI3=1: the stable-ABI wheel must be built with CPython 3.11 (with the GIL).")
abi3 = abi3_is_safe and abi3_asked != "0" and not (debug or sanitize or coverage or plain_c)

# What is compiled in one way is never reused for another: each has its own folder.
ways = {"abi3": abi3, "debug": debug, "sanitize": sanitize, "coverage": coverage, "plain_c": plain_c}
build = Path("build", "-".join(way for way, chosen in ways.items() if chosen) or "default")

# -g0: some Pythons add -g, which makes the wheel ten times larger.
# -ffp-contract=off: a fused multiply-add is used where a kernel asks for it, never behind its back,
# so that exact float64 distances are the same on every machine.
compile_args = ["-O3", "-g0", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
link_args = ["-pthread"]  # a library of its own before glibc 2.34
if debug or sanitize or coverage:
    compile_args = ["-O1", "-g", "-ffp-contract=off"]
if sanitize:
    flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]
    compile_args, link_args = compile_args + flags, link_args + flags

macros = [("Py_LIMITED_API", "0x030B0000")] if abi3 else []
if plain_c:
    macros.append(("COTERIE_PLAIN_C", "1"))
if coverage:
    macros.append(("CYTHON_TRACE_NOGIL", "1"))


class BuildKernels(build_ext):
    """As above, or with Microsoft's way to write arguments, for its compiler or for clang-cl in its place."""

    def build_extensions(self):
        if self.compiler.compiler_type == "msvc":
            for each in self.extensions:
                each.extra_compile_args, each.extra_link_args = ["/O2"], ["/Brepro"]  # no time of the build
        super().build_extensions()


def extension(name, sources):
    return Extension(
        name,
        sources,
        include_dirs=FOLDERS,
        define_macros=macros,
        extra_compile_args=compile_args,
        extra_link_args=link_args,
        py_limited_api=abi3,
    )


def with_included(headers):
    """The headers, and those of ours that they include: a change of any of them compiles the extension again."""
    ours = {path.name: str(path) for path in SRC.glob("coterie/**/*.h")}
    found, new = set(), set(headers)
    while new:
        found |= new
        code = "".join(Path(header).read_text("utf-8") for header in new)
        names = re.findall(r'^#.*"(\w+\.h)"', code, re.M)
        new = {ours[name] for name in names if name in ours} - found
    return sorted(found)


def module_name(path):
    return ".".join(path.relative_to(SRC).with_suffix("").parts)


utility = SRC / "coterie/_runtime/_kernels/_cyutility.c"
shared = module_name(utility)  # what every Cython module needs, compiled once
extensions = [extension(shared, [str(utility)])]
extensions += [extension(module_name(p), [str(p)]) for p in sorted(SRC.glob("coterie/*/_kernels/*.pyx"))]

directives = {
    "language_level": 3,
    "boundscheck": debug,
    "nonecheck": debug,
    "wraparound": False,
    "initializedcheck": debug,
    "cdivision": True,
    "embedsignature": True,
    "freethreading_compatible": True,
    "linetrace": coverage,
}

options = {"build": {"build_base": str(build)}, "build_ext": {"parallel": os.cpu_count()}}
if abi3:
    options["bdist_wheel"] = {"py_limited_api": "cp311"}

extensions = cythonize(
    extensions,
    compiler_directives=directives,
    shared_utility_qualified_name=shared,
    build_dir=None if coverage else str(build / "c"),  # the tracer looks for the C beside its source
)
for each in extensions:  # cythonize has found the headers of `cdef extern from`, also behind a cimport
    each.depends = with_included(each.depends)

setup(ext_modules=extensions, options=options, cmdclass={"build_ext": BuildKernels})
