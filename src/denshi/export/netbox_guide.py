"""What a reader of the NetBox set has to know: the order of import, and what the set does not hold."""

from collections.abc import Mapping

_HEAD = """NetBox import set, for release {release} and later of NetBox 4

Import the files one after the other in the order of their numbers: open the list of the object in NetBox, press
"Import", choose "Data File" or upload the CSV file, format CSV, delimiter comma. Every file refers only to objects of
the files before it, by name. Long files are best imported as background jobs, or cut into parts (keep the first line).

"""
_TAIL = """
Device types come in two forms; take one of them.
- 08_device_types.csv, then all the rest: interfaces come from 10_interfaces.csv.
- the files of the folder device-types (format of the device type library, one import each), and neither
  08_device_types.csv nor 10_interfaces.csv: NetBox then makes the interfaces with the devices.

What NetBox has no object for is not in the set: transformers, UPS, switchgear, generators and pumps stand in the
workbook (denshi export --format xlsx). A power panel is one run of the last distribution before the racks; a power
feed carries the nameplate of its rack. The comments of the racks say where they stand, in metres from the first
rack of the hall. Everything has the status "planned". Cable lengths are those of the route through the trays.
"""
_COOLING = """
Cooling (releases from 4.7): sources are the machines of the plant, feeds the loops to the racks that give heat to
liquid, outflows those of the coolant distribution units, intakes those of the devices. NetBox has no field for
temperatures and pressures.
"""


def guide(lines: Mapping[str, int], of: tuple[int, int]) -> str:
    """Return the text of the README of a set with so many lines a file."""
    listed = "".join(f"  {name:28} {count:>10,} objects\n" for name, count in lines.items())
    cooling = _COOLING if any("cooling" in name for name in lines) else ""
    return _HEAD.format(release=f"{of[0]}.{of[1]}") + listed + _TAIL + cooling
