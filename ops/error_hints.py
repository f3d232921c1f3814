"""What to do about what AWS's clients raise, by the name of the error."""

LOG_IN = "log in: aws sso login, or name your profile: catalog --profile NAME"
NOT_ALLOWED = "these credentials may not do it: another profile, or ask whoever gives permissions"
HINTS = {
    "AccessDenied": NOT_ALLOWED,
    "AccessDeniedException": NOT_ALLOWED,
    "ConnectTimeoutError": "look at the network, and at the region: catalog --region NAME",
    "EndpointConnectionError": "is `make run` still running there? Else look at the network",
    "ExpiredToken": LOG_IN,
    "ExpiredTokenException": LOG_IN,
    "InvalidClientTokenId": LOG_IN,
    "NoCredentialsError": LOG_IN,
    "NoRegionError": "name it: catalog --region NAME, or AWS_REGION",
    "ProfileNotFound": "aws configure list-profiles shows those that there are",
    "ResourceNotFoundException": "there is none here: is the region right? catalog --region NAME",
    "SSOTokenLoadError": LOG_IN,
    "TokenRetrievalError": LOG_IN,
    "UnauthorizedSSOTokenError": LOG_IN,
    "UnrecognizedClientException": LOG_IN,
}


def hint_for(exc: BaseException | None) -> str | None:
    """What to do, where the error or one that it came from is known."""
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
    """To be put behind a sentence."""
    return f" ({hint})" if hint else ""
