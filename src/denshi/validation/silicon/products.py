"""The products with weights of one decode step at the shapes of one rank, as engines call them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from denshi.catalog import Model
from denshi.catalog.parameters import moe_layers
from denshi.workload.serving.operators import Split
from denshi.workload.serving.shape import Shape

_NO_WEIGHTS = {"attention_params": 0.0, "dense_params": 0.0, "head_params": 0.0}
_FULL = "bfloat16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product: ``m`` tokens by ``k`` by ``n`` on one rank, ``times`` a step.

    ``field`` is the field of the fitted model's shape that holds its weights, ``params`` their share of that field.
    ``launches``, ``depth``, ``cut_depth`` and ``casts`` are what the fitted model counts for it elsewhere in a step.
    ``latent_after`` is None for plain products, and says of those of the latent space whether they follow attention.
    """

    name: str
    number_format: str
    m: float
    n: float
    k: float
    times: float
    field: str
    params: float
    launches: float = 0.0
    depth: float = 0.0
    cut_depth: float = 0.0
    casts: float = 0.0
    heads: float = 0.0
    latent_after: bool | None = None


def only(shape: Shape, product: Product) -> Shape:
    """Return the shape with the weights of one product alone."""
    return replace(shape, **{**_NO_WEIGHTS, product.field: product.params})


def products_of(model: Model, split: Split, tokens: float, number_format: str) -> list[Product]:
    """Return the products of a step with weights that every token meets; routed experts are not among them.

    Parameters
    ----------
    model : layer shape; every layer attends by a cache.
    split : of the replica, numbers.
    tokens : of one attention group in the step [1].
    number_format : of the weights by the name of the tables; the output head and the router have 16 bits.
    """
    latent = _latent if model.attention == "mla" else _grouped
    return [
        *latent(model, float(split.tp), tokens, number_format),
        *_forward(model, split, tokens, number_format),
        _head(model, float(split.tp), tokens),
    ]


def _grouped(model: Model, tp: float, m: float, number_format: str) -> Iterator[Product]:
    own, kept = model.heads / tp, max(model.kv_heads / tp, 1.0)
    entering = model.head_dim * (model.heads + 2 * model.kv_heads)
    leaving = model.head_dim * model.heads
    layers = model.layers
    yield Product(
        name="queries, keys and values",
        number_format=number_format,
        m=m,
        n=model.head_dim * (own + 2 * kept),
        k=model.hidden,
        times=layers,
        field="attention_params",
        params=layers * model.hidden * entering,
        launches=layers,
        depth=layers * model.hidden,
        casts=layers,
    )
    yield _attention_out(model, tp, m, number_format, leaving)


def _latent(model: Model, tp: float, m: float, number_format: str) -> Iterator[Product]:
    own, layers = model.heads / tp, model.layers
    query = model.heads * (model.head_dim + model.rope_head_dim)
    kept = model.kv_lora_rank + model.rope_head_dim
    first = (model.q_lora_rank + kept) if model.q_lora_rank else kept + query / tp
    yield Product(
        name="latent queries and keys",
        number_format=number_format,
        m=m,
        n=first,
        k=model.hidden,
        times=layers,
        field="attention_params",
        params=layers * model.hidden * (kept + (model.q_lora_rank or query)),
        launches=layers,
        depth=layers * model.hidden,
        casts=layers,
    )
    if model.q_lora_rank:
        yield Product(
            name="queries from latent ones",
            number_format=number_format,
            m=m,
            n=query / tp,
            k=model.q_lora_rank,
            times=layers,
            field="attention_params",
            params=layers * model.q_lora_rank * query,
            launches=layers,
            depth=layers * model.q_lora_rank,
        )
    for after, width in ((False, model.head_dim), (True, model.v_head_dim)):
        yield Product(
            name="values from the latent space" if after else "queries into the latent space",
            number_format=number_format,
            m=m,
            n=width,
            k=model.kv_lora_rank,
            times=layers,
            field="attention_params",
            params=layers * model.heads * width * model.kv_lora_rank,
            launches=layers,
            depth=layers * model.kv_lora_rank * after,  # the depth of the fitted model counts one of the two
            heads=own,
            latent_after=after,
        )
    yield _attention_out(model, tp, m, number_format, model.heads * model.v_head_dim)


def _attention_out(model: Model, tp: float, m: float, number_format: str, width: float) -> Product:
    return Product(
        name="attention out",
        number_format=number_format,
        m=m,
        n=model.hidden,
        k=width / tp,
        times=model.layers,
        field="attention_params",
        params=model.layers * model.hidden * width,
        launches=model.layers,
        cut_depth=model.layers * width,
        casts=model.layers,
    )


def _forward(model: Model, split: Split, tokens: float, number_format: str) -> Iterator[Product]:
    """Dense blocks, cut by all ranks, and the shared experts and routers of a mixture."""
    moe = moe_layers(model)
    m, ranks = tokens * float(split.groups), float(split.ranks)
    blocks = (
        ("", model.layers - moe, model.ffn, 1.0),
        ("shared ", moe if model.shared_experts else 0.0, model.shared_experts * model.expert_ffn, 0.0),
    )
    for name, layers, width, counted in blocks:
        if not layers:
            continue
        entering = (1 + model.gated_ffn) * width
        yield Product(
            name=f"{name}gate and up",
            number_format=number_format,
            m=m,
            n=entering / ranks,
            k=model.hidden,
            times=layers,
            field="dense_params",
            params=layers * model.hidden * entering,
            launches=layers,
            depth=layers * model.hidden * counted,
            casts=layers * counted,
        )
        yield Product(
            name=f"{name}down",
            number_format=number_format,
            m=m,
            n=model.hidden,
            k=width / ranks,
            times=layers,
            field="dense_params",
            params=layers * model.hidden * width,
            launches=layers,
            cut_depth=layers * width * counted,
            casts=layers * counted,
        )
    if moe:
        yield Product(
            name="router",
            number_format=_FULL,
            m=tokens,
            n=model.experts,
            k=model.hidden,
            times=moe,
            field="attention_params",
            params=moe * model.hidden * model.experts,
            launches=moe,
        )


def _head(model: Model, tp: float, m: float) -> Product:
    return Product(
        name="output head",
        number_format=_FULL,
        m=m,
        n=model.vocab / tp,
        k=model.hidden,
        times=1.0,
        field="head_params",
        params=model.vocab * model.hidden,
    )
