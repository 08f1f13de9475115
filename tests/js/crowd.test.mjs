import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { crowdRemark, drawCrowd, smooth, smoothOverTime, startingView } = scripts(
  "crowdRemark", "drawCrowd", "smooth", "smoothOverTime", "startingView",
);

const steps = Float64Array.of(0, 10, 20, 30);
const falling = Float64Array.of(8, 4, 2, 1);
const chart = { crowd: { lead: 1, of: "all runs", steps: 0, quantiles: [1, 1, 1, 1, 1] } };
const columns = (place) => [steps, falling][place];

function median(changes, xs) {
  const view = { ...startingView(), ...changes };
  return [...drawCrowd(chart, columns, view, () => "#000000", [{ xs }]).at(-1).y];
}

test("bands lag behind their values as the lines over them do", () => {
  assert.deepEqual(median({ smoothing: 0.6 }, steps), [...smooth(falling, 0.6)]);
  assert.deepEqual(median({ smoothing: 0 }, steps), [...falling]);
});

test("a weight for a line's points is a lighter one for bands that have fewer", () => {
  const halves = Float64Array.from({ length: 7 }, (_, at) => 5 * at);
  assert.deepEqual(median({ smoothing: 0.6 }, halves), [...smooth(falling, 0.6 ** 2)]);
});

test("smoothing over distance takes the distances of the bands", () => {
  assert.deepEqual(median({ smoothing: 0.6, over: "distance" }, steps), [...smoothOverTime(falling, steps, 0.6, 30)]);
});

test("lines of one point leave the weight as it is", () => {
  assert.deepEqual(median({ smoothing: 0.6 }, Float64Array.of(5)), [...smooth(falling, 0.6)]);
});

test("what is smoothed is said", () => {
  assert.match(crowdRemark(chart, { ...startingView(), smoothing: 0.6 }), /smoothed like the lines$/);
  assert.match(crowdRemark(chart, { ...startingView(), smoothing: 0 }), /their median$/);
});
