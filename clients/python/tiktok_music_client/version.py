"""The version of the package, for its build and its User-Agent."""

__version__ = "1.0.0"
