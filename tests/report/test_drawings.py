"""The drawings as text: each where its figures are, well formed, escaped, small, and true to the design's numbers."""

import json
import re
from copy import deepcopy
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denshi.errors import UsageError
from denshi.report.drawing import escaped, fitted, length_of, wrapped
from denshi.report.drawing_line import efficiencies
from denshi.report.drawings import drawings, drawn
from denshi.report.locale import texts
from report.invented_hall import elevation, hall, slot
from report.sample import sample

DESIGN = sample()
NAMES = ["rack", "floor", "fabric", "line", "cooling"]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '<script>alert("x")</script>',
    "\"'&<>]]>",
    "とても長い名前の計算機ラックその" * 20,
    "a" * 5000,
    "\x00\x1b\ud800 \u202e",
    "",
]


def with_(**changes: dict[str, Any]) -> dict[str, Any]:
    """The sample with other values: one dict a room, a table of the scenario by its own name."""
    design = deepcopy(DESIGN)
    for room, values in changes.items():
        held = design["scenario"] if room in ("network", "scenario_facility") else design
        held[room.removeprefix("scenario_")] |= values
    return design


def words(svg: str) -> str:
    """What stands on a drawing, cut texts whole."""
    root = ElementTree.fromstring(svg)
    found = []
    for one in root.iter(f"{SVG}text"):
        whole = one.find(f"{SVG}title")
        found.append((whole.text if whole is not None else one.text) or "")
    return " | ".join(found)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_drawing_is_there_and_well_formed(lang):
    found = drawings(DESIGN, lang)
    assert list(found) == NAMES
    for name, svg in found.items():
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.find(f"{SVG}title").text == texts(lang)[f"drawing.{name}.title"]
        assert len(root.find(f"{SVG}desc").text) > 20
        assert root.get("aria-labelledby").split() == [f"d-{name}-title", f"d-{name}-desc"]
        assert not re.findall(r"(?:href|src)=|url\((?!#)|https?://(?!www\.w3\.org/2000/svg)", svg)


def test_the_same_document_gives_the_same_bytes():
    assert drawings(DESIGN, "ja") == drawings(json.loads(json.dumps(DESIGN)), "ja")


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="fr"):
        drawings(DESIGN, "fr")


@pytest.mark.parametrize(
    ("name", "room", "missing"),
    [
        ("rack", "cluster", "elevations"),
        ("floor", "cluster", "hall_rows"),
        ("floor", "cluster", "rack_depth_m"),
        ("fabric", "cluster", "units"),
        ("line", "facility", "loss_by_stage_kwh"),
    ],
)
def test_a_drawing_without_its_figures_is_left_out(name, room, missing):
    design = deepcopy(DESIGN)
    del design[room][missing]
    assert set(NAMES) - set(drawings(design)) == {name}


def test_an_older_document_has_the_drawings_that_it_can():
    design = deepcopy(DESIGN)
    for key in ("elevations", "hall_rows", "halls", "hall_width_m", "hall_depth_m", "rack_width_m", "rack_depth_m"):
        del design["cluster"][key]
    for key in ("liquid_heat_kw", "air_heat_kw", "feed_units", "silicon_mean_kw"):
        del design["facility"][key]
    assert set(drawings(design)) == {"fabric", "line"}


def test_a_drawing_names_the_figures_that_it_shows():
    for one in drawn(DESIGN, "en", texts("en")).values():
        assert one.of
        assert set(one.of) <= set(DESIGN["figures"]), one.id


@pytest.mark.parametrize(("rows", "columns"), [(1, 10), (2, 12), (10, 20), (24, 60), (40, 50)])
def test_every_rack_of_the_hall_is_on_the_plan(rows, columns):
    svg = drawings(with_(cluster=hall(rows, columns)))["floor"]
    assert sum(map(int, re.findall(r'data-racks="(\d+)"', svg))) == rows * columns
    assert f"{rows * columns:,} racks" in words(svg)


