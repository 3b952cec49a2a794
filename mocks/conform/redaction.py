"""Takes out of reports what must not be in them: numbers, symbols, tokens, keys."""

import re
from collections.abc import Mapping
from typing import Any, Final

# Twelve digits by themselves, whatever their check digit: a report needs no individual number.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z-])[0-9]{12}(?![0-9A-Za-z-])")
_RESIDENT: Final = re.compile(r"(?<![0-9A-Za-z-])[0-9]{11}(?![0-9A-Za-z-])")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")
_BEARER: Final = re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/=-]+")
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL)
_SYMBOL: Final = re.compile(r"(?i)(\bsymbol\b[\"']?\s*[:=>]\s*[\"']?)[^\s\"'<,}]+")
_NAMED: Final = frozenset(
    {
        "symbol",
        "individual_number",
        "resident_code",
        "number",
        "token",
        "access_token",
        "private_key",
        "client_assertion",
        "authorization",
        "password",
        "secret",
        "permit",
    }
)
HIDDEN: Final = "（伏字）"


def redact_text(text: str) -> str:
    """Return a text without individual numbers, resident codes, tokens, keys and symbols."""
    for pattern in (_PEM, _BEARER, _TOKEN, _NUMBER, _RESIDENT):
        text = pattern.sub(HIDDEN, text)
    return _SYMBOL.sub(rf"\1{HIDDEN}", text)


def redact(value: Any) -> Any:  # noqa: ANN401  # JSON values in, JSON values out
    """Return JSON values with all that hidden, in keys and texts, and by the names of fields."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {
            redact_text(key): HIDDEN
            if key.lower() in _NAMED and isinstance(one, str)
            else redact(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(one) for one in value]
    return value
