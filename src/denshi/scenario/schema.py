"""The scenario, version 1: what a user may write, in canonical units once it is read.

Every table but ``project``, ``site``, ``compute`` and one ``workload`` may be left out. Every default says where it
comes from. Keys are added in later versions, never renamed.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from denshi.catalog import Link, Model, Region, Site, System, Technology
from denshi.scenario.quantity import Named, Quantity, UserFile, assumed

# A date of TOML, not a number or a text that could be read as one.
Day = Annotated[date, Field(strict=True, ge=date(2015, 1, 1), le=date(2060, 12, 31))]
Kilowatt = Annotated[float, Quantity("kW")]
Metre = Annotated[float, Quantity("m")]
Token = Annotated[float, Quantity("token")]
Count = Annotated[float, Quantity("count")]
Second = Annotated[float, Quantity("s")]
Fraction = Annotated[float, Quantity("1")]
Celsius = Annotated[float, Quantity("C")]
Year = Annotated[float, Quantity("year")]
HourPrice = Annotated[float, Quantity("USD/h")]
TokenPrice = Annotated[float, Quantity("USD/Mtoken")]
LeasePrice = Annotated[float, Quantity("USD/kW-month")]
EnergyPrice = Annotated[float, Quantity("USD/kWh")]
Carbon = Annotated[float, Quantity("gCO2/kWh")]
Hour = Annotated[float, Quantity("h")]
SystemName = Annotated[str, Named(System, or_file=".toml")]
ModelName = Annotated[str, Named(Model, or_file=".json")]
SiteName = Annotated[str, Named(Site)]
RegionName = Annotated[str, Named(Region)]
LinkName = Annotated[str, Named(Link)]
TechnologyName = Annotated[str, Named(Technology)]
Weather = Annotated[str, UserFile("typical", (".epw", ".tmy3", ".csv", ".epw.gz", ".tmy3.gz", ".csv.gz"))]
Profile = Annotated[str, UserFile("", (".csv",))]

DESIGN_PAGE = "scenario version 1, architecture of denshi"


class Table(BaseModel):
    """A table of the scenario: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


def _exactly_one(values: dict[str, Any], names: tuple[str, ...], table: str) -> None:
    given = [name for name in names if values.get(name) is not None]
    if len(given) != 1:
        said = ", ".join(given) if given else "none of them"
        raise ValueError(f"{table} takes exactly one of {', '.join(names)}; got {said}")


class Project(Table):
    """What the design is called and when its first month is."""

    name: str = Field(min_length=1, max_length=120)
    start: Day
    currency: Literal["USD"] = assumed("USD", "amounts in yen are converted on the way in", "D")


class Place(Table):
    """Where it stands: a site of the catalogue, or a place of one's own."""

    id: SiteName | None = None
    name: str | None = Field(default=None, max_length=120)
    latitude: float | None = Field(default=None, ge=-66.0, le=66.0)
    longitude: float | None = Field(default=None, ge=-180.0, le=180.0)
    elevation: Metre | None = Field(default=None, ge=-430.0, le=4500.0)
    grid: RegionName | None = None
    grid_connection: Kilowatt | None = Field(default=None, gt=0)
    weather: Weather = assumed("typical", "synthetic typical year from compact normals", "D")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        own = (self.latitude, self.longitude, self.elevation, self.grid)
        if self.id is None and None in own:
            raise ValueError("site takes an id of the catalogue, or latitude, longitude, elevation and grid together")
        if self.id is not None and any(part is not None for part in own):
            raise ValueError("site takes either an id or latitude, longitude, elevation and grid, not both")
        return self


class Compute(Table):
    """Which accelerators and how many: exactly one of four ways to say it."""

    system: SystemName
    it_power: Kilowatt | None = Field(default=None, gt=0, le=2e8)
    site_power: Kilowatt | None = Field(default=None, gt=0, le=2e8)
    accelerators: Count | None = Field(default=None, ge=1, le=1e8)
    racks: Count | None = Field(default=None, ge=1, le=1e7)

    @model_validator(mode="before")
    @classmethod
    def _one_size(cls, values: Any) -> Any:
        if isinstance(values, dict):
            _exactly_one(values, ("it_power", "site_power", "accelerators", "racks"), "compute")
        return values


def _plan(value: Any) -> Any:
    if value == "search":
        return value
    known = ("tp", "cp", "pp", "ep", "dp", "micro_batch", "virtual_stages")
    if not isinstance(value, dict) or not value:
        raise ValueError('expected "search" or a table such as { tp = 8, pp = 16, ep = 16 }')
    for key, number in value.items():
        if key not in known:
            raise ValueError(f'unknown dimension "{key}"; known: {", ".join(known)}')
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= 1_000_000:
            raise ValueError(f"{key} must be a whole number from 1 to 1000000, got {number!r}")
    return value


