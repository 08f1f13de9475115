import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { scripts } from "./scripts.mjs";

const { accumulate, fromBase64, fromBase85, inflate, readColumns, untranspose } = scripts(
  "accumulate",
  "fromBase64",
  "fromBase85",
  "inflate",
  "readColumns",
  "untranspose",
);

function transpose(array) {
  const bytes = new Uint8Array(array.buffer);
  const size = array.BYTES_PER_ELEMENT;
  return Uint8Array.from(bytes, (_, at) => bytes[(at % array.length) * size + Math.floor(at / array.length)]);
}

test("untransposing undoes the transposition", () => {
  const values = Float32Array.of(1.5, -2.25, NaN, Infinity, 1e-30);
  const back = new Float32Array(untranspose(transpose(values), values.length, 4));
  assert.deepEqual([...back], [...values]);
});

test("integers come back from the first one and the differences", () => {
  assert.deepEqual([...accumulate(100, Int32Array.of(1, 5, -3))], [100, 101, 106, 103]);
});

test("an empty column of integers has no first one", () => {
  assert.equal(accumulate(null, new Int32Array(0)).length, 0);
});

test("differences of eight bytes become numbers", () => {
  assert.deepEqual([...accumulate(0, BigInt64Array.of(5_000_000_000n))], [0, 5e9]);
});

/** Bits as differences, the sign in the last bit, as columns.py keeps those of float32. */
function differences(bits) {
  return bits.map((own, at) => {
    const step = (own - (at ? bits[at - 1] : 0)) | 0;
    return (step << 1) ^ (step >> 31);
  });
}

test("columns of every block come out of one blob", () => {
  const f32 = differences(new Uint32Array(Float32Array.of(1, -2, 3).buffer));
  const f64 = Float64Array.of(1e300);
  const i32 = Int32Array.of(10, 10);
  const i64 = BigInt64Array.of(1n << 40n);
  const blob = new Uint8Array([f32, f64, i32, i64].flatMap((array) => [...transpose(array)]));
  const manifest = {
    blocks: [["f32", 3], ["f64", 1], ["i32", 2], ["i64", 1]],
    columns: [["f32", 1, 2, null], ["f64", 0, 1, null], ["i32", 0, 2, 5], ["i64", 0, 1, 0]],
  };
  const column = readColumns(manifest, blob.buffer);
  assert.deepEqual([0, 1, 2, 3].map((place) => [...column(place)]), [
    [-2, 3],
    [1e300],
    [5, 15, 25],
    [0, 2 ** 40],
  ]);
});

test("base64 and gzip are undone", async () => {
  const text = gzipSync("columns").toString("base64");
  const bytes = await inflate(fromBase64(text));
  assert.equal(new TextDecoder().decode(bytes), "columns");
});

test("base 85 is undone, whole groups and parts of one", () => {
  // Python: base64.b85encode(bytes, and one to three bytes less)
  const bytes = [0, 255, 60, 62, 38, 1, 2];
  for (const [n, text] of [[4, "0RKEb"], [5, "0RKEbCI"], [6, "0RKEbCIJ"], [7, "0RKEbCIJE"]]) assert.deepEqual([...fromBase85(text)], bytes.slice(0, n));
});
