"""Dated rules of export control as written to the catalogue."""

from collections.abc import Mapping

MEMORY = "from memory, unchecked"
OCT_2022 = "87 FR 62186, interim final rule of 2022-10-07 (heise.de 7336148 quotes 3A090.a)"
OCT_2023 = "88 FR 73458, interim final rule of 2023-10-25 (downloads.regulations.gov/BIS-2022-0025-0052)"
A_BOX = f"{OCT_2023}; thresholds of .a: chipclaims.com 2026-06-16, lenzo.ai/eccn/3a090"
B_BOX = f"{OCT_2023}; thresholds of .b: pulsestacks 2024-04, its second limb from memory"
LETTER_2022 = "NVIDIA 8-K of 2022-08-31 and AMD's statement (tomshw.it; ansoncheunghk.info)"
LETTER_2023 = "NVIDIA 8-K of 2023-10-24 on the letter of 2023-10-23 (theregister.com 2023-10-24)"
LETTER_2025 = "NVIDIA 8-K of 2025-04-15 on the letter of 2025-04-09 (silicon.co.uk 608558; millerchevalier.com)"
LICENCES_2025 = (
    "licences for H20 and MI308 against 15 % of revenue (particle.news; epium.com p=12060); the first "
    "two days after a meeting on Wednesday 2025-08-06 (newsfusion365.blogspot.com 2025-08)"
)
BIS_2026 = "BIS final rule 91 FR 1684, FR Doc. 2026-00789 (govinfo.gov/content/pkg/FR-2026-01-15/html/2026-00789.htm)"
DIFFUSION = "90 FR 4544 and BIS announcement of 2025-05-13 (akingump.com; sanctionsnews.bakermckenzie.com)"
GP10 = "BIS guidance on General Prohibition 10, 2025-05-13 (alstontrade.com; akingump.com)"

DENIAL = "a licence is required, reviewed under a presumption of denial"
APPROVAL = "a licence is required, reviewed under a presumption of approval"
CASE = "a licence is required, reviewed case by case"
FREE = "no licence by this rule; lists of parties and other end-use rules still hold"
NAC = "a notice to BIS 25 days ahead (licence exception NAC), else a licence reviewed case by case"
ACA = "licence exception ACA: no licence and no notice"

CHINA, D5 = "CN HK MO", "D:5 MO"
D1_D4, FRIENDS = "D:1 D:4", "A:5 A:6 D:5 MO US"
HOPPER = "h100-sxm-80gb h100-pcie h100-96gb-hbm2e-500w"
AMPERE = "a100-sxm-40gb a100-sxm-80gb"

Body = dict[str, object]


def row(
    name: str, stage: str, days: tuple[str, str | None], to: str, verdict: str, review: str, source: str, grade: str,
    **more: object,
) -> Body:  # fmt: skip
    return {
        "name": name, "source": source, "date": more.pop("announced", None) or days[0], "grade": grade,
        "note": more.pop("note", ""), "stage": stage, "classification": more.pop("classification", "none"),
        "effective_from": days[0], "effective_to": days[1], "destinations": to, "verdict": verdict, "review": review,
        **more,
    }  # fmt: skip


def controls() -> list[tuple[str, Mapping[str, object]]]:
    return [*embargoes(), *letters(), *reviews(), *classes(), *ends()]


def embargoes() -> list[tuple[str, Body]]:
    return [
        ("embargo", row("Comprehensive embargo", "embargo", ("2015-01-01", None), "CU IR KP SY", "denied",
            "embargoed: " + DENIAL, "15 CFR part 746, " + MEMORY, "E")),
        ("russia-2022", row("Russia", "embargo", ("2022-02-24", None), "RU", "denied", "a policy of denial",
            "15 CFR 746.8, 87 FR 12226, " + MEMORY, "E")),
        ("belarus-2022", row("Belarus", "embargo", ("2022-03-02", None), "BY", "denied", "a policy of denial",
            "15 CFR 746.8, 87 FR 13048, " + MEMORY, "E")),
        ("military-end-use", row("Military end use", "embargo", ("2020-06-29", None), "CN HK MO RU BY MM KH NI VE",
            "denied", "military end use: " + DENIAL, "15 CFR 744.21, " + MEMORY, "E", end_uses="military")),
    ]  # fmt: skip


