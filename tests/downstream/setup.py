import sysconfig

from Cython.Build import cythonize
from setuptools import Extension, setup

import coterie

include = [coterie.get_include()]  # where coterie.h is; nothing is linked
free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

in_c = Extension(
    "downstream.in_c",
    ["src/downstream/in_c.c"],
    include_dirs=include,
    # One build for CPython 3.11 and all later ones. Free-threaded ones have no limited API.
    define_macros=[] if free_threaded else [("Py_LIMITED_API", "0x030B0000")],
    py_limited_api=not free_threaded,
    extra_compile_args=["-Wall", "-Wextra", "-Werror"],
)
in_cpp = Extension(
    "downstream.in_cpp",
    ["src/downstream/in_cpp.cpp"],
    include_dirs=include,
    extra_compile_args=["-std=c++17", "-pthread", "-Wall", "-Wextra", "-Werror"],
    extra_link_args=["-pthread"],
)
in_openmp = Extension(
    "downstream.in_openmp",
    ["src/downstream/in_openmp.c"],
    include_dirs=include,
    extra_compile_args=["-fopenmp", "-Wall", "-Wextra", "-Werror"],
    extra_link_args=["-fopenmp"],
    optional=True,  # not every compiler has OpenMP
)
in_cython = Extension("downstream.in_cython", ["src/downstream/in_cython.pyx"], include_dirs=include)

setup(ext_modules=[in_c, in_cpp, in_openmp, *cythonize(in_cython)])
