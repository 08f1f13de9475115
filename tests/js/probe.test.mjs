import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { probeCurves, probeRidges } = scripts("probeCurves", "probeRidges");

function line(name, steps, raw, ys = raw) {
  const xs = Float64Array.from(steps);
  return { name, tag: "loss", color: "#000", steps: xs, times: xs.map((step) => step * 1000), xs, raw, ys };
}

test("the cursor snaps to the nearest point and lists the highest line first", () => {
  const probe = probeCurves([line("low", [0, 10], [1, 2]), line("high", [0, 10], [3, 4])], "step");
  const readings = probe.at(8, 0);
  assert.equal(readings.x, 10);
  assert.equal(readings.head, "step 10 · 10 s");
  assert.deepEqual(readings.readings.map(({ name, cells }) => [name, ...cells]), [
    ["high", "4"],
    ["low", "2"],
  ]);
});

test("a line whose nearest point is another step says which", () => {
  const probe = probeCurves([line("a", [0, 10], [1, 2]), line("b", [0, 50], [3, 4])], "step");
  const { columns, readings } = probe.at(10, 0);
  assert.deepEqual(columns, ["value", "step"]);
  assert.deepEqual(readings.map(({ cells }) => cells[1]), ["0", "10"]);
});

test("smoothed and measured values stand side by side", () => {
  const { columns, readings } = probeCurves([line("a", [0], [1], [0.5])], "step").at(0, 0);
  assert.deepEqual([columns, readings[0].cells], [["smoothed", "value"], ["0.5", "1"]]);
});

test("a value that is not finite is named and has no dot", () => {
  const [reading] = probeCurves([line("a", [0], [NaN])], "step").at(0, 0).readings;
  assert.deepEqual([reading.cells, reading.y], [["NaN"], null]);
});

test("a chart without points has nothing to read", () => {
  assert.equal(probeCurves([], "step").at(0, 0), null);
});

test("a step is read in every line at its own place on the axis", () => {
  const late = { ...line("late", [0, 10], [3, 4]), xs: Float64Array.of(100, 110) };
  const probe = probeCurves([line("early", [0, 10], [1, 2]), late], "wall");
  const { step, readings } = probe.atStep(9);
  assert.equal(step, 10);
  assert.deepEqual(readings.map(({ name, x, y, line: at }) => [name, x, y, at]), [
    ["late", 110, 4, 1],
    ["early", 10, 2, 0],
  ]);
});

test("a band is read with its ends and its number of runs", () => {
  const band = { low: [1], high: [3], n: [4] };
  const { columns, readings } = probeCurves([{ ...line("seeds", [0], [2]), band }], "step").at(0, 0);
  assert.deepEqual(columns, ["center", "band", "runs"]);
  assert.deepEqual(readings[0].cells, ["2", "1 to 3", "4"]);
});

const outlines = [{ x: [0], y: [0] }, { x: [1], y: [1] }];
const chart = { low: 0, high: 4, bins: 2 };
const rows = [Float32Array.of(0.25, 0.75), Float32Array.of(0.5, 0.5)];
const ridges = probeRidges(chart, Float64Array.of(5, 6), rows, "#000", (_, y) => Math.ceil(y), outlines);

test("a ridge is read at the bin under the cursor, in the row below it", () => {
  const { head, readings, outline } = ridges.at(3, -0.4);
  assert.equal(head, "step 5");
  assert.equal(outline, outlines[0]);
  assert.deepEqual([readings[0].name, readings[0].cells], ["2 to 4", ["75 %"]]);
});

test("at a step the nearest histogram stands out", () => {
  const { x, step, outline } = ridges.atStep(5.9);
  assert.deepEqual([x, step, outline], [null, 6, outlines[1]]);
});
