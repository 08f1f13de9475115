import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { allSteps, difference, heldPoint, heldSeries } = scripts("allSteps", "difference", "heldPoint", "heldSeries");

const columns = (column) => [Float64Array.of(0, 10, 20), Float64Array.of(1, NaN, 3), Float64Array.of(5)][column];
const trace = { run: 0, tag: 0, steps: 0, times: 0, values: 1 };

test("the value at a step is the last one at or before it", () => {
  assert.deepEqual(heldPoint(trace, columns, 29), { step: 20, value: 3 });
  assert.deepEqual(heldPoint(trace, columns, 19), { step: 10, value: NaN });
  assert.equal(heldPoint(trace, columns, -1), null);
  assert.equal(heldPoint(undefined, columns, 5), null);
});

test("differences are signed, and rounding gives none", () => {
  assert.deepEqual([difference(1, 3), difference(0.5, 0.25), difference(0.1 + 0.2, 0.3)], ["−2", "+0.25", "±0"]);
});

test("the series of all scalar charts are found by tag and run, evidence left out", () => {
  const shorter = { ...trace, steps: 2 };
  const charts = [
    { kind: "curves", evidence: true, traces: [{ ...trace, tag: 7 }] },
    { kind: "curves", traces: [shorter] },
    { kind: "curves", traces: [trace, { ...trace, run: 1, steps: 2 }] },
    { kind: "ridges", run: 0, tag: 3 },
  ];
  const series = heldSeries({ charts });
  assert.deepEqual([...series.keys()], [0]);
  assert.equal(series.get(0).get(0), trace);
  assert.deepEqual(allSteps(series, columns), [0, 5, 10, 20]);
});
