# SPDX-License-Identifier: BSD-3-Clause
"""Hostile values: what arguments may be, and what data may look like.

Each is a name and a function. `SCALARS` and `CONTAINERS` are values by themselves; `DATA` turns valid data into others
and `LINKAGES` valid linkage matrices. A library that is not installed has no part.
"""

from __future__ import annotations

import array
import contextlib
import datetime
import decimal
import fractions
import math
from collections.abc import Callable

import numpy as np

# ------------------------------------------------------------------------------------------- by themselves


class IntLike:
    """Has no number but an index."""

    def __index__(self):
        return 2


class FloatLike:
    """Has no number but can be converted to one."""

    def __float__(self):
        return 2.0


class Liar:
    """Its length is not that of what it holds."""

    def __len__(self):
        return 10**9

    def __getitem__(self, at):
        raise IndexError(at)


class Unequal:
    """Comparing it gives an array."""

    def __eq__(self, other):
        return np.array([True, False])

    __hash__ = object.__hash__


class Silent:
    """Has no repr."""

    def __repr__(self):
        raise RuntimeError("no repr")


class Wrong:
    """Is converted to an array of another shape each time."""

    calls = 0

    def __array__(self, dtype=None, copy=None):
        self.calls += 1
        return np.ones((self.calls, self.calls))


class Tensor:
    """Speaks DLPack and nothing else."""

    def __init__(self, given, device=(1, 0)):
        self.given, self.device = given, device

    def __dlpack__(self, **options):
        return self.given.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device


class Stream:
    """Speaks Arrow and nothing else, if its table does."""

    def __init__(self, table=None):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Word(str):
    """A text of a class of its own."""


class Estimator:
    """What looks like an estimator and is none."""

    labels_ = None
    cluster_centers_ = "none"

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        return None

    def get_params(self, deep=True):
        return {}


def _recursive() -> list:
    items: list = []
    items.append(items)
    return items


def _deep() -> list:
    items: list = []
    for _ in range(10_000):
        items = [items]
    return items


SCALARS: dict[str, Callable[[], object]] = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "np.True_": lambda: np.True_,
    **{
        str(each): lambda each=each: each
        for each in (
            -(2**63),
            -1,
            0,
            1,
            2,
            3,
            7,
            100,
            2**31 - 1,
            2**31,
            2**32,
            2**63 - 1,
            2**63,
            2**64,
            math.nan,
            math.inf,
            -math.inf,
            0.5,
            1.0,
            2.5,
            -0.5,
            -0.0,
            1e-300,
            5e-324,
            1e300,
            1.7976931348623157e308,
        )
    },
    "10**400": lambda: 10**400,
    "-10**400": lambda: -(10**400),
    "10**5000": lambda: 10**5000,
    "1j": lambda: 1j,
    "2+0j": lambda: 2 + 0j,
    "np.complex64(1j)": lambda: np.complex64(1j),
    "np.float16(2)": lambda: np.float16(2),
    "np.longdouble(2)": lambda: np.longdouble(2),
    "np.longdouble('1e4000')": lambda: np.longdouble("1e4000"),
    "np.int8(-1)": lambda: np.int8(-1),
    "np.uint64(2**64-1)": lambda: np.uint64(2**64 - 1),
    "Fraction(5, 2)": lambda: fractions.Fraction(5, 2),
    "Decimal(2)": lambda: decimal.Decimal(2),
    "Decimal('NaN')": lambda: decimal.Decimal("NaN"),
    "array(2)": lambda: np.array(2),
    "array(nan)": lambda: np.array(np.nan),
    "array([2])": lambda: np.array([2]),
    "''": lambda: "",
    "'a'": lambda: "a",
    "'2'": lambda: "2",
    "'x'*10**5": lambda: "x" * 10**5,
    "surrogate": lambda: "\ud800",
    "nul": lambda: "a\0b",
    "Word('ward')": lambda: Word("ward"),
    "'euclidean'": lambda: "euclidean",
    "'precomputed'": lambda: "precomputed",
    "b'2'": lambda: b"2",
    "np.str_('a')": lambda: np.str_("a"),
    "date": lambda: datetime.date(2024, 1, 1),
    "timedelta": lambda: datetime.timedelta(1),
    "NaT": lambda: np.datetime64("NaT"),
    "np.timedelta64(1)": lambda: np.timedelta64(1, "s"),
    "object()": object,
    "int": lambda: int,
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "slice": lambda: slice(None),
    "IntLike": IntLike,
    "FloatLike": FloatLike,
    "Liar": Liar,
    "Unequal": Unequal,
    "Silent": Silent,
    "Wrong": Wrong,
    "Tensor of nothing": lambda: Tensor(None),
    "Tensor of text": lambda: Tensor(np.array(["a"])),
    "Tensor on a device": lambda: Tensor(np.ones((3, 2)), (2, 0)),
    "Stream of nothing": Stream,
    "Estimator": Estimator,
    "Estimator class": lambda: Estimator,
    "module": lambda: np,
    "lambda: 0": lambda: lambda: 0,
    "returns None": lambda: lambda *a, **k: None,
    "returns nan": lambda: lambda *a, **k: math.nan,
    "returns 'a'": lambda: lambda *a, **k: "a",
    "returns -1": lambda: lambda *a, **k: -1.0,
    "returns 1j": lambda: lambda *a, **k: 1j,
    "returns np.complex128": lambda: lambda *a, **k: np.complex128(1j),
    "returns array": lambda: lambda *a, **k: np.ones(3),
    "returns 10**400": lambda: lambda *a, **k: 10**400,
    "returns False": lambda: lambda *a, **k: False,
}

