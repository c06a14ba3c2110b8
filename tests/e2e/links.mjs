// Writes links as version 1 of the format has them, for tests that need one that no page would write. A second, independent
// writing of the format: it must never follow a change of the first.

const MASK = (1n << 64n) - 1n;
const SEED = 0x9e3779b97f4a7c15n;
const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;

function fold(state, word) {
  const mixed = state ^ ((word * PRIME_2) & MASK);
  return ((((mixed << 29n) | (mixed >> 35n)) & MASK) * PRIME_1 + SEED) & MASK;
}

/** The first field of a link after its version: a check on all that follows. */
function checksum(body) {
  let state = fold(SEED, BigInt(body.length));
  for (let at = 0; at < body.length; at += 8) {
    const chunk = body.slice(at, at + 8);
    state = fold(state, chunk.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n));
  }
  state = fold(state, BigInt(body.length));
  let x = state;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK;
  x ^= x >> 31n;
  const sum = Number((x ^ (x >> 32n)) & 0xffffffffn);
  return [sum & 255, (sum >>> 8) & 255, (sum >>> 16) & 255, sum >>> 24];
}

function varint(value) {
  const bytes = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** The text after `#s=` that holds these bytes. */
export const seal = (body, version = 1) => Buffer.from([version, ...checksum(body), ...body]).toString('base64url');

/** The bytes of a link's body, and its version. */
export function unseal(text) {
  const bytes = [...Buffer.from(text, 'base64url')];
  return { version: bytes[0], sum: bytes.slice(1, 5), body: bytes.slice(5) };
}

export { checksum };

/** A link; without arguments, the untouched run of the lesson's first algorithm. A deed is [moment in µs, bytes of what is done]. */
export function linkText({ topic = 8, algorithm = 0, nodes = 5, seed = 1, params = [], deeds = [], atUs = 0, fingerprint } = {}) {
  let before = 0;
  const journal = deeds.flatMap(([atUs, what]) => {
    const later = atUs - before;
    before = atUs;
    return [...varint(later), ...varint(0), ...what];
  });
  return seal([
    topic,
    algorithm,
    ...varint(nodes),
    ...varint(seed),
    ...varint(params.length),
    ...params.flatMap(([index, value]) => [...varint(index), ...varint(value * 2)]),
    0,
    ...varint(deeds.length),
    ...journal,
    ...varint(atUs),
    ...varint(0),
    ...(fingerprint === undefined ? [0] : [1, ...varint(fingerprint[0]), ...varint(fingerprint[1])]),
  ]);
}

/** Intervention::Do(Choice::Crash(node)). */
export const crash = (node) => [0, 5, ...varint(node)];
