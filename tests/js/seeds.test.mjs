import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { prepareLines, BANDS, CENTERS, curvesCsv, groupKey, groupLines, groupsOfRuns, startingView } = scripts(
  "prepareLines", "BANDS", "CENTERS", "curvesCsv", "groupKey", "groupLines", "groupsOfRuns", "startingView",
);

const manifest = {
  runs: [
    { name: "mlp-seed0", seeds: "mlp", hparams: { lr: "0.1" } },
    { name: "mlp-seed1", seeds: "mlp", hparams: { lr: "0.2" } },
    { name: "cnn-seed0", seeds: "cnn" },
  ],
};

function line(steps, ys) {
  const xs = Float64Array.from(steps);
  const raw = Float64Array.from(ys);
  return { name: "r", tag: "loss", color: "#000000", dash: "solid", steps: xs, times: xs, xs, raw, ys: raw, of: 0, restarts: [] };
}

function grouped(lines, changes = {}) {
  const view = { ...startingView(), ...changes };
  return groupLines(lines, lines.map((_, at) => at), lines.map(() => "a"), view, () => "#000000");
}

test("runs stand for themselves until the reader takes them together", () => {
  assert.equal(groupsOfRuns(manifest, startingView()), null);
  assert.equal(groupKey({ group: "pattern", pattern: "" }), null);
  assert.equal(groupKey({ group: "pattern", pattern: "(" }), null);
});

test("runs are grouped by seeds, by a setting, or by a part of the name", () => {
  const by = (group, pattern = "") => groupsOfRuns(manifest, { group, pattern });
  assert.deepEqual(by("seeds"), ["mlp", "mlp", "cnn"]);
  assert.deepEqual(by("lr"), ["lr 0.1", "lr 0.2", "cnn-seed0"]);
  assert.deepEqual(by("pattern", "seed\\d"), ["seed0", "seed1", "seed0"]);
  assert.deepEqual(by("pattern", "^(\\w+)-(x)?"), ["mlp", "mlp", "cnn"]);
});

test("runs with the same steps are taken together at each of them", () => {
  const steps = Float64Array.of(0, 10);
  const members = [[1, 2], [3, 6]].map((ys) => ({ ...line([0, 10], ys), steps }));
  const [{ name, steps: at, ys, band }] = grouped(members);
  assert.equal(name, "a (2)");
  assert.deepEqual([[...at], [...ys]], [[0, 10], [2, 4]]);
  assert.deepEqual([[...band.low], [...band.high], [...band.n]], [[1, 2], [3, 6], [2, 2]]);
});

test("a run that ended early does not count after its end, and nothing is made up for it", () => {
  const [{ ys, band }] = grouped([line([0, 1, 2, 3], [1, 1, 1, 1]), line([0, 1, 2, 3], [1, 1, 1, 1]), line([0, 1], [4, 4])]);
  assert.deepEqual([...band.n], [3, 3, 2, 2]);
  assert.deepEqual([...ys], [2, 2, 1, 1]);
});

test("a value that is not finite does not count", () => {
  const [{ ys, band }] = grouped([line([0, 1], [1, NaN]), line([0, 1], [3, NaN])]);
  assert.deepEqual([...band.n], [2, 0]);
  assert.deepEqual([ys[0], Number.isNaN(ys[1]), Number.isNaN(band.low[1])], [2, true, true]);
});

test("runs at different paces are taken together in bins", () => {
  const dense = line(Array.from({ length: 100 }, (_, at) => at), Array(100).fill(1));
  const [{ steps, band }] = grouped([dense, line([0, 50], [3, 3]), line([25, 75], [3, 3])]);
  assert.equal(steps.length, 2);
  assert.deepEqual([...band.n], [3, 3]);
});

test("a group of one run stays a line", () => {
  assert.equal(grouped([line([0], [1])])[0].band, undefined);
});

test("center and band follow their definitions", () => {
  const rising = [1, 2, 3, 10];
  assert.deepEqual([CENTERS.mean(rising), CENTERS.median(rising)], [4, 2.5]);
  assert.deepEqual(BANDS.range(rising, "mean"), [1, 10]);
  const [low, high] = BANDS.sd(rising, "mean");
  assert.ok(Math.abs(high - 4 - Math.sqrt(50 / 3)) < 1e-12 && Math.abs(low + high - 8) < 1e-12);
});

test("the bootstrap gives the same interval every time, around the center, within the values", () => {
  const rising = [1, 2, 3, 4, 5, 6, 7, 8];
  const [low, high] = BANDS.ci(rising, "mean");
  assert.deepEqual(BANDS.ci(rising, "mean"), [low, high]);
  // The normal approximation gives 4.5 ± 1.96 * 2.29 / sqrt(8) = 2.9 to 6.1.
  assert.ok(low > 2.6 && low < 3.3 && high > 5.7 && high < 6.4, `${low} to ${high}`);
});

test("of one run there is no deviation and no interval", () => {
  assert.deepEqual([BANDS.sd([1], "mean"), BANDS.ci([1], "mean")], [[NaN, NaN], [NaN, NaN]]);
});

test("a band is saved with its line", () => {
  const rows = curvesCsv(grouped([line([0], [1]), line([0], [3])])).split("\r\n");
  assert.deepEqual(rows.slice(0, 2), ["run,tag,step,wall_time,value,low,high,runs", "a (2),loss,0,0,2,1,3,2"]);
});

test("a group has all of its runs, however many lines a chart may draw", () => {
  const runs = Array.from({ length: 150 }, (_, at) => ({ name: `a-seed${at}`, color: 0, seeds: "a" }));
  const traces = runs.map((_, run) => ({ run, tag: 0, steps: 0, times: 0, values: 1 }));
  const columns = (column) => [Float64Array.of(0, 1), Float64Array.of(5, 6)][column];
  const prepare = (group) =>
    prepareLines({ traces }, { runs, tags: ["loss"] }, columns, { ...startingView(), smoothing: 0, group },
      runs.map(() => true), () => "#000000");
  assert.deepEqual([prepare("").lines.length, prepare("").chosen], [100, 150]);
  const { lines, chosen } = prepare("seeds");
  assert.deepEqual([lines.length, chosen, [...lines[0].band.n]], [1, 1, [150, 150]]);
});
