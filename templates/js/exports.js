// A chart as a file: its numbers as CSV or JSON, its picture as SVG or PNG.

const LONGEST_NAME = 80; // characters of a file's name
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i; // no file may have these names on Windows
const LEGEND_LINES = 12; // more names would leave no room for the picture
const PICTURE = { width: 960, height: 540, margin: { l: 64, r: 24, t: 56, b: 44 } };

/** A file name without anything that a shell, a path or a spreadsheet could take for more.
 * @param {string} title @param {string} suffix */
function fileName(title, suffix) {
  const bare = title.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, LONGEST_NAME);
  const trimmed = bare.replace(/^[.-]+|[.-]+$/g, "");
  const stem = !trimmed || RESERVED.test(trimmed) ? `chart-${trimmed}`.replace(/-$/, "") : trimmed;
  return `${stem}.${suffix}`;
}

/** A text as a CSV field; spreadsheets run what begins like a formula, so that gets an apostrophe.
 * @param {string} text */
function csvText(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** A number in as few digits as give the same float32, or float64, back.
 * @param {number} value @param {boolean} single */
function shortest(value, single) {
  if (!single || !Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

/** @param {Line} line @returns {{step: number, seconds: number, value: string, smoothed: string,
 *   band: (number | string)[]}[]} */
function exportedPoints(line) {
  const single = line.raw instanceof Float32Array;
  return Array.from(line.raw, (value, at) => ({
    band: line.band ? [line.band.low[at], line.band.high[at], line.band.n[at]] : ["", "", ""],
    step: line.steps[at],
    seconds: line.times[at] / 1000,
    value: shortest(value, single),
    smoothed: line.ys === line.raw ? "" : shortest(line.ys[at], false),
  }));
}

/** The lines that a chart shows, a row a point.
 * @param {Line[]} lines @returns {string} */
function curvesCsv(lines) {
  const smoothed = lines.some((line) => line.ys !== line.raw);
  const grouped = lines.some((line) => line.band);
  const head = [
    "run", "tag", "step", "wall_time", "value", ...(smoothed ? ["smoothed"] : []),
    ...(grouped ? [...(smoothed ? ["smoothed_low", "smoothed_high"] : ["low", "high"]), "runs"] : []),
  ];
  const rows = lines.flatMap((line) =>
    exportedPoints(line).map((point) => [
      csvText(line.name), csvText(line.tag), point.step, point.seconds, point.value,
      ...(smoothed ? [point.smoothed] : []), ...(grouped ? point.band : []),
    ].join(",")),
  );
  return [head.join(","), ...rows, ""].join("\r\n");
}

/** The same as strict JSON: what is not finite is a string.
 * @param {string} title @param {Line[]} lines */
function curvesJson(title, lines) {
  const strict = (/** @type {string} */ text) => (Number.isFinite(Number(text)) ? Number(text) : text);
  const series = lines.map((line) => ({
    run: line.name,
    tag: line.tag,
    points: exportedPoints(line).map(({ step, seconds, value, smoothed, band: [low, high, runs] }) => ({
      step, wall_time: seconds, value: strict(value), ...(smoothed ? { smoothed: strict(smoothed) } : {}),
      ...(line.band ? { low: strict(String(low)), high: strict(String(high)), runs } : {}),
    })),
  }));
  return JSON.stringify({ title, series }, null, 1);
}

/** The bins of a histogram chart, a row each: a share of the values of its step.
 * @param {Bins} bins */
function binRows({ chart, name, tag, steps, shares }) {
  const width = (chart.high - chart.low) / chart.bins;
  return Array.from(shares, (share, at) => {
    const low = chart.low + (at % chart.bins) * width;
    return { run: name, tag, step: steps[Math.floor(at / chart.bins)], low, high: low + width, share };
  });
}

/** @param {Bins} bins */
function binsCsv(bins) {
  const rows = binRows(bins).map(({ run, tag, step, low, high, share }) =>
    [csvText(run), csvText(tag), step, low, high, share].join(","));
  return ["run,tag,step,low,high,share", ...rows, ""].join("\r\n");
}

/** A drawn chart as a picture that explains itself: its title, a legend, a ground.
 * @param {any} Plotly @param {any} target @param {string} title @param {Contents} contents
 * @param {"svg" | "png"} format @returns {Promise<Blob>} */
async function picture(Plotly, target, title, contents, format) {
  const tokens = readTokens();
  const titles = "lines" in contents ? lineTitles(contents.lines).map(plain) : [];
  const named = target.data.map((/** @type {any} */ trace) => ({
    ...trace,
    name: titles[trace.meta?.line] ?? trace.name,
    showlegend: trace.mode !== "markers" && trace.yaxis !== "y2" && trace.opacity === 1,
  }));
  const lines = named.filter((/** @type {any} */ trace) => trace.showlegend).length;
  const layout = {
    ...target.layout, ...PICTURE,
    paper_bgcolor: tokens("panel"),
    plot_bgcolor: tokens("panel"),
    showlegend: lines > 1 && lines <= LEGEND_LINES,
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", font: { color: tokens("muted") } },
    title: { text: plain(title), x: 0.02, y: 0.98, yanchor: "top", font: { size: 15, color: tokens("ink") } },
  };
  const { width, height } = PICTURE;
  const url = await Plotly.toImage({ data: named, layout }, { format, width, height, scale: format === "png" ? 2 : 1 });
  const content = url.slice(url.indexOf(",") + 1);
  return format === "png"
    ? new Blob([fromBase64(content)], { type: "image/png" })
    : new Blob([decodeURIComponent(content)], { type: "image/svg+xml" });
}

/** Hand a file to the reader.
 * @param {Blob} file @param {string} name */
function save(file, name) {
  const link = create("a", "");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
