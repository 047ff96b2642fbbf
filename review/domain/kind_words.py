"""How a record's type and language read to people: exports give codes such as article-journal and eng."""

from __future__ import annotations

# ISO 639-1, ISO 639-2 (bibliographic and terminological), and the name: the languages that PubMed indexes most.
_LANGUAGES = """
af afr Afrikaans,ar ara Arabic,bg bul Bulgarian,bs bos Bosnian,ca cat Catalan,cs cze ces Czech,da dan Danish,
de ger deu German,el gre ell Greek,en eng English,es spa Spanish,et est Estonian,fa per fas Persian,fi fin Finnish,
fr fre fra French,he heb Hebrew,hi hin Hindi,hr hrv Croatian,hu hun Hungarian,id ind Indonesian,is ice isl Icelandic,
it ita Italian,ja jpn Japanese,ko kor Korean,lt lit Lithuanian,lv lav Latvian,mk mac mkd Macedonian,ms may msa Malay,
nl dut nld Dutch,no nor Norwegian,pl pol Polish,pt por Portuguese,ro rum ron Romanian,ru rus Russian,sk slo slk Slovak,
sl slv Slovenian,sq alb sqi Albanian,sr srp Serbian,sv swe Swedish,th tha Thai,tr tur Turkish,uk ukr Ukrainian,
ur urd Urdu,vi vie Vietnamese,zh chi zho Chinese
"""
_NAMES = {
    code: name
    for line in _LANGUAGES.split(",")
    for *codes, name in [line.split()]
    for code in (*codes, name.casefold())
}


def type_in_words(kind: str) -> str:
    """A type of CSL as people say it.

    >>> type_in_words("article-journal"), type_in_words("motion_picture"), type_in_words("")
    ('journal article', 'motion picture', '')
    """
    return " ".join(reversed(kind.split("-"))).replace("_", " ")


def language_in_words(language: str) -> str:
    """A language's English name; what is not known here stays as it stands in the export.

    >>> language_in_words("eng"), language_in_words("pt-BR"), language_in_words("ENGLISH"), language_in_words("eng; fre")
    ('English', 'Portuguese', 'English', 'English, French')
    """
    parts = [part.strip() for part in language.replace(";", ",").split(",") if part.strip()]
    return ", ".join(_NAMES.get(part.casefold().replace("_", "-").partition("-")[0], part) for part in parts)
