// The one script that does not lie packed in the page: it runs the one that does.

if ("DecompressionStream" in window) void embeddedText("script").then(runScript);
else element("unsupported").hidden = false;
