"""The version, written once: the package, the distribution and saved files read it here."""

__version__ = "0.1.0"
