"""What schemathesis has to be told of the business API; it loads this file itself."""

import json
from typing import Any

import msgspec
import schemathesis

from gateway.transport.batch_resources import ROW_SAMPLE

NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def write_line(_context: Any, value: Any) -> bytes:  # noqa: ANN401  # whatever was generated
    """Return a body of one line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(NDJSON)
def read_first_line(_context: Any, response: Any) -> Any:  # noqa: ANN401  # theirs
    """Return the value of the first line, which is described as all are; no line is fine too."""
    first, _, _ = response.content.partition(b"\n")
    return json.loads(first or msgspec.json.encode(ROW_SAMPLE))


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:  # noqa: ANN401  # theirs
    """Leave out the file of inquiries: no schema says what it is, its own tests do."""
    return bool(case.media_type != "text/x-nakadachi-dat")
