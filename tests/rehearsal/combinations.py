"""The parameters of rehearsed deployments: one switch for every part that a stack may have."""

from itertools import combinations, product

ACCOUNT = "0123456789abcdef0123456789abcdef"
REQUIRED = {
    "MediaBaseUrl": "https://media.example.com",
    "R2EndpointUrl": f"https://{ACCOUNT}.r2.cloudflarestorage.com",
    "R2Bucket": "tiktok-music-media",
}
# Tables of a former stack; the ARN of the stream is known only when it exists.
FORMER_CATALOG, FORMER_KEYS, FORMER_STREAM = "former-catalog", "former-keys", "its stream"
# Each differs from the defaults; every condition of the template depends on one of them.
SWITCHES: dict[str, dict[str, str]] = {
    "alarms": {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms"},
    "map": {"MediaMapConcurrency": "20"},
    "domain": {
        "DomainName": "music.example.com",
        "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/6d1e-4f",
    },
    "snapstart": {"SnapStart": "on", "Release": "3f2a9c1"},
    "gradual": {"GradualDeployment": "canary", "Release": "3f2a9c1"},
    "origins": {"AllowedOrigins": "https://app.example.com,http://localhost:3000"},
    "x86": {"Architecture": "x86_64"},
    "events": {"Events": "on"},
    "charts": {"Charts": "cml:GB:ALL:7DAY,cml:US:K-POP:30DAY"},
    "unreserved": {"RefreshConcurrency": "unreserved"},
    "former": {
        "CatalogTableName": FORMER_CATALOG,
        "KeysTableName": FORMER_KEYS,
        "CatalogStreamArn": FORMER_STREAM,
    },
}


def combined(*switches: str) -> dict[str, str]:
    """The parameters of a stack with these parts."""
    parameters = dict(REQUIRED)
    for name in switches:
        parameters |= SWITCHES[name]
    return parameters


def few() -> list[tuple[str, ...]]:
    """Eight combinations in which every two parts meet: both, one alone, the other, neither.

    Each part is in another three of six stacks (Kleitman and Spencer, 1973); one has all, one none.
    """
    triples = list(combinations(range(6), 3))
    assert len(SWITCHES) <= len(triples)
    stacks = [
        tuple(name for name, triple in zip(SWITCHES, triples, strict=False) if number in triple)
        for number in range(6)
    ]
    return [(), *stacks, tuple(SWITCHES)]


def every() -> list[tuple[str, ...]]:
    """All combinations."""
    return [
        tuple(name for name, is_on in zip(SWITCHES, chosen, strict=True) if is_on)
        for chosen in product((False, True), repeat=len(SWITCHES))
    ]
