"""The catalogue does not contradict itself, and the rules do find what is wrong."""

import dataclasses
from types import MappingProxyType

import pytest

from denshi.catalog import check, find, rows
from denshi.catalog.parameters import active_params, moe_layers, total_params
from denshi.catalog.processing import total_processing_performance
from denshi.catalog.schema import Accelerator, Model, Site, System
from denshi.figure import Evidence


def test_nothing_is_unexplained():
    assert [str(one) for one in check.unexplained()] == []


def test_no_explanation_is_out_of_date():
    assert check.stale() == ()


def test_every_reason_is_reported_beside_its_contradiction():
    assert all(reason for _, reason in check.report())
    assert len(check.report()) == len(check.known_reasons())


@pytest.mark.parametrize("id_", sorted(rows("models")))
def test_the_layer_shape_gives_the_published_parameters(id_):
    model = find(Model, id_)
    explained = {key[2] for key in check.known_reasons() if key[3] == "published_params"}
    if model.published_params and id_ not in explained:
        assert total_params(model) == pytest.approx(model.published_params, rel=0.01)
    assert 0 < active_params(model) <= total_params(model)


def test_a_mixture_in_every_second_layer_after_dense_ones():
    model = find(Model, "deepseek-v3")
    assert moe_layers(model) == 58
    assert moe_layers(dataclasses.replace(model, moe_interval=2.0)) == 29
    assert moe_layers(dataclasses.replace(model, experts=0.0)) == 0


def test_queries_without_compression_are_counted_whole():
    model = dataclasses.replace(find(Model, "deepseek-v3"), q_lora_rank=0.0)
    assert total_params(model) > total_params(find(Model, "deepseek-v3"))


def test_performance_is_the_largest_product():
    assert total_processing_performance({"bf16_flop_per_s": 1e15, "fp4_flop_per_s": 9e15}) == 36_000
    assert total_processing_performance({"bf16_flop_per_s": None}) == 0


def _wrong(monkeypatch, kind, type_, id_, **changes):
    """Run the checks over the catalogue with one row changed."""
    good = rows(kind)
    bad = MappingProxyType(dict(good) | {id_: dataclasses.replace(find(type_, id_), **changes)})
    monkeypatch.setattr(check, "rows", lambda name: bad if name == kind else rows(name))
    return {(one.rule, one.field) for one in check.unexplained() if one.id == id_}


def test_the_section_232_part_with_the_tpp_of_another_source_is_found(monkeypatch):
    # 20,700 instead of 20,919 moves the part out of the tariff band that was written for it.
    assert ("tpp", "tpp") in _wrong(monkeypatch, "accelerators", Accelerator, "mi325x", tpp=20_700.0)


def test_a_sparse_rate_is_found(monkeypatch):
    found = _wrong(monkeypatch, "accelerators", Accelerator, "h100-sxm-80gb", fp8_flop_per_s=3.958e15)
    assert ("dense-rates", "fp8_flop_per_s") in found


def test_a_wrong_width_is_found(monkeypatch):
    # The Llama 2 7B of a public configuration set has this FFN width; the true one is 11,008.
    assert ("parameters", "published_params") in _wrong(monkeypatch, "models", Model, "llama2-7b", ffn=16_384.0)


def test_a_node_that_draws_less_than_its_chips_is_found(monkeypatch):
    found = _wrong(monkeypatch, "systems", System, "gb300-nvl72", power_kw=95.0)
    assert ("system-power", "power_kw") in found


def test_a_price_out_of_the_published_band_is_found(monkeypatch):
    found = _wrong(monkeypatch, "systems", System, "gb300-nvl72", price_usd=9.0e6)
    assert {("compute-price", "price_usd"), ("band", "price_usd")} <= found


def test_an_unknown_accelerator_is_found(monkeypatch):
    assert ("reference", "accelerator") in _wrong(monkeypatch, "systems", System, "gb300-nvl72", accelerator="b999")


def test_memory_that_claims_to_be_a_source_is_found(monkeypatch):
    proof = MappingProxyType(
        dict(find(System, "gb300-nvl72").evidence) | {"weight_kg": Evidence("from memory", "2025", "B")}
    )
    assert ("recall", "weight_kg") in _wrong(monkeypatch, "systems", System, "gb300-nvl72", evidence=proof)


def test_a_fraction_above_one_is_found(monkeypatch):
    assert ("range", "liquid_fraction") in _wrong(monkeypatch, "systems", System, "gb300-nvl72", liquid_fraction=85.0)


def test_a_site_with_swapped_sign_is_found(monkeypatch):
    site = next(row for row in rows("sites").values() if isinstance(row, Site) and row.country == "US")
    assert ("place", "longitude") in _wrong(monkeypatch, "sites", Site, site.id, longitude=-site.longitude)
