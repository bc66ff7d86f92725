// SHA-256 (FIPS 180-4) that can be fed piece by piece: the browser's own takes a file only whole.
"use strict";
globalThis.trail = globalThis.trail || {};
(() => {
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  const bits = (root) => ((root - Math.floor(root)) * 0x100000000) >>> 0;
  for (let number = 2, count = 0; count < 64; number++) {
    if (Array.from({ length: Math.floor(Math.sqrt(number)) - 1 }, (_, i) => i + 2).some((i) => number % i === 0)) continue;
    if (count < 8) START[count] = bits(Math.sqrt(number));
    K[count++] = bits(Math.cbrt(number));
  }
  const words = new Int32Array(64);

  class Sha256 {
    constructor() {
      this.state = new Int32Array(8);
      this.block = new Uint8Array(64);
      this.reset();
    }

    reset() {
      this.state.set(START);
      this.used = 0;
      this.length = 0;
      return this;
    }

    update(bytes) {
      this.length += bytes.length;
      let at = 0;
      if (this.used) {
        at = Math.min(64 - this.used, bytes.length);
        for (let i = 0; i < at; i++) this.block[this.used + i] = bytes[i];
        this.used += at;
        if (this.used < 64) return this;
        this.fold(this.block, 0);
        this.used = 0;
      }
      for (; at + 64 <= bytes.length; at += 64) this.fold(bytes, at);
      for (let i = at; i < bytes.length; i++) this.block[i - at] = bytes[i];
      this.used = bytes.length - at;
      return this;
    }

    digest() {
      const { block, length } = this, high = Math.floor(length / 0x20000000);
      block[this.used++] = 0x80;
      if (this.used > 56) {
        block.fill(0, this.used);
        this.fold(block, 0);
        this.used = 0;
      }
      block.fill(0, this.used, 56);
      for (let i = 0; i < 4; i++) {
        block[56 + i] = high >>> (24 - 8 * i);
        block[60 + i] = (length << 3) >>> (24 - 8 * i);
      }
      this.fold(block, 0);
      const out = new Uint8Array(32);
      for (let i = 0; i < 32; i++) out[i] = this.state[i >> 2] >>> (24 - 8 * (i & 3));
      return out;
    }

    fold(bytes, at) {
      const w = words, s = this.state;
      for (let i = 0; i < 16; i++, at += 4) w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
      }
      let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
      for (let i = 0; i < 64; i++) {
        const big = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const one = (h + big + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const small = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const two = (small + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
    }
  }

  const again = new Sha256();

  function sha256(...parts) {
    again.reset();
    for (const part of parts) again.update(part);
    return again.digest();
  }

  const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

  function hex(bytes) {
    let out = "";
    for (let i = 0; i < bytes.length; i++) out += PAIRS[bytes[i]];
    return out;
  }

  function unhex(text) {
    const out = new Uint8Array(text.length / 2);
    for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
    return out;
  }

  const same = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);
  const encoder = new TextEncoder();
  Object.assign(trail, { Sha256, sha256, hex, unhex, same, utf8: (text) => encoder.encode(text) });
})();