CONTAINERS: dict[str, Callable[[], object]] = {
    "[]": list,
    "()": tuple,
    "{}": dict,
    "set()": set,
    "{1, 2}": lambda: {1, 2},
    "{'a': 1}": lambda: {"a": 1},
    "{'p': nan}": lambda: {"p": math.nan},
    "{1: 2}": lambda: {1: 2},
    "generator": lambda: (i for i in range(3)),
    "range(3)": lambda: range(3),
    "map": lambda: map(abs, [1, 2]),
    "[[]]": lambda: [[]],
    "[[], []]": lambda: [[], []],
    "[[[]]]": lambda: [[[]]],
    "ragged": lambda: [[1, 2], [3]],
    "[None]": lambda: [None],
    "['a']": lambda: ["a"],
    "[1, 'a']": lambda: [1, "a"],
    "[b'a', 'a']": lambda: [b"a", "a"],
    "[1, 1j]": lambda: [1, 1j],
    "[10**400]": lambda: [10**400],
    "[[10**400, 1]]": lambda: [[10**400, 1]],
    "[nan]": lambda: [math.nan],
    "[inf]": lambda: [math.inf],
    "[[1]]": lambda: [[1]],
    "[1, 2]": lambda: [1, 2],
    "[0, -1]": lambda: [0, -1],
    "[2**63]": lambda: [2**63],
    "[-2**63, 2**63-1]": lambda: [-(2**63), 2**63 - 1],
    "[{}]": lambda: [{}],
    "[object()]": lambda: [object()],
    "[Unequal(), 1]": lambda: [Unequal(), 1],
    "[set()]": lambda: [set()],
    "recursive": _recursive,
    "deep": _deep,
    "bytearray": lambda: bytearray(b"ab"),
    "memoryview": lambda: memoryview(b"ab"),
    "array.array": lambda: array.array("d", [1, 2]),
    "empty array": lambda: np.empty(0),
    "(0, 3) array": lambda: np.empty((0, 3)),
    "(3, 0) array": lambda: np.empty((3, 0)),
    "4-d array": lambda: np.ones((2, 2, 2, 2)),
    "text array": lambda: np.array(["a", "b"]),
    "records": lambda: np.zeros(3, [("a", float), ("b", int)]),
    "void": lambda: np.zeros(3, "V8"),
    "dates": lambda: np.array(["2024-01-01", "NaT"], "M8[D]"),
}


