"""What validation needs of a model of training time: predict, say how sure, learn again from other rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from denshi.validation.training.cases import Case
from denshi.validation.training.constants import PRIORS, Constants
from denshi.validation.training.score import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """A model of training time. Its functions are importable by name, so that other processes can run them.

    ``predict(cases, constants)`` gives the time of each case [s], nan where it has no answer; ``interval(cases)`` the
    factors on that time between which the measured one lies four times in five; ``fit(cases, start)`` the constants
    that suit some rows best; ``constants`` are those that denshi ships. A refit begins at ``start``, which must not
    have been fitted to the rows that it is to predict: the centre of each constant's prior. ``widths`` are the relative
    widths of those priors.
    """

    predict: Callable[[Sequence[Case], Constants], Values]
    interval: Callable[[Sequence[Case]], tuple[Values, Values]]
    fit: Callable[[Sequence[Case], Constants], Constants]
    constants: Constants
    start: Constants
    widths: Mapping[str, float] = field(default_factory=dict)


def shipped_predictor() -> Predictor:
    """Return the model of training time that denshi ships."""
    from denshi.validation.training.fit import fit
    from denshi.validation.training.predict import interval, predicted, shipped

    return Predictor(
        predict=predicted,
        interval=interval,
        fit=fit,
        constants=shipped(),
        start={name: prior.value for name, prior in PRIORS.items()},
        widths={name: prior.width for name, prior in PRIORS.items()},
    )