class TrainingWorkload(Table):
    """One kind of training run, repeated through the year."""

    kind: Literal["training"]
    model: ModelName
    tokens: Token = Field(gt=0, le=1e17)
    sequence: Count = assumed(8192, "Llama 3 pre-training, arXiv:2407.21783", "B", "2024-07", ge=16, le=1e8)
    global_batch_tokens: Token = assumed(
        32e6, "16 M tokens at 405B scale (arXiv:2407.21783), doubled for 2 T parameters", "E", ge=16, le=1e12
    )
    runs_per_year: Count | None = assumed(None, "run after run, as many as the year holds", gt=0, le=1e6)
    precision: Literal["bf16", "fp16", "fp8", "mxfp8", "fp4"] = assumed("bf16", "works on every accelerator", "E")
    share: Fraction = assumed(1.0, "the whole cluster", gt=0, le=1)
    parallelism: Annotated[str | dict[str, int], BeforeValidator(_plan)] = assumed("search", DESIGN_PAGE)


class ServingWorkload(Table):
    """One model served to users at a time to first token and a time per output token."""

    kind: Literal["serving"]
    model: ModelName
    input_tokens: Count = Field(ge=1, le=1e8)
    output_tokens: Count = Field(ge=1, le=1e8)
    ttft: Second = assumed(2.0, "interactive limit of MLPerf Inference, from memory", gt=0, le=3600)
    tpot: Second = assumed(0.05, "20 tokens/s a user, from memory", gt=0, le=60)
    precision: Literal["bf16", "fp16", "fp8", "fp4", "int4"] = assumed("fp8", "common serving precision", "E")
    engine: Literal["trtllm", "vllm", "sglang"] = assumed("vllm", "the engine of most accelerators, open source", "E")
    share: Fraction = assumed(1.0, "the whole cluster", gt=0, le=1)


Workload = Annotated[TrainingWorkload | ServingWorkload, Field(discriminator="kind")]


class Network(Table):
    """How the accelerators are joined outside the scale-up domain."""

    topology: Literal["rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus"] = assumed(
        "rail-fat-tree", "NVIDIA SuperPOD reference architectures", "B"
    )
    link: LinkName = assumed("ethernet-800g", "800G per accelerator of the GB300 generation", "E")
    oversubscription: float = assumed(1.0, "NVIDIA SuperPOD reference architectures", "B", ge=1.0, le=64.0)


class Building(Table):
    """How power is distributed and heat is rejected."""

    distribution: Literal["ac-415v", "dc-400v", "dc-800v"] = assumed("ac-415v", "what is built in 2026", "E")
    cooling: Literal[
        "air-chiller",
        "tower-chiller",
        "tower-economizer",
        "air-economizer",
        "liquid-dry-trim",
        "liquid-adiabatic",
        "immersion-1p",
        "immersion-2p",
        "best",
    ] = assumed("liquid-dry-trim", "water-free plant for liquid-cooled racks", "E")
    supply_temperature: Celsius = assumed(32.0, "class W32 of ASHRAE TC 9.9, from memory", ge=5, le=60)
    redundancy: Literal["N", "N+1", "2N"] = assumed("N+1", "concurrently maintainable plant", "E")


class Energy(Table):
    """Which supply may be built or bought, and how clean it has to be."""

    target: Literal["none", "annual", "hourly"] = assumed("none", "least cost", "E")
    clean_fraction: Fraction = assumed(0.9, "24/7 studies ask for 80 to 100 % (riepin2024)", "C", ge=0, le=1)
    export_limit: Kilowatt = assumed(0.0, "no right to export", "E", ge=0)
    profile: Profile | None = None
    supply: Literal["delivered", "on-site"] = assumed("delivered", DESIGN_PAGE)
    options: Annotated[tuple[TechnologyName, ...], Field(min_length=1, max_length=12)] = assumed(
        ("grid",), "the grid alone", "E"
    )
    price_scenario: Literal["flat", "synthetic"] = assumed("flat", "the region's price holds in every hour")
    carbon_cap: Carbon | None = assumed(None, "no cap on carbon", ge=0, le=1e5)
    carbon_basis: Literal["year", "hour"] = assumed("year", "caps are budgets of a year")
    unserved_price: EnergyPrice | None = assumed(None, "all load is served", ge=0, le=1e6)
    curtail_fraction: Fraction = assumed(0.0, "no load is switched off", ge=0, le=1)
    curtail_hours: Hour = assumed(0.0, "no load is switched off", ge=0, le=8760)
    curtail_price: EnergyPrice = assumed(0.0, "free; give what lost accelerator-hours would earn", ge=0, le=1e6)
    shift_fraction: Fraction = assumed(0.0, "no load waits", ge=0, le=1)
    shift_up_fraction: Fraction = assumed(0.0, "moved load stays below the highest load", ge=0, le=10)
    count_grid_clean: bool = assumed(True, "the grid's clean share counts, as in riepin2024", "C", strict=True)
    grid_charging: bool = assumed(True, "stores take in what is cheapest", strict=True)

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        if len(set(self.options)) != len(self.options):
            raise ValueError("options names a technology twice")
        if self.curtail_fraction + self.shift_fraction > 1.0:
            raise ValueError("curtail_fraction and shift_fraction are more than the whole load")
        return self


