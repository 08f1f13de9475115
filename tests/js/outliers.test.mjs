import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { clampedAxis, innerDomain } = scripts("clampedAxis", "innerDomain");

test("the domain goes from the 5th to the 95th percentile by TensorBoard's places", () => {
  const values = Array.from({ length: 50 }, (_, at) => 49 - at); // n - 1 = 49: places 3 and 46
  assert.deepEqual(innerDomain([values], false), [3, 46]);
});

test("all lines count together, and what is not finite does not", () => {
  const one = Array.from({ length: 20 }, (_, at) => at);
  assert.deepEqual(innerDomain([one.slice(0, 9), [NaN, Infinity], one.slice(9)], false), [1, 18]);
});

test("two points are never cut", () => {
  assert.deepEqual(innerDomain([[7, 1000]], false), [7, 1000]);
  assert.equal(innerDomain([[NaN]], false), null);
});

test("on a logarithmic axis only positive points count", () => {
  assert.deepEqual(innerDomain([[-5, 0, 1, 10]], true), [1, 10]);
  const { range } = clampedAxis([[1, 10]], true);
  assert.ok(range[0] < 0 && range[0] > -0.1 && range[1] > 1 && range[1] < 1.1);
});

test("it counts the points out of sight", () => {
  const values = Array.from({ length: 39 }, () => 0.5).concat([1e9]);
  assert.equal(clampedAxis([values], false).cut, 1);
});
