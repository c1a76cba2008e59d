"""What the README shows is what the program prints today."""

import re
from pathlib import Path

from denshi.design import document
from denshi.report import terminal
from denshi.validation import packaged_claims
from design.test_examples import designed

README = Path("README.md").read_text(encoding="utf-8")
DEMO = "$ denshi design examples/hyperion.toml"
README_JA = Path("README.ja.md").read_text(encoding="utf-8")


def block_after(text: str, command: str) -> list[str]:
    body = text.split(command, maxsplit=1)[1].split("```", maxsplit=1)[0]
    return [line.rstrip() for line in body.strip("\n").splitlines()]


def without_last_digits(lines: list[str]) -> list[str]:
    """An optimum may end a digit apart on another machine; words and the number of lines may not."""
    return [re.sub(r"\d+(?:[.,]\d+)*", "0", line) for line in lines]


def test_first_screen() -> None:
    page = document(designed(Path("examples/hyperion.toml")))
    for text, lang, command in ((README, "en", f"{DEMO}\n"), (README_JA, "ja", f"{DEMO} --lang ja\n")):
        shown = block_after(text, command)
        printed = [line.rstrip() for line in terminal.first_screen(page, lang).splitlines()]
        assert without_last_digits(shown) == without_last_digits(printed)


def test_every_packaged_claim_stands_in_the_table() -> None:
    missing = [one.text for one in packaged_claims().values() if one.text.replace("|", "\\|") not in README]
    assert missing == []
