"""ZIP archives taken apart and put together again, with one part changed."""

import io
import zipfile
from collections.abc import Mapping


def unpack(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def replace_in(data: bytes, part: str, old: str, new: str) -> bytes:
    """Return the archive with the first `old` of one part replaced."""
    parts = unpack(data)
    assert old.encode() in parts[part]
    return pack(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)})
