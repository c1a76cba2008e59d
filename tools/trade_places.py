"""Countries with their country groups, and what trade rules ask of a part, as written to the catalogue."""

from collections.abc import Mapping

A5_A6 = "15 CFR part 740, supplement 1, as shown on 2026-06-20"
MEMORY = "15 CFR part 740, supplement 1, from memory, unchecked"

A5 = """AR Argentina;AU Australia;AT Austria;BE Belgium;BG Bulgaria;CA Canada;HR Croatia;CZ Czechia=Czech Republic;
DK Denmark;EE Estonia;FI Finland;FR France;DE Germany;GR Greece;HU Hungary;IS Iceland;IN India;IE Ireland;IT Italy;
JP Japan;KR South Korea=Korea;LV Latvia;LT Lithuania;LU Luxembourg;NL Netherlands;NZ New Zealand;NO Norway;PL Poland;
PT Portugal;RO Romania;SK Slovakia;SI Slovenia;ES Spain;SE Sweden;CH Switzerland;TR Turkey=Türkiye;
GB United Kingdom=UK"""
A6 = """AL Albania;CY Cyprus;IL Israel;MT Malta;MX Mexico;SG Singapore;ZA South Africa;TW Taiwan"""
# Groups from memory; a country may stand in several.
D = {
    "D:1 D:4 D:5": "CN China=PRC;RU Russia=Russian Federation;VE Venezuela;LY Libya;IQ Iraq;KP North Korea",
    "D:1 D:5": "BY Belarus;MM Burma=Myanmar;KH Cambodia",
    "D:4 D:5": "IR Iran;LB Lebanon;SY Syria",
    "D:5": "AF Afghanistan;CF Central African Republic;CD Congo (Democratic Republic);CU Cuba;ER Eritrea;ET Ethiopia;"
    "HT Haiti;NI Nicaragua;SO Somalia;SS South Sudan;SD Sudan;ZW Zimbabwe",
    "D:1 D:4": "MO Macau=Macao;YE Yemen",
    "D:1": "AM Armenia;AZ Azerbaijan;GE Georgia;KZ Kazakhstan;KG Kyrgyzstan;LA Laos;MD Moldova;MN Mongolia;"
    "TJ Tajikistan;TM Turkmenistan;UZ Uzbekistan;VN Vietnam=Viet Nam",
    "D:4": "BH Bahrain;EG Egypt;JO Jordan;KW Kuwait;OM Oman;PK Pakistan;QA Qatar;SA Saudi Arabia;"
    "AE United Arab Emirates=UAE",
}
NEITHER = """DZ Algeria;AD Andorra;AO Angola;BD Bangladesh;BO Bolivia;BA Bosnia and Herzegovina;BR Brazil;BN Brunei;
CL Chile;CO Colombia;CR Costa Rica;CI Cote d'Ivoire=Ivory Coast;DO Dominican Republic;EC Ecuador;SV El Salvador;
GH Ghana;GT Guatemala;HN Honduras;ID Indonesia;JM Jamaica;KE Kenya;LI Liechtenstein;MY Malaysia;MU Mauritius;
MC Monaco;ME Montenegro;MA Morocco;MZ Mozambique;NA Namibia;NP Nepal;NG Nigeria;MK North Macedonia;PA Panama;
PY Paraguay;PE Peru;PH Philippines;RW Rwanda;SN Senegal;RS Serbia;LK Sri Lanka;TZ Tanzania;
TH Thailand;TT Trinidad and Tobago;TN Tunisia;UG Uganda;UA Ukraine;UY Uruguay;ZM Zambia;BW Botswana;
CM Cameroon;GL Greenland"""


def countries() -> list[tuple[str, Mapping[str, object]]]:
    found: dict[str, Mapping[str, object]] = {}

    def add(listed: str, groups: str, source: str, grade: str, note: str = "") -> None:
        for one in listed.replace("\n", "").split(";"):
            code, _, names = one.strip().partition(" ")
            name, *others = names.split("=")
            found[code.lower()] = {
                "name": name, "aliases": [name, *others], "source": source, "date": "2026-06", "grade": grade,
                "note": note, "code": code, "groups": groups,
            }  # fmt: skip

    add("US United States=USA", "US", "definition", "D")
    add(A5, "A:5", A5_A6, "C")
    add(A6, "A:6", A5_A6, "C")
    for groups, listed in D.items():
        add(listed, groups, MEMORY, "E")
    add(NEITHER, "", MEMORY, "E")
    add("HK Hong Kong", "D:1 D:4 D:5", "85 FR 83765 (2020-12-23): treated as China, from memory, unchecked", "E")
    add("IL Israel", "A:6 D:4", f"{A5_A6}; D:4 from memory", "E")
    return list(found.items())


MI308 = "not published; below 2,400, because its maker needed no licence before the letter of April 2025"
SIZES = "die areas and link rates from memory of makers' papers and datasheets, unchecked"


