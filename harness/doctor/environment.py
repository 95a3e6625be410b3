"""The user's configuration: environment variables and parity.toml."""

import re
from pathlib import Path

from harness.doctor.items import Item, ok, optional, problem
from harness.errors import ConfigurationError
from harness.settings import Settings
from harness.settings.parity_toml import FILE_NAME, load

__all__ = ["external", "parity_toml", "pytest_options"]

_KEY = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+|sb_(secret|publishable)_[\w-]+")


def external(settings: Settings) -> Item:
    """A given project needs all of its variables, in the right form; other stacks need none."""
    if settings.stack != "external":
        return ok("project", f"none is needed: the stack is {settings.stack}")
    values = {
        "SUPABASE_URL": settings.supabase_url,
        "SUPABASE_ANON_KEY": settings.supabase_anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": settings.supabase_service_role_key,
    }
    missing = [name for name, value in values.items() if value is None]
    if missing:
        return problem(
            "project",
            f"the stack is external, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            f"Set {'it' if len(missing) == 1 else 'them'}, or use --stack embedded, which needs no project.",
        )
    if re.fullmatch(r"https?://\S+", str(settings.supabase_url)) is None:
        return problem(
            "project", "SUPABASE_URL is no http(s) URL", "It looks like https://PROJECT.supabase.co."
        )
    for name, value in values.items():
        if name.endswith("_KEY") and _KEY.fullmatch(str(value)) is None:
            return problem(
                "project",
                f"{name} is neither a JSON Web Token nor an sb_ key",
                "Copy it again from the API settings of the project.",
            )
    return ok("project", str(settings.supabase_url))


def pytest_options(value: str | None) -> Item:
    """PYTEST_ADDOPTS reaches the contract, too, which refuses to judge a part of its cases."""
    if value is None:
        return ok("pytest", "PYTEST_ADDOPTS is not set")
    return optional("pytest", f"PYTEST_ADDOPTS={value!r}", "It may deselect cases; unset it.")


def parity_toml(path: Path | None) -> Item:
    """The configuration file is valid, if there is one."""
    try:
        found = load(path)
    except ConfigurationError as error:
        return problem("config", str(error), "")
    if path is None and not Path(FILE_NAME).exists():
        return optional("config", f"no {FILE_NAME}", "Without it, your own checks are not run.")
    names = ", ".join(check.name for check in found.checks)
    return ok("config", f"{path or FILE_NAME}, {f'checks: {names}' if names else 'no checks'}")
