"""What people with bad intentions try: another's pieces, forged cookies, paths, floods, other sites."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from itertools import cycle

import httpx
import pytest
from tests.web.conftest import LONG, Server, Start, compose, create, files, view, wait_until

from sideman.web import connections, guard
from sideman.web.sessions import COOKIE

FORGED = [
    "../../outside",
    "..%2F..%2Foutside",
    "/etc/passwd",
    "0" * 32,
    "f" * 10_000,
    "' or 1=1 --",
    "\N{FULLWIDTH DIGIT ONE}" * 32,
    "",
]


def cookie(response: httpx.Response) -> SimpleCookie:
    return SimpleCookie(response.headers["set-cookie"])


# Sessions


def test_the_cookie_is_random_and_out_of_reach_of_scripts(server: Server) -> None:
    tokens = set()
    for _ in range(3):
        with server.browser() as browser:
            morsel = cookie(browser.post("/api/arrangements", json={"progression": "C"}))[COOKIE]
        assert morsel["httponly"]
        assert morsel["samesite"] == "lax"
        assert not morsel["secure"]
        assert len(bytes.fromhex(morsel.value)) == 16
        tokens.add(morsel.value)
    assert len(tokens) == 3


def test_every_piece_renews_the_cookie(start: Start) -> None:
    with start(retention_days=2).browser() as browser:
        first, second = (cookie(browser.post("/api/arrangements", json={"progression": "C"}))[COOKIE] for _ in range(2))
        assert second.value == first.value
        assert second["max-age"] == first["max-age"] == str(2 * 86_400)
        assert all(second[name] == first[name] for name in ("httponly", "samesite", "path"))
        assert "set-cookie" not in browser.get("/api/arrangements").headers


def test_a_session_in_use_outlives_its_first_piece(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start()
    begun = time.time()
    with server.browser() as browser:
        for days in (0, 29):
            monkeypatch.setattr(time, "time", lambda days=days: begun + days * 86_400)
            identity = compose(browser, "C")["id"]
        assert browser.delete(f"/api/arrangements/{identity}").status_code == 204
        token = browser.cookies[COOKIE]
        monkeypatch.setattr(time, "time", lambda: begun + 31 * 86_400)
        server.services.arrangements.sweep()
        assert browser.get("/api/arrangements").json() == {"arrangements": []}
        compose(browser, "C")
        assert browser.cookies[COOKIE] == token


def test_behind_https_the_cookie_is_secure(start: Start) -> None:
    with start(https=True).browser() as browser:
        response = browser.post("/api/arrangements", json={"progression": "C"})
    assert cookie(response)[COOKIE]["secure"]
    assert "strict-transport-security" in response.headers


def test_the_disk_does_not_know_the_cookie(server: Server, browser: httpx.Client) -> None:
    compose(browser)
    token = browser.cookies[COOKIE].encode()
    for path in server.settings.data.rglob("*"):
        assert token.decode() not in str(path)
        if path.is_file() and path.suffix != ".lock":
            assert token not in path.read_bytes()


def test_a_forged_cookie_is_nobody(server: Server) -> None:
    before = {path for path in server.settings.data.parent.rglob("*") if path.name == "outside"}
    with httpx.Client(base_url=server.url) as client:
        for forged in FORGED:
            headers = {b"Cookie": f"{COOKIE}={forged}".encode()}
            assert client.get("/api/arrangements", headers=headers).json() == {"arrangements": []}, ascii(forged)
            response = client.post("/api/arrangements", headers=headers, json={"progression": "C"})
            client.cookies.clear()
            assert response.status_code == 202, ascii(forged)
            assert cookie(response)[COOKIE].value != forged  # nor does a session begin that somebody else chose
    assert {path for path in server.settings.data.parent.rglob("*") if path.name == "outside"} == before


ROUTES = [  # of a piece
    *(("GET", path) for path in ("", "/events", "/midi", "/score.musicxml", "/chart.pdf")),
    *(("GET", path) for path in ("/audio.mp3", "/audio.wav", "/audio.flac", "/stems.zip", "/bundle.zip")),
    ("PATCH", ""),
    ("DELETE", ""),
]


def test_anothers_piece_is_not_there(server: Server, other: httpx.Client) -> None:
    with server.browser() as owner, server.browser() as nobody:
        identity = compose(owner)["id"]
        for method, path in ROUTES:
            body = {"name": "mine"} if method == "PATCH" else None
            for stranger in (other, nobody):
                response = stranger.request(method, f"/api/arrangements/{identity}{path}", json=body)
                unknown = stranger.request(method, f"/api/arrangements/{'0' * 32}{path}", json=body)
                told = method, path, stranger is other
                assert (response.status_code, response.content) == (unknown.status_code, unknown.content), told
                assert response.status_code == 404, told
                assert identity not in stranger.get("/api/arrangements").text
        assert view(owner, identity)["name"] == "C Am F G7"


@pytest.mark.parametrize(
    "path", ["../../sideman.db", "..%2f..%2fsideman.db", "%2e%2e/%2e%2e/sideman.db", "%00", "%ff", "C" * 5000]
)
def test_ids_are_no_paths(server: Server, other: httpx.Client, path: str) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    request = f"GET /api/arrangements/{path}/midi HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {COOKIE}="
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{request}{other.cookies[COOKIE]}\r\n\r\n".encode())
        answer = connection.makefile("rb").read()
    assert answer.split()[1] == b"404"
    assert b"SQLite" not in answer


# Chords that other servers fell over


NO_CHORDS: list[object] = [
    *("", " ", "|", ":", "C:", "C:x", "C:0", "C:-1", "C:1/0", "C:1e9", "C:nan", "C:inf", "\0", "C:4|" * 5000),
    *(None, 7, []),
]


@pytest.mark.parametrize("path", ["/api/chords:parse", "/api/arrangements"])
def test_chords_that_are_none_are_told_and_are_no_fault(browser: httpx.Client, path: str) -> None:
    for chords in NO_CHORDS:
        response = browser.post(path, json={"progression": chords})
        assert response.status_code == 422, repr(chords)[:12]
        assert response.headers["content-type"] == "application/problem+json", repr(chords)[:12]
    assert browser.get("/api/arrangements").json() == {"arrangements": []}


def test_a_song_can_be_fetched_again_and_again(browser: httpx.Client) -> None:
    path = f"/api/arrangements/{compose(browser, 'C:4')['id']}/midi"
    answers = [browser.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1


# Size and rate


def test_too_large_a_request(server: Server, browser: httpx.Client) -> None:
    limit = server.settings.body_bytes

    def pieces() -> Iterator[bytes]:
        for _ in range(limit // 1000 + 2):
            yield b"x" * 1000

    for content in (b"x" * (limit + 1), pieces()):
        response = browser.post("/api/chords:parse", content=content)
        assert response.status_code == 413
        assert f"{limit:,} bytes" in response.json()["detail"]


def test_a_length_that_is_none_stops_nobody(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST /api/chords:parse HTTP/1.1\r\nHost: {host}\r\nContent-Length: {'9' * 400}\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).split()[1] in {b"400", b"413"}
    assert httpx.get(f"{server.url}/api/health").status_code == 200


def test_a_request_that_does_not_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST /api/chords:parse HTTP/1.1\r\nHost: {host}\r\nContent-Length: 10\r\n\r\n{{"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).split()[1] == b"408"


def held(url: str, sent: list[bytes], pause: float) -> float:
    """Seconds until the server closes a connection on which this comes, a piece after the other, without an end."""
    host, port = url.removeprefix("http://").split(":")
    begin = time.monotonic()
    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(pause)
        for piece in cycle(sent):
            try:
                connection.sendall(piece)
                if connection.recv(1000) == b"":
                    break
            except TimeoutError:
                assert time.monotonic() - begin < 20, "it is held for ever"
            except OSError:  # reset
                break
    return time.monotonic() - begin


@pytest.mark.parametrize(
    "sent",
    [
        [b""],
        [b"GET / HTTP/1.1\r\n", *[b"X-Slow: 1\r\n"] * 1000],
        [b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", *[b"G"] * 1000],
        # The answer comes early, a body that nobody waits for does not end.
        [b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 1000],
    ],
    ids=["nothing at all", "a head without an end", "a second head without an end", "the rest of an answered request"],
)
def test_connections_on_which_no_request_gets_complete_are_closed(
    server: Server, monkeypatch: pytest.MonkeyPatch, sent: list[bytes]
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    assert 0.2 < held(server.url, sent, 0.02) < 10


def test_patient_clients_are_not_cut_off(
    server: Server, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    identity = create(browser, LONG, takes=8)["id"]
    with browser.stream("GET", f"/api/arrangements/{identity}/events") as response:
        begin = time.monotonic()
        for line in response.iter_lines():
            if line.startswith("data") and time.monotonic() > begin + 0.6:
                break
    host, port = server.url.removeprefix("http://").split(":")
    asked = f"GET /api/health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    with socket.create_connection((host, int(port))) as connection:
        for _ in range(2):
            connection.sendall(asked)
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(10_000)
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.5)  # a connection may be kept longer between requests
    browser.delete(f"/api/arrangements/{identity}")


def connect(server: Server, receives: int = 0) -> socket.socket:
    """A connection; one that takes so few bytes at a time into its own buffer."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.socket()
    if receives:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    connection.settimeout(30)
    connection.connect((host, int(port)))
    return connection


