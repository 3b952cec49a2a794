"""The report in one ZIP: every form of it, a manifest of SHA-256, and its Ed25519 signature."""

import hashlib
import json
import zipfile
import zlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
MOST_BYTES: Final = 256 << 20  # of everything in it, unpacked
MOST_FILES: Final = 1000
OWNER_ONLY: Final = 0o600
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # equal content gives equal bytes


class BundleError(Exception):
    """A ZIP that is not what was signed; the text names the file and what is wrong with it."""

    def __init__(self, file: str, what: str) -> None:
        super().__init__(f"{file}: {what}")
        self.file = file


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A bundle that is what was signed: its files, and the fingerprint of whose key signed it."""

    files: tuple[str, ...]
    key_sha256: str
    document: Mapping[str, Any]


def load_signing_key(file: Path) -> Ed25519PrivateKey:
    """Return the key of a PEM file, made if there is none yet, readable by its owner alone.

    Raises:
        BundleError: the file holds another kind of key.
    """
    if not file.exists():
        key = Ed25519PrivateKey.generate()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=OWNER_ONLY, exist_ok=False)
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key
    try:
        found = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError as error:
        raise BundleError(file.name, "鍵として読めません") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise BundleError(file.name, "Ed25519 の鍵ではありません")
    return found


def write_bundle(file: Path, contents: Mapping[str, bytes], key: Ed25519PrivateKey) -> None:
    """Write a signed ZIP of these files."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    manifest = {
        "algorithm": "Ed25519",
        "public_key": b64encode(public).decode("ascii"),
        "files": {
            name: {"sha256": hashlib.sha256(octets).hexdigest(), "bytes": len(octets)}
            for name, octets in sorted(contents.items())
        },
    }
    told = json.dumps(manifest, indent=1, sort_keys=True).encode()
    signed = {MANIFEST: told, SIGNATURE: b64encode(key.sign(told)) + b"\n"}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, octets in {**signed, **dict(sorted(contents.items()))}.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, octets)


def verify_bundle(file: Path | BytesIO, *, key_sha256: str | None = None) -> Verified:
    """Return what a ZIP holds if it is what was signed.

    Args:
        file: The ZIP, or its bytes.
        key_sha256: The fingerprint of the key that must have signed it; without it any key will do,
            and whoever reads the result has to know that key.

    Raises:
        BundleError: a file was changed, is missing or was added; or the signature is not right.
    """
    contents = _read(file)
    for name in (MANIFEST, SIGNATURE):
        if name not in contents:
            raise BundleError(name, "ありません")
    manifest = _load(MANIFEST, contents[MANIFEST])
    fingerprint = _check_signature(manifest, contents)
    if key_sha256 is not None and fingerprint != key_sha256.lower():
        raise BundleError(SIGNATURE, f"別の鍵の署名です（{fingerprint}）")
    _check_files(manifest, contents)
    document = _load("report.json", contents["report.json"]) if "report.json" in contents else {}
    files = tuple(sorted(name for name in contents if name not in {MANIFEST, SIGNATURE}))
    return Verified(files=files, key_sha256=fingerprint, document=document)


def _check_signature(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> str:
    try:
        public = b64decode(manifest["public_key"], validate=True)
        signature = b64decode(contents[SIGNATURE].strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, contents[MANIFEST])
    except (InvalidSignature, Base64Error, ValueError, TypeError, KeyError) as error:
        raise BundleError(MANIFEST, "署名が合いません") from error
    return hashlib.sha256(public).hexdigest()


def _check_files(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> None:
    listed = manifest.get("files")
    if not isinstance(listed, dict):
        raise BundleError(MANIFEST, "ファイルの一覧がありません")
    for name, told in listed.items():
        if name not in contents:
            raise BundleError(name, "ありません")
        known = told.get("sha256") if isinstance(told, dict) else None
        if hashlib.sha256(contents[name]).hexdigest() != known:
            raise BundleError(name, "内容が変わっています")
    for name in contents:
        if name not in listed and name not in {MANIFEST, SIGNATURE}:
            raise BundleError(name, "一覧にないファイルです")


def _read(file: Path | BytesIO) -> dict[str, bytes]:
    name = file.name if isinstance(file, Path) else "ZIP"
    try:
        with zipfile.ZipFile(file) as found:
            infos = found.infolist()
            listed = [one.filename for one in infos]
            if len(infos) > MOST_FILES or sum(one.file_size for one in infos) > MOST_BYTES:
                raise BundleError(name, "大きすぎます")
            twice = next((one for one in listed if listed.count(one) > 1), None)
            if twice is not None:
                raise BundleError(twice, "同じ名前のファイルが二つあります")
            return {one.filename: _unpack(found, one) for one in infos}
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise BundleError(name, "ZIP として読めません") from error


def _unpack(found: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    try:
        return found.read(one)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, ValueError) as error:
        raise BundleError(one.filename, "内容が変わっています") from error


def _load(name: str, octets: bytes) -> dict[str, Any]:
    try:
        found = json.loads(octets)
    except ValueError as error:
        raise BundleError(name, "JSON として読めません") from error
    if not isinstance(found, dict):
        raise BundleError(name, "書式が違います")
    return found
