"""The hours of a year without a leap day: which month, day and hour of day each of the 8,760 belongs to.

Position ``i`` holds the hour that ends ``i + 1`` hours after the year begins, in local standard time.
"""

from itertools import pairwise

import numpy as np

HOURS = 8760
DAYS = 365
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
MONTH_OF_DAY = np.repeat(np.arange(12), MONTH_DAYS)
MONTH_OF_HOUR = np.repeat(MONTH_OF_DAY, 24)
DAY_OF_HOUR = np.arange(HOURS) // 24
HOUR_OF_DAY = np.arange(HOURS) % 24
# December to February is season 0.
SEASON_OF_DAY = (MONTH_OF_DAY + 1) % 12 // 3

_ENDS = np.concatenate([[0], np.cumsum(MONTH_DAYS)])
DAYS_OF_MONTH = tuple(slice(int(a), int(b)) for a, b in pairwise(_ENDS))
HOURS_OF_MONTH = tuple(slice(24 * s.start, 24 * s.stop) for s in DAYS_OF_MONTH)
