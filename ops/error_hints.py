"""Hints on how to fix errors of AWS clients, by error code or exception name."""

LOG_IN = "log in: aws sso login, or choose a profile: catalog --profile NAME"
NOT_ALLOWED = "these credentials lack the permission: choose another profile, or have it granted"
HINTS = {
    "AccessDenied": NOT_ALLOWED,
    "AccessDeniedException": NOT_ALLOWED,
    "ConnectTimeoutError": "check the network and the region: catalog --region NAME",
    "EndpointConnectionError": "is `make run` still running there? Otherwise check the network",
    "ExpiredToken": LOG_IN,
    "ExpiredTokenException": LOG_IN,
    "InvalidClientTokenId": LOG_IN,
    "NoCredentialsError": LOG_IN,
    "NoRegionError": "choose a region: catalog --region NAME, or AWS_REGION",
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
            response = getattr(each, "response", None) or {}
            names = (type(each).__name__, response.get("Error", {}).get("Code", ""))
            found = next((HINTS[name] for name in names if name in HINTS), None)
            if found is not None:
                return found
        exc = exc.__cause__
    return None


def in_brackets(hint: str | None) -> str:
    """The hint in brackets, to follow a sentence; empty without a hint."""
    return f" ({hint})" if hint else ""
