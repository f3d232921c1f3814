"""Hints on how to fix errors of AWS clients, by error code or exception name."""

import re

# An address of the local run, in the message of the error.
_LOCAL = re.compile(r"https?://(127\.0\.0\.1|localhost)[:/]")
STOPPED = "is `make run` still running there?"
NO_AWS_ANSWER = "the answer is not AWS's: a proxy, a login page or a wrong endpoint is in between"
LONGEST_MESSAGE = 400
LOG_IN = "log in: aws sso login, or choose a profile: catalog --profile NAME"
NOT_ALLOWED = "these credentials lack the permission: choose another profile, or have it granted"
HINTS = {
    "AccessDenied": NOT_ALLOWED,
    "AccessDeniedException": NOT_ALLOWED,
    "ConnectTimeoutError": "check the network and the region: catalog --region NAME",
    "EndpointConnectionError": "check the network, the proxy and the region: catalog --region NAME",
    "ExpiredToken": LOG_IN,
    "ExpiredTokenException": LOG_IN,
    "InvalidClientTokenId": LOG_IN,
    "NoCredentialsError": LOG_IN,
    "NoRegionError": "choose a region: catalog --region NAME, or AWS_REGION",
    "ResponseParserError": NO_AWS_ANSWER,
    "ProfileNotFound": "aws configure list-profiles lists the profiles",
    "ResourceNotFoundException": "not found here: is the region right? catalog --region NAME",
    "SnapshotCorrupt": "catalog recover serves the versions that are whole",
    "SSOTokenLoadError": LOG_IN,
    "TokenRetrievalError": LOG_IN,
    "UnauthorizedSSOTokenError": LOG_IN,
    "UnrecognizedClientException": LOG_IN,
}


def hint_for(exc: BaseException | None) -> str | None:
    """The hint for the error or the first known one in its chain of causes."""
    while exc is not None:
        cause = getattr(exc, "cause", None)
        for each in (exc, cause):
            if type(each).__name__ == "EndpointConnectionError" and _LOCAL.search(str(each)):
                return STOPPED
            response = getattr(each, "response", None) or {}
            names = (type(each).__name__, response.get("Error", {}).get("Code", ""))
            found = next((HINTS[name] for name in names if name in HINTS), None)
            if found is not None:
                return found
        exc = exc.__cause__
    return None


def one_line(exc: BaseException) -> str:
    """The message of an error without line feeds; botocore quotes whole pages."""
    text = " ".join(str(exc).split()) or type(exc).__name__
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …"


def in_brackets(hint: str | None) -> str:
    """The hint in brackets, to follow a sentence; empty without a hint."""
    return f" ({hint})" if hint else ""
