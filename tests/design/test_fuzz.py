"""A design is made or refused with a message: mutated small scenarios never end in a traceback or half a file."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denshi.cli import main

SYSTEMS = ["gb300-nvl72", "gb200-nvl72", "dgx-h200", "dgx-b200", "hgx-h100"]
MODELS = ["llama3.1-8b", "llama3.1-405b", "deepseek-v3", "gpt-oss-120b", "gpt3-175b"]
SIZES = [
    "racks = 1",
    "racks = 3",
    'it_power = "300 kW"',
    'it_power = "1 W"',
    'site_power = "2 MW"',
    "accelerators = 100",
]
TOPOLOGIES = ["rail-fat-tree", "rail-only", "dragonfly", "torus", "fat-tree"]
PLANTS = ["air-chiller", "tower-economizer", "liquid-dry-trim", "liquid-adiabatic", "immersion-2p"]
SITES = ["meta-hyperion", "kddi-sakai", "openai-stargate-uae", "highreso-takamatsu", "inl", "sakura-ishikari"]


def scenario(seed: int) -> str:
    """Return a small grid-only scenario, as odd as the schema allows."""
    pick = random.Random(seed)
    lines = ["denshi = 1", "[project]", 'name = "f"', f"start = {pick.randint(2024, 2030)}-0{pick.randint(1, 9)}-01"]
    lines += ["[site]", f'id = "{pick.choice(SITES)}"']
    if pick.random() < 0.3:
        lines += [f'grid_connection = "{pick.choice([0.001, 0.5, 3, 500])} MW"']
    lines += ["[compute]", f'system = "{pick.choice(SYSTEMS)}"', pick.choice(SIZES)]
    for _ in range(pick.randint(1, 2)):
        lines += ["[[workload]]", f'model = "{pick.choice(MODELS)}"', f"share = {pick.choice([0.1, 0.5])}"]
        lines += [f'precision = "{pick.choice(["bf16", "fp8", "fp4"])}"']
        lines += training(pick) if pick.random() < 0.5 else serving(pick)
    lines += ["[network]", f'topology = "{pick.choice(TOPOLOGIES)}"']
    lines += [
        "[facility]",
        f'cooling = "{pick.choice(PLANTS)}"',
        f"supply_temperature = {pick.choice([5, 18, 32, 60])}",
    ]
    lines += [f'redundancy = "{pick.choice(["N", "N+1", "2N"])}"', "[finance]"]
    lines += [
        f'revenue = "{pick.choice(["rental", "none", "lease", "tokens"])}"',
        f"tax_rate = {pick.choice([0, 0.9])}",
    ]
    lines += [f'structure = "{pick.choice(["corporate", "project", "spv"])}"']
    return "\n".join([*lines, f"discount_rate = {pick.choice([0, 1, 0.1])}"])


def training(pick: random.Random) -> list[str]:
    plan = f"parallelism = {{ tp = {pick.choice([1, 3, 8])}, pp = {pick.choice([1, 5, 16])} }}"
    return [
        'kind = "training"',
        f"tokens = {10 ** pick.randint(3, 14)}",
        f"sequence = {2 ** pick.randint(6, 17)}",
        f"global_batch_tokens = {2 ** pick.randint(10, 28)}",
        f"runs_per_year = {pick.choice([0.1, 1, 50])}",
        *([plan] if pick.random() < 0.3 else []),
    ]


def serving(pick: random.Random) -> list[str]:
    return [
        'kind = "serving"',
        f"input_tokens = {2 ** pick.randint(0, 17)}",
        "output_tokens = 128",
        f"ttft = {10 ** pick.uniform(-3, 2)}",
        f"tpot = {10 ** pick.uniform(-4, 0)}",
    ]


@settings(max_examples=110, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9))
def test_no_traceback_and_no_half_file(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    path, out = folder / "f.toml", folder / "out"
    path.write_text(scenario(seed), encoding="utf-8")
    status = main(["design", str(path), "-o", str(out)])
    said = capsys.readouterr().err
    written = sorted(p.name for p in out.iterdir()) if out.exists() else []
    assert "Traceback" not in said
    assert "failed:" not in said, f"seed {seed}: {said}\n{path.read_text()}"
    assert (status, written) in [(0, ["design.json", "report.html", "run.json"]), (1, [])], f"seed {seed}: {said}"


def test_some_of_the_fuzzed_scenarios_do_design() -> None:
    """The fuzz would be empty if nothing ever got through."""
    assert len({scenario(seed) for seed in range(200)}) == 200
    assert Path("examples/hyperion.toml").is_file()