def test_the_plan_is_to_scale():
    design = with_(cluster=hall(10, 20))
    root = ElementTree.fromstring(drawings(design)["floor"])
    runs = [one for one in root.iter(f"{SVG}rect") if one.get("data-racks")]
    shapes = [(float(one.get("width")), float(one.get("height")), int(one.get("data-racks"))) for one in runs]
    scale = {round(max(a, b) / min(a, b) / (0.5 * count), 2) for a, b, count in shapes if count > 2}
    assert scale == {1.0}


def test_a_campus_of_fourteen_thousand_racks_stays_small():
    cluster = hall(40, 50, halls=7) | {"racks": 14_000}
    assert sum(len(svg.encode()) for svg in drawings(with_(cluster=cluster), "ja").values()) < 150_000
    assert "Hall 1 of 7" in words(drawings(with_(cluster=cluster))["floor"])


def test_devices_stand_on_their_units():
    svg = drawings(DESIGN)["rack"]
    heights = re.findall(r'<rect x="[^"]*" y="([^"]*)" width="[^"]*" height="([^"]*)" fill="#d5edfa"', svg)
    tops = [float(y) for y, _ in heights if float(_) > 20]
    assert len(tops) == 20
    assert {round(a - b, 2) for a, b in pairwise(tops)} == {31.0}


def test_a_device_that_does_not_fit_its_rack_ends_with_it():
    wrong = [slot(47, 9, "tall", "compute"), slot(90, 1, "above", "compute"), slot(-5, 1, "below", "compute")]
    shown = words(drawings(with_(cluster={"elevations": [elevation("compute", wrong, 1.0, 1.0)]}))["rack"])
    assert "tall" in shown
    assert "above" not in shown
    assert "below" not in shown


def test_efficiencies_multiply_to_what_reaches_the_silicon():
    facility = DESIGN["facility"]
    losses = facility["loss_by_stage_kwh"]
    found = efficiencies(DESIGN)
    reached = facility["silicon_mean_kw"] * 8760
    for name in reversed(losses):
        entering = reached + losses[name] if name != "transformers" else facility["energy_kwh_per_year"]
        assert found[name] == pytest.approx(1 - losses[name] / entering)
        reached += losses[name]


def test_two_paths_are_drawn_as_two_sides():
    once, twice = (
        drawings(with_(scenario_facility={"redundancy": redundancy}, facility={"generators": 10}))["line"]
        for redundancy in ("N+1", "2N")
    )
    assert "Side A" in words(twice)
    assert "Side B" in words(twice)
    assert "Side A" not in words(once)
    assert words(once).split(" | ").count("G") == 1
    assert words(twice).split(" | ").count("G") == 2
    assert 'opacity="0.5"' in once, "the spare unit stands beside"
    assert 'opacity="0.5"' not in twice


def test_direct_current_has_its_own_converters():
    losses = {"transformer-mv-lv": 1e8, "rectifier-800v": 2e8, "bbu-rack": 5e7, "busbar-800v": 4e7, "dcdc-800v": 2e8,
              "vrm": 1e9, "something-new": 1e6}  # fmt: skip
    svg = drawings(with_(facility={"loss_by_stage_kwh": losses}, scenario_facility={"distribution": "dc-800v"}))["line"]
    shown = words(svg)
    for text in ("800 V DC", "800 V rectifiers", "Rack battery units", "800 V converters", "something-new"):
        assert text in shown


def test_the_fabric_says_its_counts_links_and_speed():
    cluster = {"planes": 2, "core_switches": 0, "fabric_links": 407_040, "leaf_switches": 12_720, "pods": 1}
    shown = words(drawings(with_(cluster=cluster, network={"oversubscription": 2.0}))["fabric"])
    for text in ("Leaf switches: 12,720", "407,040 links", "813,600 links", "800 Gb/s", "2 planes", "2 : 1", "Rail 8"):
        assert text in shown
    assert "Core" not in shown


def test_pods_are_joined_by_border_switches():
    cluster = {"pods": 16, "border_switches": 1958, "border_links": 125_301}
    shown = words(drawings(with_(cluster=cluster))["fabric"])
    for text in ("Border switches: 1,958", "125,301 links", "One of 16 pods"):
        assert text in shown


