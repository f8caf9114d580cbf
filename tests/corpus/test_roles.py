"""Every line of an article has a role and the rule that gave it; nothing is deleted, no sentence is boilerplate."""

from collections.abc import Container
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.paragraphs import paragraphs
from corpus.roles import SIGN_OFF, assign, is_frequent, line_key
from corpus.schema import Role

TEXT = st.text(st.sampled_from("ab É.?!:\n\r\t\f\x85\u2028\u00a0\u3000\u202e\u200d👩🏽\u0301日")) | st.text()
STORY = {Role.TITLE, Role.LEAD, Role.BODY, Role.HEADING}


def assigned(
    text: str, *, title: str | None = None, language: str = "en", frequent: Container[str] = ()
) -> list[tuple[Role, str]]:
    spans = paragraphs(text)
    lines = [text[start:end] for start, end in spans]
    often = [at for at, line in enumerate(lines) if line_key(line) in frequent]
    return assign(lines, spans, title=title, language=language, frequent=often)


def told(text: str, **more: str) -> list[str]:
    """Return the role and rule of each line as one word."""
    return [f"{role} {rule}" for role, rule in assigned(text, **more)]


def of(line: str, *, language: str = "en") -> str:
    """Return what a line is that stands between sentences, the second of four."""
    text = f"The council voted on Wednesday.\n{line}\nThe mayor spoke for an hour.\nNobody answered her that day."
    return told(text, language=language)[1]


# Each line of the seeds: its length, its role, its rule.
TITLE, LEAD, BODY = "title first-line", "lead first-paragraph", "body body"
HEADING, DATE, PICTURE = "heading between-paragraphs", "dateline shape-date", "credit picture-credit"
GLUED_CAPTION, CAPTION, SIGNED = "caption glued-to-credit", "caption before-credit", "credit sign-off"
LETTER, CONSENT, LITERAL = "lexicon-newsletter", "consent-declared", "boilerplate literal-translation"
SEEDS = {
    "000": [
        (58, TITLE),
        (30, "credit source-credit"),
        (151, LEAD),
        (214, GLUED_CAPTION),
        (16, PICTURE),
        (214, CAPTION),
        (16, PICTURE),
        (1042, BODY),
        (59, HEADING),
        (843, BODY),
        (31, f"boilerplate {LETTER}"),
        (34, f"boilerplate {LETTER}"),
        (437, f"boilerplate {CONSENT}"),
        (34, LITERAL),
    ],
    "001": [
        (61, GLUED_CAPTION),
        (15, PICTURE),
        (104, LEAD),
        (23, DATE),
        (23, DATE),
        (342, BODY),
        (345, BODY),
        (213, BODY),
        (48, HEADING),
        (384, BODY),
        (461, BODY),
        (641, BODY),
        (9, SIGNED),
    ],
    "002": [(77, TITLE), (656, LEAD), (435, BODY), (437, BODY), (627, BODY)],
    "003": [
        (127, TITLE),
        (178, LEAD),
        *((length, BODY) for length in (284, 177, 205, 291, 230, 157, 356, 295, 362)),
    ],
    "004": [
        (427, LEAD),
        (29, LITERAL),
        (549, BODY),
        (26, HEADING),
        (488, BODY),
        (403, BODY),
        (58, HEADING),
        (418, BODY),
        (29, LITERAL),
    ],
}


@pytest.mark.parametrize("name", SEEDS)
def test_each_line_of_the_seeds_has_its_role(seeds: Path, name: str) -> None:
    (path,) = seeds.glob(f"{name}_*.txt")
    text = path.read_text(encoding="utf-8")
    spans = paragraphs(text)
    language = "de" if name in ("002", "004") else "en"
    roles = assigned(text, language=language)
    found = [(end - start, f"{role} {rule}") for (start, end), (role, rule) in zip(spans, roles, strict=True)]
    assert found == SEEDS[name]


