// A histogram chart in one of three shapes: ridgelines (TensorBoard's offset mode: later steps in
// front and lower), lines upon one another (overlay), or bands of percentiles over steps.

const RISE = 0.2; // height of the tallest ridge, as a share of the rows
const FAINT = 0.004; // of the tallest: not worth a line

/** What all three shapes are made from.
 * @typedef {{chart: RidgesEntry, steps: Floats, shares: Floats, rows: Floats[], color: string, rise: number,
 *   tokens: Tokens, size: Size, bins: Bins, view: View, columns: Columns}} RidgeParts */

/** @type {Record<View["shape"], (parts: RidgeParts) => Figure>} */
const SHAPES = { offset: offsetFigure, overlay: overlayFigure, bands: bandsFigure };

/** @param {RidgesEntry} chart @param {Manifest} manifest @param {Columns} columns
 * @param {View} view @param {Tokens} tokens @param {Size} size @returns {Figure} */
function ridgesFigure(chart, manifest, columns, view, tokens, size) {
  const steps = columns(chart.steps);
  const shares = columns(chart.shares);
  const { name, color } = manifest.runs[chart.run];
  const bins = { chart, name, tag: manifest.tags[chart.tag], steps, shares };
  return SHAPES[chart.evidence ? "bands" : view.shape]({
    chart, steps, shares, bins, view, columns, tokens, size,
    rows: Array.from(steps, (_, row) => shares.subarray(row * chart.bins, (row + 1) * chart.bins)),
    color: tokens(`run-${color}`),
    rise: Math.max(1, RISE * steps.length),
  });
}

/** @param {RidgeParts} parts @returns {Figure} */
function offsetFigure({ chart, steps, rows, color, rise, tokens, size, bins }) {
  const layout = baseLayout(tokens, size);
  const labelled = labelledRows(steps.length);
  Object.assign(layout.xaxis, { range: [chart.low, chart.high] });
  Object.assign(layout.yaxis, {
    showgrid: false,
    range: [steps.length - 1, -rise],
    tickvals: labelled,
    ticktext: labelled.map((row) => shortNumber(steps[row])),
  });
  layout.uirevision = "offset";
  layout.shapes = (chart.marks ?? []).flatMap((mark) => rowBar(mark, steps, tokens));
  const outlines = rows.map((row, at) => ridge(chart, row, at, rise));
  const data = outlines.map((outline, row) => ({
    type: "scatter",
    mode: "lines",
    ...outline,
    fill: "toself",
    fillcolor: mix(color, tokens("panel"), depth(row, steps.length)),
    line: { color: tokens("panel"), width: 0.8 },
    hoverinfo: "skip",
  }));
  const rowAt = (/** @type {number} */ _, /** @type {number} */ y) => Math.ceil(y);
  const probe = probeRidges(chart, steps, rows, color, rowAt, outlines);
  return { data, layout, home: homeOfLayout(layout), probe, notes: [], contents: { bins } };
}

/** @param {RidgeParts} parts @returns {Figure} */
function overlayFigure({ chart, steps, rows, color, tokens, size, bins }) {
  const layout = baseLayout(tokens, size);
  const outlines = rows.map((row) => ridge(chart, row, 0, -1));
  const data = outlines.map((outline, row) => ({
    type: "scatter",
    mode: "lines",
    ...outline,
    line: { color: mix(color, tokens("panel"), depth(row, steps.length)), width: 1.1 },
    hoverinfo: "skip",
  }));
  Object.assign(layout.xaxis, { range: [chart.low, chart.high] });
  Object.assign(layout.yaxis, { range: [0, 1.05], showticklabels: false, nticks: 4 });
  layout.uirevision = "overlay";
  const rowAt = (/** @type {number} */ bin, /** @type {number} */ y) =>
    closest(rows.map((row) => row[bin] / fullHeight(chart, row)), y);
  const probe = probeRidges(chart, steps, rows, color, rowAt, outlines);
  const remark = "later steps darker";
  return { data, layout, home: homeOfLayout(layout), probe, notes: [], remark, contents: { bins } };
}

/** How much of its color the row of a step has.
 * @param {number} row @param {number} n */
