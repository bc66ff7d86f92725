// The ZIP around a trail, read strictly: it must be, byte for byte, the one that belongs to its files.
"use strict";
(() => {
  const { Sha256, hex, same, utf8 } = trail;
  const BLOCK = 1 << 20;
  const LINE_MAX = 32 << 20;
  const SMALL_MAX = 64 << 20;
  const FORM_MAX = 0xfffffffe; // beyond it a greater form of ZIP begins, which this page does not read

  class Bad extends Error {
    constructor(kind, text, index = null) {
      super(text);
      this.kind = kind;
      this.index = index;
    }
  }
  class Unsupported extends Error {}

  const TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
    for (let i = 0; i < 8; i++) number = number & 1 ? (number >>> 1) ^ 0xedb88320 : number >>> 1;
    return number;
  });

  // Numbers of two and four bytes, little-endian.
  function packed(...fields) {
    const out = [];
    for (const [bytes, value] of fields) for (let i = 0; i < bytes; i++) out.push(Math.floor(value / 256 ** i) & 0xff);
    return Uint8Array.from(out);
  }
  const joined = (...parts) => {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) out.set(part, at), (at += part.length);
    return out;
  };
  const localHeader = (name, crc, size) =>
    joined(
      packed([4, 0x04034b50], [2, 20], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, size], [4, size], [2, name.length], [2, 0]),
      utf8(name),
    );
  const centralHeader = (name, crc, size, offset) =>
    joined(
      packed([4, 0x02014b50], [2, (3 << 8) | 20], [2, 20], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, size], [4, size],
        [2, name.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0o100644 * 0x10000], [4, offset]),
      utf8(name),
    );
  const ending = (count, size, offset) =>
    packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);

  class Archive {
    constructor(blob, order) {
      Object.assign(this, { blob, order, places: {}, digests: {}, problems: [] });
    }

    // Reads every byte once. Throws Bad where it is not one of ours.
    static async open(blob, order, progress) {
      const found = new Archive(blob, order);
      if (blob.size > FORM_MAX) throw new Unsupported("it is greater than 4 GiB: check it with the program");
      const central = [];
      let at = 0;
      for (const name of order) {
        const fixed = await found.bytes(at, 30);
        const view = new DataView(fixed.buffer);
        if (fixed.length < 30 || view.getUint32(0, true) !== 0x04034b50) throw new Bad("ARCHIVE", `${name} is not where it belongs`);
        const crc = view.getUint32(14, true), size = view.getUint32(18, true), expected = localHeader(name, crc, size);
        if (!same(await found.bytes(at, expected.length), expected)) throw new Bad("ARCHIVE", `the header of ${name} is not as it was written`);
        if (size > blob.size - at - expected.length) throw new Bad("ARCHIVE", `${name} goes beyond the end`);
        central.push(centralHeader(name, crc, size, at));
        at += expected.length;
        found.places[name] = [at, size];
        if ((await found.read(name, progress)) !== crc) found.problems.push(new Bad("ARCHIVE", `${name} does not give its checksum`));
        at += size;
      }
      const closing = joined(...central);
      const whole = joined(closing, ending(order.length, closing.length, at));
      if (blob.size !== at + whole.length || !same(await found.bytes(at, whole.length), whole))
        throw new Bad("ARCHIVE", "files are missing, or the list of them at its end is not as it was written");
      return found;
    }

    async bytes(at, length) {
      return new Uint8Array(await this.blob.slice(at, at + length).arrayBuffer());
    }

    // Gives its checksum, keeps its hash.
    async read(name, progress) {
      const [start, size] = this.places[name], hash = new Sha256();
      let crc = 0xffffffff;
      for (let at = 0; at < size; at += BLOCK) {
        const block = await this.bytes(start + at, Math.min(BLOCK, size - at));
        hash.update(block);
        for (let i = 0; i < block.length; i++) crc = TABLE[(crc ^ block[i]) & 0xff] ^ (crc >>> 8);
        progress("Reading", start + at + block.length, this.blob.size);
      }
      this.digests[name] = hex(hash.digest());
      return ~crc >>> 0;
    }

    async whole(name) {
      const [start, size] = this.places[name];
      if (size > SMALL_MAX) throw new Bad("ARCHIVE", `${name} is greater than it can be`);
      return this.bytes(start, size);
    }

    async text(name) {
      return textOf(await this.whole(name), name);
    }

    lines(name) {
      return new Lines(this, name);
    }
  }

  // The lines of a file without their line feeds, in little memory.
  class Lines {
    constructor(archive, name) {
      Object.assign(this, { archive, name, block: new Uint8Array(0), from: 0 });
      [this.at, this.left] = archive.places[name];
    }

    // undefined at the end.
    async next() {
      for (;;) {
        const found = this.block.indexOf(10, this.from);
        if (found >= 0) {
          const line = this.block.subarray(this.from, found);
          this.from = found + 1;
          return line;
        }
        const rest = this.block.subarray(this.from);
        if (!this.left) {
          if (rest.length) throw new Bad("CONTENT", `a line of ${this.name} has no end`);
          return undefined;
        }
        if (rest.length > LINE_MAX) throw new Bad("CONTENT", `a line of ${this.name} is too long`);
        const more = await this.archive.bytes(this.at, Math.min(BLOCK, this.left));
        this.at += more.length;
        this.left -= more.length;
        this.block = joined(rest, more);
        this.from = 0;
      }
    }
  }

  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  function textOf(bytes, name) {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new Bad("CONTENT", `${name} is no text`);
    }
  }

  Object.assign(trail, { Archive, Bad, Unsupported, joined, textOf });
})();
