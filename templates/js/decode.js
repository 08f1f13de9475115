// Bytes of the page → typed arrays: transposed blocks, columns. tbreport/report/columns.py writes what
// is read here.

/** @typedef {Float32Array | Float64Array} Floats */
/** @typedef {(column: number) => Floats} Columns */

/** @type {Record<string, {size: number, view: (bytes: ArrayBuffer) => ArrayLike<number | bigint>}>} */
const BLOCKS = {
  f32: { size: 4, view: (bytes) => new Float32Array(addUp(new Uint32Array(bytes)).buffer) },
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

/** Bits from their differences, whose sign stands in the last bit; in place.
 * @param {Uint32Array<ArrayBuffer>} stored */
function addUp(stored) {
  let bits = 0;
  for (let at = 0; at < stored.length; at++) {
    bits = (bits + ((stored[at] >>> 1) ^ -(stored[at] & 1))) | 0;
    stored[at] = bits;
  }
  return stored;
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