# What is neither title, lead nor body in the sample; a title is there unless it says so.
SAMPLE_FURNITURE = {
    "wire-desk/harbour-tunnel-01": ["(owa/wire) = credit sign-off"],
    "city-post/harbour-tunnel-02": ["(owa/wire) = credit sign-off"],
    "wire-desk/night-trains-04": ["(tma/wire) = credit sign-off"],
    "city-post/night-trains-04": ["(tma/wire) = credit sign-off"],
    "kuestenbote-beispiel/harbour-tunnel-01": [
        "Die Drehbrücke im Hafen von Marisholm. = caption glued-to-credit",
        "Bild: Küstenbote Beispiel/Archiv = credit picture-credit",
        "(owa/wire) = credit sign-off",
    ],
    "harbour-herald/harbour-tunnel-03": [
        "By Mads Ferrin = byline lexicon-byline",
        "Get the Harbour Letter = boilerplate lexicon-newsletter",
        "Five stories from the waterfront, each weekday at seven. = boilerplate between-boilerplate",
        "With my registration I consent to Harbour Herald storing my e-mail address and sending me the Harbour Letter; "
        "I can withdraw this consent at any time. More about this in our data protection notice. "
        "= boilerplate consent-declared",
    ],
    "harbour-herald/night-trains-01": [
        "16 May 2024, 06:10 = dateline shape-date",
        "16 May 2024, 09:45 = dateline shape-date",
        "A sleeping car in the depot at Kestrin. = caption before-credit",
        "(Photo: Jonna Perle/Harbour Herald) = credit picture-credit",
    ],
    "la-gazette-exemple/harbour-tunnel-04": [],
    "la-gazette-exemple/night-trains-02": [],
    "tagesblatt-muster/harbour-tunnel-05": ["Von Hedda Mühlau = byline lexicon-byline"],
    "tagesblatt-muster/night-trains-03": [
        "Von Ole Rannacker = byline lexicon-byline",
        "Anzeige – Text läuft darunter weiter = boilerplate lexicon-advertisement",
        "Anzeige – Text läuft darunter weiter = boilerplate lexicon-advertisement",
    ],
}


def test_each_line_of_the_sample_has_its_role() -> None:
    articles = Path(__file__).resolve().parents[2] / "corpus/sample/articles"
    found = {}
    for path in articles.rglob("*.txt"):
        name, text = path.relative_to(articles).with_suffix("").as_posix(), path.read_text(encoding="utf-8")
        language = {"k": "de", "t": "de", "l": "fr"}.get(name[0], "en")
        spans, roles = paragraphs(text), assigned(text, language=language)
        lines = [
            (text[start:end], role, f"{role} {rule}") for (start, end), (role, rule) in zip(spans, roles, strict=True)
        ]
        found[name] = [f"{line} = {rule}" for line, role, rule in lines if role not in STORY]
        story = [rule for _, role, rule in lines if role in STORY]
        assert story == [TITLE] * ("night-trains-04" not in name) + [LEAD] + [BODY] * story.count(BODY), name
    assert found == SAMPLE_FURNITURE


COLUMNS = ["en", "de", "fr", "es", "cs", "pl", "tr", "ru", "ar", "hi", "zh"]


@pytest.mark.parametrize("language", COLUMNS)
def test_sentences_of_a_story_are_story(gold: Path, language: str) -> None:
    rows = [row.split("\t") for row in (gold / "alignment/pud/pud.tsv").read_text(encoding="utf-8").splitlines()]
    at = rows[0].index(language)
    sentences = [row[at].strip() for row in rows[1:]]
    wrong = 0
    for first in range(0, len(sentences), 5):
        roles = assigned("\n".join(sentences[first : first + 5]), language=language)
        wrong += sum(role not in STORY for role, _ in roles)
    assert len(sentences) == 1000 and wrong <= 3


