"""What is asked: requests of one kind, on one kind of accelerator, by one engine."""

from dataclasses import dataclass

import numpy as np

from denshi.workload.serving.engine import Number, Rates
from denshi.workload.serving.machine import Machine
from denshi.workload.serving.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Requests of one kind on one kind of accelerator; every field a number or an array that broadcasts.

    ``input_tokens`` and ``output_tokens`` are means, ``output_cv`` is the coefficient of variation of the output.
    ``prefix_hit`` is the share of the prompt found in a prefix cache, ``drafts`` the tokens drafted a step, ``slots``
    the most running sequences of a replica. ``waves`` is how many times over a measured run fills its concurrency: its
    first wave starts all at once, a service in steady state has no end of them. ``exact_lengths`` is 1 where all
    requests are equally long, so that waves stay in step. New requests are looked at every ``poll_steps`` steps, held
    up to ``batch_steps`` for a batch, and up to ``gather_steps`` until every attention group has one, where an engine
    is set so.
    """

    shape: Shape
    machine: Machine
    rates: Rates
    input_tokens: Number
    output_tokens: Number
    output_cv: Number = 0.0
    prefix_hit: Number = 0.0
    drafts: Number = 0.0
    slots: Number = np.inf
    waves: Number = np.inf
    exact_lengths: Number = 0.0
    poll_steps: Number = 0.0
    batch_steps: Number = 0.0
    gather_steps: Number = 0.0
