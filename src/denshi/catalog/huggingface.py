"""A transformer from the config.json that Hugging Face keeps beside its weights."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from denshi.catalog.schema import Model
from denshi.catalog.user_file import fault_of_name, read_text, shown
from denshi.errors import CatalogError
from denshi.figure import Evidence

_LARGEST = 1e9  # no width, depth or vocabulary is larger; the bound keeps products finite
_MOST_LAYERS = 10_000
_MOST_DIGITS = 300  # a float holds no more

_LAYERS = ("num_hidden_layers", "n_layer", "num_layers")
_HIDDEN = ("hidden_size", "n_embd", "d_model")
_HEADS = ("num_attention_heads", "n_head")
_VOCAB = ("vocab_size", "padded_vocab_size")
_FFN = ("intermediate_size", "n_inner", "ffn_hidden_size", "ffn_dim")
_KV_HEADS = ("num_key_value_heads", "multi_query_group_num")
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
_TOP_K = ("num_experts_per_tok", "num_experts_per_token", "moe_topk", "top_k_experts")
_SHARED = ("n_shared_experts", "num_shared_experts")
_INTERVAL = ("interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq")

_PLAIN_FFN = ("gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_bigcode", "opt", "bloom", "falcon", "starcoder2")
_TIED = ("gpt2", "gpt_bigcode", "opt", "bloom", "falcon", "gemma", "gemma2", "gemma3", "gemma3_text")
_SERVED = (
    *("llama", "llama4_text", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "deepseek_v2"),
    *("deepseek_v3", "deepseek_v32", "gpt_oss", "gpt2", "gpt_neox", "kimi_k2", "glm", "glm4", "glm4_moe"),
    *("glm_moe_dsa", "chatglm", "mimo", "minimax_m2", "phi3", "olmo2"),
)
_INDEX = {"index_heads": "index_n_heads", "index_width": "index_head_dim", "index_top_k": "index_topk"}
_UNSAID = ("published_", "train_", "linear_", "index_")
_STRANGE = ("linear_att", "linear_attn", "kimi_linear", "mamba", "ssm_", "rwkv", "hybrid", "recurrent", "block_configs")


def model_from_config(path: str | Path) -> Model:
    """Read a Hugging Face ``config.json`` as a transformer of the catalogue.

    The parameter count of the result leaves out vision towers and heads for predicting several tokens.

    Parameters
    ----------
    path : a ``config.json``, or the folder's copy of it under another name.

    Returns
    -------
    Model : every value carries grade D and the name of the file; grade E where ``model_type`` is not one denshi knows.

    Raises
    ------
    CatalogError : the file cannot be read, is no JSON object, has no layer shape, or a number in it makes no sense.
    """
    place = shown(path)
    return _model(_Config(_json(read_text(path), place), place), Path(path))


class _Config:
    """A config whose numbers are checked as they are read."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        # A model that also sees or hears keeps its decoder in a table of its own.
        inner: Mapping[str, Any] = next(
            (values[key] for key in ("text_config", "llm_config") if isinstance(values.get(key), dict)), {}
        )
        self.values: Mapping[str, Any] = {**values, **inner}
        self.place = place

    def has(self, names: Sequence[str]) -> bool:
        return any(self.values.get(name) is not None for name in names)

    def number(
        self, names: Sequence[str], default: float | None = None, least: float = 0.0, most: float = _LARGEST
    ) -> float:
        for name in names:
            if self.values.get(name) is not None:
                return self._checked(name, self.values[name], least, most)
        if default is None:
            raise CatalogError(f"has no layer shape: {' or '.join(names)} missing", where=self.place)
        return default

    def _checked(self, name: str, value: Any, least: float, most: float) -> float:
        where = f"{self.place}: {name}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CatalogError(f"expected a number, got {_short(value)}", where=where)
        if not least <= value <= most:
            raise CatalogError(f"{_short(value)} is outside {least:g} to {most:g}", where=where)
        if value != int(value):
            raise CatalogError(f"{_short(value)} is not a whole number", where=where)
        return float(value)

    def truth(self, name: str, default: bool) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise CatalogError(f"expected true or false, got {_short(value)}", where=f"{self.place}: {name}")
        return value

    def name(self, key: str) -> str:
        value = self.values.get(key)
        fault = fault_of_name(value) if value not in (None, "") else ""
        if fault:
            raise CatalogError(fault, where=f"{self.place}: {key}")
        return str(value or "")

    @property
    def type(self) -> str:
        return self.name("model_type")


