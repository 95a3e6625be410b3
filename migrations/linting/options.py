"""What the options of functions and views say."""

from migrations.linting.tree import Node, constant

__all__ = ["invoker_after", "search_path_after", "security_after"]

_NO = frozenset({"false", "off", "no", "0", "f", "n"})


def security_after(options: tuple[Node, ...], *, before: bool) -> bool:
    """Return whether a function runs as its owner, after these options."""
    for option in options:
        if option.text("defname") == "security":
            before = constant(option.node("arg")) is True
    return before


def search_path_after(options: tuple[Node, ...], *, before: bool) -> bool:
    """Return whether a function has a search_path of its own, after these options.

    One that is taken from whoever creates the function, or that begins with the caller's schema, is none.
    """
    for option in options:
        setting = option.node("arg")
        if option.text("defname") != "set" or setting.kind != "VariableSetStmt":
            continue
        kind = setting.text("kind")
        if kind == "VAR_RESET_ALL":
            before = False
        elif setting.text("name").lower() == "search_path":
            named = {str(constant(one)) for one in setting.nodes("args")}
            before = kind == "VAR_SET_VALUE" and "$user" not in named
    return before


def invoker_after(node: Node, *, before: bool) -> bool:
    """Return whether a view reads as whoever asks, after the options of a statement or command."""
    is_reset = node.text("subtype") == "AT_ResetRelOptions"
    for option in (*node.nodes("options"), *node.nodes("def")):
        if option.text("defname").lower() == "security_invoker":
            value = option.node("arg")
            before = not is_reset and (not value or str(constant(value)).lower() not in _NO)
    return before
