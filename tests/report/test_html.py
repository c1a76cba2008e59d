"""The report as text: self-contained, escaped, complete, the same every time, and robust to what is missing."""

import json
import re
from html import escape, unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.cli.report import read_risk
from denshi.design import design, document
from denshi.errors import FileError, UsageError
from denshi.report import charts_deal, html
from denshi.report.html import embedded
from denshi.scenario import load
from report.sample import grid_only, sample

DESIGN = sample()


def body(page: str) -> str:
    """The page without the drawing library."""
    start, end = page.index("<script>"), page.rindex("<script>")
    return page[:start] + page[end:]


@pytest.fixture(scope="module")
def english() -> str:
    return body(html.render(DESIGN, "en"))


def test_nothing_is_loaded_from_a_network(english):
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", english)
    assert "@import" not in english
    assert not re.findall(r"url\((?!#)", english)
    assert "default-src 'none'" in unescape(english)


def test_the_policy_names_every_script_by_its_hash():
    page = html.render(DESIGN, "en")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.count("sha256-") == 2
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "unsafe-eval" not in policy


def test_title_language_and_climate(english):
    assert '<html lang="en">' in english
    assert "<h1>Hyperion</h1>" in english
    assert "synthetic typical year" in english
    assert "Richland Parish" in english
    japanese = body(html.render(DESIGN, "ja"))
    assert '<html lang="ja">' in japanese
    assert "合成標準年" in japanese
    assert "81.4万基" in japanese
    assert "2 GW" in japanese
    assert "200万kW" in japanese


def test_a_weather_file_of_the_user_is_not_called_synthetic():
    design = sample()
    design["scenario"]["site"]["weather"] = "sakai.epw"
    design["climate"]["label"] = "sakai.epw, 8,760 hours"
    page = body(html.render(design, "en"))
    assert "sakai.epw, 8,760 hours" in page
    assert "synthetic typical year made from" not in page


def test_every_figure_source_and_assumption_stands_on_the_page(english):
    plain = english.replace("<wbr>", "")
    for path, said in DESIGN["figures"].items():
        assert f">{path}</code>" in plain or f"<code>{path}</code>" in plain
        assert said["formula"] in plain
    for group in ("facts", "assumed"):
        for path, said in DESIGN[group].items():
            assert f"<code>{path}</code>" in plain
            assert escape(said["source"]).replace("&#x27;", "&#39;") in plain


def test_headlines_show_value_band_and_grade(english):
    for text in ("$74.7 bn", "$64.0 – $88.0 bn", "11.8 %", "7.1 – 16.2 %", "$2.07/h", "no band"):
        assert text in english
    assert english.count('class="card"') == len(DESIGN["headlines"])


def test_bill_adds_up(english):
    total = sum(
        item["count"] * item["unit_price_usd"] for room in ("cluster", "facility") for item in DESIGN[room]["items"]
    )
    assert f"${total / 1e9:.1f} bn" in english
    assert "345 kV transformer" in english
    assert "128 weeks" in english


def test_every_chart_has_a_table_and_a_name(english):
    charts = re.findall(r'data-chart="([^"]+)"[^>]*role="img" aria-label="([^"]+)"', english)
    assert len(charts) == 25
    assert english.count("<figure id=") == english.count("<details><summary>") == 25


def test_the_embedded_charts_are_json(english):
    specs = json.loads(re.search(r'id="specs">(.*?)</script>', english, re.DOTALL)[1])
    for name, spec in specs.items():
        assert spec["data"], name
        assert "title" not in spec["layout"], "the page carries the title"
        for axis in (value for key, value in spec["layout"].items() if "axis" in key):
            assert "text" in axis["title"]


def test_the_same_design_gives_the_same_bytes():
    assert html.render(DESIGN, "ja") == html.render(json.loads(json.dumps(DESIGN)), "ja")


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="fr"):
        html.render(DESIGN, "fr")


def test_missing_metrics_are_left_out_not_invented():
    page = body(html.render(grid_only(), "en"))
    assert "Project IRR</h3>" in page
    assert "Equity IRR</a>" not in page
    assert 'data-chart="step"' not in page
    assert 'data-chart="cash"' in page


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(
    "room", ["headlines", "binding", "notices", "climate", "cluster", "workload", "facility", "energy", "buildout",
             "finance", "figures", "facts", "assumed", "site", "system", "accelerator"]
)  # fmt: skip
def test_any_room_may_be_empty(room, lang):
    design = sample() | {room: type(DESIGN[room])()}
    assert "</html>" in html.render(design, lang)


def test_every_value_of_every_room_may_be_null():
    design = sample()
    for room in ("climate", "cluster", "facility", "energy", "buildout", "finance"):
        design[room] = dict.fromkeys(design[room])
    design["workload"] = [dict.fromkeys(work) for work in design["workload"]]
    assert "</html>" in html.render(design, "en")


@pytest.mark.parametrize("room", ["climate", "cluster", "facility", "energy", "buildout", "finance"])
def test_any_value_may_be_null(room):
    for part in range(4):
        missing = dict.fromkeys(list(DESIGN[room])[part::4])
        assert "</html>" in html.render(DESIGN | {room: DESIGN[room] | missing}, "ja")


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_embedded_json_never_ends_its_element(text):
    written = embedded({"a": [text]})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"a": [text]}


@pytest.mark.parametrize(("structure", "revenue"), [("project", "rental"), ("corporate", "rental"), ("spv", "lease")])
def test_the_waterfall_adds_up_to_what_the_owners_get(structure, revenue):
    changes = (f"finance.structure={structure}", f"finance.revenue={revenue}")
    steps = charts_deal.waterfall_usd(document(design(load("examples/gpusoroban.toml", None, changes))))
    owners = steps.pop("owners")
    assert sum(steps.values()) == pytest.approx(owners, abs=2e-6 * steps["revenue"])  # printed to seven digits
    assert ("repayment" in steps) == (structure != "corporate")


def test_a_simulation_beside_the_design_brings_its_fan():
    fan = {name: [-2e9 + k * 1e8, k * 1e9] for k, name in enumerate(("p10", "p25", "p50", "p75", "p90"))}
    beside = {**DESIGN, "risk": {"paths": 20_000, "fan_paths": 4_096, "chance_of_loss": 0.41, "fan_equity_usd": fan}}
    for lang, said in (("en", "Of 20,000 paths 41% have"), ("ja", "41% で事業の NPV は負")):
        page = body(html.render(beside, lang))
        assert 'data-chart="fan"' in page
        assert said in page
    assert 'data-chart="fan"' not in body(html.render(DESIGN, "en"))
    assert 'data-chart="fan"' not in body(html.render({**DESIGN, "risk": {"fan_equity_usd": {"p50": [1.0]}}}, "en"))


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "JSON"), ("[]", "finance risk"), ('{"fan_equity_usd": {}, "name": "other"}', "another project")],
)
def test_another_file_than_a_simulation_is_refused(tmp_path, text, said):
    file = tmp_path / "risk.json"
    file.write_text(text)
    with pytest.raises(FileError, match=said):
        read_risk(file, "this")
