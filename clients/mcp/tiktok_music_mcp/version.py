"""The version of the package, which the server reports to its host."""

__version__ = "0.2.0"