def _json(text: str, place: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text, parse_int=lambda digits: _whole(digits, place))
    except RecursionError:
        raise CatalogError("is nested too deeply to be a config", where=place) from None
    except ValueError as error:
        raise CatalogError(f"is not JSON: {error}", where=place) from None
    if not isinstance(values, dict):
        raise CatalogError(f"is JSON but not an object: {_short(values)}", where=place, why="a config names values")
    return values


def _whole(digits: str, place: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise CatalogError(f"holds a whole number of {len(digits.lstrip('-')):,} digits", where=place)
    return int(digits)


def _model(config: _Config, path: Path) -> Model:
    _refuse_strange(config)
    shape = _shape(config)
    name = config.name("_name_or_path") or (path.parent.name if path.stem == "config" else path.stem)
    grade: Any = "D" if config.type in _SERVED else "E"
    note = "" if config.type in _SERVED else f'model_type "{config.type}" is read as a plain decoder'
    evidence = Evidence(f"user's file {path.name}", "undated", grade, note=note)
    said = {field.name for field in fields(Model)} - {"id", "name", "aliases", "evidence"}
    indexed: dict[str, Any] = {field: config.number((key,), 0.0) for field, key in _INDEX.items() if config.has((key,))}
    unknown: dict[str, Any] = {key: None for key in said - set(indexed) if key.startswith(_UNSAID)}
    return Model(
        id=path.parent.name if path.stem == "config" and path.parent.name else path.stem,
        name=name or path.stem,
        aliases=(),
        evidence=MappingProxyType(dict.fromkeys(said - set(unknown), evidence)),
        family=config.type or "unknown",
        **shape,
        **indexed,
        **unknown,
    )


def _refuse_strange(config: _Config) -> None:
    kinds = config.values.get("layer_types")
    texts = [config.type, *(map(str, kinds) if isinstance(kinds, list) else ()), *config.values]
    odd = next((text for text in texts for sign in _STRANGE if sign in text.casefold()), None)
    if odd is None and config.has(("q_lora_rank",)) and not config.has(("kv_lora_rank",)):
        odd = config.type or "compressed queries alone"
    if odd is not None:
        raise CatalogError(
            f'layers of kind "{shown(odd)}" are not standard attention',
            where=config.place,
            why="denshi counts multi-head, grouped, multi-query and latent attention",
        )


def _shape(config: _Config) -> dict[str, Any]:
    needed = {"layers": _LAYERS, "hidden": _HIDDEN, "heads": _HEADS, "vocab": _VOCAB}
    missing = [" or ".join(names) for names in needed.values() if not config.has(names)]
    if missing:
        raise CatalogError(f"has no layer shape: {'; '.join(missing)} missing", where=config.place)
    most = {"layers": _MOST_LAYERS}
    found = {field: config.number(names, None, 1.0, most.get(field, _LARGEST)) for field, names in needed.items()}
    attention = _attention(config, found["hidden"], found["heads"])
    ffn = _ffn(config, found["hidden"], found["layers"])
    tied = config.truth("tie_word_embeddings", config.type in _TIED)
    shape: dict[str, Any] = {**found, **attention, **ffn, "tied_embeddings": float(tied)}
    window = config.number(("sliding_window",), 0.0) if config.truth("use_sliding_window", True) else 0.0
    return {**shape, "sliding_window": window, "extra_params": _extra(config, shape)}


def _attention(config: _Config, hidden: float, heads: float) -> dict[str, Any]:
    if config.number(("kv_lora_rank",), 0.0):
        return {
            "attention": "mla",
            "kv_heads": heads,
            "head_dim": config.number(("qk_nope_head_dim",), 128.0, 1.0),
            "q_lora_rank": config.number(("q_lora_rank",), 0.0),
            "kv_lora_rank": config.number(("kv_lora_rank",)),
            "rope_head_dim": config.number(("qk_rope_head_dim",), 64.0),
            "v_head_dim": config.number(("v_head_dim",), 128.0, 1.0),
        }
    alone = 1.0 if config.truth("multi_query", False) else heads
    kv_heads = config.number(_KV_HEADS, alone, 1.0)
    if kv_heads > heads or heads % kv_heads:
        raise CatalogError(f"{kv_heads:g} key-value heads do not divide {heads:g} heads", where=config.place)
    head_dim = config.number(("head_dim", "kv_channels"), 0.0) or hidden / heads
    if head_dim != int(head_dim):
        raise CatalogError(f"width {hidden:g} does not divide into {heads:g} heads", where=config.place)
    if config.number(("v_head_dim",), head_dim) != head_dim:
        raise CatalogError(
            "keys and values differ in width", where=config.place, why="denshi knows this in latent attention only"
        )
    kind = "mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa"
    none = dict.fromkeys(("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim"), 0.0)
    return {"attention": kind, "kv_heads": kv_heads, "head_dim": head_dim, **none}


def _ffn(config: _Config, hidden: float, layers: float) -> dict[str, float]:
    plain = config.type in _PLAIN_FFN
    experts = config.number(_EXPERTS, 0.0)
    otherwise = 4 * hidden if plain else 0.0 if experts else None
    ffn = config.number(("intermediate_size_mlp", *_FFN), otherwise, 0.0 if experts else 1.0)
    out = {"ffn": ffn, "gated_ffn": float(not plain), "experts": experts}
    if not experts:
        none = dict.fromkeys(("shared_experts", "top_k", "expert_ffn", "dense_layers"), 0.0)
        return {**out, **none, "moe_interval": 1.0}
    width = config.number(("moe_intermediate_size", "expert_ffn_hidden_size", "intermediate_size"), None, 1.0)
    shared_width = config.number(("shared_expert_intermediate_size",), 0.0)
    shared = config.number(_SHARED, 1.0 if config.type == "llama4_text" else shared_width / width)
    out |= {"shared_experts": shared, "top_k": config.number(_TOP_K, None, 1.0), "expert_ffn": width}
    out |= _placing(config)
    if out["top_k"] > experts:
        raise CatalogError(f"{out['top_k']:g} experts a token of only {experts:g}", where=config.place)
    if out["dense_layers"] > layers:
        raise CatalogError(f"{out['dense_layers']:g} dense layers of only {layers:g}", where=config.place)
    if not ffn and (layers - out["dense_layers"]) // out["moe_interval"] < layers:
        raise CatalogError("has dense layers without a width", where=f"{config.place}: intermediate_size")
    return out


def _placing(config: _Config) -> dict[str, float]:
    """Say which layers are mixtures: so many dense ones first, then every so-manieth."""
    flags = config.values.get("moe_layer_freq")
    if isinstance(flags, list):
        dense = len(flags) - sum(flag == 1 for flag in flags)
        if flags != [0] * dense + [1] * (len(flags) - dense):
            raise CatalogError("is not so many dense layers and then mixtures", where=f"{config.place}: moe_layer_freq")
        return {"dense_layers": float(dense), "moe_interval": 1.0}
    interval = config.number(_INTERVAL, 1.0, 1.0)
    return {"dense_layers": config.number(("first_k_dense_replace",), 0.0), "moe_interval": interval}


def _extra(config: _Config, shape: Mapping[str, Any]) -> float:
    """Count what the layer shape does not say: biases, learned positions, norms of query and key, sinks."""
    layers, h, d = shape["layers"], shape["hidden"], shape["head_dim"]
    width = d * (shape["heads"] + 2 * shape["kv_heads"])
    if config.type in ("gpt2", "gpt_neox"):
        positions = config.number(("n_positions", "n_ctx"), 1024.0) if config.type == "gpt2" else 0.0
        return float(layers * (width + h + shape["ffn"] + h + 2 * h) + h + positions * h)
    extra = 0.0
    if config.truth("attention_bias", config.type in ("qwen2", "qwen2_moe")) and shape["attention"] != "mla":
        extra += layers * width
    if config.type in ("qwen3", "qwen3_moe"):
        extra += layers * 2 * d
    if config.type == "gpt_oss":
        experts = shape["experts"] * (2 * shape["expert_ffn"] + h) + shape["experts"]
        extra += layers * (h + shape["heads"] + experts)
    return float(extra)


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
