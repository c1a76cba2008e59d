"""The packaged hardware and models agree with the collected facts, row by row."""

import csv

import pytest

from denshi.catalog import Accelerator, Model, Switch, System, find, rows

SCALES = {
    "bf16_tf": ("bf16_flop_per_s", 1e12),
    "fp8_tf": ("fp8_flop_per_s", 1e12),
    "fp4_tf": ("fp4_flop_per_s", 1e12),
    "int8_tops": ("int8_op_per_s", 1e12),
    "tf32_tf": ("tf32_flop_per_s", 1e12),
    "fp64_tensor_tf": ("fp64_tensor_flop_per_s", 1e12),
    "hbm_gb": ("memory_bytes", 1e9),
    "hbm_tbs": ("memory_bytes_per_s", 1e12),
    "scaleup_gbs_uni": ("scaleup_bytes_per_s", 1e9),
    "scaleup_domain": ("scaleup_domain", 1.0),
    "tdp_w": ("tdp_kw", 1e-3),
    "tpp": ("tpp", 1.0),
}
MENDED = {
    ("h200-nvl-141gb", "tpp"): "15,832 belongs to the SXM part: 835.5 TFLOP/s times 16 bits is 13,368",
    ("tpu-v6e", "scaleup_gbs_uni"): "the maker's page gives 800 GB/s both ways",
}
LEFT_OUT = {
    "deepseek-v4-flash": "attention of compressed sparse kind: no standard layer shape, no published count",
    "deepseek-v4-pro": "attention of compressed sparse kind: no standard layer shape, no published count",
    "kimi-k3": "hybrid of linear and latent attention, experts a token not in the config",
}
SHAPE = {
    "layers": "layers",
    "hidden": "hidden",
    "heads": "heads",
    "kv_heads": "kv_heads",
    "vocab": "vocab",
    "ffn_dense": "ffn",
    "ffn_expert": "expert_ffn",
    "experts": "experts",
    "topk": "top_k",
    "shared_experts": "shared_experts",
}


def _table(folder, name):
    with (folder / "facts" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_accelerator_agrees(shared):
    for fact in _table(shared, "accelerators.csv"):
        chip = find(Accelerator, fact["id"])
        assert chip.id == fact["id"]
        for column, (field, scale) in SCALES.items():
            if fact[column] and (fact["id"], column) not in MENDED:
                assert getattr(chip, field) == pytest.approx(float(fact[column]) * scale, rel=2e-3), (chip.id, field)


def test_every_accelerator_of_the_facts_has_its_recalled_values_at_grade_e_or_a_source(shared):
    for fact in _table(shared, "accelerators.csv"):
        chip = find(Accelerator, fact["id"])
        for column in filter(None, fact["recall_fields"].split(";")):
            field = SCALES.get(column, (column, 1.0))[0]
            if field in chip.evidence:
                proof = chip.evidence[field]
                assert proof.grade == "E" or "memory" not in proof.source, (chip.id, field)


def test_every_model_agrees(shared):
    for fact in _table(shared, "models.csv"):
        if fact["id"] in LEFT_OUT:
            assert fact["id"] not in rows("models")
            continue
        model = find(Model, fact["id"])
        for column, field in SHAPE.items():
            if fact[column]:
                assert getattr(model, field) == float(fact[column]), (model.id, field)
        if fact["params_b_published"]:
            assert model.published_params == pytest.approx(float(fact["params_b_published"]) * 1e9, rel=2e-3)
        if fact["train_tokens_t"]:
            assert model.train_tokens == pytest.approx(float(fact["train_tokens_t"]) * 1e12)
        if fact["gpu_hours"]:
            assert model.published_accelerator_hours == pytest.approx(float(fact["gpu_hours"]))


def test_every_accelerator_and_model_of_the_measurements_is_known(shared):
    for name in ("training.csv", "serving.csv"):
        with (shared / "validation" / name).open(encoding="utf-8", newline="") as file:
            measured = list(csv.DictReader(file))
        assert {row["accelerator"] for row in measured} <= set(rows("accelerators"))
        assert {row["model_id"] for row in measured if row["model_id"]} <= set(rows("models"))


def test_every_accelerator_that_is_sold_has_a_system():
    carried = {system.accelerator for system in rows("systems").values()}
    without = set(rows("accelerators")) - carried
    assert without == {"a100-sxm-40gb", "h100-96gb-hbm2e-500w"}  # both are variants of a part that has one


@pytest.mark.parametrize("id_", ["dgx-h100", "dgx-h200", "dgx-b200", "dgx-b300", "gb200-nvl72", "gb300-nvl72"])
@pytest.mark.parametrize("field", ["accelerators", "units_per_rack", "power_kw", "liquid_fraction", "nic_bytes_per_s"])
def test_the_units_most_often_built_stand_on_their_makers_word(id_, field):
    assert find(System, id_).evidence[field].grade == "B"


@pytest.mark.parametrize(("id_", "passive_kw"), [("qm9700", 0.747), ("q3400", 2.9), ("sn5600", 0.94)])
def test_a_switch_is_counted_without_the_optics_that_the_link_counts(id_, passive_kw):
    switch = find(Switch, id_)
    assert switch.power_kw == passive_kw
    assert "without its transceivers" in switch.evidence["power_kw"].note
