# SPDX-License-Identifier: BSD-3-Clause
"""Files that hold fitted models: numpy's npz, with numbers as arrays and the rest as JSON. Nothing in them is trusted.

The file is a zip file of npy files that are not compressed. `coterie.json` holds the bytes of the JSON text, and the
text names all other arrays, each by its place in it:

    {"format": 2, "parts": {"model": {"class": "coterie.KMeans", "params": {"n_clusters": 3, ...},
     "state": {"cluster_centers_": {"$array": "parts/model/state/cluster_centers_"}, ...}}}, "facts": {...}}

This module turns such a file into dicts, numbers, texts and arrays. The caller decides what these must be in a
model.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import re
import struct
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from .._runtime import memory
from . import public_names
from .atomic import name_file
from .tables.mixed import TableCode

FORMAT = 2
_HEADER = "coterie.json"
# Keys of JSON objects that stand for what JSON lacks.
_ARRAY, _TEXTS, _TUPLE, _METRIC, _CODE = "$array", "$texts", "$tuple", "$metric", "$table_code"
_PAIRS = "$pairs"  # a dict with whole numbers for keys, or texts that no place can be made of
_LARGEST_DIRECTORY = 1 << 20  # bytes; that is thousands of arrays
_DEEPEST = 50  # brackets within brackets
_BYTES_OF_JSON = 40  # memory that a byte of JSON takes when it is parsed, at most
_BYTES_OF_TEXT = 20  # the same for a byte of an array of texts
_BLOCK = 1 << 20
# What numpy writes in front of an array. Its own reader evaluates it as Python.
_NPY = re.compile(
    rb"\{'descr': '([<>|][biufU]\d{1,9})', 'fortran_order': False, "
    rb"'shape': \((|\d{1,18},|\d{1,18}(?:, \d{1,18})+)\), \} *\n"
)
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)


# ------------------------------------------------------------------------------------------- writing


def encode(tree: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of a file that holds `tree`: dicts, lists, tuples, arrays, numbers, texts, None, metrics and
    codes of tables.

    Raises TypeError for anything else, saying where it is.
    """
    import json

    arrays: dict[str, np.ndarray] = {}
    text = json.dumps({"format": FORMAT, **_encode(tree, "", arrays)})
    return {_HEADER: np.frombuffer(text.encode(), np.uint8), **arrays}


