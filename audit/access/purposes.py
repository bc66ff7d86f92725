"""Why somebody looked, as it is said to the customer: in their language, and without the words that staff use."""

from __future__ import annotations

LANGUAGES = ("en", "da")

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "call": "You called us",
        "written": "You wrote to us",
        "complaint": "We dealt with a complaint",
        "investigation": "We looked into a payment or an account",
        "fraud": "We checked for fraud",
        "audit": "The bank's own work was audited",
        "authority": "A public authority asked for it",
        "money_laundering": "We checked for money laundering, as the law asks",
        "none": "We watched over the bank's payments, and yours stood in a list",
        "search": "Somebody searched, and what was found is yours",
        "title": "Who has looked at your data, when and why",
        "about": "Customer {customer}. The times are those of {zone}, from {began} to {ended}.",
        "law": "You have a right to know when your data was looked at and for what purpose (Article 15 of the "
        "General Data Protection Regulation). The names of those who looked are not part of it. Looks that the law "
        "forbids us to tell of are not listed.",
        "when": "When",
        "purpose": "Purpose",
        "how": "What was done",
        "pages": "{count} pages were looked at",
        "page": "one page was looked at",
        "in_full": "details were shown in full",
        "taken": "a copy was made",
        "glass": "in an emergency",
        "by_system": "by the bank's systems, not by a person",
        "beginning": "the beginning",
        "nothing": "Nobody has looked at your data in this time.",
    },
    "da": {
        "call": "Du ringede til os",
        "written": "Du skrev til os",
        "complaint": "Vi behandlede en klage",
        "investigation": "Vi undersøgte en betaling eller en konto",
        "fraud": "Vi kontrollerede for svindel",
        "audit": "Bankens eget arbejde blev revideret",
        "authority": "En offentlig myndighed bad om det",
        "money_laundering": "Vi kontrollerede for hvidvask, som loven kræver",
        "none": "Vi holdt øje med bankens betalinger, og din stod på en liste",
        "search": "Nogen søgte, og det fundne er dit",
        "title": "Hvem har set dine oplysninger, hvornår og hvorfor",
        "about": "Kunde {customer}. Tiderne er i {zone}, fra {began} til {ended}.",
        "law": "Du har ret til at vide, hvornår dine oplysninger er blevet set og til hvilket formål (artikel 15 i "
        "databeskyttelsesforordningen). Navnene på dem, der har set dem, hører ikke med. Opslag, som loven "
        "forbyder os at fortælle om, er ikke med.",
        "when": "Hvornår",
        "purpose": "Formål",
        "how": "Hvad der blev gjort",
        "pages": "{count} sider blev set",
        "page": "en side blev set",
        "in_full": "oplysninger blev vist fuldt ud",
        "taken": "der blev taget en kopi",
        "glass": "i et nødstilfælde",
        "by_system": "af bankens systemer, ikke af en person",
        "beginning": "begyndelsen",
        "nothing": "Ingen har set dine oplysninger i denne tid.",
    },
}


def said(language: str, name: str, **values: object) -> str:
    return WORDS[language][name].format(**values)
