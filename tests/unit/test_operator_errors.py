"""Errors of AWS clients as an operator sees them: one line, and a hint that fits."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError
from typer.testing import CliRunner

from ops.cli import app
from ops.console import camel_keys, cell
from ops.error_hints import LONGEST_MESSAGE, hint_for, one_line
from tests.peer import running_peer
from tiktok_music.adapters.aws_errors import translated
from tiktok_music.errors import StoreUnavailable

PAGE = b"<html>\n<body>\n<h1>Please log in to the network\n</body>\n" + b"<p>words</p>\n" * 200


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:5000/", True),
        ("http://localhost:5000/", True),
        ("https://dynamodb.eu-central-1.amazonaws.com/", False),
        ("https://localhost.example.com/", False),
    ],
)
def test_only_a_hint_for_the_local_run_names_make_run(url: str, is_local: bool) -> None:
    hint = hint_for(EndpointConnectionError(endpoint_url=url))

    assert hint is not None
    assert ("make run" in hint) is is_local


def test_the_page_of_a_proxy_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with running_peer(lambda exchange: exchange.reply(200, PAGE)) as peer:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", peer.base_url)
        result = CliRunner().invoke(app, ["--region", "eu-central-1", "status", "--stack", "prod"])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("catalog: the stack prod cannot be read: Unable to parse")
    assert result.stderr.endswith("(the answer is not AWS's: a proxy, a login page or a wrong "
                                  "endpoint is in between)\n")  # fmt: skip
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < LONGEST_MESSAGE + 200


def test_an_answer_that_is_no_xml_is_an_error_of_the_store() -> None:
    said = r"R2 could not write a \(ResponseParserError\)"
    with pytest.raises(StoreUnavailable, match=said), translated("R2", "write a"):
        raise ResponseParserError("invalid XML received:\nb'<html>'")


def test_a_message_has_one_line_and_a_limit() -> None:
    error = ClientError({"Error": {"Code": "X", "Message": "a\n b" + "c" * 900}}, "Op")

    assert "\n" not in one_line(error)
    assert len(one_line(error)) == LONGEST_MESSAGE + 2
    assert one_line(KeyError()) == "KeyError"


def test_stored_names_become_those_of_json() -> None:
    stored = {"first_seen_at": [{"is_new": None}], "title": "a_b", "facts": {"user_count": 1}}

    named = {"firstSeenAt": [{"isNew": None}], "title": "a_b", "facts": {"userCount": 1}}
    assert camel_keys(stored) == named
    assert [cell(each) for each in (None, ["a", "b"], 1, False)] == ["", "a b", "1", "False"]
