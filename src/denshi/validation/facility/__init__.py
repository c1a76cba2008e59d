"""The building held against published bands, published halls, metered water and hourly weather of real stations."""

from denshi.validation.facility.bands import BandCase, band_cases
from denshi.validation.facility.document import as_text, document
from denshi.validation.facility.published import PublishedCase, published_cases
from denshi.validation.facility.typical import TypicalCase, typical_cases
from denshi.validation.facility.zones import REPRESENTATIVE, ZONES

__all__ = [
    "REPRESENTATIVE",
    "ZONES",
    "BandCase",
    "PublishedCase",
    "TypicalCase",
    "as_text",
    "band_cases",
    "document",
    "published_cases",
    "typical_cases",
]
