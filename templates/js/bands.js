// Histograms over steps as bands between TensorBoard's nine percentiles; Python computed them from
// the buckets as they were written.

const PERCENTILES = [0, 6.68, 15.87, 30.85, 50, 69.15, 84.13, 93.32, 100];
const BAND_SHADES = [0.14, 0.28, 0.42, 0.56, 0.56, 0.42, 0.28, 0.14];
const MIDDLE = 4; // the median's place

/** Percentiles, a row a step.
 * @typedef {{name: string, tag: string, steps: Floats, rows: Floats[]}} Levels */

/** @param {RidgeParts} parts @returns {Figure} */
function bandsFigure({ chart, columns, steps: every, color, tokens, size, view, bins }) {
  const all = columns(chart.levels);
  const n = PERCENTILES.length;
  const stride = every.length;
  const places = Array.from(every, (_, at) => at).filter((at) => Number.isFinite(all[at]));
  const rows = places.map((at) => Float64Array.from({ length: n }, (_, level) => all[level * stride + at]));
  const steps = Float64Array.from(places, (at) => every[at]);
  const times = Float64Array.from(places, (at) => columns(chart.times)[at]);
  const { xs: [xs], unit } = placePoints([{ steps, times }], view.axis);
  const layout = baseLayout(tokens, size);
  const span = extent([xs]);
  Object.assign(layout.xaxis, xAxis(view.axis, unit, span?.[1] ?? 0));
  if (span) layout.xaxis.range = span[0] < span[1] ? span : [span[0] - 0.5, span[1] + 0.5];
  const marks = (chart.marks ?? []).map((mark) => drawMark(mark, [{ steps, xs }], tokens, false));
  layout.shapes = marks.flatMap((mark) => mark.shapes);
  layout.annotations = marks.flatMap((mark) => mark.annotations);
  layout.yaxis.automargin = roomForLabels(extent(rows));
  layout.uirevision = `bands ${view.axis}`;
  const data = PERCENTILES.map((_, at) => ({
    type: "scatter",
    mode: steps.length < 2 ? "markers" : "lines",
    x: xs,
    y: rows.map((row) => row[at]),
    line: { color: at === MIDDLE ? color : "transparent", width: 1.4 },
    marker: { color, size: 4 },
    hoverinfo: "skip",
    ...(at ? { fill: "tonexty", fillcolor: mix(color, tokens("panel"), BAND_SHADES[at - 1]) } : {}),
  }));
  const read = (/** @type {number} */ at) => readBands(rows[at], steps[at], xs[at], color);
  return {
    data,
    layout,
    home: { xaxis: layout.xaxis.range ? [...layout.xaxis.range] : null, yaxis: null },
    probe: {
      stops: () => xs,
      at: (x) => (rows.length ? read(nearest(xs, x)) : null),
      atStep: (step) => (isWithin(steps, step) ? read(nearest(steps, step)) : null),
    },
    notes: [],
    contents: { levels: { name: bins.name, tag: bins.tag, steps, rows } },
  };
}

/** The percentiles of a step, the greatest first.
 * @param {Floats} row @param {number} step @param {number} x @param {string} color @returns {Readings} */
function readBands(row, step, x, color) {
  const readings = PERCENTILES.map((percent, at) => ({
    name: at === MIDDLE ? "median" : `${percent} %`,
    color, x, y: at === MIDDLE ? row[at] : null, line: 0, cells: [number(row[at])],
  }));
  return { x, step, head: `step ${number(step)}`, columns: ["value"], readings: readings.reverse() };
}

/** @param {Levels} levels */
function levelsCsv({ name, tag, steps, rows }) {
  const head = ["run", "tag", "step", ...PERCENTILES.map((percent) => `p${percent}`)];
  const lines = rows.map((row, at) => [csvText(name), csvText(tag), steps[at], ...row].join(","));
  return [head.join(","), ...lines, ""].join("\r\n");
}

/** @param {Levels} levels */
function levelsJson({ name, tag, steps, rows }) {
  const found = rows.map((row, at) => ({ step: steps[at], values: Array.from(row) }));
  return JSON.stringify({ run: name, tag, percentiles: PERCENTILES, rows: found }, null, 1);
}
