// The floor: Safari 14 and Chrome 87. The build lowers syntax; what it cannot lower (interfaces,
// regular expressions, styles that change where things stand) is looked for here.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "acorn";
import { built, gzipped, scriptsOf } from "./built.ts";

/** Interfaces that came after one of the two, as they are written in a bundle. */
const TOO_NEW: readonly RegExp[] = [
  // Not where a minifier called something `at` and spreads what it gives.
  /[^.]\.at\(/,
  /\bstructuredClone\b/,
  /\.(?:findLast|findLastIndex|toSorted|toReversed|toSpliced)\(/,
  /\bObject\.(?:hasOwn|groupBy)\b/,
  /\bMap\.groupBy\b/,
  /\.randomUUID\b/,
  /\bAbortSignal\.(?:timeout|any|abort)\b/,
  /\b(?:WeakRef|FinalizationRegistry)\b/,
  /\brequestIdleCallback\b/,
  /\.(?:showModal|showPicker|showPopover)\(/,
  /\bPromise\.(?:withResolvers|try)\b/,
  /\.(?:isWellFormed|toWellFormed)\(/,
  /\bArray\.fromAsync\b/,
  /\bURL\.canParse\(/,
  /\bElementInternals\b|\.attachInternals\(/,
  // Looking behind in a pattern is a syntax error in Safari before 16.4, and stops the whole file.
  /\(\?<[=!]/,
];

/** Styles that would leave a page unusable where they are not known. */
const STYLES_TOO_NEW: readonly RegExp[] = [
  /:has\(/,
  /:where\(/,
  /@layer\b/,
  /@container\b/,
  /color-mix\(/,
  /[{;]aspect-ratio:/,
  /[{;]inset(?:-inline|-block)?:/,
  /[{;]translate:/,
];

describe("the bundles", () => {
  test("are written in a language that Safari 14 and Chrome 87 read", () => {
    for (const { name, text } of built(".js")) {
      // ES2021 is what both know whole; fields of classes came a year later.
      assert.doesNotThrow(() => parse(text, { ecmaVersion: 2021, sourceType: "module" }), name);
    }
  });

  test("ask after what one of them lacks before they use it", () => {
    for (const { name, text } of built(".js")) {
      for (const [used, asked] of [
        ["new BroadcastChannel", "typeof BroadcastChannel"],
        ["URL.parse(", "URL.parse?"],
      ] as const) {
        assert.ok(!text.includes(used) || text.includes(asked), `${name}: ${used}`);
      }
    }
  });

  test("use no interface that either lacks", () => {
    for (const { name, text } of built(".js")) {
      for (const lacking of TOO_NEW) {
        const found = lacking.exec(text);
        const around = text.slice(Math.max(0, (found?.index ?? 0) - 60), (found?.index ?? 0) + 60);
        assert.ok(found === null, `${name}: ${lacking} in …${around}…`);
      }
    }
  });

  test("lay pages out with what both know", () => {
    for (const { name, text } of built(".css")) {
      // The library's margins between a label and its hint: without them they stand a little wider.
      const ours = text.replace(/[^{}]*:has\([^{}]*\.nhsuk-[^{}]*\{[^}]*\}|[^{}]*\.nhsuk-[^{}]*:has\([^{}]*\{[^}]*\}/g, "");
      for (const lacking of STYLES_TOO_NEW) {
        const found = lacking.exec(ours);
        const around = ours.slice(Math.max(0, (found?.index ?? 0) - 60), (found?.index ?? 0) + 60);
        assert.ok(found === null, `${name}: ${lacking} in …${around}…`);
      }
    }
  });

  test("the check sees what it is there for", () => {
    assert.throws(() => parse("class A { field = 1 }", { ecmaVersion: 2021 }));
    assert.ok(TOO_NEW.some((lacking) => lacking.test("x.at(-1)")));
    assert.ok(STYLES_TOO_NEW.some((lacking) => lacking.test("a{aspect-ratio:1}")));
  });

  // Issue 4: the patient's bundle is at most 50 kB gzipped, the staff's 150 kB.
  test("are small", () => {
    assert.ok(gzipped(scriptsOf("patient")) <= 50_000, String(gzipped(scriptsOf("patient"))));
    assert.ok(gzipped(scriptsOf("staff")) <= 150_000, String(gzipped(scriptsOf("staff"))));
  });

  // R96, R120, and the licence of the typeface: nothing of others, and no request to them.
  test("name no other origin, no typeface to fetch and no mark of others", () => {
    for (const { name, text } of built(".css")) {
      assert.equal(/@font-face|url\((?!\/assets\/)|@import/.exec(text)?.[0], undefined, name);
    }
    const marks = ["fruti" + "ger", "nhs" + "uk-logo", "assets." + "nhs.uk"];
    for (const { name, text } of [...built(".js"), ...built(".css")]) {
      for (const mark of marks) {
        assert.ok(!text.toLowerCase().includes(mark), `${name}: ${mark}`);
      }
    }
  });

  test("keep nothing on the phone: no bundle of the patient names a place to keep things", () => {
    for (const { name, text } of scriptsOf("patient")) {
      const places = /\b(?:localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie)\b|\bcaches\./;
      assert.equal(places.exec(text)?.[0], undefined, name);
    }
  });
});
