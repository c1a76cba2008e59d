"""A chip of one's own is read whole, or all its faults are said at once."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denshi.catalog.custom import system_from_toml
from denshi.errors import CatalogError

EXAMPLE = Path(__file__).parents[2] / "examples" / "chips" / "mtia-like.toml"


def _write(folder, text):
    path = folder / "chip.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_read():
    system, chip = system_from_toml(EXAMPLE)
    assert system.accelerator == chip.id == "my-chip"
    assert chip.tpp == 7360
    assert chip.evidence["tpp"].grade == "D"
    assert chip.evidence["tdp_kw"].grade == "B"
    assert chip.evidence["memory_bytes"].grade == "E"
    assert chip.evidence["memory_bytes"].source == "user's file mtia-like.toml"
    assert system.evidence["power_kw"].high == 20


def test_a_system_may_carry_an_accelerator_of_the_catalogue(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    system_only = "[system]\naccelerator = 'H200'\n" + text.split("[system]\n")[1]
    system, chip = system_from_toml(_write(tmp_path, system_only))
    assert system.accelerator == chip.id == "h200-sxm-141gb"
    with pytest.raises(CatalogError, match="no accelerator is called"):
        system_from_toml(_write(tmp_path, system_only.replace("H200", "H2000000")))


def test_all_faults_are_said_at_once(tmp_path):
    text = '[acelerator]\n[accelerator]\nbf16_flop_per_s = true\ntdp_kw = "4"\nyear = nan\n'
    text += (
        "[system]\npower_kw = { value = -1, sorce = 'x' }\nliquid_fraction = 2\nweigth_kg = 1\nheight_u = { low = 1 }\n"
    )
    text += "price_usd = { value = 5, low = 6, grade = 'F' }\nvendor = 3\naliases = 'a'\n"
    with pytest.raises(CatalogError) as caught:
        system_from_toml(_write(tmp_path, text))
    said = str(caught.value)
    for part in (
        "[acelerator]: unknown table",
        "accelerator.memory_bytes: missing",
        "accelerator.bf16_flop_per_s: expected a number",
        "accelerator.tdp_kw: expected a number",
        "accelerator.year: ",
        "system.power_kw: -1 is outside",
        "system.power_kw.sorce: unknown",
        "system.liquid_fraction: 2 is outside 0 to 1",
        'system.weigth_kg: unknown. Did you mean "weight_kg"',
        "system.height_u: has no value",
        "none of A to E",
        "system.vendor: expected a text",
        "system.aliases: expected a list",
        "system.nic_bytes_per_s: missing",
    ):
        assert part in said, part


def test_a_value_outside_its_own_band_is_refused(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8").replace("low = 16,", "low = 18,")
    with pytest.raises(CatalogError, match="not between its low and its high"):
        system_from_toml(_write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("[system", "not TOML"),
        ("system = 3\n", "expected a table"),
        ("a = 1\n", r"\[system\]: table is missing"),
    ],
)
def test_a_file_that_is_no_chip_is_refused(tmp_path, text, said):
    with pytest.raises(CatalogError, match=said):
        system_from_toml(_write(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CatalogError, match="no such file"):
        system_from_toml(tmp_path / "no.toml")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("accelerators = 0.5", "not a whole number"),
        ("accelerators = 2.5", "not a whole number"),
        ("accelerators = 0", "outside above 0"),
        ("accelerators = 1e20", "outside above 0"),
        ("accelerators = -" + "9" * 400, "a huge number is outside"),
        ("accelerators = " + "9" * 400, "a huge number is outside"),
        ("accelerators = " + "9" * 5000, "thousands of digits"),
        ("units_per_rack = 2.5", "not a whole number"),
        ("scaleup_domain = 1.5", "not a whole number"),
        ("scaleup_domain = 0", "outside above 0"),
        ("power_kw = -" + "9" * 400, "a huge number is outside"),
        ("name = '" + "x" * 100_000 + "'", "a name of 100,000 letters"),
        ("vendor = '" + "x" * 100_000 + "'", "a name of 100,000 letters"),
    ],
)
def test_a_wrong_count_or_name_is_refused(tmp_path, line, said):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    key = line.split(" =")[0] + " ="
    text = "\n".join(line if one.startswith(key) else one for one in lines)
    with pytest.raises(CatalogError, match=said) as caught:
        system_from_toml(_write(tmp_path, text))
    assert len(str(caught.value)) < 1000


def test_a_unit_may_take_several_racks(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8").replace("units_per_rack = 1", "units_per_rack = 0.5")
    assert system_from_toml(_write(tmp_path, text))[0].units_per_rack == 0.5


TABLES = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
VALUES = st.sampled_from(
    [
        *(
            "true",
            "-1",
            "0",
            "1e300",
            "nan",
            "inf",
            "'x'",
            "''",
            "[]",
            "{}",
            "1979-05-27",
            "9" * 400,
            "-" + "9" * 400,
            "9" * 5000,
        ),
        *("{ value = 1 }", "{ value = [] }", "{ value = {} }", "{ value = 1, low = 'a' }", "{ value = 1, grade = 1 }"),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(
        st.sampled_from([(table, key) for table, body in TABLES.items() for key in body]),
        VALUES,
        min_size=1,
        max_size=3,
    )
)
def test_any_change_gives_a_system_or_one_clear_error(tmp_path, changes):
    lines, table = [], ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        table = line.strip("[]") if line.startswith("[") else table
        key = line.split(" =")[0]
        lines.append(f"{key} = {changes[table, key]}" if (table, key) in changes else line)
    try:
        system, chip = system_from_toml(_write(tmp_path, "\n".join(lines)))
    except CatalogError as error:
        assert "chip.toml" in str(error)
    else:
        assert system.power_kw > 0
        assert chip.tpp > 0
