import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { binsCsv, csvText, curvesCsv, curvesJson, fileName, shortest } = scripts(
  "binsCsv", "csvText", "curvesCsv", "curvesJson", "fileName", "shortest",
);

const raw = Float32Array.of(0.1, NaN);
const line = { name: "=cmd()", tag: "a,b", steps: [0, 1], times: [1500, 2500], raw, ys: raw };

test("what begins like a formula does not begin so in a CSV file", () => {
  for (const sign of ["=", "+", "-", "@", "\t", "\r"]) assert.match(csvText(`${sign}1`), /^"?'/);
  assert.equal(csvText("loss"), "loss");
  assert.equal(csvText('a "b", c'), '"a ""b"", c"');
});

test("a CSV file has a row a point, values in the digits of float32", () => {
  assert.equal(
    curvesCsv([line]),
    "run,tag,step,wall_time,value\r\n'=cmd(),\"a,b\",0,1.5,0.1\r\n'=cmd(),\"a,b\",1,2.5,NaN\r\n",
  );
});

test("a JSON file is strict: what is not finite is a string", () => {
  const { series } = JSON.parse(curvesJson("t", [line]));
  assert.deepEqual(series[0].points.map((point) => point.value), [0.1, "NaN"]);
  assert.equal(series[0].run, "=cmd()");
});

test("a smoothed line is saved beside what was measured", () => {
  const text = curvesCsv([{ ...line, ys: Float64Array.of(0.5, NaN) }]);
  assert.match(text, /value,smoothed\r\n.*,0\.1,0\.5\r\n/);
});

test("histograms are saved as bins and shares", () => {
  const chart = { low: 0, high: 2, bins: 2 };
  const text = binsCsv({ chart, name: "r", tag: "w", steps: [7], shares: Float32Array.of(0.25, 0.75) });
  assert.equal(text, "run,tag,step,low,high,share\r\nr,w,7,0,1,0.25\r\nr,w,7,1,2,0.75\r\n");
});

test("a file name holds nothing but letters, digits, dots and dashes", () => {
  assert.equal(fileName("../../etc/passwd", "csv"), "etc-passwd.csv");
  assert.equal(fileName("loss/train & more", "png"), "loss-train-more.png");
  assert.equal(fileName("…", "csv"), "chart.csv");
  assert.equal(fileName("con", "csv"), "chart-con.csv");
  assert.ok(fileName("x".repeat(300), "svg").length < 90);
});

test("float64 keeps all its digits", () => {
  assert.equal(shortest(0.1 + 0.2, false), "0.30000000000000004");
  assert.equal(shortest(Math.fround(1 / 3), true), "0.33333334");
});