class Phase(Table):
    """A part of the accelerators that goes into service on a date."""

    date: Day
    fraction: Fraction = Field(gt=0, le=1)


class Buildout(Table):
    """When it is built, and what customs takes."""

    phase: Annotated[tuple[Phase, ...], Field(max_length=60)] = assumed((), "all at once after the construction time")
    tariff: Fraction | None = Field(default=None, ge=0, le=5)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        dates = [phase.date for phase in self.phase]
        if dates != sorted(dates):
            raise ValueError("the phases are not in order of date")
        total = sum(phase.fraction for phase in self.phase)
        if self.phase and abs(total - 1.0) > 1e-6:
            raise ValueError(f"the fractions of the phases add up to {total:g}, not to 1")
        return self


class Finance(Table):
    """Who pays, who earns, and under which rates."""

    structure: Literal["corporate", "project", "spv"] = assumed("corporate", "all equity, the plain case", "D")
    discount_rate: Fraction = assumed(
        0.09, "between senior notes at 6.58 % (FT 2025-10, Beignet) and equity at 12 to 15 %", ge=0, le=1
    )
    revenue: Literal["lease", "rental", "tokens", "none"] = assumed("rental", "capacity sold by the hour", "E")
    price: HourPrice | None = Field(default=None, ge=0, le=1000)
    token_price: TokenPrice | None = Field(default=None, ge=0, le=1e6)
    lease_price: LeasePrice | None = Field(default=None, ge=0, le=1e5)
    utilisation: Fraction = assumed(0.8, "middle of 50 to 95 %", gt=0, le=1)
    occupancy: Fraction = assumed(1.0, "one tenant takes all (Meta press release 2025-10-21)", "C", gt=0, le=1)
    ramp_months: Count = assumed(3.0, "commissioning of a hall, from memory", ge=0, le=60)
    term_years: Year | None = Field(default=None, gt=0, le=50)
    debt_fraction: Fraction = assumed(
        0.64, "Abilene: loans of 9.6 of 15 bn USD (FT); Beignet's 0.918 is the high end", "C", ge=0, le=0.98
    )
    debt_rate: Fraction = assumed(
        0.0658, "Beignet notes, 6.58 % (FT, therealdeal 2025-10-22)", "C", "2025-10", ge=0, le=0.5
    )
    debt_years: Year | None = Field(default=None, gt=0, le=50)
    repayment: Literal["annuity", "sculpted"] = assumed("annuity", "amortising notes", "E")
    tax_rate: Fraction = assumed(0.25, "21 % federal (26 U.S.C. 11(b)) and about 5 % state, net", ge=0, le=0.9)
    it_life_years: Year = assumed(
        5.0, "Epoch cost model and Amazon 5; Meta 5.5; Microsoft, Google, CoreWeave 6; Burry 2 to 3", "C", ge=1, le=20
    )
    facility_life_years: Year = assumed(14.0, "Epoch data-centre cost model 2026-05-14", "C", "2026-05", ge=1, le=60)
    price_decline_fraction: Fraction = assumed(
        0.1, "range of 5 to 35 % a year; the H100 path fell and rose again, so no decay is proven", ge=-0.5, le=0.9
    )
    inflation_fraction: Fraction = assumed(0.025, "long-run consumer prices", ge=-0.05, le=0.5)


class Scenario(Table):
    """A whole scenario, version 1."""

    denshi: Literal[1]
    project: Project
    site: Place
    compute: Compute
    workload: Annotated[tuple[Workload, ...], Field(min_length=1, max_length=20)]
    network: Network = Network()
    facility: Building = Building()
    energy: Energy = Energy()
    buildout: Buildout = Buildout()
    finance: Finance = Finance()

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        total = sum(workload.share for workload in self.workload)
        if total > 1 + 1e-9:
            raise ValueError(f"the shares of the workloads add up to {total:g}; there is only 1 to give")
        return self
