"""The arrows of docs/architecture.md: who may import whom. Read from the sources, nothing is imported."""
import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
PYTHON = sorted(SRC.glob("coterie/**/*.py"))
CYTHON = sorted(p for pattern in ("*.pyx", "*.pxd") for p in SRC.glob(f"coterie/**/{pattern}"))

# From the bottom up: a module imports from its own layer and from lower ones. The public modules are the layer above
# these, with _sweeping, whose result draws itself; the command is the top.
LAYERS = (
    {"_kernels"},
    {"_atomic", "_lazy", "_memory", "_optional", "_parallel", "_random", "_scale", "_typing"},
    {"_moments"},
    {"_lloyd"},
    {"_seeding"},
    {"_validation"},
    {"_saving", "_state"},
    {"_estimator"},
    {"distances", "scaling"},
    {"_disjoint_set", "_linkage_matrix", "_sparse", "_vectors"},
    {"_tree"},
    {"_tree_heights"},
    {"_tree_cuts", "_tree_order"},
    {"_dendrogram", "_kd_trees", "_linkage"},
    {"_neighbor_search"},
    {"neighbors", "_near_pairs", "_regions"},
    {"_agglomerative", "_divisive", "_dbscan", "_kmeans"},
    {"_cluster_means", "_contingency"},
    {"_silhouettes"},
    {"scores"},
    {"_choosing_eps", "_describing", "_drifting", "_features", "_grouping", "_labels", "_outliers", "_wording"},
)
PUBLIC = len(LAYERS)
OPTIONAL = {"joblib", "matplotlib", "pandas", "PIL", "polars", "pyarrow", "scipy", "sklearn", "torch", "tqdm"}
KERNELS_MAY_USE = {"cython", "libc", "cpython", "coterie._kernels"}


def module_name(path):
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PYTHON + CYTHON}


def absolute(path, level, module):
    """The full name behind `from ..module import name` in the file `path`."""
    if not level:
        return module
    package = path.relative_to(SRC).parent.parts
    base = ".".join(package[: len(package) - level + 1])
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


def layer(module):
    top = (module.split(".") + [""])[1]
    if top == "cli" or module == "coterie.__main__":
        return PUBLIC + 1
    return next((i for i, names in enumerate(LAYERS) if top in names), PUBLIC)


def own(module):
    return module == "coterie" or module.startswith("coterie.")


@pytest.mark.parametrize("path", CYTHON, ids=lambda p: p.name)
def test_kernels_use_c_and_other_kernels_only(path):
    for module in cython_imports(path):
        allowed = any(module == name or module.startswith(f"{name}.") for name in KERNELS_MAY_USE)
        assert allowed, f"{path.name} imports {module}"
    code = path.read_text(encoding="utf-8")
    assert not re.search(r"^.*import.*\barray\b", code, re.MULTILINE), "cpython.array does not work with the stable ABI"


@pytest.mark.parametrize("path", PYTHON, ids=module_name)
def test_imports_go_one_way(path):
    module = module_name(path)
    if module == "coterie":
        return
    for imported, name, _ in imports(path):
        if imported == "coterie":  # its names are those of the public modules
            assert layer(module) >= PUBLIC, f"{module} imports {name or 'all'} from coterie"
        elif own(imported):
            assert layer(imported) <= layer(module), f"{module} imports {imported}, which is above it"


@pytest.mark.parametrize("path", PYTHON, ids=module_name)
def test_private_names_stay_in_their_module(path):
    module = module_name(path)
    bound = {}
    for imported, name, _ in imports(path):
        if not own(imported):
            continue
        assert not (name or "").startswith("_") or name == "__version__", f"{module} imports {imported}.{name}"
        parts = imported.split(".")
        for i, part in enumerate(parts[1:], start=1):
            package = ".".join(parts[:i])
            assert not part.startswith("_") or f"{module}.".startswith(f"{package}."), f"{module} imports {imported}"
        if name is None:
            bound[parts[-1]] = imported
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
