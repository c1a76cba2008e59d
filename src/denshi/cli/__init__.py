"""The command line: one file a verb, exit codes, and errors as messages."""

import io
import os
import sys

import typer

from denshi.cli import catalog, check, design, diff, export, interrupt, rent, report, rooms, rules, trace, validate
from denshi.errors import DenshiError

app = typer.Typer(
    name="denshi",
    help="From electrons to tokens: one scenario file in, a whole, costed and traceable AI data centre design out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for verb in (design, check, trace, diff, validate, report, export, rules, rent):
    verb.register(app)
app.add_typer(catalog.app, name="catalog")
rooms.register(app)

INTERRUPTED = 130
DENSHI_FAILED = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 fine, 1 scenario wrong, 2 usage or denshi, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        outcome = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except DenshiError as error:
        print(f"denshi: {error}", file=sys.stderr)
        return error.exit_status
    except (KeyboardInterrupt, typer.Abort):
        print("denshi: interrupted", file=sys.stderr)
        return INTERRUPTED
    except typer.Exit as leave:
        return leave.exit_code
    except typer.TyperException as error:
        usage = getattr(error, "show", None)
        usage() if callable(usage) else print(f"denshi: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader went away (`denshi … | head`): that is his right, and stdout must not be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"denshi: the output cannot be written: {error.strerror}", file=sys.stderr)
        return DENSHI_FAILED
    except Exception as error:  # the last resort, so that no traceback reaches a user
        if os.environ.get("DENSHI_DEBUG") == "1":
            raise
        print(f"denshi: failed: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a fault of denshi. DENSHI_DEBUG=1 shows where it stands.", file=sys.stderr)
        return DENSHI_FAILED
    if outcome == INTERRUPTED:
        # Inside a command typer itself turns an interrupt into an exit, without a word.
        print("denshi: interrupted", file=sys.stderr)
    return outcome if isinstance(outcome, int) else 0


def run() -> None:
    """Run as a program."""
    interrupt.listen()
    sys.exit(main())
