"""Training and serving of a model: parallelism, memory, time, power.

``training.run(training.Input(...))`` and ``serving.run(serving.Input(...))``; :mod:`denshi.workload.transformer` counts
the parameters, FLOP and bytes that both build on.
"""

from denshi.workload import serving, training

__all__ = ["serving", "training"]
