"""``python -m denshi``."""

from denshi.cli import run

run()
