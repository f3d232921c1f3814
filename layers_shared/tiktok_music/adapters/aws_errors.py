"""Translates botocore's errors, for every store behind a boto3 client."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tiktok_music.errors import StoreUnavailable


@contextmanager
def translated(store: str, action: str) -> Iterator[None]:
    """Turns botocore's errors into StoreUnavailable: "<store> could not <action> (<code>)".

    An answer that is no XML, such as the page of a proxy, is an error of the parser, which has no
    base class in common with the others.
    """
    try:
        yield
    except ClientError as exc:
        raise StoreUnavailable(f"{store} could not {action} ({error_code(exc)})") from exc
    except (BotoCoreError, ResponseParserError) as exc:
        raise StoreUnavailable(f"{store} could not {action} ({type(exc).__name__})") from exc


def error_code(exc: ClientError) -> str:
    return exc.response["Error"]["Code"]
