"""Training and serving of a model: parallelism, memory, time, power."""
