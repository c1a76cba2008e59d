"""Folders appear whole or not at all; a missing package is one message."""

import errno
from pathlib import Path

import pytest

from denshi import energy
from denshi.errors import FileError, UsageError
from denshi.export import FORMATS, extras, netbox, write
from denshi.export.files import staged
from denshi.export.network import network
from denshi.export.write import formats_of
from energy.cases import site
from export.sample import SAMPLE

SUPPLY = network(site(48), energy.run(site(48)), "sample")
NOW = (4, 7)


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _quiet(_: str) -> None:
    return None


def test_all_formats_stand_in_one_folder(tmp_path):
    written = write(SAMPLE, SUPPLY, tmp_path / "out", FORMATS, NOW, _quiet)
    assert written.left_out == ()
    found = _files(tmp_path / "out")
    assert {"design.xlsx", "racksdb.yml", "netbox/README.txt", "netbox/11_cables.csv"} <= set(found)
    assert not [name for name in found if name.startswith(".")]
    assert list((tmp_path / "out").glob(".*")) == []


def test_a_second_export_leaves_no_file_that_contradicts_it(tmp_path):
    write(SAMPLE, SUPPLY, tmp_path, ("netbox",), NOW, _quiet)
    (tmp_path / "netbox" / "mine.txt").write_text("keep")
    (tmp_path / "netbox" / "device-types" / "old.yaml").write_text("old")
    write(SAMPLE, SUPPLY, tmp_path, ("netbox",), (4, 2), _quiet)
    found = _files(tmp_path)
    assert not [name for name in found if "cooling" in name or "old" in name]
    assert "netbox/mine.txt" in found


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(errno.ENOSPC, "No space left on device")])
def test_what_ends_in_the_middle_leaves_what_stood_there(tmp_path, monkeypatch, stop):
    write(SAMPLE, SUPPLY, tmp_path / "old", ("netbox",), NOW, _quiet)
    before = {name: (tmp_path / "old" / name).read_bytes() for name in _files(tmp_path / "old")}

    def ends(inventory, of):
        yield ("half",) * 13
        raise stop

    monkeypatch.setitem(netbox._TABLES, "11_cables.csv", (netbox._TABLES["11_cables.csv"][0], ends))
    for folder in ("old", "new/deep"):
        with pytest.raises((KeyboardInterrupt, FileError)):
            write(SAMPLE, SUPPLY, tmp_path / folder, ("netbox",), NOW, _quiet)
    assert {name: (tmp_path / "old" / name).read_bytes() for name in _files(tmp_path / "old")} == before
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "under"):
        with pytest.raises(FileError, match="cannot be written"):
            write(SAMPLE, SUPPLY, folder, ("netbox",), NOW, _quiet)


def test_a_read_only_folder_is_one_message(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("denshi.export.files.tempfile.mkdtemp", refuse)
    with pytest.raises(FileError, match="Permission denied"):
        write(SAMPLE, SUPPLY, tmp_path / "a", ("netbox",), NOW, _quiet)
    assert not (tmp_path / "a").exists()


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_moves(tmp_path):
    (tmp_path / "design.xlsx").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        write(SAMPLE, SUPPLY, tmp_path, FORMATS, NOW, _quiet)
    assert _files(tmp_path) == []


def test_an_error_of_the_writer_is_no_error_of_the_folder(tmp_path):
    with pytest.raises(ValueError, match="inside"), staged(tmp_path / "x"):
        raise ValueError("inside")
    assert not (tmp_path / "x").exists()


def _without(monkeypatch, *names):
    import_module, find_spec = extras.import_module, extras.find_spec

    def refuse(name):
        if name in names:
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(extras, "find_spec", lambda name: None if name in names else find_spec(name))
    monkeypatch.setattr(extras, "import_module", refuse)


@pytest.mark.parametrize(("asked", "package"), [("xlsx", "xlsxwriter"), ("racksdb", "yaml")])
def test_the_only_format_without_its_package_is_an_error_with_the_command(tmp_path, monkeypatch, asked, package):
    _without(monkeypatch, package)
    with pytest.raises(UsageError, match=package) as told:
        write(SAMPLE, SUPPLY, tmp_path / "out", (asked,), NOW, _quiet)
    assert "pip install 'denshi[export]'" in told.value.mend
    assert not (tmp_path / "out").exists()


def test_formats_without_packages_are_left_out_and_named(tmp_path, monkeypatch):
    _without(monkeypatch, "yaml", "xlsxwriter")
    written = write(SAMPLE, SUPPLY, tmp_path, FORMATS, NOW, _quiet)
    assert len(written.left_out) == 3
    assert set(written.files) == {"netbox", "pypsa/network", "pypsa/network.nc"}
    assert "netbox/11_cables.csv" in _files(tmp_path)


def test_an_unknown_format_names_the_known_ones():
    assert formats_of("all") == FORMATS
    with pytest.raises(UsageError) as told:
        formats_of("excel")
    assert "xlsx" in told.value.mend
