"""The doctor: looks at how everything is set up before test 1."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
from cryptography import x509

from mocks.conform.asking import ask, make_question
from mocks.conform.bench import PERSON, Bench
from mocks.conform.doctoring import Diagnosis, State
from mocks.conform.file_systems import FileSystem
from mocks.engine.calendar import BusinessCalendar
from mocks.engine.clock import JST, system_time
from mocks.net.client import PATH
from mocks.net.space import tls_files
from mocks.net.tls import client_context
from wire.documents import MEDIA_TYPE
from wire.files.library import load_layout
from wire.files.sample import write_sample

SECONDS: Final = 10.0
SKEW: Final = timedelta(seconds=60)
SOON: Final = timedelta(days=14)
NAMES: Final = "KJIRTSU1"  # a layout with full-width names, rare characters among them
MOST_DAYS: Final = 5
_REFUSED: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Surgery:
    """What the doctor looks at; without a part of it, what needs that is not tried.

    `closed_days` are the days on which the system says it is closed, one a line as a date.
    `admin_url` is where it is operated; `provides` says that it should answer about the person,
    otherwise it should have the person's symbol.
    """

    bench: Bench | None = None
    files: FileSystem | None = None
    drop: Path | None = None
    closed_days: Path | None = None
    admin_url: str | None = None
    provides: bool = False
    now: Callable[[], datetime] = system_time
    found: list[Diagnosis] = field(default_factory=list)

    async def visit(self) -> tuple[Diagnosis, ...]:
        """Return everything that was found, in order; nothing is raised."""
        if self.bench is not None:
            await self._look_at_network(self.bench)
        else:
            for name, ja in _NETWORK.items():
                self._add(name, ja, "not_tried", "試験対象の URL", "指定されていません")
        await self._look_at_encoding()
        self._look_at_drop()
        self._look_at_calendar()
        await self._look_at_people()
        await self._look_at_admin()
        return tuple(self.found)

    def _add(  # each is a column of the table
        self, name: str, ja: str, state: State, expected: str, received: str, fix: str = ""
    ) -> None:
        self.found.append(
            Diagnosis(id=name, ja=ja, state=state, expected=expected, received=received, fix=fix)
        )

    async def _look_at_network(self, bench: Bench) -> None:
        peer = bench.space.directory().find(bench.code)
        url = urlsplit(peer.url if peer else "")
        host, port = url.hostname or "", url.port or 443
        if not await self._look_at_dns(host, port):
            return
        certificate = await self._look_at_tls(bench, host, port)
        if certificate is None:
            return
        self._look_at_dates(certificate)
        await self._look_at_mutual_tls(bench, host, port)
        await self._look_at_clocks(bench, f"https://{host}:{port}{PATH}")

    async def _look_at_dns(self, host: str, port: int) -> bool:
        ja, expected = _NETWORK["dns"], f"{host} の名前が引ける"
        try:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            fix = "試験対象の URL と、この機械の名前解決を確かめてください。"
            self._add("dns", ja, "config_error", expected, str(error), fix)
            return False
        self._add("dns", ja, "ok", expected, str(found[0][4][0]))
        return True

    async def _look_at_tls(self, bench: Bench, host: str, port: int) -> x509.Certificate | None:
        ja, expected = _NETWORK["tls"], "登録した証明書で応じる"
        core = bench.world.core.code
        files = tls_files(bench.space.pki, bench.space.pki.identity(core))
        try:
            context = client_context(files, bench.space.directory, bench.code)
            octets = await _shake_hands(host, port, context)
        except (OSError, TimeoutError, ssl.SSLError, ssl.CertificateError) as error:
            fix = "証明書・鍵・認証局と、待ち受けているポートを確かめてください。"
            received = f"{type(error).__name__}: {error}"
            self._add("tls", ja, "config_error", expected, received, fix)
            return None
        self._add("tls", ja, "ok", expected, f"SHA-256 {sha256(octets).hexdigest()[:16]}…")
        return x509.load_der_x509_certificate(octets)

    def _look_at_dates(self, certificate: x509.Certificate) -> None:
        ja, now = _NETWORK["certificate_dates"], self.now()
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        valid = begins <= now < ends - SOON
        received = f"{begins:%Y-%m-%d} から {ends:%Y-%m-%d} まで"
        expected = f"有効で、期限まで {SOON.days} 日を超える"
        state: State = "ok" if valid else "config_error"
        self._add("certificate_dates", ja, state, expected, received, "証明書を更新してください。")

    async def _look_at_mutual_tls(self, bench: Bench, host: str, port: int) -> None:
        """Bring a right document without a certificate: nobody may be answered so."""
        ja, expected = _NETWORK["mutual_tls"], "証明書を示さない相手を断る"
        context = ssl.create_default_context(cafile=str(bench.space.pki.authority))
        context.check_hostname = False
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
                url = f"https://{host}:{port}{PATH}"
                data = make_question(bench).write(bench)[0]
                headers = {"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE}
                async with session.post(url, data=data, headers=headers, ssl=context) as reply:
                    open_to_all = reply.status < _REFUSED
                    received = f"HTTP {reply.status}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            open_to_all, received = False, f"断られた（{type(error).__name__}）"
        state: State = "config_error" if open_to_all else "ok"
        fix = "相互認証（クライアント証明書の確認）を有効にしてください。"
        self._add("mutual_tls", ja, state, expected, received, fix)

    async def _look_at_clocks(self, bench: Bench, url: str) -> None:
        """Compare its clock as HTTP tells it with ours, and as it signs with the space's."""
        core = bench.world.core.code
        files = tls_files(bench.space.pki, bench.space.pki.identity(core))
        context = client_context(files, bench.space.directory, bench.code)
        lonely = make_question(bench).write(bench)[:1]  # refused, and that is signed
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.post(url, data=lonely[0], headers=headers, ssl=context) as reply,
            ):
                told = reply.headers.get("Date")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            received = type(error).__name__
            for name in ("clock_date", "clock_signed"):
                self._add(name, _NETWORK[name], "environment", "応答がある", received)
            return
        self._compare("clock_date", _read_date(told), self.now())
        replies = await bench.space.post(core, bench.code, make_question(bench).write(bench)[:1])
        signed = replies[0].created if replies else None
        self._compare("clock_signed", signed, bench.now)

    def _compare(self, name: str, told: datetime | None, ours: datetime) -> None:
        expected = f"差が {SKEW.seconds} 秒以内"
        if told is None:
            self._add(name, _NETWORK[name], "config_error", expected, "時刻を示していません")
            return
        skew = told - ours
        state: State = "ok" if abs(skew) <= SKEW else "config_error"
        received = f"{skew.total_seconds():+.1f} 秒（正は試験対象が進んでいる）"
        fix = "試験対象の時刻合わせ（NTP）を確かめてください。"
        self._add(name, _NETWORK[name], state, expected, received, fix)

    async def _look_at_encoding(self) -> None:
        name, ja = "encoding", "文字コード（CP932・人名の漢字）が往復で変わらない"
        if self.files is None:
            self._add(name, ja, "not_tried", "同じバイト", "ファイルの受け渡しの指定がありません")
            return
        sample = b"".join(write_sample(load_layout(NAMES), 20, 1))
        try:
            back = await self.files.send(NAMES, sample)
        except Exception as error:  # noqa: BLE001  # whatever a command of somebody's does
            self._add(name, ja, "config_error", "同じバイト", f"{type(error).__name__}: {error}")
            return
        same = back == sample
        received = "同じ" if same else f"{_find_difference(sample, back)} バイト目から違う"
        fix = "文字コードの変換（外字・波ダッシュ等）の設定を確かめてください。"
        self._add(name, ja, "ok" if same else "config_error", "同じバイト", received, fix)

    def _look_at_drop(self) -> None:
        name, ja = "file_drop", "受渡しフォルダーで書く・読む・名前を変えることができる"
        if self.drop is None:
            self._add(name, ja, "not_tried", "できる", "フォルダーの指定がありません")
            return
        token = uuid4().hex
        first, second = self.drop / f".{token}.part", self.drop / f".{token}.dat"
        try:
            self.drop.mkdir(parents=True, exist_ok=True)
            first.write_text(token, encoding="ascii")
            first.rename(second)
            same = second.read_text(encoding="ascii") == token
            second.unlink()
        except OSError as error:
            fix = "フォルダーの場所と権限を確かめてください。"
            self._add(name, ja, "config_error", "できる", f"{type(error).__name__}: {error}", fix)
            return
        self._add(
            name, ja, "ok" if same else "config_error", "できる", "できた" if same else "違う"
        )

    def _look_at_calendar(self) -> None:
        name, ja = "calendar", "開庁日の暦が一致する"
        if self.closed_days is None:
            self._add(name, ja, "not_tried", "同じ閉庁日", "閉庁日の一覧の指定がありません")
            return
        try:
            lines = self.closed_days.read_text(encoding="utf-8").split()
            told = {date.fromisoformat(line) for line in lines}
        except (OSError, ValueError) as error:
            self._add(name, ja, "config_error", "一行に一日（YYYY-MM-DD）", str(error))
            return
        year = (self.bench.now if self.bench else self.now()).astimezone(JST).year
        if year not in {day.year for day in told}:
            fix = "試験を行う年の閉庁日を一覧に入れてください。"
            self._add(name, ja, "config_error", "同じ閉庁日", f"{year}年の閉庁日がありません", fix)
            return
        differing = sorted(list_differing_days(told))
        shown = "、".join(f"{day}" for day in differing[:MOST_DAYS])
        more = f" ほか{len(differing) - MOST_DAYS}日" if len(differing) > MOST_DAYS else ""
        state: State = "config_error" if differing else "ok"
        received = f"違う日 {shown}{more}" if differing else "同じ"
        fix = "国民の祝日と年末年始（12月29日から1月3日）を確かめてください。"
        self._add(name, ja, state, "同じ閉庁日", received, fix)

    async def _look_at_people(self) -> None:
        name, ja, bench = "test_person", "試験用の人が試験対象に見える", self.bench
        if bench is None:
            self._add(name, ja, "not_tried", "見える", "試験対象の URL が指定されていません")
            return
        if self.provides:
            topic = bench.topic
            asked = f"{topic.information}（{topic.name_ja(topic.item)}）"
            said = await ask(bench, make_question(bench))
            seen, received = said.kind == "answered", said.ja
            expected = f"{PERSON} の{asked}の照会に回答する"
            fix = f"people.jsonl の {PERSON} と、その{asked}の副本を登録してください。"
            if said.code is not None:
                fix = f"{said.code} で断った理由を、試験対象の記録で確かめてください。"
        else:
            rows = bench.space.journal.rows(op="symbol.acquire")
            seen = any(row.person == PERSON for row in rows)
            expected, received = (
                f"{PERSON} の符号を取得する",
                "取得した" if seen else "取得していない",
            )
            fix = f"people.jsonl の {PERSON} を登録し、符号を取得してください。"
        self._add(name, ja, "ok" if seen else "config_error", expected, received, fix)

    async def _look_at_admin(self) -> None:
        name, ja = "admin", "管理の窓口に届く"
        if self.admin_url is None:
            self._add(name, ja, "not_tried", "応答がある", "URL の指定がありません")
            return
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.get(self.admin_url) as reply,
            ):
                received = f"HTTP {reply.status}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            fix = "URL と、この機械からの経路を確かめてください。"
            self._add(name, ja, "environment", "応答がある", type(error).__name__, fix)
            return
        self._add(name, ja, "ok", "応答がある", received)


