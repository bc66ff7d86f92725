// What the page says, in the language of the browser: English, or Danish. The checks themselves know English only, so
// that what a verdict says is the same everywhere.
"use strict";
(() => {
  const isDanish = /^da\b/i.test(navigator.language || "");
  document.documentElement.lang = isDanish ? "da" : "en";

  const DANISH = {
    "Check a trail": "Kontrollér et spor",
    // how it ends
    "Verified": "Bekræftet",
    "Every byte is as it was signed by the key that you gave, and every entry is in the log.": "Hver byte er, som den blev underskrevet med den nøgle, du gav, og hver post står i loggen.",
    "Not as it was made": "Ikke som det blev lavet",
    "Something in this file is not what was signed. Do not rely on any of it.": "Noget i filen er ikke det, der blev underskrevet. Stol ikke på noget af det.",
    "Not proven": "Ikke bevist",
    "Nothing wrong was found, but something is missing to prove it.": "Der er ikke fundet noget galt, men der mangler noget for at bevise det.",
    "No trail yet": "Intet spor endnu",
    "Choose a file or drop one.": "Vælg en fil, eller slip en her.",
    "Not checked": "Ikke kontrolleret",
    "Reading": "Læser",
    "Checking entries": "Kontrollerer poster",
    // what is told of it
    "at entry {index}": "ved post {index}",
    "Missing": "Mangler",
    "File": "Fil",
    "Subject": "Hvem eller hvad",
    "Bytes intact": "Bytes uændret",
    "Signed by your key": "Underskrevet med din nøgle",
    "In the log": "Står i loggen",
    "Payloads as committed": "Indhold, som det blev lovet",
    "Complete for the subject": "Fuldstændigt for den, det er om",
    "Time stamp": "Tidsstempel",
    "Anchoring": "Forankring",
    "States and balances": "Tilstande og saldi",
    "Entries": "Poster",
    "Log": "Log",
    "Manifest's SHA-256": "Manifestets SHA-256",
    "Key inside": "Nøglen indeni",
    "yes": "ja",
    "NO": "NEJ",
    "not judged": "ikke bedømt",
    "not known": "ikke kendt",
    "not proven": "ikke bevist",
    "none": "ingen",
    "yes, each number from 1 to the last is here or stands as a stub": "ja, hvert nummer fra 1 til det sidste er her eller står som et stykke, der er holdt tilbage",
    "yes, by the key inside alone: that proves nothing": "ja, men kun efter nøglen indeni: det beviser intet",
    "there, not checked here: the program does": "findes, kontrolleres ikke her: det gør programmet",
    "there is none": "der er intet",
    "L0: signed; whether it is more is not checked here": "L0: underskrevet; om det er mere, kontrolleres ikke her",
    "not derived again here: the program does": "udledes ikke igen her: det gør programmet",
    "not derived again, here or by the program: every stream has a hole, or no beginning":
      "udledes ikke igen, hverken her eller af programmet: i hver strøm mangler noget, eller dens begyndelse",
    "{count}, and {withheld} withheld": "{count}, og {withheld} holdt tilbage",
    "{origin}, {size} entries": "{origin}, {size} poster",
    "Not proven by any of this": "Hvad intet af dette beviser",
    "that the source systems recorded everything, and that events were true before they were read": "at kildesystemerne registrerede alt, og at hændelserne var sande, før de blev læst",
    "that the last entries of the subject were not dropped: no trail from before is compared here": "at de sidste poster ikke er udeladt: her sammenlignes ikke med et tidligere spor",
    "that the bank shows everyone the same log: no checkpoint kept elsewhere and no witness's signature is looked at here": "at banken viser alle den samme log: her ses ikke på kontrolpunkter, der er gemt andre steder, eller på vidners underskrift",
    "when the checkpoint was signed: time stamps are not checked here": "hvornår kontrolpunktet blev underskrevet: tidsstempler kontrolleres ikke her",
    "that the model gives these states and balances: that is not derived again here": "at modellen giver disse tilstande og saldi: det udledes ikke igen her",
    "personal values that are cut out or withheld: only that something was committed to": "personlige værdier, der er skåret ud eller holdt tilbage: kun at der blev lovet noget",
    "findings, sentences and tables: they are the console's reading, signed by it, not entries of its log": "fund, sætninger og tabeller: de er konsollens læsning, underskrevet af den, og ikke poster i dens log",
    // what is wrong with it
    "a leaf is out of order": "et blad står ikke på sin plads",
    "a length is not understood": "en længde kan ikke forstås",
    "a line of proofs.jsonl is no hash": "en linje i proofs.jsonl er ingen hash",
    "this is no text": "dette er ikke tekst",
    "a status is not understood": "en status kan ikke forstås",
    "a signature line is not understood": "en underskriftslinje kan ikke forstås",
    "an entry stands twice": "en post står to gange",
    "another entry's payload stands where this one's belongs": "en anden posts indhold står, hvor denne posts hører til",
    "base64 is not canonical": "base64 er ikke skrevet på den ene rigtige måde",
    "base64 is not understood": "base64 kan ikke forstås",
    "entries are missing at the end": "der mangler poster til sidst",
    "files are missing, or the list of them at its end is not as it was written": "der mangler filer, eller listen over dem til sidst er ikke, som den blev skrevet",
    "half a character": "et halvt tegn",
    "it is greater than 4 GiB: check it with the program": "den er større end 4 GiB: kontrollér den med programmet",
    "it is not signed by this key": "det er ikke underskrevet med denne nøgle",
    "its signature is wrong": "underskriften er forkert",
    "keys/log.pub.pem holds no key": "keys/log.pub.pem rummer ingen nøgle",
    "{name} is not as it was written": "{name} er ikke, som den blev skrevet",
    "manifest.json does not list the files that are here": "manifest.json nævner ikke de filer, der er her",
    "manifest.sig is no signature of manifest.json": "manifest.sig er ingen underskrift af manifest.json",
    "no exact number": "intet nøjagtigt tal",
    "no key was given: paste the log's public key, from elsewhere than this file": "der er ikke givet en nøgle: indsæt loggens offentlige nøgle, hentet et andet sted end i denne fil",
    "origin and size are not understood": "oprindelse og størrelse kan ikke forstås",
    "payloads.jsonl has more lines than there are entries": "payloads.jsonl har flere linjer, end der er poster",
    "pieces are a list": "stykkerne skal være en liste",
    "the checkpoint cannot be checked without a key": "kontrolpunktet kan ikke kontrolleres uden en nøgle",
    "the checkpoint is not the one that the manifest names": "kontrolpunktet er ikke det, som manifestet nævner",
    "the checkpoint: {text}": "kontrolpunktet: {text}",
    "the entries and their proof do not give the root that was signed": "posterne og deres bevis giver ikke den rod, der blev underskrevet",
    "the entry does not give its leaf": "posten giver ikke sit blad",
    "the entry is not in its canonical form": "posten står ikke i sin faste form",
    "the note has no signature": "notatet har ingen underskrift",
    "the numbers do not give the head that was signed": "numrene giver ikke det hoved, der blev underskrevet",
    "the parts of this key do not belong together: copy it again": "nøglens dele hører ikke sammen: kopiér den igen",
    "the payload cannot be read": "indholdet kan ikke læses",
    "the payload is not the one that the entry is committed to": "indholdet er ikke det, som posten er bundet til",
    "the proof is too long": "beviset er for langt",
    "the proof is too short": "beviset er for kort",
    "the root is no hash": "roden er ingen hash",
    "there are more leaves than the log has": "der er flere blade, end loggen har",
    "there are not as many entries and stubs as the manifest says": "der er ikke så mange poster og tilbageholdte stykker, som manifestet siger",
    "there are numbers, but the manifest names nobody whose they are": "der er numre, men manifestet siger ikke, hvis de er",
    "this browser cannot check Ed25519 signatures: use a newer one, or the program": "denne browser kan ikke kontrollere Ed25519-underskrifter: brug en nyere, eller programmet",
    "this is no Ed25519 public key": "dette er ingen offentlig Ed25519-nøgle",
    "this is no key of a log (NAME+ID+BASE64, or a PEM file)": "dette er ikke en logs nøgle (NAVN+ID+BASE64, eller en PEM-fil)",
    "this is no salt and no commitment": "dette er hverken salt eller løfte",
    "the header of {name} is not as it was written": "hovedet til {name} er ikke, som det blev skrevet",
    "{name} does not give its sum in SHA256SUMS": "{name} giver ikke sin sum i SHA256SUMS",
    "{name} does not give its checksum": "{name} giver ikke sin kontrolsum",
    "{name} goes beyond the end": "{name} går ud over slutningen",
    "{name} is greater than it can be": "{name} er større, end den kan være",
    "{name} is no text": "{name} er ingen tekst",
    "{name} is not the file that the manifest names": "{name} er ikke den fil, som manifestet nævner",
    "{name} is not where it belongs": "{name} er ikke, hvor den hører til",
    "a line of {name} has no end": "en linje i {name} har ingen slutning",
    "a line of {name} is too long": "en linje i {name} er for lang",
    "entry {found} stands where {index} belongs": "post {found} står, hvor {index} hører til",
    "it is not understood ({error})": "det kan ikke forstås ({error})",
    "it is signed by the key {key}, which is not the one that you gave": "det er underskrevet med nøglen {key}, som ikke er den, du gav",
    "leaf {index} stands behind {before}": "blad {index} står efter {before}",
    "number {number} is missing": "nummer {number} mangler",
    "number {number} is not in this trail": "nummer {number} er ikke i dette spor",
    "stub {index} stands behind {before}": "det tilbageholdte stykke {index} står efter {before}",
    "the format {format} with entries {entries} is not known to this page": "formatet {format} med poster {entries} kendes ikke af denne side",
    "there are {number} numbers, and not {told}": "der er {number} numre, og ikke {told}",
  };

  const NAME = /\{(\w+)\}/g;
  const filled = (text, values) => text.replace(NAME, (_, name) => values[name]);
  const PATTERNS = Object.entries(DANISH)
    .filter(([english]) => english.includes("{"))
    .map(([english, danish]) => [new RegExp(`^${english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(NAME, "(?<$1>.+)")}$`, "s"), danish]);

  // A text of this page, or of the checks where the values stand in it already.
  function say(english, values = {}) {
    if (!isDanish) return filled(english, values);
    if (Object.hasOwn(DANISH, english)) return filled(DANISH[english], values);
    for (const [pattern, danish] of PATTERNS) {
      const found = pattern.exec(english);
      if (found) return filled(danish, Object.fromEntries(Object.entries(found.groups).map(([name, part]) => [name, say(part)])));
    }
    return english;
  }

  trail.say = say;
})();
