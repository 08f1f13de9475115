import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { smooth } = scripts("smooth");

test("the average is debiased by the count of points", () => {
  // y_n = Σ (1-w) w^(n-i) x_i / (1 - w^n) with w = 0.5
  const [first, second, third] = smooth([4, 8, 0], 0.5);
  assert.equal(first, 4);
  assert.equal(second, (0.25 * 4 + 0.5 * 8) / 0.75);
  assert.equal(third, (0.125 * 4 + 0.25 * 8) / 0.875);
});

test("NaN and infinities pass through and leave the average alone", () => {
  const smoothed = smooth([4, NaN, Infinity, 8], 0.5);
  assert.ok(Number.isNaN(smoothed[1]));
  assert.equal(smoothed[2], Infinity);
  assert.equal(smoothed[3], smooth([4, 8], 0.5)[1]);
});

test("a constant series comes back untouched", () => {
  const constant = Float32Array.of(0.1, 0.1, 0.1);
  assert.equal(smooth(constant, 0.9), constant);
});

test("a series that starts with NaN is not constant", () => {
  const values = [NaN, 2, 2];
  assert.notEqual(smooth(values, 0.9), values);
});

test("weight 0 and a weight that is no number leave the series as it is", () => {
  const values = [1, 2, 3];
  assert.equal(smooth(values, 0), values);
  assert.equal(smooth(values, NaN), values);
});

test("weight 1 gives zeros and does not divide by zero", () => {
  assert.deepEqual([...smooth([1, 2], 1)], [0, 0]);
});

test("weights beyond 0 and 1 are taken as 0 and 1", () => {
  assert.deepEqual([...smooth([1, 2], 7)], [0, 0]);
  assert.deepEqual(smooth([1, 2], -1), [1, 2]);
});

test("an empty series stays empty", () => {
  assert.equal(smooth([], 0.6).length, 0);
});