def write(file: IO[bytes], arrays: dict[str, np.ndarray]) -> None:
    """Write what `encode` returned."""
    np.savez(file, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle


def _encode(value: Any, place: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.generic) and value.dtype.kind in "biufU":
        value = value.item()
    if value is None or isinstance(value, bool | float | str) or (isinstance(value, int) and abs(value) < 2**64):
        return value
    if isinstance(value, np.ndarray):
        kind = _ARRAY
        if value.dtype == object and all(isinstance(each, str) for each in value.flat):
            kind, value = _TEXTS, value.astype(str)  # names of columns
        if value.dtype.kind in "biufU":
            arrays[place] = np.asarray(value, order="C")
            return {kind: place}
    if isinstance(value, dict) and not any(
        not isinstance(key, str) or key.startswith("$") or "/" in key for key in value
    ):
        return {key: _encode(each, f"{place}/{key}".lstrip("/"), arrays) for key, each in value.items()}
    if isinstance(value, dict) and all(type(key) in (int, str) for key in value):
        return {_PAIRS: [[key, _encode(each, f"{place}/{i}", arrays)] for i, (key, each) in enumerate(value.items())]}
    if isinstance(value, list | tuple):
        items = [_encode(each, f"{place}/{i}", arrays) for i, each in enumerate(value)]
        return items if isinstance(value, list) else {_TUPLE: items}
    if isinstance(value, TableCode):
        return {_CODE: [_encode(each, place, arrays) for each in (value.categories, value.is_category)]}
    if isinstance(value, public_names.find("coterie.distances.Metric")) and value.function is None:
        params = value.params
        if public_names.find("coterie.distances.as_metric")(value.name, **params) == value:  # made by `as_metric`
            return {
                _METRIC: value.name,
                **{key: _encode(each, f"{place}/{key}", arrays) for key, each in params.items()},
            }
    raise TypeError(
        f"{place} is a {type(value).__name__}, which can't be saved without pickle. Only numbers, text, "
        "arrays and containers of these can be saved."
    )


def _as_metric(code: dict[str, Any], place: str, take: Any) -> Any:
    name = code[_METRIC]
    if not isinstance(name, str):
        raise ValueError(f"{place} in it is not a metric")
    params = {key: _decode(value, f"{place}/{key}", take) for key, value in code.items() if key != _METRIC}
    return public_names.find("coterie.distances.as_metric")(name, **params)


# ------------------------------------------------------------------------------------------- reading


@contextlib.contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[None]:
    """Within this context, whatever goes wrong with the file is a ValueError or an OSError that names it."""
    path = os.fsdecode(path)
    try:
        yield
    except MemoryError as error:
        raise OSError(errno.ENOMEM, str(error) or os.strerror(errno.ENOMEM), path) from error
    except OSError as error:
        raise name_file(error, path) from error.__cause__
    except Exception as error:  # readers of hostile bytes raise more than they promise
        why = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{path!r} is not a model saved by coterie: {why if len(why) <= 500 else why[:497] + '...'}"
        ) from error


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What was given to `encode`. To be called in the context `reading`.

    Nothing is allocated before what the file says about sizes was compared with its own, and with memory.
    """
    import zipfile  # here, as it takes longer to import than all of this package

    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        _check_end(file, size)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            waiting = {info.filename: info for info in members}
            if len(waiting) < len(members):
                raise ValueError("two of its arrays have the same name")
            for info in members:
                if (
                    info.compress_type != zipfile.ZIP_STORED
                    or info.flag_bits & 1
                    or info.file_size != info.compress_size
                ):
                    raise ValueError(f"{info.filename!r} in it is compressed or encrypted")
            total = sum(info.file_size for info in members)
            if total > size:
                raise ValueError("its arrays would be larger than the file")
            memory.require(total, "Its arrays", "Load it where there is more.")

            def take(name: str) -> np.ndarray:
                info = waiting.pop(f"{name}.npy", None)
                if info is None:
                    raise ValueError(f"it has no array {name!r}, or uses it twice")
                with archive.open(info) as member:
                    return _read_array(member, info.file_size)

            if f"{_HEADER}.npy" not in waiting:
                raise ValueError("it has other arrays")
            tree = _parse(take(_HEADER))
            tree = {key: _decode(value, key, take) for key, value in tree.items()}
            if waiting:
                raise ValueError(f"it has an array that nothing refers to, {next(iter(waiting))!r}")
            return tree


def _check_end(file: IO[bytes], size: int) -> None:
    """See whether the file ends as a zip file without a comment does, with a directory that is not too large."""
    n = 98  # of the three records that may be there
    file.seek(max(0, size - n))
    end = file.read(n).rjust(n, b"\0")
    if end[76:80] != b"PK\5\6":
        raise ValueError("it is not an npz file, or it is not complete")
    (n_bytes,) = struct.unpack("<L", end[88:92])
    if end[56:60] == b"PK\6\7":  # a file of more than 4 GB
        (n_bytes,) = struct.unpack("<Q", end[40:48])
    if n_bytes > min(size, _LARGEST_DIRECTORY):
        raise ValueError("its directory is too large")


def _read_array(member: IO[bytes], n_bytes: int) -> np.ndarray:
    """An array from an npy file of so many bytes."""
    start = member.read(10)
    if start[:8] != b"\x93NUMPY\1\0" or len(start) < 10:
        raise ValueError("it holds something other than arrays")
    (n_more,) = struct.unpack("<H", start[8:])
    found = _NPY.fullmatch(member.read(n_more))
    if found is None:
        raise ValueError("it has an array that does not hold numbers or text, or is not in C order")
    dtype = np.dtype(found[1].decode())
    shape = tuple(int(length) for length in found[2].split(b",") if length)
    if math.prod(shape) * dtype.itemsize != n_bytes - 10 - n_more or not dtype.itemsize:
        raise ValueError(f"it has an array of shape {shape} whose size does not match its shape")
    array = np.empty(shape, dtype)
    left = array.reshape(-1).view(np.uint8).data
    while left:
        n_read = member.readinto(left[:_BLOCK])  # type: ignore[attr-defined]  # the stubs of ZipFile.open hide it
        if not n_read:
            raise ValueError("it ends too early")
        left = left[n_read:]
    highest = {"b": 1, "U": 0x10FFFF}.get(dtype.kind)  # numpy trusts these bytes
    if (
        highest
        and array.reshape(-1).view(np.uint8 if dtype.kind == "b" else dtype.byteorder + "u4").max(initial=0) > highest
    ):
        raise ValueError("it has an array of bytes that are not valid as bool or text")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _parse(header: np.ndarray) -> dict[str, Any]:
    """The JSON text, as far as it is understood here."""
    import json

    if header.dtype != np.uint8 or header.ndim != 1:
        raise ValueError(f"{_HEADER} in it is not text")
    memory.require(_BYTES_OF_JSON * len(header), f"{_HEADER} in it", "Load it where there is more.")
    text = header.tobytes().decode()
    brackets = np.frombuffer(re.sub(r"[^][{}]", "", _QUOTED.sub("", text)).encode(), np.uint8)
    opening = (brackets == ord("[")) | (brackets == ord("{"))
    if np.cumsum(np.where(opening, 1, -1)).max(initial=0) > _DEEPEST:
        raise ValueError(f"{_HEADER} in it is nested too deeply")
    tree: dict[str, Any] = json.loads(text, object_pairs_hook=_as_dict, parse_int=_as_int)
    version = tree.pop("format", None) if isinstance(tree, dict) else None
    if type(version) is not int:
        raise ValueError(f"{_HEADER} in it does not say what it is")
    if version > FORMAT:
        raise ValueError("it was written by a later version of coterie")
    if version < FORMAT:
        raise ValueError(
            "it was written by an earlier version of coterie, in a format that is no longer supported: fit "
            "and save the model again"
        )
    return tree


def _as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"{_HEADER} in it has a key twice")
    return found


def _as_int(digits: str) -> int:
    if len(digits) > 21 or abs(int(digits)) >= 2**64:
        raise ValueError(f"{_HEADER} in it has an integer of more than 64 bits")
    return int(digits)


def _decode(value: Any, place: str, take: Any) -> Any:
    if isinstance(value, list):
        return [_decode(each, f"{place}/{i}", take) for i, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if not any(key.startswith("$") for key in value):
        return {key: _decode(each, f"{place}/{key}", take) for key, each in value.items()}
    if _METRIC in value:
        return _as_metric(value, place, take)
    if value == {_ARRAY: place}:
        return take(place)
    if value == {_TEXTS: place}:
        array = take(place)
        if array.dtype.kind != "U":
            raise ValueError(f"{place} in it does not hold text")
        memory.require(_BYTES_OF_TEXT * array.nbytes, place, "Load it where there is more.")
        return array.astype(object)
    if value.keys() == {_TUPLE} and isinstance(value[_TUPLE], list):
        return tuple(_decode(value[_TUPLE], place, take))
    if value.keys() == {_PAIRS} and isinstance(value[_PAIRS], list):
        return _dict_of(value[_PAIRS], place, take)
    if value.keys() == {_CODE} and isinstance(value[_CODE], list) and len(value[_CODE]) == 2:
        return TableCode(*_decode(value[_CODE], place, take))
    raise ValueError(f"{place} in it has an unknown type")


def _dict_of(pairs: list[Any], place: str, take: Any) -> dict[Any, Any]:
    if not all(isinstance(pair, list) and len(pair) == 2 and type(pair[0]) in (int, str) for pair in pairs):
        raise ValueError(f"{place} in it has keys that are neither whole numbers nor text")
    found = {key: _decode(each, f"{place}/{i}", take) for i, (key, each) in enumerate(pairs)}
    if len(found) < len(pairs):
        raise ValueError(f"{place} in it has a key twice")
    return found
