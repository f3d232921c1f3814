"""The minimum cost of a DynamoDB read: GetItem, signed by hand, over a persistent connection."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

SIGNED = "content-type;host;x-amz-date;x-amz-target"
TYPE = "application/x-amz-json-1.0"
TARGET = "DynamoDB_20120810.GetItem"


def signed_read(
    *, endpoint_url: str, region: str, table: str, key: str, attribute: str, secret: str
) -> Callable[[], str]:
    """Returns a function that reads a binary attribute, as the base64 text that DynamoDB sends."""
    host = urlsplit(endpoint_url).netloc
    connection = http.client.HTTPConnection(host)
    request_body = {"TableName": table, "Key": {"pk": {"S": key}}}
    body = json.dumps(request_body).encode()
    payload_hash = hashlib.sha256(body).hexdigest()

    def read() -> str:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        place = f"{moment[:8]}/{region}/dynamodb/aws4_request"
        headers = {"content-type": TYPE, "host": host, "x-amz-date": moment, "x-amz-target": TARGET}
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"POST\n/\n\n{lines}\n{SIGNED}\n{payload_hash}"
        hashed = hashlib.sha256(request.encode()).hexdigest()
        string_to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{place}\n{hashed}"
        signature = hmac.new(
            _key(secret, place), string_to_sign.encode(), hashlib.sha256
        ).hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential=local/{place}, SignedHeaders={SIGNED}, "
            f"Signature={signature}"
        )
        connection.request("POST", "/", body, headers)
        answer = json.loads(connection.getresponse().read())
        text: str = answer["Item"][attribute]["B"]
        return text

    return read


def _key(secret: str, place: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in place.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
