"""Device types as YAML files, in the form of the NetBox device type library."""

from pathlib import Path
from typing import Any

from denshi.export.extras import package
from denshi.export.inventory import DeviceType, Inventory
from denshi.export.names import plain
from denshi.export.netbox import Release, model_name, model_slug, products
from denshi.export.netbox_choices import COOLING_SINCE, interface_type


def write_types(inventory: Inventory, folder: Path, of: Release) -> int:
    """Write one file a device type into an empty folder; return how many.

    Raises
    ------
    UsageError : PyYAML is not installed.
    """
    yaml = package("device-types")
    folder.mkdir(parents=True)
    kinds = products(inventory)
    for kind in kinds:
        text = yaml.safe_dump(device_type(kind, of), sort_keys=False, allow_unicode=True, explicit_start=True)
        (folder / f"{model_slug(kind)}.yaml").write_text(text, encoding="utf-8")
    return len(kinds)


def device_type(kind: DeviceType, of: Release) -> dict[str, Any]:
    """Return a device type as the library writes it; what is not known is left out."""
    found: dict[str, Any] = {
        "manufacturer": plain(kind.maker, 100),
        "model": model_name(kind),
        "slug": model_slug(kind),
        "u_height": kind.height_u,
        "is_full_depth": True,
    }
    if round(kind.weight_kg, 2):
        found |= {"weight": round(kind.weight_kg, 2), "weight_unit": "kg"}
    if of >= COOLING_SINCE:
        found["cooling_method"] = kind.cooling
    if kind.ports:
        found["interfaces"] = [
            {"name": name, "type": interface_type(group, of)} for group in kind.ports for name in group.names
        ]
    return found
