"""What schemathesis has to be told of the admin API; it loads this file itself."""

import json
from typing import Any

import schemathesis

SPACE = "demo"
TEXTS = ("application/yaml", "application/vnd.nakadachi.snapshot+json", "application/x-ndjson")


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:  # noqa: ANN401  # theirs
    """Let most calls be about a space that is there; what is not there is found soon enough."""
    path = context.operation.path
    if path_parameters and "space" in path_parameters and not path.endswith("/spaces/{space}"):
        path_parameters["space"] = SPACE
    return path_parameters


@schemathesis.serializer(*TEXTS)
def write_text(_context: Any, value: Any) -> bytes:  # noqa: ANN401  # whatever was generated
    """Return a body of text."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.deserializer(*TEXTS)
def read_text(_context: Any, response: Any) -> Any:  # noqa: ANN401  # theirs
    """Return a body of text, which is described as that only."""
    return response.text
