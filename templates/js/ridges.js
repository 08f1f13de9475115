// A histogram chart → ridgelines in Plotly: later steps in front and lower (TensorBoard's offset
// mode).

const RISE = 0.2; // height of the tallest ridge, as a share of the rows
const FAINT = 0.004; // of the tallest: not worth a line

/** @param {RidgesEntry} chart @param {Manifest} manifest @param {Columns} columns
 * @param {Tokens} tokens @param {Size} size @returns {Figure} */
function ridgesFigure(chart, manifest, columns, tokens, size) {
  const steps = columns(chart.steps);
  const shares = columns(chart.shares);
  const color = tokens(`run-${manifest.runs[chart.run].color}`);
  const rise = Math.max(1, RISE * steps.length);
  const layout = baseLayout(tokens, size);
  const labelled = labelledRows(steps.length);
  Object.assign(layout.xaxis, { range: [chart.low, chart.high] });
  Object.assign(layout.yaxis, {
    showgrid: false,
    range: [steps.length - 1, -rise],
    tickvals: labelled,
    ticktext: labelled.map((row) => shortNumber(steps[row])),
  });
  layout.uirevision = "ridges";
  const rows = Array.from(steps, (_, row) =>
    ridge(chart, shares.subarray(row * chart.bins, (row + 1) * chart.bins), row, rise),
  );
  const data = rows.map((outline, row) => {
    const share = 0.22 + 0.63 * (steps.length > 1 ? row / (steps.length - 1) : 1);
    return {
      type: "scatter",
      mode: "lines",
      ...outline,
      fill: "toself",
      fillcolor: mix(color, tokens("panel"), share),
      line: { color: tokens("panel"), width: 0.8 },
      hoverinfo: "skip",
    };
  });
  const home = { xaxis: [...layout.xaxis.range], yaxis: [...layout.yaxis.range] };
  const bins = { chart, name: manifest.runs[chart.run].name, tag: manifest.tags[chart.tag], steps, shares };
  return { data, layout, home, probe: probeRidges(chart, steps, shares, color), notes: [], contents: { bins } };
}

/** The closed outline of a row, from its first bin worth drawing to its last.
 * @param {RidgesEntry} chart @param {Floats} shares @param {number} row @param {number} rise */
function ridge(chart, shares, row, rise) {
  const full = Math.max(chart.tallest, ...shares);
  const inked = (/** @type {number} */ share) => share > FAINT * full;
  const first = Math.max(shares.findIndex(inked) - 1, 0);
  let last = shares.length - 1;
  while (last > first && !inked(shares[last])) last--;
  last = Math.min(last + 1, shares.length - 1);
  const width = (chart.high - chart.low) / chart.bins;
  const x = [chart.low + (first + 0.5) * width];
  const y = [row];
  for (let bin = first; bin <= last; bin++) {
    x.push(chart.low + (bin + 0.5) * width);
    y.push(row - (rise * shares[bin]) / full);
  }
  x.push(x[x.length - 1]);
  y.push(row);
  return { x, y };
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