FURNITURE = [
    ("Image: agency", "en", "credit picture-credit"),
    ("(Foto: Ada Mair/Agentur)", "de", "credit picture-credit"),
    ("Zdjęcie: agencja", "pl", "credit picture-credit"),
    ("写真：共同", "ja", "credit picture-credit"),
    ("Photo by Ada Mair", "en", "credit picture-credit"),
    ("Quelle: dpa", "de", "credit source-credit"),
    ("© 2025 Harbour Herald", "en", "credit shape-copyright"),
    ("Reuters", "en", "credit agency-alone"),
    ("AFP/Archiv", "de", "credit agency-alone"),
    ("(AFP)", "fr", "credit sign-off"),
    ("（新华社）", "zh", "credit sign-off"),
    ("Von Ada Mair und Bo Lind, Marisholm", "de", "byline lexicon-byline"),
    ("Par Anne-Marie Duval", "fr", "byline lexicon-byline"),
    ("Di Maria Rossi", "it", "byline lexicon-byline"),
    ("Publié le 3 mars 2024 à 10h30", "fr", "dateline shape-date"),
    ("Aktualisiert am Mittwoch, 16.05.2024, 09:45 Uhr", "de", "dateline shape-date"),
    ("2025-10-28", "en", "dateline shape-date"),
    ("2025年3月14日 10時30分", "ja", "dateline shape-date"),
    ("Berlin, 28. Oktober", "de", "dateline shape-dateline"),
    ("MARISHOLM (wire) —", "en", "dateline shape-dateline"),
    ("Advertisement", "en", "boilerplate lexicon-advertisement"),
    ("La suite après la publicité", "fr", "boilerplate lexicon-advertisement"),
    ("Suscríbete a nuestro boletín", "es", "boilerplate lexicon-newsletter"),
    ("Accept all", "de", "boilerplate lexicon-consent"),
    ("Diesen Artikel teilen", "de", "boilerplate lexicon-share"),
    ("Читайте также: мост закрыт", "ru", "boilerplate lexicon-more"),
    ("コメントを書く", "ja", "boilerplate lexicon-comments"),
    ("3 min read", "en", "boilerplate lexicon-reading"),
    ("Hinterlassen Sie eine Anzeige", "de", "boilerplate literal-translation"),
    ("* * *", "en", "boilerplate no-words"),
    ("The old bridge at dusk.Image agency", "en", "body body"),
    ("Share prices fell.", "en", "body body"),
    ("By Monday it was over.", "en", "body body"),
    ("He told one source: nobody knows.", "en", "body body"),
    ("In 2025 the bridge will open", "en", "body body"),
    ("Von Montag an fährt kein Zug", "de", "body body"),
]


@pytest.mark.parametrize(("line", "language", "role"), FURNITURE, ids=[line for line, *_ in FURNITURE])
def test_a_short_line_is_told_by_its_words_and_shape(line: str, language: str, role: str) -> None:
    assert of(line, language=language) == role


TITLES = [
    "Council votes on the new bridge",
    "Will the bridge ever open?",
    "Bridge opens!",
    "“A setback for all of us”",
    "Brücke gesperrt: Pendler warten",
    "橋の開通は来年の春に延期",
]
NO_TITLES = [
    "The council voted on Wednesday.",
    "The council said it “will not wait.”",
    "The council voted on Wednesday ...",
    "Mayor at the new bridge.Image: agency",
    "(Foto: Agentur)",
    "Source: agency 2 min",
    "2025-10-28",
    "* * *",
    "x" * 201,
    "So long a first line that ends in a question is no headline but the lead of the article, or is it not?",
    "橋は来年の春に開通する。",
]


@pytest.mark.parametrize("line", TITLES)
def test_a_short_first_line_without_a_full_stop_is_the_title(line: str) -> None:
    assert told(f"{line}\nThe text follows.")[0] == TITLE


@pytest.mark.parametrize("line", NO_TITLES)
def test_a_sentence_a_credit_a_date_or_a_long_line_is_no_title(line: str) -> None:
    assert assigned(f"{line}\nThe text follows.")[0][0] is not Role.TITLE


def test_a_lone_line_is_the_text_and_not_its_title() -> None:
    assert told("Council votes on the new bridge") == [BODY]


def test_the_title_that_the_source_names_settles_it() -> None:
    assert told("Bridge opens.\nThe text follows", title=" Bridge opens. ") == ["title source-title", BODY]
    assert told("Bridge opens\nThe text.", title="Something else")[0] == BODY


