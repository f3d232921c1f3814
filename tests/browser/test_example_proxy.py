"""The proxy that the README shows, in front of the real API."""

import http.client
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.stage import many_tracks, stage

SCRIPT = Path(__file__).parents[2] / "picker/example_proxy.mjs"


PAGE = "https://app.example.com"


def start(node: str, catalog: str, key: str) -> tuple[subprocess.Popen[str], str]:
    origins = f"{PAGE},https://staging.example.com"
    environment = {"CATALOG_URL": catalog, "CATALOG_KEY": key, "PORT": "0", "ORIGINS": origins}
    process = subprocess.Popen(
        [node, str(SCRIPT)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.fixture(scope="module")
def proxy(node: str) -> Iterator[str]:
    with stage(*many_tracks(3)) as served:
        process, address = start(node, served.address.removesuffix("/picker"), served.world.key)
        yield address
        process.kill()
        process.communicate()


def ask(
    url: str, method: str = "GET", origin: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    headers = {"Origin": origin} if origin else {}
    connection.request(method, f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_it_forwards_the_pickers_requests_and_the_headers_that_it_needs(proxy: str) -> None:
    status, headers, body = ask(f"{proxy}/v1/tiktok-music?limit=2")

    assert (status, body.count(b'"id"')) == (200, 2)
    assert headers["age"] == "7230"
    assert headers["x-request-id"].startswith("req_")
    assert "x-ratelimit-limit" not in headers


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("OPTIONS", 204)])
def test_pages_that_it_names_may_read_the_responses(proxy: str, method: str, status: int) -> None:
    answer = ask(f"{proxy}/v1/tiktok-music?limit=2", method, PAGE)
    cross_origin = {name: text for name, text in answer[1].items() if "access-control" in name}

    assert answer[0] == status
    assert answer[1]["vary"] == "Origin"
    assert cross_origin == {
        "access-control-allow-origin": PAGE,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET",
        "access-control-allow-headers": "accept, if-none-match, x-csrf-token",
        "access-control-expose-headers": "age, etag, retry-after, x-request-id",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("origin", [None, "https://evil.example.com"])
def test_other_pages_may_not(proxy: str, origin: str | None) -> None:
    _, headers, _ = ask(f"{proxy}/v1/tiktok-music?limit=2", "GET", origin)

    assert [name for name in headers if "access-control" in name] == []
    assert headers["vary"] == "Origin"


def test_it_says_what_it_needs_and_where_a_local_key_is(node: str) -> None:
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run([node, str(SCRIPT)], env=environment, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (
        1,
        "Set CATALOG_URL and CATALOG_KEY. `make run` prints its address and writes its keys to"
        " .local/run.json: take keys.publishRead.\n",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/whoami"),
        ("POST", "/v1/tiktok-music"),
        ("GET", "/v1/tiktok-music/../whoami"),
        ("GET", "//evil.example.com/v1/tiktok-music"),
    ],
)
def test_it_adds_the_key_to_nothing_else(proxy: str, method: str, path: str) -> None:
    assert ask(f"{proxy}{path}", method)[0] == 404


def test_it_is_a_502_when_the_catalog_cannot_be_reached(node: str) -> None:
    process, address = start(node, "http://127.0.0.1:9", "lp_live_x")

    status, _, _ = ask(f"{address}/v1/tiktok-music")

    process.kill()
    process.communicate()
    assert status == 502