def connected(server: Server) -> int:
    """How many connections the server has."""
    return len(server._server.server_state.connections)


def is_closed(connection: socket.socket) -> bool:
    """Whether the other end has closed it, after whatever it sent."""
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


def test_who_reads_nothing_of_an_answer_is_cut_off(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.3)
    server = start()
    listening = server._server.servers[0].sockets[0]
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)  # or the system would take all of it
    path = "/instruments/kit-0.sf3"
    size = len(httpx.get(server.url + path).content)
    with connect(server, receives=4096) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        wait_until(lambda: connected(server))
        wait_until(lambda: not connected(server))  # though nothing was read
        received = b""
        with contextlib.suppress(ConnectionError):
            while data := connection.recv(1 << 16):
                received += data
    assert len(received) < size


def test_who_reads_slowly_gets_all(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.3)
    monkeypatch.setattr(connections, "LEAST_READ", 1)
    path = "/instruments/kit-0.sf3"
    content = httpx.get(server.url + path).content
    with connect(server, receives=1 << 16) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = b""
        while data := connection.recv(len(content) // 20):
            received += data
            time.sleep(0.02)
    assert received.endswith(content)


def test_an_address_has_so_many_connections(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_until(lambda: not connected(server))
    monkeypatch.setattr(connections, "MAX_OF_ADDRESS", 3)
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(connect(server))
        wait_until(lambda: connected(server) == 3)
        assert is_closed(stack.enter_context(connect(server)))
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=server.url, transport=elsewhere) as other:
            assert other.get("/api/health").status_code == 200
    wait_until(lambda: not connected(server))


def test_a_body_in_crumbs_is_refused(server: Server) -> None:
    head = b"POST /api/chords:parse HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connect(server) as connection:
        connection.sendall(head + b"1\r\nx\r\n" * 3_000)
        assert connection.recv(1000).split()[1] == b"400"
    with connect(server) as connection:  # pieces as small as a slow line makes them are no crumbs
        text = json.dumps({"progression": "C:4" + " " * 60_000}).encode()
        pieces = [text[at : at + 100] for at in range(0, len(text), 100)]
        connection.sendall(head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n")
        assert connection.recv(1000).split()[1] in {b"200", b"422"}


def test_malformed_requests_are_told_as_all_others(server: Server) -> None:
    with connect(server) as connection:
        connection.sendall(b"NONSENSE\r\n\r\n")
        answer = connection.recv(2000)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"] == "urn:sideman:request"


def test_large_requests_that_do_not_end_do_not_fill_the_memory(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODIES_BYTES", 100_000)
    head = b"POST /api/charts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(server)) for _ in range(3)]
        for connection in held:
            connection.sendall(head + bytes(120_000))
        answers = []
        for connection in held:
            connection.settimeout(2)
            with contextlib.suppress(TimeoutError):
                answers.append(connection.recv(1000).split()[1])
        assert answers
        assert set(answers) == {b"503"}
        assert httpx.get(f"{server.url}/api/health").status_code == 200


def test_ranges_that_are_none(browser: httpx.Client) -> None:
    path = f"/api/arrangements/{compose(browser, 'C:4')['id']}/midi"
    asked = {"bytes=0-3": 206, "bytes=x": 200, "bytes=5": 200, "bytes=-": 200, "lines=1-2": 200, "bytes=99999999-": 416}
    answers = {each: browser.get(path, headers={"Range": each}) for each in asked}
    assert {each: answer.status_code for each, answer in answers.items()} == asked
    answer = answers["bytes=99999999-"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-range"].startswith("bytes */")
    assert answer.json()["status"] == 416


def test_without_cookies_an_address_does_not_fill_the_queue(start: Start) -> None:
    server = start(unfinished_per_address=4, max_unfinished=4, max_waiting=100, batch=1)
    statuses = []
    for _ in range(3):
        with server.browser() as nobody:
            body = {"progression": LONG, "takes": 2}
            statuses.append(nobody.post("/api/arrangements", json=body).status_code)
    assert statuses == [202, 202, 429]
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=server.url, transport=elsewhere) as other:
        assert other.post("/api/arrangements", json={"progression": LONG}).status_code == 202


def test_a_request_that_breaks_off_is_not_looked_at(server: Server, other: httpx.Client) -> None:
    before = len(other.get("/api/arrangements").json()["arrangements"])
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST /api/arrangements HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n"
    head += f"Cookie: {COOKIE}={other.cookies[COOKIE]}\r\nContent-Type: application/json\r\n\r\n"
    body = '{"progression": "C"}'
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}{len(body):x}\r\n{body}\r\n".encode())
    time.sleep(0.1)
    assert len(other.get("/api/arrangements").json()["arrangements"]) == before


def test_the_longest_text_is_read_in_time(browser: httpx.Client) -> None:
    begin = time.perf_counter()
    for text in ("C " * 75_000, "C|" * 75_000, "(" * 150_000, "C:" + "9" * 149_998):
        assert browser.post("/api/chords:parse", json={"progression": text}).status_code == 422
    assert browser.post("/api/chords:parse", json={"progression": "C" * 150_001}).status_code == 422
    assert time.perf_counter() - begin < 120  # hours, if it were quadratic


@pytest.fixture
def _minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still: no test begins in one minute and ends in the next."""
    now = time.time() // 60 * 60 + 30
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.mark.usefixtures("_minute")
def test_too_many_requests_are_told_when_to_come_again(start: Start) -> None:
    with start(requests_per_minute=5).browser() as browser:
        answers = [browser.get("/api/health") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 120
    assert answers[-1].headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("_minute")
def test_too_many_pieces_are_told_when_to_come_again(start: Start) -> None:
    with start(arrangements_per_minute=2).browser() as browser:
        answers = [browser.post("/api/arrangements", json={"progression": "C"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert "retry-after" in answers[-1].headers
        assert browser.get("/api/arrangements").status_code == 200


@pytest.mark.usefixtures("_minute")
def test_forwarded_addresses_are_not_believed(start: Start) -> None:
    with start(requests_per_minute=1).browser() as browser:
        answers = [browser.get("/api/health", headers={"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_one_session_cannot_fill_the_queue(start: Start) -> None:
    server = start(max_unfinished=4, max_waiting=6, batch=1)
    with server.browser() as greedy, server.browser() as modest:
        create(greedy, LONG, takes=4)
        refused = greedy.post("/api/arrangements", json={"progression": "C"})
        assert refused.status_code == 429
        assert "retry-after" in refused.headers
        create(modest, LONG, takes=2)
        refused = modest.post("/api/arrangements", json={"progression": "C", "takes": 2})
        assert refused.status_code == 429
        assert "too many people" in refused.json()["detail"]
        assert len(modest.get("/api/arrangements").json()["arrangements"]) == 1  # what was refused leaves nothing


# Other sites


def test_names_that_were_made_to_lead_here(browser: httpx.Client) -> None:
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[", "a b"):
        response = browser.get("/api/health", headers={"Host": host})
        assert response.status_code == 400, host
        assert not host or "model" not in response.text, host


def test_own_names_are_answered_to(browser: httpx.Client) -> None:
    for host in ("localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert browser.get("/api/health", headers={"Host": host}).status_code == 200, host


def test_hosts_can_be_allowed(start: Start) -> None:
    with start(hosts=("band.example",)).browser() as browser:
        assert browser.get("/api/health", headers={"Host": "band.example"}).status_code == 200
        assert browser.get("/api/health").status_code == 400


def test_pages_of_other_sites_change_nothing(server: Server, browser: httpx.Client) -> None:
    identity = create(browser, "C:4")["id"]
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "http://["):
        for method in ("PATCH", "DELETE"):
            response = browser.request(
                method, f"/api/arrangements/{identity}", json={"name": "evil"}, headers={"Origin": origin}
            )
            assert response.status_code == 403, (origin, method)
    own = {"Origin": server.url}
    assert browser.patch(f"/api/arrangements/{identity}", json={"name": "mine"}, headers=own).status_code == 200


def test_forms_of_other_sites_are_not_read(browser: httpx.Client) -> None:
    content = b'{"progression": "C"}'
    response = browser.post("/api/arrangements", content=content, headers={"Content-Type": "text/plain"})
    assert response.status_code == 422


@pytest.mark.parametrize("path", ["/", "/api/health", "/nothing", "/api/arrangements", "/metrics"])
def test_every_answer_has_the_headers_that_protect(browser: httpx.Client, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if path == "/" else "no-store")
    assert "server" not in headers


def test_faults_tell_nothing(
    server: Server, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(server.services.arrangements, "all", fail)
    response = browser.get("/api/arrangements")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "content-security-policy" in response.headers
    assert "secret" not in response.text
    assert "a secret" in caplog.text


def test_names_come_back_as_they_were(browser: httpx.Client) -> None:
    name = "<script>alert(1)</script>\"'\r\nSet-Cookie: a=b"
    piece = compose(browser, "C:4", name=name)
    assert piece["name"] == name
    response = browser.get(f"/api/arrangements/{piece['id']}/midi")
    assert "set-cookie" not in response.headers
    told = 'attachment; filename="script alert(1) script \' Set-Cookie a=b.mid"'
    assert response.headers["content-disposition"] == told


def test_many_open_streams(start: Start) -> None:
    server = start(streams_per_session=2)
    with server.browser() as browser:
        identity = create(browser, LONG)["id"]
        path = f"/api/arrangements/{identity}/events"
        with browser.stream("GET", path) as first, browser.stream("GET", path) as second:
            lines = [stream.iter_lines() for stream in (first, second)]  # kept, or they would be closed
            assert [next(each) for each in lines] == ["retry: 2000"] * 2
            refused = browser.get(path)
            assert refused.status_code == 429
            assert "retry-after" in refused.headers
        wait_until(lambda: not server.services.streams._open)
        with browser.stream("GET", path) as again:
            assert again.status_code == 200
        browser.delete(f"/api/arrangements/{identity}")


def test_streams_asked_for_at_the_same_moment_are_counted(start: Start) -> None:
    server = start(streams_per_session=3)
    with server.browser() as browser, contextlib.ExitStack() as stack:
        identity = create(browser, LONG)["id"]
        cookie = f"sideman_session={browser.cookies['sideman_session']}"
        request = f"GET /api/arrangements/{identity}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
        open_at_once = [stack.enter_context(connect(server)) for _ in range(12)]
        for connection in open_at_once:
            connection.sendall(request.encode())
        statuses = [connection.recv(100).split()[1] for connection in open_at_once]
        assert sorted(statuses) == [b"200"] * 3 + [b"429"] * 9
    wait_until(lambda: not server.services.streams._open)


def test_nothing_of_all_this_was_written_elsewhere(server: Server) -> None:
    assert all(name.startswith("sessions/") for name in files(server.settings.data))
