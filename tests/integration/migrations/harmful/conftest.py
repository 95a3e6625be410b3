"""The projects that security is asked about, as its own tests have them."""

from tests.integration.migrations.security.conftest import clone, project

__all__ = ["clone", "project"]
