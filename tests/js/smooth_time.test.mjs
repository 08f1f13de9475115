import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { smoothOverTime } = scripts("smoothOverTime");

test("the weight is the slider's root, for a thousandth of the axis", () => {
  // distances of 1 and 3 thousandths, w = sqrt(0.25) = 0.5
  const [first, second, third] = smoothOverTime([4, 8, 0], [0, 1, 4], 0.25, 1000);
  assert.equal(first, 4);
  assert.equal(second, (0.5 * 4 + 8) / 1.5);
  assert.equal(third, ((0.5 * 4 + 8) / 8) / (1.5 / 8 + 1));
});

test("points that are far apart are hardly averaged, near ones much", () => {
  const far = smoothOverTime([0, 1], [0, 1000], 0.9, 1000)[1];
  const near = smoothOverTime([0, 1], [0, 1], 0.9, 1000)[1];
  assert.ok(far > 0.999 && near < 0.6);
});

test("what is not finite passes through and leaves the average alone", () => {
  const smoothed = smoothOverTime([4, NaN, 8], [0, 1, 2], 0.25, 1000);
  assert.ok(Number.isNaN(smoothed[1]));
  assert.equal(smoothed[2], smoothOverTime([4, 8], [0, 2], 0.25, 1000)[1]);
});

test("a clock that is set back counts as standing", () => {
  assert.equal(smoothOverTime([0, 1], [5, 3], 0.9, 10)[1], 0.5);
});

test("constants, weight 0 and an axis without extent leave a series as it is", () => {
  const values = [1, 2];
  assert.equal(smoothOverTime(values, [0, 1], 0, 1), values);
  assert.equal(smoothOverTime(values, [1, 1], 0.9, 0), values);
  const constant = [3, 3];
  assert.equal(smoothOverTime(constant, [0, 1], 0.9, 1), constant);
});
