"""An adapter that misbehaves in one way, named by its argument: ``hostile.py WAY``."""

import json
import os
import signal
import subprocess
import sys
import time

HELLO = {"protocol": "parity-bridge/1", "name": "hostile", "operations": ["getBooking", "listBookings"]}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(way: str) -> None:
    """Misbehave."""
    sys.stderr.write(f"about to misbehave: {way}\n")
    sys.stderr.flush()
    match way:
        case "chatter_first":
            say("Server started on port 3000")
        case "stack_trace":
            sys.stderr.write("Error: Cannot find package 'tsx'\n")
            sys.stderr.writelines(
                f"    at load (node:internal/modules/esm/resolve:{n}:15)\n" for n in range(99)
            )
            raise SystemExit(1)
        case "ends_at_once":
            raise SystemExit(3)
        case "says_nothing":
            time.sleep(600)
        case "other_protocol":
            say(json.dumps({**HELLO, "protocol": "parity-bridge/9"}))
        case "closes_stdout":
            os.close(1)
            time.sleep(600)
    say(json.dumps(HELLO) if way != "nested_hello" else "[" * 100_000)
    if way == "does_not_read":
        time.sleep(600)
    if way in {"grandchild", "leaves_somebody"}:
        # The second leaves our group, and holds our pipes open.
        child = subprocess.Popen(["sleep", "600"], start_new_session=way == "leaves_somebody")
        sys.stderr.write(f"grandchild {child.pid}\n")
        sys.stderr.flush()
    for line in sys.stdin:
        answer(way, json.loads(line)["id"])


def answer(way: str, number: int) -> None:
    """Answer a request in a wrong way."""
    right = {"id": number, "result": None}
    wrong = {
        "chatter_later": "GET /bookings 200 in 3 ms",
        "wrong_id": json.dumps({"id": number + 1000, "result": None}),
        "twice": f"{json.dumps(right)}\n{json.dumps(right)}",
        "no_id": json.dumps({"result": None}),
        "both": json.dumps({**right, "error": {"kind": "conflict"}}),
        "neither": json.dumps({"id": number}),
        "unknown_kind": json.dumps({"id": number, "error": {"kind": "weird"}}),
        "error_is_text": json.dumps({"id": number, "error": "it failed"}),
    }
    match way:
        case "cut_line":
            sys.stdout.write('{"id": 1, "resu')
            sys.stdout.flush()
            raise SystemExit(0)
        case "crash":
            sys.stderr.write("TypeError: cannot read properties of undefined\n")
            raise SystemExit(1)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "endless_line":
            while True:
                sys.stdout.write("x" * (1 << 16))
        case "hangs":
            time.sleep(600)
        case _:
            say(wrong.get(way, json.dumps(right)))


if __name__ == "__main__":
    main(sys.argv[1])
