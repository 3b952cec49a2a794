"""Bytes to text and back, exactly: what cannot be said in a character set is refused."""

from wire.charset.gaiji import REFUSE, Gaiji
from wire.charset.tables import (
    FROM_HALF_WIDTH,
    HALF_WIDTH,
    LEADS,
    Policy,
    load_decoding,
    load_encoding,
    load_jis_decoding,
    load_jis_encoding,
)
from wire.errors import WireError

_PRIVATE = range(0xE000, 0xF900)


def decode_cp932(raw: bytes, *, gaiji: Gaiji = REFUSE) -> str:
    """Return the text of CP932 bytes, single and double ones mixed; control codes are refused.

    Raises:
        WireError: `charset.cut`, `charset.undefined` or `charset.user_defined`; the path is the
            byte, from 1.
    """
    found: list[str] = []
    at = 0
    while at < len(raw):
        single = HALF_WIDTH.get(raw[at])
        found.append(read_pair(raw, at, gaiji) if single is None else single)
        at += 2 if single is None else 1
    return "".join(found)


def decode_wide(raw: bytes, *, gaiji: Gaiji = REFUSE) -> str:
    """Return the text of CP932 bytes of which every two are one full-width character.

    Raises:
        WireError: as `decode_cp932`, and `charset.half_width` for a single byte.
    """
    for at in range(0, len(raw), 2):
        if raw[at] in HALF_WIDTH:
            raise WireError("charset.half_width", str(at + 1), "A half-width byte stands here.")
    return "".join(read_pair(raw, at, gaiji) for at in range(0, len(raw), 2))


def read_pair(raw: bytes, at: int, gaiji: Gaiji) -> str:
    """Return the character of the two bytes from `at`, counted from 0.

    Raises:
        WireError: as `decode_cp932`.
    """
    if at + 1 >= len(raw):
        code = "charset.cut" if raw[at] in LEADS else "charset.undefined"
        raise WireError(code, str(at + 1), "A double-byte character is cut here.")
    pair = load_decoding().get(raw[at] << 8 | raw[at + 1])
    if pair is None:
        raise WireError("charset.undefined", str(at + 1), "No character has this code.")
    if pair.group != "user_defined":
        return pair.text
    text = gaiji.read(pair.code, pair.text)
    if text is None:
        raise WireError("charset.user_defined", str(at + 1), "This is a user-defined character.")
    return text


def encode_cp932(text: str, *, policy: Policy = "ibm", gaiji: Gaiji = REFUSE) -> bytes:
    """Return a text in CP932.

    Raises:
        WireError: `charset.unencodable`; the path is the character, from 1.
    """
    found = bytearray()
    for at, character in enumerate(text, start=1):
        single = FROM_HALF_WIDTH.get(character)
        if single is None:
            found += encode_pair(character, at, policy, gaiji).to_bytes(2, "big")
        else:
            found.append(single)
    return bytes(found)


def encode_wide(text: str, *, policy: Policy = "ibm", gaiji: Gaiji = REFUSE) -> bytes:
    """Return a text of full-width characters in CP932, two bytes each.

    Raises:
        WireError: `charset.unencodable`; the path is the character, from 1.
    """
    return b"".join(
        encode_pair(character, at, policy, gaiji).to_bytes(2, "big")
        for at, character in enumerate(text, start=1)
    )


def encode_pair(character: str, at: int, policy: Policy, gaiji: Gaiji) -> int:
    """Return the double-byte code of a character, the `at`-th of its text.

    A user-defined code is written only where CP932 has none of its own.

    Raises:
        WireError: `charset.unencodable`, CP932 or the rule for user-defined ones has none.
    """
    code = None
    if ord(character) not in _PRIVATE or gaiji.owns(character):
        code = load_encoding(policy).get(character)
    if code is None:
        code = gaiji.write(character)
    if code is None:
        raise WireError("charset.unencodable", str(at), "The character set lacks this character.")
    return code


def decode_jis(raw: bytes) -> str:
    """Return the text of 7-bit JIS X 0208, two bytes a character, without shift codes.

    Raises:
        WireError: `charset.cut` or `charset.undefined`; the path is the byte, from 1.
    """
    table = load_jis_decoding()
    found = []
    for at in range(0, len(raw), 2):
        if at + 1 == len(raw):
            raise WireError("charset.cut", str(at + 1), "A double-byte character is cut here.")
        text = table.get(raw[at] << 8 | raw[at + 1])
        if text is None:
            raise WireError("charset.undefined", str(at + 1), "No character has this code.")
        found.append(text)
    return "".join(found)


def encode_jis(text: str) -> bytes:
    """Return a text in 7-bit JIS X 0208, two bytes a character, without shift codes.

    Raises:
        WireError: `charset.unencodable`; the path is the character, from 1.
    """
    table = load_jis_encoding()
    found = bytearray()
    for at, character in enumerate(text, start=1):
        code = table.get(character)
        if code is None:
            raise WireError("charset.unencodable", str(at), "JIS X 0208 lacks this character.")
        found += code.to_bytes(2, "big")
    return bytes(found)


def decode_kana(raw: bytes) -> str:
    """Return the text of JIS X 0201 bytes: ASCII signs and half-width kana.

    Raises:
        WireError: `charset.not_half_width`; the path is the byte, from 1.
    """
    found = []
    for at, byte in enumerate(raw, start=1):
        single = HALF_WIDTH.get(byte)
        if single is None:
            raise WireError("charset.not_half_width", str(at), "No half-width character.")
        found.append(single)
    return "".join(found)


def encode_kana(text: str) -> bytes:
    """Return a text of ASCII signs and half-width kana in JIS X 0201.

    Raises:
        WireError: `charset.unencodable`; the path is the character, from 1.
    """
    found = bytearray()
    for at, character in enumerate(text, start=1):
        single = FROM_HALF_WIDTH.get(character)
        if single is None:
            raise WireError("charset.unencodable", str(at), "No half-width character.")
        found.append(single)
    return bytes(found)
