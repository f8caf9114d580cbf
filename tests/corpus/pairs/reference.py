"""The five articles of one event as sentences, and which translate each other: read by a person.

Each sentence is where it stands in its file, with the hash of its first words; captions, credits, sources,
datelines, title lines, sign-offs and advertising are left out. The texts themselves stay where they are.
"""

from hashlib import sha256
from pathlib import Path

from corpus.pairs import Sentence, Text
from corpus.schema import Role

Ids = tuple[tuple[str, ...], tuple[str, ...]]

# Start, end (code points), hash of the first 24.
SENTENCES: dict[str, tuple[str, list[tuple[int, int, str]]]] = {
    "000": (
        "en",
        [
            (92, 216, "861e793b"),
            (217, 243, "5f5b870a"),
            (709, 901, "f6566615"),
            (902, 976, "510004e3"),
            (977, 1063, "7d73fba5"),
            (1064, 1177, "95e2a2bd"),
            (1178, 1276, "d19b1da9"),
            (1277, 1401, "0a167cff"),
            (1402, 1490, "12943d41"),
            (1491, 1615, "19086401"),
            (1616, 1751, "2489513a"),
            (1753, 1812, "956d383d"),
            (1814, 2023, "198f4f9d"),
            (2024, 2196, "4b892169"),
            (2197, 2305, "9df7288a"),
            (2306, 2377, "133793d2"),
            (2378, 2480, "6f0c38b2"),
            (2481, 2569, "c8c3357f"),
            (2570, 2657, "98732e7c"),
        ],
    ),
    "001": (
        "en",
        [
            (77, 146, "0793ae0c"),
            (147, 181, "95f15b70"),
            (229, 350, "0793ae0c"),
            (351, 571, "a4aace12"),
            (572, 635, "b39fe5c7"),
            (636, 749, "c982d2ec"),
            (750, 917, "6bfbca9b"),
            (918, 982, "95c83c0e"),
            (983, 1063, "e90e71da"),
            (1064, 1131, "dfee6f7d"),
            (1132, 1180, "3b105953"),
            (1181, 1283, "6f0c38b2"),
            (1284, 1364, "8fa7bb50"),
            (1365, 1443, "24778b89"),
            (1444, 1565, "6c15d3b1"),
            (1566, 1741, "14ec074f"),
            (1742, 1916, "932efbb3"),
            (1917, 2027, "42b28d53"),
            (2028, 2185, "5db06abb"),
            (2186, 2256, "df321d1d"),
            (2257, 2359, "17553a6e"),
            (2360, 2427, "2d442f6e"),
            (2428, 2669, "6b6ae44a"),
        ],
    ),
    "002": (
        "de",
        [
            (78, 273, "cc956964"),
            (274, 524, "62f2cdf9"),
            (525, 734, "5180a8fe"),
            (735, 980, "4d20148f"),
            (981, 1170, "803a5724"),
            (1171, 1456, "9dd9b470"),
            (1457, 1608, "fa21c8b4"),
            (1609, 1667, "58fdabd8"),
            (1668, 1812, "1f716a8f"),
            (1813, 2046, "e5d62b15"),
            (2047, 2236, "4c6315dd"),
        ],
    ),
    "003": (
        "en",
        [
            (128, 306, "5a1af9b8"),
            (307, 582, "1ed5c2fd"),
            (592, 769, "38a840c5"),
            (770, 975, "b3dcd9a9"),
            (976, 1140, "3b959aec"),
            (1141, 1267, "802999e3"),
            (1268, 1383, "9e2255a3"),
            (1384, 1498, "f6ed0b6b"),
            (1499, 1656, "baa5f28a"),
            (1657, 1831, "181fd1e0"),
            (1832, 2013, "fc0e4d10"),
            (2014, 2209, "04fcaf23"),
            (2210, 2309, "93830001"),
            (2310, 2501, "f1c6ae83"),
            (2502, 2672, "778dda42"),
        ],
    ),
    "004": (
        "de",
        [
            (0, 59, "0cdaf1af"),
            (60, 280, "39a843ca"),
            (281, 349, "89805901"),
            (350, 427, "7b49d9de"),
            (458, 559, "c9dfe7d3"),
            (560, 668, "720706aa"),
            (669, 815, "2828ff18"),
            (816, 879, "451fb7b9"),
            (880, 1007, "85925840"),
            (1008, 1034, "c5a07ec0"),
            (1035, 1153, "d3401fc2"),
            (1154, 1333, "baa1dd5e"),
            (1334, 1402, "c8491847"),
            (1403, 1523, "8a9fa3f9"),
            (1524, 1708, "7d243dea"),
            (1709, 1776, "87307119"),
            (1777, 1845, "c4f6221b"),
            (1846, 1927, "d1f2648b"),
            (1928, 1986, "e0c471aa"),
            (1987, 2100, "ddb2056e"),
            (2101, 2197, "33a09595"),
            (2198, 2271, "e594ca81"),
            (2272, 2405, "c750ac98"),
        ],
    ),
}

# Indices of sentences left and right.
TRANSLATED: dict[tuple[str, str], list[tuple[tuple[int, ...], tuple[int, ...]]]] = {
    ("000", "004"): [
        ((0,), (0,)),
        ((2,), (1,)),
        ((3,), (2,)),
        ((4,), (3,)),
        ((5,), (4,)),
        ((6,), (5,)),
        ((7,), (6,)),
        ((8,), (7,)),
        ((9,), (8,)),
        ((12,), (10,)),
        ((13,), (14,)),
        ((14,), (15, 16)),
        ((15,), (17,)),
        ((16,), (19,)),
        ((17,), (20,)),
        ((18,), (21,)),
    ],
    ("001", "004"): [
        ((0,), (0,)),
        ((2,), (10,)),
        ((3,), (11,)),
        ((4,), (12,)),
        ((5,), (13,)),
        ((6,), (14,)),
        ((7,), (15,)),
        ((8,), (16,)),
        ((9,), (17,)),
        ((10,), (18,)),
        ((11,), (19,)),
        ((12,), (20,)),
        ((13,), (21,)),
        ((14,), (22,)),
        ((16,), (4,)),
        ((17,), (5,)),
        ((18,), (6,)),
        ((19,), (7,)),
        ((22,), (8,)),
    ],
}
PAIRS: dict[tuple[str, str], set[Ids]] = {
    (left, right): {(tuple(f"{left}#{at}" for at in one), tuple(f"{right}#{at}" for at in two)) for one, two in found}
    for (left, right), found in TRANSLATED.items()
}


def articles(seeds: Path) -> list[Text]:
    """Read the articles; fails where a file is not the one that was read."""
    found = []
    for name, (language, sentences) in SENTENCES.items():
        (path,) = seeds.glob(f"{name}_*.txt")
        raw = path.read_bytes().decode()
        for start, _, mark in sentences:
            assert sha256(raw[start : start + 24].encode()).hexdigest().startswith(mark), (name, start)
        told = [Sentence(f"{name}#{at}", raw[a:b], Role.BODY) for at, (a, b, _) in enumerate(sentences)]
        found.append(Text(name, language, told))
    return found
