"""The report in a real browser: charts have marks, the console is silent, nothing overflows, no user text runs."""

import pytest

from denshi.report import html
from report.browser import open_page
from report.invented_hall import hall
from report.sample import grid_only, sample, two_trainings

CHARTS = {
    "sankey", "step", "memory", "roofline-0", "front-0", "warm", "cold", "monthly", "load-duration", "pue-map",
    "pue-duration", "buildout", "capex", "cash", "token", "users-1", "any-week", "matching", "cost-stack",
    "price-duration", "sources-uses", "waterfall", "tornado-irr", "tornado-lcoc", "gantt",
}  # fmt: skip

DRAWINGS = ("rack", "fabric", "floor", "line", "cooling")


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("en", 360), ("ja", 1280), ("ja", 360)])
def test_every_chart_has_marks_and_the_page_fits(lang, width, tmp_path):
    seen = open_page(html.render(sample(), lang), tmp_path, width)
    assert seen.console == []
    assert set(seen.page["marks"]) == CHARTS
    assert min(seen.page["marks"].values()) > 0, seen.page["marks"]
    assert seen.page["drawn"] == seen.page["charts"] == str(len(CHARTS))
    assert int(seen.page["clientWidth"]) == width
    assert int(seen.page["scrollWidth"]) <= width
    assert seen.page["unnamed"] == 0
    assert seen.page["twice"] == []
    assert seen.page["broken"] == []


@pytest.mark.slow
def test_a_site_on_the_grid_alone_without_revenue_is_drawn(tmp_path):
    seen = open_page(html.render(grid_only(), "ja"), tmp_path, 360)
    assert seen.console == []
    assert set(seen.page["marks"]) == {
        one.replace("-1", "-0")
        for one in CHARTS
        if not one.startswith(("step", "memory", "roofline", "front", "tornado-irr", "waterfall"))
    }
    assert min(seen.page["marks"].values()) > 0
    assert int(seen.page["scrollWidth"]) <= 360


@pytest.mark.slow
def test_two_trainings_have_their_pictures_on_a_telephone(tmp_path):
    seen = open_page(html.render(two_trainings(), "ja"), tmp_path, 390)
    assert seen.console == []
    assert set(seen.page["marks"]) == (CHARTS - {"token", "users-1"}) | {"roofline-1", "front-1"}
    assert min(seen.page["marks"].values()) > 0
    assert int(seen.page["scrollWidth"]) <= 390
    assert "2. llama3.1-405b: 5.9秒" in seen.page["labels"]


def tidy(seen, width):
    """Say that what is drawn is legible: no text cut by its room, on another text, off the sheet or too small."""
    drawn = seen.page["drawings"]
    assert drawn["tooWide"] == []
    assert drawn["outside"] == []
    assert drawn["meeting"] == []
    assert drawn["smallest"] >= 11
    assert drawn["wider"] == 0
    assert int(seen.page["scrollWidth"]) <= width
    assert seen.console == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width"), [("en", 1200), ("ja", 1200), ("en", 900), ("ja", 900), ("en", 390), ("ja", 390)]
)
def test_every_drawing_is_there_and_legible(lang, width, tmp_path):
    seen = open_page(html.render(sample(), lang), tmp_path, width)
    assert seen.page["drawings"]["names"] == [f"drawing-{name}" for name in DRAWINGS]
    tidy(seen, width)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(("rows", "columns"), [(1, 10), (40, 50)])
def test_small_and_large_halls_two_paths_and_other_fabrics_are_legible(rows, columns, lang, tmp_path):
    design = sample()
    design["cluster"] |= hall(rows, columns) | {
        "planes": 4,
        "pods": 16,
        "border_switches": 1958,
        "border_links": 125_301,
    }
    design["facility"]["generators"] = 1017
    topology = {1: "dragonfly", 40: "torus"}[rows] if lang == "en" else "fat-tree"
    design["scenario"]["network"]["topology"] = topology
    plant = {1: "tower-economizer", 40: "immersion-1p"}[rows]
    design["scenario"]["facility"] |= {"redundancy": "2N", "cooling": plant}
    tidy(open_page(html.render(design, lang), tmp_path, 900), 900)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["<script>window.touched=1</script>", "W" * 300, "とても長い名前の計算機ラック" * 9])
def test_hostile_names_keep_to_their_place_in_a_drawing(name, tmp_path):
    design = sample()
    for one in design["cluster"]["elevations"]:
        one["kind"] = name + one["kind"]
        for slot in one["slots"]:
            slot["name"] = name
    for row in design["cluster"]["hall_rows"]:
        for run in row["runs"]:
            run["kind"] = name + run["kind"]
    design["scenario"]["network"] |= {"topology": "fat-tree", "link": name}
    design["scenario"]["facility"] |= {"cooling": name, "distribution": name}
    design["facility"]["loss_by_stage_kwh"][name] = 1e6
    design["system"]["name"] = name
    seen = open_page(html.render(design, "en"), tmp_path, 900)
    tidy(seen, 900)
    assert seen.page["touched"] == "undefined"
    assert seen.page["scripts"] == 3


@pytest.mark.slow
def test_what_users_write_is_inert(tmp_path):
    bad = '</script><script>window.touched="name"</script><img src=x onerror="window.touched=\'image\'">'
    design = sample(bad)
    design["site"]["name"] = bad
    design["notices"] = [bad, "\u2028{{ 7 * 7 }}"]
    design["binding"][0] |= {"what": bad, "path": bad}
    design["headlines"][0] |= {"label": bad, "path": bad, "band": bad, "main": [bad], "grade": bad}
    design["scenario"]["workload"][0]["model"] = '<a href="javascript:window.touched=1">m</a>' + bad
    design["cluster"]["items"][0]["name"] = bad
    design["facts"][bad] = {"value": bad, "unit": bad, "source": bad, "date": bad, "grade": "E"}
    design["figures"][bad] = {"unit": bad, "formula": bad, "of": [bad], "source": bad, "grade": "D"}
    design["energy"]["dispatch_kw"][bad] = design["energy"]["dispatch_kw"]["grid"]
    design["facility"]["loss_by_stage_kwh"] = {bad: sum(design["facility"]["loss_by_stage_kwh"].values())}
    seen = open_page(html.render(design, "en"), tmp_path)
    assert seen.page["touched"] == "undefined"
    assert seen.page["scripts"] == 3
    assert seen.page["title"] == bad
    assert bad in seen.page["text"]
    assert "javascript:window.touched" in seen.page["labels"]
    assert seen.console == []
