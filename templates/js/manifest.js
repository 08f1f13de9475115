// The manifest: what tbreport/report/payload.py says about the columns. Absent means false, none
// or empty.

/** @typedef {{name: string, color: number}} RunEntry */
/** @typedef {{run: number, tag: number, steps: number, times: number, values: number,
 *   of?: number, dash?: string, renumbered?: boolean, restarts?: number[]}} TraceEntry */
/** @typedef {{first: number, last: number, tone: string, label?: string, value?: number}} MarkEntry */
/** @typedef {{kind: "curves", title: string, evidence?: boolean, traces: TraceEntry[],
 *   marks?: MarkEntry[]}} CurvesEntry */
/** @typedef {{kind: "ridges", title: string, evidence?: false, run: number, tag: number,
 *   steps: number, low: number, high: number, bins: number, shares: number, tallest: number
 *   }} RidgesEntry */
/** @typedef {{version: number, runs: RunEntry[], tags: string[], blocks: [string, number][],
 *   columns: [string, number, number, number | null][], charts: (CurvesEntry | RidgesEntry)[]
 *   }} Manifest */

/** What the page's script cannot do without.
 * @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element "${id}"`);
  return found;
}

/** @returns {Manifest} */
function readManifest() {
  return JSON.parse(element("manifest").textContent);
}
