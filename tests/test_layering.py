"""The arrows of docs/architecture.md: who may import whom. Read from the sources, nothing is imported."""

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
PYTHON = sorted(SRC.glob("coterie/**/*.py"))
CYTHON = sorted(p for pattern in ("*.pyx", "*.pxd") for p in SRC.glob(f"coterie/*/**/{pattern}"))

# From the bottom up. A package imports from itself and from the lines above its own, not from a neighbor on its line.
ORDER = """
    _runtime
    _base
    distances
    _dendrogram  scaling  neighbors
    spanning_trees
    kmeans  kmedoids  kmodes  density  hierarchy
    scores
    selection  explain
    plot
    report
    cli  api
    __main__
"""
LAYERS = {package: line for line, packages in enumerate(ORDER.splitlines()) for package in packages.split()}
# Within a package: who must not know of whom, though both could be reached.
NEVER = {
    "coterie.scores": "coterie.density",  # a score takes labels, whoever made them
    "coterie.kmeans._seeding": "coterie.kmeans._lloyd",  # seeding does not need iterations
    "coterie.kmeans._rounds": "coterie.kmeans._lloyd",
    "coterie.hierarchy._linkage": "coterie.hierarchy._tree_clusterer",  # a tree is made for anyone, not for estimators
}
HEADERS = sorted(SRC.glob("coterie/*/_kernels/*.h"))
UNDEFINED = {name for path in HEADERS for name in re.findall(r"^#undef (\w+)", path.read_text("utf-8"), re.MULTILINE)}
READ_BY_WINDOWS = {"WIN32_LEAN_AND_MEAN", "NOMINMAX"}
OPTIONAL = {"joblib", "matplotlib", "pandas", "PIL", "polars", "pyarrow", "python_calamine", "scipy", "sklearn"}
OPTIONAL |= {"torch", "tqdm"}
KERNELS_MAY_USE = ("cython", "libc", "cpython")


def module_name(path):
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PYTHON + CYTHON}


def absolute(path, level, module):
    """The full name behind `from ..module import name` in the file `path`."""
    if not level:
        return module
    folders = path.relative_to(SRC).parent.parts
    base = ".".join(folders[: len(folders) - level + 1])
    return f"{base}.{module}" if module else base


def imports(path):
    """(module, name or None, at module level) for each import in a Python file; submodules count as modules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {
        inner
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
    }
    lazy |= {
        inner
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and ast.unparse(guard.test).endswith("TYPE_CHECKING")
        for statement in guard.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, node not in lazy
        elif isinstance(node, ast.ImportFrom):
            module = absolute(path, node.level, node.module)
            for alias in node.names:
                submodule = f"{module}.{alias.name}"
                yield *((submodule, None) if submodule in MODULES else (module, alias.name)), node not in lazy


def cython_imports(path):
    """The modules that a Cython file imports or cimports."""
    code = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    for module in re.findall(r"^\s*from\s+([\w.]+)\s+c?import\b", code, re.MULTILINE):
        level = len(module) - len(module.lstrip("."))
        yield absolute(path, level, module.lstrip("."))
    for modules in re.findall(r"^\s*c?import\s+([\w., ]+)", code, re.MULTILINE):
        yield from (module.split()[0] for module in modules.split(","))


def package(module):
    return module.split(".")[1]


def own(module):
    return module == "coterie" or module.startswith("coterie.")


def check_order(module, imported):
    assert package(imported) == package(module) or LAYERS[package(imported)] < LAYERS[package(module)], (
        f"{module} imports {imported}, which is not below it"
    )


def test_every_package_has_a_place():
    packages = {package(module) for module in MODULES if "." in module}
    assert packages - {"data"} == LAYERS.keys()


@pytest.mark.parametrize("path", CYTHON, ids=module_name)
def test_kernels_use_c_and_kernels_of_lower_packages_only(path):
    assert path.parent.name == "_kernels"
    for module in cython_imports(path):
        if own(module):
            assert module.split(".")[2] == "_kernels", f"{path.name} imports {module}"
            check_order(module_name(path), module)
        else:
            assert module.split(".")[0] in KERNELS_MAY_USE, f"{path.name} imports {module}"
    code = path.read_text(encoding="utf-8")
    assert not re.search(r"^.*import.*\barray\b", code, re.MULTILINE), "cpython.array does not work with the stable ABI"


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_names_that_a_header_leaves_behind_have_a_prefix(path):
    """A system header may define any bare word."""
    code = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    macros = set(re.findall(r"^\s*#\s*define\s+(\w+)", code, re.MULTILINE)) - UNDEFINED - READ_BY_WINDOWS
    assert {name for name in macros if not name.startswith("COTERIE_")} == set()
    enums = re.findall(r"^(?:typedef )?enum[\s\w]*\{(.*?)\}", code, re.MULTILINE | re.DOTALL)
    constants = {constant.split("=")[0].strip() for enum in enums for constant in enum.split(",")} - {""}
    assert {name for name in constants if not re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)+", name)} == set()


@pytest.mark.parametrize("path", PYTHON, ids=module_name)
def test_imports_go_one_way(path):
    module = module_name(path)
    if module == "coterie":
        return
    for imported, name, _ in imports(path):
        if imported == "coterie":  # its names are those of the public packages
            assert LAYERS[package(module)] >= LAYERS["plot"], f"{module} imports {name or 'all'} from coterie"
        elif own(imported):
            check_order(module, imported)
            for low, high in NEVER.items():
                assert not (f"{module}.".startswith(f"{low}.") and f"{imported}.".startswith(f"{high}.")), (
                    f"{module} imports {imported}"
                )


@pytest.mark.parametrize("path", PYTHON, ids=module_name)
def test_private_names_stay_in_their_module(path):
    module = module_name(path)
    bound = {}
    for imported, name, _ in imports(path):
        if not own(imported):
            continue
        assert not (name or "").startswith("_") or name == "__version__", f"{module} imports {imported}.{name}"
        if name is None:
            bound[imported.split(".")[-1]] = imported
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
            private = node.attr.startswith("_") and not node.attr.endswith("__")
            private = private and f"{bound[node.value.id]}.{node.attr}" not in MODULES
            assert not private, f"{module} uses {bound[node.value.id]}.{node.attr}"


@pytest.mark.parametrize("path", PYTHON, ids=module_name)
def test_optional_libraries_are_imported_only_where_they_are_used(path):
    for imported, _, at_module_level in imports(path):
        if at_module_level:
            assert imported.split(".")[0] not in OPTIONAL, f"{module_name(path)} imports {imported} when it is imported"


@pytest.mark.parametrize("package", sorted((SRC / "coterie").glob("[a-z]*/__init__.py")), ids=lambda p: p.parent.name)
def test_packages_import_lower_ones_first_and_as_a_whole(package):
    """Else threads that use names of two packages first at the same time can wait for each other."""

    def loads_modules(name):
        return any(
            imported.startswith(f"coterie.{name}.") and top for imported, _, top in imports(MODULES[f"coterie.{name}"])
        )

    if not loads_modules(package.parent.name) or package.parent.name == "cli":  # the command has one thread
        return
    used = {
        imported.split(".")[1]
        for path in package.parent.glob("*.py")
        for imported, _, top in imports(path)
        if top and imported.count(".") > 1
    }
    needed = {f"coterie.{name}" for name in used - {package.parent.name} if loads_modules(name)}
    own_begin = next(i for i, (imported, *_) in enumerate(imports(package)) if imported.count(".") > 1)
    assert needed <= {imported for imported, *_ in list(imports(package))[:own_begin]}
