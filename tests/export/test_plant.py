"""Power and cooling of an inventory: every rack has its feeds, no panel more than its part."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.export import plant
from denshi.export.inventory import Panel, Rack, Source
from export.sample import item

EQUIPMENT = {
    "dry-cooler": SimpleNamespace(id="dry-cooler", capacity_kw=1000.0, price_usd=110_000.0),
    "chiller-air": SimpleNamespace(id="chiller-air", capacity_kw=1500.0, price_usd=450_000.0),
}


def _rack(n, power_kw, liquid_kw=0.0, hall=0):
    return Rack(f"r{n:03d}", "compute", hall, 0, n, 0.0, 0.0, power_kw, liquid_kw)


def _item(name, row, count, price):
    base = item(name, count, price)
    return type(base)(**{f: getattr(base, f) for f in base.__slots__ if f != "fact"}, fact=f"catalog.equipment.{row}.x")


def _facility(stage, units):
    return SimpleNamespace(feed_units={stage: units}, feed_rated_kw={stage: 1000.0 * units})


@given(
    powers=st.lists(st.floats(0.5, 200.0), min_size=1, max_size=60),
    units=st.integers(1, 12),
    redundancy=st.sampled_from(["N", "N+1", "2N"]),
)
def test_each_path_feeds_each_rack_once_and_carries_the_whole_power(powers, units, redundancy):
    paths = 2 if redundancy == "2N" else 1
    racks = [_rack(n, power) for n, power in enumerate(powers)]
    panels = plant.panels(_facility("busway-415v", units * paths), redundancy, racks)
    feeds = plant.feeds(racks, panels, "busway-415v", 0.8, 0.97)
    assert len(feeds) == len(racks) * paths
    assert len({feed.name for feed in feeds}) == len(feeds)
    for path in "AB"[:paths]:
        loads = {i: 0.0 for i, panel in enumerate(panels) if panel.path == path}
        for feed in feeds:
            if panels[feed.panel].path == path:
                loads[feed.panel] += racks[feed.rack].power_kw
        assert sum(loads.values()) == pytest.approx(sum(powers))
        assert max(loads.values()) <= sum(powers) / units + max(powers) + 1e-9


@pytest.mark.parametrize(
    ("stage", "amperes", "direct"),
    [("busway-415v", 142_000 / (415 * 3**0.5 * 0.97) / 0.8, False), ("busbar-800v", 142_000 / 800 / 0.8, True)],
)
def test_the_current_of_a_feed_carries_its_rack_at_the_limit(stage, amperes, direct):
    (feed,) = plant.feeds([_rack(0, 142.0)], [Panel("p", 0, "A", 1000.0)], stage, 0.8, 0.97)
    assert amperes <= feed.amperage_a < amperes + 1
    assert feed.direct_current is direct
    assert feed.use_percent == 80


def test_panels_of_two_paths_are_as_many_as_the_units():
    racks = [_rack(n, 10.0, hall=2 - n) for n in range(3)]
    panels = plant.panels(_facility("busbar-800v", 6), "2N", racks)
    assert [panel.path for panel in panels] == ["A", "B"] * 3
    assert len({panel.name for panel in panels}) == 6
    assert [panel.hall for panel in panels] == [0, 0, 1, 1, 2, 2]
    for feed in plant.feeds(racks, panels, "busbar-800v", 0.8, 0.97):
        assert racks[feed.rack].hall == panels[feed.panel].hall


def test_sources_are_as_many_and_as_large_as_the_bill_buys():
    items = (
        _item("Air-cooled chiller, liquid loop", "chiller-air", 2.0, 450_000.0),
        _item("Air-cooled chiller, air loop", "chiller-air", 1.0, 225_000.0),
        _item("Dry cooler, liquid loop", "dry-cooler", 3.0, 110_000.0),
        _item("Generator", "generator-diesel", 9.0, 1.0),
        item("Land", 3.0, 1.0),
    )
    found = plant.sources(items, EQUIPMENT)
    assert [(one.kind, one.loop, one.capacity_kw) for one in found] == [
        ("chiller", "liquid", 1500.0),
        ("chiller", "liquid", 1500.0),
        ("chiller", "air", 750.0),
        *[("dry-cooler", "liquid", 1000.0)] * 3,
    ]
    assert len({one.name for one in found}) == 6


def test_loops_lead_to_wet_racks_from_what_rejects_their_heat():
    sources = [
        Source("c1", "chiller", "liquid", "", "water", 1.0),
        Source("d1", "dry-cooler", "liquid", "", "water", 1.0),
        Source("d2", "dry-cooler", "air", "", "water", 1.0),
        Source("d3", "dry-cooler", "", "", "water", 1.0),
    ]
    racks = [_rack(0, 10.0, 9.0), _rack(1, 10.0), _rack(2, 10.0, 9.0)]
    assert [(f.rack, sources[f.source].name) for f in plant.coolant_feeds(racks, sources)] == [(0, "d1"), (2, "d3")]
    assert [sources[f.source].name for f in plant.coolant_feeds(racks, sources[:1])] == ["c1", "c1"]
    assert plant.coolant_feeds(racks, []) == ()
