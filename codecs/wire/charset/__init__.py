"""Character sets of files: CP932 with a policy, JIS X 0208 and 0201, user-defined characters."""

from wire.charset.coding import (
    decode_cp932,
    decode_jis,
    decode_kana,
    decode_wide,
    encode_cp932,
    encode_jis,
    encode_kana,
    encode_wide,
)
from wire.charset.gaiji import Gaiji
from wire.charset.tables import Policy

__all__ = [
    "Gaiji",
    "Policy",
    "decode_cp932",
    "decode_jis",
    "decode_kana",
    "decode_wide",
    "encode_cp932",
    "encode_jis",
    "encode_kana",
    "encode_wide",
]
