"""Every packaged claim is sourced and evaluates; figures known to be wrong by a factor come out as wrong."""

import re
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from denshi.catalog import Model, find
from denshi.errors import CatalogError, InfeasibleError
from denshi.validation import (
    Check,
    as_markdown,
    check,
    claim_schema,
    claims_from_text,
    packaged_claims,
    scoreboard,
    totals,
)
from denshi.validation.claim import HOWS
from denshi.validation.table import number

CLAIMS = packaged_claims()
CHECKS = {one.claim.id: one for one in scoreboard(CLAIMS)}
RAW = [
    (id_, body)
    for part in files("denshi.validation").joinpath("claims").iterdir()
    for id_, body in tomllib.loads(part.read_text(encoding="utf-8")).items()
]

WRONG_BY_A_FACTOR = (
    "hundred-gigawatts-are-eight-million-homes",
    "nvidia-invests-ten-billion-in-openai",
    "hyperion-renewables-cover-a-two-gigawatt-load",
    "hyperion-wind-covers-a-two-gigawatt-load",
    "fifty-megawatts-cost-94-million-in-five-years",
    "owning-a-gigawatt-without-cost-of-capital",
    "ten-gigawatts-of-vera-rubin-packages",
    "ten-gigawatts-at-lbnl-load-factor-power-eight-million-homes",
)
RIGHT = (
    "ten-gigawatts-are-four-to-five-million-accelerators",
    "ten-gigawatts-power-eight-million-homes",
    "nvidia-invests-hundred-billion-in-openai",
    "fifty-megawatts-hold-32051-b200",
    "deepseek-v3-cost-five-and-a-half-million",
    "owning-a-gigawatt-costs-eight-billion-a-year",
)


def test_there_are_enough_of_every_way() -> None:
    assert len(CLAIMS) >= 30
    ways = Counter(claim.how for claim in CLAIMS.values())
    assert set(ways) == set(HOWS)
    assert sum(quantity.kind == "params" for claim in CLAIMS.values() for quantity in claim.inputs) >= 8


@pytest.mark.parametrize("found", CHECKS.values(), ids=CHECKS)
def test_every_claim_evaluates(found: Check) -> None:
    if found.claim.how == "design":
        assert found.verdict == "cannot say"
        assert "design" in found.reason
        return
    assert found.denshi is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.denshi <= found.high
    assert found.reason


@pytest.mark.parametrize("id_", WRONG_BY_A_FACTOR)
def test_a_figure_that_is_wrong_fails_and_says_why(id_: str) -> None:
    assert CHECKS[id_].verdict == "fails"
    assert len(CHECKS[id_].reason) > 60


@pytest.mark.parametrize("id_", RIGHT)
def test_the_right_twin_of_a_wrong_figure_holds(id_: str) -> None:
    assert CHECKS[id_].verdict == "holds"


def test_no_file_says_what_should_come_out() -> None:
    for id_, body in RAW:
        assert not {"verdict", "expected", "holds", "fails"} & set(body), id_


def test_every_published_figure_is_said_in_both_languages_and_reached_within_a_fair_tolerance() -> None:
    for claim in CLAIMS.values():
        assert claim.text_ja, claim.id
        assert claim.tolerance <= 0.15, claim.id
        assert bool(claim.reason) == bool(claim.reason_ja) or claim.how == "params", claim.id


def test_no_claim_speaks_of_a_machine_path() -> None:
    for id_, body in RAW:
        assert not re.search(r"/work|/tmp|/home", str(body)), id_


def test_the_inputs_of_a_published_claim_are_graded() -> None:
    for claim in CLAIMS.values():
        for quantity in claim.inputs:
            if quantity.kind == "value":
                assert quantity.evidence is not None
                if "from memory" in quantity.evidence.source or "assumption" in quantity.evidence.source:
                    assert quantity.evidence.grade == "E", (claim.id, quantity.name)


def test_a_claim_on_a_design_asks_for_the_figure_it_names() -> None:
    asked = []

    def figure(scenario: str, path: str) -> float:
        asked.append((scenario, path))
        return 1.08

    found = check(CLAIMS["hyperion-design-has-metas-pue"], figure)
    assert asked == [("hyperion.toml", "facility.pue_mean")]
    assert found.verdict == "holds"
    assert found.error == 0.0