@pytest.mark.parametrize(
    ("topology", "word"),
    [("dragonfly", "Routers"), ("torus", "3-D torus"), ("fat-tree", "Fat tree"), ("rail-only", "Rail-only")],
)
def test_every_topology_is_drawn(topology, word):
    cluster = {"spine_switches": 0, "core_switches": 0}
    if topology == "torus":
        cluster |= {"leaf_switches": 0, "host_links": 0}
    assert word in words(drawings(with_(cluster=cluster, network={"topology": topology}))["fabric"])


@pytest.mark.parametrize(
    "plant",
    [
        "air-chiller",
        "tower-economizer",
        "tower-chiller",
        "air-economizer",
        "liquid-dry-trim",
        "liquid-adiabatic",
        "immersion-1p",
        "immersion-2p",
    ],
)
def test_every_plant_has_its_machines(plant):
    shown = words(drawings(with_(scenario_facility={"cooling": plant}))["cooling"])
    towers = dict.fromkeys(("tower-economizer", "tower-chiller", "air-economizer"), "Cooling towers")
    rejector = {**towers, "liquid-adiabatic": "Adiabatic coolers"}.get(plant, "Dry coolers")
    assert ("Water-cooled chillers" in shown) == (plant in towers)
    assert ("outside air" in shown) == (plant == "air-economizer")
    assert (rejector in shown) == (plant != "air-chiller")
    assert ("Immersion tanks" in shown) == plant.startswith("immersion")
    assert "40.0 °C" in shown
    assert "50.0 °C" in shown


def test_the_plant_that_was_chosen_is_drawn():
    facility = {"cooling_plant": "tower-chiller", "supply_c": 27.0}
    shown = words(drawings(with_(facility=facility, scenario_facility={"cooling": "best"}))["cooling"])
    assert "Cooling towers" in shown
    assert "27.0 °C" in shown


def test_a_plant_of_air_alone_has_one_loop():
    svg = drawings(with_(facility={"liquid_heat_kw": 0.0}))["cooling"]
    assert "Liquid loop" not in words(svg)
    assert "100 % of the heat" in words(svg)


def hostile(text: str) -> dict[str, Any]:
    design = with_(
        network={"topology": text, "link": text},
        scenario_facility={"cooling": text, "distribution": text, "redundancy": text},
    )
    design["cluster"]["elevations"] = [elevation(text, [slot(1, 2, text, text)], 1.0, 1.0)] * 9
    design["cluster"]["hall_rows"] = [{"y_m": 2.0, "runs": [{"kind": text, "count": 3, "x_m": 1.0}]}]
    design["facility"]["loss_by_stage_kwh"] = {text: 1e6}
    design["system"]["name"] = text
    return design


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_hostile_names_stay_text(text, lang):
    for svg in drawings(hostile(text), lang).values():
        root = ElementTree.fromstring(svg)
        assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
            "svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "line", "circle", "text", "g",
        }  # fmt: skip
        for one in root.iter(f"{SVG}text"):
            assert length_of(one.text or "") <= 960


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["kind", "slots", "unit", "height_u", "runs", "count", "x_m", "y_m"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_shape_of_a_room_is_drawn_or_left_out(value):
    for key in ("elevations", "hall_rows", "units", "hall_width_m"):
        for svg in drawings(with_(cluster={key: value})).values():
            ElementTree.fromstring(svg)


@given(st.text(max_size=60), st.floats(0, 500))
def test_fitted_text_keeps_to_its_room(text, room):
    assert length_of(fitted(text, room)) <= room
    assert " ".join(wrapped(" ".join(text.split()), room, most=3)).replace(" ", "") == "".join(text.split())


@given(st.text(max_size=40))
def test_escaped_text_reads_back(text):
    read = ElementTree.fromstring(f"<a>{escaped(text)}</a>").text or ""
    legal = [c for c in text if c in "\t\n" or c >= " "]
    # A reader of XML takes the end of a line in two characters for one.
    assert len(read) == len(text.replace("\r\n", "\n"))
    if len(legal) == len(text) and "\r" not in text and not re.search("[\ud800-\udfff\ufffe\uffff]", text):
        assert read == text
