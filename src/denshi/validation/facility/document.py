"""All comparisons of the building as one document, and as text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from denshi.validation.facility.bands import Band, BandCase, band_cases
from denshi.validation.facility.power import power_checks, row_of
from denshi.validation.facility.published import PublishedCase, published_cases
from denshi.validation.facility.ranges import CASES, SOURCE
from denshi.validation.facility.typical import LIMITS, LIMITS_WETTED, PLANTS, WETTED, TypicalCase, typical_cases
from denshi.validation.facility.zones import REPRESENTATIVE

SCHEMA_VERSION = 1
SAMPLES = 64


def document(shared: Path, samples: int = SAMPLES, progress: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Return bands, published halls, power chain and typical years with every error.

    Parameters
    ----------
    shared : folder of the measured data.
    samples : points of the published input ranges for each zone and case.
    """
    bands = band_cases(shared, REPRESENTATIVE, samples, progress)
    halls = published_cases(shared, progress)
    years = typical_cases(shared, progress)
    return {
        "schema_version": SCHEMA_VERSION,
        "bands": {
            "source": SOURCE,
            "samples": samples,
            "pue_inside": _share([one.pue.inside for one in bands]),
            "wue_inside": _share([one.wue.inside for one in bands]),
            "wue_inside_if_all_latent": _share([one.wue_all_latent.inside for one in bands]),
            "rows": [_band_row(one) for one in bands],
        },
        "published": [_hall_row(one) for one in halls],
        "power": [row_of(one) for one in power_checks(shared)],
        "typical_year": {
            "limits": LIMITS,
            "limits_wetted": LIMITS_WETTED,
            "inside": sum(one.inside for one in years if one.held),
            "of": sum(one.held for one in years),
            "worst": [
                _worst([one for one in years if (one.plant, one.supply_c) == (plant, supply_c)])
                for plant, supply_c, _ in PLANTS
            ],
        },
    }


def _share(inside: list[bool | None]) -> dict[str, float]:
    known = [one for one in inside if one is not None]
    return {"inside": sum(known), "of": len(known), "fraction": sum(known) / len(known) if known else 0.0}


def _band_row(one: BandCase) -> dict[str, Any]:
    return {
        "zone": one.zone,
        "case": one.case,
        "what": CASES[one.case][1],
        "station": one.station,
        "pue": _band(one.pue),
        "wue": _band(one.wue),
        "wue_all_latent": _band(one.wue_all_latent),
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "published_low": band.low,
        "published_high": band.high,
        "low": band.ours_low,
        "median": band.median,
        "high": band.ours_high,
        "inside": band.inside,
        "share_of_samples_inside": band.share_inside,
        "overlap": band.overlap,
    }


def _hall_row(one: PublishedCase) -> dict[str, Any]:
    return {
        "name": one.name,
        "metric": one.metric,
        "published_low": one.low,
        "published_high": one.high,
        "denshi": one.ours,
        "least": one.least,
        "most": one.most,
        "inside": one.inside,
        "must": one.held,
        "stations": list(one.stations),
        "inputs": one.inputs,
    }


def _worst(rows: list[TypicalCase]) -> dict[str, Any]:
    first = rows[0]
    named = ("pue_mean", "pue_peak", "wue")
    return {
        "plant": first.plant,
        "supply_c": first.supply_c,
        "wetted": first.plant in WETTED,
        "must": first.held,
        "stations": len(rows),
        "inside": sum(one.inside for one in rows),
        **{name: max((getattr(one, name) for one in rows), key=abs) for name in named},
        **{f"{name}_mean_error": sum(abs(getattr(one, name)) for one in rows) / len(rows) for name in named},
        "worst_station": max(rows, key=lambda one: abs(one.pue_peak)).station,
    }


def as_text(found: dict[str, Any]) -> str:
    """Return the document as a page of text."""
    bands = found["bands"]
    lines = [
        f"Bands of Lei and Masanet, {bands['samples']} samples of their own ranges; median inside the 5 to 95 % band",
        f"  PUE {_of(bands['pue_inside'])}, WUE {_of(bands['wue_inside'])}, "
        f"WUE were all heat latent {_of(bands['wue_inside_if_all_latent'])}",
        "",
        f"  {'zone':5}{'case':>4}  {'PUE published':>15}{'ours 5 / 50 / 95 %':>24}{'':6}"
        f"{'WUE published':>15}{'ours 5 / 50 / 95 %':>24}{'':6}{'all latent':>10}",
    ]
    lines += [
        f"  {one['zone']:5}{one['case']:>4}  {_band_text(one['pue'], 3)}{_band_text(one['wue'], 2)}"
        f"{one['wue_all_latent']['median']:10.2f}"
        for one in bands["rows"]
    ]
    lines += ["", "Published halls"]
    lines += [
        f"  {one['name']:46}{one['metric']:6}{one['published_low']:6.3g} to {one['published_high']:<6.3g}"
        f"ours {one['denshi']:.3f} ({one['least']:.3f} to {one['most']:.3f})  "
        f"{'inside' if one['inside'] else 'OUTSIDE' if one['must'] else 'outside'}"
        for one in found["published"]
    ]
    lines += ["", "Power chain"]
    lines += [
        f"  {one['name']:76}{one['published_low']:8.6g} to {one['published_high']:<8.6g}{one['unit']:4}"
        f"ours {one['low']:.6g} to {one['high']:.6g}  "
        f"{'inside' if one['inside'] else 'OUTSIDE' if one['must'] else 'outside'}"
        for one in found["power"]
    ]
    year = found["typical_year"]
    lines += ["", f"Typical year less the station's file: {year['inside']} of {year['of']} within limits; worst"]
    lines += [
        f"  {one['plant']:18}{one['supply_c']:3.0f} C  mean PUE {one['pue_mean']:+.4f}  "
        f"worst hour {one['pue_peak']:+.4f}  "
        f"WUE {one['wue']:+.4f}   {one['inside']} of {one['stations']}{'' if one['must'] else ', reported only'}"
        for one in year["worst"]
    ]
    return "\n".join(lines) + "\n"


def _of(count: dict[str, float]) -> str:
    return f"{count['inside']:g} of {count['of']:g} ({count['fraction']:.0%})"


def _band_text(band: dict[str, Any], digits: int) -> str:
    ours = " / ".join(f"{band[name]:.{digits}f}" for name in ("low", "median", "high"))
    if band["published_low"] is None:
        return f"{'—':>15}{ours:>24}{'':6}"
    published = f"{band['published_low']:.{digits}f}–{band['published_high']:.{digits}f}"
    return f"{published:>15}{ours:>24}{' in   ' if band['inside'] else ' OUT  '}"
