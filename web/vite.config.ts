// How the two bundles are made. Preact stands in for React, so that the NHS components cost a
// patient's phone 25 kB and not 86; the floor is Safari 14 and Chrome 87.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const BEHAVIOURS = new URL("src/surface/behaviours.ts", import.meta.url);
const FLOOR = ["safari14", "chrome87"];

export default defineConfig({
  resolve: {
    alias: [
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
      { find: /^nhsuk-frontend$/, replacement: fileURLToPath(BEHAVIOURS) },
      { find: /^react(-dom)?$/, replacement: "preact/compat" },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    target: FLOOR,
    cssTarget: FLOOR,
    // The policy of the pages allows no `data:` address, so nothing may be put into one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" of the components means something to React's servers only.
      onLog: (level, log, report) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") {
          report(level, log);
        }
      },
      checks: { pluginTimings: false },
      // The notices are written by the server and take their style from here.
      input: { patient: "patient.html", staff: "staff.html", notice: "src/theme/notice.scss" },
    },
  },
});
