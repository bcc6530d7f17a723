"""Files of a bundle whose bytes depend on their content alone: TOML of plain values, and .npz without dates."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold


def as_npz(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """For numpy writes the time into each entry; here every entry has the same."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, values in sorted(arrays.items()):
            content = io.BytesIO()
            np.save(content, np.ascontiguousarray(values))
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), content.getvalue())
    return whole.getvalue()


def as_toml(document: Mapping[str, Any]) -> str:
    """Plain values first, then sections, then lists of sections, one level deep; None is left out."""
    lines = [f"{name} = {_value(value)}" for name, value in document.items() if not _is_section(value)]
    for name, value in document.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", *_pairs(value)]
        elif _is_section(value):
            for one in value:
                lines += ["", f"[[{name}]]", *_pairs(one)]
    return "\n".join(line for line in lines if not line.endswith(" = None")) + "\n"


def _pairs(section: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in section.items() if value is not None]


def _is_section(value: object) -> bool:
    many = isinstance(value, Sequence) and not isinstance(value, str) and bool(value)
    return isinstance(value, Mapping) or (many and all(isinstance(one, Mapping) for one in value))  # type: ignore[attr-defined]  # a sequence


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(name)} = {_value(one)}" for name, one in value.items() if one is not None)
        return f"{{ {inner} }}"
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return f"[{', '.join(_value(one) for one in value)}]"
    return repr(value)
