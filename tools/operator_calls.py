"""One call of each operator that tools/measure_operators.py times, with its operands and a check of its answer.

PyTorch is handed in, so that this module imports without it. An operator that several installed libraries know comes
once for each of them, on the same operands.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from operator_plan import Shape

PAGE = 16
"""Tokens of a page of a paged cache; contexts of the plan are multiples of it."""


@dataclass(frozen=True, slots=True)
class Call:
    """What runs, the library that runs it, and the relative error of an answer against one in float32."""

    library: str
    run: Callable[[], Any]
    error: Callable[[Any], float]


def calls(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    """Yield the operator of a shape by each library that has it; its operands are random."""
    build = {
        "gemm": _product,
        "gemm_tensor_scaled": _product,
        "gemm_row_scaled": _product,
        "prefill_attention": _prefill,
        "decode_attention": _decode,
        "copy": _copy,
        "add": _add,
        "rms_norm": _rms_norm,
    }[shape.operator]
    yield from build(torch, shape, device)


def _random(torch: Any, device: str, *size: int) -> Any:
    return torch.empty(*size, dtype=torch.bfloat16, device=device).normal_()


def _relative(torch: Any, got: Any, want: Any) -> float:
    return float(torch.linalg.vector_norm(got.float() - want) / torch.linalg.vector_norm(want))


def _product(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    tokens, weight = _random(torch, device, shape.m, shape.k), _random(torch, device, shape.n, shape.k)
    if shape.dtype == "fp8":
        tokens, weight = tokens.to(torch.float8_e4m3fn), weight.to(torch.float8_e4m3fn)
    want = tokens[-8:].float() @ weight[-64:].float().T
    by_row = shape.operator == "gemm_row_scaled"
    token_scale, weight_scale = (
        torch.ones(size, dtype=torch.float32, device=device)
        for size in (((shape.m, 1), (1, shape.n)) if by_row else ((), ()))
    )

    def run() -> Any:
        if shape.dtype == "bf16":
            return torch.nn.functional.linear(tokens, weight)
        return torch._scaled_mm(
            tokens,
            weight.t(),
            scale_a=token_scale,
            scale_b=weight_scale,
            out_dtype=torch.bfloat16,
            use_fast_accum=True,
        )

    library = "torch linear" if shape.dtype == "bf16" else "torch._scaled_mm fast accumulation"
    yield Call(library, run, lambda got: _relative(torch, got[-8:, -64:], want))


def _operands(torch: Any, shape: Shape, device: str) -> tuple[Any, Any, Any, Any]:
    """Return queries, keys, values (batch, heads, tokens, head_dim), and what the very last query gets."""
    queries = _random(torch, device, shape.batch, shape.heads, shape.m, shape.head_dim)
    keys, values = (
        _random(torch, device, shape.batch, shape.kv_heads, shape.context, shape.head_dim) for _ in range(2)
    )
    scores = keys[-1, -1].float() @ queries[-1, -1, -1].float() / math.sqrt(shape.head_dim)
    return queries, keys, values, torch.softmax(scores, dim=0) @ values[-1, -1].float()


def _flash_only(torch: Any) -> None:
    """Leave PyTorch one kernel of attention for the whole process: choosing at each call costs the host too long."""
    for other in ("enable_math_sdp", "enable_mem_efficient_sdp", "enable_cudnn_sdp"):
        getattr(torch.backends.cuda, other)(False)


def _prefill(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    _flash_only(torch)
    queries, keys, values, want = _operands(torch, shape, device)

    def run() -> Any:
        return torch.nn.functional.scaled_dot_product_attention(
            queries, keys, values, is_causal=True, enable_gqa=shape.heads != shape.kv_heads
        )

    yield Call("torch sdpa flash", run, lambda got: _relative(torch, got[-1, -1, -1], want))
    flash = _imported("flash_attn")
    if flash is not None:
        q, k, v = (part.transpose(1, 2).contiguous() for part in (queries, keys, values))
        yield Call(
            f"flash-attn {flash.__version__}",
            lambda: flash.flash_attn_func(q, k, v, causal=True),
            lambda got: _relative(torch, got[-1, -1, -1], want),
        )


def _decode(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    _flash_only(torch)
    queries, keys, values, want = _operands(torch, shape, device)
    # One query a head: the heads that share keys stand as the queries of one head, the same products in another shape
    grouped = queries.view(shape.batch, shape.kv_heads, -1, shape.head_dim)

    def run() -> Any:
        return torch.nn.functional.scaled_dot_product_attention(grouped, keys, values)

    yield Call("torch sdpa flash", run, lambda got: _relative(torch, got[-1, -1, -1], want))
    flash, infer = _imported("flash_attn"), _imported("flashinfer")
    if flash is None and infer is None:
        return
    q, k, v = (part.transpose(1, 2).contiguous() for part in (queries, keys, values))
    if flash is not None:
        lengths = torch.full((shape.batch,), shape.context, dtype=torch.int32, device=device)
        yield Call(
            f"flash-attn {flash.__version__} with cache",
            lambda: flash.flash_attn_with_kvcache(q, k, v, cache_seqlens=lengths, causal=True),
            lambda got: _relative(torch, got[-1, -1, -1], want),
        )
    if infer is not None:
        yield Call(
            f"flashinfer {infer.__version__} paged",
            _paged(torch, infer, shape, q, k, v),
            lambda got: _relative(torch, got[-1, -1], want),
        )


def _paged(torch: Any, infer: Any, shape: Shape, q: Any, k: Any, v: Any) -> Callable[[], Any]:
    """Return decode attention to a cache in pages, planned before it is timed, as an engine plans once a step."""
    pages = shape.batch * shape.context // PAGE
    cache = torch.stack([part.view(pages, PAGE, shape.kv_heads, shape.head_dim) for part in (k, v)], dim=1)
    decoder = infer.BatchDecodeWithPagedKVCacheWrapper(
        torch.zeros(2**27, dtype=torch.uint8, device=q.device),
        "NHD",
        use_tensor_cores=shape.heads // shape.kv_heads >= 4,
    )
    whole = {"dtype": torch.int32, "device": q.device}
    decoder.plan(
        torch.arange(shape.batch + 1, **whole) * (shape.context // PAGE),
        torch.arange(pages, **whole),
        torch.full((shape.batch,), PAGE, **whole),
        shape.heads,
        shape.kv_heads,
        shape.head_dim,
        PAGE,
        q_data_type=torch.bfloat16,
    )
    queries = q[:, 0].contiguous()
    return lambda: decoder.run(queries, cache)


def _imported(name: str) -> Any:
    """Return the module, or None where it is missing or does not load beside this PyTorch."""
    import importlib

    try:
        return importlib.import_module(name)
    except (ImportError, OSError, RuntimeError):
        return None


def _copy(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    source = _random(torch, device, shape.m)
    target = torch.zeros_like(source)
    want = source[-1024:].float()
    yield Call("torch copy", lambda: target.copy_(source), lambda got: _relative(torch, got[-1024:], want))


def _add(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    one, other = _random(torch, device, shape.m), _random(torch, device, shape.m)
    total = torch.zeros_like(one)
    want = one[-1024:].float() + other[-1024:].float()
    yield Call("torch add", lambda: torch.add(one, other, out=total), lambda got: _relative(torch, got[-1024:], want))


def _rms_norm(torch: Any, shape: Shape, device: str) -> Iterator[Call]:
    rows, gain = _random(torch, device, shape.m, shape.n), _random(torch, device, shape.n)
    last = rows[-1].float()
    want = last / torch.sqrt(last.square().mean() + 1e-6) * gain.float()
    yield Call(
        "torch rms_norm",
        lambda: torch.nn.functional.rms_norm(rows, (shape.n,), gain, 1e-6),
        lambda got: _relative(torch, got[-1], want),
    )
