// The log's tree (RFC 9162), its signed checkpoints (C2SP) and who signed them.
"use strict";
(() => {
  const { sha256, same, hex, utf8, joined, base64, Bad, Unsupported } = trail;

  const leafOf = (line) => sha256(Uint8Array.of(0), line);
  const nodeOf = (left, right) => sha256(Uint8Array.of(1), left, right);

  // The root that leaves ({index, leaf}; ascending) and their multiproof give; both are read once, in order.
  async function rootFromMany(nextLeaf, size, nextHash) {
    let now = await nextLeaf();
    const step = async () => {
      const found = await nextHash();
      if (found === undefined) throw new Bad("PROOF", "the proof is too short");
      return found;
    };
    const fold = async (start, end) => {
      if (now === undefined || now.index >= end) return step();
      if (now.index < start) throw new Bad("PROOF", "a leaf is out of order");
      if (end - start === 1) {
        const { leaf } = now;
        now = await nextLeaf();
        return leaf;
      }
      const middle = start + split(end - start);
      const left = await fold(start, middle);
      return nodeOf(left, await fold(middle, end));
    };
    const root = size ? await fold(0, size) : sha256();
    if (now !== undefined) throw new Bad("PROOF", "there are more leaves than the log has");
    if ((await nextHash()) !== undefined) throw new Bad("PROOF", "the proof is too long");
    return root;
  }

  // The greatest power of two below a size.
  function split(size) {
    let half = 1;
    while (half * 2 < size) half *= 2;
    return half;
  }

  // What is known of a browser without it: nothing may be called signed.
  async function isSigned(raw, signature, message) {
    let key;
    try {
      key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    } catch {
      throw new Unsupported("this browser cannot check Ed25519 signatures: use a newer one, or the program");
    }
    return crypto.subtle.verify("Ed25519", key, signature, message);
  }

  // {name, raw} of NAME+ID+BASE64, {raw} of a PEM file; throws Error for anything else.
  function keyOf(text) {
    const given = text.trim();
    if (given.startsWith("-----")) return { raw: rawOf(`${given.replaceAll("\r\n", "\n")}\n`) };
    const parts = given.split("+"), raw = parts.length < 3 ? [] : exactly(parts.slice(2).join("+"));
    if (raw.length !== 33 || raw[0] !== 1 || !parts[0]) throw new Error("this is no key of a log (NAME+ID+BASE64, or a PEM file)");
    const key = { name: parts[0], raw: raw.slice(1) };
    if (hex(idOf(key)) !== parts[1]) throw new Error("the parts of this key do not belong together: copy it again");
    return key;
  }

  const idOf = ({ name, raw }) => sha256(utf8(name), utf8("\n"), Uint8Array.of(1), raw).slice(0, 4);

  const DER = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

  function rawOf(pem) {
    const found = /^-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)-----END PUBLIC KEY-----\n$/.exec(pem);
    const der = found ? exactly(found[1].replaceAll("\n", "")) : [];
    if (der.length !== 44 || !same(der.slice(0, 12), DER)) throw new Error("this is no Ed25519 public key");
    return der.slice(12);
  }

  const asText = ({ name, raw }) => `${name}+${hex(idOf({ name, raw }))}+${inBase64(joined(Uint8Array.of(1), raw))}`;
  const pemOf = (raw) => `-----BEGIN PUBLIC KEY-----\n${inBase64(joined(DER, raw))}\n-----END PUBLIC KEY-----\n`;
  const inBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

  // Base64 as it is written, and no other text of the same bytes.
  function exactly(text) {
    const raw = base64(text);
    if (inBase64(raw) !== text) throw new Error("base64 is not canonical");
    return raw;
  }

  // What a checkpoint says, signed by `key`. Throws Bad.
  async function checkpointOf(note, key) {
    try {
      return await read(note, key);
    } catch (error) {
      if (error instanceof Unsupported) throw error;
      throw new Bad("SIGNATURE", `the checkpoint: ${error.message}`);
    }
  }

  async function read(note, key) {
    const gap = note.indexOf("\n\n"), text = note.slice(0, gap + 1), signatures = note.slice(gap + 2);
    if (gap < 0 || !signatures.endsWith("\n")) throw new Error("the note has no signature");
    const lines = text.split("\n"), [origin, size, root] = lines;
    if (lines.length !== 4 || !origin || !/^(?:0|[1-9][0-9]{0,14})$/.test(size)) throw new Error("origin and size are not understood");
    const found = { origin, size: Number(size), root: exactly(root) };
    if (found.root.length !== 32) throw new Error("the root is no hash");
    const ours = [];
    for (const line of signatures.slice(0, -1).split("\n")) {
      const parts = line.split(" ");
      if (parts.length !== 3 || parts[0] !== "\u2014" || !parts[1]) throw new Error("a signature line is not understood");
      const raw = exactly(parts[2]);
      if (parts[1] === key.name && same(raw.slice(0, 4), idOf(key))) ours.push(raw.slice(4));
    }
    for (const signature of ours) if (!(await isSigned(key.raw, signature, utf8(text)))) throw new Error("its signature is wrong");
    if (!ours.length) throw new Error("it is not signed by this key");
    return found;
  }

  Object.assign(trail, { leafOf, rootFromMany, isSigned, keyOf, rawOf, pemOf, asText, checkpointOf });
})();
