"""Any file that a user may have is read, or refused with a message: never a traceback."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denshi.errors import DenshiError
from denshi.scenario import load

TEXTS = [path.read_text(encoding="utf-8") for path in sorted(Path("examples").glob("*.toml"))]
ODD = ["nan", "inf", "-1", '""', '"2 GWh"', '"-5 MW"', "[]", "{}", "true", "1e308", '"\\u0000"', "2026-13-01", "'''"]


def mutate(text: str, seed: int, cuts: int) -> str:
    """Return a text with a few lines removed, doubled, swapped or given an odd value."""
    chance = random.Random(seed)
    lines = text.splitlines()
    for _ in range(cuts):
        at = chance.randrange(len(lines))
        kind = chance.randrange(6)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif kind == 2 and "=" in lines[at]:
            lines[at] = lines[at].split("=")[0] + "= " + chance.choice(ODD)
        elif kind == 3:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + chance.choice("xé\"'[]{}=#.\x0b9-") + lines[at][place:]
        elif kind == 4 and "=" in lines[at]:
            other = chance.choice([line for line in lines if "=" in line])
            lines[at] = lines[at].split("=")[0] + "=" + other.split("=", 1)[1]
        else:
            lines[at] = lines[at].upper()
        if not lines:
            return ""
    return "\n".join(lines)


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(range(len(TEXTS))), st.integers(0, 2**32), st.integers(1, 6))
def test_mutated_scenarios_never_end_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, which: int, seed: int, cuts: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_text(mutate(TEXTS[which], seed, cuts), encoding="utf-8")
    try:
        load(path)
    except DenshiError as error:
        assert str(error)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_message(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    path.write_bytes(raw)
    with pytest.raises(DenshiError):
        load(path)
