"""What the containers of a stack said last, for whoever did not start them."""

from harness.errors import StackError
from harness.stack.docker.container import last_words
from harness.stack.docker.engine import Engine, explained
from harness.stack.docker.labels import DATABASE, ROLE, STACK
from harness.stack.records import Images

__all__ = ["words"]

_LINES = 3


def words(images: Images, database: str | None) -> str:
    """The last lines of Postgres, and of the servers of a database, each with its state."""
    try:
        engine = Engine.connect()
        with explained("The containers cannot be listed"):
            found = engine.client.containers.list(
                all=True, filters={"label": f"{STACK}={images.labels[STACK]}"}
            )
    except StackError as error:
        return str(error)
    concerned = [one for one in found if one.labels.get(DATABASE) in {None, database}]
    said = [f"{one.labels.get(ROLE)} ({one.status}): {last_words(one, _LINES)}" for one in concerned]
    return "; ".join(sorted(said)) or "its containers are gone"
