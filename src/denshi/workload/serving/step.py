"""One step of an engine: a token (or more, with drafts) for every running sequence; and the part prompts add to it."""

import numpy as np
from numpy.typing import NDArray

from denshi.workload.serving.engine import Rates
from denshi.workload.serving.machine import Machine
from denshi.workload.serving.operators import (
    Number,
    Split,
    attention_s,
    dispatch_s,
    experts_s,
    larger,
    launches_s,
    reductions_s,
    weights_s,
)
from denshi.workload.serving.shape import Shape

Values = NDArray[np.float64]

PARTS = ("weight_s", "expert_s", "cache_s", "launch_s", "exchange_s", "host_s")
"""Parts of a decode step; their sum is its time."""

_DRAFT_SHARE = 0.04


def decode(
    shape: Shape, machine: Machine, rates: Rates, split: Split, *, own: Number, context: Number, drafts: Number = 0.0
) -> dict[str, Values]:
    """Return the time of one decode step, part by part.

    Operators follow one another, so their times add up; each drafted token costs a further pass of a small head.

    Parameters
    ----------
    shape, machine, rates, split : what runs where; numbers or arrays that broadcast.
    own : sequences of one attention group in the step [1].
    context : mean tokens cached of a sequence [tokens].
    drafts : tokens drafted and verified beside the next one [1].

    Returns
    -------
    dict : ``PARTS`` and step_s, arrays [s].

    Source: pope2022, williams2009.
    """
    own = np.asarray(own, dtype=np.float64)
    tokens = own * (1 + np.asarray(drafts))
    slower = 1 + _DRAFT_SHARE * np.asarray(drafts)
    reduced = reductions_s(shape, machine, rates, split, tokens)
    parts = {
        "weight_s": weights_s(shape, machine, rates, split, own, drafts),
        "expert_s": experts_s(shape, machine, rates, split, own, drafts),
        "cache_s": attention_s(shape, machine, rates, split, own, context, drafts),
        "launch_s": launches_s(shape, machine, rates, split),
        "exchange_s": reduced + dispatch_s(shape, machine, rates, split, tokens, link=rates.link),
        "host_s": np.asarray(rates.step_s + np.asarray(rates.request_s) * own),
    }
    timed = {name: np.asarray(part * slower) for name, part in parts.items()}
    return {**timed, "step_s": np.asarray(sum(timed.values()))}


def accepted_tokens(rates: Rates, drafts: Number) -> Values:
    """Mean tokens that a step yields for each sequence: ``(1 - a^(d + 1)) / (1 - a)``, one without drafts.

    Source: leviathan2022, equation 1.

    >>> from types import SimpleNamespace
    >>> round(float(accepted_tokens(SimpleNamespace(acceptance=0.7), 3.0)), 3)
    2.533
    """
    acceptance = np.asarray(rates.acceptance)
    return np.asarray((1 - acceptance ** (np.asarray(drafts) + 1)) / (1 - acceptance))


def mixed_s(shape: Shape, rates: Rates, prompt: Number, arriving: Number) -> Values:
    """Time that prompts add to a decode step into which ``arriving`` of them are mixed on average [s].

    Their arithmetic, but at least the launches outside the device graph, for the steps that carry a prompt:
    ``max(a T_1, min(a, 1) K o)``.

    Parameters
    ----------
    prompt : time of one prompt's arithmetic, T_1 [s].
    arriving : prompts a step, a [1].

    Source: agrawal2024.
    """
    arriving = np.asarray(arriving)
    eager = np.minimum(arriving, 1.0) * np.asarray(shape.launches) * rates.eager_kernel_s
    return larger(arriving * prompt, eager)
