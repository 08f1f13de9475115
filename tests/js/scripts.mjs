// The page's scripts in one scope, without a page: what each test asks for, by name.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const folder = fileURLToPath(new URL("../../templates/js/", import.meta.url));

/** The functions of these names from all files but the one that starts the page. */
export function scripts(...names) {
  const source = readdirSync(folder)
    .filter((file) => !["loader.js", "main.js"].includes(file))
    .map((file) => readFileSync(folder + file, "utf8"))
    .join("\n");
  return vm.runInThisContext(`(() => {"use strict";\n${source}\nreturn {${names.join(",")}}})()`);
}