# ------------------------------------------------------------------------------------------- made of valid data


class Subclass(np.ndarray):
    """An array of a class of its own."""


def _changed(value: object) -> Callable[[np.ndarray], np.ndarray]:
    """A copy with `value` somewhere in the middle."""

    def change(given: np.ndarray) -> np.ndarray:
        given = given.astype(object if isinstance(value, str | complex) or value is None else float)
        if given.size:
            given.flat[given.size // 2] = value
        return given

    return change


def _unaligned(given: np.ndarray) -> np.ndarray:
    raw = np.empty(given.nbytes + 1, np.uint8)[1:].view(given.dtype).reshape(given.shape)
    raw[...] = given
    return raw


def _read_only(given: np.ndarray) -> np.ndarray:
    given = given.copy()
    given.flags.writeable = False
    return given


def _numbers(given: np.ndarray) -> np.ndarray:
    return given if given.dtype.kind in "biufc" else np.arange(given.size, dtype=float).reshape(given.shape)


def _objects(given: np.ndarray) -> np.ndarray:
    return np.array([*given, None], object)[:-1]


DATA: dict[str, Callable[[np.ndarray], object]] = {
    **{
        f"as {dtype}": lambda given, dtype=dtype: _numbers(given).astype(dtype)
        for dtype in (
            "float16",
            "float32",
            "longdouble",
            "int8",
            "uint8",
            "int64",
            "uint64",
            "bool",
            "complex64",
            "complex128",
            ">f8",
            ">i4",
            "object",
            "U8",
            "S8",
            "M8[s]",
            "m8[s]",
            "V16",
        )
    },
    "strided": lambda given: np.repeat(given, 2, axis=0)[::2],
    "reversed": lambda given: given[::-1],
    "fortran": np.asfortranarray,
    "columns reversed": lambda given: given[..., ::-1],
    "unaligned": _unaligned,
    "read-only": _read_only,
    "broadcast": lambda given: np.broadcast_to(given[:1], given.shape),
    "subclass": lambda given: given.view(Subclass),
    "matrix": lambda given: np.matrix(given),
    "masked": lambda given: np.ma.array(given, mask=np.arange(given.size).reshape(given.shape) == 1),
    "masked all": lambda given: np.ma.array(given, mask=True),
    "masked none": np.ma.array,
    "list": lambda given: given.tolist(),
    "tuples": lambda given: tuple(map(tuple, given)) if given.ndim == 2 else tuple(given),
    "memoryview": memoryview,
    "DLPack": Tensor,
    "raveled": np.ravel,
    "transposed": np.transpose,
    "in 3-d": lambda given: given[None],
    "one more": lambda given: np.concatenate([given, given[:1]]),
    "one less": lambda given: given[:-1],
    "one": lambda given: given[:1],
    "two": lambda given: given[:2],
    "none": lambda given: given[:0],
    "no columns": lambda given: given[..., :0],
    "first column": lambda given: given[..., :1],
    "twice the columns": lambda given: np.concatenate([given, given], axis=-1),
    "equal": lambda given: np.full_like(given, given.flat[0]),
    "zeros": np.zeros_like,
    "negative": lambda given: -_numbers(given),
    "huge": lambda given: _numbers(given) * 1e300,
    "tiny": lambda given: _numbers(given) * 1e-300,
    "denormal": lambda given: _numbers(given) * 5e-324,
    "far": lambda given: _numbers(given) + 1e15,
    "shuffled": lambda given: np.random.default_rng(0).permutation(given),
    "object rows": _objects,
    "list of arrays": lambda given: list(map(np.array, given)),
    **{
        f"with {value}": _changed(value)
        for value in (
            math.nan,
            math.inf,
            -math.inf,
            1e308,
            -1e308,
            5e-324,
            -1.0,
            0.5,
            1e9,
            2.0**53,
            2.0**63,
            "a",
            None,
            1j,
        )
    },
}

with contextlib.suppress(ImportError):
    import pandas as pd

    def _frame(given: np.ndarray, **options: object) -> pd.DataFrame:
        given = given.reshape(len(given), -1)
        return pd.DataFrame(given, **{"columns": [f"c{i}" for i in range(given.shape[1])], **options})

    DATA |= {
        "pandas": _frame,
        "pandas series": lambda given: pd.Series(list(given)),
        "pandas ints for names": lambda given: _frame(given, columns=None),
        "pandas mixed names": lambda given: _frame(given).rename(columns={"c0": 0}),
        "pandas equal names": lambda given: _frame(given).rename(columns=lambda name: "c"),
        "pandas levels": lambda given: pd.concat({"a": _frame(given)}, axis=1),
        "pandas index": lambda given: _frame(given, index=pd.Index([f"r{i % 3}" for i in range(len(given))])),
        "pandas nullable": lambda given: _frame(given).convert_dtypes(),
        "pandas category": lambda given: _frame(given).astype("category"),
        "pandas NA": lambda given: _frame(given).convert_dtypes().mask(np.arange(len(given)) == 1),
        "pandas text": lambda given: _frame(given).assign(t="a"),
        "pandas dates": lambda given: _frame(given).assign(t=pd.Timestamp(0)),
        "pandas vectors": lambda given: pd.DataFrame({"v": given.tolist()}),
        "pandas vectors beside": lambda given: _frame(given).assign(v=given.tolist()),
        "pandas no columns": lambda given: _frame(given)[[]],
        "pandas sparse": lambda given: _frame(given).astype(pd.SparseDtype(float)),
    }

with contextlib.suppress(ImportError):
    import polars as pl

    DATA |= {
        "polars": lambda given: pl.DataFrame(given),
        "polars series": lambda given: pl.Series(given.tolist()),
        "polars vectors": lambda given: pl.DataFrame({"v": given.tolist()}),
        "polars dates": lambda given: pl.DataFrame({"a": given.ravel(), "t": datetime.date(2024, 1, 1)}),
        "polars fixed vectors": lambda given: pl.DataFrame({"v": given.reshape(len(given), -1)}),
        "polars lazy": lambda given: pl.LazyFrame({"a": [1]}),
        "polars text": lambda given: pl.DataFrame({"a": [1.0] * len(given), "t": ["a"] * len(given)}),
        "polars null": lambda given: pl.DataFrame({"a": [None, *[1.0] * (len(given) - 1)]}),
    }

with contextlib.suppress(ImportError):
    import pyarrow as pa

    DATA |= {
        "pyarrow": lambda given: pa.table(
            {f"c{i}": column for i, column in enumerate(given.reshape(len(given), -1).T)}
        ),
        "pyarrow stream": lambda given: Stream(
            pa.table({f"c{i}": column for i, column in enumerate(given.reshape(len(given), -1).T)})
        ),
        "pyarrow reader": lambda given: pa.table({"c": given.ravel()}).to_reader(),
        "pyarrow fixed vectors": lambda given: pa.FixedSizeListArray.from_arrays(
            pa.array(given.ravel()), max(1, given.size // max(1, len(given)))
        ),
        "pyarrow array": lambda given: pa.array(given.ravel()),
        "pyarrow vectors": lambda given: pa.table({"v": given.tolist()}),
        "pyarrow equal names": lambda given: pa.table([given.ravel()] * 2, names=["c", "c"]),
    }

with contextlib.suppress(ImportError):
    import dask.array

    DATA["dask"] = lambda given: dask.array.from_array(given)

with contextlib.suppress(ImportError):
    import scipy.sparse as sp

    def _sparse(name: str, value: Callable) -> Callable[[np.ndarray], object]:
        """A compressed matrix of the data, with one of its arrays changed behind its back."""

        def corrupt(given: np.ndarray) -> object:
            matrix = sp.csr_matrix(np.where(np.arange(given.size).reshape(given.shape) % 3, given, 0))
            setattr(matrix, name, value(getattr(matrix, name)))
            return matrix

        return corrupt

    def _at(where: int, what: float) -> Callable[[np.ndarray], np.ndarray]:
        def change(given: np.ndarray) -> np.ndarray:
            given = given.copy()
            given[where] = what
            return given

        return change

    DATA |= {
        **{
            f"{kind}": lambda given, kind=kind: getattr(sp, kind)(_numbers(given))
            for kind in (
                "csr_matrix",
                "csc_matrix",
                "coo_matrix",
                "bsr_matrix",
                "dok_matrix",
                "lil_matrix",
                "csr_array",
                "coo_array",
            )
        },
        "csr of nothing": lambda given: sp.csr_matrix(given.shape),
        "csr of float32": lambda given: sp.csr_matrix(_numbers(given), dtype=np.float32),
        "csr of complex": lambda given: sp.csr_matrix(_numbers(given)).astype(complex),
        "csr index beyond": _sparse("indices", _at(1, 10**6)),
        "csr index negative": _sparse("indices", _at(1, -1)),
        "csr indices short": _sparse("indices", lambda given: given[:-1]),
        "csr indices float": _sparse("indices", lambda given: given.astype(float)),
        "csr data short": _sparse("data", lambda given: given[:-1]),
        "csr data nan": _sparse("data", _at(0, math.nan)),
        "csr indptr beyond": _sparse("indptr", _at(-1, 10**8)),
        "csr indptr falls": _sparse("indptr", _at(1, 10**8)),
        "csr indptr negative": _sparse("indptr", _at(0, -5)),
        "csr indptr short": _sparse("indptr", lambda given: given[:-1]),
        "csr indices twice": _sparse("indices", np.zeros_like),
        "csr indptr of 64 bits": _sparse("indptr", lambda given: given.astype(np.int64)),
    }


# ------------------------------------------------------------------------------------------- linkage matrices


def _with(row: int, column: int, value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(Z: np.ndarray) -> np.ndarray:
        Z = np.array(Z, float)
        if Z.ndim == 2 and Z.size:
            Z[row % len(Z), column % Z.shape[1]] = value
        return Z

    return change


LINKAGES: dict[str, Callable[[np.ndarray], object]] = {
    **{
        f"Z[{row}, {column}] = {value}": _with(row, column, value)
        for row in (0, 1, -1)
        for column in range(4)
        for value in (-1.0, 0.0, 0.5, 1.0, 1e9, 2.0**31, 2.0**32, 2.0**63, 1e300, math.nan, math.inf, -math.inf)
    },
    "itself": lambda Z: np.where(np.arange(4) < 2, len(Z) + 1 + np.arange(len(Z))[:, None], Z),
    "all of the last": lambda Z: np.where(np.arange(4) < 2, 2 * len(Z), Z),
    "falling": lambda Z: Z * [1, 1, -1, 1] + [0, 0, Z[:, 2].max(), 0],
    "backwards": lambda Z: Z[::-1].copy(),
    "rows twice": lambda Z: np.repeat(Z, 2, axis=0),
    "three columns": lambda Z: Z[:, :3],
    "five columns": lambda Z: np.column_stack([Z, Z[:, 0]]),
    "random": lambda Z: np.random.default_rng(0).uniform(0, 2 * len(Z), Z.shape),
    "random whole": lambda Z: np.random.default_rng(0).integers(0, 2 * len(Z), Z.shape).astype(float),
    "counts of 2**53": lambda Z: Z * [1, 1, 1, 2.0**50],
    "heights of 1e308": lambda Z: Z * [1, 1, 0, 1] + [0, 0, 1e308, 0],
    "heights of 5e-324": lambda Z: Z * [1, 1, 0, 1] + [0, 0, 5e-324, 0],
}
