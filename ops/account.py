"""The AWS account and region that commands work in, from options, environment and profile."""

import os

import botocore.session
from botocore.exceptions import BotoCoreError

NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def use_account(profile: str | None, region: str | None) -> None:
    """Makes AWS clients created from now on use this profile and region.

    Without a region it is that of AWS_REGION, of AWS_DEFAULT_REGION or of the profile, in the order
    of the AWS CLI. boto3 reads only the second, the functions' settings only the first.
    """
    if profile:
        os.environ["AWS_PROFILE"] = profile
    # An empty variable would be taken for a region.
    found = [each for name in NAMES if (each := os.environ.pop(name, ""))]
    chosen = region or (found[0] if found else _profile_region())
    if chosen:
        os.environ.update(dict.fromkeys(NAMES, chosen))


def _profile_region() -> str | None:
    """The region of the profile; a profile that does not exist is reported by the first call."""
    try:
        region: str | None = botocore.session.Session().get_config_variable("region")
    except BotoCoreError:
        return None
    return region