@given(TEXT)
def test_every_line_has_one_role_and_only_the_first_line_of_the_story_may_be_the_title(text: str) -> None:
    roles = [role for role, _ in assigned(text)]
    assert len(roles) == len(paragraphs(text))
    before = roles[: roles.index(Role.TITLE)] if Role.TITLE in roles else []
    assert all(role is Role.BOILERPLATE for role in before)
    assert roles.count(Role.TITLE) <= 1


def test_a_heading_stands_between_paragraphs_and_a_list_is_no_heading() -> None:
    paragraph = "The council of Marisholm has decided to build a tunnel under the harbour of the city."
    assert told(f"{paragraph}\nA long way to go\n{paragraph}..")[1] == HEADING
    assert told(f"{paragraph}\nA first thing\nA second thing\n{paragraph}..")[1:3] == [BODY, BODY]


def test_a_caption_is_a_short_line_before_a_credit_and_no_quote() -> None:
    story = "The council voted on Wednesday.\nThe mayor spoke."
    assert told(f"{story}\nThe old bridge at dusk\nPhoto: agency\n{story}")[2] == CAPTION
    assert told(f"{story}\n“We will not wait,” she said.\nPhoto: agency\n{story}")[2] == BODY


def test_a_short_line_that_comes_twice_is_boilerplate_and_a_sentence_is_not() -> None:
    story = "The council voted on Wednesday."
    assert told(f"{story}\nHarbour Live\nThe mayor spoke.\nHarbour Live\nNobody answered.")[1] == (
        "boilerplate repeated-line"
    )
    assert told(f"{story}\nNobody answered.\nThe mayor spoke.\nNobody answered.")[1] == BODY


def test_lines_of_the_outlet_are_boilerplate_unless_they_are_most_of_the_text() -> None:
    text = "The council voted on Wednesday.\nThe mayor spoke for an hour.\nHarbour Herald, since 1902"
    footer = {line_key("Harbour Herald, since 1987")}
    assert assigned(text, frequent=footer)[2] == (Role.BOILERPLATE, "frequent-in-outlet")
    every = {line_key(line) for line in text.split("\n")}
    assert all(rule != "frequent-in-outlet" for _, rule in assigned(text, frequent=every))


def test_a_key_forgets_digits_spaces_and_capitals() -> None:
    assert line_key("Comments (3)") == line_key("comments  (12)") == "comments()"
    assert line_key("28") == ""
    assert line_key("Über uns") == "Überuns"


def test_a_story_in_many_revisions_is_not_frequent() -> None:
    assert is_frequent(20, 5, 100) and not is_frequent(20, 4, 11) and not is_frequent(20, 5, 1000)
    assert not is_frequent(100, 19, 20) and is_frequent(100, 20, 200) and not is_frequent(100, 20, 1000)
    assert not is_frequent(0, 1000, 1000)


SIGN_OFFS = ["It opens.(owa/wire)", "It opens. (dpa)", "„Ja.“ (sda/dpa)", "開通する。（共同）", "It opens. (AP, AFP)"]
NO_SIGN_OFFS = [
    "It opens (dpa)",
    "“No.” (laughs)",
    "It opens. (wire)",
    "It opens (owa/wire).",
    "He said yes. (He left.)",
]


@pytest.mark.parametrize("line", SIGN_OFFS)
def test_the_sign_off_of_an_agency_is_found_after_a_full_stop(line: str) -> None:
    found = SIGN_OFF.search(line)
    assert found is not None and found[1] == line[line.index(found[1][0]) :]


@pytest.mark.parametrize("line", NO_SIGN_OFFS)
def test_other_brackets_are_no_sign_off(line: str) -> None:
    assert SIGN_OFF.search(line) is None


def test_a_caption_may_hold_its_credit() -> None:
    lines = ["The council voted on Wednesday.", "The old bridge at dusk. (Photo: agency)", "The mayor spoke."]
    text = "\n".join(lines)
    roles = assigned(text)
    assert roles[1] == (Role.CAPTION, "caption-with-credit")
