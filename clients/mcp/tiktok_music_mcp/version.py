"""The version of the package, which the server reports to its host."""

__version__ = "1.0.0"
