"""A config of Hugging Face becomes a model, or one clear sentence."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denshi.catalog import Model, find
from denshi.catalog.huggingface import model_from_config
from denshi.catalog.parameters import active_params, total_params
from denshi.errors import CatalogError

LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}
DEEPSEEK = {
    "model_type": "deepseek_v3",
    "num_hidden_layers": 61,
    "hidden_size": 7168,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "vocab_size": 129280,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_experts_per_tok": 8,
    "first_k_dense_replace": 3,
    "moe_layer_freq": 1,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_rope_head_dim": 64,
    "qk_nope_head_dim": 128,
    "v_head_dim": 128,
}
GPT_OSS = {
    "model_type": "gpt_oss",
    "num_hidden_layers": 36,
    "hidden_size": 2880,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 64,
    "intermediate_size": 2880,
    "vocab_size": 201088,
    "num_local_experts": 128,
    "num_experts_per_tok": 4,
    "sliding_window": 128,
    "attention_bias": True,
}
QWEN_MOE = {
    "model_type": "qwen3_moe",
    "num_hidden_layers": 48,
    "hidden_size": 2048,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "intermediate_size": 6144,
    "moe_intermediate_size": 768,
    "vocab_size": 151936,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "decoder_sparse_step": 1,
    "sliding_window": None,
    "use_sliding_window": False,
}
MIXTRAL = {
    "model_type": "mixtral",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 32000,
    "num_local_experts": 8,
    "num_experts_per_tok": 2,
}
MAVERICK = {
    "model_type": "llama4",
    "text_config": {
        "model_type": "llama4_text",
        "num_hidden_layers": 48,
        "hidden_size": 5120,
        "num_attention_heads": 40,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "intermediate_size": 8192,
        "intermediate_size_mlp": 16384,
        "vocab_size": 202048,
        "num_local_experts": 128,
        "num_experts_per_tok": 1,
        "interleave_moe_layer_step": 2,
    },
}
KNOWN = {
    "llama3.1-8b": LLAMA,
    "deepseek-v3": DEEPSEEK,
    "gpt-oss-120b": GPT_OSS,
    "qwen3-30b-a3b": QWEN_MOE,
    "mixtral-8x7b": MIXTRAL,
    "llama4-maverick": MAVERICK,
}


def _write(folder, values):
    path = folder / "config.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


@pytest.mark.parametrize("id_", sorted(KNOWN))
def test_a_config_gives_the_model_of_the_catalogue(tmp_path, id_):
    model, known = model_from_config(_write(tmp_path, KNOWN[id_])), find(Model, id_)
    assert total_params(model) == pytest.approx(total_params(known), rel=1e-9)
    assert active_params(model) == pytest.approx(active_params(known), rel=1e-9)
    for field in ("attention", "kv_heads", "head_dim", "sliding_window", "moe_interval", "dense_layers"):
        assert getattr(model, field) == getattr(known, field), field


def test_an_indexer_of_sparse_attention_is_read_where_there_is_one(tmp_path):
    sparse = {"model_type": "deepseek_v32", "index_n_heads": 64, "index_head_dim": 128, "index_topk": 2048}
    model = model_from_config(_write(tmp_path, DEEPSEEK | sparse))
    assert (model.index_heads, model.index_width, model.index_top_k) == (64.0, 128.0, 2048.0)
    assert model.linear_layers is None
    assert "index_top_k" in model.evidence
    assert model_from_config(_write(tmp_path, DEEPSEEK)).index_top_k is None


def test_the_values_carry_the_name_of_the_file(tmp_path):
    proof = model_from_config(_write(tmp_path, LLAMA)).evidence["layers"]
    assert (proof.source, proof.grade) == ("user's file config.json", "D")


def test_an_unknown_type_is_an_assumption(tmp_path):
    proof = model_from_config(_write(tmp_path, LLAMA | {"model_type": "novel"})).evidence["layers"]
    assert proof.grade == "E"
    assert "novel" in proof.note


def test_gpt2_is_ungated_and_tied(tmp_path):
    config = {
        "model_type": "gpt2",
        "n_layer": 48,
        "n_embd": 1600,
        "n_head": 25,
        "vocab_size": 50257,
        "n_positions": 1024,
    }
    model = model_from_config(_write(tmp_path, config))
    assert total_params(model) == 1_557_611_200  # as every framework counts GPT-2 XL


def test_gpt_neox_has_biases_and_two_tables(tmp_path):
    config = {
        "model_type": "gpt_neox",
        "num_hidden_layers": 44,
        "hidden_size": 6144,
        "num_attention_heads": 64,
        "intermediate_size": 24576,
        "vocab_size": 50432,
        "tie_word_embeddings": False,
    }
    assert total_params(model_from_config(_write(tmp_path, config))) == pytest.approx(20.55e9, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"num_hidden_layers": None}, "no layer shape: num_hidden_layers"),
        ({"num_hidden_layers": None, "vocab_size": None}, "vocab_size"),
        ({"intermediate_size": None}, "intermediate_size"),
        ({"hidden_size": -4096}, "outside"),
        ({"hidden_size": True}, "expected a number"),
        ({"hidden_size": "4096"}, "expected a number"),
        ({"hidden_size": [4096]}, "expected a number"),
        ({"hidden_size": float("nan")}, "outside"),
        ({"hidden_size": float("inf")}, "outside"),
        ({"hidden_size": 10**30}, "outside"),
        ({"hidden_size": 10**400}, "a whole number of 401 digits"),
        ({"hidden_size": -(10**400)}, "a whole number of 401 digits"),
        ({"num_hidden_layers": 10_001}, "num_hidden_layers: 10001 is outside 1 to 10000"),
        ({"intermediate_size": 0}, "intermediate_size: 0 is outside"),
        ({"_name_or_path": "x" * 100_000}, "_name_or_path: a name of 100,000 letters"),
        ({"_name_or_path": "x\x1b[31m"}, "cannot be printed"),
        ({"model_type": "x" * 100_000}, "model_type: a name of 100,000 letters"),
        ({"hidden_size": 4096.5}, "whole"),
        ({"hidden_size": 4097}, "does not divide"),
        ({"num_key_value_heads": 7}, "do not divide"),
        ({"num_key_value_heads": 0}, "outside"),
        ({"attention_bias": "yes"}, "true or false"),
        ({"layer_types": ["linear_attention", "full_attention"]}, "not standard attention"),
        ({"model_type": "mamba2"}, "not standard attention"),
        ({"num_local_experts": 4, "num_experts_per_tok": 8}, "experts a token"),
        ({"num_local_experts": 4}, "num_experts_per_tok"),
        ({"num_local_experts": 4, "num_experts_per_tok": 2, "first_k_dense_replace": 40}, "dense layers"),
        ({"num_local_experts": 4, "num_experts_per_tok": 2, "moe_layer_freq": [1, 0]}, "moe_layer_freq"),
        (
            {
                "num_local_experts": 4,
                "num_experts_per_tok": 2,
                "moe_intermediate_size": 9,
                "intermediate_size": 0,
                "first_k_dense_replace": 1,
            },
            "dense layers without a width",
        ),
    ],
)
def test_a_wrong_value_is_named(tmp_path, changes, said):
    values = LLAMA | changes
    path = _write(tmp_path, {key: value for key, value in values.items() if value is not None})
    with pytest.raises(CatalogError, match=said) as caught:
        model_from_config(path)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_that_python_does_not_read_is_refused(tmp_path, sign):
    path = tmp_path / "config.json"
    path.write_text(f'{{"hidden_size": {sign}{"9" * 5000}}}', encoding="utf-8")
    with pytest.raises(CatalogError, match="a whole number of 5,000 digits"):
        model_from_config(path)


def test_a_long_number_that_nobody_needs_is_passed_over(tmp_path):
    assert model_from_config(_write(tmp_path, LLAMA | {"model_max_length": 10**30})).layers == 32


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b"[1, 2]", "not an object"),
        (b"null", "not an object"),
        (b"{}", "no layer shape"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[" * 100_000, "JSON|deeply"),
    ],
)
def test_a_file_that_is_no_config_is_refused(tmp_path, data, said):
    path = tmp_path / "config.json"
    path.write_bytes(data)
    with pytest.raises(CatalogError, match=said):
        model_from_config(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(CatalogError, match="no such file"):
        model_from_config(tmp_path / "nothing.json")
    with pytest.raises(CatalogError, match="folder"):
        model_from_config(tmp_path)
    with pytest.raises(CatalogError, match="cannot be read"):
        model_from_config("a\0b")
    with pytest.raises(CatalogError, match="cannot be read") as caught:
        model_from_config("x" * 5000)
    assert len(str(caught.value)) < 300


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted({key for config in (*KNOWN.values(), MAVERICK["text_config"]) for key in config} | {"layer_types"})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    base=st.sampled_from(sorted(KNOWN)),
    changes=st.dictionaries(st.sampled_from(KEYS), ANYTHING | st.integers(0, 10_000), max_size=4),
)
def test_any_change_gives_a_model_or_one_clear_error(tmp_path, base, changes):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(KNOWN[base] | changes), encoding="utf-8")
    try:
        model = model_from_config(path)
    except CatalogError as error:
        assert str(path) in str(error)
    else:
        assert 0 < active_params(model) <= total_params(model) < float("inf")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes_give_one_clear_error(tmp_path, data):
    path = tmp_path / "config.json"
    path.write_bytes(data)
    with pytest.raises(CatalogError):
        model_from_config(path)