function depth(row, n) {
  return 0.22 + 0.63 * (n > 1 ? row / (n - 1) : 1);
}

/** @param {any} layout @returns {Figure["home"]} */
function homeOfLayout(layout) {
  return { xaxis: [...layout.xaxis.range], yaxis: [...layout.yaxis.range] };
}

/** A bar beside the rows that a finding speaks of.
 * @param {MarkEntry} mark @param {Floats} steps @param {Tokens} tokens @returns {object[]} */
function rowBar(mark, steps, tokens) {
  const first = lowerBound(steps, mark.first);
  const last = lowerBound(steps, mark.last + 1) - 1;
  if (last < first) return [];
  const place = { xref: "paper", yref: "y", x0: 1, x1: 1, y0: first - 0.4, y1: last + 0.4 };
  return [{ ...place, type: "line", line: { color: tokens(`ink-${mark.tone}`) || tokens("ink"), width: 3 } }];
}

/** The closed outline of a row, from its first bin worth drawing to its last.
 * @param {RidgesEntry} chart @param {Floats} shares @param {number} base @param {number} rise
 * @returns {{x: number[], y: number[]}} */
function ridge(chart, shares, base, rise) {
  const full = fullHeight(chart, shares);
  const inked = (/** @type {number} */ share) => share > FAINT * full;
  const first = Math.max(shares.findIndex(inked) - 1, 0);
  let last = shares.length - 1;
  while (last > first && !inked(shares[last])) last--;
  last = Math.min(last + 1, shares.length - 1);
  const width = (chart.high - chart.low) / chart.bins;
  const x = [chart.low + (first + 0.5) * width];
  const y = [base];
  for (let bin = first; bin <= last; bin++) {
    x.push(chart.low + (bin + 0.5) * width);
    y.push(base - (rise * shares[bin]) / full);
  }
  x.push(x[x.length - 1]);
  y.push(base);
  return { x, y };
}

/** The share that is drawn at full height.
 * @param {RidgesEntry} chart @param {Floats} shares of a row */
function fullHeight(chart, shares) {
  return Math.max(chart.tallest, ...shares);
}

/** At most five rows to label, the first and the last among them.
 * @param {number} n */
function labelledRows(n) {
  const gaps = Math.min(4, n - 1);
  return Array.from({ length: gaps + 1 }, (_, at) => Math.round((at * (n - 1)) / (gaps || 1)));
}

/** @param {number} value */
function shortNumber(value) {
  if (Math.abs(value) < 10000) return number(value);
  const [size, sign] = Math.abs(value) < 1e6 ? [1e3, "k"] : [1e6, "M"];
  return `${Number((value / size).toPrecision(4))}${sign}`;
}

/** The bin under x of the row that `rowAt` finds; the row of a step stands out.
 * @param {RidgesEntry} chart @param {Floats} steps @param {Floats[]} rows @param {string} color
 * @param {(bin: number, y: number) => number} rowAt @param {{x: number[], y: number[]}[]} outlines
 * @returns {Probe} */
function probeRidges(chart, steps, rows, color, rowAt, outlines) {
  const width = (chart.high - chart.low) / chart.bins;
  const read = (/** @type {number} */ row) =>
    ({ step: steps[row], head: `step ${number(steps[row])}`, columns: ["of all values"], outline: outlines[row] });
  return {
    stops: () => Float64Array.from({ length: chart.bins }, (_, at) => chart.low + (at + 0.5) * width),
    at: (x, y) => {
      if (steps.length === 0) return null;
      const bin = Math.min(Math.max(Math.floor((x - chart.low) / width), 0), chart.bins - 1);
      const row = Math.min(Math.max(rowAt(bin, y), 0), steps.length - 1);
      const from = chart.low + bin * width;
      const share = Number((100 * rows[row][bin]).toPrecision(2));
      const name = `${number(from)} to ${number(from + width)}`;
      return { x: from + width / 2, ...read(row),
        readings: [{ name, color, x: null, y: null, line: 0, cells: [`${number(share)} %`] }] };
    },
    atStep: (step) => (isWithin(steps, step) ? { x: null, ...read(nearest(steps, step)), readings: [] } : null),
  };
}
