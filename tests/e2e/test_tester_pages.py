"""What testers read is true: the cast, and samples of everything a system under test speaks."""

import base64
import http.client
import json
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mocks.parties.desk import Keys
from mocks.trust import parse
from tests.support.cast_page import render
from tools.run_page import render as render_commands
from wire.documents import Document, decode_stream
from wire.header import read_block, signature_base
from wire.messages import decode
from wire.permit import read
from wire.signatures import verify

if TYPE_CHECKING:
    from mocks.testing.client import Mocks
    from mocks.testing.parts import Party
    from mocks.testing.subject import Subject

FOLDER = Path(__file__).parents[2] / "docs" / "testers"
PAGE = (FOLDER / "speaks.md").read_text("utf-8")
SAMPLE = re.compile(
    r"^<!-- (?:sample|problem): ([a-z-]+) -->\n```[a-z]+\n(.*?)\n```$", re.MULTILINE | re.DOTALL
)
SHOWN = dict(SAMPLE.findall(PAGE))
STREAMS = sorted(path.stem for path in (FOLDER / "samples").glob("*.bin"))
DIRECTORY = (FOLDER / "samples" / "directory.toml").read_text("utf-8")
DOCUMENTS = "/network/v1/documents"


@pytest.fixture(scope="module")
def keys() -> Keys:
    pinned = Keys()
    pinned.pin(parse(DIRECTORY))
    return pinned


def documents(name: str) -> list[Document]:
    found = decode_stream((FOLDER / "samples" / f"{name}.bin").read_bytes())
    whole = [one for one in found if isinstance(one, Document)]
    assert len(whole) == len(found)
    return whole


def test_the_page_of_the_cast_is_that_of_the_data() -> None:
    page = (FOLDER / "cast.md").read_text("utf-8")
    assert render() in page, "run `python -m tests.support.cast_page`"


@pytest.mark.parametrize("name", STREAMS)
def test_the_page_shows_the_bytes_of_the_sample(name: str) -> None:
    octets = (FOLDER / "samples" / f"{name}.bin").read_bytes()
    assert SHOWN[name] == octets.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("name", STREAMS)
def test_every_document_of_a_sample_is_valid_and_signed(name: str, keys: Keys) -> None:
    for one in documents(name):
        if one.kind == "permit":
            assert read(one.body, keys.permits).issuer == one.sender == "999989"
        else:
            verify(one, keys.documents, now=one.created)
            decode(one.kind, one.body)


def test_the_samples_are_one_exchange() -> None:
    assert [one.kind for one in documents("inquiry")] == ["inquiry", "permit"]
    relayed = documents("relayed")
    assert [one.kind for one in relayed] == ["inquiry", "permit", "notice"]
    assert relayed[0].raw == documents("inquiry")[0].raw
    inquiry, answer = relayed[0], documents("answer")[0]
    assert answer.in_reply_to == documents("receipt")[0].in_reply_to == inquiry.message_id
    assert documents("acknowledgement")[0].in_reply_to == answer.message_id


def test_the_page_shows_what_is_signed_and_what_a_permit_says() -> None:
    asked = documents("permit-request")[0]
    header, signed = read_block(asked.raw.partition(b"\r\n\r\n")[0].decode() + "\r\n")
    assert signed is not None
    assert SHOWN["base"] == signature_base(header.block(), signed.parameters()).decode()
    parts = documents("permit")[0].body.decode().split(".")[:2]
    told = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts]
    assert json.loads(SHOWN["claims"]) == told
    assert SHOWN["directory"] in DIRECTORY


def assert_problem(name: str, reply: http.client.HTTPResponse) -> None:
    """Assert that a reply is a problem with every member that the page shows."""
    said: dict[str, Any] = json.load(reply)
    shown = json.loads(SHOWN[name])
    assert reply.headers.get_content_type() == "application/problem+json"
    assert reply.status == said["status"]
    assert {key: said[key] for key in shown} == shown


def test_what_cannot_be_read_is_answered_as_the_page_shows(
    mocks: "Mocks", mock_core: "Party", gateway: "Subject"
) -> None:
    business = http.client.HTTPConnection(gateway.url.removeprefix("http://"))
    business.request("POST", "/v1/inquiries", b"{}", {"Content-Type": "application/json"})
    assert_problem("business", business.getresponse())
    business.close()
    pki = mocks.ground.world.setup.pki
    us = pki.identity(gateway.files.code)
    context = ssl.create_default_context(cafile=str(pki.authority))
    context.check_hostname = False  # the directory pins certificates
    context.load_cert_chain(str(us.tls_certificate), str(us.tls_key))
    network = http.client.HTTPSConnection(mock_core.url.removeprefix("https://"), context=context)
    network.request(
        "POST", DOCUMENTS, b"hello", {"Content-Type": "application/vnd.nakadachi.documents"}
    )
    assert_problem("network", network.getresponse())
    network.close()
    assert "a document that is no act anybody knows" in mocks.explain_unknown()


def test_the_commands_about_files_print_what_the_page_shows() -> None:
    assert render_commands(PAGE, FOLDER / "samples") == PAGE
