import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { placeOfStep, unitedSteps } = scripts("placeOfStep", "unitedSteps");

test("a run shows its last step up to the one that is asked for", () => {
  assert.deepEqual([0, 99, 100, 250, 900].map((step) => placeOfStep([0, 100, 200], step)), [0, 0, 1, 2, 2]);
});

test("a run that begins later shows its first step", () => {
  assert.equal(placeOfStep([50, 60], 10), 0);
});

test("the slider goes over the steps of all runs, each once and by value", () => {
  assert.deepEqual(unitedSteps([[0, 100], [9, 100], []]), [0, 9, 100]);
});