def letters() -> list[tuple[str, Body]]:
    both = {"announced": "2025-04-09", "parts": "h20 mi308x"}
    since = ("2025-04-09", "2025-08-07")
    then = ("2025-08-08", None)
    early = {"announced": "2023-10-23", "classification": "3A090.a"}
    early["parts"] = f"{AMPERE} a800 {HOPPER} h800-sxm-80gb l40s"
    held = ("2023-10-23", "2023-11-16")
    waiting = "a licence is required (is-informed letter); none was granted while this held"
    granted = "a licence is required; licences are granted against 15 % of the revenue, paid by the seller"
    note = "the letter also covers circuits that reach the H20's memory or interconnect bandwidth"
    beijing = "since August 2025 Chinese authorities tell companies not to buy it; that is no rule of this table"
    return [
        ("letter-2022-08-a100-h100-mi250", row("Is-informed letters on A100, H100 and MI250", "letter",
            ("2022-08-26", "2022-10-20"), "CN HK RU", "licence", "a licence is required (is-informed letter)",
            LETTER_2022, "C", parts=f"{AMPERE} {HOPPER} mi250x")),
        ("letter-2023-10-d5", row("Letter that brought the October 2023 rule forward", "letter", held, D5, "denied",
            DENIAL, LETTER_2023, "C", **early)),
        ("letter-2023-10-hq", row("Letter that brought the October 2023 rule forward, by headquarters", "letter", held,
            "*", "denied", DENIAL, LETTER_2023, "E", except_destinations="US", headquarters=D5, **early)),
        ("letter-2023-10-d1-d4", row("Letter that brought the October 2023 rule forward, groups D:1 and D:4", "letter",
            held, D1_D4, "licence", APPROVAL, LETTER_2023, "E", except_destinations=FRIENDS, **early)),
        ("letter-2025-04-h20-mi308", row("Is-informed letters on H20 and MI308", "letter", since, D5, "licence",
            waiting, LETTER_2025, "C", note=note, **both)),
        ("letter-2025-04-h20-mi308-hq", row("Is-informed letters on H20 and MI308, by headquarters", "letter", since,
            "*", "licence", waiting, LETTER_2025, "C", except_destinations="US", headquarters=D5, **both)),
        ("licences-2025-08-h20-mi308", row("Licences for H20 and MI308", "letter", then, D5, "licence", granted,
            LICENCES_2025, "C", note=beijing, **both)),
        ("licences-2025-08-h20-mi308-hq", row("Licences for H20 and MI308, by headquarters", "letter", then, "*",
            "licence", granted, LICENCES_2025, "C", except_destinations="US", headquarters=D5,
            **both)),
        ("ascend-until-2025-05", row("Ascend, not of United States origin", "letter", ("2015-01-01", "2025-05-12"), "*",
            "allowed", "not sold from the United States; other laws are outside this table", MEMORY, "E",
            parts="ascend-910b ascend-910c")),
        ("gp10-2025-05-ascend", row("Guidance on Chinese advanced circuits", "letter", ("2025-05-13", None), "*",
            "denied", "likely made in violation: to buy, sell, move or use it anywhere risks enforcement", GP10, "C",
            parts="ascend-910b ascend-910c")),
    ]  # fmt: skip


def reviews() -> list[tuple[str, Body]]:
    common: Body = {
        "classification": "3A090.a", "announced": "2026-01-13", "shipped_from": "US", "tpp_below": 21000,
        "memory_bytes_per_s_below": 6.5e12,
        "note": "the part must be on sale in the United States on 2026-01-15, the exporter certifies supply, security "
        "and third-party tests there; exports from elsewhere and re-exports stay under a presumption of denial",
    }  # fmt: skip
    days = ("2026-01-15", None)
    return [
        ("bis-2026-00789-1", row("Case-by-case review for China and Macau", "review", days, CHINA, "licence", CASE,
            BIS_2026, "B", tpp_least=4800, data_centre=1, **common)),
        ("bis-2026-00789-2", row("Case-by-case review for China and Macau, dense parts", "review", days, CHINA,
            "licence", CASE, BIS_2026, "B", tpp_least=1600, density_least=5.92, data_centre=1, **common)),
    ]  # fmt: skip


