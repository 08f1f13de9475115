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
 * @returns {object[]} */
function drawCrowd({ crowd }, columns, view, tokens) {
  if (!crowd || view.axis !== "step") return [];
  const x = [...columns(crowd.steps)];
  const rows = crowd.quantiles.map((row) => [...columns(row)]);
  const band = (/** @type {number} */ low) => ({
    type: "scatter", mode: "lines", hoverinfo: "skip", line: { width: 0 }, fill: "toself",
    fillcolor: `${mix(tokens("edge"), tokens("panel"), 0.8)}33`,
    x: [...x, ...[...x].reverse()],
    y: [...rows[rows.length - 1 - low], ...[...rows[low]].reverse()],
  });
  const line = { color: tokens("muted"), width: 1.4, dash: "2px,2px" };
  return [band(0), band(1), { type: "scatter", mode: "lines", hoverinfo: "skip", x, y: rows[2], line }];
}

/** What the bands are, in words; "" where there are none.
 * @param {CurvesEntry} chart @param {View} view */
function crowdRemark({ crowd }, view) {
  if (!crowd || view.axis !== "step") return "";
  return `bands: half and nine tenths of ${crowd.of}; dotted: their median`;
}
