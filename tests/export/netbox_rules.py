"""What NetBox asks of an import set, read from its source: columns, required ones, choices, references, limits.

Source: netbox 4.7.3, dcim/forms/bulk_import.py, dcim/choices.py, dcim/models (racks, devices, cables, power, cooling);
columns of 4.2: the same file at commit 016a533.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# Columns of each import form, and those that it requires.
FORMS: dict[str, tuple[str, str]] = {
    "01_sites.csv": (
        "name slug status region group tenant facility time_zone description physical_address shipping_address "
        "latitude longitude owner comments tags",
        "name slug status",
    ),
    "02_locations.csv": (
        "site parent name slug status tenant facility description owner comments tags",
        "site name slug status",
    ),
    "03_manufacturers.csv": ("name slug description owner comments tags", "name slug"),
    "04_rack_roles.csv": ("name slug color description owner comments tags", "name slug color"),
    "05_rack_types.csv": (
        "manufacturer model slug form_factor width u_height starting_unit desc_units outer_width outer_height "
        "outer_depth outer_unit mounting_depth weight max_weight weight_unit cooling_capability cooling_capacity "
        "description owner comments tags",
        "manufacturer model slug form_factor width u_height",
    ),
    "06_racks.csv": (
        "site location group name facility_id tenant status role rack_type form_factor serial asset_tag width u_height "
        "desc_units outer_width outer_height outer_depth outer_unit mounting_depth airflow cooling_capability "
        "cooling_capacity weight max_weight weight_unit description owner comments tags",
        "site name status",
    ),
    "07_device_roles.csv": (
        "name slug parent color vm_role config_template description owner comments tags",
        "name slug color",
    ),
    "08_device_types.csv": (
        "manufacturer default_platform model slug part_number u_height exclude_from_utilization is_full_depth "
        "subdevice_role airflow cooling_method description weight weight_unit end_of_life owner comments tags",
        "manufacturer model slug u_height",
    ),
    "09_devices.csv": (
        "name role tenant manufacturer device_type platform serial asset_tag status site location rack position face "
        "latitude longitude parent device_bay airflow cooling_method virtual_chassis vc_position vc_priority cluster "
        "description config_template owner comments tags",
        "role manufacturer device_type status site",
    ),
    "10_interfaces.csv": (
        "device name label parent bridge lag type channels channel_id speed duplex enabled mark_connected wwn vdcs mtu "
        "mgmt_only description poe_mode poe_type mode vlan_group untagged_vlan tagged_vlans qinq_svlan vrf rf_role "
        "rf_channel rf_channel_frequency rf_channel_width tx_power owner tags",
        "device name type",
    ),
    "11_cables.csv": (
        "side_a_site side_a_device side_a_power_panel side_a_type side_a_name side_b_site side_b_device "
        "side_b_power_panel side_b_type side_b_name type status profile tenant bundle label color length length_unit "
        "description owner comments tags",
        "side_a_type side_a_name side_b_type side_b_name",
    ),
    "12_power_panels.csv": ("site location name description owner comments tags", "site name"),
    "13_power_feeds.csv": (
        "site power_panel location rack name status type mark_connected supply phase voltage amperage max_utilization "
        "tenant description owner comments tags",
        "site power_panel name status type supply phase voltage amperage max_utilization",
    ),
    "14_cooling_sources.csv": (
        "site location name type status fluid_type cooling_capacity description owner comments tags",
        "site name type status",
    ),
    "15_cooling_feeds.csv": (
        "site cooling_source location rack name status cooling_capacity max_flow max_flow_unit tenant description "
        "owner comments tags",
        "site cooling_source name status",
    ),
    "16_cooling_outflows.csv": (
        "device name label type diameter diameter_unit cooling_intake description owner tags",
        "device name",
    ),
    "17_cooling_intakes.csv": (
        "device name label type diameter diameter_unit max_flow max_flow_unit cooling_outflow_device cooling_outflow "
        "description owner tags",
        "device name",
    ),
}
# Columns that the forms of 4.2 do not have: a set for an older release does without them.
NOT_IN_4_2 = {
    "04_rack_roles.csv": {"owner", "comments"},
    "06_racks.csv": {"group", "rack_type", "outer_height", "cooling_capability", "cooling_capacity", "owner"},
    "08_device_types.csv": {"cooling_method", "end_of_life", "owner"},
    "09_devices.csv": {"cooling_method", "owner"},
    "11_cables.csv": {"side_a_power_panel", "side_b_power_panel", "profile", "bundle", "owner"},
}
_PLANNED = {"planned"}
CHOICES: dict[tuple[str, str], set[str]] = {
    ("01_sites.csv", "status"): {"planned", "staging", "active", "decommissioning", "retired"},
    ("02_locations.csv", "status"): {"planned", "staging", "active", "decommissioning", "retired"},
    ("05_rack_types.csv", "form_factor"): {"2-post-frame", "4-post-frame", "4-post-cabinet", "wall-frame"},
    ("05_rack_types.csv", "width"): {"10", "19", "21", "23"},
    ("05_rack_types.csv", "outer_unit"): {"mm", "in"},
    ("05_rack_types.csv", "weight_unit"): {"kg", "g", "lb", "oz"},
    ("05_rack_types.csv", "cooling_capability"): {"air-only", "hybrid", "liquid-only"},
    ("06_racks.csv", "status"): {"reserved", "available", "planned", "active", "deprecated"},
    ("06_racks.csv", "width"): {"10", "19", "21", "23"},
    ("08_device_types.csv", "cooling_method"): {"air", "liquid", "hybrid", "immersion"},
    ("08_device_types.csv", "is_full_depth"): {"true", "false"},
    ("09_devices.csv", "status"): {"offline", "active", "planned", "staged", "failed", "inventory", "decommissioning"},
    ("09_devices.csv", "face"): {"front", "rear", ""},
    ("10_interfaces.csv", "type"): {
        *("1000base-t", "10gbase-x-sfpp", "25gbase-x-sfp28", "100gbase-x-qsfp28", "200gbase-x-qsfp56"),
        *("400gbase-x-osfp", "800gbase-x-osfp", "1.6tbase-x-osfp1600"),
        *("infiniband-hdr", "infiniband-ndr", "infiniband-xdr", "other"),
    },
    ("11_cables.csv", "type"): {
        *("cat6", "cat6a", "dac-active", "dac-passive", "mmf", "mmf-om3", "mmf-om4", "mmf-om5"),
        *("smf", "smf-os1", "smf-os2", "aoc", "power", ""),
    },
    ("11_cables.csv", "status"): {"connected", "planned", "decommissioning"},
    ("11_cables.csv", "length_unit"): {"km", "m", "cm", "mi", "ft", "in"},
    ("11_cables.csv", "side_a_type"): {"dcim.interface"},
    ("11_cables.csv", "side_b_type"): {"dcim.interface"},
    ("13_power_feeds.csv", "status"): {"offline", "active", "planned", "failed"},
    ("13_power_feeds.csv", "type"): {"primary", "redundant"},
    ("13_power_feeds.csv", "supply"): {"ac", "dc"},
    ("13_power_feeds.csv", "phase"): {"single-phase", "three-phase"},
    ("14_cooling_sources.csv", "type"): {"chiller", "cooling-tower", "dry-cooler", "crac", "crah"},
    ("14_cooling_sources.csv", "status"): {"offline", "active", "planned", "failed"},
    ("14_cooling_sources.csv", "fluid_type"): {"water", "water-glycol", "dielectric", "refrigerant"},
    ("15_cooling_feeds.csv", "status"): {"offline", "active", "planned", "failed"},
}
# A column that names an object of an earlier file, by which column of that file.
REFERENCES: dict[tuple[str, str], tuple[str, str]] = {
    **{(name, "site"): ("01_sites.csv", "name") for name, (columns, _) in FORMS.items() if columns.startswith("site ")},
    ("09_devices.csv", "site"): ("01_sites.csv", "name"),
    **{
        (name, "location"): ("02_locations.csv", "name")
        for name in (
            "06_racks.csv",
            "09_devices.csv",
            "12_power_panels.csv",
            "13_power_feeds.csv",
            "15_cooling_feeds.csv",
        )
    },
    ("05_rack_types.csv", "manufacturer"): ("03_manufacturers.csv", "name"),
    ("06_racks.csv", "role"): ("04_rack_roles.csv", "name"),
    ("06_racks.csv", "rack_type"): ("05_rack_types.csv", "model"),
    ("08_device_types.csv", "manufacturer"): ("03_manufacturers.csv", "name"),
    ("09_devices.csv", "role"): ("07_device_roles.csv", "name"),
    ("09_devices.csv", "manufacturer"): ("03_manufacturers.csv", "name"),
    ("09_devices.csv", "device_type"): ("08_device_types.csv", "model"),
    ("09_devices.csv", "rack"): ("06_racks.csv", "name"),
    ("10_interfaces.csv", "device"): ("09_devices.csv", "name"),
    ("13_power_feeds.csv", "power_panel"): ("12_power_panels.csv", "name"),
    ("13_power_feeds.csv", "rack"): ("06_racks.csv", "name"),
    ("15_cooling_feeds.csv", "cooling_source"): ("14_cooling_sources.csv", "name"),
    ("15_cooling_feeds.csv", "rack"): ("06_racks.csv", "name"),
    ("16_cooling_outflows.csv", "device"): ("09_devices.csv", "name"),
    ("17_cooling_intakes.csv", "device"): ("09_devices.csv", "name"),
    ("17_cooling_intakes.csv", "cooling_outflow_device"): ("16_cooling_outflows.csv", "device"),
}
# What has to be unique: names of objects that others refer to, and the constraints of the models.
UNIQUE: dict[str, tuple[tuple[str, ...], ...]] = {
    "01_sites.csv": (("name",), ("slug",)),
    "02_locations.csv": (("name",), ("slug",)),
    "03_manufacturers.csv": (("name",), ("slug",)),
    "04_rack_roles.csv": (("name",), ("slug",)),
    "05_rack_types.csv": (("model",), ("slug",)),
    "06_racks.csv": (("name",),),
    "07_device_roles.csv": (("name",), ("slug",)),
    "08_device_types.csv": (("model",), ("slug",)),
    "09_devices.csv": (("name",), ("rack", "position", "face", "name")),
    "10_interfaces.csv": (("device", "name"),),
    "12_power_panels.csv": (("name",),),
    "13_power_feeds.csv": (("power_panel", "name"),),
    "14_cooling_sources.csv": (("name",),),
    "15_cooling_feeds.csv": (("cooling_source", "name"),),
    "16_cooling_outflows.csv": (("device", "name"),),
    "17_cooling_intakes.csv": (("device", "name"),),
}
LONGEST = {"name": 64, "slug": 100, "model": 100, "description": 200, "label": 100}
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")

Set = dict[str, list[dict[str, str]]]


def read(folder: Path) -> Set:
    """Read a set as NetBox does: strict, blanks at both ends dropped."""
    return {path.name: list(_rows(path)) for path in sorted(folder.glob("*.csv"))}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True)
        columns = next(lines)
        for line in lines:
            assert len(line) == len(columns), (path.name, line)
            yield dict(zip(columns, (cell.strip() for cell in line), strict=True))


def faults(found: Set) -> list[str]:
    """Return everything that NetBox would refuse in a set, at most a few of each kind."""
    wrong: list[str] = []
    for name, rows in found.items():
        columns, required = (set(text.split()) for text in FORMS[name])
        wrong += [f"{name}: unknown column {column}" for column in rows[0].keys() - columns]
        wrong += [f"{name}: {column} is missing" for column in required if any(not row.get(column) for row in rows)]
        for column, allowed in ((c, a) for (file, c), a in CHOICES.items() if file == name):
            bad = {row[column] for row in rows if column in row} - allowed
            wrong += [f"{name}: {column} {value!r} is no choice" for value in sorted(bad)]
        for columns_ in UNIQUE.get(name, ()):
            twice = [k for k, n in Counter(tuple(row[c] for c in columns_) for row in rows).items() if n > 1]
            wrong += [f"{name}: {columns_} {key} twice" for key in twice[:3]]
        for column, longest in LONGEST.items():
            wrong += [f"{name}: {column} too long: {r[column]}" for r in rows if len(r.get(column, "")) > longest][:3]
        wrong += [f"{name}: no slug {r['slug']!r}" for r in rows if "slug" in r and not _SLUG.fullmatch(r["slug"])]
    return [*wrong, *_dangling(found), *_overlaps(found), *_cabling(found), *_numbers(found)]


def _dangling(found: Set) -> list[str]:
    wrong = []
    for (name, column), (other, key) in REFERENCES.items():
        if name in found and column in found[name][0]:
            known = {row[key] for row in found.get(other, ())} | {""}
            bad = sorted({row[column] for row in found[name]} - known)
            wrong += [f"{name}: {column} {value!r} is not in {other}" for value in bad[:3]]
    rack_hall = {row["name"]: row["location"] for row in found["06_racks.csv"]}
    for name in ("09_devices.csv", "13_power_feeds.csv", "15_cooling_feeds.csv"):
        elsewhere = [r for r in found.get(name, ()) if r["rack"] and rack_hall[r["rack"]] != r["location"]]
        wrong += [f"{name}: {row['name']} is not where its rack is" for row in elsewhere[:3]]
    return wrong


def _overlaps(found: Set) -> list[str]:
    """Units of a rack are taken once, inside the rack; a device on the floor takes none."""
    heights = {row["model"]: int(row["u_height"]) for row in found["08_device_types.csv"]}
    racks = {row["name"]: int(row["u_height"]) for row in found["06_racks.csv"]}
    taken: set[tuple[str, int]] = set()
    wrong = []
    for row in found["09_devices.csv"]:
        height = heights[row["device_type"]]
        if bool(row["rack"]) != (height > 0) or bool(row["position"]) != bool(row["face"]):
            wrong.append(f"{row['name']}: rack, position and height contradict each other")
            continue
        if not row["rack"]:
            continue
        units = {(row["rack"], int(row["position"]) + i) for i in range(height)}
        if units & taken or min(u for _, u in units) < 1 or max(u for _, u in units) > racks[row["rack"]]:
            wrong.append(f"{row['name']}: units {min(units)} taken or outside the rack")
        taken |= units
    return wrong[:5]


def _cabling(found: Set) -> list[str]:
    """Both ends of a cable exist, and an interface has at most one cable."""
    ports = {(row["device"], row["name"]) for row in found["10_interfaces.csv"]}
    used: set[tuple[str, str]] = set()
    wrong = []
    for row in found.get("11_cables.csv", ()):
        for side in "ab":
            end = (row[f"side_{side}_device"], row[f"side_{side}_name"])
            if end not in ports or end in used or "," in end[1]:
                wrong.append(f"cable {row['label']}: {end} does not exist or has a cable already")
            used.add(end)
    return wrong[:5]


def _numbers(found: Set) -> list[str]:
    wrong = []
    for row in found.get("13_power_feeds.csv", ()):
        inside = 0 < int(row["voltage"]) < 2**15 and 1 <= int(row["amperage"]) < 2**15
        if not (inside and 1 <= int(row["max_utilization"]) <= 100):
            wrong.append(f"power feed {row['name']}: {row}")
    wrong += [f"rack height {r['u_height']}" for r in found["06_racks.csv"] if not 1 <= int(r["u_height"]) <= 100]
    for row in found.get("11_cables.csv", ()):
        if not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", row["length"]):
            wrong.append(f"cable {row['label']}: length {row['length']}")
    for name in ("14_cooling_sources.csv", "15_cooling_feeds.csv", "05_rack_types.csv"):
        bad = [r for r in found.get(name, ()) if not re.fullmatch(r"\d{1,8}(\.\d{1,2})?", r["cooling_capacity"])]
        wrong += [f"{name}: capacity {row['cooling_capacity']}" for row in bad[:3]]
    return wrong[:5]
