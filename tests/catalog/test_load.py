"""The loader refuses what has no evidence, and finds rows by any spelling."""

import pytest

from denshi.catalog import KINDS, Accelerator, Link, Model, Switch, System, find, row, rows
from denshi.errors import CatalogError

PRICE = {"source": "a list", "date": "2025", "grade": "C", "value": 1.0, "unit": "USD"}


@pytest.mark.parametrize("gone", ["source", "date", "grade"])
def test_a_value_without_evidence_is_refused(gone):
    body = {key: value for key, value in PRICE.items() if key != gone}
    with pytest.raises(CatalogError, match=f"has no {gone}"):
        row(KINDS["prices"], "p", body, "here")


def test_a_missing_an_unknown_and_an_odd_value_are_refused():
    with pytest.raises(CatalogError, match="value is missing"):
        row(KINDS["prices"], "p", {key: value for key, value in PRICE.items() if key != "unit"}, "here")
    with pytest.raises(CatalogError, match="Did you mean"):
        row(KINDS["prices"], "p", PRICE | {"unitt": "USD"}, "here")
    with pytest.raises(CatalogError, match="grade"):
        row(KINDS["prices"], "p", PRICE | {"grade": "F"}, "here")


@pytest.mark.parametrize(
    ("kind", "name", "id_"),
    [
        (Accelerator, "H100", "h100-sxm-80gb"),
        (Accelerator, "Ironwood", "tpu-v7"),
        (System, "DGX GB300", "gb300-nvl72"),
        (Model, "Meta-Llama-3.1-405B", "llama3.1-405b"),
        (Model, "llama 3.3 70B", "llama3.1-70b"),
        (Link, "NDR", "infiniband-ndr"),
        (Switch, "sn2201", "management-1g"),
    ],
)
def test_a_row_is_found_by_alias_and_by_loose_spelling(kind, name, id_):
    assert find(kind, name).id == id_


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(CatalogError, match='Did you mean "gb300-nvl72"'):
        find(System, "gb301-nvl72")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_two_rows_of_a_kind_share_a_spelling(kind):
    plain = [
        "".join(c for c in text.casefold() if c.isalnum()) for r in rows(kind).values() for text in (*r.aliases, r.id)
    ]
    own = [
        {"".join(c for c in text.casefold() if c.isalnum()) for text in (*r.aliases, r.id)} for r in rows(kind).values()
    ]
    assert len(set(plain)) == sum(map(len, own))


@pytest.mark.parametrize(
    ("kind", "least"), [("accelerators", 28), ("systems", 20), ("models", 30), ("switches", 6), ("links", 5)]
)
def test_the_catalogue_is_as_large_as_promised(kind, least):
    assert len(rows(kind)) >= least
