"""``denshi rules``: answers, orders read back, faults in one sentence."""

import json
from pathlib import Path

import pytest

from denshi.cli import main

ORDERS = Path(__file__).parents[2] / "examples" / "orders"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["rules", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_check_says_verdict_rule_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("check", "--chip", "h20", "--to", "CN", "--date", "2025-05-01", "--json")
    status, out, _ = run(capsys, *asked)
    found = json.loads(out)
    assert status == 0
    assert {key: found[key] for key in ("chip", "to", "date", "verdict", "rule_id", "effective_from")} == {
        "chip": "h20", "to": "CN", "date": "2025-05-01", "verdict": "licence",
        "rule_id": "letter-2025-04-h20-mi308", "effective_from": "2025-04-09",
    }  # fmt: skip
    assert "8-K" in found["source"]
    assert found["schema_version"] == 1
    assert found["tpp"] == 2368.0


def test_check_takes_names_and_prints_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "check", "--chip", "H200 SXM", "--to", "china", "--date", "2026-02-01", "--from", "TW")
    assert status == 0
    assert "DENIED" in out
    assert "source" in out


def test_a_day_after_the_reading_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "check", "--chip", "h20", "--to", "CN", "--date", "2030-01-01", "--json")
    assert any("as if none had changed" in one for one in json.loads(out)["notices"])


@pytest.mark.parametrize(
    ("chip", "to", "date", "use", "status", "said"),
    [
        ("h21", "CN", "2025-05-01", "data-centre", 1, 'Did you mean "h20"?'),
        ("h20", "Chna", "2025-05-01", "data-centre", 1, 'Did you mean "China"?'),
        ("h20", "Q9!", "2025-05-01", "data-centre", 1, "a code of two letters"),
        ("h20", "CN", "2025-13-01", "data-centre", 2, "is no day"),
        ("h20", "CN", "yesterday", "data-centre", 2, "is no day"),
        ("h20", "CN", "2001-01-01", "data-centre", 1, "the rules begin on 2015-01-01"),
        ("h20", "CN", "2025-05-01", "dat-centre", 2, 'Did you mean "data-centre"?'),
        ("", "CN", "2025-05-01", "data-centre", 1, "no chip is called"),
    ],
)
def test_faults_are_one_sentence(
    capsys: pytest.CaptureFixture[str], chip: str, to: str, date: str, use: str, status: int, said: str
) -> None:
    found, out, err = run(capsys, "check", "--chip", chip, "--to", to, "--date", date, "--end-use", use)
    assert (found, out) == (status, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_h20_order_through_2025(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "landed", "--order", str(ORDERS / "h20.toml"), "--json")
    answers = json.loads(out)["answers"]
    spans = [(one["first_day"], one["last_day"], one["lines"][0]["verdict"]) for one in answers]
    assert spans == [
        ("2025-01-01", "2025-04-08", "allowed"), ("2025-04-09", "2025-08-07", "licence"),
        ("2025-08-08", "2025-08-10", "licence"), ("2025-08-11", "2025-12-31", "licence"),
    ]  # fmt: skip
    assert {round(one["total"]["landed_usd"]) for one in answers} == {16_096_000_000}
    assert answers[-1]["total"]["seller_usd"] == pytest.approx(2.4e9)


@pytest.mark.parametrize(
    ("name", "duty_usd", "verdicts"),
    [
        ("gb200-us-data-centre", 0.0, ["allowed", "allowed"]),
        ("h200-china", 75e6, ["allowed", "licence"]),
        ("b200-japan", 0.0, ["allowed"]),
    ],
)
def test_shipped_orders(capsys: pytest.CaptureFixture[str], name: str, duty_usd: float, verdicts: list[str]) -> None:
    _, out, _ = run(capsys, "landed", "--order", str(ORDERS / f"{name}.toml"), "--json")
    (answer,) = json.loads(out)["answers"]
    assert answer["total"]["duty_usd"] == pytest.approx(duty_usd)
    assert [line["verdict"] for line in answer["lines"]] == verdicts
    _, page, _ = run(capsys, "landed", "--order", str(ORDERS / f"{name}.toml"))
    assert "landed" in page


def test_same_goods_are_counted_once(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "landed", "--order", str(ORDERS / "h200-china.toml"), "--json")
    (answer,) = json.loads(out)["answers"]
    assert answer["total"]["goods_usd"] == pytest.approx(300e6)
    assert answer["total"]["landed_usd"] == pytest.approx(300e6 + 75e6 + 2 * 1.8e6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'date = 2025-05-01\n[[line]]\nchip = "h2o"\nto = "CN"\norigin = "TW"\nquantity = 1',
            ":3: line.0.chip: no chip",
        ),
        ('date = 2025-05-01\n[[line]]\nchip = "h20"\nto = "Cina"\norigin = "TW"\nquantity = 1', 'mean "China"'),
        ('date = 2025-05-01\n[[line]]\nchip = "h20"\nto = "CN"\norigin = "TW"', "quantity is missing"),
        ('date = "soon"\n[[line]]\nchip = "h20"\nto = "CN"\norigin = "TW"\nquantity = 1', "is no day"),
        ("date = 2025-05-01", "has no line"),
        ('year = 1900\n[[line]]\nchip = "h20"', "is not a year"),
        ('date = 2025-05-01\n[[line]]\nchip = "h20"\nto = "BR"\norigin = "TW"\nquantity = 1', "no duty of BR"),
        ('date = 2025-05-01\n[[line]]\nchip = "h20"\nto = "CN"\norigin = "TW"\nqantity = 1', 'mean "quantity"'),
        ('date = 2025-05-01\n[[line]]\nchip = "h20"\nto = "CN"\norigin = "TW"\nquantity = -4', "is not from"),
        ('date = 2025-05-01\n[[line]]\nto = "CN"\norigin = "TW"\nquantity = 4', "has no price"),
    ],
)
def test_faults_of_an_order(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "order.toml"
    file.write_text(text, encoding="utf-8")
    status, out, err = run(capsys, "landed", "--order", str(file))
    assert (status, out) == (1, "")
    assert said in err


def test_list_and_schema(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "list", "--json", "--date", "2025-05-14")
    ids = {one["id"] for one in json.loads(out)["rules"]}
    assert "letter-2025-04-h20-mi308" in ids
    assert "ai-diffusion-2025" not in ids
    _, out, _ = run(capsys, "list", "--kind", "export")
    assert "never" in out
    _, out, _ = run(capsys, "landed", "--schema")
    assert json.loads(out)["title"] == "denshi order"
    assert run(capsys, "list", "--kind", "dutes")[0] == 2
    assert run(capsys, "landed")[0] == 2


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("NVIDIA H20", "h20"),
        ("AMD Instinct MI325X", "mi325x"),
        ("GeForce RTX 4090", "rtx-4090"),
        ("Ironwood", "tpu-v7"),
    ],
)
def test_parts_go_by_what_buyers_call_them(capsys: pytest.CaptureFixture[str], name: str, found: str) -> None:
    _, out, _ = run(capsys, "check", "--chip", name, "--to", "JP", "--date", "2025-05-01", "--json")
    assert json.loads(out)["chip"] == found
