// Bands under a few lines, and the line of their median: of all runs where they are many, or of those
// that a candidate is held against.

/** @typedef {{lead: number, of: string, steps: number, quantiles: number[]}} CrowdEntry */

/** The traces that are lines: the leading ones where the rest are a crowd, those chosen if they are
 * few enough.
 * @param {CurvesEntry} chart @param {TraceEntry[]} chosen @returns {TraceEntry[]} */
function linesOf(chart, chosen) {
  const most = chart.crowd && chosen.length > MOST_LINES ? chart.crowd.lead : MOST_LINES;
  return chosen.slice(0, most);
}

/** Where nine tenths and where half of those runs lie, and their median; steps alone are common to
 * them, so a time axis has none.
 * @param {CurvesEntry} chart @param {Columns} columns @param {View} view @param {Tokens} tokens
 * @param {{xs: Floats}[]} lines over them @returns {object[]} */
function drawCrowd({ crowd }, columns, view, tokens, lines) {
  if (!crowd || view.axis !== "step") return [];
  const x = [...columns(crowd.steps)];
  const rows = crowd.quantiles.map((row) => Array.from(smoothAlike(columns(row), x, lines, view)));
  const band = (/** @type {number} */ low) => ({
    type: "scatter", mode: "lines", hoverinfo: "skip", line: { width: 0 }, fill: "toself",
    fillcolor: `${mix(tokens("edge"), tokens("panel"), 0.8)}33`,
    x: [...x, ...[...x].reverse()],
    y: [...rows[rows.length - 1 - low], ...[...rows[low]].reverse()],
  });
  const line = { color: tokens("muted"), width: 1.4, dash: "2px,2px" };
  return [band(0), band(1), { type: "scatter", mode: "lines", hoverinfo: "skip", x, y: rows[2], line }];
}

/** Smooth an edge of a band as the lines over it are: what is smoothed lags, and beside a band that
 * is not, a falling line would seem to be worse. A weight for each of their points is another one
 * for each of its own.
 * @param {Floats} row @param {ArrayLike<number>} x its steps @param {{xs: Floats}[]} lines
 * @param {View} view @returns {ArrayLike<number>} */
function smoothAlike(row, x, lines, { smoothing, over }) {
  const ends = extent(lines.map(({ xs }) => xs));
  if (ends && over === "distance") return smoothOverTime(row, x, smoothing, ends[1] - ends[0]);
  const paces = lines.map(({ xs }) => pace(xs)).filter((steps) => steps > 0).sort((a, b) => a - b);
  const ratio = pace(x) / paces[paces.length >> 1];
  return smooth(row, ratio > 0 ? Math.pow(smoothing, ratio) : smoothing);
}

/** The mean distance between neighbors; NaN without any.
 * @param {ArrayLike<number>} xs */
function pace(xs) {
  return (xs[xs.length - 1] - xs[0]) / (xs.length - 1);
}

/** What the bands are, in words; "" where there are none.
 * @param {CurvesEntry} chart @param {View} view */
function crowdRemark({ crowd }, view) {
  if (!crowd || view.axis !== "step") return "";
  const smoothed = view.smoothing > 0 ? "; smoothed like the lines" : "";
  return `bands: half and nine tenths of ${crowd.of}; dotted: their median${smoothed}`;
}
