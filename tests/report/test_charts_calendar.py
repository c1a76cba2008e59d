"""The Gantt chart: longest first, lead time then installation from the first day, the deciding item marked."""

from denshi.report.charts import BLUE, ORANGE
from denshi.report.charts_calendar import gantt
from denshi.report.locale import texts

DESIGN = {
    "scenario": {"project": {"start": "2026-01-01"}},
    "buildout": {"critical_item": "Wind", "phase_month": [12.0]},
    "energy": {"items": [{"name": "Wind", "goods": "energy", "lead_time_weeks": 100.0}]},
    "facility": {"items": [{"name": "Chiller", "goods": "cooling", "lead_time_weeks": 30.0}, {"name": "Land"}]},
    "cluster": {"items": [{"name": "Rack", "goods": "accelerator-system", "lead_time_weeks": 40.0}]},
    "facts": {
        "catalog.assumptions.plant-installation-months": {"value": 6.0},
        "catalog.assumptions.hardware-installation-months": {"value": 2.0},
    },
}


def test_items_stand_longest_first_with_their_dates():
    chart = gantt(DESIGN, "en", texts("en"))
    assert [row[0] for row in chart.rows] == ["Wind", "Chiller", "Rack"]
    lead, installation = chart.data
    day = 1000 * 86400
    assert lead["x"] == [700 * day, 210 * day, 280 * day]
    assert lead["text"] == ["2027-12-02", "2026-07-30", "2026-10-08"]
    assert installation["base"] == lead["text"]
    assert round(installation["x"][0] / day) == 183
    assert lead["marker"]["color"] == [ORANGE, BLUE, BLUE]
    assert [line["x0"] for line in chart.layout["shapes"]] == ["2027-01-01"]


def test_without_items_or_a_start_there_is_no_chart():
    assert gantt({**DESIGN, "energy": {}, "facility": {}, "cluster": {}}, "en", texts("en")) is None
    assert gantt({**DESIGN, "scenario": {}}, "en", texts("en")) is None
