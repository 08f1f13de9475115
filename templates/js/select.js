// Which runs and charts are shown: two regular expressions, and runs switched off one by one.

/** A regular expression typed by a person.
 * @typedef {{test: (text: string) => boolean, error: string}} Filter */

/** Compile a filter, case-insensitive as TensorBoard's; empty lets everything pass.
 * An expression that does not compile lets everything pass too, and says what is wrong.
 * @param {string} source @returns {Filter} */
function filter(source) {
  const all = () => true;
  if (!source) return { test: all, error: "" };
  try {
    const pattern = new RegExp(source, "i");
    return { test: (text) => pattern.test(text), error: "" };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { test: all, error: words.slice(words.lastIndexOf(": ") + 1).trim() };
  }
}

/** Which runs are shown, by number.
 * @param {Manifest} manifest @param {View} view @returns {boolean[]} */
function shownRuns(manifest, view) {
  const { test } = filter(view.runs);
  const off = new Set(view.off);
  return manifest.runs.map((run) => test(run.name) && !off.has(run.name));
}

/** Which charts are shown, by number: those with a tag that passes. Evidence stays.
 * @param {Manifest} manifest @param {View} view @returns {boolean[]} */
function shownCharts(manifest, view) {
  const { test } = filter(view.tags);
  const passes = manifest.tags.map(test);
  return manifest.charts.map((chart) => {
    if (chart.evidence || !view.tags) return true;
    const tags = chart.kind === "ridges" ? [chart.tag] : chart.traces.map((trace) => trace.tag);
    return tags.some((tag) => passes[tag]);
  });
}