def classes() -> list[tuple[str, Body]]:
    until = ("2022-10-21", "2023-11-16")
    first: Body = {"classification": "3A090 (2022)", "announced": "2022-10-07", "tpp_least": 4800}
    rows: list[tuple[str, Body]] = [
        ("3a090-2022-cn", row("3A090 of October 2022, China", "class", until, "CN HK", "denied", DENIAL, OCT_2022, "C",
            io_bytes_per_s_least=6.0e11, day_source="15 CFR, date of effect from memory", **first)),
        ("3a090-2022-mo", row("3A090 of October 2022, Macau", "class", ("2023-01-17", "2023-11-16"), "MO", "denied",
            DENIAL, OCT_2022 + "; Macau by 88 FR 2821, " + MEMORY, "E", io_bytes_per_s_least=6.0e11, **first)),
    ]  # fmt: skip
    boxes: list[tuple[str, str, Body, bool]] = [
        ("a-1", "3A090.a", {"tpp_least": 4800, "data_centre": 1}, True),
        ("a-2", "3A090.a", {"tpp_least": 1600, "tpp_below": 4800, "density_least": 5.92, "data_centre": 1}, True),
        ("a-other", "3A090.a", {"tpp_least": 4800, "data_centre": 0}, False),
        ("b-1", "3A090.b", {"tpp_least": 2400, "tpp_below": 4800, "density_least": 1.6, "density_below": 5.92,
            "data_centre": 1}, False),
        ("b-2", "3A090.b", {"tpp_least": 1600, "tpp_below": 2400, "density_least": 3.2, "density_below": 5.92,
            "data_centre": 1}, False),
    ]  # fmt: skip
    days = ("2023-11-17", None)
    for key, class_, box, strict in boxes:
        more: Body = {"classification": class_, "announced": "2023-10-17", **box}
        source, grade = (A_BOX, "C") if class_ == "3A090.a" else (B_BOX, "C" if key == "b-1" else "E")
        held = "designed for data centres" if box["data_centre"] else "not designed for data centres"
        what = f"{class_} of October 2023, {held}"
        rows += [
            (f"3a090-2023-{key}-d5", row(f"{what}, group D:5 and Macau", "class", days, D5,
                "denied" if strict else "licence", DENIAL if strict else NAC, source, grade if strict else "E",
                **more)),
            (f"3a090-2023-{key}-hq", row(f"{what}, headquarters in group D:5 or Macau", "class", days, "*",
                "denied" if strict else "licence", DENIAL if strict else NAC,
                f"{source}; 15 CFR 744.23(a)(3) (sanctionsnews.bakermckenzie.com)", grade if strict else "E",
                except_destinations="US", headquarters=D5, **more)),
            (f"3a090-2023-{key}-d1-d4", row(f"{what}, groups D:1 and D:4", "class", days, D1_D4,
                "licence" if strict else "allowed", APPROVAL if strict else ACA,
                f"{source}; scope: videocardz.com 2023-10-18; policy of review from memory", "E",
                except_destinations=FRIENDS, **more)),
        ]  # fmt: skip
    return rows


def ends() -> list[tuple[str, Body]]:
    return [
        ("ai-diffusion-2025", row("AI diffusion rule, rescinded before it held", "class", ("2025-05-15", "2025-05-13"),
            "*", "licence", "a licence would have been required in most countries", DIFFUSION, "C",
            except_destinations="A:5 US", classification="3A090.a", announced="2025-01-15", tpp_least=4800,
            data_centre=1)),
        ("not-controlled", row("No rule of this table asks for a licence", "default", ("2015-01-01", None), "*",
            "allowed", FREE,
            "15 CFR part 774: what no entry names is free to this destination, " + MEMORY, "E")),
    ]  # fmt: skip
