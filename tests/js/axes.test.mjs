import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { flatRange, nearest, placePoints, placeStep, sinceStart } = scripts(
  "flatRange",
  "nearest",
  "placePoints",
  "placeStep",
  "sinceStart",
);

const trace = (steps, times) => ({ steps: Float64Array.from(steps), times: Float64Array.from(times) });

test("relative time starts with each series", () => {
  const { xs, unit } = placePoints([trace([0, 1], [1000, 3000]), trace([0, 1], [9000, 10000])], "relative");
  assert.deepEqual(xs.map((x) => [...x]), [[0, 2], [0, 1]]);
  assert.equal(unit, "s");
});

test("a long run is told in hours", () => {
  const { xs, unit } = placePoints([trace([0, 1], [0, 7_200_000 * 2])], "relative");
  assert.deepEqual([[...xs[0]], unit], [[0, 4], "h"]);
});

test("time without a first point starts at the first that there is", () => {
  assert.deepEqual([...sinceStart(Float64Array.of(NaN, 2000, 5000))], [NaN, 0, 3]);
});

test("the nearest place is found in rising values", () => {
  const values = [0, 10, 20];
  assert.deepEqual([-5, 4, 6, 15, 99].map((wanted) => nearest(values, wanted)), [0, 0, 1, 1, 2]);
});

test("the nearest place is found where the clock was set back", () => {
  assert.equal(nearest([0, 50, 10, 20], 11), 2);
});

test("there is no nearest place among none", () => {
  assert.equal(nearest([], 3), -1);
});

test("a mark starts at the first point at or past its step and ends at the last within", () => {
  const steps = Float64Array.of(0, 10, 20, 30);
  const xs = Float64Array.of(0, 1, 2, 3);
  assert.equal(placeStep(steps, xs, 15, "first"), 2);
  assert.equal(placeStep(steps, xs, 15, "last"), 1);
  assert.equal(placeStep(steps, xs, 99, "first"), null);
});

test("a constant line has room above and below, one that moves is left to Plotly", () => {
  assert.deepEqual([flatRange([2, 2]), flatRange([0, 0]), flatRange([-4, -4])], [[1, 3], [-0.5, 0.5], [-6, -2]]);
  assert.deepEqual([flatRange([1, 2]), flatRange(null)], [null, null]);
});

test("room is made for labels that may be wide, and time is not spent on others", () => {
  const { roomForLabels } = scripts("roomForLabels");
  const wide = [[999999.9, 1000000.1], [0, 1e38], [-2e-3, 1e-3], [1e-38, 2e-36], [5, 5]];
  const narrow = [[0, 1], [0.001, 2.5], [-3, 90000], [0, 3e-4], null];
  assert.deepEqual(wide.map(roomForLabels), wide.map(() => "left"));
  assert.deepEqual(narrow.map(roomForLabels), narrow.map(() => false));
});

test("large numbers are written as on the x axis, small ones with an exponent", () => {
  const { exponentFormat } = scripts("exponentFormat");
  assert.deepEqual([[0, 22249], [-2e4, 0], [1.8e6, 1.9e6]].map((heights) => exponentFormat(heights, false)), ["SI", "SI", "SI"]);
  assert.deepEqual([null, [0, 5000], [0, 3e-4], [0, 1e36]].map((heights) => exponentFormat(heights, false)), ["e", "e", "e", "e"]);
  assert.deepEqual([[1, 2e5], [1e-5, 2e5]].map((heights) => exponentFormat(heights, true)), ["SI", "e"]);
});
