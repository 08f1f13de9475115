// Bytes of the page → typed arrays: base 85, gzip, transposed blocks, columns.
// tbreport/report/columns.py and base85.py write what is read here.

/** @typedef {Float32Array | Float64Array} Floats */
/** @typedef {(column: number) => Floats} Columns */

/** @type {Record<string, {size: number, view: (bytes: ArrayBuffer) => ArrayLike<number | bigint>}>} */
const BLOCKS = {
  f32: { size: 4, view: (bytes) => new Float32Array(bytes) },
  f64: { size: 8, view: (bytes) => new Float64Array(bytes) },
  i32: { size: 4, view: (bytes) => new Int32Array(bytes) },
  i64: { size: 8, view: (bytes) => new BigInt64Array(bytes) },
};

/** @param {string} text base64 @returns {Uint8Array<ArrayBuffer>} */
function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

const ALPHABET =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%/()*+-;,=.?@^_`{|}~";

/** Four bytes of five characters; a last group of n + 1 gives n bytes.
 * @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function fromBase85(text) {
  const digits = new Uint8Array(128);
  for (let digit = 0; digit < ALPHABET.length; digit++) digits[ALPHABET.charCodeAt(digit)] = digit;
  const missing = (5 - (text.length % 5)) % 5;
  const whole = text + "~".repeat(missing);
  const words = new DataView(new ArrayBuffer((whole.length / 5) * 4));
  for (let at = 0, to = 0; at < whole.length; at += 5, to += 4) {
    let word = 0;
    for (let place = at; place < at + 5; place++) word = word * 85 + digits[whole.charCodeAt(place)];
    words.setUint32(to, word);
  }
  return new Uint8Array(words.buffer, 0, words.byteLength - missing);
}

/** @param {Uint8Array<ArrayBuffer>} packed @returns {Promise<ArrayBuffer>} */
function inflate(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** The inflated content of a <script type="application/octet-stream">.
 * @param {string} id @returns {Promise<ArrayBuffer>} */
function embedded(id) {
  return inflate(fromBase85(element(id).textContent.trim()));
}

/** Undo the byte transposition of a block of `n` values.
 * @param {Uint8Array} bytes @param {number} n @param {number} size bytes of a value
 * @returns {ArrayBuffer} */
function untranspose(bytes, n, size) {
  const whole = new Uint8Array(n * size);
  for (let byte = 0; byte < size; byte++) {
    const plane = bytes.subarray(byte * n, (byte + 1) * n);
    for (let at = 0, to = byte; at < n; at++, to += size) whole[to] = plane[at];
  }
  return whole.buffer;
}

/** Integers from the first one and the differences.
 * @param {number | null} first @param {ArrayLike<number | bigint>} steps @returns {Float64Array} */
function accumulate(first, steps) {
  if (first === null) return new Float64Array(0);
  const sums = new Float64Array(steps.length + 1);
  sums[0] = first;
  for (let at = 0; at < steps.length; at++) sums[at + 1] = sums[at] + Number(steps[at]);
  return sums;
}

/** A function from a column's number to its values; each is taken apart once.
 * @param {Manifest} manifest @param {ArrayBuffer} blob @returns {Columns} */
function readColumns(manifest, blob) {
  /** @type {Record<string, any>} */
  const blocks = {};
  let offset = 0;
  for (const [name, n] of manifest.blocks) {
    const { size, view } = BLOCKS[name];
    blocks[name] = view(untranspose(new Uint8Array(blob, offset, n * size), n, size));
    offset += n * size;
  }
  /** @type {Map<number, Floats>} */
  const known = new Map();
  return (column) => {
    let values = known.get(column);
    if (values === undefined) {
      const [block, start, length, first] = manifest.columns[column];
      const stored = blocks[block].subarray(start, start + length);
      values = block.startsWith("i") ? accumulate(first, stored) : /** @type {Floats} */ (stored);
      known.set(column, values);
    }
    return values;
  };
}
