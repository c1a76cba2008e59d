"""What a project is worth when its inputs are not what was planned, and which of them matters.

``sampling`` draws correlated inputs, ``effects`` says what a model makes of them: percentiles with their errors, one at
a time, and shares of the variance. ``project`` is the model: the finance room's cash flow on many paths.
"""

from denshi.finance.risk.effects import Percentiles, percentiles, shapley, sobol, tornado
from denshi.finance.risk.sampling import Marginal, correlated, nearest_correlation, points

__all__ = [
    "Marginal",
    "Percentiles",
    "correlated",
    "nearest_correlation",
    "percentiles",
    "points",
    "shapley",
    "sobol",
    "tornado",
]
