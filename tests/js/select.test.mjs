import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { filter, shownCharts, shownRuns, startingView } = scripts(
  "filter",
  "shownCharts",
  "shownRuns",
  "startingView",
);

const manifest = {
  runs: [{ name: "baseline/s0" }, { name: "wide" }],
  tags: ["loss/train", "loss/val", "weights"],
  charts: [
    { kind: "curves", traces: [{ tag: 0 }, { tag: 1 }] },
    { kind: "ridges", tag: 2 },
    { kind: "curves", evidence: true, traces: [{ tag: 0 }] },
  ],
};

test("an empty filter lets everything pass", () => {
  assert.equal(filter("").test("anything"), true);
});

test("a filter is a regular expression without regard to case", () => {
  assert.deepEqual(shownRuns(manifest, { ...startingView(), runs: "^BASE" }), [true, false]);
});

test("an expression that does not compile says so and lets everything pass", () => {
  const { test: passes, error } = filter("(");
  assert.equal(passes("x"), true);
  assert.match(error, /group/);
});

test("a run that was switched off is not shown", () => {
  assert.deepEqual(shownRuns(manifest, { ...startingView(), off: ["wide"] }), [true, false]);
});

test("the tag filter keeps a chart that has one such tag, and all evidence", () => {
  assert.deepEqual(shownCharts(manifest, { ...startingView(), tags: "val" }), [true, false, true]);
});
