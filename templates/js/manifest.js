// The manifest: what tbreport/report/payload.py says about the columns. Absent means false, none
// or empty.

/** `seeds` names the runs that differ in their seed alone; `hparams` are those that differ.
 * @typedef {{name: string, color: number, seeds?: string,
 *   hparams?: Record<string, string | number | boolean>}} RunEntry */
/** @typedef {{run: number, tag: number, steps: number, times: number, values: number,
 *   of?: number, dash?: string, renumbered?: boolean, restarts?: number[]}} TraceEntry */
/** `height` is that of the words: px above the value, without one a share of the plot.
 * @typedef {{first: number, last: number, tone: string, label?: string, value?: number,
 *   height: number, leftwards?: boolean}} MarkEntry */
/** @typedef {{kind: "curves", title: string, evidence?: boolean, traces: TraceEntry[],
 *   marks?: MarkEntry[], crowd?: CrowdEntry, threshold?: number}} CurvesEntry */
/** @typedef {{kind: "ridges", title: string, evidence?: boolean, run: number, tag: number,
 *   steps: number, times: number, levels: number, low: number, high: number, bins: number,
 *   shares: number, tallest: number, marks?: MarkEntry[]}} RidgesEntry */
/** @typedef {{version: number, runs: RunEntry[], tags: string[], blocks: [string, number][],
 *   columns: [string, number, number, number | null][], charts: (CurvesEntry | RidgesEntry)[]
 *   }} Manifest */

/** @returns {Promise<Manifest>} */
async function readManifest() {
  return JSON.parse(await embeddedText("manifest"));
}