def test_the_scenarios_that_claims_name_are_shipped() -> None:
    examples = Path(__file__).parents[2] / "examples"
    for claim in CLAIMS.values():
        for quantity in claim.inputs:
            if quantity.kind == "design":
                assert (examples / quantity.spec["design"]).is_file(), claim.id


def test_an_infeasible_design_leaves_the_claim_open() -> None:
    def figure(scenario: str, path: str) -> float:
        raise InfeasibleError("needs 212 MW, the connection allows 180 MW", where="site.grid_connection")

    found = check(CLAIMS["hyperion-design-has-metas-pue"], figure)
    assert found.verdict == "cannot say"
    assert "212 MW" in found.reason


def test_a_figure_that_a_design_has_not_leaves_the_claim_open() -> None:
    assert check(CLAIMS["hyperion-design-has-metas-pue"], lambda *_: None).verdict == "cannot say"


def one(body: str, inputs: str = 'x = { value = 2, source = "s", date = "2025", grade = "B" }') -> str:
    head = '[it]\ntext = "t"\npublished = 2\nunit = "1"\ntolerance = 0.1\nsource = "s"\ndate = "2025"\ngrade = "B"\n'
    return f'{head}how = "arithmetic"\n{body}\n[it.inputs]\n{inputs}\n'


def verdict(inputs: str, body: str = "") -> Check:
    return check(claims_from_text(one(body, inputs), "own.toml")[0])


def test_inside_the_tolerance_it_holds() -> None:
    assert verdict('x = { value = 2.19, source = "s", date = "2025", grade = "B" }').verdict == "holds"


def test_outside_the_tolerance_with_inputs_that_reach_it_denshi_cannot_say() -> None:
    said = verdict('x = { value = 3, low = 2.1, high = 4, source = "s", date = "2025", grade = "B" }')
    assert said.verdict == "cannot say"
    assert said.error == pytest.approx(0.5)


def test_outside_the_tolerance_and_out_of_reach_it_fails_by_a_factor() -> None:
    said = verdict('x = { value = 20, low = 18, high = 22, source = "s", date = "2025", grade = "B" }')
    assert said.verdict == "fails"
    assert "a factor of 10.0" in said.reason


def test_what_nobody_published_leaves_the_claim_open() -> None:
    said = verdict('x = { unknown = "the basket of the index is not public" }')
    assert said.verdict == "cannot say"
    assert "basket" in said.reason


def test_a_range_is_met_anywhere_inside_it() -> None:
    text = one("").replace("published = 2\n", "published = { low = 1, high = 3 }\n")
    said = check(claims_from_text(text, "own.toml")[0])
    assert said.error == 0.0
    assert said.verdict == "holds"


def test_the_weakest_input_gives_the_grade() -> None:
    two = (
        'x = { value = 1, source = "s", date = "2025", grade = "B" }\n'
        'y = { value = 1, source = "from memory", date = "2025", grade = "E" }'
    )
    assert verdict(two, 'expression = "x + y"').grade == "E"


