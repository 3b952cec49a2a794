"""The files that settings name: secrets, keys, the trust configuration, the institutions.

A secret is 32 bytes written as 64 hexadecimal digits, or a PEM key of an accepted kind.
"""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.domain.errors import InvalidError
from gateway.network.directory import Directory, read_directory
from gateway.settings import Settings, SettingsError
from permitlists import (
    Institutions,
    OperatingCodes,
    PermitListError,
    load_institutions,
    load_operating_codes,
    parse_operating_codes,
)

KEY_BYTES = 32
OTHERS = 0o077  # permission bits of everybody but the owner

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey


def read(path: str, file: Path) -> bytes:
    """Return the content of the file that the setting at a dotted path names.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(path=path, problem=f"{file}: {error.strerror}") from error


def read_secret(path: str, file: Path) -> bytes:
    """Return 32 secret bytes.

    Raises:
        SettingsError: the file cannot be read or does not hold 64 hexadecimal digits.
    """
    text = read(path, file).strip()
    try:
        secret = bytes.fromhex(text.decode("ascii"))
    except ValueError as error:
        raise SettingsError(path=path, problem="is not 64 hexadecimal digits") from error
    if len(secret) != KEY_BYTES:
        raise SettingsError(path=path, problem="is not 64 hexadecimal digits")
    return secret


def read_signing_key(path: str, file: Path) -> PrivateKey:
    """Return a private key on P-256 or Ed25519.

    Raises:
        SettingsError: the file cannot be read or holds no such key.
    """
    try:
        key = load_pem_private_key(read(path, file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(path=path, problem="is not an unencrypted PEM private key") from error
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    raise SettingsError(path=path, problem="is a key of another kind than P-256 or Ed25519")


def read_trust(settings: Settings) -> Directory:
    """Return the trust configuration.

    Raises:
        SettingsError: the file cannot be read or is wrong at a place that is named.
    """
    path, file = "network.directory_file", settings.network.directory_file
    try:
        return read_directory(read(path, file))
    except InvalidError as error:
        raise SettingsError(path=path, problem=f"is wrong at {error.context['field']}") from error


def read_institutions(settings: Settings) -> Institutions:
    """Return the known institutions with their classes.

    Raises:
        SettingsError: the file cannot be read or is no list of institutions.
    """
    path, file = "institutions_file", settings.institutions_file
    try:
        return load_institutions(None if file is None else read(path, file))
    except PermitListError as error:
        raise SettingsError(path=path, problem="is no list of institutions") from error


def read_operating_codes(settings: Settings) -> OperatingCodes:
    """Return what the codes of the file of inquiries stand for.

    Raises:
        SettingsError: the file cannot be read or is no table of operating codes.
    """
    path, file = "batch.operating_codes_file", settings.batch.operating_codes_file
    if file is None:
        return load_operating_codes()
    try:
        return parse_operating_codes(read(path, file))
    except PermitListError as error:
        raise SettingsError(path=path, problem="is no table of operating codes") from error


def find_open_modes(files: list[tuple[str, Path]]) -> list[tuple[str, str]]:
    """Return the dotted path and the mode of each secret that others than its owner can reach."""
    found = []
    for path, file in files:
        mode = file.stat().st_mode & 0o777 if file.is_file() else 0
        if mode & OTHERS:
            found.append((path, f"{mode:04o}"))
    return found