def parts() -> list[tuple[str, Mapping[str, object]]]:
    # id, name, aliases, accelerator, tpp, memory GB/s, die mm2, input and output GB/s (both directions), data centre
    listed: list[tuple[object, ...]] = [
        ("a100-sxm-40gb", "A100 40GB SXM4", (), True, None, None, None, 664, 1),
        ("a100-sxm-80gb", "A100 80GB SXM4", ("a100",), True, None, None, None, 664, 1),
        ("h100-sxm-80gb", "H100 SXM5", ("h100",), True, None, None, None, 1028, 1),
        ("h100-pcie", "H100 PCIe", (), True, None, None, None, 728, 1),
        ("h100-96gb-hbm2e-500w", "H100 96GB HBM2e", (), True, None, None, None, 1028, 1),
        ("h200-sxm-141gb", "H200 SXM", ("h200",), True, None, None, None, 1028, 1),
        ("h200-nvl-141gb", "H200 NVL", (), True, None, None, 814, 1028, 1),
        ("h800-sxm-80gb", "H800 SXM5", ("h800",), True, None, None, None, 528, 1),
        ("h20", "HGX H20 96GB", ("hgx-h20",), True, None, None, None, 1028, 1),
        ("b200-sxm-180gb", "B200 (HGX)", ("b200",), True, None, None, 1600, 2056, 1),
        ("b300-sxm-270gb", "B300 (HGX)", ("b300",), True, None, None, 1600, 2056, 1),
        ("gb200", "GB200 (per GPU)", ("gb200-nvl72",), True, None, None, 1600, 2056, 1),
        ("gb300", "GB300 (per GPU)", ("gb300-nvl72",), True, None, None, 1600, 2056, 1),
        ("vr200", "Rubin (per package)", ("rubin", "vera-rubin"), True, None, None, 1600, 3728, 1),
        ("rtx-pro-6000", "RTX PRO 6000 Blackwell Server Edition", (), True, None, None, 750, 128, 1),
        ("mi300x", "Instinct MI300X", (), True, None, None, 920, 1024, 1),
        ("mi325x", "Instinct MI325X", (), True, None, None, 920, 1024, 1),
        ("mi350x", "Instinct MI350X", (), True, None, None, 880, 1204, 1),
        ("mi355x", "Instinct MI355X", (), True, None, None, 880, 1204, 1),
        ("tpu-v4", "TPU v4", (), True, None, None, 400, 632, 1),
        ("tpu-v5e", "TPU v5e", (), True, None, None, 325, 432, 1),
        ("tpu-v5p", "TPU v5p", (), True, None, None, 500, 1232, 1),
        ("tpu-v6e", "TPU v6e Trillium", (), True, None, None, 700, 864, 1),
        ("tpu-v7", "TPU v7 Ironwood", (), True, None, None, 1400, 1264, 1),
        ("trn2", "Trainium2", (), True, None, None, 1000, 1344, 1),
        ("trn3", "Trainium3", (), True, None, None, 1000, 2624, 1),
        ("gaudi3", "Gaudi 3 OAM", (), True, None, None, 1200, 1178, 1),
        ("mtia-v2", "MTIA v2", (), True, None, None, 421, 64, 1),
        ("maia-100", "Maia 100", (), True, None, None, None, 1264, 1),
        ("ascend-910b", "Ascend 910B", (), True, None, None, 665, 456, 1),
        ("ascend-910c", "Ascend 910C", (), True, None, None, 1330, 848, 1),
        ("a800", "A800 80GB SXM4", ("a800-sxm-80gb",), False, 4992, 2039, 826, 464, 1),
        ("a30", "A30", (), False, 2640, 933, 826, 264, 1),
        ("l40s", "L40S", (), False, 5864, 864, 609, 64, 1),
        ("l20", "L20", (), False, 1912, 864, 609, 64, 1),
        ("l4", "L4", (), False, 1936, 300, 294, 64, 1),
        ("l2", "L2", (), False, 1544, 300, 294, 64, 1),
        ("mi308x", "Instinct MI308X", ("mi308",), False, 2350, 5300, 920, 1024, 1),
        ("mi250x", "Instinct MI250X", ("mi250",), False, 6128, 3277, 1448, 864, 1),
        ("rtx-4090", "GeForce RTX 4090", ("4090",), False, 5285, 1008, 609, 64, 0),
        ("rtx-4090d", "GeForce RTX 4090 D", ("4090d",), False, 4708, 1008, 609, 64, 0),
        ("rtx-5090", "GeForce RTX 5090", ("5090",), False, 6704, 1792, 750, 128, 0),
    ]
    return [
        (
            str(id_),
            {
                "name": name, "aliases": aliases, "source": SIZES, "date": "2026-11", "grade": "E",
                "note": MI308 if id_ == "mi308x" else "",
                "accelerator": id_ if known else None, "tpp": tpp,
                "memory_bytes_per_s": None if memory is None else float(memory) * 1e9,  # type: ignore[arg-type]
                "die_mm2": die, "io_bytes_per_s": float(io) * 1e9,  # type: ignore[arg-type]
                "data_centre": centre,
            },
        )
        for id_, name, aliases, known, tpp, memory, die, io, centre in listed
    ]  # fmt: skip
