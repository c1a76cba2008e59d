"""Ctrl-C that is not lost.

Python raises KeyboardInterrupt wherever it stands; inside a finaliser or a callback of an extension module it is
swallowed. So the wish to stop is also kept, and looked at where work is reported and before files are written.
"""

import signal
from threading import Event
from types import FrameType

_asked = Event()


def listen() -> None:
    """Keep the wish to stop from now on."""
    signal.signal(signal.SIGINT, _on_interrupt)


def check() -> None:
    """Raise KeyboardInterrupt where the user has asked to stop, even if it was swallowed before."""
    if _asked.is_set():
        raise KeyboardInterrupt


def _on_interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    _asked.set()
    raise KeyboardInterrupt
