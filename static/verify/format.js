// What a trail's files are and how their lines are written (docs/reference/trail-format.md).
"use strict";
(() => {
  const { sha256, unhex, utf8, joined } = trail;

  const FORMAT = "trace-bundle/1";
  const ORDER = [
    "README.txt", "manifest.json", "manifest.sig", "entries.jsonl", "payloads.jsonl", "leaves.jsonl", "stubs.jsonl",
    "sequence.jsonl", "proofs.jsonl", "checkpoint", "checkpoint.tsr", "keys/log.pub.pem", "keys/history.json", "model.toml",
    "derived.jsonl", "findings.jsonl", "where.json", "view/story.jsonl", "view/timeline.csv", "VERIFY.txt", "SHA256SUMS",
  ];
  const UNLISTED = ["manifest.json", "manifest.sig", "SHA256SUMS"];

  // RFC 8785 text: control characters escaped shortest, nothing else but quote and backslash.
  const TEXT = '"[^"\\\\\\x00-\\x1f]*(?:\\\\(?:["\\\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\\\\x00-\\x1f]*)*"';
  const MAYBE = `(?:null|${TEXT})`;
  const TIME = '"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z"';
  const NUMBER = '"(?:0|[1-9][0-9]{0,18})"';
  const SIGNED = '"(?:0|-?[1-9][0-9]{0,18})"';
  const INDEX = '"([1-9][0-9]{0,17})"';
  const ENTRY = new RegExp(
    `^\\{"cause":${MAYBE},"commitment":"([0-9a-f]{64})","corr":${MAYBE},"event_id":${TEXT},"first":(?:null|${NUMBER}),"i":${INDEX}` +
      `,"ingested_at":"[0-9T:.-]{26}Z","kind":"(source_event|sighting|collision|marker)","occurred_at":${TIME},"pos":${SIGNED}` +
      `,"recorded_at":${TIME},"source":${TEXT},"step":${MAYBE},"stream":${TEXT},"type":${TEXT},"v":"1","ver":(?:null|${SIGNED})\\}$`,
  );
  const LEAF = new RegExp(`^\\{"i":${INDEX},"leaf":"([0-9a-f]{64})"\\}$`);
  const STUB = new RegExp(`^\\{"i":${INDEX},"leaf":"([0-9a-f]{64})","reason":"(other_customer|other_account|out_of_range|restricted|no_longer_tied|declared_personal)"\\}$`);
  const NUMBERED = new RegExp(`^\\{"i":${INDEX},"n":${INDEX}\\}$`);
  const HASH = /^"([0-9a-f]{64})"$/;
  const HALF = /\p{Surrogate}/u;
  const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

  // The document of a line, which must stand in its canonical form; null where it does not.
  function documentOf(text) {
    try {
      const found = JSON.parse(text);
      const isOne = found !== null && typeof found === "object" && !Array.isArray(found);
      return isOne && canonical(found) === text ? found : null;
    } catch {
      return null;
    }
  }

  // Throws for what readers of JSON take differently: halves of characters, numbers that are not whole or too great.
  function canonical(value) {
    if (typeof value === "string" && HALF.test(value)) throw new Error("half a character");
    if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("no exact number");
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    return `{${Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
  }

  function base64(text) {
    if (typeof text !== "string" || !BASE64.test(text)) throw new Error("base64 is not understood");
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < out.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }

  // The commitment to a payload, its pieces closed, as VERIFY.txt says it.
  function commitmentOf(payload) {
    const salt = bytesOf(payload.salt), skeleton = base64(payload.skeleton);
    if (!Array.isArray(payload.pieces)) throw new Error("pieces are a list");
    if (!Number.isInteger(payload.status) || payload.status < 0 || payload.status > 255) throw new Error("a status is not understood");
    const parts = [
      Uint8Array.of(3), salt, Uint8Array.of(payload.status), u32(payload.data_length),
      sized(payload.encoding), maybe(payload.problem), maybe(payload.place), u32(skeleton.length), skeleton,
    ];
    for (const piece of payload.pieces) {
      parts.push(u32(piece.start), sized(piece.path), bytesOf(piece.commitment));
    }
    return sha256(joined(...parts));
  }

  function sized(text) {
    if (typeof text !== "string") throw new Error("this is no text");
    const raw = utf8(text);
    return joined(u32(raw.length), raw);
  }

  function maybe(text) {
    return text === null ? u32(0xffffffff) : sized(text);
  }

  // A salt or a commitment: of another length, what follows would be read apart at another place.
  function bytesOf(text) {
    if (typeof text !== "string" || !/^[0-9a-f]{64}$/.test(text)) throw new Error("this is no salt and no commitment");
    return unhex(text);
  }

  function u32(number) {
    if (!Number.isInteger(number) || number < 0 || number > 0xffffffff) throw new Error("a length is not understood");
    return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
  }

  function u64(number) {
    return joined(u32(Math.floor(number / 0x100000000)), u32(number % 0x100000000));
  }

  Object.assign(trail, {
    FORMAT, ORDER, UNLISTED, ENTRY, LEAF, STUB, NUMBERED, HASH, documentOf, base64, commitmentOf, u64,
  });
})();
