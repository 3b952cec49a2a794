"""Files that a tester chooses on a page of the panel: a form of them, read within bounds."""

import asyncio
from typing import Final

from aiohttp import BodyPartReader, web

from mocks.admin.problems import AdminError

MOST_BYTES: Final = 32 << 20  # of all files of one form
READ_SECONDS: Final = 60.0
MOST_NAME: Final = 80
MEDIA_TYPE: Final = "multipart/form-data"
Upload = tuple[str, bytes]  # the name of a file, as the browser says it, and its bytes


async def read_files(request: web.Request) -> dict[str, Upload]:
    """Return the files of a form by the names of its fields; a field without a file is left out.

    Raises:
        AdminError: it is no form, too large, or too slow.
    """
    if request.content_type != MEDIA_TYPE:
        raise AdminError("request.media_type", accepted=(MEDIA_TYPE,))
    if (request.content_length or 0) > MOST_BYTES:
        raise AdminError("request.too_large")
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await _read(request)
    except TimeoutError:
        raise AdminError("request.timeout") from None
    except (ValueError, AssertionError, ConnectionError):  # of a body that breaks its boundaries
        raise AdminError("request.malformed", path="$") from None


async def _read(request: web.Request) -> dict[str, Upload]:
    found: dict[str, Upload] = {}
    left = MOST_BYTES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            raise AdminError("request.malformed", path="$")
        octets = bytearray()
        while chunk := await part.read_chunk():
            octets += chunk
            left -= len(chunk)
            if left < 0:
                raise AdminError("request.too_large")
        if part.filename:
            found[part.name] = part.filename[:MOST_NAME], bytes(octets)
    return found