_NETWORK: Final[Mapping[str, str]] = {
    "dns": "試験対象の名前が引ける",
    "tls": "試験対象と TLS でつながる",
    "certificate_dates": "試験対象の証明書が期間の内にある",
    "mutual_tls": "試験対象が相手の証明書を求める",
    "clock_date": "試験対象の時刻（HTTP の Date）がこの機械と合う",
    "clock_signed": "試験対象の署名の時刻が模擬の時刻と合う",
}


def list_differing_days(told: Iterable[date]) -> list[date]:
    """Return the weekdays on which another calendar and ours differ, in the years it names."""
    days, calendar = set(told), BusinessCalendar()
    found = []
    for year in sorted({day.year for day in days}):
        day = date(year, 1, 1)
        while day.year == year:
            ours = not calendar.is_open_day(day)
            if day.weekday() < 5 and ours != (day in days):  # noqa: PLR2004  # Saturday is 5
                found.append(day)
            day += timedelta(days=1)
    return found


def _find_difference(one: bytes, other: bytes) -> int:
    """Return the first byte, from 1, in which two texts differ."""
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)


async def _shake_hands(host: str, port: int, context: ssl.SSLContext) -> bytes:
    """Return the certificate that somebody shows, in DER."""
    async with asyncio.timeout(SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=context)
    with closing(writer):
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return bytes(shown or b"")


def _read_date(told: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(told).astimezone(UTC) if told else None
    except ValueError:
        return None
