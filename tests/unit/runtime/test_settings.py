import tomllib
from datetime import time
from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsError, load

EXAMPLE = Path(__file__).parents[3] / "config" / "nakadachi.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def read(folder: Path, text: str, **environment: str) -> Settings:
    file = folder / "nakadachi.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environment)


def problem(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, text, **environment)
    return str(caught.value)


def test_the_example_file_is_valid_and_short_files_get_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path, TEXT)
    assert settings.database.url == "sqlite+aiosqlite:///var/nakadachi.db"
    assert settings.business.host == "127.0.0.1"
    assert settings.institutions[0].slot_seconds == 259_200
    assert settings.institutions[0].opens == settings.institutions[0].closes


def test_every_commented_line_of_the_example_is_a_valid_setting_too(tmp_path: Path) -> None:
    lines = []
    for line in TEXT.splitlines():
        bare = line.removeprefix("# ")
        setting = bare.startswith("[") or (" = " in bare and bare.split(" = ")[0].isidentifier())
        lines.append(bare if setting else line)
    text = "\n".join(lines)
    settings = read(tmp_path, text)
    assert settings.network.revoked_file == tmp_path / "revoked.pem"
    assert tomllib.loads(text)["logs"] == {"level": "INFO"}


def test_files_are_relative_to_the_folder_of_the_settings(tmp_path: Path) -> None:
    assert read(tmp_path, TEXT).network.ca_file == tmp_path / "ca.pem"


CASES = [
    ("core =", "kore =", "kore: is not a setting"),
    ('core = "999989"', "", "core: is missing"),
    ('mode = "sandbox"', "", "mode: is missing"),
    ('mode = "sandbox"', 'mode = "test"', "mode: Invalid enum value 'test'"),
    ('code = "991015"', 'code = "99010"', "institutions[0].code: Expected str matching regex"),
    ('code = "991015"', "code = 991015", "institutions[0].code: Expected str, got int"),
    ("# slot_seconds = 259200", "slot_seconds = 0", "institutions[0].slot_seconds: Expected float"),
    ("# closes = 00:00:00", "closes = 25", "institutions[0].closes: Expected time, got int"),
    ("[token]", "[token]\nx = 1", "token.x: is not a setting"),
    ("ca_file", "cafile", "network.cafile: is not a setting"),
    ("# [logs]", "[log]", "log: is not a setting"),
    ('ca_file = "ca.pem"', "", "network.ca_file: is missing"),
    ('institution = "991015"', 'institution = "999971"', "clients[0].institution: is not one"),
    ('code = "991015"', 'code = "999989"', "institutions[0].code: is the code of core already"),
    ("public_key_file", 'secret_file = "x"\npublic_key_file', "clients[0].public_key_file: or sec"),
    ("tax:inquiries:read", "car:inquiries:read", "clients[0].scopes: car:inquiries:read is not"),
    ('mode = "sandbox"', 'mode = "production"', "institutions_file: is required in production"),
    ("[token]\nkey_file", "[logs]\nlevel", "logs.level: Invalid enum value"),
    ("# [business]", '[business]\nhost="0.0.0.0"', "business.host: is not loopback"),
    ("# [business]", '[business]\ntls_key_file="k"', "business.tls_key_file: needs"),
    ("# [database]", '[database]\nurl="postgresql://u:p@h/d"', "database.url: holds a password"),
    ("# [permits]", "[permits]\nstale_seconds=3600", "permits.stale_seconds: is not longer than"),
    ("[[institutions]]", "[[institutions", "nakadachi.toml: is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "said"), CASES, ids=[case[2] for case in CASES])
def test_each_mistake_is_named_by_its_dotted_path(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in TEXT
    assert said in problem(tmp_path, TEXT.replace(old, new, 1))


def test_clients_without_a_token_key_are_refused(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("[token]")]
    assert problem(tmp_path, text).startswith("token.key_file: is required")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml: cannot be read"):
        load(tmp_path / "absent.toml", {})


def test_variables_override_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        TEXT,
        NAKADACHI_BUSINESS__PORT="8081",
        NAKADACHI_DATABASE__URL="postgresql+psycopg://u:p@h/d",
        NAKADACHI_INSTITUTIONS__0__OPENS="08:30:00",
        NAKADACHI_INSTITUTIONS__0__SLOT_SECONDS="2.5",
        NAKADACHI_CLIENTS__0__SCOPES='["tax:a:b"]',
        NAKADACHI_NETWORK__CA_FILE="/elsewhere/ca.pem",
        NAKADACHI_CONFIG="ignored",
        NAKADACHI_PERMITS_REGISTER="ignored",
        NAKADACHI_MOCKS_URL="ignored",
        OTHER="ignored",
    )
    assert settings.business.port == 8081
    assert settings.database.url == "postgresql+psycopg://u:p@h/d"
    assert settings.institutions[0].opens == time(8, 30)
    assert settings.institutions[0].slot_seconds == 2.5
    assert settings.clients[0].scopes == ("tax:a:b",)
    assert settings.network.ca_file == Path("/elsewhere/ca.pem")


VARIABLES = [
    ("NAKADACHI_BUSINESS__PRT", "1", "names no setting"),
    ("NAKADACHI_BUSINESS__PORT", "eighty", "Expected int, got str"),
    ("NAKADACHI_BUSINESS__PORT", "70000", "Expected int <= 65535"),
    ("NAKADACHI_INSTITUTIONS__7__CODE", "991015", "the file has no such table"),
    ("NAKADACHI_INSTITUTIONS__X__CODE", "991015", "names no setting"),
    ("NAKADACHI_MODE__X", "1", "names no setting"),
    ("NAKADACHI_CLIENTS__0__SCOPES", "a", "JSON is malformed"),
]


@pytest.mark.parametrize(
    ("name", "value", "said"), VARIABLES, ids=[f"{v[0]} {v[2]}" for v in VARIABLES]
)
def test_a_wrong_variable_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    assert problem(tmp_path, TEXT, **{name: value}).startswith(f"{name}: {said}")


def test_the_issuer_follows_from_where_the_business_api_listens(tmp_path: Path) -> None:
    assert read(tmp_path, TEXT).issuer() == "http://127.0.0.1:8080"
    given = {
        "NAKADACHI_TOKEN__ISSUER": "https://gateway.example",
        "NAKADACHI_BUSINESS__HOST": "::1",
    }
    assert read(tmp_path, TEXT, **given).issuer() == "https://gateway.example"
    assert read(tmp_path, TEXT, NAKADACHI_BUSINESS__HOST="::1").issuer() == "http://[::1]:8080"


def test_secret_files_lists_every_secret_with_its_path(tmp_path: Path) -> None:
    named = dict(read(tmp_path, TEXT).secret_files())
    assert named["institutions[0].master_key_file"] == tmp_path / "991015.master.key"
    assert set(named) == {
        "network.tls_key_file",
        "token.key_file",
        "institutions[0].signing_key_file",
        "institutions[0].master_key_file",
    }
