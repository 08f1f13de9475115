// Packed scripts and bytes of the page: base 85, gzip. tbreport/report/base85.py writes what is read
// here; the loader has this file too.

const ALPHABET =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%/()*+-;,=.?@^_`{|}~";

/** Four bytes of five characters; a last group of n + 1 gives n bytes.
 * @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function fromBase85(text) {
  const digits = new Uint8Array(128);
  for (let digit = 0; digit < ALPHABET.length; digit++) digits[ALPHABET.charCodeAt(digit)] = digit;
  const missing = (5 - (text.length % 5)) % 5;
  const whole = text + "~".repeat(missing);
  const words = new DataView(new ArrayBuffer((whole.length / 5) * 4));
  for (let at = 0, to = 0; at < whole.length; at += 5, to += 4) {
    let word = 0;
    for (let place = at; place < at + 5; place++) word = word * 85 + digits[whole.charCodeAt(place)];
    words.setUint32(to, word);
  }
  return new Uint8Array(words.buffer, 0, words.byteLength - missing);
}

/** @param {Uint8Array<ArrayBuffer>} packed @returns {Promise<ArrayBuffer>} */
function inflate(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** What the page's script cannot do without.
 * @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element "${id}"`);
  return found;
}

/** The inflated content of a <script type="application/octet-stream">.
 * @param {string} id @returns {Promise<ArrayBuffer>} */
function embedded(id) {
  return inflate(fromBase85(element(id).textContent));
}

/** @param {string} id @returns {Promise<string>} */
async function embeddedText(id) {
  return new TextDecoder().decode(await embedded(id));
}

/** Run a script whose hash stands in the page's policy.
 * @param {string} source */
function runScript(source) {
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
}
