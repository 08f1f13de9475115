import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { placesToDraw, pointsPerLine } = scripts("placesToDraw", "pointsPerLine");

test("a short line is drawn whole", () => {
  assert.equal(placesToDraw([1, 2, 3], 3), null);
});

test("a spike and both ends of a long line stay", () => {
  const values = new Float64Array(10_000);
  values[5_003] = 9;
  values[5_005] = -9;
  const places = placesToDraw(values, 300);
  assert.ok(places.length <= 320);
  for (const place of [0, 5_003, 5_005, 9_999]) assert.ok(places.includes(place));
});

test("places rise", () => {
  const places = placesToDraw(Float64Array.from({ length: 5_000 }, (_, at) => Math.sin(at)), 200);
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
});

test("where values are lost the line keeps its gap", () => {
  const values = Float64Array.from({ length: 1_000 }, (_, at) => (at > 500 && at < 600 ? NaN : at));
  const places = placesToDraw(values, 100);
  assert.ok(places.some((place) => place > 500 && place < 600));
});

test("few lines keep their points, many share them", () => {
  assert.deepEqual([1, 8, 100, 1000].map(pointsPerLine), [30_000, 3_750, 300, 150]);
});