def test_many_wide_inputs_are_still_bounded() -> None:
    names = [f"x{i}" for i in range(14)]
    inputs = "\n".join(
        f'{n} = {{ value = 1, low = 0.5, high = 2, source = "s", date = "2025", grade = "B" }}' for n in names
    )
    said = verdict(inputs, f'expression = "{" + ".join(names)}"')
    assert said.denshi == 14
    assert said.low == 13.5
    assert said.high == 15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no claim"),
        ("[it", "not TOML"),
        ("it = 1", "no table"),
        ('[it]\ntext = "t"', "lacks published"),
        (one("colour = 1"), "unknown field colour"),
        (one("").replace('"arithmetic"', '"guess"'), "no way to check"),
        (one('expression = "y"'), "uses y, which is no input"),
        (one('expression = "1"'), "not used"),
        (one('origin = "rumour"'), "origin"),
        (one("").replace("tolerance = 0.1", "tolerance = -1"), "negative"),
        (one("").replace("published = 2", "published = true"), "no finite number"),
        (one("").replace("published = 2", "published = inf"), "no finite number"),
        (one("").replace("published = 2", "published = { low = 3, high = 1 }"), "low is above high"),
        (one("").replace("published = 2", "published = { low = 3 }"), "expected a number"),
        (one("").replace('grade = "B"\nhow', 'grade = "F"\nhow'), "none of A to E"),
        (one("", "x = 3"), "no table"),
        (one("", 'x = { value = 1, date = "2025", grade = "B" }'), "no source"),
        (one("", 'x = { value = 1, low = 2, source = "s", date = "2025", grade = "B" }'), "outside low to high"),
        (one("", 'x = { value = 1, catalog = "a.b.c", source = "s", date = "2025", grade = "B" }'), "exactly one"),
        (one("", 'x = { params = "llama2-7b" }'), "but how is"),
        (one("", 'x = { params = "llama2-7b" }').replace('"arithmetic"', '"catalog"'), "but how is"),
        (one("", "x = { params = 3 }").replace('"arithmetic"', '"params"'), "no text"),
        (one("", 'x = { params = "m", of = "half" }').replace('"arithmetic"', '"params"'), "neither"),
        (one("", 'x = { design = "a.toml" }').replace('"arithmetic"', '"design"'), "lacks path"),
        (one("", 'x = { fabric = { system = "a" }, path = "p" }').replace('"arithmetic"', '"fabric"'), "lacks link"),
        (one("", 'x = { training = 3, path = "p" }').replace('"arithmetic"', '"training"'), "no table"),
    ],
)
def test_a_faulty_file_is_refused_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        claims_from_text(text, "own.toml")


@pytest.mark.parametrize(
    ("inputs", "how", "message"),
    [
        ('x = { catalog = "systems.gb200-nvl7.power_kw" }', "catalog", "gb200-nvl72"),
        ('x = { catalog = "systems.gb200-nvl72.colour" }', "catalog", "no number"),
        ('x = { catalog = "planets.mars.mass" }', "catalog", "no path"),
        ('x = { params = "llama9-1b" }', "params", "no model"),
        (
            'x = { fabric = { system = "dgx-b200", link = "infiniband-ndr", units = 4 }, path = "leaf_switch" }',
            "fabric",
            "leaf_switches",
        ),
    ],
)
def test_a_claim_that_names_what_does_not_exist_is_wrong_and_not_open(inputs: str, how: str, message: str) -> None:
    claim = claims_from_text(one("", inputs).replace('"arithmetic"', f'"{how}"'), "own.toml")[0]
    with pytest.raises(CatalogError, match=message):
        check(claim)


def test_parameters_of_the_catalogue_and_of_the_claim_are_the_same() -> None:
    for claim in CLAIMS.values():
        for quantity in claim.inputs:
            if quantity.kind == "params" and quantity.spec.get("of") == "total" and claim.how == "params":
                published = find(Model, quantity.spec["params"]).published_params
                assert published is None or published == pytest.approx(claim.low, rel=0.01), claim.id


def test_the_table_has_a_line_for_every_claim() -> None:
    text = as_markdown(list(CHECKS.values()))
    assert text.count("\n| ") == len(CHECKS) + 6
    assert totals(list(CHECKS.values())).startswith(f"{len(CHECKS)} claims")
    assert number(0.0) == "0"
    assert number(2.5e7) == "25.00 M"


def test_the_shipped_example_is_a_claim_file() -> None:
    # Claims on energy have a form and a verb of their own.
    for path in (Path(__file__).parents[2] / "examples" / "claims").glob("own-*.toml"):
        found = scoreboard(claims_from_text(path.read_text(encoding="utf-8"), path.name))
        assert all(one.verdict in ("holds", "fails", "cannot say") for one in found)


def test_the_schema_knows_every_field_that_is_used() -> None:
    schema = claim_schema()["additionalProperties"]
    for id_, body in RAW:
        assert set(body) <= set(schema["properties"]), id_
        assert set(schema["required"]) <= set(body), id_
        for spec in body["inputs"].values():
            assert sum(_fits(spec, one) for one in schema["properties"]["inputs"]["additionalProperties"]["oneOf"]) == 1


def _fits(spec: dict[str, Any], table: dict[str, Any]) -> bool:
    return set(table["required"]) <= set(spec) <= set(table["properties"])
