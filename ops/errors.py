"""Errors of the operator's commands that are not errors of the catalog."""


class CommandError(Exception):
    """Raised when a command cannot do what it was asked; the message says how to go on."""


class DeploymentNotFound(CommandError):
    """Raised when no deployment is named, or the named one cannot be read."""


class CheckFailed(Exception):
    """Raised when a check of `catalog doctor` finds a fault."""
