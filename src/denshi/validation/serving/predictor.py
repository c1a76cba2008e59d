"""What validation needs of a model of serving: predict, say how sure, learn again from other rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from denshi.validation.serving.cases import Case
from denshi.validation.serving.constants import Constants
from denshi.validation.serving.score import Mask, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """A model of serving. Its functions are importable by name, so that other processes can run them.

    ``predict(cases, constants)`` gives every metric of each case, nan where it has no answer; ``limited(cases)`` says
    where not all requests run; ``interval(cases, limited, seen=None)`` gives the factors of the 80 % interval.
    ``fit(cases, start)`` are the constants that suit some rows best, ``fit_results(cases, known, start)`` those of
    benchmark results alone, the others held at ``known``: a fit does the one after the other. ``constants`` are those
    that denshi ships. A refit begins at ``start``, which must not have been fitted to the rows that it is to predict:
    the centre of each constant's prior.
    """

    predict: Callable[[Sequence[Case], Constants], dict[str, Values]]
    limited: Callable[[Sequence[Case]], Mask]
    interval: Callable[..., dict[str, Values]]
    fit: Callable[[Sequence[Case], Constants], Constants]
    fit_results: Callable[[Sequence[Case], Constants, Constants], Mapping[str, float]]
    constants: Constants
    start: Constants


def shipped_predictor() -> Predictor:
    """Return the model of serving that denshi ships."""
    from denshi.validation.serving import mlperf
    from denshi.validation.serving.constants import FIRST_PRIORS, MLPERF_PRIORS, PRIORS
    from denshi.validation.serving.fit import fit
    from denshi.validation.serving.interval import interval, is_limited
    from denshi.validation.serving.predict import predicted, shipped

    return Predictor(
        predict=predicted,
        limited=is_limited,
        interval=interval,
        fit=fit,
        fit_results=mlperf.fit,
        constants=shipped(),
        start={name: prior.value for name, prior in (PRIORS | FIRST_PRIORS | MLPERF_PRIORS).items()},
    )
