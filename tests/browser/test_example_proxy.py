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


def start(node: str, catalog: str, key: str) -> tuple[subprocess.Popen[str], str]:
    environment = {"CATALOG_URL": catalog, "CATALOG_KEY": key, "PORT": "0"}
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


def ask(url: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request(method, f"{parts.path}?{parts.query}")
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
