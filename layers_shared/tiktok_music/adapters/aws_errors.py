"""Translates botocore's errors, for every store behind a boto3 client."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from tiktok_music.errors import StoreUnavailable


@contextmanager
def translated(store: str, action: str) -> Iterator[None]:
    """Turns botocore's errors into StoreUnavailable: "<store> could not <action> (<code>)"."""
    try:
        yield
    except ClientError as exc:
        raise StoreUnavailable(f"{store} could not {action} ({error_code(exc)})") from exc
    except BotoCoreError as exc:
        raise StoreUnavailable(f"{store} could not {action} ({type(exc).__name__})") from exc


def error_code(exc: ClientError) -> str:
    return exc.response["Error"]["Code"]
